//! Feeds that fall silent or are not understood, and what lapses soon.

use serde_json::json;

use super::{NONE, demos, move_to, told};
use crate::support::{
    Client, Fact, TestApp,
    planning::{custom, revenue},
};

#[tokio::test]
async fn a_feed_that_the_plan_counts_and_that_is_silent_for_two_weeks_is_named() {
    let app = TestApp::start().await;
    app.set_time("2026-01-10T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let sketch = northwind.plan(&acme).full().with_target(revenue("1000.00"));
    let plan = sketch.with_target(custom("demos", "12")).active().await;
    let silence = async |client: &Client| told(&plan, client, "FEED_SILENT").await;
    move_to(&app, "2026-01-23").await;
    assert_eq!(silence(&plan.partner.viewer).await, NONE);
    let manager = &plan.vendor.manager;
    let deal = Fact::deal("DEAL_WON", "D-1", "2026-01-20").amount("10.00", "USD");
    manager.recorded(&acme.partnership, &[deal, Fact::custom("demos", "1", "2026-01-20")]).await;
    move_to(&app, "2026-01-24").await;
    let words = |feeds: &str| format!("FEED_SILENT OPEN 1: nothing was reported of {feeds}");
    for side in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(
            silence(side).await,
            [words(
                "training since 2026-01-10, marketing since 2026-01-10, support since 2026-01-10"
            )]
        );
    }
    // Whatever comes in ends the silence of its feed at once.
    let facts =
        [Fact::leads(1, "2026-01-24"), Fact::support("CO_SELL_RESOURCE", "1", "2026-01-24")];
    manager.recorded(&acme.partnership, &facts).await;
    assert_eq!(silence(&plan.vendor.viewer).await, [words("training since 2026-01-10")]);
    let course = Fact::training("COURSE_COMPLETED", "p1", "BASICS", "2026-01-24");
    manager.recorded(&acme.partnership, &[course]).await;
    assert_eq!(
        silence(&plan.vendor.viewer).await,
        ["FEED_SILENT RESOLVED 1: nothing was reported of training since 2026-01-10"]
    );
    move_to(&app, "2026-02-06").await;
    assert_eq!(
        silence(&plan.partner.viewer).await,
        [
            "FEED_SILENT OPEN 2: nothing was reported of deals since 2026-01-23, custom metrics since 2026-01-23"
        ]
    );
}

#[tokio::test]
async fn what_the_vendor_does_not_know_is_counted_until_it_is_mapped() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    let cloud = plan.vendor.add_values("PRODUCT_LINE", &[("cloud", None)]).await.remove(0);
    let fact = |deal: &str, line: &str| {
        let fact = Fact::deal("DEAL_REGISTERED", deal, "2026-01-09").amount("1.00", "USD");
        fact.with("productLine", json!(line))
    };
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    manager.recorded(partnership, &[fact("D-1", "cloud")]).await;
    let unknown = async |client: &Client| told(&plan, client, "FACTS_UNMAPPED").await;
    assert_eq!(unknown(&plan.partner.viewer).await, NONE);
    let facts = [
        fact("D-2", "Clowd"),
        fact("D-3", "Clowd"),
        fact("D-4", "Edge").with("country", json!("ZZ")),
    ];
    manager.recorded(partnership, &facts).await;
    let words = |what: &str| {
        format!(
            "FACTS_UNMAPPED OPEN 1: facts name {what}; until that is mapped they count in no named slice"
        )
    };
    for side in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(unknown(side).await, [words("2 unknown product lines, 1 unknown country")]);
    }
    let map = "mutation($id: ID!) { mapValue(input: { dimension: PRODUCT_LINE, text: \"clowd\", valueId: $id }) {
        errors { code message path } } }";
    plan.vendor.admin.done(map, json!({ "id": cloud })).await;
    assert_eq!(
        unknown(&plan.partner.viewer).await,
        [words("1 unknown product line, 1 unknown country")]
    );
}

#[tokio::test]
async fn certifications_that_lapse_within_thirty_days_warn_with_what_remains() {
    let app = TestApp::start().await;
    app.set_time("2026-01-10T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let target = json!({ "name": "Architects", "metric": "CERTIFIED_PEOPLE", "amount": "5" });
    let plan = northwind.plan(&acme).full().with_target(target).active().await;
    let earned = |person: &str, until: &str| {
        let fact = Fact::training("CERTIFICATION_EARNED", person, "ARCH", "2026-01-05");
        fact.saying("validUntil", json!(until))
    };
    let facts =
        [earned("p1", "2026-03-01"), earned("p2", "2026-03-10"), earned("p3", "2026-12-31")];
    northwind.manager.recorded(&acme.partnership, &facts).await;
    let lapsing = async |client: &Client| told(&plan, client, "CERTIFICATION_LAPSING").await;
    move_to(&app, "2026-01-30").await;
    assert_eq!(lapsing(&plan.partner.viewer).await, NONE);
    move_to(&app, "2026-01-31").await;
    for side in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(
            lapsing(side).await,
            [
                "CERTIFICATION_LAPSING OPEN 1: Architects: certifications lapse from 2026-03-01 on; 2 of 3 people remain on 2026-03-02"
            ]
        );
    }
    // Renewed, they stay.
    let renewed = Fact::training("CERTIFICATION_EARNED", "p1", "ARCH", "2026-01-31");
    let renewed = renewed.saying("validUntil", json!("2027-01-31"));
    northwind.manager.recorded(&acme.partnership, &[renewed]).await;
    assert_eq!(
        lapsing(&plan.partner.viewer).await,
        [
            "CERTIFICATION_LAPSING RESOLVED 1: Architects: certifications lapse from 2026-03-01 on; 2 of 3 people remain on 2026-03-02"
        ]
    );
}

#[tokio::test]
async fn funds_that_nobody_spends_warn_before_they_lapse() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let manager = &plan.vendor.manager;
    let lapsing = async |client: &Client| told(&plan, client, "MDF_LAPSING").await;
    let spent = [Fact::spent("4000.00", "2026-06-30")];
    manager.recorded(&plan.partner.partnership, &spent).await;
    move_to(&app, "2026-11-30").await;
    assert_eq!(lapsing(&plan.vendor.viewer).await, NONE);
    move_to(&app, "2026-12-01").await;
    let words = |state: &str| {
        format!(
            "MDF_LAPSING {state} 1: 6000.00 of market development funds lapse on 2026-12-31 unless they are spent"
        )
    };
    for side in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(lapsing(side).await, [words("OPEN")]);
    }
    manager.recorded(&plan.partner.partnership, &[Fact::spent("6000.00", "2026-11-30")]).await;
    assert_eq!(lapsing(&plan.partner.viewer).await, [words("RESOLVED")]);
}
