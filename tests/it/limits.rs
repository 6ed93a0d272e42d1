//! What the doors refuse before it costs anything, whoever tries and by whichever door.

use std::{fs, path::Path};

use jbp::{
    graphql,
    http::{
        answer::Refusal,
        guard::{
            self, Admitted, Asked, Object,
            documents::Documents,
            outline::{Outline, PageSizes},
        },
    },
};
use reqwest::header;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    asking::{JSON, MODERN, answer},
    toy::Server,
};

/// What GraphiQL asks when it opens.
const INTROSPECTION: &str = include_str!("limits/introspection.graphql");

fn outline() -> Outline {
    let pages = PageSizes { usual: 20, largest: 100 };
    Outline::read(&graphql::sdl(), pages, graphql::scalars::read).unwrap()
}

fn admit(outline: &Outline, body: Value) -> Result<Admitted, Refusal> {
    let Object(asked) = serde_json::from_value::<Object<Asked>>(body).unwrap();
    guard::admit(asked, &Documents::new([]), outline, true)
}

#[test]
fn what_graphiql_and_the_dashboard_ask_is_let_in() {
    let outline = outline();
    let admitted = admit(&outline, json!({ "query": INTROSPECTION })).unwrap();
    assert!(admitted.nodes < 2_500, "{}", admitted.nodes);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/examples");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(stem) = name.strip_suffix(".graphql") else { continue };
        let variables = fs::read_to_string(path.with_file_name(format!("{stem}.variables.json")));
        let variables = variables.map_or(json!({}), |text| serde_json::from_str(&text).unwrap());
        let query = fs::read_to_string(&path).unwrap();
        let nodes =
            admit(&outline, json!({ "query": query, "variables": variables })).unwrap().nodes;
        assert!(nodes < 1_000, "{name}: {nodes}");
        found.push(name);
    }
    assert!(found.len() >= 16, "{found:?}");
}

#[test]
fn pages_in_pages_are_counted_by_what_the_schema_says() {
    let outline = outline();
    let nodes = |query: &str| match admit(&outline, json!({ "query": query })) {
        Ok(admitted) => admitted.nodes.to_string(),
        Err(refusal) => format!("{} {}", refusal.code.as_str(), refusal.message),
    };
    assert_eq!(nodes("{ plans { nodes { id } } }"), "21");
    assert_eq!(
        nodes("{ plans(first: 100) { nodes { alerts(first: 10) { nodes { id } } } } }"),
        "1201"
    );
    assert_eq!(
        nodes("{ plans(first: 100) { nodes { alerts(first: 2147483647) { nodes { id } } } } }"),
        "QUERY_TOO_COMPLEX the operation may bring 10201 objects; 10000 is the most: ask for shorter pages"
    );
    assert_eq!(nodes("{ plans(first: -1) { nodes { id } } }"), "1");
    assert_eq!(nodes("{ nodes(ids: [\"a\", \"b\"]) { id } }"), "2");
}

#[tokio::test]
async fn strangers_do_not_read_the_schema_by_any_way() {
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    for query in [
        INTROSPECTION,
        "{ __schema { types { name } } }",
        "{ __type(name: \"Plan\") { name } }",
        "{ x: __schema { x: types { x: name } } }",
        "{ ... { __schema { types { name } } } }",
        "{ ... on Query { ...F } } fragment F on Query { __schema { types { name } } }",
        "{ viewer { role } __schema @include(if: true) { types { name } } }",
        "mutation { __schema { types { name } } }",
        "subscription { __schema { types { name } } }",
    ] {
        let refused = answer(house.post(&json!({ "query": query, "operationName": query.starts_with("query").then_some("IntrospectionQuery") }))).await;
        assert_eq!(refused.refusal(), (401, "UNAUTHENTICATED"), "{query}");
        assert_eq!(refused.header(header::WWW_AUTHENTICATE), "Bearer");
        assert_eq!(refused.body["errors"][0]["message"], "sign in to read the schema");
    }
    let misspelt = answer(house.post(&json!({ "query": "{ viewr { role } }" }))).await;
    assert_eq!(misspelt.refusal(), (400, "GRAPHQL_VALIDATION_FAILED"));
    assert_eq!(misspelt.body["errors"][0]["message"], "type `Query` does not have a field `viewr`");

    let open = app.open_doors_with(|config| config.open_schema = true).await;
    let told = answer(open.post(&json!({ "query": "{ __schema { queryType { name } } }" }))).await;
    assert_eq!(told.body["data"], json!({ "__schema": { "queryType": { "name": "Query" } } }));
}

#[tokio::test]
async fn who_has_signed_in_reads_the_schema() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let admin = &plan.vendor.admin;
    let told = house.ask(admin, INTROSPECTION, json!({})).await;
    assert_eq!(told["__schema"]["queryType"]["name"], "Query");
}

#[tokio::test]
async fn at_most_twenty_errors_are_listed() {
    let server = Server::start().await;
    let aliases: String =
        (0..30).map(|at| format!("a{at}: double(n: \"x\") ")).collect::<Vec<_>>().concat();
    let refused = server.ask(MODERN, json!({ "query": format!("{{ {aliases} }}") })).await;
    assert_eq!(refused.refusal(), (400, "GRAPHQL_VALIDATION_FAILED"));
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 20);
    let failing: String =
        (0..30).map(|at| format!("a{at}: forbidden ")).collect::<Vec<_>>().concat();
    let partial = server.ask(MODERN, json!({ "query": format!("{{ {failing} }}") })).await;
    assert_eq!(partial.body["errors"].as_array().unwrap().len(), 20);
    assert_eq!(partial.body["data"].as_object().unwrap().len(), 30);
}

#[tokio::test]
async fn every_door_refuses_alike() {
    let bomb: String = (1..30)
        .map(|at| format!("fragment F{at} on Query {{ ...F{0} ...F{0} }} ", at + 1))
        .chain(["{ ...F1 } fragment F30 on Query { hello }".to_owned()])
        .collect();
    let attacks = [
        ("{ hello ".repeat(1_001), "QUERY_TOO_COMPLEX"),
        (
            format!(
                "{{ {} }}",
                (0..31).map(|at| format!("a{at}: hello ")).collect::<Vec<_>>().concat()
            ),
            "QUERY_TOO_COMPLEX",
        ),
        (format!("{{ hello {} }}", "@skip(if: false) ".repeat(51)), "QUERY_TOO_COMPLEX"),
        (bomb, "QUERY_TOO_COMPLEX"),
        ("{ ...F } fragment F on Query { ...F }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        (format!("{{ double(n: {}1{}) }}", "[".repeat(900), "]".repeat(900)), "QUERY_TOO_COMPLEX"),
        (
            format!(
                "query ({}) {{ hello }}",
                (0..10_000).map(|at| format!("$v{at}: Int ")).collect::<Vec<_>>().concat()
            ),
            "QUERY_TOO_COMPLEX",
        ),
        (format!("mutation {{ {} }}", "bump ".repeat(11)), "QUERY_TOO_COMPLEX"),
        ("{ __schema { description } }".to_owned(), "UNAUTHENTICATED"),
    ];
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.greet(json!({})).await;
    client.hear().await;
    for (query, code) in attacks {
        let status = if code == "UNAUTHENTICATED" { 401 } else { 400 };
        let by_post = server.ask(MODERN, json!({ "query": query })).await;
        assert_eq!(by_post.refusal(), (status, code), "{query:.80}");
        if query.len() < 8_000 {
            // It says nothing of media types, so it gets JSON, whose status only tells whether somebody has to sign in.
            let by_get = server.get(&[("query", query.as_str())]).await;
            let status = if status == 401 { 401 } else { 200 };
            assert_eq!(by_get.refusal(), (status, code), "{query:.80}");
        }
        client.subscribe("1", &query).await;
        let by_socket = client.hear().await;
        assert_eq!(by_socket["type"], "error");
        assert_eq!(by_socket["payload"], by_post.body["errors"], "{query:.80}");
    }
    assert_eq!(server.toy.bumps.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn values_that_nobody_reads_are_let_be_until_they_are_many() {
    let server = Server::start().await;
    let given = |n: usize| {
        let variables: Value = (0..n).map(|at| (format!("v{at}"), json!(at))).collect();
        server.ask(MODERN, json!({ "query": "{ hello }", "variables": variables }))
    };
    assert_eq!(given(500).await.body, json!({ "data": { "hello": "world" } }));
    assert_eq!(given(501).await.refusal(), (400, "BAD_USER_INPUT"));
    let deep = format!(
        r#"{{"query":"{{ hello }}","variables":{{"v":{}1{}}}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let request = server.post(MODERN).header(header::CONTENT_TYPE, JSON).body(deep);
    assert_eq!(answer(request).await.refusal(), (400, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn an_answer_says_what_it_has_cost() {
    let server = Server::metered(10).await;
    for remaining in [9, 8] {
        let told = server.ask(MODERN, json!({ "query": "{ hello }" })).await;
        let cost = json!({
            "requested": 1, "actual": 1, "limit": 10, "remaining": remaining, "restoreRate": 1,
        });
        assert_eq!(
            told.body,
            json!({ "data": { "hello": "world" }, "extensions": { "cost": cost } })
        );
    }
    // Asking costs, whatever becomes of it; what did not run says no price.
    let refused = server.ask(MODERN, json!({ "query": "{" })).await;
    assert_eq!(refused.body.get("extensions"), None);
    let told = server.ask(MODERN, json!({ "query": "{ hello }" })).await;
    assert_eq!(told.body["extensions"]["cost"]["remaining"], 6);
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_back() {
    let server = Server::metered(3).await;
    let hello = json!({ "query": "{ hello }" });
    for _ in 0..3 {
        assert_eq!(server.ask(MODERN, hello.clone()).await.status, 200);
    }
    for accept in [MODERN, JSON, "text/event-stream"] {
        let refused = server.ask(accept, hello.clone()).await;
        assert_eq!(refused.refusal(), (429, "RATE_LIMITED"));
        assert_eq!(refused.header(header::RETRY_AFTER), "1");
        assert_eq!(refused.body["errors"][0]["extensions"]["retryAfterMs"], 1000);
    }
    // Every caller has an allowance of their own, whichever door they come by.
    let known = answer(server.post(MODERN).bearer_auth("ada").json(&hello)).await;
    assert_eq!(known.body["extensions"]["cost"]["remaining"], 2);
    let elsewhere = server.post(MODERN).header("x-forwarded-for", "198.51.100.7");
    assert_eq!(answer(elsewhere.json(&hello)).await.status, 200);
    let mut client = server.welcome("ada").await;
    for remaining in [1, 0] {
        client.subscribe("1", "{ hello }").await;
        assert_eq!(client.hear().await["payload"]["extensions"]["cost"]["remaining"], remaining);
        assert_eq!(client.hear().await["type"], "complete");
    }
    client.subscribe("1", "{ hello }").await;
    let refused = client.hear().await;
    assert_eq!(
        refused["payload"][0]["extensions"],
        json!({ "code": "RATE_LIMITED", "retryAfterMs": 1000 })
    );
    client.hears_nothing().await;
}

#[tokio::test]
async fn what_was_expected_and_did_not_come_is_given_back() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let query =
        "{ plans(first: 50) { nodes { id } } rateLimit { limit remaining restoreRate resetAt } }";
    let told = house.try_ask(&plan.vendor.viewer, query, json!({})).await;
    // The page, its fifty plans and the allowance were paid for in advance; there is one plan.
    assert_eq!(
        told["data"]["rateLimit"],
        json!({
            "limit": 50_000, "remaining": 49_948, "restoreRate": 1_000,
            "resetAt": "2026-06-30T12:00:00.052+00:00",
        })
    );
    assert_eq!(
        told["extensions"]["cost"],
        json!({
            "requested": 52, "actual": 3, "limit": 50_000, "remaining": 49_997, "restoreRate": 1_000,
        })
    );

    let uncounted = app.open_doors_with(|config| config.rate_limit = 0).await;
    let told = uncounted.try_ask(&plan.vendor.viewer, "{ rateLimit { limit } }", json!({})).await;
    assert_eq!(told, json!({ "data": { "rateLimit": null } }));
}
