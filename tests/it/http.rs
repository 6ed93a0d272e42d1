//! GraphQL over HTTP: media types, methods, statuses, and what an error may say.

use std::{sync::atomic::Ordering, time::Duration};

use jbp::http::Timing;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::support::{
    asking::{JSON, MODERN, answer},
    toy::Server,
};

#[tokio::test]
async fn a_query_is_answered_in_the_media_type_that_was_asked_for() {
    let server = Server::start().await;
    for (accept, expected) in [
        (MODERN, "application/graphql-response+json; charset=utf-8"),
        (JSON, "application/json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
        (
            "application/graphql-response+json;q=0.3, application/json;q=0.7",
            "application/json; charset=utf-8",
        ),
    ] {
        let answer = server.ask(accept, json!({ "query": "{ hello }" })).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header(header::CONTENT_TYPE), expected);
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(answer.body, json!({ "data": { "hello": "world" } }));
    }
    let refused = server.ask("text/html", json!({ "query": "{ hello }" })).await;
    assert_eq!(refused.refusal(), (406, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn only_json_is_read() {
    let server = Server::start().await;
    let body = r#"{"query":"mutation { bump }"}"#;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
    ] {
        let request = server.post(MODERN).header(header::CONTENT_TYPE, kind).body(body);
        assert_eq!(answer(request).await.refusal(), (415, "BAD_USER_INPUT"), "{kind}");
    }
    assert_eq!(answer(server.post(MODERN).body(body)).await.refusal(), (415, "BAD_USER_INPUT"));
    assert_eq!(server.toy.bumps.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_not_a_request_is_400_in_either_media_type() {
    let server = Server::start().await;
    for body in [
        "",
        "nonsense",
        r#"{"query":"#,
        r#"{"qeury":"{ hello }"}"#,
        r#"{"query":7}"#,
        r#"{"query":"{ hello }","variables":[7]}"#,
        r#"{"query":"{ hello }","operationName":7}"#,
        r#"[{"query":"{ hello }"},{"query":"{ hello }"}]"#,
        r#"["{ hello }"]"#,
    ] {
        for accept in [MODERN, JSON] {
            let request = server.post(accept).header(header::CONTENT_TYPE, JSON).body(body);
            let refused = answer(request).await;
            assert_eq!(refused.refusal(), (400, "BAD_USER_INPUT"), "{body}");
        }
    }
}

#[tokio::test]
async fn a_request_that_does_not_run_says_why() {
    let server = Server::start().await;
    for (body, code) in [
        (json!({ "query": "{" }), "GRAPHQL_PARSE_FAILED"),
        (json!({ "query": "{ nothing }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "{ double(n: \"two\") }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "query A { hello } query B { hello }" }), "OPERATION_RESOLUTION_FAILURE"),
        (json!({ "query": "{ hello }", "operationName": "A" }), "OPERATION_RESOLUTION_FAILURE"),
        (json!({ "query": "query ($n: Int!) { double(n: $n) }" }), "BAD_USER_INPUT"),
        (json!({ "query": "query ($n: Int!) { hello }" }), "BAD_USER_INPUT"),
        (json!({ "query": "subscription { counter }" }), "BAD_USER_INPUT"),
    ] {
        let refused = server.ask(MODERN, body.clone()).await;
        assert_eq!(refused.refusal(), (400, code), "{body}");
        let refused = server.ask(JSON, body.clone()).await;
        assert_eq!(refused.refusal(), (200, code), "{body}");
    }
    let refused = server.ask(MODERN, json!({ "query": "{\n  hello(\n}" })).await;
    assert_eq!(refused.body["errors"][0]["locations"], json!([{ "line": 3, "column": 1 }]));
}

#[tokio::test]
async fn names_variables_and_extensions_may_be_null() {
    let server = Server::start().await;
    let body = json!({
        "query": "query A { hello }", "operationName": null, "variables": null, "extensions": null,
    });
    assert_eq!(server.ask(MODERN, body).await.body, json!({ "data": { "hello": "world" } }));

    let body = json!({
        "query": "query A { hello } query B($n: Int!) { double(n: $n) }",
        "operationName": "B", "variables": { "n": 21 }, "extensions": { "trace": true },
    });
    assert_eq!(server.ask(MODERN, body).await.body, json!({ "data": { "double": 42 } }));
}

#[tokio::test]
async fn a_partial_result_is_200_and_keeps_the_code_of_its_error() {
    let server = Server::start().await;
    let answer = server.ask(MODERN, json!({ "query": "{ hello forbidden }" })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        json!({
            "errors": [{
                "message": "not yours",
                "locations": [{ "line": 1, "column": 9 }],
                "path": ["forbidden"],
                "extensions": { "code": "FORBIDDEN" },
            }],
            "data": { "hello": "world", "forbidden": null },
        })
    );
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_the_clients_error() {
    let server = Server::start().await;
    let body = json!({
        "query": "query ($id: UUID!) { id(id: $id) }", "variables": { "id": "plan_1" },
    });
    let answer = server.ask(MODERN, body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["data"], Value::Null);
    assert_eq!(answer.body["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT" }));
}

#[tokio::test]
async fn an_error_of_ours_is_a_request_id_and_nothing_else() {
    let server = Server::start().await;
    let sealed = json!({ "code": "INTERNAL_SERVER_ERROR", "requestId": "req-1" });

    let leaked = server.ask(MODERN, json!({ "query": "{ leak }" })).await;
    assert_eq!(leaked.status, 200);
    assert_eq!(leaked.header("x-request-id"), "req-1");
    assert_eq!(leaked.body["errors"][0]["message"], "internal error");
    assert_eq!(leaked.body["errors"][0]["extensions"], sealed);

    for (accept, status) in [(MODERN, 500), (JSON, 200)] {
        let broken = server.ask(accept, json!({ "query": "{ boom }" })).await;
        assert_eq!(broken.status, status);
        assert_eq!(
            broken.body,
            json!({ "errors": [{ "message": "internal error", "extensions": sealed }] })
        );
    }
}

#[tokio::test]
async fn an_operation_is_given_up_when_its_time_is_over() {
    let execution = Duration::from_millis(20);
    let mut server = Server::timed(Timing { execution, ..Timing::default() }).await;
    let late = server.ask(MODERN, json!({ "query": "{ wait }" })).await;
    assert_eq!(late.refusal(), (504, "TIMEOUT"));
    server.feed().await.closed().await;
    let late = server.ask(JSON, json!({ "query": "{ wait }" })).await;
    assert_eq!(late.refusal(), (200, "TIMEOUT"));
}

#[tokio::test]
async fn a_body_of_more_than_256_kilobytes_is_too_large() {
    let server = Server::start().await;
    let fitting = |length: usize| {
        let frame = r#"{"query":"{ hello }","extensions":{"x":""}}"#.len();
        json!({ "query": "{ hello }", "extensions": { "x": "A".repeat(length - frame) } })
    };
    for accept in [MODERN, JSON] {
        let most = server.ask(accept, fitting(256 * 1024)).await;
        assert_eq!(most.body, json!({ "data": { "hello": "world" } }));
        let more = server.ask(accept, fitting(256 * 1024 + 1)).await;
        assert_eq!(more.refusal(), (413, "PAYLOAD_TOO_LARGE"));
    }
}

#[tokio::test]
async fn get_runs_queries() {
    let server = Server::start().await;
    let double = "query D($n: Int!) { double(n: $n) }";
    let answer = server
        .get(&[
            ("query", double),
            ("operationName", "D"),
            ("variables", r#"{"n":2}"#),
            ("extensions", "{}"),
        ])
        .await;
    assert_eq!((answer.status, answer.body), (200, json!({ "data": { "double": 4 } })));

    let unnamed = server.get(&[("query", "{ hello }"), ("operationName", "")]).await;
    assert_eq!(unnamed.body, json!({ "data": { "hello": "world" } }));

    let two = "query A { hello } query B { hello }";
    let unresolved = server.get(&[("query", two), ("operationName", "C")]).await;
    // Who says nothing of media types gets JSON, and with it 200.
    assert_eq!(unresolved.refusal(), (200, "OPERATION_RESOLUTION_FAILURE"));

    for parameters in [
        vec![],
        vec![("query", "{ hello }"), ("variables", "nonsense")],
        vec![("query", "{ hello }"), ("variables", "[]")],
        vec![("query", "{ hello }"), ("query", "{ hello }")],
    ] {
        assert_eq!(server.get(&parameters).await.refusal(), (400, "BAD_USER_INPUT"));
    }
}

#[tokio::test]
async fn a_mutation_is_run_by_post_alone() {
    let server = Server::start().await;
    for query in ["mutation { bump }", "query A { hello } mutation B { bump }"] {
        let refused = server.get(&[("query", query), ("operationName", "")]).await;
        let by_name = server.get(&[("query", query), ("operationName", "B")]).await;
        if query.starts_with("mutation") {
            assert_eq!(refused.refusal(), (405, "BAD_USER_INPUT"));
            assert_eq!(refused.header(header::ALLOW), "POST");
        } else {
            assert_eq!(by_name.refusal(), (405, "BAD_USER_INPUT"));
        }
    }
    assert_eq!(server.toy.bumps.load(Ordering::SeqCst), 0);

    let bumped = server.ask(MODERN, json!({ "query": "mutation { bump }" })).await;
    assert_eq!(bumped.body, json!({ "data": { "bump": 1 } }));

    let deleted = answer(server.request(Method::DELETE, "/graphql")).await;
    assert_eq!((deleted.status, deleted.header(header::ALLOW)), (405, "GET,HEAD,POST"));
}

#[tokio::test]
async fn a_token_makes_a_caller() {
    let server = Server::start().await;
    let whoami = json!({ "query": "{ whoami }" });
    let anonymous = server.ask(MODERN, whoami.clone()).await;
    assert_eq!(anonymous.body, json!({ "data": { "whoami": "nobody" } }));

    let known = answer(server.post(MODERN).bearer_auth("ada").json(&whoami)).await;
    assert_eq!(known.body, json!({ "data": { "whoami": "ada" } }));

    for accept in [MODERN, JSON] {
        for credential in ["Bearer forged", "Bearer ", "Basic YWRhOg=="] {
            let request =
                server.post(accept).header(header::AUTHORIZATION, credential).json(&whoami);
            let refused = answer(request).await;
            assert_eq!(refused.refusal(), (401, "UNAUTHENTICATED"));
            assert_eq!(refused.header(header::WWW_AUTHENTICATE), "Bearer error=\"invalid_token\"");
        }
    }
    server.toy.is_down.store(true, Ordering::SeqCst);
    let request = server.post(MODERN).bearer_auth("ada").json(&whoami);
    assert_eq!(answer(request).await.refusal(), (503, "INTERNAL_SERVER_ERROR"));
}

#[tokio::test]
async fn every_page_carries_the_headers_of_a_careful_one() {
    let server = Server::start().await;
    for path in ["/healthz", "/graphql", "/nowhere"] {
        let page = answer(server.request(Method::GET, path)).await;
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("x-request-id"), "req-1", "{path}");
    }
}

#[tokio::test]
async fn a_long_answer_is_compressed_for_who_can_read_it() {
    let server = Server::start().await;
    for (times, expected) in [(2000, "gzip"), (10, "")] {
        let body = json!({ "query": format!("{{ shout(times: {times}) }}") });
        let request = server.post(MODERN).header(header::ACCEPT_ENCODING, "gzip").json(&body);
        assert_eq!(answer(request).await.header(header::CONTENT_ENCODING), expected);
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_call_only_if_they_are_listed() {
    let page = "https://partner.example";
    let preflight = |server: &Server| {
        server
            .request(Method::OPTIONS, "/graphql")
            .header(header::ORIGIN, page)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
    };
    let none = Server::start().await;
    let refused = answer(preflight(&none)).await;
    assert_eq!(refused.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "");

    let listed = Server::with(|state| state.origins = vec![page.parse().unwrap()]).await;
    let allowed = answer(preflight(&listed)).await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), page);
    assert_eq!(allowed.header(header::ACCESS_CONTROL_ALLOW_METHODS), "GET,POST");
    assert_eq!(allowed.header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "");
}

#[tokio::test]
async fn health_is_being_there_and_readiness_is_being_of_use() {
    let server = Server::start().await;
    let status = async |path| answer(server.request(Method::GET, path)).await.status;
    assert_eq!((status("/healthz").await, status("/readyz").await), (200, 200));
    server.toy.is_down.store(true, Ordering::SeqCst);
    assert_eq!((status("/healthz").await, status("/readyz").await), (200, 503));
}
