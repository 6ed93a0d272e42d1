//! What the columns of an integration's tables mean.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{CSV, answered, load, loaded, told};
use crate::support::{Client, TestApp, given::id_of};

const SET: &str = "mutation($input: SetIntegrationMappingInput!) {
    setIntegrationMapping(input: $input) { integration { mapping } errors { code message path } }
}";

const CREATE: &str =
    "mutation { createIntegration(input: { name: \"CRM\", scopes: [ACTIVITIES_WRITE] }) {
    integration { id } token errors { code message path } } }";

const DEALS: &str = r#"
source = "their crm"
date = "%d.%m.%Y"
delimiter = ";"

[partners]
A1 = "Acme"

[alias.Product]
"Clowd" = "cloud"

[file.deals]
path = "deals"
skip = [{ when = { Stage = "Lead" }, because = "no deal yet" }]
fact = { partner = "{Partner}", deal = "{Deal}", product_line = "{Product}" }

[[file.deals.event]]
kind = "DEAL_REGISTERED"
external_id = "{Deal}-registered"
on = "{Opened}"

[[file.deals.event]]
kind = "DEAL_WON"
when = { Stage = "Won" }
external_id = "{Deal}-won"
on = "{Closed}"
amount = "{Amount}"
currency = "USD"
"#;

const TABLE: &str = "Deal;Partner;Product;Stage;Opened;Closed;Amount\r\n\
    D-1;A1;Clowd;Won;01.02.2026;01.03.2026;10.50\r\n\
    D-2;acme;;Open;02.02.2026;;\r\n\
    D-3;A1;;Lead;;;\r\n\
    D-4;Globex;;Open;02.02.2026;;\r\n\
    D-5;A1;;Won;02.02.2026;;\r\n\
    D-6;A1;;Open;2026-02-02;;\r\n";

async fn integration(app: &TestApp, admin: &Client) -> (String, Client) {
    let made = admin.done(CREATE, json!({})).await;
    (id_of(&made["integration"]), app.as_bearer(made["token"].as_str().unwrap()))
}

fn set(id: &str, mapping: Option<&str>) -> Value {
    json!({ "input": { "integrationId": id, "mapping": mapping } })
}

#[tokio::test]
async fn an_integrations_tables_are_read_with_its_mapping() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    plan.vendor.add_values("PRODUCT_LINE", &[("cloud", None)]).await;
    let (id, crm) = integration(&app, &plan.vendor.admin).await;
    let kept = plan.vendor.admin.done(SET, set(&id, Some(DEALS))).await;
    assert_eq!(kept["integration"]["mapping"], DEALS);

    let answer = loaded(&house, &crm, CSV, "", TABLE).await;
    assert_snapshot!(told(&answer), @r"
    4 SKIPPED
    5 REJECTED VALIDATION_FAILED partner=Globex: is no partner of the vendor
    6 REJECTED VALIDATION_FAILED Closed: is empty
    7 REJECTED VALIDATION_FAILED Opened=2026-02-02: is no day of the form %d.%m.%Y
    chunk 1: 6 read, 3 recorded, 3 rejected, 1 skipped
    complete: 6 read, 3 recorded, 3 rejected, 1 skipped
    ");
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "10.50");
    let asked = "{ activities { nodes { source externalId productLine { code } } } }";
    let found = plan.vendor.viewer.run(asked, json!({})).await;
    assert_eq!(
        found["activities"]["nodes"][2],
        json!({ "source": "their crm", "externalId": "D-1-registered", "productLine": { "code": "cloud" } })
    );
    app.check_sums().await;

    // People of the company say whose mapping they mean; a table that it does not fit is refused as a whole.
    let query = format!("?mapping={id}&report=rejected");
    let again = loaded(&house, &plan.vendor.manager, CSV, &query, TABLE).await;
    assert_snapshot!(told(&again[again.len() - 1..]), @"complete: 6 read, 3 duplicates, 3 rejected, 1 skipped");
    let request = load(&house, &crm, CSV, "").await.body("Deal;Partner\nD-1;A1\n");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_snapshot!(told(&answered(response).await), @"BAD_USER_INPUT deals has no column `Stage`; it has `Deal`, `Partner`:");
    // Without it, columns are fields.
    let as_fields = loaded(&house, &crm, CSV, "?mapping=none", "a;b\n1;2\n").await;
    assert_snapshot!(told(&as_fields), @r#"
    2 REJECTED VALIDATION_FAILED row: "ActivityInput" has no field "a;b"
    chunk 1: 1 read, 1 rejected
    complete: 1 read, 1 rejected
    "#);
}

#[tokio::test]
async fn a_mapping_is_its_companys_business_and_must_make_sense() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let (id, _crm) = integration(&app, &plan.vendor.admin).await;
    plan.vendor.admin.done(SET, set(&id, Some(DEALS))).await;
    for other in [&plan.partner.admin, &plan.vendor.manager, &plan.vendor.viewer] {
        let refused = other.refused(SET, set(&id, None)).await;
        let expected = if other.email().contains("acme") { "NOT_FOUND" } else { "FORBIDDEN" };
        assert!(refused.starts_with(expected), "{refused}");
    }
    let asked = load(&house, &plan.partner.admin, CSV, &format!("?mapping={id}")).await;
    let response = asked.body(TABLE).send().await.unwrap();
    assert_eq!(response.status(), 400);
    let told = told(&answered(response).await).replace(&id, "IT");
    assert_snapshot!(told, @"BAD_USER_INPUT mapping: `IT` not found, or it has none:");

    let mut refusals = Vec::new();
    for bad in [
        "source = ",
        "source = \"crm\"",
        &DEALS.replace("{Deal}-won", "{Deal-won"),
        &DEALS.replace("alias.Product", "alias.Produkt"),
        &DEALS.replace("path = \"deals\"", "path = \"deals\"\ndistinct = true"),
        &format!("extends = \"/etc/passwd\"\n{DEALS}"),
        &format!("{DEALS}\n[lookup.x]\npath = \"/etc/passwd\"\nkey = \"a\"\nby = \"Deal\""),
        &format!("{DEALS}#{}", "x".repeat(50_000)),
    ] {
        refusals.push(plan.vendor.admin.refused(SET, set(&id, Some(bad))).await);
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    VALIDATION_FAILED at mapping: mapping: TOML parse error at line 1, column 10
      |
    1 | source = 
      |          ^
    string values must be quoted, expected literal string
    VALIDATION_FAILED at mapping: mapping: missing field `file`
    VALIDATION_FAILED at mapping: mapping: file.deals, event 2: `{Deal-won`: each `{` needs its `}` in `external_id`
    VALIDATION_FAILED at mapping: mapping: alias."Produkt": no event names such a cell
    VALIDATION_FAILED at mapping: mapping: file.deals: `distinct` would have to remember every row; a fact that comes again is a duplicate anyhow
    VALIDATION_FAILED at mapping: mapping: cannot extend another mapping here
    VALIDATION_FAILED at mapping: mapping: lookup.x: no event names a cell `x.…`
    VALIDATION_FAILED at mapping: mapping: has 50529 characters; 50000 is the most
    "#);
    let cleared = plan.vendor.admin.done(SET, set(&id, None)).await;
    assert_eq!(cleared["integration"]["mapping"], Value::Null);
}
