//! Renewing a plan: the next period's draft, made from what the last one left.

use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    given::id_of,
    planning::{bare_mutation, plan_mutation, revenue},
};

fn asked(plan: &GivenPlan, percent: &str) -> Value {
    json!({ "planId": plan.id, "name": "Plan 2027", "growthPercent": percent })
}

/// Renews a plan, which must succeed.
async fn renew(plan: &GivenPlan, client: &Client, percent: &str) -> GivenPlan {
    let input = json!({ "input": asked(plan, percent) });
    let made = client.done(&plan_mutation("renewPlan"), input).await;
    GivenPlan { id: id_of(&made["plan"]), ..plan.clone() }
}

async fn refused(plan: &GivenPlan, client: &Client, percent: &str) -> String {
    client.refused(&plan_mutation("renewPlan"), json!({ "input": asked(plan, percent) })).await
}

/// A plan in force over 2026: revenue split by product line, registrations by quarters, the usual promises and two more.
async fn year(app: &TestApp) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let lines = northwind.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]).await;
    let mut whole = revenue("1000000.00");
    whole["weight"] = json!(60);
    let registered = json!({
        "name": "Registered", "metric": "DEALS_REGISTERED", "amount": "40", "weight": 40,
        "phasing": { "quarterlyWeights": ["40", "30", "20", "10"] },
    });
    let promise = |title: &str, from: &str, due: &str| {
        json!({
            "title": title, "owedBy": "VENDOR", "quantity": "10", "startsOn": from, "dueOn": due,
            "terms": { "vendorSupport": "MARKETING_MATERIALS" },
        })
    };
    let plan = northwind
        .plan(&acme)
        .full()
        .with_target(whole)
        .with_target(registered)
        .with_commitment(promise("Brochures", "2026-02-01", "2026-05-31"))
        .with_commitment(promise("Films", "2026-02-28", "2026-08-31"))
        .with_rate("EUR", "1.0850")
        .shared()
        .await;
    let split = json!({
        "targetId": plan.target("Revenue").await, "dimension": "PRODUCT_LINE", "valueIds": lines,
        "withOther": true,
    });
    plan.change(&northwind.manager, "splitTarget", split).await;
    let narrative = json!({ "vision": "Ahead", "objectives": [{ "title": "Grow" }] });
    plan.change(&northwind.manager, "editPlan", json!({ "narrative": narrative })).await;
    plan.change(&northwind.manager, "proposePlan", json!({})).await;
    plan.sign(&northwind.executive).await;
    plan.sign(&acme.executive).await;
    plan
}

/// What 2026 brought: 450,000.00 with cloud, 150,000.01 with edge, two registrations, and a part of the promises.
async fn lived(plan: &GivenPlan) {
    let won = |reference: &str, amount: &str, line: &str| {
        let fact = Fact::deal("DEAL_WON", reference, "2026-03-10").amount(amount, "USD");
        fact.with("productLine", json!(line))
    };
    let registered = |reference: &str, day: &str| {
        Fact::deal("DEAL_REGISTERED", reference, day).amount("1.00", "USD")
    };
    let webinars = plan.commitment("Webinars").await;
    let facts = [
        registered("D-1", "2026-02-01"),
        registered("D-2", "2026-02-02"),
        won("D-1", "450000.00", "cloud"),
        won("D-2", "150000.01", "edge"),
        Fact::support("CO_SELL_RESOURCE", "30", "2026-04-01"),
        Fact::spent("2500.00", "2026-04-02").saying("commitmentId", json!(webinars)),
        Fact::leads(42, "2026-04-02").saying("commitmentId", json!(webinars)),
    ];
    plan.vendor.manager.recorded(&plan.partner.partnership, &facts).await;
    let waive = json!({ "commitmentId": plan.commitment("Films").await, "reason": "obsolete" });
    plan.change(&plan.vendor.manager, "waiveCommitment", waive.clone()).await;
    plan.change(&plan.partner.manager, "waiveCommitment", waive).await;
}

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
async fn renewing_twice_is_refused_with_what_there_is() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let manager = plan.vendor.manager.clone();
    let first = renew(&plan, &manager, "10").await;
    let query = plan_mutation("renewPlan").replace(
        "errors { code message path }",
        "errors { __typename code message path ... on AlreadyRenewed { existing { id name } } }",
    );
    let again = manager.run(&query, json!({ "input": asked(&plan, "12") })).await;
    assert_eq!(
        again["renewPlan"],
        json!({ "plan": null, "errors": [{
            "__typename": "AlreadyRenewed", "code": "ALREADY_RENEWED", "path": ["planId"],
            "message": "the plan has been renewed already",
            "existing": { "id": first.id, "name": "Plan 2027" },
        }] })
    );
    // Given up, it makes room for another.
    first.change(&manager, "discardPlan", json!({})).await;
    assert_eq!(plan.read(&manager, "renewedBy { id }").await, Value::Null);
    let second = renew(&plan, &manager, "12").await;
    assert_ne!(first.id, second.id);
}

#[tokio::test]
async fn a_renewal_of_the_other_side_is_unknown_until_it_is_shared() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let (vendor, partner) = (plan.vendor.manager.clone(), plan.partner.manager.clone());
    let events = "{ events(first: 100) { edges { cursor } } viewer { unreadAlertCount } }";
    let heard = async || partner.run(events, json!({})).await;
    let before = (plan.read(&partner, "revision history { totalCount }").await, heard().await);
    let theirs = renew(&plan, &vendor, "10").await;
    let learnt = "query($id: ID!, $hidden: ID!) {
        plan(id: $id) { revision renewedBy { id } history { totalCount } }
        hidden: plan(id: $hidden) { id } node(id: $hidden) { id } plans { totalCount }
    }";
    for client in [&plan.partner.admin, &partner, &plan.partner.viewer, &plan.vendor.viewer] {
        let found = client.run(learnt, json!({ "id": plan.id, "hidden": theirs.id })).await;
        assert_eq!(found["plan"]["renewedBy"], Value::Null, "{}", client.email());
        assert_eq!([&found["hidden"], &found["node"]], [&Value::Null, &Value::Null]);
        assert_eq!(found["plans"]["totalCount"], 1);
    }
    let after = (plan.read(&partner, "revision history { totalCount }").await, heard().await);
    assert_eq!(after, before);

    // So the partner drafts its own, and neither knows of the other's.
    let own = renew(&plan, &partner, "20").await;
    assert_eq!(plan.read(&partner, "renewedBy { id }").await["id"], json!(own.id));
    assert_eq!(plan.read(&vendor, "renewedBy { id }").await["id"], json!(theirs.id));
    // Shown to the vendor, who has one already, both stand; the one that is further on its way is named.
    own.change(&partner, "sharePlan", json!({})).await;
    for client in [&partner, &vendor, &plan.vendor.viewer] {
        assert_eq!(plan.read(client, "renewedBy { id }").await["id"], json!(own.id));
    }
    assert_eq!(theirs.read(&partner, "id").await, Value::Null);
    assert!(refused(&plan, &vendor, "1").await.starts_with("ALREADY_RENEWED"));
}

#[tokio::test]
async fn the_same_key_makes_one_renewal() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let query = plan_mutation("renewPlan");
    let mut input = asked(&plan, "10");
    input["idempotencyKey"] = json!("renew-1");
    let first = plan.vendor.manager.done(&query, json!({ "input": input })).await;
    let again = plan.vendor.manager.done(&query, json!({ "input": input })).await;
    assert_eq!(first, again);
    input["growthPercent"] = json!("11");
    assert_eq!(
        plan.vendor.manager.refused(&query, json!({ "input": input })).await,
        "IDEMPOTENCY_CONFLICT at idempotencyKey: the idempotency key `renew-1` was used with another input"
    );
}

#[tokio::test]
async fn growth_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let manager = &plan.vendor.manager;
    for percent in ["-100", "-250", "10000", "1000.01", "0.001", "79228162514264337593543950335"] {
        assert_eq!(
            refused(&plan, manager, percent).await,
            format!(
                "VALIDATION_FAILED at growthPercent: growthPercent: {percent} is not a percentage above -100 and up to 1000 with at most 2 decimal places"
            )
        );
    }
    for percent in ["NaN", "Infinity", "ten", ""] {
        let answer = manager
            .try_run(&plan_mutation("renewPlan"), json!({ "input": asked(&plan, percent) }))
            .await;
        assert_eq!(answer["data"], Value::Null, "{percent}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("Decimal"), "{answer}");
    }
    for (field, text) in [("name", " "), ("overrideReason", "a\0b")] {
        let mut input = asked(&plan, "10");
        input[field] = json!(text);
        let refused = manager.refused(&plan_mutation("renewPlan"), json!({ "input": input })).await;
        assert!(refused.starts_with(&format!("VALIDATION_FAILED at {field}: ")), "{refused}");
    }
    assert_eq!(plan.read(manager, "renewedBy { id }").await, Value::Null);
}

#[tokio::test]
async fn what_was_never_signed_cannot_be_renewed() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().draft().await;
    let told = |state: &str| {
        format!("INVALID_TRANSITION: renewing is not possible while the plan is {state}")
    };
    assert_eq!(refused(&plan, &northwind.manager, "1").await, told("a draft"));
    assert_eq!(refused(&plan, &acme.manager, "1").await, "NOT_FOUND: plan not found");
    plan.change(&northwind.manager, "sharePlan", json!({})).await;
    assert_eq!(refused(&plan, &acme.manager, "1").await, told("in negotiation"));
    plan.change(&northwind.manager, "proposePlan", json!({})).await;
    assert_eq!(refused(&plan, &acme.manager, "1").await, told("awaiting signatures"));
}

#[tokio::test]
async fn only_those_who_work_on_the_partnership_renew() {
    let app = TestApp::start().await;
    let plan = year(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let absent = GivenPlan { id: "plan_00000000000000000000000001".to_owned(), ..plan.clone() };
    for outsider in [&globex.admin, &globex.manager, &contoso.admin] {
        let told = refused(&plan, outsider, "10").await;
        assert_eq!(told, "NOT_FOUND: plan not found");
        assert_eq!(refused(&absent, outsider, "10").await, told);
    }
    let forbidden = "FORBIDDEN: renewing is not for your role";
    for client in
        [&plan.vendor.executive, &plan.vendor.viewer, &plan.partner.executive, &plan.partner.viewer]
    {
        assert_eq!(refused(&plan, client, "10").await, forbidden, "{}", client.email());
    }
    let create = "mutation { createIntegration(input: {
        name: \"CRM\", scopes: [ACTIVITIES_WRITE, ACTIVITIES_READ, PLANS_READ, EVENTS_READ]
    }) { integration { id } token errors { code message path } } }";
    let made = plan.vendor.admin.done(create, json!({})).await;
    let crm = app.as_bearer(made["token"].as_str().unwrap());
    assert_eq!(refused(&plan, &crm, "10").await, forbidden);
    assert_eq!(plan.read(&crm, "renewedBy { id }").await, Value::Null);
    let revoke = json!({ "input": { "integrationId": made["integration"]["id"] } });
    plan.vendor.admin.done(&bare_mutation("revokeIntegration"), revoke).await;
    assert_eq!(refused(&plan, &crm, "10").await, "UNAUTHENTICATED: sign in first");
    assert_eq!(refused(&plan, &app.as_stranger(), "10").await, "UNAUTHENTICATED: sign in first");
    let count = plan.vendor.admin.run("{ plans { totalCount } }", json!({})).await;
    assert_eq!(count["plans"]["totalCount"], 1);
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
