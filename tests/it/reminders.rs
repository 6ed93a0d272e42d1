//! Reminders of what a side has yet to do: to sign what is proposed, to renew what ends.

use serde_json::{Value, json};

use crate::support::{Client, GivenPlan, TestApp, planning::plan_mutation};

/// Somebody's reminders about a plan: rule, severity, state, how often opened, and the words.
async fn reminders(plan: &GivenPlan, client: &Client) -> Vec<String> {
    let field = "alerts(filter: { rules: [SIGNATURE_PENDING, PLAN_ENDING] }, last: 100) {
        nodes { rule severity state timesOpened message subject { ... on Plan { id } } }
    }";
    let found = plan.read(client, field).await;
    let rows = found["nodes"].as_array().unwrap().iter().rev();
    rows.map(|row| {
        assert_eq!(row["subject"]["id"], json!(plan.id));
        let word = |name: &str| row[name].as_str().unwrap().to_owned();
        format!(
            "{} {} {} {}: {}",
            word("rule"),
            word("severity"),
            word("state"),
            row["timesOpened"],
            word("message")
        )
    })
    .collect()
}

async fn move_to(app: &TestApp, day: &str) {
    app.set_time(&format!("{day}T00:00:00Z"));
    app.settle().await;
}

/// A plan of 2026 proposed at noon of 30 June.
async fn proposed(app: &TestApp) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    northwind.plan(&acme).full().proposed().await
}

fn nothing() -> Vec<String> {
    Vec::new()
}

const YOURS: &str =
    "SIGNATURE_PENDING WARNING OPEN 1: version 1 has awaited your signature since 2026-06-30";

#[tokio::test]
async fn a_proposal_that_nobody_signs_reminds_both_sides_after_a_week() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let sides = [plan.vendor.viewer.clone(), plan.partner.viewer.clone()];
    move_to(&app, "2026-07-06").await;
    for side in &sides {
        assert_eq!(reminders(&plan, side).await, nothing());
    }
    for _ in 0..2 {
        move_to(&app, "2026-07-07").await;
        for side in &sides {
            assert_eq!(reminders(&plan, side).await, [YOURS]);
        }
    }
    // The one who signs waits for the other, who has still to sign.
    plan.sign(&plan.partner.executive).await;
    assert_eq!(
        reminders(&plan, &plan.partner.viewer).await,
        [
            "SIGNATURE_PENDING WARNING OPEN 1: version 1 has awaited the vendor's signature since 2026-06-30"
        ]
    );
    assert_eq!(reminders(&plan, &plan.vendor.viewer).await, [YOURS]);
    // With the second signature both are done.
    plan.sign(&plan.vendor.executive).await;
    for side in &sides {
        let told = reminders(&plan, side).await;
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("SIGNATURE_PENDING WARNING RESOLVED 1"), "{told:?}");
    }
    assert_eq!(plan.read(&plan.partner.viewer, "state").await, "ACTIVE");
}

#[tokio::test]
async fn a_proposal_that_ends_takes_its_reminders_along_and_the_next_starts_anew() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let reason = json!({ "reason": "not yet" });
    let mut days = ["2026-07-07", "2026-07-14", "2026-07-21"].into_iter();
    for (n, (client, mutation, input)) in [
        (partner, "rejectPlan", reason.clone()),
        (vendor, "withdrawProposal", reason),
        (vendor, "editPlan", json!({ "name": "Better" })),
    ]
    .into_iter()
    .enumerate()
    {
        let opened = n + 1;
        move_to(&app, days.next().unwrap()).await;
        for side in [vendor, partner] {
            let told = reminders(&plan, side).await;
            assert!(
                told[0].starts_with(&format!(
                    "SIGNATURE_PENDING WARNING OPEN {opened}: version {opened} has awaited your"
                )),
                "{mutation}: {told:?}"
            );
        }
        plan.change(client, mutation, input).await;
        for side in [vendor, partner] {
            let told = reminders(&plan, side).await;
            assert!(
                told[0].starts_with(&format!("SIGNATURE_PENDING WARNING RESOLVED {opened}")),
                "{told:?}"
            );
        }
        plan.change(vendor, "proposePlan", json!({})).await;
        app.settle().await;
        assert!(reminders(&plan, partner).await[0].contains("RESOLVED"));
    }
}

#[tokio::test]
async fn the_plans_own_policy_says_how_long_a_signature_may_wait() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let policy = json!({ "mode": "FULL", "windows": { "signaturePendingDays": 2 } });
    let input = json!({ "tierId": northwind.tier("STRATEGIC").await, "policy": policy });
    let set = crate::support::planning::bare_mutation("setPlanningPolicy");
    northwind.admin.done(&set, json!({ "input": input })).await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().proposed().await;
    move_to(&app, "2026-07-01").await;
    assert_eq!(reminders(&plan, &acme.viewer).await, nothing());
    move_to(&app, "2026-07-02").await;
    assert_eq!(reminders(&plan, &acme.viewer).await, [YOURS]);
}

/// Drafts the renewal of a plan; gives its id.
async fn renewed(plan: &GivenPlan, client: &Client) -> GivenPlan {
    let input = json!({ "planId": plan.id, "name": "Plan 2027", "growthPercent": "10" });
    let made = client.done(&plan_mutation("renewPlan"), json!({ "input": input })).await;
    GivenPlan { id: made["plan"]["id"].as_str().unwrap().to_owned(), ..plan.clone() }
}

const ENDING: &str = "PLAN_ENDING WARNING OPEN 1: the plan ends on 2026-12-31 and has no renewal";

fn resolved() -> Vec<String> {
    vec![ENDING.replace("OPEN", "RESOLVED")]
}

#[tokio::test]
async fn a_plan_that_ends_without_a_renewal_reminds_each_side_by_what_it_knows() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    move_to(&app, "2026-10-31").await;
    assert_eq!(reminders(&plan, vendor).await, nothing());
    move_to(&app, "2026-11-01").await;
    for side in [vendor, partner] {
        assert_eq!(reminders(&plan, side).await, [ENDING]);
    }
    // The vendor's draft is its own business: nothing tells the partner of it, not even a reminder that goes away.
    let draft = renewed(&plan, vendor).await;
    assert_eq!(reminders(&plan, vendor).await, resolved());
    move_to(&app, "2026-11-02").await;
    assert_eq!(reminders(&plan, vendor).await, resolved());
    assert_eq!(reminders(&plan, partner).await, [ENDING]);
    let events =
        "{ events(first: 100) { edges { node { ... on AlertChanged { kind alert { rule } } } } } }";
    let told = async |client: &Client| {
        let found = client.run(events, json!({})).await["events"]["edges"].take();
        let rows: Vec<Value> = found.as_array().unwrap().clone();
        rows.into_iter()
            .filter(|edge| edge["node"]["alert"]["rule"] == "PLAN_ENDING")
            .map(|edge| edge["node"]["kind"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(vendor).await, ["ALERT_OPENED", "ALERT_RESOLVED"]);
    assert_eq!(told(partner).await, ["ALERT_OPENED"]);

    draft.change(vendor, "sharePlan", json!({})).await;
    assert_eq!(reminders(&plan, partner).await, resolved());
    // Given up, it leaves both without one.
    draft.change(partner, "withdrawPlan", json!({ "reason": "no budget" })).await;
    for side in [vendor, partner] {
        assert_eq!(
            reminders(&plan, side).await,
            ["PLAN_ENDING WARNING OPEN 2: the plan ends on 2026-12-31 and has no renewal"]
        );
    }
}

#[tokio::test]
async fn a_plan_for_the_day_after_is_as_good_as_a_renewal() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let sketch = plan.vendor.plan(&plan.partner).named("Next");
    sketch.between("2027-01-01", "2027-12-31").full().shared().await;
    move_to(&app, "2026-12-31").await;
    for side in [&plan.vendor.manager, &plan.partner.manager] {
        assert_eq!(reminders(&plan, side).await, nothing());
    }
}
