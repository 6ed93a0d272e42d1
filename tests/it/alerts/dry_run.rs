//! Rules tried on days gone by.

use serde_json::{Value, json};

use super::{
    NONE, demos, move_to,
    reviews::{act, reviewed},
};
use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    given::id_of,
    planning::{custom, plan_mutation},
};

const TRY: &str = "query($ids: [ID!]!, $since: Date!, $policy: AlertDryRunPolicyInput) {
    alertDryRun(planIds: $ids, since: $since, policy: $policy) {
        plan { id } fromOn toOn openedCount turns { happensOn rule severity isOpening message }
    }
}";

/// What somebody is told of a plan: a line for each turn.
async fn tried(plan: &GivenPlan, client: &Client, since: &str, policy: Value) -> Vec<String> {
    let variables = json!({ "ids": [plan.id], "since": since, "policy": policy });
    let run = client.run(TRY, variables).await["alertDryRun"][0].take();
    let turns = run["turns"].as_array().unwrap();
    let n_opened = turns.iter().filter(|turn| turn["isOpening"] == true).count();
    assert_eq!(run["openedCount"], n_opened);
    let line = |turn: &Value| {
        let word = |name: &str| turn[name].as_str().unwrap();
        let sign = if turn["isOpening"] == true { '+' } else { '-' };
        format!("{} {sign}{} {}", word("happensOn"), word("rule"), word("severity"))
    };
    turns.iter().map(line).collect()
}

/// A plan that asks for 100 demos a month, of which 30 came on 20 January and 170 on 10 February.
async fn lived(app: &TestApp) -> GivenPlan {
    let plan = demos(app, vec![]).await;
    move_to(app, "2026-02-20").await;
    let facts =
        [Fact::custom("demos", "30", "2026-01-20"), Fact::custom("demos", "170", "2026-02-10")];
    plan.vendor.manager.recorded(&plan.partner.partnership, &facts).await;
    move_to(app, "2026-03-20").await;
    plan
}

#[tokio::test]
async fn what_would_have_fired_is_told_day_by_day_and_nothing_is_written() {
    let app = TestApp::start().await;
    let plan = lived(&app).await;
    let manager = &plan.vendor.manager;
    let before =
        plan.read(manager, "alerts(last: 100) { nodes { rule state timesOpened openedAt } }").await;
    let usual = [
        "2026-01-15 +TARGET_BEHIND CRITICAL",
        "2026-02-10 -TARGET_BEHIND CRITICAL",
        "2026-03-07 +TARGET_AT_RISK WARNING",
    ];
    assert_eq!(tried(&plan, manager, "2026-01-01", Value::Null).await, usual);
    // Wider bands ring later, and what is off does not ring.
    let lax = json!({
        "thresholds": { "onTrack": "0.60", "atRisk": "0.50" },
        "rules": [{ "rule": "TARGET_BEHIND", "severity": "INFO" }],
    });
    assert_eq!(
        tried(&plan, manager, "2026-01-01", lax).await,
        ["2026-01-15 +TARGET_BEHIND INFO", "2026-02-10 -TARGET_BEHIND INFO"]
    );
    let off = json!({ "rules": [{ "rule": "TARGET_BEHIND", "isOn": false }] });
    assert_eq!(tried(&plan, manager, "2026-01-01", off).await, usual[2..]);
    // From another day on, what stands then is raised then.
    assert_eq!(
        tried(&plan, manager, "2026-02-01", Value::Null).await,
        ["2026-02-01 +TARGET_BEHIND CRITICAL", usual[1], usual[2]]
    );
    let after =
        plan.read(manager, "alerts(last: 100) { nodes { rule state timesOpened openedAt } }").await;
    assert_eq!(after, before);
}

/// Whether a line is about reviews and what was agreed in them.
fn is_of_reviews(line: &str) -> bool {
    line.contains("REVIEW_") || line.contains("ACTION_ITEM_")
}

#[tokio::test]
async fn reviews_and_actions_are_tried_by_when_they_were_held_answered_and_settled() {
    let app = TestApp::start().await;
    let plan = reviewed(&app).await;
    let (manager, partner) = (&plan.vendor.manager, &plan.partner.manager);
    move_to(&app, "2026-03-27").await;
    move_to(&app, "2026-04-10").await;
    let review = id_of(&plan.read(manager, "reviews { id }").await[0]);
    let owner = partner.user_id().await;
    let action =
        json!({ "title": "call the ten largest", "ownerId": owner, "dueOn": "2026-04-20" });
    act(manager, "holdReview", json!({ "reviewId": review, "actions": [action] })).await;
    act(manager, "confirmReview", json!({ "reviewId": review })).await;
    move_to(&app, "2026-04-17").await;
    move_to(&app, "2026-04-20").await;
    act(partner, "confirmReview", json!({ "reviewId": review })).await;
    move_to(&app, "2026-04-21").await;
    move_to(&app, "2026-04-25").await;
    let item = id_of(&plan.read(manager, "actionItems { nodes { id } }").await["nodes"][0]);
    act(partner, "completeActionItem", json!({ "actionItemId": item })).await;
    move_to(&app, "2026-05-10").await;

    let told = plan
        .read(manager, "alerts(last: 100) { nodes { rule severity openedAt resolvedAt } }")
        .await;
    let mut lived: Vec<String> = Vec::new();
    for alert in told["nodes"].as_array().unwrap() {
        for (sign, at) in [('+', &alert["openedAt"]), ('-', &alert["resolvedAt"])] {
            let word = |name: &str| alert[name].as_str().unwrap();
            let day = at.as_str().map(|at| &at[..10]);
            lived.extend(
                day.map(|day| format!("{day} {sign}{} {}", word("rule"), word("severity"))),
            );
        }
    }
    lived.retain(|line| is_of_reviews(line));
    lived.sort();
    assert_eq!(lived.len(), 6, "{lived:?}");
    let mut tried = tried(&plan, manager, "2026-03-01", Value::Null).await;
    tried.retain(|line| is_of_reviews(line));
    tried.sort();
    assert_eq!(tried, lived);
}

#[tokio::test]
async fn a_plan_is_tried_for_its_end_until_a_renewal_is_known() {
    let app = TestApp::start().await;
    let plan = reviewed(&app).await;
    let manager = &plan.vendor.manager;
    move_to(&app, "2026-12-01").await;
    let input = json!({ "planId": plan.id, "name": "FY 2027", "growthPercent": "5" });
    manager.done(&plan_mutation("renewPlan"), json!({ "input": input })).await;
    move_to(&app, "2026-12-10").await;
    let mut ending = tried(&plan, manager, "2026-06-01", Value::Null).await;
    ending.retain(|line| line.contains("PLAN_ENDING"));
    assert_eq!(ending, ["2026-11-01 +PLAN_ENDING WARNING", "2026-12-01 -PLAN_ENDING WARNING"]);
    let short = json!({ "windows": { "renewalDays": 10 } });
    let mut ending = tried(&plan, manager, "2026-06-01", short).await;
    ending.retain(|line| line.contains("PLAN_ENDING"));
    assert_eq!(ending, NONE);
}

#[tokio::test]
async fn a_renewal_that_the_partner_keeps_to_itself_ends_no_trial() {
    let app = TestApp::start().await;
    let plan = reviewed(&app).await;
    let (manager, partner) = (&plan.vendor.manager, &plan.partner.manager);
    move_to(&app, "2026-11-15").await;
    let input = json!({ "planId": plan.id, "name": "FY 2027", "growthPercent": "5" });
    let drafted = partner.done(&plan_mutation("renewPlan"), json!({ "input": input })).await;
    move_to(&app, "2026-12-10").await;
    let told = async || {
        let mut ending = tried(&plan, manager, "2026-06-01", Value::Null).await;
        ending.retain(|line| line.contains("PLAN_ENDING"));
        ending
    };
    assert_eq!(told().await, ["2026-11-01 +PLAN_ENDING WARNING"]);
    let input =
        json!({ "planId": drafted["plan"]["id"], "expectedRevision": drafted["plan"]["revision"] });
    partner.done(&plan_mutation("sharePlan"), json!({ "input": input })).await;
    assert_eq!(
        told().await,
        ["2026-11-01 +PLAN_ENDING WARNING", "2026-12-10 -PLAN_ENDING WARNING"]
    );
}

#[tokio::test]
async fn rules_are_tried_by_those_of_the_vendor_who_work_on_the_plan() {
    let app = TestApp::start().await;
    let plan = lived(&app).await;
    let rival = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let sketch = plan.vendor.plan(&rival).light().with_target(custom("demos", "1200"));
    let rivals = sketch.active().await;
    let asked = |ids: Value, since: &str| json!({ "ids": ids, "since": since });
    let refused = async |client: &Client, variables: Value| {
        let answer = client.try_run(TRY, variables).await;
        let error = &answer["errors"][0];
        format!(
            "{}: {}",
            error["extensions"]["code"].as_str().unwrap(),
            error["message"].as_str().unwrap()
        )
    };
    for client in
        [&plan.partner.manager, &plan.partner.admin, &plan.vendor.executive, &plan.vendor.viewer]
    {
        assert_eq!(
            refused(client, asked(json!([plan.id]), "2026-01-01")).await,
            "FORBIDDEN: rules are tried by those of the vendor who work on the plan"
        );
    }
    let hidden = plan.partner.admin.run(TRY, asked(json!([rivals.id]), "2026-01-01")).await;
    assert_eq!(hidden, json!({ "alertDryRun": [null] }));
    let manager = &plan.vendor.manager;
    let both = manager.run(TRY, asked(json!([rivals.id, plan.id]), "2026-01-01")).await;
    assert_eq!(both["alertDryRun"][0]["plan"]["id"], json!(rivals.id));
    assert_eq!(both["alertDryRun"][0]["fromOn"], "2026-03-20");
    assert_eq!(both["alertDryRun"][1]["plan"]["id"], json!(plan.id));
    for (since, message) in [
        ("2026-03-21", "2026-03-21 is not between 2025-02-13 and 2026-03-20"),
        ("2025-02-12", "2025-02-12 is not between 2025-02-13 and 2026-03-20"),
    ] {
        let told = refused(manager, asked(json!([plan.id]), since)).await;
        assert_eq!(told, format!("BAD_USER_INPUT: since: {message}"));
    }
    let many = vec![json!(plan.id); 51];
    assert_eq!(
        refused(manager, asked(json!(many), "2026-01-01")).await,
        "BAD_USER_INPUT: planIds: 51 are more than 50"
    );
}
