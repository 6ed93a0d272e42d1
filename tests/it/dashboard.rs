//! The pages for people, as a browser meets them; all of it holds with and without npm.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use jbp::http::dashboard::{DemoUser, routes};
use tower::ServiceExt;

const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    /// A header's value; empty when it is absent.
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

async fn get(path: &str) -> Answer {
    ask(routes(None), Request::get(path).body(Body::empty()).unwrap()).await
}

async fn get_unless(path: &str, etag: &str) -> Answer {
    let request = Request::get(path).header("if-none-match", etag).body(Body::empty()).unwrap();
    ask(routes(None), request).await
}

/// The assets that the page names itself; none while GraphiQL is not built.
fn assets(page: &str) -> Vec<&str> {
    page.split('"').filter(|value| value.starts_with("/graphiql/assets/")).collect()
}

#[tokio::test]
async fn the_root_and_links_in_mails_lead_to_graphiql() {
    for path in
        ["/", "/plans/plan_01jz0000000000000000000001?alert=alrt_01jz0000000000000000000001"]
    {
        let answer = get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(answer.header("location"), "/graphiql");
    }
}

#[tokio::test]
async fn the_page_is_served_under_a_strict_policy_and_revalidated() {
    let page = get("/graphiql").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<title>GraphiQL · Joint business plans</title>"), "{}", page.body);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-cache");
    assert_eq!(page.header("content-security-policy"), POLICY);
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn the_page_is_not_sent_again_to_who_has_it() {
    let etag = get("/graphiql").await.header("etag").to_owned();
    assert_eq!(etag.len(), "W/\"\"".len() + 64);

    let again = get_unless("/graphiql", &format!("W/\"other\", {etag}")).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(again.body, "");
    assert_eq!(again.header("etag"), etag);

    let other = get_unless("/graphiql", "W/\"other\"").await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_page_loads_is_there_and_kept_for_good() {
    let page = get("/graphiql").await;
    for path in assets(&page.body) {
        let asset = get(path).await;
        assert_eq!(asset.status, StatusCode::OK, "{path}");
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
        let content_type = match path.rsplit_once('.') {
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "css")) => "text/css; charset=utf-8",
            _ => panic!("{path} is neither script nor style"),
        };
        assert_eq!(asset.header("content-type"), content_type);

        let again = get_unless(path, asset.header("etag")).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    }
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let page = get("/graphiql").await;
    assert!(!page.body.contains("//"), "{}", page.body);
}

#[tokio::test]
async fn an_unknown_asset_is_not_found() {
    for path in ["/graphiql/assets/none.js", "/graphiql/assets/../graphiql.html"] {
        let answer = get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("cache-control"), "");
        assert_eq!(answer.body, "");
    }
}

#[tokio::test]
async fn the_demo_names_its_users() {
    let user = DemoUser {
        email: "ada@vendor.example".to_owned(),
        name: "Ada".to_owned(),
        side: "VENDOR".to_owned(),
        organization: "Northwind".to_owned(),
        role: "VENDOR_ADMIN".to_owned(),
        password: "demo".to_owned(),
    };
    let request = Request::get("/graphiql/demo.json").body(Body::empty()).unwrap();
    let answer = ask(routes(Some(vec![user])), request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.body,
        r#"[{"email":"ada@vendor.example","name":"Ada","side":"VENDOR","organization":"Northwind","role":"VENDOR_ADMIN","password":"demo"}]"#
    );
}

#[tokio::test]
async fn outside_of_the_demo_nobody_is_named() {
    let answer = get("/graphiql/demo.json").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.body, "");
}
