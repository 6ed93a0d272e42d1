//! What a renewal proposes: dates, targets, promises, and what the last period missed.

use serde_json::{Value, json};

use super::{asked, lived, refused, renew, year};
use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    given::id_of,
    planning::{bare_mutation, plan_mutation, revenue},
};

const TARGETS: &str =
    "targets { name amount baseline weight isOther splitBy parentId phases { amount } }";

/// The targets of a plan: name, amount, baseline and weight.
async fn targets(plan: &GivenPlan, client: &Client) -> Vec<String> {
    let found = plan.read(client, TARGETS).await;
    let word = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    found
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{}: {} after {}, weight {}",
                word(&row["name"]),
                word(&row["amount"]),
                word(&row["baseline"]),
                row["weight"]
            )
        })
        .collect()
}

#[tokio::test]
async fn the_next_year_begins_with_what_the_last_one_brought() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    lived(&plan).await;
    app.set_time("2027-01-10T12:00:00Z");
    let manager = plan.vendor.manager.clone();
    let next = renew(&plan, &manager, "10").await;
    let query = "query($id: ID!) { plan(id: $id) {
        name state mode draftedBy periodKind startsOn endsOn currency revision
        vision objectives { title } vendorSponsor { name } partnerSponsor { name }
        exchangeRates { currency rate isSigned } reviewCadence { cadence kind format offsetDays }
        renews { name } renewedBy { name } renewal { growthPercent from { name } }
    } }";
    assert_eq!(
        manager.run(query, json!({ "id": next.id })).await["plan"],
        json!({
            "name": "Plan 2027", "state": "DRAFT", "mode": "FULL", "draftedBy": "VENDOR",
            "periodKind": "FISCAL_YEAR", "startsOn": "2027-01-01", "endsOn": "2027-12-31",
            "currency": "USD", "revision": 1,
            "vision": "Ahead", "objectives": [{ "title": "Grow" }],
            "vendorSponsor": { "name": "Northwind executive" },
            "partnerSponsor": { "name": "Acme executive" },
            "exchangeRates": [{ "currency": "EUR", "rate": "1.0850", "isSigned": true }],
            "reviewCadence": { "cadence": "QUARTERLY", "kind": "BUSINESS_REVIEW", "format": "REMOTE", "offsetDays": 10 },
            "renews": { "name": "Plan 2026" }, "renewedBy": null,
            "renewal": { "growthPercent": "10.00", "from": { "name": "Plan 2026" } },
        })
    );
    assert_eq!(plan.read(&manager, "renewedBy { id }").await["id"], json!(next.id));
    assert_eq!(
        targets(&next, &manager).await,
        [
            "Revenue: 660000.01 after 600000.01, weight 60",
            "Registered: 2 after 2, weight 40",
            "Revenue · cloud: 495000.00 after 450000.00, weight null",
            "Revenue · edge: 165000.01 after 150000.01, weight null",
            "Revenue · other: 0.00 after 0.00, weight null",
        ]
    );
    let rows = next.read(&manager, TARGETS).await;
    let whole = next.target("Revenue").await;
    for (part, is_other) in [(2, false), (3, false), (4, true)] {
        assert_eq!(rows[part]["parentId"], json!(whole));
        assert_eq!(rows[part]["splitBy"], "PRODUCT_LINE");
        assert_eq!(rows[part]["isOther"], is_other);
    }
    assert_eq!(
        rows[1]["phases"],
        json!([{ "amount": "1" }, { "amount": "1" }, { "amount": "0" }, { "amount": "0" }])
    );
    app.check_sums().await;
}

#[tokio::test]
async fn what_was_promised_and_not_done_is_carried_over() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    lived(&plan).await;
    let brochures = [Fact::support("MARKETING_MATERIALS", "10", "2026-05-31")];
    plan.vendor.manager.recorded(&plan.partner.partnership, &brochures).await;
    let leave = json!({ "input": { "userId": plan.partner.manager.user_id().await } });
    plan.partner.admin.done(&bare_mutation("deactivateUser"), leave).await;
    app.set_time("2027-01-10T12:00:00Z");
    let next = renew(&plan, &plan.vendor.admin, "0").await;
    let found = next
        .read(
            &plan.vendor.admin,
            "commitments {
                title owedBy quantity startsOn dueOn isWaived owner { name }
                ... on CoMarketingCommitment { mdfAllocated { amount } expectedLeads }
            }",
        )
        .await;
    let row = |title: &str, owed_by: &str, quantity: &str, owner: Option<&str>| {
        json!({
            "title": title, "owedBy": owed_by, "quantity": quantity, "isWaived": false,
            "startsOn": "2027-01-01", "dueOn": "2027-12-31",
            "owner": owner.map(|name| json!({ "name": name })),
        })
    };
    let vendors = Some("Northwind manager");
    let mut webinars = row("Webinars", "PARTNER", "4", None);
    webinars["mdfAllocated"] = json!({ "amount": "7500.00" });
    webinars["expectedLeads"] = json!("58");
    assert_eq!(
        found,
        json!([
            row("Co-sell hours", "VENDOR", "50.000", vendors),
            webinars,
            row("Certified architects", "PARTNER", "5", None),
            row("Registrations", "JOINT", "38", vendors),
        ])
    );
    let codes = next.read(&plan.vendor.admin, "readiness { code }").await;
    let without = codes.as_array().unwrap().iter();
    assert_eq!(without.filter(|one| one["code"] == "COMMITMENT_WITHOUT_OWNER").count(), 2);
}

#[tokio::test]
async fn dates_keep_their_place_in_the_next_period() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let next = renew(&plan, &plan.partner.manager, "5").await;
    let found = next.read(&plan.partner.manager, "commitments { title startsOn dueOn }").await;
    let own: Vec<&Value> = found.as_array().unwrap().iter().skip(4).collect();
    assert_eq!(
        own,
        [
            &json!({ "title": "Brochures", "startsOn": "2027-02-01", "dueOn": "2027-05-31" }),
            &json!({ "title": "Films", "startsOn": "2027-02-28", "dueOn": "2027-08-31" }),
        ]
    );
    // Nothing was brought by then, so the old targets stay.
    assert_eq!(
        targets(&next, &plan.partner.manager).await[..3],
        [
            "Revenue: 1000000.00 after 0.00, weight 60",
            "Registered: 40 after 0, weight 40",
            "Revenue · cloud: 333333.34 after 0.00, weight null",
        ]
    );
    assert_eq!(next.read(&plan.partner.manager, "draftedBy").await, "PARTNER");
}

#[tokio::test]
async fn custom_dates_are_followed_by_as_many_days() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).between("2026-03-01", "2026-08-14").full().active().await;
    let next = renew(&plan, &acme.manager, "0").await;
    let query = "query($id: ID!) { plan(id: $id) { periodKind startsOn endsOn commitments { startsOn dueOn } } }";
    let dates = json!({ "startsOn": "2026-08-15", "dueOn": "2027-01-28" });
    assert_eq!(
        acme.manager.run(query, json!({ "id": next.id })).await["plan"],
        json!({
            "periodKind": "CUSTOM", "startsOn": "2026-08-15", "endsOn": "2027-01-28",
            "commitments": vec![dates; 4],
        })
    );
}

const MISSES: &str = "renewal { misses { __typename
    ... on MissedTarget { target { name plan { name } } amount actual gap status }
    ... on MissedCommitment { commitment { title } amount actual gap commitmentStatus: status }
} }";

/// What the last period missed, a line each.
async fn misses(plan: &GivenPlan, client: &Client) -> Vec<String> {
    let found = plan.read(client, MISSES).await;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |miss: &Value| {
        let name = word(&miss["target"]["name"]) + &word(&miss["commitment"]["title"]);
        let status = word(&miss["status"]) + &word(&miss["commitmentStatus"]);
        let (amount, actual) = (word(&miss["amount"]), word(&miss["actual"]));
        format!("{name}: {actual} of {amount}, {} short, {status}", word(&miss["gap"]))
    };
    found["misses"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn last_years_misses_are_listed() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    lived(&plan).await;
    app.set_time("2026-12-01T12:00:00Z");
    let next = renew(&plan, &plan.vendor.manager, "10").await;
    assert_eq!(
        misses(&next, &plan.vendor.manager).await[..2],
        [
            "Revenue: 600000.01 of 1000000.00, 399999.99 short, BEHIND",
            "Registered: 2 of 40, 38 short, BEHIND",
        ]
    );
    app.set_time("2027-01-01T00:00:00Z");
    next.change(&plan.vendor.manager, "sharePlan", json!({})).await;
    let expected = [
        "Revenue: 600000.01 of 1000000.00, 399999.99 short, MISSED",
        "Registered: 2 of 40, 38 short, MISSED",
        "Revenue · edge: 150000.01 of 333333.33, 183333.32 short, MISSED",
        "Revenue · other: 0.00 of 333333.33, 333333.33 short, MISSED",
        "Co-sell hours: 30.000 of 80.000, 50.000 short, MISSED",
        "Webinars: 0 of 4, 4 short, MISSED",
        "Certified architects: 0 of 5, 5 short, MISSED",
        "Registrations: 2 of 40, 38 short, MISSED",
        "Brochures: 0.000 of 10.000, 10.000 short, MISSED",
    ];
    for client in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(misses(&next, client).await, expected, "{}", client.email());
    }
    assert_eq!(plan.read(&plan.vendor.viewer, "renewal { growthPercent }").await, Value::Null);
}

#[tokio::test]
async fn a_renewal_can_be_negotiated_signed_and_renewed() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    app.set_time("2026-12-01T12:00:00Z");
    let next = renew(&plan, &plan.vendor.manager, "10").await;
    next.change(&plan.vendor.manager, "sharePlan", json!({})).await;
    next.change(&plan.partner.manager, "proposePlan", json!({})).await;
    next.sign(&plan.vendor.executive).await;
    next.sign(&plan.partner.executive).await;
    assert_eq!(next.read(&plan.partner.viewer, "state").await, "ACTIVE");
    assert_eq!(plan.read(&plan.partner.viewer, "renewedBy { state }").await["state"], "ACTIVE");
    let third = renew(&next, &plan.partner.manager, "0").await;
    assert_eq!(third.read(&plan.partner.manager, "startsOn").await, "2028-01-01");
    app.check_sums().await;
}

#[tokio::test]
async fn the_tier_of_today_decides_what_is_offered() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let northwind = &plan.vendor;
    let move_to = async |tier: &str, revision: i32| {
        let input = json!({
            "partnershipId": plan.partner.partnership, "expectedRevision": revision,
            "tierId": northwind.tier(tier).await,
        });
        northwind.admin.done(&bare_mutation("setTier"), json!({ "input": input })).await;
    };
    let policy = json!({
        "mode": "LIGHT", "standardPipelineTarget": "9000", "standardDealRegistrationTarget": "7",
        "mdfEntitlement": "100",
    });
    let input = json!({ "tierId": northwind.tier("GOLD").await, "policy": policy });
    northwind.admin.done(&bare_mutation("setPlanningPolicy"), json!({ "input": input })).await;
    move_to("GOLD", 1).await;
    // What is carried over stays, and the programme fills in what it lacks.
    let light = renew(&plan, &northwind.manager, "10").await;
    assert_eq!(light.read(&northwind.manager, "mode").await, "LIGHT");
    let rows = targets(&light, &northwind.manager).await;
    assert_eq!(rows[1], "Registered: 40 after 0, weight 40");
    assert_eq!(rows[5..], ["Pipeline created: 9000.00 after –, weight null"]);
    assert_eq!(
        light.read(&northwind.manager, "commitments { id }").await.as_array().unwrap().len(),
        6
    );
    light.change(&northwind.manager, "discardPlan", json!({})).await;

    move_to("REGISTERED", 2).await;
    let told = "PLANNING_NOT_OFFERED: the programme offers no plan to this tier; a vendor admin can override with a reason";
    assert_eq!(refused(&plan, &northwind.admin, "10").await, told);
    let mut with_reason = asked(&plan, "10");
    with_reason["overrideReason"] = json!("too good to lose");
    let input = json!({ "input": with_reason });
    let renew = plan_mutation("renewPlan");
    assert_eq!(
        plan.partner.admin.refused(&renew, input.clone()).await,
        "FORBIDDEN: only a vendor admin overrides the programme"
    );
    let made = northwind.admin.done(&renew, input).await;
    let full = GivenPlan { id: id_of(&made["plan"]), ..plan.clone() };
    assert_eq!(full.read(&northwind.admin, "mode").await, "FULL");
    let kept = full.read(&northwind.admin, "history { nodes { action after } }").await;
    assert_eq!(kept["nodes"][0]["action"], "renewPlan");
    assert!(kept["nodes"][0]["after"].as_str().unwrap().contains("too good to lose"));
    // Whatever happens to the tier, the plan in force is what it was.
    assert_eq!(plan.read(&northwind.viewer, "mode").await, "FULL");
}

#[tokio::test]
async fn a_target_phased_by_its_past_takes_last_years_curve_once_that_is_over() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let curve: Vec<&str> = vec!["1"; 12];
    let leads = json!({
        "name": "Leads", "metric": "LEADS", "amount": "1200", "phasing": { "baselineCurve": curve },
    });
    let plan = northwind.plan(&acme).full().with_target(leads).active().await;
    let phases = async |next: &GivenPlan| {
        let found = next.read(&northwind.manager, "targets { name phases { amount } }").await;
        let rows = found.as_array().unwrap();
        let leads = rows.iter().find(|row| row["name"] == "Leads").unwrap();
        let amounts = leads["phases"].as_array().unwrap().iter();
        amounts.map(|phase| phase["amount"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    app.set_time("2026-12-30T12:00:00Z");
    let facts = [Fact::leads(30, "2026-02-10"), Fact::leads(10, "2026-11-10")];
    northwind.manager.recorded(&acme.partnership, &facts).await;
    let early = renew(&plan, &northwind.manager, "0").await;
    assert_eq!(phases(&early).await, ["4", "4", "4", "4", "3", "3", "3", "3", "3", "3", "3", "3"]);
    early.change(&northwind.manager, "discardPlan", json!({})).await;
    app.set_time("2026-12-31T12:00:00Z");
    let late = renew(&plan, &northwind.manager, "0").await;
    assert_eq!(phases(&late).await, ["0", "30", "0", "0", "0", "0", "0", "0", "0", "0", "10", "0"]);
}

#[tokio::test]
async fn a_half_year_is_followed_by_the_next_one() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let sketch = northwind.plan(&acme).half_year("2026-07-01");
    let plan = sketch.full().with_target(revenue("600.00")).active().await;
    let won = Fact::deal("DEAL_WON", "D-1", "2026-08-03").amount("500.00", "USD");
    app.set_time("2026-12-20T12:00:00Z");
    northwind.manager.recorded(&acme.partnership, &[won]).await;
    let next = renew(&plan, &northwind.manager, "20").await;
    let query = "query($id: ID!) { plan(id: $id) { periodKind startsOn endsOn } }";
    assert_eq!(
        northwind.manager.run(query, json!({ "id": next.id })).await["plan"],
        json!({ "periodKind": "HALF_YEAR", "startsOn": "2027-01-01", "endsOn": "2027-06-30" })
    );
    assert_eq!(
        targets(&next, &northwind.manager).await,
        ["Revenue: 600.00 after 500.00, weight null"]
    );
}

#[tokio::test]
async fn a_terminated_plan_is_renewed_from_what_it_brought_until_then() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    lived(&plan).await;
    let end = json!({ "effectiveOn": "2026-06-30", "reason": "a new start" });
    plan.change(&plan.partner.manager, "terminatePlan", end).await;
    let next = renew(&plan, &plan.partner.manager, "0").await;
    assert_eq!(
        targets(&next, &plan.partner.manager).await[..2],
        ["Revenue: 600000.01 after 600000.01, weight 60", "Registered: 2 after 2, weight 40"]
    );
    let query = "query($id: ID!) { plan(id: $id) { startsOn renews { state } } }";
    assert_eq!(
        plan.partner.manager.run(query, json!({ "id": next.id })).await["plan"],
        json!({ "startsOn": "2027-01-01", "renews": { "state": "TERMINATED" } })
    );
}
