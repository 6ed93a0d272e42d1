//! What goes on around an amendment: values proposed for single fields of it, reviews with new dates, reminders to sign it.

use serde_json::{Value, json};

use super::{both_sign, demos, doubled, move_to, propose};
use crate::support::{Client, GivenPlan, TestApp, given::id_of, planning::bare_mutation};

/// The states of the plan's counter-proposals, the latest first.
async fn states(plan: &GivenPlan) -> Value {
    let found = plan.read(&plan.vendor.viewer, "counterProposals { nodes { state } }").await;
    found["nodes"].as_array().unwrap().iter().map(|node| node["state"].clone()).collect()
}

async fn counter_propose(plan: &GivenPlan, client: &Client, amount: &str) -> String {
    let change = json!({ "target": { "targetId": plan.target("demos").await, "amount": amount } });
    let input = json!({ "planId": plan.id, "change": change, "reason": "there is more to get" });
    let query = "mutation($input: CounterProposeInput!) { counterPropose(input: $input) {
        counterProposal { id } errors { code message path } } }";
    id_of(&client.done(query, json!({ "input": input })).await["counterProposal"])
}

async fn accept(plan: &GivenPlan, client: &Client, id: &str) {
    let input = json!({ "counterProposalId": id, "expectedRevision": plan.revision().await });
    client.done(&bare_mutation("acceptCounterProposal"), json!({ "input": input })).await;
}

#[tokio::test]
async fn a_counter_proposal_is_about_the_working_copy_and_leaves_what_is_in_force_alone() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    doubled(&plan).await;
    let id = counter_propose(&plan, &plan.vendor.manager, "3000").await;
    accept(&plan, &plan.partner.manager, &id).await;
    let open = counter_propose(&plan, &plan.partner.manager, "2700").await;
    let fields = "targets { amount } amendment { targets { amount } }";
    let query = format!("query($id: ID!) {{ plan(id: $id) {{ {fields} }} }}");
    let amounts = async || {
        let found = plan.vendor.viewer.run(&query, json!({ "id": plan.id })).await;
        let of = |plan: &Value| plan["targets"][0]["amount"].clone();
        (of(&found["plan"]), of(&found["plan"]["amendment"]))
    };
    assert_eq!(amounts().await, (json!("1200.000"), json!("3000.000")));

    // Proposed, the working copy is frozen; given up, nothing is left to answer.
    propose(&plan, "2026-02-01").await;
    let input = json!({ "counterProposalId": open, "expectedRevision": plan.revision().await });
    let refused = plan
        .vendor
        .manager
        .refused(&bare_mutation("acceptCounterProposal"), json!({ "input": input }))
        .await;
    assert!(refused.starts_with("INVALID_TRANSITION"), "{refused}");
    plan.change(&plan.vendor.manager, "withdrawAmendment", json!({ "reason": "no" })).await;
    assert_eq!(amounts().await, (json!("1200.000"), Value::Null));
    assert_eq!(states(&plan).await, json!(["OUTDATED", "ACCEPTED"]));
    app.check_sums().await;
}

#[tokio::test]
async fn an_amended_cadence_gives_the_reviews_from_its_day_on_new_dates() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    let dates = async || {
        let found = plan.read(&plan.partner.viewer, "reviews { number scheduledOn state }").await;
        let rows = found.as_array().unwrap().iter();
        rows.map(|row| {
            let word = |name: &str| row[name].as_str().unwrap().to_owned();
            format!("{} {} {}", row["number"], word("scheduledOn"), word("state"))
        })
        .collect::<Vec<_>>()
    };
    let before = [
        "1 2026-04-10 SCHEDULED",
        "2 2026-07-10 SCHEDULED",
        "3 2026-10-10 SCHEDULED",
        "4 2027-01-10 SCHEDULED",
    ];
    assert_eq!(dates().await, before);
    move_to(&app, "2026-04-10").await;
    let first = plan.read(&plan.vendor.manager, "reviews { id }").await[0]["id"].clone();
    let held = json!({ "input": { "reviewId": first } });
    plan.vendor.manager.done(&bare_mutation("holdReview"), held).await;
    plan.change(&plan.vendor.manager, "beginAmendment", json!({ "reason": "meet less" })).await;
    let cadence = json!({ "cadence": "HALF_YEARLY", "kind": "CHECK_IN", "format": "REMOTE" });
    let refused = plan
        .refused(&plan.vendor.manager, "proposeAmendment", json!({ "effectiveOn": "2026-06-01" }))
        .await;
    assert_eq!(refused, "VALIDATION_FAILED at planId: planId: nothing differs from version 1");
    plan.change(&plan.partner.manager, "setReviewCadence", cadence).await;
    // A full plan is reviewed every quarter at least.
    let refused = plan
        .refused(&plan.vendor.manager, "proposeAmendment", json!({ "effectiveOn": "2026-06-01" }))
        .await;
    assert!(refused.starts_with("NOT_READY"), "{refused}");
    let cadence = json!({ "cadence": "MONTHLY", "kind": "CHECK_IN", "format": "REMOTE" });
    plan.change(&plan.partner.manager, "setReviewCadence", cadence).await;
    propose(&plan, "2026-09-15").await;
    assert_eq!(dates().await[1..], before[1..]);
    // Signed, it is on the calendar, though its day is to come.
    both_sign(&plan).await;
    let after = [
        "1 2026-04-10 HELD",
        "2 2026-07-10 SCHEDULED",
        "3 2026-10-10 SCHEDULED",
        "4 2026-11-10 SCHEDULED",
        "5 2026-12-10 SCHEDULED",
        "6 2027-01-10 SCHEDULED",
    ];
    assert_eq!(dates().await, after);
    move_to(&app, "2026-09-15").await;
    assert_eq!(dates().await, after);
}

#[tokio::test]
async fn an_amendment_that_nobody_signs_reminds_whoever_has_not() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    doubled(&plan).await;
    propose(&plan, "2026-03-01").await;
    plan.sign(&plan.vendor.executive).await;
    let reminders = async |client: &Client| {
        let field = "alerts(filter: { rules: [SIGNATURE_PENDING] }) { nodes { state message } }";
        let found = plan.read(client, field).await["nodes"].take();
        let rows = found.as_array().unwrap().iter();
        rows.map(|row| {
            format!("{}: {}", row["state"].as_str().unwrap(), row["message"].as_str().unwrap())
        })
        .collect::<Vec<_>>()
    };
    move_to(&app, "2026-01-16").await;
    assert!(reminders(&plan.vendor.viewer).await.is_empty());
    move_to(&app, "2026-01-17").await;
    assert_eq!(
        reminders(&plan.vendor.viewer).await,
        ["OPEN: version 2 has awaited the partner's signature since 2026-01-10"]
    );
    assert_eq!(
        reminders(&plan.partner.viewer).await,
        ["OPEN: version 2 has awaited your signature since 2026-01-10"]
    );
    plan.sign(&plan.partner.executive).await;
    assert_eq!(
        reminders(&plan.partner.viewer).await,
        ["RESOLVED: version 2 has awaited your signature since 2026-01-10"]
    );
}
