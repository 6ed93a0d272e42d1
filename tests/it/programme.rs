//! A vendor's programme: tiers, policies, settings and dimensions.

use jbp::{
    domain::target::Dimension,
    service::dimensions::{self, Dimensions, NewAlias},
};
use serde_json::{Value, json};

use crate::support::TestApp;

const SET_POLICY: &str = "mutation($input: SetPlanningPolicyInput!) {
  setPlanningPolicy(input: $input) {
    tierPolicy { partnerType policy {
      mode needsSponsors minimumCadence standardPipelineTarget mdfEntitlement requiredSections
      thresholds { ahead onTrack atRisk graceDays } windows { renewalDays atRiskDays }
    } }
    errors { code message path }
  }
}";

const ADD_VALUES: &str = "mutation($dimension: Dimension!, $values: [DimensionValueInput!]!) {
  addDimensionValues(input: { dimension: $dimension, values: $values }) {
    values { code name parent { code } }
    errors { code message path }
  }
}";

fn regions() -> Value {
    json!({ "dimension": "GEOGRAPHY", "values": [
        { "code": "EMEA", "name": "Europe, Middle East, Africa" },
        { "code": "DE", "name": "Germany", "parentCode": "emea " },
    ] })
}

#[tokio::test]
async fn a_policy_fills_in_what_is_usual_for_its_mode() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let input = json!({ "tierId": northwind.tier("GOLD").await, "partnerType": "MSP", "policy": {
        "mode": "LIGHT",
        "standardPipelineTarget": "250000",
        "thresholds": { "graceDays": 30 },
        "windows": { "renewalDays": 90 },
    } });
    let payload = northwind.admin.done(SET_POLICY, json!({ "input": input })).await;
    assert_eq!(
        payload["tierPolicy"],
        json!({ "partnerType": "MSP", "policy": {
            "mode": "LIGHT",
            "needsSponsors": false,
            "minimumCadence": "HALF_YEARLY",
            "standardPipelineTarget": "250000",
            "mdfEntitlement": null,
            "requiredSections": ["PIPELINE", "CO_MARKETING"],
            "thresholds": { "ahead": "1.10", "onTrack": "0.90", "atRisk": "0.75", "graceDays": 30 },
            "windows": { "renewalDays": 90, "atRiskDays": 14 },
        } })
    );
}

#[tokio::test]
async fn a_partner_is_told_its_own_policy_and_no_other() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let alliance = app.partner(&northwind, "Globex", "REGISTERED", "ALLIANCE").await;
    let asked = "{ partnerships { nodes {
        planningPolicy { mode } tier { code policies { partnerType policy { mode } } }
    } } }";
    let light = json!([{ "partnerType": null, "policy": { "mode": "LIGHT" } }]);
    let none = json!([{ "partnerType": null, "policy": { "mode": "NONE" } }]);
    assert_eq!(
        northwind.viewer.run(asked, json!({})).await["partnerships"]["nodes"],
        json!([
            { "planningPolicy": { "mode": "LIGHT" }, "tier": { "code": "GOLD", "policies": light } },
            { "planningPolicy": { "mode": "FULL" }, "tier": { "code": "REGISTERED", "policies": none } },
        ])
    );
    assert_eq!(
        acme.viewer.run(asked, json!({})).await["partnerships"]["nodes"],
        json!([{ "planningPolicy": { "mode": "LIGHT" }, "tier": { "code": "GOLD", "policies": null } }])
    );
    assert_eq!(
        alliance.admin.run(asked, json!({})).await["partnerships"]["nodes"][0]["planningPolicy"]["mode"],
        "FULL"
    );
}

#[tokio::test]
async fn a_policy_that_contradicts_itself_is_refused() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let tier = northwind.tier("GOLD").await;
    for (policy, refused) in [
        (
            json!({ "mode": "FULL", "thresholds": { "ahead": "0.5" } }),
            "VALIDATION_FAILED at policy.thresholds: policy.thresholds: thresholds fall from ahead over on track to at risk and stay above 0, unlike 0.5, 0.90, 0.75",
        ),
        (
            json!({ "mode": "FULL", "windows": { "renewalDays": -1 } }),
            "VALIDATION_FAILED at policy.windows.renewalDays: policy.windows.renewalDays: -1 days are less than none",
        ),
        (
            json!({ "mode": "FULL", "windows": { "renewalDays": 367 } }),
            "VALIDATION_FAILED at policy.windows.renewalDays: policy.windows.renewalDays: 367 is more than 366 days",
        ),
        (
            json!({ "mode": "LIGHT", "standardDealRegistrationTarget": "2.5" }),
            "VALIDATION_FAILED at policy.standardDealRegistrationTarget: policy.standardDealRegistrationTarget: 2.5 is not a whole number of registrations",
        ),
        (
            json!({ "mode": "LIGHT", "mdfEntitlement": "-1" }),
            "VALIDATION_FAILED at policy.mdfEntitlement: policy.mdfEntitlement: -1 is not between 0 and 100000000000.00",
        ),
        (
            json!({ "mode": "LIGHT", "minimumCadence": "DATES" }),
            "VALIDATION_FAILED at policy.minimumCadence: policy.minimumCadence: `DATES` has no frequency to ask for",
        ),
    ] {
        let input = json!({ "input": { "tierId": tier, "policy": policy } });
        assert_eq!(northwind.admin.refused(SET_POLICY, input).await, refused);
    }
}

#[tokio::test]
async fn only_the_vendors_admins_run_its_programme() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let input = json!({ "tierId": northwind.tier("GOLD").await, "policy": { "mode": "NONE" } });
    let policy = json!({ "input": input });
    let tier = "mutation { createTier(input: { code: \"X\", name: \"X\", rank: 9 }) { errors { code message path } } }";
    let settings = "mutation { setVendorSettings(input: { fiscalStartMonth: 2 }) { errors { code message path } } }";
    let forbidden = "FORBIDDEN: only an admin of the vendor may do this";
    for caller in [&northwind.manager, &northwind.executive, &northwind.viewer, &acme.admin] {
        assert_eq!(caller.refused(SET_POLICY, policy.clone()).await, forbidden);
        assert_eq!(caller.refused(tier, json!({})).await, forbidden);
        assert_eq!(caller.refused(settings, json!({})).await, forbidden);
        assert_eq!(caller.refused(ADD_VALUES, regions()).await, forbidden);
    }
    assert_eq!(contoso.admin.refused(SET_POLICY, policy).await, "NOT_FOUND: tier not found");
    let asked = "{ viewer { organization { fiscalStartMonth tiers { code } } } }";
    assert_eq!(
        northwind.admin.run(asked, json!({})).await["viewer"]["organization"],
        json!({ "fiscalStartMonth": 1, "tiers": [{ "code": "STRATEGIC" }, { "code": "GOLD" }, { "code": "REGISTERED" }] })
    );
}

#[tokio::test]
async fn settings_and_tiers_are_checked() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let set = "mutation($input: SetVendorSettingsInput!) { setVendorSettings(input: $input) {
        organization { timeZone fiscalStartMonth currency } errors { code message path }
    } }";
    let input = json!({ "timeZone": "Europe/Berlin", "fiscalStartMonth": 4, "currency": "EUR" });
    let payload = northwind.admin.done(set, json!({ "input": input })).await;
    assert_eq!(payload["organization"], input);
    assert_eq!(
        northwind.admin.refused(set, json!({ "input": { "timeZone": "Berlin" } })).await,
        "VALIDATION_FAILED at timeZone: timeZone: `Berlin` is not a time zone of the IANA database"
    );
    assert_eq!(
        northwind.admin.refused(set, json!({ "input": { "fiscalStartMonth": 13 } })).await,
        "VALIDATION_FAILED at fiscalStartMonth: fiscalStartMonth: 13 is not a month from 1 to 12"
    );
    let tier = "mutation($input: CreateTierInput!) { createTier(input: $input) { errors { code message path } } }";
    assert_eq!(
        northwind
            .admin
            .refused(tier, json!({ "input": { "code": "GOLD", "name": "Gold", "rank": 2 } }))
            .await,
        "VALIDATION_FAILED at code: code: a tier `GOLD` exists already"
    );
    assert_eq!(
        northwind
            .admin
            .refused(tier, json!({ "input": { "code": "A\u{0}", "name": "A", "rank": 2 } }))
            .await,
        "VALIDATION_FAILED at code: code: has the control character U+0000"
    );
}

#[tokio::test]
async fn a_dimension_is_a_tree_that_its_partners_see() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let payload = northwind.admin.done(ADD_VALUES, regions()).await;
    assert_eq!(
        payload["values"],
        json!([
            { "code": "EMEA", "name": "Europe, Middle East, Africa", "parent": null },
            { "code": "DE", "name": "Germany", "parent": { "code": "EMEA" } },
        ])
    );
    let asked = "query($id: ID!) { node(id: $id) { ... on Organization {
        dimensionValues(dimension: GEOGRAPHY) { totalCount nodes { code aliases } }
    } } }";
    let id = json!({ "id": northwind.id });
    assert_eq!(
        acme.viewer.run(asked, id.clone()).await["node"]["dimensionValues"],
        json!({ "totalCount": 2, "nodes": [{ "code": "EMEA", "aliases": null }, { "code": "DE", "aliases": null }] })
    );
    assert_eq!(contoso.admin.run(asked, id).await, json!({ "node": null }));
}

#[tokio::test]
async fn values_are_added_together_or_not_at_all() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let line = |code: &str, parent: Option<&str>| json!({ "code": code, "name": "n", "parentCode": parent });
    for (values, refused) in [
        (
            json!([line("CLOUD", None), line("cloud", None)]),
            "VALIDATION_FAILED at values.1.code: values.1.code: `cloud` stands for a product line already",
        ),
        (
            json!([line("EDGE", Some("CLOUD")), line("CLOUD", None)]),
            "VALIDATION_FAILED at values.0.parentCode: values.0.parentCode: `CLOUD` is no product line, here or before",
        ),
        (json!([]), "VALIDATION_FAILED at values: values: 0 values are not between 1 and 1000"),
    ] {
        let variables = json!({ "dimension": "PRODUCT_LINE", "values": values });
        assert_eq!(northwind.admin.refused(ADD_VALUES, variables).await, refused);
    }
    let asked =
        "{ viewer { organization { dimensionValues(dimension: PRODUCT_LINE) { totalCount } } } }";
    let answer = northwind.admin.run(asked, json!({})).await;
    assert_eq!(answer["viewer"]["organization"]["dimensionValues"]["totalCount"], 0);
}

#[tokio::test]
async fn a_value_is_found_by_code_and_alias_in_any_case() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    northwind.admin.done(ADD_VALUES, regions()).await;
    let vendor = northwind.id.parse().unwrap();
    let load = async || Dimensions::load(app.op.db.read(), vendor).await.unwrap();
    let before = load().await;
    let (germany, emea) = (
        before.resolve(Dimension::Geography, " de").unwrap(),
        before.resolve(Dimension::Geography, "Emea").unwrap(),
    );
    assert!(before.tree.is_within(germany, emea));
    assert_eq!(before.resolve(Dimension::Geography, "Deutschland"), None);
    assert_eq!(before.resolve(Dimension::Segment, "DE"), None);

    let alias = |text: &str, value| NewAlias { text: text.to_owned(), value };
    let admin = northwind.admin.op().await.unwrap();
    for value in [emea, germany] {
        let tx = admin.db.write().await.unwrap();
        dimensions::add_alias(&tx, &admin, alias(" DEUTSCHLAND", value)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(load().await.resolve(Dimension::Geography, "Deutschland"), Some(value));
    }

    let manager = northwind.manager.op().await.unwrap();
    let tx = app.op.db.write().await.unwrap();
    let refused = dimensions::add_alias(&tx, &manager, alias("Allemagne", germany)).await;
    assert_eq!(refused.unwrap_err().to_string(), "only an admin of the vendor may do this");
    let refused = dimensions::add_alias(&tx, &admin, alias("emea", germany)).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "text: `emea` is the code of Europe, Middle East, Africa"
    );
}
