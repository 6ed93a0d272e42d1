//! The binding examples of domain §5 and §6 on plans in force.

use std::slice;

use serde_json::{Value, json};

use crate::support::{
    Fact, GivenPlan, TestApp,
    planning::{custom, revenue},
};

#[tokio::test]
async fn example_f_one_deal_as_of_each_day() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let target = |name: &str, metric: &str, amount: &str| json!({ "name": name, "metric": metric, "amount": amount });
    let plan = northwind
        .plan(&acme)
        .full()
        .with_target(revenue("100000.00"))
        .with_target(target("Won", "DEALS_WON", "10"))
        .with_target(target("Registered", "DEALS_REGISTERED", "10"))
        .with_target(target("Pipeline", "PIPELINE_CREATED", "100000.00"))
        .active()
        .await;
    app.set_time("2026-08-01T00:00:00Z");
    let facts = [
        Fact::deal("DEAL_REGISTERED", "D-1", "2026-02-10").amount("40000.00", "USD"),
        Fact::deal("DEAL_APPROVED", "D-1", "2026-02-12"),
        Fact::deal("DEAL_WON", "D-1", "2026-05-03").amount("36500.00", "USD"),
        Fact::deal("DEAL_REOPENED", "D-1", "2026-06-20"),
        Fact::deal("DEAL_WON", "D-1", "2026-07-15").amount("38000.00", "USD"),
    ];
    // One by one, the last first: facts come in any order.
    for fact in facts.iter().rev() {
        northwind.manager.recorded(&acme.partnership, slice::from_ref(fact)).await;
        app.check_sums().await;
    }
    for (on, revenue, won, registered, pipeline, open) in [
        ("2026-02-09", "0.00", "0", "0", "0.00", "0"),
        ("2026-02-10", "0.00", "0", "1", "0.00", "1"),
        ("2026-02-12", "0.00", "0", "1", "40000.00", "1"),
        ("2026-04-30", "0.00", "0", "1", "40000.00", "1"),
        ("2026-05-31", "36500.00", "1", "1", "40000.00", "0"),
        ("2026-06-30", "0.00", "0", "1", "40000.00", "1"),
        ("2026-07-31", "38000.00", "1", "1", "40000.00", "0"),
    ] {
        let found = [
            plan.actual("Revenue", on).await,
            plan.actual("Won", on).await,
            plan.actual("Registered", on).await,
            plan.actual("Pipeline", on).await,
        ];
        assert_eq!(found, [revenue, won, registered, pipeline], "{on}");
        let progress = plan.target_progress(&acme.viewer, "Revenue", on, "openDeals").await;
        assert_eq!(progress["openDeals"], open, "{on}");
    }
}

#[tokio::test]
async fn example_g_certified_people_on_each_day() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let people = json!({ "name": "Certified", "metric": "CERTIFIED_PEOPLE", "amount": "12" });
    let plan = northwind.plan(&acme).full().with_target(people).active().await;
    app.set_time("2026-09-01T00:00:00Z");
    let earned = |person: &str, on: &str, until: &str| {
        Fact::training("CERTIFICATION_EARNED", person, "ARCH", on)
            .saying("validUntil", json!(until))
    };
    let (manager, partnership) = (&northwind.manager, &acme.partnership);
    manager
        .recorded(
            partnership,
            &[
                earned("p1", "2026-01-10", "2026-12-31"),
                earned("p1", "2026-03-15", "2026-12-31"),
                Fact::training("CERTIFICATION_REVOKED", "p1", "ARCH", "2026-08-15"),
            ],
        )
        .await;
    acme.manager.recorded(partnership, &[earned("p2", "2026-02-01", "2026-06-30")]).await;
    for (on, level, verified) in [
        ("2026-01-09", "0", Value::Null),
        ("2026-01-10", "1", json!("1.0000")),
        ("2026-02-01", "2", json!("0.5000")),
        ("2026-06-30", "2", json!("0.5000")),
        ("2026-07-01", "1", json!("1.0000")),
        ("2026-08-14", "1", json!("1.0000")),
        ("2026-08-15", "0", Value::Null),
    ] {
        let found =
            plan.target_progress(&acme.viewer, "Certified", on, "actual verifiedShare").await;
        assert_eq!(found, json!({ "actual": level, "verifiedShare": verified }), "{on}");
    }
    let architects =
        plan.commitment_progress("Certified architects", "2026-06-30", "delivered").await;
    assert_eq!(architects["delivered"], "2");
    app.check_sums().await;
}

/// Three custom targets of 1,200 spread evenly, 600 of each due on 30 June, in a plan where nothing else weighs.
async fn weighed(app: &TestApp, weights: [i64; 3], reached: [&str; 3]) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let mut sketch = northwind.plan(&acme);
    for (key, weight) in ["a", "b", "c"].iter().zip(weights) {
        let mut target = custom(key, "1200");
        target["weight"] = json!(weight);
        sketch = sketch.with_target(target);
    }
    let plan = sketch.light().active().await;
    for (key, reached) in ["a", "b", "c"].iter().zip(reached) {
        let fact = Fact::custom(key, reached, "2026-03-01");
        northwind.manager.recorded(&acme.partnership, &[fact]).await;
    }
    plan
}

#[tokio::test]
async fn example_d_the_score_and_what_it_means() {
    let app = TestApp::start().await;
    let plan = weighed(&app, [50, 30, 20], ["720", "480", "300"]).await;
    let progress = "progress { score health worstTarget { name } statuses { status targets } }";
    assert_eq!(
        plan.read(&plan.partner.viewer, progress).await,
        json!({
            "score": "84.0000", "health": "AT_RISK", "worstTarget": { "name": "c" },
            "statuses": [
                { "status": "AHEAD", "targets": 1 },
                { "status": "AT_RISK", "targets": 1 },
                { "status": "BEHIND", "targets": 1 },
            ],
        })
    );
    let fields =
        "expected actual attainment pace status explanation { gap remaining requiredPerDay }";
    assert_eq!(
        plan.target_progress(&plan.vendor.viewer, "b", "2026-06-30", fields).await,
        json!({
            "expected": "600.000", "actual": "480.000", "attainment": "0.4000", "pace": "0.8000",
            "status": "AT_RISK",
            "explanation": { "gap": "120.000", "remaining": "720.000", "requiredPerDay": "3.913" },
        })
    );
    app.check_sums().await;
}

#[tokio::test]
async fn example_d_a_heavy_target_behind_keeps_the_plan_at_risk() {
    let app = TestApp::start().await;
    let plan = weighed(&app, [70, 5, 25], ["600", "600", "390"]).await;
    assert_eq!(
        plan.read(&plan.vendor.viewer, "progress { score health worstTarget { name } }").await,
        json!({ "score": "91.2500", "health": "AT_RISK", "worstTarget": { "name": "c" } })
    );
    app.check_sums().await;
}

#[tokio::test]
async fn a_late_fact_counts_in_its_own_days_from_then_on() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let won =
        |reference: &str| Fact::deal("DEAL_WON", reference, "2026-03-30").amount("5.00", "USD");
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    manager.recorded(partnership, &[won("D-1")]).await;
    app.set_time("2026-07-12T09:00:00Z");
    assert_eq!(plan.actual("Revenue", "2026-03-31").await, "5.00");
    manager.recorded(partnership, &[won("D-2")]).await;
    for (on, expected) in [("2026-03-29", "0.00"), ("2026-03-30", "10.00"), ("2026-04-10", "10.00")]
    {
        assert_eq!(plan.actual("Revenue", on).await, expected, "{on}");
    }
    let recorded = manager
        .run("{ activities(first: 1) { nodes { occurredOn recordedAt } } }", json!({}))
        .await;
    assert_eq!(
        recorded["activities"]["nodes"][0],
        json!({ "occurredOn": "2026-03-30", "recordedAt": "2026-07-12T09:00:00+00:00" })
    );
    app.check_sums().await;
}

#[tokio::test]
async fn a_series_ends_on_the_day_and_adds_up() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().with_target(revenue("1200.00")).active().await;
    let won = |reference: &str, on: &str, amount: &str| {
        Fact::deal("DEAL_WON", reference, on).amount(amount, "USD")
    };
    let facts = [
        won("D-1", "2026-01-31", "50.00"),
        won("D-2", "2026-03-01", "70.00"),
        won("D-3", "2026-03-16", "5.00"),
    ];
    northwind.manager.recorded(&acme.partnership, &facts).await;
    let months = "series { endsOn actual change expected }";
    let found = plan.target_progress(&acme.viewer, "Revenue", "2026-03-15", months).await;
    assert_eq!(
        found["series"],
        json!([
            { "endsOn": "2026-01-31", "actual": "50.00", "change": "50.00", "expected": "100.00" },
            { "endsOn": "2026-02-28", "actual": "50.00", "change": "0.00", "expected": "200.00" },
            { "endsOn": "2026-03-15", "actual": "120.00", "change": "70.00", "expected": "248.39" },
        ])
    );
    for (interval, points) in [("DAY", 74), ("WEEK", 11), ("MONTH", 3)] {
        let field = format!("series(interval: {interval}) {{ change }}");
        let found = plan.target_progress(&acme.viewer, "Revenue", "2026-03-15", &field).await;
        assert_eq!(found["series"].as_array().unwrap().len(), points, "{interval}");
    }
    let whole = "progress(asOf: \"2026-03-15\") { series { endsOn change { revenue { amount } dealsWon } } }";
    assert_eq!(
        plan.read(&acme.viewer, whole).await["series"],
        json!([
            { "endsOn": "2026-01-31", "change": { "revenue": { "amount": "50.00" }, "dealsWon": "1" } },
            { "endsOn": "2026-02-28", "change": { "revenue": { "amount": "0.00" }, "dealsWon": "0" } },
            { "endsOn": "2026-03-15", "change": { "revenue": { "amount": "70.00" }, "dealsWon": "1" } },
        ])
    );
    app.check_sums().await;
}

#[tokio::test]
async fn figures_can_be_cut() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    northwind.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]).await;
    let plan = northwind.plan(&acme).full().active().await;
    let won = |reference: &str, line: &str, amount: &str| {
        Fact::deal("DEAL_WON", reference, "2026-03-01")
            .amount(amount, "USD")
            .with("productLine", json!(line))
            .saying("rep", json!("Ann"))
    };
    let facts =
        [won("D-1", "cloud", "1.00"), won("D-2", "edge", "2.00"), won("D-3", "mist", "4.00")];
    northwind.manager.recorded(&acme.partnership, &facts).await;
    let cut = async |by: &str| {
        let field = format!(
            "progress {{ cuts: breakdown(by: {by}) {{ key value {{ code }} figures {{ revenue {{ amount }} }} }} }}"
        );
        let found = plan.read(&acme.viewer, &field).await;
        let rows = found["cuts"].as_array().unwrap().iter().map(|cut| {
            let value = &cut["value"]["code"];
            let key = if value.is_null() { &cut["key"] } else { value };
            json!([key, cut["figures"]["revenue"]["amount"]])
        });
        rows.collect::<Value>()
    };
    assert_eq!(cut("PRODUCT_LINE").await, json!([["edge", "2.00"], ["cloud", "1.00"]]));
    assert_eq!(cut("REP").await, json!([["Ann", "7.00"]]));
    assert_eq!(cut("TOTAL").await, json!([["", "7.00"]]));
    app.check_sums().await;
}

#[tokio::test]
async fn how_much_is_vouched_for_is_said_beside_each_figure() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let won = |reference: &str, amount: &str| {
        Fact::deal("DEAL_WON", reference, "2026-03-01").amount(amount, "USD")
    };
    let partnership = &plan.partner.partnership;
    let share = async || {
        let fields = "actual verifiedShare";
        plan.target_progress(&plan.partner.viewer, "Revenue", "2026-06-30", fields).await
    };
    assert_eq!(share().await, json!({ "actual": "0.00", "verifiedShare": null }));
    plan.vendor.manager.recorded(partnership, &[won("D-1", "1.00")]).await;
    assert_eq!(share().await, json!({ "actual": "1.00", "verifiedShare": "1.0000" }));
    plan.partner.manager.recorded(partnership, &[won("D-2", "2.00")]).await;
    assert_eq!(share().await, json!({ "actual": "3.00", "verifiedShare": "0.3333" }));
    // The partner's reopening takes back what the vendor vouched for.
    let reopened = Fact::deal("DEAL_REOPENED", "D-1", "2026-03-02");
    plan.partner.manager.recorded(partnership, &[reopened]).await;
    assert_eq!(share().await, json!({ "actual": "2.00", "verifiedShare": "0.0000" }));
    app.check_sums().await;
}
