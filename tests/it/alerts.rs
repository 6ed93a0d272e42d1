//! Warnings: raised by facts and by the clock, once for each cause and side, ended by themselves.

mod dry_run;
mod feeds;
mod inbox;
mod life;
mod reviews;
mod rules;

use serde_json::{Value, json};

use crate::support::{Client, Fact, GivenPlan, TestApp, given::id_of, planning::custom};

/// No alerts.
const NONE: [&str; 0] = [];

const ACKNOWLEDGE: &str = "mutation($id: ID!) { acknowledgeAlert(input: { alertId: $id }) {
    alert { state acknowledgedAt } errors { code message path }
} }";

/// A plan in force on 15 January whose only target asks for 1,200 demos, 100 a month; what else it needs falls due with it.
async fn demos(app: &TestApp, promises: Vec<Value>) -> GivenPlan {
    app.set_time("2026-01-10T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let mut sketch = northwind.plan(&acme).light().with_target(custom("demos", "1200"));
    for promise in promises {
        sketch = sketch.with_commitment(promise);
    }
    sketch.active().await
}

async fn move_to(app: &TestApp, day: &str) {
    app.set_time(&format!("{day}T00:00:00Z"));
    app.settle().await;
}

/// Somebody's alerts about a plan's figures, the oldest first: rule, state, how often opened, and whose.
async fn alerts(plan: &GivenPlan, client: &Client) -> Vec<String> {
    let field = "alerts(last: 100, filter: { rules: [
        TARGET_AT_RISK, TARGET_BEHIND, TARGET_MISSED, COMMITMENT_DUE_SOON, COMMITMENT_AT_RISK, COMMITMENT_OVERDUE,
        MILESTONE_DUE_SOON, MILESTONE_MISSED
    ] }) { nodes { rule severity state timesOpened message } }";
    let found = plan.read(client, field).await;
    let mut rows = found["nodes"].as_array().unwrap().clone();
    rows.reverse();
    rows.iter()
        .map(|row| {
            let word = |name: &str| row[name].as_str().unwrap().to_owned();
            let subject = word("message").split(':').next().unwrap().to_owned();
            format!("{} {} {} {subject}", word("rule"), word("state"), row["timesOpened"])
        })
        .collect()
}

/// Somebody's alerts of some rules, the oldest first: rule, state, how often opened, and the words.
async fn told(plan: &GivenPlan, client: &Client, rules: &str) -> Vec<String> {
    let field = format!(
        "alerts(last: 100, filter: {{ rules: [{rules}] }}) {{ nodes {{ rule state timesOpened message }} }}"
    );
    let found = plan.read(client, &field).await["nodes"].take();
    let rows = found.as_array().unwrap().iter().rev();
    rows.map(|row| {
        let word = |name: &str| row[name].as_str().unwrap().to_owned();
        format!("{} {} {}: {}", word("rule"), word("state"), row["timesOpened"], word("message"))
    })
    .collect()
}

#[tokio::test]
async fn a_target_that_falls_behind_by_time_alone_warns_each_side_once() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    for side in [&plan.vendor.manager, &plan.partner.manager] {
        assert_eq!(alerts(&plan, side).await, Vec::<String>::new());
    }
    move_to(&app, "2026-01-14").await;
    assert_eq!(alerts(&plan, &plan.vendor.viewer).await, Vec::<String>::new());
    for _ in 0..2 {
        move_to(&app, "2026-01-15").await;
        for side in [&plan.vendor.viewer, &plan.partner.viewer] {
            assert_eq!(alerts(&plan, side).await, ["TARGET_BEHIND OPEN 1 demos"]);
        }
    }
    let counts = async |client: &Client| {
        let query = "{ viewer { unreadAlertCount alerts { totalCount } } alerts { totalCount } }";
        client.run(query, json!({})).await
    };
    for side in [&plan.vendor.manager, &plan.partner.manager] {
        assert_eq!(
            counts(side).await,
            json!({ "viewer": { "unreadAlertCount": 1, "alerts": { "totalCount": 1 } }, "alerts": { "totalCount": 1 } })
        );
    }
    let subject = plan
        .read(
            &plan.partner.viewer,
            "alerts { nodes { severity subject { ... on Target { name } } plan { name } } }",
        )
        .await;
    assert_eq!(
        subject["nodes"],
        json!([{ "severity": "CRITICAL", "subject": { "name": "demos" }, "plan": { "name": "Plan 2026" } }])
    );
}

#[tokio::test]
async fn facts_end_a_warning_and_its_return_opens_it_again() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    // On 31 March 300 are due.
    move_to(&app, "2026-03-31").await;
    let reach = async |quantity: &str, day: &str| {
        let fact = Fact::custom("demos", quantity, day).called(&format!("{quantity} on {day}"));
        manager.recorded(partnership, &[fact]).await;
        app.check_sums().await;
        alerts(&plan, &plan.partner.viewer).await
    };
    assert_eq!(reach("224.999", "2026-03-01").await, ["TARGET_BEHIND OPEN 1 demos"]);
    assert_eq!(
        reach("0.001", "2026-03-02").await,
        ["TARGET_BEHIND RESOLVED 1 demos", "TARGET_AT_RISK OPEN 1 demos"]
    );
    assert_eq!(
        reach("45", "2026-03-03").await,
        ["TARGET_BEHIND RESOLVED 1 demos", "TARGET_AT_RISK RESOLVED 1 demos"]
    );
    let wanted = "{ viewer { unreadAlertCount } }";
    let unread = plan.partner.manager.run(wanted, json!({})).await;
    // The review that is due and the silent feeds remain.
    assert_eq!(unread["viewer"]["unreadAlertCount"], 2);

    // Time takes it to 0.675 of 400, and a correction of facts to nothing.
    move_to(&app, "2026-04-30").await;
    assert_eq!(
        alerts(&plan, &plan.vendor.viewer).await,
        ["TARGET_BEHIND OPEN 2 demos", "TARGET_AT_RISK RESOLVED 1 demos"]
    );
    assert_eq!(
        reach("60", "2026-04-30").await,
        ["TARGET_BEHIND RESOLVED 2 demos", "TARGET_AT_RISK OPEN 2 demos"]
    );
    assert_eq!(
        reach("-60", "2026-04-30").await,
        ["TARGET_BEHIND OPEN 3 demos", "TARGET_AT_RISK RESOLVED 2 demos"]
    );
}

#[tokio::test]
async fn each_side_takes_note_for_itself() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-20").await;
    let id_for = async |client: &Client| {
        id_of(&client.run("{ alerts { nodes { id } } }", json!({})).await["alerts"]["nodes"][0])
    };
    let (vendors, partners) =
        (id_for(&plan.vendor.viewer).await, id_for(&plan.partner.viewer).await);
    assert_ne!(vendors, partners);
    for (client, id, refused) in [
        (
            &plan.vendor.viewer,
            &vendors,
            "FORBIDDEN: alerts are acknowledged by those who work on the plan",
        ),
        (&plan.vendor.manager, &partners, "NOT_FOUND: alert not found"),
        (&plan.partner.manager, &vendors, "NOT_FOUND: alert not found"),
    ] {
        assert_eq!(client.refused(ACKNOWLEDGE, json!({ "id": id })).await, refused);
    }
    let noted = plan.vendor.executive.done(ACKNOWLEDGE, json!({ "id": vendors })).await;
    let expected =
        json!({ "state": "ACKNOWLEDGED", "acknowledgedAt": "2026-01-20T00:00:00+00:00" });
    assert_eq!(noted["alert"], expected);
    app.set_time("2026-01-20T01:00:00Z");
    let again = plan.vendor.manager.done(ACKNOWLEDGE, json!({ "id": vendors })).await;
    assert_eq!(again["alert"], expected);
    let unread = async |client: &Client| {
        client.run("{ viewer { unreadAlertCount } }", json!({})).await["viewer"]["unreadAlertCount"]
            .take()
    };
    assert_eq!(
        (unread(&plan.vendor.manager).await, unread(&plan.partner.manager).await),
        (json!(0), json!(1))
    );
    assert_eq!(alerts(&plan, &plan.partner.viewer).await, ["TARGET_BEHIND OPEN 1 demos"]);

    // Noted or not, it ends with its cause, and its return is news.
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    manager.recorded(partnership, &[Fact::custom("demos", "150", "2026-01-18")]).await;
    assert_eq!(alerts(&plan, &plan.vendor.viewer).await, ["TARGET_BEHIND RESOLVED 1 demos"]);
    manager.recorded(partnership, &[Fact::custom("demos", "-150", "2026-01-19")]).await;
    assert_eq!(alerts(&plan, &plan.vendor.viewer).await, ["TARGET_BEHIND OPEN 2 demos"]);
    assert_eq!(unread(&plan.vendor.manager).await, 1);
    app.check_sums().await;
}

#[tokio::test]
async fn a_target_is_missed_when_the_period_is_over() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-12-31").await;
    let behind = |rows: &[String]| -> Vec<String> {
        rows.iter().filter(|row| row.contains("demos")).cloned().collect()
    };
    let rows = alerts(&plan, &plan.partner.viewer).await;
    assert_eq!(behind(&rows), ["TARGET_BEHIND OPEN 1 demos"]);
    move_to(&app, "2027-01-01").await;
    let rows = alerts(&plan, &plan.partner.viewer).await;
    assert_eq!(behind(&rows), ["TARGET_BEHIND RESOLVED 1 demos", "TARGET_MISSED OPEN 1 demos"]);
    // A late fact that reaches it ends that too.
    let late = [Fact::custom("demos", "1200", "2026-12-31")];
    plan.vendor.manager.recorded(&plan.partner.partnership, &late).await;
    let rows = alerts(&plan, &plan.partner.viewer).await;
    assert_eq!(behind(&rows), ["TARGET_BEHIND RESOLVED 1 demos", "TARGET_MISSED RESOLVED 1 demos"]);
    app.check_sums().await;
}

#[tokio::test]
async fn a_promise_of_either_side_warns_both_as_its_day_comes() {
    let app = TestApp::start().await;
    let promise = |title: &str, owed_by: &str, terms: Value| {
        json!({
            "title": title, "owedBy": owed_by, "quantity": "10", "terms": terms,
            "startsOn": "2026-01-01", "dueOn": "2026-03-31",
        })
    };
    let plan = demos(
        &app,
        vec![
            promise("hours", "VENDOR", json!({ "vendorSupport": "CO_SELL_RESOURCE" })),
            promise("trained", "PARTNER", json!({ "enablement": { "kind": "TRAINING", "code": "BASICS" } })),
            promise("registered", "JOINT", json!({ "pipelineMilestone": { "kind": "DEAL_REGISTRATION", "metric": "DEALS_REGISTERED" } })),
        ],
    )
    .await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    // So that the target keeps still, and the vendor is well ahead with its hours.
    manager
        .recorded(
            partnership,
            &[
                Fact::custom("demos", "1200", "2026-01-05"),
                Fact::support("CO_SELL_RESOURCE", "9", "2026-01-05"),
            ],
        )
        .await;
    move_to(&app, "2026-03-16").await;
    assert_eq!(alerts(&plan, &plan.partner.viewer).await, Vec::<String>::new());
    move_to(&app, "2026-03-17").await;
    let due = [
        "COMMITMENT_DUE_SOON OPEN 1 hours",
        "COMMITMENT_AT_RISK OPEN 1 trained",
        "MILESTONE_DUE_SOON OPEN 1 milestone registered",
    ];
    for side in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(alerts(&plan, side).await, due);
    }
    manager.recorded(partnership, &[Fact::support("CO_SELL_RESOURCE", "1", "2026-03-17")]).await;
    move_to(&app, "2026-04-01").await;
    assert_eq!(
        alerts(&plan, &plan.vendor.viewer).await,
        [
            "COMMITMENT_DUE_SOON RESOLVED 1 hours",
            "COMMITMENT_AT_RISK RESOLVED 1 trained",
            "MILESTONE_DUE_SOON RESOLVED 1 milestone registered",
            "COMMITMENT_OVERDUE OPEN 1 trained",
            "MILESTONE_MISSED OPEN 1 milestone registered",
        ]
    );
    // What both agree to waive is no cause for warnings.
    let waive = json!({ "commitmentId": plan.commitment("trained").await, "reason": "moved" });
    plan.change(&plan.vendor.manager, "waiveCommitment", waive.clone()).await;
    plan.change(&plan.partner.manager, "waiveCommitment", waive).await;
    let rows = alerts(&plan, &plan.partner.viewer).await;
    assert_eq!(rows[3], "COMMITMENT_OVERDUE RESOLVED 1 trained");
    assert_eq!(rows[4], "MILESTONE_MISSED OPEN 1 milestone registered");
    let kept = plan
        .read(&plan.partner.viewer, "progress { vendorPromisesKept partnerPromisesKept }")
        .await;
    assert_eq!(kept, json!({ "vendorPromisesKept": "0.5000", "partnerPromisesKept": "0.0000" }));
    app.check_sums().await;
}

#[tokio::test]
async fn funds_spent_beyond_what_was_allocated_are_a_fact_and_a_warning() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let overspent = async || {
        let field = "alerts(filter: { rules: [MDF_OVERSPENT] }) { nodes { state severity message subject { ... on Plan { id } } } }";
        plan.read(&plan.partner.viewer, field).await["nodes"].take()
    };
    manager.recorded(partnership, &[Fact::spent("10000.00", "2026-03-01")]).await;
    assert_eq!(overspent().await, json!([]));
    manager
        .recorded(partnership, &[Fact::spent("0.01", "2026-03-02"), Fact::leads(4, "2026-03-02")])
        .await;
    assert_eq!(
        overspent().await,
        json!([{
            "state": "OPEN", "severity": "WARNING", "subject": { "id": plan.id },
            "message": "10000.01 of market development funds spent, 10000.00 allocated",
        }])
    );
    let fields = "progress { marketing {
        mdfAllocated { amount } mdfSpent { amount } mdfRemaining { amount } mdfUtilisation
        leadsExpected leadsDelivered costPerLead { amount }
    } }";
    assert_eq!(
        plan.read(&plan.partner.viewer, fields).await["marketing"],
        json!({
            "mdfAllocated": { "amount": "10000.00" }, "mdfSpent": { "amount": "10000.01" },
            "mdfRemaining": { "amount": "-0.01" }, "mdfUtilisation": "1.0000",
            "leadsExpected": "100", "leadsDelivered": "4", "costPerLead": { "amount": "2500.00" },
        })
    );
    manager.recorded(partnership, &[Fact::spent("-1.00", "2026-03-03")]).await;
    assert_eq!(overspent().await[0]["state"], "RESOLVED");
    app.check_sums().await;
}

#[tokio::test]
async fn a_day_begins_for_the_watch_where_the_vendor_is() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    let zone = "mutation($zone: String) { setVendorSettings(input: { timeZone: $zone }) { errors { code } } }";
    plan.vendor.admin.done(zone, json!({ "zone": "America/Los_Angeles" })).await;
    app.set_time("2026-01-15T07:59:59Z");
    app.settle().await;
    assert_eq!(alerts(&plan, &plan.vendor.viewer).await, Vec::<String>::new());
    app.set_time("2026-01-15T08:00:00Z");
    app.settle().await;
    assert_eq!(alerts(&plan, &plan.vendor.viewer).await, ["TARGET_BEHIND OPEN 1 demos"]);
}

#[tokio::test]
async fn events_of_alerts_go_to_their_side_alone() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-20").await;
    let query = "{ events(first: 100) { edges { node { ... on AlertChanged { kind alert { id rule } } } } } }";
    let told = async |client: &Client| {
        let found = client.run(query, json!({})).await;
        let edges = found["events"]["edges"].as_array().unwrap().clone();
        edges
            .into_iter()
            .map(|edge| edge["node"].clone())
            .filter(|node| node.get("alert").is_some())
            .collect::<Vec<_>>()
    };
    for client in [&plan.vendor.admin, &plan.partner.executive] {
        let own = client.run("{ alerts { nodes { id } } }", json!({})).await;
        assert_eq!(
            told(client).await,
            [
                json!({ "kind": "ALERT_OPENED", "alert": { "id": own["alerts"]["nodes"][0]["id"], "rule": "TARGET_BEHIND" } })
            ]
        );
    }
}
