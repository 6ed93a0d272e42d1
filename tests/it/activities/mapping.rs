//! Words that the vendor's dimensions do not know, and money without a rate.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Client, Fact, GivenPlan, TestApp, facts::outcomes, planning::revenue};

const MAP: &str = "mutation($input: MapValueInput!) { mapValue(input: $input) {
    mapped { activities } errors { code message path }
} }";

const UNMAPPED: &str = "query($dimension: Dimension!) {
    unmappedValues(dimension: $dimension) { text activities }
}";

async fn unmapped(client: &Client, dimension: &str) -> Value {
    client.run(UNMAPPED, json!({ "dimension": dimension })).await["unmappedValues"].take()
}

fn mapping(text: &str, value: &str) -> Value {
    json!({ "input": { "dimension": "PRODUCT_LINE", "text": text, "valueId": value } })
}

fn won(reference: &str, line: &str, amount: &str) -> Fact {
    Fact::deal("DEAL_WON", reference, "2026-02-01")
        .amount(amount, "USD")
        .with("productLine", json!(line))
}

/// What each target has reached by the end of June.
async fn reached(plan: &GivenPlan) -> Value {
    let field = "targets { name progress(asOf: \"2026-06-30\") { actual } }";
    let found = plan.read(&plan.partner.viewer, field).await;
    let rows = found.as_array().unwrap().iter();
    rows.map(|row| json!([row["name"], row["progress"]["actual"]])).collect()
}

/// A plan in force whose revenue is split by the lines `cloud` and `edge`, and the rest.
async fn split_plan(app: &TestApp) -> (GivenPlan, Vec<String>) {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let lines = northwind.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]).await;
    let plan = northwind.plan(&acme).full().with_target(revenue("900.00")).shared().await;
    let split = json!({
        "targetId": plan.target("Revenue").await, "dimension": "PRODUCT_LINE",
        "valueIds": lines, "withOther": true,
    });
    plan.change(&northwind.manager, "splitTarget", split).await;
    plan.change(&northwind.manager, "proposePlan", json!({})).await;
    plan.sign(&northwind.executive).await;
    plan.sign(&acme.executive).await;
    (plan, lines)
}

#[tokio::test]
async fn an_unknown_word_counts_in_the_rest_until_it_is_mapped() {
    let app = TestApp::start().await;
    let (plan, lines) = split_plan(&app).await;
    let (admin, partnership) = (&plan.vendor.admin, &plan.partner.partnership);
    plan.vendor
        .manager
        .recorded(
            partnership,
            &[
                won("D-1", " CLOUD", "1.00"),
                won("D-2", "Wolke", "2.00"),
                won("D-3", "wolke ", "4.00"),
                won("D-4", "mist", "8.00"),
                Fact::deal("DEAL_WON", "D-5", "2026-02-01").amount("16.00", "USD"),
            ],
        )
        .await;
    assert_eq!(
        reached(&plan).await,
        json!([
            ["Revenue", "31.00"],
            ["Revenue · cloud", "1.00"],
            ["Revenue · edge", "0.00"],
            ["Revenue · other", "30.00"],
        ])
    );
    assert_eq!(
        unmapped(admin, "PRODUCT_LINE").await,
        json!([
            { "text": "Wolke", "activities": 1 },
            { "text": "mist", "activities": 1 },
            { "text": "wolke ", "activities": 1 },
        ])
    );
    assert_eq!(unmapped(admin, "SEGMENT").await, json!([]));
    let waiting = "{ activities(filter: { isUnmapped: true }) { totalCount } }";
    assert_eq!(admin.run(waiting, json!({})).await["activities"]["totalCount"], 3);

    let mapped = admin.done(MAP, mapping("WOLKE", &lines[0])).await;
    assert_eq!(mapped["mapped"]["activities"], 2);
    assert_eq!(
        reached(&plan).await,
        json!([
            ["Revenue", "31.00"],
            ["Revenue · cloud", "7.00"],
            ["Revenue · edge", "0.00"],
            ["Revenue · other", "24.00"],
        ])
    );
    assert_eq!(unmapped(admin, "PRODUCT_LINE").await, json!([{ "text": "mist", "activities": 1 }]));
    app.check_sums().await;

    // The word means something else after all, for what was and for what comes.
    let mapped = admin.done(MAP, mapping("wolke", &lines[1])).await;
    assert_eq!(mapped["mapped"]["activities"], 2);
    plan.vendor.manager.recorded(partnership, &[won("D-6", "wolke", "32.00")]).await;
    assert_eq!(
        reached(&plan).await,
        json!([
            ["Revenue", "63.00"],
            ["Revenue · cloud", "1.00"],
            ["Revenue · edge", "38.00"],
            ["Revenue · other", "24.00"],
        ])
    );
    let mapped = admin.done(MAP, mapping("wolke", &lines[1])).await;
    assert_eq!(mapped["mapped"]["activities"], 0);
    app.check_sums().await;
}

#[tokio::test]
async fn a_word_that_became_a_value_later_means_it_and_nothing_else() {
    let app = TestApp::start().await;
    let (plan, lines) = split_plan(&app).await;
    let (admin, partnership) = (&plan.vendor.admin, &plan.partner.partnership);
    plan.vendor.manager.recorded(partnership, &[won("D-1", "mist", "8.00")]).await;
    let mist = plan.vendor.add_values("PRODUCT_LINE", &[("Mist", Some("edge"))]).await.remove(0);
    let refused = admin.refused(MAP, mapping("mist", &lines[0])).await;
    assert_snapshot!(refused, @"VALIDATION_FAILED at text: text: `mist` is the code of Mist");
    assert_eq!(plan.actual("Revenue · edge", "2026-06-30").await, "8.00");
    assert_eq!(admin.done(MAP, mapping("mist", &mist)).await["mapped"]["activities"], 0);
    assert_eq!(unmapped(admin, "PRODUCT_LINE").await, json!([]));
    app.check_sums().await;
}

#[tokio::test]
async fn words_are_mapped_by_the_vendors_admin() {
    let app = TestApp::start().await;
    let (plan, lines) = split_plan(&app).await;
    plan.vendor.manager.recorded(&plan.partner.partnership, &[won("D-1", "mist", "8.00")]).await;
    let contoso = app.vendor("Contoso").await;
    let cloud = lines[0].as_str();
    for (client, refused) in [
        (&plan.vendor.manager, "FORBIDDEN: values are mapped by vendor admins"),
        (&plan.partner.admin, "FORBIDDEN: values are mapped by vendor admins"),
        (&contoso.admin, "NOT_FOUND: dimension value not found"),
    ] {
        assert_eq!(client.refused(MAP, mapping("mist", cloud)).await, refused);
    }
    let admin = &plan.vendor.admin;
    for (input, refused) in [
        (mapping("", cloud), "VALIDATION_FAILED at text: text: must not be empty"),
        (
            mapping("m\0st", cloud),
            "VALIDATION_FAILED at text: text: has the control character U+0000",
        ),
        (
            mapping("mist", "dimv_00000000000000000000000001"),
            "NOT_FOUND: dimension value not found",
        ),
    ] {
        assert_eq!(admin.refused(MAP, input).await, refused);
    }
    let mut other = mapping("mist", cloud);
    other["input"]["dimension"] = json!("SEGMENT");
    let refused = admin.refused(MAP, other).await.replace(cloud, "CLOUD");
    assert_eq!(refused, "VALIDATION_FAILED at valueId: valueId: `CLOUD` is no segment");
    assert_eq!(unmapped(admin, "PRODUCT_LINE").await, json!([{ "text": "mist", "activities": 1 }]));
    assert_eq!(unmapped(&contoso.admin, "PRODUCT_LINE").await, json!([]));
    app.check_sums().await;
}

#[tokio::test]
async fn money_without_a_rate_waits_for_it() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let euros = Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("1000.01", "EUR");
    let dollars = Fact::deal("DEAL_WON", "D-2", "2026-02-01").amount("7.00", "USD");
    manager.recorded(partnership, &[euros, dollars]).await;
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "7.00");
    let total = plan.read(manager, "progress { total { dealsWon } }").await;
    assert_eq!(total["total"]["dealsWon"], "2");

    let waiting = "query($id: ID!) { activities(filter: { unconvertedInPlanId: $id }) { nodes { externalId } } }";
    let waits = async || {
        let found = manager.run(waiting, json!({ "id": plan.id })).await;
        found["activities"]["nodes"].as_array().unwrap().len()
    };
    assert_eq!(waits().await, 1);
    let alerts = async |client: &Client| {
        let field = "alerts(filter: { rules: [FACTS_UNCONVERTED] }) { nodes { state message timesOpened } }";
        plan.read(client, field).await["nodes"].take()
    };
    for side in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(
            alerts(side).await,
            json!([{
                "state": "OPEN", "timesOpened": 1,
                "message": "1 fact is in a currency without a planning rate and does not count",
            }])
        );
    }

    let rate = json!({ "currency": "EUR", "rate": "1.0850" });
    plan.change(&plan.partner.manager, "setExchangeRate", rate.clone()).await;
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "1092.01");
    assert_eq!(waits().await, 0);
    assert_eq!(alerts(manager).await[0]["state"], "RESOLVED");
    let rates = plan.read(manager, "exchangeRates { currency rate isSigned }").await;
    assert_eq!(rates, json!([{ "currency": "EUR", "rate": "1.0850", "isSigned": false }]));
    app.check_sums().await;

    // A rate that was added can be put right; another currency opens the alert again.
    let rate = json!({ "currency": "EUR", "rate": "2" });
    plan.change(manager, "setExchangeRate", rate).await;
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "2007.02");
    let yen = Fact::deal("DEAL_WON", "D-3", "2026-02-01").amount("500", "JPY");
    manager.recorded(partnership, &[yen]).await;
    let reopened = alerts(manager).await;
    assert_eq!((&reopened[0]["state"], &reopened[0]["timesOpened"]), (&json!("OPEN"), &json!(2)));
    app.check_sums().await;
}

#[tokio::test]
async fn a_signed_rate_stays_and_a_bad_one_is_refused() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().with_rate("EUR", "1.0850").active().await;
    let won = Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("1000.01", "EUR");
    let payload = northwind.manager.record(&acme.partnership, &[won]).await;
    assert_eq!(outcomes(&payload), "0 RECORDED");
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "1085.01");
    for (currency, rate, refused) in [
        ("EUR", "2", "at currency: currency: the rate of `EUR` is signed; amend the plan"),
        ("USD", "2", "at currency: currency: `USD` is the plan's own currency"),
        ("GBP", "0", "at rate: rate: 0 is not a rate above 0 with at most 10 decimal places"),
        ("GBP", "-1.5", "at rate: rate: -1.5 is not a rate above 0 with at most 10 decimal places"),
        (
            "GBP",
            "1.00000000001",
            "at rate: rate: 1.00000000001 is not a rate above 0 with at most 10 decimal places",
        ),
    ] {
        let input = json!({ "currency": currency, "rate": rate });
        let told = plan.refused(&northwind.manager, "setExchangeRate", input).await;
        assert_eq!(told, format!("VALIDATION_FAILED {refused}"));
    }
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "1085.01");
    app.check_sums().await;
}

/// Example H of domain §6, in a plan of Japanese yen.
#[tokio::test]
async fn a_plan_in_yen_counts_whole_yen() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).in_currency("JPY").with_target(revenue("1000000"));
    // The usual funds are in dollars and cents; here they are in yen.
    let plan = plan.full().with_rate("USD", "149.25").active().await;
    let won = Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("10.01", "USD");
    northwind.manager.recorded(&acme.partnership, &[won]).await;
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "1494");
    app.check_sums().await;
}

#[tokio::test]
async fn a_value_that_is_added_later_places_the_facts_that_carry_its_code() {
    let app = TestApp::start().await;
    let (plan, _lines) = split_plan(&app).await;
    let (admin, partnership) = (&plan.vendor.admin, &plan.partner.partnership);
    let facts = [won("D-1", "Mist ", "2.00"), won("D-2", "fog", "4.00")];
    plan.vendor.manager.recorded(partnership, &facts).await;
    let added = plan.vendor.add_values("PRODUCT_LINE", &[("mist", Some("cloud"))]).await;
    assert_eq!(
        reached(&plan).await,
        json!([
            ["Revenue", "6.00"],
            ["Revenue · cloud", "2.00"],
            ["Revenue · edge", "0.00"],
            ["Revenue · other", "4.00"],
        ])
    );
    let left = unmapped(admin, "PRODUCT_LINE").await;
    assert_eq!(left, json!([{ "text": "fog", "activities": 1 }]));
    let asked = "{ deals { nodes { reference productLine { id } } } }";
    let deals = plan.partner.viewer.run(asked, json!({})).await;
    let rows = deals["deals"]["nodes"].as_array().unwrap();
    let placed = rows.iter().find(|row| row["reference"] == "D-1").unwrap();
    assert_eq!(placed["productLine"]["id"], json!(added[0]));
    app.check_sums().await;
}
