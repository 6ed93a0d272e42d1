//! What people do in the year: report, meet, and leave undone what alerts then tell of.

use chrono::NaiveDate;
use serde_json::json;

use super::house::{House, act, is_signed_late, sign};
use crate::support::{Fact, GivenPlan, given::id_of, planning::plan_mutation};

/// What happens up to a day of week `number`, before the house is looked at.
pub async fn until(house: &House, number: u64, since: NaiveDate, today: NaiveDate) {
    let day = today.to_string();
    for (at, plan) in house.plans.iter().enumerate() {
        let facts = reported(house, at, number, today);
        if !facts.is_empty() {
            plan.vendor.manager.recorded(&plan.partner.partnership, &facts).await;
        }
        let falls = |on: &str| since < on.parse::<NaiveDate>().unwrap() && on <= day.as_str();
        if is_signed_late(at) && falls("2017-01-16") {
            sign(plan).await;
        }
        meet(plan, at, &falls).await;
        if at.is_multiple_of(2) && falls("2017-11-20") {
            let input = json!({ "planId": plan.id, "name": "FY 2018", "growthPercent": "5" });
            let renew = plan_mutation("renewPlan");
            let made = plan.vendor.manager.done(&renew, json!({ "input": input })).await;
            let next = GivenPlan { id: id_of(&made["plan"]), ..plan.clone() };
            next.change(&plan.vendor.manager, "sharePlan", json!({})).await;
        }
        if at % 10 == 3 && falls("2017-06-05") {
            let rate = json!({ "currency": "EUR", "rate": "1.08" });
            plan.change(&plan.vendor.manager, "setExchangeRate", rate).await;
        }
    }
    if since < NaiveDate::from_ymd_opt(2017, 9, 4).unwrap() && day.as_str() >= "2017-09-04" {
        map_clowd(house).await;
    }
}

/// Each partner reports every fourth week, half of them two weeks after the others; of deals what has happened since, of all else by the calendar.
fn reported(house: &House, at: usize, number: u64, today: NaiveDate) -> Vec<Fact> {
    if number % 4 != if at.is_multiple_of(2) { 0 } else { 2 } {
        return Vec::new();
    }
    let since = today - chrono::Days::new(28);
    let mut facts: Vec<Fact> = house.story[at]
        .iter()
        .filter(|happening| since < happening.on && happening.on <= today)
        .map(super::deals::Happening::fact)
        .collect();
    let certified = |person: &str, on: &str| {
        let fact = Fact::training("CERTIFICATION_EARNED", person, "ARCH", on);
        fact.saying("validUntil", json!("2017-08-31"))
    };
    let early = if at % 3 == 1 { "16" } else { "8" };
    let dated = [
        ("2017-02-10", certified("ann", "2017-02-10")),
        ("2017-03-10", certified("bob", "2017-03-10")),
        ("2017-04-10", Fact::support("CO_SELL_RESOURCE", early, "2017-04-10")),
        ("2017-07-20", Fact::support("CO_SELL_RESOURCE", "12", "2017-07-20")),
        ("2017-05-10", Fact::marketing("PROGRAMME_EXECUTED", "spring", "2017-05-10")),
        (
            "2017-05-20",
            Fact::spent(if at.is_multiple_of(6) { "12000.00" } else { "4000.00" }, "2017-05-20"),
        ),
        (
            "2017-07-10",
            Fact::spent(if at.is_multiple_of(6) { "-3000.00" } else { "1000.00" }, "2017-07-10"),
        ),
        ("2017-10-20", Fact::marketing("PROGRAMME_EXECUTED", "autumn", "2017-10-20")),
    ];
    let falls = |on: &str| {
        let on: NaiveDate = on.parse().unwrap();
        since < on && on <= today
    };
    facts.extend(dated.into_iter().filter(|(on, _)| falls(on)).map(|(_, fact)| fact));
    if at % 10 == 3 && falls("2017-03-15") {
        facts.push(Fact::deal("DEAL_WON", "E-1", "2017-03-15").amount("500.00", "EUR"));
    }
    if at % 10 == 4 && falls("2017-04-15") {
        let deal = Fact::deal("DEAL_REGISTERED", "C-1", "2017-04-15").amount("500.00", "USD");
        facts.push(deal.with("productLine", json!("Clowd")));
    }
    facts
}

/// Reviews: each fifth partner's are held on time and confirmed by both, each fifth's are never confirmed by the partner, of all others
/// the first is forgotten for weeks.
async fn meet(plan: &GivenPlan, at: usize, falls: &(impl Fn(&str) -> bool + Sync)) {
    let manager = &plan.vendor.manager;
    let held_on =
        if at % 5 < 2 { ["2017-04-10", "2017-07-10"] } else { ["2017-05-08", "2017-07-31"] };
    for (n, on) in held_on.into_iter().enumerate() {
        if !falls(on) {
            continue;
        }
        let reviews = plan.read(manager, "reviews { id }").await;
        let review = id_of(&reviews[n]);
        let owner = plan.partner.manager.user_id().await;
        let action =
            json!({ "title": "call the ten largest", "ownerId": owner, "dueOn": "2017-08-14" });
        act(manager, "holdReview", json!({ "reviewId": review, "actions": [action] })).await;
        act(manager, "confirmReview", json!({ "reviewId": review })).await;
        if at % 5 != 1 {
            act(&plan.partner.manager, "confirmReview", json!({ "reviewId": review })).await;
        }
    }
    if at.is_multiple_of(3) && falls("2017-09-11") {
        let items = plan.read(manager, "actionItems { nodes { id } }").await["nodes"].take();
        for item in items.as_array().unwrap() {
            act(
                &plan.partner.manager,
                "completeActionItem",
                json!({ "actionItemId": id_of(item) }),
            )
            .await;
        }
    }
}

async fn map_clowd(house: &House) {
    let lines = "{ viewer { organization { dimensionValues(dimension: PRODUCT_LINE) { nodes { id code } } } } }";
    let found = house.vendor.admin.run(lines, json!({})).await;
    let nodes =
        found["viewer"]["organization"]["dimensionValues"]["nodes"].as_array().unwrap().clone();
    let line = nodes.iter().find(|node| node["code"] == "GTX").map(id_of).unwrap();
    let input = json!({ "dimension": "PRODUCT_LINE", "text": "Clowd", "valueId": line });
    act(&house.vendor.admin, "mapValue", input).await;
}
