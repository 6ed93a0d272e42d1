//! Both sides at the same instant.

use futures_util::future::join;
use serde_json::{Value, json};

use crate::support::{Client, GivenPlan, TestApp, planning::plan_mutation};

async fn proposed(app: &TestApp) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    northwind.plan(&acme).full().proposed().await
}

/// Tries something with the plan; gives the errors.
async fn attempt(plan: &GivenPlan, client: &Client, mutation: &str, input: Value) -> Value {
    let input = plan.placed(mutation, input).await;
    let answer = client.run(&plan_mutation(mutation), json!({ "input": input })).await;
    answer[mutation]["errors"].clone()
}

#[tokio::test]
async fn both_sides_sign_and_the_plan_is_in_force_once() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let signature = plan.signature(&plan.vendor.manager).await;
    let sign = |client: &Client| {
        let (plan, client, signature) = (plan.clone(), client.clone(), signature.clone());
        async move { attempt(&plan, &client, "signPlan", signature).await }
    };
    let told = join(sign(&plan.vendor.executive), sign(&plan.partner.executive)).await;
    assert_eq!(told, (json!([]), json!([])));
    let query = "{ events(first: 100) { edges { node { ... on PlanChanged { kind } } } } }";
    let found = plan.partner.viewer.run(query, json!({})).await;
    let edges = found["events"]["edges"].as_array().unwrap();
    let n_of = |kind: &str| edges.iter().filter(|edge| edge["node"]["kind"] == kind).count();
    assert_eq!((n_of("PLAN_SIGNED"), n_of("PLAN_ACTIVATED")), (2, 1));
    let reviews = plan.read(&plan.vendor.viewer, "reviews { number }").await;
    assert_eq!(reviews.as_array().unwrap().len(), 4);
    app.check_sums().await;
}

#[tokio::test]
async fn one_signs_while_the_other_edits_and_no_signature_stands_under_what_was_not_signed() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let signature = plan.signature(&plan.vendor.manager).await;
    let sign = attempt(&plan, &plan.vendor.executive, "signPlan", signature);
    let edit = attempt(&plan, &plan.partner.manager, "editPlan", json!({ "name": "Another" }));
    let (signed, edited) = join(sign, edit).await;
    let found = plan.read(&plan.vendor.viewer, "signatures { voidedAt }").await;
    let standing = found.as_array().unwrap().iter().filter(|row| row["voidedAt"].is_null()).count();
    let state = plan.read(&plan.vendor.viewer, "state").await;
    if edited == json!([]) {
        // The edit came first, or knew of the signature: it opens the plan again.
        assert_eq!((state, standing), (json!("NEGOTIATING"), 0));
        assert!(signed == json!([]) || signed[0]["code"] == "INVALID_TRANSITION", "{signed}");
    } else {
        assert_eq!(edited[0]["code"], "REVISION_CONFLICT");
        assert_eq!((signed, state, standing), (json!([]), json!("AWAITING_SIGNATURES"), 1));
    }
}
