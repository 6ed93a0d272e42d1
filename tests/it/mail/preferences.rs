//! How people say what they want.

use serde_json::{Value, json};

use super::{House, preferences, wants};
use crate::support::{TestApp, planning::bare_mutation};

#[tokio::test]
async fn who_has_said_nothing_is_told_at_once_where_the_company_is() {
    let app = TestApp::start().await;
    let vendor = app.vendor("Northwind").await;
    let zone = "mutation { setVendorSettings(input: { timeZone: \"Europe/Berlin\" }) { errors { message } } }";
    vendor.admin.done(zone, json!({})).await;
    let expected = json!({
        "revision": 0, "delivery": "AT_ONCE", "rules": [], "quietHours": null,
        "timeZone": "Europe/Berlin", "digestHour": 8, "digestWeekday": "MONDAY",
    });
    assert_eq!(preferences(&vendor.viewer).await, expected);
}

#[tokio::test]
async fn what_is_said_stays_and_what_is_not_said_too() {
    let house = House::start().await;
    let who = &house.acme.viewer;
    let rules = json!([
        { "rule": "TARGET_BEHIND", "delivery": "AT_ONCE" }, { "rule": "REVIEW_DUE", "delivery": "OFF" },
    ]);
    let quiet = json!({ "from": "21:30", "to": "06:45" });
    wants(
        who,
        json!({ "delivery": "DAILY", "rules": rules, "quietHours": quiet, "digestHour": 0,
        "digestWeekday": "SUNDAY", "timeZone": "Pacific/Auckland" }),
    )
    .await;
    let mut expected = json!({
        "revision": 1, "delivery": "DAILY", "rules": rules, "quietHours": quiet,
        "timeZone": "Pacific/Auckland", "digestHour": 0, "digestWeekday": "SUNDAY",
    });
    assert_eq!(preferences(who).await, expected);
    wants(who, json!({ "digestHour": 23 })).await;
    expected["revision"] = json!(2);
    expected["digestHour"] = json!(23);
    assert_eq!(preferences(who).await, expected);
    wants(who, json!({ "quietHours": null, "rules": [] })).await;
    expected["revision"] = json!(3);
    expected["quietHours"] = Value::Null;
    expected["rules"] = json!([]);
    assert_eq!(preferences(who).await, expected);
}

#[tokio::test]
async fn nonsense_is_refused_and_changes_nothing() {
    let house = House::start().await;
    let who = &house.acme.manager;
    let edit = bare_mutation("editNotificationPreferences");
    let twice = json!([{ "rule": "REVIEW_DUE", "delivery": "OFF" }, { "rule": "REVIEW_DUE", "delivery": "DAILY" }]);
    for (change, expected) in [
        (json!({ "digestHour": 24 }), "digestHour: digestHour: 24 is not an hour from 0 to 23"),
        (json!({ "digestHour": -1 }), "digestHour: digestHour: -1 is not an hour from 0 to 23"),
        (
            json!({ "timeZone": "Mars/Base" }),
            "timeZone: timeZone: `Mars/Base` is not a time zone of the IANA database",
        ),
        (
            json!({ "quietHours": { "from": "22", "to": "07:00" } }),
            "quietHours.from: quietHours.from: `22` is not a time of the form HH:MM",
        ),
        (
            json!({ "quietHours": { "from": "22:00", "to": "24:00" } }),
            "quietHours.to: quietHours.to: `24:00` is not a time of the form HH:MM",
        ),
        (
            json!({ "quietHours": { "from": "22:00", "to": "22:00" } }),
            "quietHours.to: quietHours.to: must not be when they begin",
        ),
        (json!({ "rules": twice }), "rules.1.rule: rules.1.rule: is named twice"),
    ] {
        let mut input = change.clone();
        input["expectedRevision"] = json!(0);
        let refused = who.refused(&edit, json!({ "input": input })).await;
        assert_eq!(refused, format!("VALIDATION_FAILED at {expected}"));
    }
    assert_eq!(preferences(who).await["revision"], 0);
}

#[tokio::test]
async fn who_was_slower_is_told_so() {
    let house = House::start().await;
    let who = &house.acme.manager;
    wants(who, json!({ "delivery": "DAILY" })).await;
    let edit = "mutation { editNotificationPreferences(input: { expectedRevision: 0, delivery: OFF }) {
        preferences { revision } errors { code path ... on RevisionConflict { expectedRevision currentRevision current { id } } } } }";
    let answer = who.run(edit, json!({})).await["editNotificationPreferences"].take();
    assert_eq!(
        answer,
        json!({ "preferences": null, "errors": [{ "code": "REVISION_CONFLICT", "path": ["expectedRevision"],
            "expectedRevision": 0, "currentRevision": 1, "current": null }] })
    );
    assert_eq!(preferences(who).await["delivery"], "DAILY");
}
