//! Who renews what, once, and who learns of it.

use serde_json::{Value, json};

use super::{asked, refused, renew, year};
use crate::support::{
    GivenPlan, TestApp,
    planning::{bare_mutation, plan_mutation},
};

#[tokio::test]
async fn renewing_twice_is_refused_with_what_there_is() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let manager = plan.vendor.manager.clone();
    let first = renew(&plan, &manager, "10").await;
    let query = plan_mutation("renewPlan").replace(
        "errors { code message path }",
        "errors { __typename code message path ... on AlreadyRenewed { existing { id name } } }",
    );
    let again = manager.run(&query, json!({ "input": asked(&plan, "12") })).await;
    assert_eq!(
        again["renewPlan"],
        json!({ "plan": null, "errors": [{
            "__typename": "AlreadyRenewed", "code": "ALREADY_RENEWED", "path": ["planId"],
            "message": "the plan has been renewed already",
            "existing": { "id": first.id, "name": "Plan 2027" },
        }] })
    );
    // Given up, it makes room for another.
    first.change(&manager, "discardPlan", json!({})).await;
    assert_eq!(plan.read(&manager, "renewedBy { id }").await, Value::Null);
    let second = renew(&plan, &manager, "12").await;
    assert_ne!(first.id, second.id);
}

#[tokio::test]
async fn a_renewal_of_the_other_side_is_unknown_until_it_is_shared() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let (vendor, partner) = (plan.vendor.manager.clone(), plan.partner.manager.clone());
    let events = "{ events(first: 100) { edges { cursor } } viewer { unreadAlertCount } }";
    let heard = async || partner.run(events, json!({})).await;
    let before = (plan.read(&partner, "revision history { totalCount }").await, heard().await);
    let theirs = renew(&plan, &vendor, "10").await;
    let learnt = "query($id: ID!, $hidden: ID!) {
        plan(id: $id) { revision renewedBy { id } history { totalCount } }
        hidden: plan(id: $hidden) { id } node(id: $hidden) { id } plans { totalCount }
    }";
    for client in [&plan.partner.admin, &partner, &plan.partner.viewer, &plan.vendor.viewer] {
        let found = client.run(learnt, json!({ "id": plan.id, "hidden": theirs.id })).await;
        assert_eq!(found["plan"]["renewedBy"], Value::Null, "{}", client.email());
        assert_eq!([&found["hidden"], &found["node"]], [&Value::Null, &Value::Null]);
        assert_eq!(found["plans"]["totalCount"], 1);
    }
    let after = (plan.read(&partner, "revision history { totalCount }").await, heard().await);
    assert_eq!(after, before);

    // So the partner drafts its own, and neither knows of the other's.
    let own = renew(&plan, &partner, "20").await;
    assert_eq!(plan.read(&partner, "renewedBy { id }").await["id"], json!(own.id));
    assert_eq!(plan.read(&vendor, "renewedBy { id }").await["id"], json!(theirs.id));
    // Shown to the vendor, who has one already, both stand; the one that is further on its way is named.
    own.change(&partner, "sharePlan", json!({})).await;
    for client in [&partner, &vendor, &plan.vendor.viewer] {
        assert_eq!(plan.read(client, "renewedBy { id }").await["id"], json!(own.id));
    }
    assert_eq!(theirs.read(&partner, "id").await, Value::Null);
    assert!(refused(&plan, &vendor, "1").await.starts_with("ALREADY_RENEWED"));
}

#[tokio::test]
async fn the_same_key_makes_one_renewal() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let query = plan_mutation("renewPlan");
    let mut input = asked(&plan, "10");
    input["idempotencyKey"] = json!("renew-1");
    let first = plan.vendor.manager.done(&query, json!({ "input": input })).await;
    let again = plan.vendor.manager.done(&query, json!({ "input": input })).await;
    assert_eq!(first, again);
    input["growthPercent"] = json!("11");
    assert_eq!(
        plan.vendor.manager.refused(&query, json!({ "input": input })).await,
        "IDEMPOTENCY_CONFLICT at idempotencyKey: the idempotency key `renew-1` was used with another input"
    );
}

#[tokio::test]
async fn growth_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let manager = &plan.vendor.manager;
    for percent in ["-100", "-250", "10000", "1000.01", "0.001", "79228162514264337593543950335"] {
        assert_eq!(
            refused(&plan, manager, percent).await,
            format!(
                "VALIDATION_FAILED at growthPercent: growthPercent: {percent} is not a percentage above -100 and up to 1000 with at most 2 decimal places"
            )
        );
    }
    for percent in ["NaN", "Infinity", "ten", ""] {
        let answer = manager
            .try_run(&plan_mutation("renewPlan"), json!({ "input": asked(&plan, percent) }))
            .await;
        assert_eq!(answer["data"], Value::Null, "{percent}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("Decimal"), "{answer}");
    }
    for (field, text) in [("name", " "), ("overrideReason", "a\0b")] {
        let mut input = asked(&plan, "10");
        input[field] = json!(text);
        let refused = manager.refused(&plan_mutation("renewPlan"), json!({ "input": input })).await;
        assert!(refused.starts_with(&format!("VALIDATION_FAILED at {field}: ")), "{refused}");
    }
    assert_eq!(plan.read(manager, "renewedBy { id }").await, Value::Null);
}

#[tokio::test]
async fn what_was_never_signed_cannot_be_renewed() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().draft().await;
    let told = |state: &str| {
        format!("INVALID_TRANSITION: renewing is not possible while the plan is {state}")
    };
    assert_eq!(refused(&plan, &northwind.manager, "1").await, told("a draft"));
    assert_eq!(refused(&plan, &acme.manager, "1").await, "NOT_FOUND: plan not found");
    plan.change(&northwind.manager, "sharePlan", json!({})).await;
    assert_eq!(refused(&plan, &acme.manager, "1").await, told("in negotiation"));
    plan.change(&northwind.manager, "proposePlan", json!({})).await;
    assert_eq!(refused(&plan, &acme.manager, "1").await, told("awaiting signatures"));
}

#[tokio::test]
async fn only_those_who_work_on_the_partnership_renew() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let absent = GivenPlan { id: "plan_00000000000000000000000001".to_owned(), ..plan.clone() };
    for outsider in [&globex.admin, &globex.manager, &contoso.admin] {
        let told = refused(&plan, outsider, "10").await;
        assert_eq!(told, "NOT_FOUND: plan not found");
        assert_eq!(refused(&absent, outsider, "10").await, told);
    }
    let forbidden = "FORBIDDEN: renewing is not for your role";
    for client in
        [&plan.vendor.executive, &plan.vendor.viewer, &plan.partner.executive, &plan.partner.viewer]
    {
        assert_eq!(refused(&plan, client, "10").await, forbidden, "{}", client.email());
    }
    let create = "mutation { createIntegration(input: {
        name: \"CRM\", scopes: [ACTIVITIES_WRITE, ACTIVITIES_READ, PLANS_READ, EVENTS_READ]
    }) { integration { id } token errors { code message path } } }";
    let made = plan.vendor.admin.done(create, json!({})).await;
    let crm = app.as_bearer(made["token"].as_str().unwrap());
    assert_eq!(refused(&plan, &crm, "10").await, forbidden);
    assert_eq!(plan.read(&crm, "renewedBy { id }").await, Value::Null);
    let revoke = json!({ "input": { "integrationId": made["integration"]["id"] } });
    plan.vendor.admin.done(&bare_mutation("revokeIntegration"), revoke).await;
    assert_eq!(refused(&plan, &crm, "10").await, "UNAUTHENTICATED: sign in first");
    assert_eq!(refused(&plan, &app.as_stranger(), "10").await, "UNAUTHENTICATED: sign in first");
    let count = plan.vendor.admin.run("{ plans { totalCount } }", json!({})).await;
    assert_eq!(count["plans"]["totalCount"], 1);
}
