//! Once a day, once a week: what waits comes together, when its reader wants it.

use serde_json::json;

use super::{House, pair, wants};

const VENDORS: &str = "manager@northwind.example";
const PARTNERS: &str = "manager@acme.example";

#[tokio::test]
async fn a_digest_has_all_that_happened_since_the_last_one() {
    let house = House::start().await;
    wants(&house.vendor.manager, json!({ "delivery": "DAILY", "timeZone": "America/New_York" }))
        .await;
    wants(
        &house.acme.manager,
        json!({ "delivery": "WEEKLY", "digestHour": 17, "digestWeekday": "FRIDAY" }),
    )
    .await;
    // Thursday: behind, then not, then behind again.
    house.falls_behind().await;
    house.reports("150", "2026-01-12", "up").await;
    house.reports("-150", "2026-01-13", "down").await;
    for (instant, expected) in [
        ("2026-01-15T12:59:59Z", vec![]),
        ("2026-01-15T13:00:00Z", vec![pair(VENDORS, "2 things to know: Plan 2026, with Acme")]),
        ("2026-01-16T13:00:00Z", vec![]),
        ("2026-01-16T16:59:59Z", vec![]),
        (
            "2026-01-16T17:00:00Z",
            vec![pair(PARTNERS, "2 things to know: Plan 2026, with Northwind")],
        ),
    ] {
        house.at(instant).await;
        assert_eq!(house.told().await, expected, "{instant}");
    }
}

#[tokio::test]
async fn what_has_ended_before_a_digest_is_said_to_be_over() {
    let house = House::start().await;
    wants(&house.vendor.manager, json!({ "delivery": "DAILY" })).await;
    house.falls_behind().await;
    house.reports("150", "2026-01-12", "up").await;
    house.office.takes();
    house.at("2026-01-15T08:00:00Z").await;
    let told = house.told().await;
    assert!(
        told.contains(&pair(VENDORS, "Over by now: Target behind: Plan 2026, with Acme")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_rule_can_be_told_at_once_while_the_rest_waits() {
    let house = House::start().await;
    let rules = json!([{ "rule": "TARGET_BEHIND", "delivery": "AT_ONCE" }]);
    wants(&house.vendor.manager, json!({ "delivery": "WEEKLY", "rules": rules })).await;
    wants(&house.acme.manager, json!({ "delivery": "OFF" })).await;
    house.falls_behind().await;
    assert_eq!(house.told().await, [pair(VENDORS, "Target behind: Plan 2026, with Acme")]);
}

#[tokio::test]
async fn what_waits_comes_as_is_wanted_meanwhile() {
    let house = House::start().await;
    for who in [&house.vendor.manager, &house.acme.manager] {
        wants(who, json!({ "delivery": "WEEKLY" })).await;
    }
    house.falls_behind().await;
    assert_eq!(house.told().await, []);
    wants(&house.vendor.manager, json!({ "delivery": "AT_ONCE" })).await;
    wants(&house.acme.manager, json!({ "delivery": "OFF" })).await;
    assert_eq!(house.told().await, [pair(VENDORS, "Target behind: Plan 2026, with Acme")]);
    wants(&house.acme.manager, json!({ "delivery": "AT_ONCE" })).await;
    assert_eq!(house.told().await, [], "what was not wanted is gone");
}
