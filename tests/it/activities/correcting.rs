//! Facts that take the place of others.

use std::slice;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{
    Fact, GivenPlan, TestApp,
    facts::{ids, outcomes},
};

fn won(amount: &str) -> Fact {
    Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount(amount, "USD")
}

async fn revenue(plan: &GivenPlan) -> String {
    plan.actual("Revenue", "2026-06-30").await
}

#[tokio::test]
async fn the_same_id_with_other_content_is_refused_until_it_says_what_it_supersedes() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let first = manager.recorded(partnership, &[won("5.00")]).await.remove(0);

    let payload = manager.record(partnership, &[won("6.00")]).await;
    assert_eq!(payload["results"][0]["errors"][0]["existingId"], json!(first));
    assert_snapshot!(outcomes(&payload).replace(&first, "FIRST"), @r#"0 REJECTED ACTIVITY_CONFLICT at activities.0.externalId: externalId: `D-1 DEAL_WON 2026-02-01` is known with other content; say `supersedes: "FIRST"`"#);
    assert_eq!(revenue(&plan).await, "5.00");

    let correction = won("6.00").superseding(&first).with("reason", json!("typing error"));
    let payload = manager.record(partnership, slice::from_ref(&correction)).await;
    assert_eq!(outcomes(&payload), "0 SUPERSEDED");
    assert_eq!(revenue(&plan).await, "6.00");
    // Sent again, both are known.
    let payload = manager.record(partnership, &[correction, won("5.00")]).await;
    assert_eq!(outcomes(&payload), "0 DUPLICATE\n1 DUPLICATE");
    assert_eq!(revenue(&plan).await, "6.00");

    let query = "{ activities { nodes { id isSuperseded supersedesId reason } } }";
    let found = plan.partner.viewer.run(query, json!({})).await;
    let second = &ids(&payload)[0];
    assert_eq!(
        found["activities"]["nodes"],
        json!([
            { "id": second, "isSuperseded": false, "supersedesId": first, "reason": "typing error" },
            { "id": first, "isSuperseded": true, "supersedesId": null, "reason": null },
        ])
    );
    app.check_sums().await;
}

#[tokio::test]
async fn a_correction_can_be_corrected_back() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let mut last = manager.recorded(partnership, &[won("5.00")]).await.remove(0);
    for amount in ["6.00", "5.00", "7.00", "6.00"] {
        let correction = won(amount).superseding(&last);
        let payload = manager.record(partnership, slice::from_ref(&correction)).await;
        assert_eq!(outcomes(&payload), "0 SUPERSEDED", "{amount}");
        assert_eq!(revenue(&plan).await, amount);
        let again = manager.record(partnership, &[correction]).await;
        assert_eq!(outcomes(&again), "0 DUPLICATE", "{amount}");
        last = ids(&payload).remove(0);
        assert_eq!(ids(&again), [last.clone()]);
    }
    app.check_sums().await;
}

#[tokio::test]
async fn a_fact_is_superseded_once() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let first = manager.recorded(partnership, &[won("5.00")]).await.remove(0);
    manager.recorded(partnership, &[won("6.00").superseding(&first)]).await;
    let payload = manager
        .record(
            partnership,
            &[
                won("7.00").superseding(&first),
                won("7.00").called("other").superseding(&first),
                won("8.00").called("unknown").superseding("actv_00000000000000000000000001"),
            ],
        )
        .await;
    let told: Vec<String> = outcomes(&payload).lines().map(|line| line[..30].to_owned()).collect();
    assert_eq!(
        told,
        [
            "0 REJECTED ACTIVITY_CONFLICT a",
            "1 REJECTED ACTIVITY_CONFLICT a",
            "2 REJECTED NOT_FOUND at activi",
        ]
    );
    assert_eq!(revenue(&plan).await, "6.00");
    app.check_sums().await;
}

#[tokio::test]
async fn rows_of_one_batch_follow_each_other() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let first = manager.recorded(partnership, &[won("5.00")]).await.remove(0);
    let batch = [
        won("6.00").superseding(&first),
        won("7.00").superseding(&first),
        won("6.00"),
        won("9.00"),
    ];
    let payload = manager.record(partnership, &batch).await;
    let told: Vec<String> = outcomes(&payload)
        .lines()
        .map(|line| line.split(" at ").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        told,
        [
            "0 SUPERSEDED",
            "1 REJECTED ACTIVITY_CONFLICT",
            "2 DUPLICATE",
            "3 REJECTED ACTIVITY_CONFLICT",
        ]
    );
    assert_eq!(revenue(&plan).await, "6.00");
    app.check_sums().await;
}

#[tokio::test]
async fn a_partner_corrects_its_own_and_a_vendor_both() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let partnership = &plan.partner.partnership;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let vouched = vendor.recorded(partnership, &[won("5.00")]).await.remove(0);
    let payload = partner.record(partnership, &[won("6.00").superseding(&vouched)]).await;
    assert_snapshot!(outcomes(&payload).replace(&vouched, "VOUCHED"), @"0 REJECTED FORBIDDEN at activities.0.supersedes: supersedes: `VOUCHED` was recorded by the vendor, who alone corrects it");

    let theirs = Fact::leads(5, "2026-02-01");
    let reported = partner.recorded(partnership, slice::from_ref(&theirs)).await.remove(0);
    let more = theirs.saying("leads", json!(6));
    let reported =
        partner.recorded(partnership, &[more.clone().superseding(&reported)]).await.remove(0);
    vendor.recorded(partnership, &[more.saying("leads", json!(4)).superseding(&reported)]).await;
    let total = plan.read(vendor, "progress { total { leads revenue { amount } } }").await;
    assert_eq!(total["total"], json!({ "leads": "4", "revenue": { "amount": "5.00" } }));
    app.check_sums().await;
}

#[tokio::test]
async fn a_correction_of_another_partnership_is_not_found() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let theirs = plan.vendor.admin.recorded(&globex.partnership, &[won("5.00")]).await.remove(0);
    let payload = plan
        .vendor
        .admin
        .record(&plan.partner.partnership, &[won("6.00").superseding(&theirs)])
        .await;
    assert_snapshot!(outcomes(&payload).replace(&theirs, "THEIRS"), @"0 REJECTED NOT_FOUND at activities.0.supersedes: supersedes: `THEIRS` not found");
    app.check_sums().await;
}

#[tokio::test]
async fn an_adjustment_takes_a_fact_back() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let facts = [
        Fact::deal("DEAL_REGISTERED", "D-1", "2026-01-15").amount("9.00", "USD"),
        won("5.00"),
        Fact::leads(7, "2026-02-02"),
    ];
    let known = manager.recorded(partnership, &facts).await;
    let taken_back: Vec<Fact> =
        known[1..].iter().map(|id| Fact::adjustment(id, "2026-03-01")).collect();
    let payload = manager.record(partnership, &taken_back).await;
    assert_eq!(outcomes(&payload), "0 SUPERSEDED\n1 SUPERSEDED");
    assert_eq!(
        outcomes(&manager.record(partnership, &taken_back).await),
        "0 DUPLICATE\n1 DUPLICATE"
    );

    let total = "progress { total { leads dealsWon dealsOpen revenue { amount } } }";
    assert_eq!(
        plan.read(manager, total).await["total"],
        json!({ "leads": "0", "dealsWon": "0", "dealsOpen": "1", "revenue": { "amount": "0.00" } })
    );
    let deals = manager.run("{ deals { nodes { reference state } } }", json!({})).await;
    assert_eq!(deals["deals"]["nodes"], json!([{ "reference": "D-1", "state": "OPEN" }]));
    app.check_sums().await;
}

#[tokio::test]
async fn a_correction_can_move_a_fact_to_another_deal_and_day() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let first = manager.recorded(partnership, &[won("5.00")]).await.remove(0);
    let moved = won("5.00")
        .saying("reference", json!("D-2"))
        .with("occurredOn", json!("2026-04-01"))
        .superseding(&first);
    manager.recorded(partnership, &[moved]).await;
    assert_eq!(plan.actual("Revenue", "2026-03-31").await, "0.00");
    assert_eq!(plan.actual("Revenue", "2026-04-01").await, "5.00");
    let filter = "{ deals(filter: { states: [WON] }) { nodes { reference } } }";
    let deals = manager.run(filter, json!({})).await;
    assert_eq!(deals["deals"]["nodes"], json!([{ "reference": "D-2" }]));
    app.check_sums().await;
}

#[tokio::test]
async fn a_chain_of_a_hundred_corrections_is_one_fact() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let mut last = manager.recorded(partnership, &[won("1.00")]).await.remove(0);
    for cents in 1..=100 {
        let correction = won(&format!("2.{:02}", cents % 100)).superseding(&last);
        last = manager.recorded(partnership, &[correction]).await.remove(0);
    }
    assert_eq!(revenue(&plan).await, "2.00");
    let won_deals = plan.read(manager, "progress { total { dealsWon } }").await;
    assert_eq!(won_deals["total"]["dealsWon"], "1");
    let in_force = "{ activities(filter: { isSuperseded: false }) { totalCount nodes { id } } }";
    let found = plan.partner.viewer.run(in_force, json!({})).await;
    assert_eq!(found["activities"], json!({ "totalCount": 1, "nodes": [{ "id": last }] }));
    app.check_sums().await;
}

#[tokio::test]
async fn facts_of_no_plan_are_kept_and_a_closed_plan_stays_as_it_was() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let dated = |name: &str, on: &str| {
        Fact::deal("DEAL_WON", name, on).amount("5.00", "USD").called(&format!("{name} won"))
    };
    // No plan yet: what falls into the period of one counts when it is signed, ten years ago never.
    let early = [dated("D-1", "2026-02-01"), dated("D-2", "2016-02-01")];
    northwind.manager.recorded(&acme.partnership, &early).await;
    let plan = northwind.plan(&acme).full().active().await;
    assert_eq!(revenue(&plan).await, "5.00");

    app.set_time("2027-01-05T12:00:00Z");
    plan.change(&northwind.manager, "closePlan", json!({})).await;
    let late = [dated("D-3", "2026-03-01"), dated("D-4", "2027-01-05")];
    northwind.manager.recorded(&acme.partnership, &late).await;
    assert_eq!(revenue(&plan).await, "5.00");
    let kept = "{ activities { totalCount } }";
    assert_eq!(acme.viewer.run(kept, json!({})).await["activities"]["totalCount"], 4);
}
