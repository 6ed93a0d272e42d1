//! Facts that one side says are not so.

use std::slice;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Client, Fact, GivenPlan, TestApp, facts::outcomes};

const DISPUTE: &str = "mutation($input: DisputeActivityInput!) { disputeActivity(input: $input) {
    activity { id provenance } errors { code message path } } }";
const RESOLVE: &str = "mutation($input: ResolveDisputeInput!) { resolveDispute(input: $input) {
    activity { id provenance isSuperseded } errors { code message path } } }";

fn disputing(id: &str, reason: &str) -> Value {
    json!({ "input": { "activityId": id, "reason": reason } })
}

fn resolving(id: &str, outcome: &str) -> Value {
    json!({ "input": { "activityId": id, "outcome": outcome, "reason": "we looked" } })
}

fn won(reference: &str, amount: &str) -> Fact {
    Fact::deal("DEAL_WON", reference, "2026-02-01").amount(amount, "USD")
}

/// Actual, verified share, and what is disputed of a revenue target.
async fn revenue(plan: &GivenPlan) -> String {
    let fields = "actual verifiedShare disputed disputedShare";
    let found = plan.target_progress(&plan.partner.viewer, "Revenue", "2026-06-30", fields).await;
    ["actual", "verifiedShare", "disputed", "disputedShare"]
        .map(|field| found[field].as_str().unwrap_or("-").to_owned())
        .join(" ")
}

async fn disputes(client: &Client, id: &str) -> Value {
    let query =
        "query($id: ID!) { node(id: $id) { ... on Activity { provenance isSuperseded disputes {
        state reason raisedBySide resolution resolvedAt } } } }";
    client.run(query, json!({ "id": id })).await["node"].take()
}

/// One win that the vendor vouches for, one that the partner reports.
async fn two_wins(plan: &GivenPlan) -> [String; 2] {
    let partnership = &plan.partner.partnership;
    let vouched = plan.vendor.manager.recorded(partnership, &[won("V", "60.00")]).await.remove(0);
    let reported = plan.partner.manager.recorded(partnership, &[won("P", "40.00")]).await.remove(0);
    [vouched, reported]
}

#[tokio::test]
async fn a_disputed_fact_counts_and_is_told_apart_until_the_vendor_decides() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let [vouched, reported] = two_wins(&plan).await;
    assert_eq!(revenue(&plan).await, "100.00 0.6000 0.00 0.0000");

    // Each side disputes what the other said.
    let said = plan.partner.manager.done(DISPUTE, disputing(&vouched, "that was 50")).await;
    assert_eq!(said["activity"]["provenance"], "DISPUTED");
    assert_eq!(revenue(&plan).await, "100.00 0.0000 60.00 0.6000");
    plan.vendor.manager.done(DISPUTE, disputing(&reported, "we know of no such deal")).await;
    assert_eq!(revenue(&plan).await, "100.00 0.0000 100.00 1.0000");
    app.check_sums().await;

    // It is so: vouched for as before. It is not so: it counts no more.
    plan.vendor.manager.done(RESOLVE, resolving(&vouched, "REJECTED")).await;
    assert_eq!(revenue(&plan).await, "100.00 0.6000 40.00 0.4000");
    let gone = plan.vendor.manager.done(RESOLVE, resolving(&reported, "UPHELD")).await;
    assert_eq!(gone["activity"]["isSuperseded"], true);
    assert_eq!(revenue(&plan).await, "60.00 1.0000 0.00 0.0000");
    app.check_sums().await;

    let now = "2026-06-30T12:00:00+00:00";
    assert_eq!(
        disputes(&plan.partner.viewer, &vouched).await,
        json!({ "provenance": "VERIFIED", "isSuperseded": false, "disputes": [{ "state": "REJECTED",
            "reason": "that was 50", "raisedBySide": "PARTNER", "resolution": "we looked", "resolvedAt": now }] })
    );
    assert_eq!(
        disputes(&plan.partner.viewer, &reported).await,
        json!({ "provenance": "DISPUTED", "isSuperseded": true, "disputes": [{ "state": "UPHELD",
            "reason": "we know of no such deal", "raisedBySide": "VENDOR", "resolution": "we looked", "resolvedAt": now }] })
    );
    let ledger = "{ activities(first: 1) { nodes { kind reason supersedesId provenance } } }";
    let last = plan.partner.viewer.run(ledger, json!({})).await;
    assert_eq!(
        last["activities"]["nodes"],
        json!([{ "kind": "ADJUSTMENT", "reason": "we looked", "supersedesId": reported, "provenance": "VERIFIED" }])
    );
    // What was decided can be disputed again.
    plan.partner.manager.done(DISPUTE, disputing(&vouched, "still 50")).await;
    assert_eq!(revenue(&plan).await, "60.00 0.0000 60.00 1.0000");
}

#[tokio::test]
async fn a_correction_closes_the_dispute() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let partnership = &plan.partner.partnership;
    let [vouched, reported] = two_wins(&plan).await;
    plan.partner.manager.done(DISPUTE, disputing(&vouched, "that was 50")).await;
    plan.vendor.manager.done(DISPUTE, disputing(&reported, "that was 30")).await;

    // A dispute does not make the vendor's word the partner's to change.
    let mine = won("V", "50.00").superseding(&vouched);
    let payload = plan.partner.manager.record(partnership, slice::from_ref(&mine)).await;
    assert_snapshot!(outcomes(&payload).replace(&vouched, "VOUCHED"), @"0 REJECTED FORBIDDEN at activities.0.supersedes: supersedes: `VOUCHED` was recorded by the vendor, who alone corrects it");
    let right = mine.with("reason", json!("you are right"));
    plan.vendor.manager.recorded(partnership, &[right]).await;
    plan.partner.manager.recorded(partnership, &[won("P", "30.00").superseding(&reported)]).await;
    assert_eq!(revenue(&plan).await, "80.00 0.6250 0.00 0.0000");
    let closed = disputes(&plan.vendor.viewer, &vouched).await;
    assert_eq!(closed["disputes"][0]["state"], "CORRECTED");
    assert_eq!(closed["disputes"][0]["resolution"], "you are right");
    let closed = disputes(&plan.vendor.viewer, &reported).await;
    assert_eq!(closed["disputes"][0]["state"], "CORRECTED");
    app.check_sums().await;
}

#[tokio::test]
async fn levels_say_what_they_would_lose() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let people = json!({ "name": "Architects", "metric": "CERTIFIED_PEOPLE", "amount": "5" });
    let plan = northwind.plan(&acme).full().with_target(people).active().await;
    let earned = |person: &str, code: &str| {
        Fact::training("CERTIFICATION_EARNED", person, code, "2026-02-01")
    };
    let facts = [earned("p1", "A"), earned("p1", "B"), earned("p2", "A")];
    let ids = plan.vendor.manager.recorded(&acme.partnership, &facts).await;
    let level = async || {
        let fields = "actual disputed";
        let found = plan.target_progress(&acme.viewer, "Architects", "2026-06-30", fields).await;
        format!("{} {}", found["actual"], found["disputed"])
    };
    assert_eq!(level().await, "\"2\" \"0\"");
    // Person 1 is certified by the other code in any case.
    acme.manager.done(DISPUTE, disputing(&ids[0], "not passed")).await;
    assert_eq!(level().await, "\"2\" \"0\"");
    acme.manager.done(DISPUTE, disputing(&ids[2], "left the company")).await;
    assert_eq!(level().await, "\"2\" \"1\"");
    app.check_sums().await;
}

#[tokio::test]
async fn a_fact_is_disputed_once_with_a_reason_by_those_who_may_record() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let partnership = &plan.partner.partnership;
    let [vouched, reported] = two_wins(&plan).await;
    let corrected = won("P", "41.00").superseding(&reported);
    let better = plan.partner.manager.recorded(partnership, &[corrected]).await.remove(0);
    let adjusted = Fact::adjustment(&better, "2026-03-01");
    let adjustment = plan.partner.manager.recorded(partnership, &[adjusted]).await.remove(0);
    let manager = &plan.partner.manager;
    for (id, reason, expected) in [
        (&vouched, " ", "VALIDATION_FAILED at reason: reason: must not be empty"),
        (
            &reported,
            "no",
            "VALIDATION_FAILED at activityId: activityId: a later fact has taken its place; dispute that",
        ),
        (
            &adjustment,
            "no",
            "VALIDATION_FAILED at activityId: activityId: an adjustment counts for nothing; record what it took back again",
        ),
        (&"actv_01jz0000000000000000000001".to_owned(), "no", "NOT_FOUND: activity not found"),
    ] {
        assert_eq!(manager.refused(DISPUTE, disputing(id, reason)).await, expected);
    }
    let nothing = plan.vendor.manager.refused(RESOLVE, resolving(&vouched, "UPHELD")).await;
    assert_eq!(nothing, "VALIDATION_FAILED at activityId: activityId: it is not disputed");
    manager.done(DISPUTE, disputing(&vouched, "no")).await;
    let again = plan.vendor.manager.refused(DISPUTE, disputing(&vouched, "no")).await;
    assert_eq!(again, "VALIDATION_FAILED at activityId: activityId: it is disputed already");
    let theirs = manager.refused(RESOLVE, resolving(&vouched, "UPHELD")).await;
    assert_eq!(theirs, "FORBIDDEN: disputes are resolved by the vendor");

    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    for (client, code) in [
        (&plan.vendor.viewer, "FORBIDDEN"),
        (&plan.vendor.executive, "FORBIDDEN"),
        (&plan.partner.viewer, "FORBIDDEN"),
        (&globex.admin, "NOT_FOUND"),
        (&contoso.admin, "NOT_FOUND"),
    ] {
        for (mutation, input) in
            [(DISPUTE, disputing(&vouched, "no")), (RESOLVE, resolving(&vouched, "UPHELD"))]
        {
            let refused = client.refused(mutation, input).await;
            assert!(refused.starts_with(code), "{}: {refused}", client.email());
        }
    }
    assert_eq!(revenue(&plan).await, "60.00 0.0000 60.00 1.0000");
}

#[tokio::test]
async fn both_sides_hear_of_it_find_it_and_read_it_in_the_history() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let [vouched, _] = two_wins(&plan).await;
    plan.partner.manager.done(DISPUTE, disputing(&vouched, "that was 50")).await;
    let open = "{ activities(filter: { disputes: [OPEN] }) { totalCount nodes { id } } }";
    for client in [&plan.vendor.viewer, &plan.partner.viewer] {
        let found = client.run(open, json!({})).await;
        assert_eq!(found["activities"], json!({ "totalCount": 1, "nodes": [{ "id": vouched }] }));
    }
    plan.vendor.manager.done(RESOLVE, resolving(&vouched, "REJECTED")).await;
    let none = plan.partner.viewer.run(open, json!({})).await;
    assert_eq!(none["activities"]["totalCount"], 0);

    let heard =
        "{ events(first: 100) { edges { node { __typename ... on ActivityChanged { kind actor { side }
        activity { id provenance } plan { id } } } } } }";
    let expected = |kind: &str, side: &str| {
        json!({ "__typename": "ActivityChanged", "kind": kind, "actor": { "side": side },
            "activity": { "id": vouched, "provenance": "VERIFIED" }, "plan": { "id": plan.id } })
    };
    let expected =
        [expected("ACTIVITY_DISPUTED", "PARTNER"), expected("DISPUTE_RESOLVED", "VENDOR")];
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    for (client, expected) in [
        (&plan.vendor.viewer, &expected[..]),
        (&plan.partner.viewer, &expected[..]),
        (&globex.admin, &[]),
    ] {
        let found = client.run(heard, json!({})).await;
        let nodes = found["events"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]);
        let told: Vec<&Value> =
            nodes.filter(|event| event["__typename"] == "ActivityChanged").collect();
        assert_eq!(told, expected.iter().collect::<Vec<_>>());
    }
    let history = "history(first: 2) { nodes { action side subjectId before after } }";
    let told = plan.read(&plan.partner.viewer, history).await["nodes"].take();
    assert_eq!(
        told,
        json!([
            { "action": "resolveDispute", "side": "VENDOR", "subjectId": vouched, "before": "\"open\"",
                "after": "{\"outcome\":\"rejected\",\"reason\":\"we looked\"}" },
            { "action": "disputeActivity", "side": "PARTNER", "subjectId": vouched,
                "before": "\"verified\"", "after": "{\"reason\":\"that was 50\"}" },
        ])
    );
}
