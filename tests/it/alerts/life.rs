//! What people and the clock do with alerts: put off, woken, given to somebody, brought before the sponsor.

use serde_json::{Value, json};

use super::{demos, move_to};
use crate::support::{Client, Fact, GivenPlan, TestApp, given::id_of};

const FIELDS: &str =
    "state snoozedUntilOn assignee { name } escalatedAt acknowledgedAt timesOpened";

/// The mutation `name` with what is left of its input.
fn mutation(name: &str, input: &str, variables: &str) -> String {
    format!(
        "mutation($id: ID!{variables}) {{ {name}(input: {{ alertId: $id{input} }}) {{
            alert {{ state snoozedUntilOn assignee {{ name }} }} errors {{ code message path }}
        }} }}"
    )
}

fn snooze() -> String {
    mutation("snoozeAlert", " untilOn: $day", " $day: Date!")
}

fn assign() -> String {
    mutation("assignAlert", " assigneeId: $to", " $to: ID!")
}

fn acknowledge() -> String {
    mutation("acknowledgeAlert", "", "")
}

/// The alert of a side about the target that is behind.
async fn behind(plan: &GivenPlan, client: &Client) -> Value {
    let field =
        format!("alerts(filter: {{ rules: [TARGET_BEHIND] }}) {{ nodes {{ id {FIELDS} }} }}");
    plan.read(client, &field).await["nodes"][0].take()
}

async fn behind_id(plan: &GivenPlan, client: &Client) -> String {
    id_of(&behind(plan, client).await)
}

/// A line for each event of alerts that somebody hears: kind, whom it is about, and until when.
async fn heard(client: &Client) -> Vec<String> {
    let query = "{ events(first: 100) { edges { node { ... on AlertChanged {
        kind people { name } snoozedUntilOn alert { rule } } } } } }";
    let found = client.run(query, json!({})).await["events"]["edges"].take();
    let nodes = found.as_array().unwrap().iter().map(|edge| &edge["node"]);
    let lines = nodes.filter(|node| node["alert"]["rule"] == "TARGET_BEHIND").map(|node| {
        let people = node["people"].as_array().unwrap().iter();
        let people: Vec<&str> = people.map(|one| one["name"].as_str().unwrap()).collect();
        let until = node["snoozedUntilOn"].as_str().unwrap_or("");
        format!("{} {} {until}", node["kind"].as_str().unwrap(), people.join(", "))
            .trim_end()
            .replace("  ", " ")
    });
    lines.collect()
}

#[tokio::test]
async fn what_is_snoozed_asks_for_nothing_until_it_wakes_by_itself() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-20").await;
    let (manager, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let id = behind_id(&plan, manager).await;
    let day = |day: &str| json!({ "id": id, "day": day });
    for (client, on, refused) in [
        (
            &plan.vendor.viewer,
            "2026-01-21",
            "FORBIDDEN: alerts are snoozed by those who work on the plan",
        ),
        (partner, "2026-01-21", "NOT_FOUND: alert not found"),
        (
            manager,
            "2026-01-20",
            "VALIDATION_FAILED at untilOn: untilOn: 2026-01-20 is not after 2026-01-20 and by 2026-04-20",
        ),
        (
            manager,
            "2026-04-21",
            "VALIDATION_FAILED at untilOn: untilOn: 2026-04-21 is not after 2026-01-20 and by 2026-04-20",
        ),
    ] {
        assert_eq!(client.refused(&snooze(), day(on)).await, refused);
    }
    let done = manager.done(&snooze(), day("2026-02-02")).await;
    assert_eq!(
        done["alert"],
        json!({ "state": "SNOOZED", "snoozedUntilOn": "2026-02-02", "assignee": null })
    );
    assert_eq!(behind(&plan, partner).await["state"], "OPEN");
    assert_eq!(
        plan.read(manager, "openAlertCount").await,
        plan.read(partner, "openAlertCount").await
    );
    move_to(&app, "2026-02-01").await;
    assert_eq!(behind(&plan, manager).await["state"], "SNOOZED");
    for _ in 0..2 {
        move_to(&app, "2026-02-02").await;
        let woken = behind(&plan, manager).await;
        assert_eq!((&woken["state"], &woken["snoozedUntilOn"]), (&json!("OPEN"), &Value::Null));
        assert_eq!(woken["timesOpened"], 1);
    }
    // It ends with its cause while it sleeps, and its return is news.
    manager.done(&snooze(), day("2026-03-02")).await;
    manager
        .recorded(&plan.partner.partnership, &[Fact::custom("demos", "300", "2026-01-18")])
        .await;
    let over = behind(&plan, manager).await;
    assert_eq!((&over["state"], &over["snoozedUntilOn"]), (&json!("RESOLVED"), &Value::Null));
    assert_eq!(
        manager.refused(&snooze(), day("2026-02-10")).await,
        "INVALID_TRANSITION: an alert that is resolved cannot be snoozed"
    );
    let back = Fact::custom("demos", "-300", "2026-01-19");
    manager.recorded(&plan.partner.partnership, &[back]).await;
    let again = behind(&plan, manager).await;
    assert_eq!((&again["state"], &again["timesOpened"]), (&json!("OPEN"), &json!(2)));
    assert_eq!(
        heard(manager).await,
        [
            "ALERT_OPENED",
            "ALERT_SNOOZED 2026-02-02",
            "ALERT_WOKEN",
            "ALERT_SNOOZED 2026-03-02",
            "ALERT_RESOLVED",
            "ALERT_OPENED",
        ]
    );
    assert_eq!(
        heard(partner).await,
        ["ALERT_OPENED", "ALERT_ESCALATED Acme executive", "ALERT_RESOLVED", "ALERT_OPENED"]
    );
}

#[tokio::test]
async fn an_alert_is_given_to_somebody_of_the_own_side_who_works_on_the_plan() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-16").await;
    let (admin, manager) = (&plan.vendor.admin, &plan.vendor.manager);
    let id = behind_id(&plan, manager).await;
    let off_team = app.invited(admin, "off-team", "Northwind", "CHANNEL_ACCOUNT_MANAGER").await;
    let to = async |client: &Client| json!({ "id": id, "to": client.user_id().await });
    for nobody in [
        &plan.vendor.viewer,
        &plan.vendor.executive,
        &off_team,
        &plan.partner.manager,
        &plan.partner.admin,
    ] {
        let refused = manager.refused(&assign(), to(nobody).await).await;
        assert!(refused.starts_with("NOT_FOUND at assigneeId: assigneeId: `user_"), "{refused}");
        assert!(refused.ends_with("is nobody of your side who works on the plan"), "{refused}");
    }
    for (client, refused) in [
        (&plan.vendor.executive, "FORBIDDEN: alerts are assigned by those who work on the plan"),
        (&off_team, "FORBIDDEN: alerts are assigned by those who work on the plan"),
        (&plan.partner.manager, "NOT_FOUND: alert not found"),
    ] {
        assert_eq!(client.refused(&assign(), to(manager).await).await, refused);
    }
    let done = admin.done(&assign(), to(manager).await).await;
    assert_eq!(done["alert"]["assignee"]["name"], "Northwind manager");
    admin.done(&assign(), to(manager).await).await;
    manager.done(&assign(), to(admin).await).await;
    manager.done(&mutation("unassignAlert", "", ""), json!({ "id": id })).await;
    manager.done(&mutation("unassignAlert", "", ""), json!({ "id": id })).await;
    manager.done(&assign(), to(manager).await).await;
    assert_eq!(
        heard(&plan.vendor.viewer).await,
        [
            "ALERT_OPENED",
            "ALERT_ASSIGNED Northwind manager",
            "ALERT_ASSIGNED Northwind admin",
            "ALERT_UNASSIGNED Northwind admin",
            "ALERT_ASSIGNED Northwind manager",
        ]
    );
    assert_eq!(heard(&plan.partner.admin).await, ["ALERT_OPENED"]);
    assert_eq!(behind(&plan, &plan.partner.manager).await["assignee"], Value::Null);

    // What is over cannot be given to anybody, and what comes back is nobody's yet.
    manager
        .recorded(&plan.partner.partnership, &[Fact::custom("demos", "300", "2026-01-15")])
        .await;
    assert_eq!(
        manager.refused(&assign(), to(admin).await).await,
        "INVALID_TRANSITION: an alert that is resolved cannot be assigned"
    );
    assert_eq!(behind(&plan, manager).await["assignee"]["name"], "Northwind manager");
    let back = Fact::custom("demos", "-300", "2026-01-14");
    manager.recorded(&plan.partner.partnership, &[back]).await;
    assert_eq!(behind(&plan, manager).await["assignee"], Value::Null);
}

#[tokio::test]
async fn a_critical_alert_of_which_nobody_takes_note_goes_to_the_sponsor_once() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-15").await;
    let id = behind_id(&plan, &plan.partner.manager).await;
    plan.partner.manager.done(&acknowledge(), json!({ "id": id })).await;
    let inbox = async |client: &Client| {
        let query = "{ viewer { unreadAlertCount inbox { nodes { rule } } } }";
        let found = client.run(query, json!({})).await["viewer"].take();
        (found["unreadAlertCount"].clone(), found["inbox"]["nodes"].clone())
    };
    let (vendors, partners) = (&plan.vendor.executive, &plan.partner.executive);
    move_to(&app, "2026-01-19").await;
    assert_eq!(behind(&plan, vendors).await["escalatedAt"], Value::Null);
    assert_eq!(inbox(vendors).await, (json!(0), json!([])));
    for _ in 0..2 {
        move_to(&app, "2026-01-20").await;
        let escalated = behind(&plan, vendors).await;
        assert_eq!(escalated["escalatedAt"], "2026-01-20T00:00:00+00:00");
        assert_eq!(escalated["state"], "OPEN");
        assert_eq!(inbox(vendors).await, (json!(1), json!([{ "rule": "TARGET_BEHIND" }])));
    }
    // The partner has taken note of its own.
    assert_eq!(behind(&plan, partners).await["escalatedAt"], Value::Null);
    assert_eq!(inbox(partners).await, (json!(0), json!([])));
    move_to(&app, "2026-02-20").await;
    assert_eq!(
        heard(&plan.vendor.manager).await,
        ["ALERT_OPENED", "ALERT_ESCALATED Northwind executive"]
    );
    assert_eq!(heard(&plan.partner.manager).await, ["ALERT_OPENED", "ALERT_ACKNOWLEDGED"]);

    // Its return is news, to be brought before the sponsor anew if nobody takes note of it.
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    for quantity in ["500", "-500"] {
        manager
            .recorded(
                partnership,
                &[Fact::custom("demos", quantity, "2026-01-18").called(quantity)],
            )
            .await;
    }
    assert_eq!(behind(&plan, vendors).await["escalatedAt"], Value::Null);
    move_to(&app, "2026-02-25").await;
    assert_eq!(behind(&plan, vendors).await["escalatedAt"], "2026-02-25T00:00:00+00:00");
    assert_eq!(behind(&plan, partners).await["escalatedAt"], "2026-02-25T00:00:00+00:00");
}

#[tokio::test]
async fn many_alerts_are_taken_note_of_at_once_each_for_itself() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-24").await;
    let manager = &plan.vendor.manager;
    let own = async |client: &Client| {
        let field = "alerts(last: 2) { nodes { id } }";
        let rows = plan.read(client, field).await["nodes"].take();
        rows.as_array().unwrap().iter().map(id_of).collect::<Vec<_>>()
    };
    let (mine, theirs) = (own(manager).await, own(&plan.partner.manager).await);
    let acknowledge = "mutation($ids: [ID!]!) { acknowledgeAlerts(input: { alertIds: $ids }) {
        results { index alert { state } errors { code message } } errors { code message path }
    } }";
    let ids = [&mine[0], &theirs[0], &mine[1], &mine[0]];
    let done = manager.done(acknowledge, json!({ "ids": ids })).await;
    let noted =
        |index: i32| json!({ "index": index, "alert": { "state": "ACKNOWLEDGED" }, "errors": [] });
    let hidden = json!({ "index": 1, "alert": null,
        "errors": [{ "code": "NOT_FOUND", "message": "alert not found" }] });
    assert_eq!(done["results"], json!([noted(0), hidden, noted(2), noted(3)]));
    let open =
        plan.read(&plan.partner.manager, "alerts(filter: { states: [OPEN] }) { totalCount }");
    assert!(open.await["totalCount"].as_u64().unwrap() >= 2);
    let many = vec![&mine[0]; 101];
    assert_eq!(
        manager.refused(acknowledge, json!({ "ids": many })).await,
        "VALIDATION_FAILED at alertIds: alertIds: 101 are more than 100"
    );
}
