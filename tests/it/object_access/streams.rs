//! Streams of what is not theirs: they are as silent as streams of what does not exist.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    house::{House, Listener},
    planning::bare_mutation,
};

/// Where an id can stand in a subscription.
pub const PLACES: [&str; 2] = ["Subscription.planEvents.planIds", "Subscription.progress.planId"];

const EVENTS: &str = "subscription($plans: [ID!]) { planEvents(planIds: $plans) { __typename
    ... on Event { kind } } }";
const PROGRESS: &str = "subscription($plan: ID!) { progress(planId: $plan) { __typename } }";

/// How long something may take that should be there already.
const SOON: Duration = Duration::from_secs(10);

/// Somebody follows plans, in one stream each and in one of all.
async fn follows(house: &House, who: &Client, plans: &[&str]) -> Listener {
    let mut socket = house.socket(who).await;
    for plan in plans {
        socket.follow(&format!("events of {plan}"), EVENTS, json!({ "plans": [plan] })).await;
        socket.follow(&format!("progress of {plan}"), PROGRESS, json!({ "plan": plan })).await;
    }
    socket.follow("all", EVENTS, json!({ "plans": plans })).await;
    socket
}

/// A deal is won, which both sides' dashboards hear at once.
async fn wins(plan: &GivenPlan) {
    let won = Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("10.00", "USD");
    plan.vendor.manager.recorded(&plan.partner.partnership, &[won]).await;
}

#[tokio::test]
async fn of_what_is_not_theirs_nobody_hears_anything() {
    let app = TestApp::start().await;
    let own = app.active_plan().await;
    let globex = app.partner(&own.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let rival = own.vendor.plan(&globex).full().active().await;
    let contoso = app.vendor("Contoso").await;
    let initech = app.partner(&contoso, "Initech", "STRATEGIC", "RESELLER").await;
    let other = contoso.plan(&initech).full().active().await;
    let draft = own.vendor.plan(&own.partner).between("2027-01-01", "2027-12-31").draft().await;
    let nothing = "plan_01jz0000000000000000000001";

    let house = app.open_doors().await;
    let hidden = [rival.id.as_str(), &other.id, &draft.id, nothing];
    let mut deaf = follows(&house, &own.partner.admin, &hidden).await;
    let mut both = house.socket(&own.partner.admin).await;
    let plans = json!({ "plans": [rival.id, other.id, draft.id, own.id] });
    both.follow("all", EVENTS, plans).await;
    let mut controls = Vec::new();
    for plan in [&rival, &other] {
        controls.push((plan, follows(&house, &plan.partner.admin, &[&plan.id]).await));
    }
    let is_event = |heard: &Value| heard["planEvents"]["__typename"] != "Heartbeat";
    for (plan, socket) in &mut controls {
        // Once it has told where the plan stands, the stream has begun.
        let began = socket.hears(&format!("progress of {}", plan.id), SOON, |_| true).await;
        assert!(began.is_some());
    }
    for plan in [&rival, &other] {
        wins(plan).await;
    }
    draft.change(&own.vendor.manager, "editPlan", json!({ "name": "squeeze" })).await;
    for (plan, socket) in &mut controls {
        for stream in [format!("events of {}", plan.id), "all".to_owned()] {
            assert!(socket.hears(&stream, SOON, is_event).await.is_some(), "{stream}");
        }
        let moved = socket.hears(&format!("progress of {}", plan.id), SOON, |_| true).await;
        assert!(moved.is_some());
    }
    let said = json!({ "planId": own.id, "body": "well", "visibility": "SHARED" });
    let comment = bare_mutation("addComment");
    own.vendor.manager.done(&comment, json!({ "input": said })).await;
    let first = both.hears("all", SOON, is_event).await.unwrap();
    assert_eq!(first["planEvents"]["kind"], "COMMENT_ADDED");
    deaf.has_heard_nothing().await;
    drop((deaf, both, controls));
    house.close().await;
}
