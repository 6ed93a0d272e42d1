//! How far an error reaches: to the nearest field that may be null, and with the path of the field that failed.

use serde_json::{Value, json};

use crate::support::TestApp;

#[tokio::test]
async fn an_error_takes_no_more_with_it_than_it_must() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let admin = &plan.vendor.admin;
    let told = async |query: &str| {
        let answer = house.try_ask(admin, query, json!({})).await;
        let errors = answer["errors"].as_array().cloned().unwrap_or_default();
        let paths: Vec<Value> = errors.iter().map(|error| error["path"].clone()).collect();
        assert!(errors.iter().all(|error| error["extensions"]["code"] == "BAD_USER_INPUT"));
        (answer["data"].clone(), json!(paths))
    };
    // A field that may be null is null, and its neighbours are not.
    assert_eq!(
        told("{ viewer { role } node(id: \"nonsense\") { id } }").await,
        (json!({ "viewer": { "role": "VENDOR_ADMIN" }, "node": null }), json!([["node"]]))
    );
    assert_eq!(
        told("{ a: node(id: \"x\") { id } b: plan(id: \"y\") { name } viewer { role } }").await,
        (
            json!({ "a": null, "b": null, "viewer": { "role": "VENDOR_ADMIN" } }),
            json!([["a"], ["b"]])
        )
    );
    // One that may not takes its parents along, as far as one that may.
    let below = "alerts(first: 101) { totalCount }";
    assert_eq!(
        told(&format!("{{ viewer {{ role }} plan(id: \"{}\") {{ name {below} }} }}", plan.id))
            .await,
        (
            json!({ "viewer": { "role": "VENDOR_ADMIN" }, "plan": null }),
            json!([["plan", "alerts"]])
        )
    );
    // Its path goes through lists.
    assert_eq!(
        told(&format!("{{ plans(first: 1) {{ nodes {{ {below} }} }} }}")).await,
        (Value::Null, json!([["plans", "nodes", 0, "alerts"]]))
    );
    assert_eq!(
        told(&format!("{{ nodes(ids: [\"{}\"]) {{ ... on Plan {{ {below} }} }} }}", plan.id)).await,
        (json!({ "nodes": [null] }), json!([["nodes", 0, "alerts"]]))
    );
}
