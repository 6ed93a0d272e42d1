//! Planning rates from the European Central Bank's file.

use std::{fs, path::Path};

use jbp::{
    domain::{id::PlanId, money::Currency},
    import::ecb,
    service::planning_rates,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Client, Fact, GivenPlan, TestApp, data::data};

const FILE: &str = "Date,USD,JPY,GBP,CYP,\n2025-12-31,1.1750,184.00,0.8725,N/A,\n2025-12-30,1.1700,183.50,0.8700,N/A,\n";

fn written(folder: &TempDir) -> std::path::PathBuf {
    let file = folder.path().join("eurofxref-hist.csv");
    fs::write(&file, FILE).unwrap();
    file
}

/// Sets a plan's rates on somebody's behalf, as `jbp rates` does; gives what was set and what stays, or why nothing was.
async fn set(
    client: &Client,
    plan: &GivenPlan,
    file: &Path,
    on: &str,
    only: &[Currency],
) -> Result<String, String> {
    let op = client.op().await.map_err(|error| error.to_string())?;
    let published = ecb::rates_on(file, on.parse().unwrap()).map_err(|error| error.to_string())?;
    let currency: Currency =
        plan.read(client, "currency").await.as_str().unwrap_or("USD").parse().unwrap();
    let rates = published.planning(currency, only).map_err(|error| error.to_string())?;
    let plan: PlanId = plan.id.parse().unwrap();
    let preview = planning_rates::preview(&op, plan, &rates).await.map_err(|e| e.to_string())?;
    let changed = Box::pin(planning_rates::set(&op, plan, &rates)).await;
    let changed = changed.map_err(|error| error.to_string())?;
    assert_eq!((&preview.set, &preview.signed), (&changed.set, &changed.signed));
    Ok(format!("{:?} {:?}", changed.set, changed.signed))
}

async fn rates(plan: &GivenPlan) -> Value {
    plan.read(&plan.vendor.viewer, "exchangeRates { currency rate }").await
}

#[tokio::test]
async fn a_plan_takes_the_rates_of_a_day_and_counts_what_waited() {
    let (app, folder) = (TestApp::start().await, TempDir::new().unwrap());
    let file = written(&folder);
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let won = Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("1000.01", "EUR");
    let yen = Fact::deal("DEAL_WON", "D-2", "2026-02-01").amount("10000", "JPY");
    manager.recorded(partnership, &[won, yen]).await;
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "0.00");
    let told = set(manager, &plan, &file, "2025-12-31", &[]).await;
    // 1.175 / 184 and 1.175 / 0.8725, to ten places.
    assert_eq!(told, Ok("{EUR: 1.175, GBP: 1.3467048711, JPY: 0.0063858696} []".to_owned()));
    // 1,175.01 and 63.86.
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "1238.87");
    app.check_sums().await;
    let history = plan.read(manager, "history(first: 1) { nodes { action } }").await;
    assert_eq!(history["nodes"], json!([{ "action": "setExchangeRates" }]));
    // The same again changes nothing, and leaves no trace.
    let revision = plan.revision().await;
    assert_eq!(set(manager, &plan, &file, "2025-12-31", &[]).await, Ok("{} []".to_owned()));
    assert_eq!(plan.revision().await, revision);
    let told = set(manager, &plan, &file, "2025-12-30", &[Currency::EUR]).await;
    assert_eq!(told, Ok("{EUR: 1.17} []".to_owned()));
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "1233.87");
    app.check_sums().await;
}

#[tokio::test]
async fn what_was_signed_stays_and_a_draft_takes_all() {
    let (app, folder) = (TestApp::start().await, TempDir::new().unwrap());
    let file = written(&folder);
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().with_rate("EUR", "1.1").active().await;
    let gbp: Currency = "GBP".parse().unwrap();
    let told = set(&northwind.manager, &plan, &file, "2025-12-31", &[Currency::EUR, gbp]).await;
    assert_eq!(told, Ok("{GBP: 1.3467048711} [EUR]".to_owned()));
    assert_eq!(
        rates(&plan).await,
        json!([{ "currency": "EUR", "rate": "1.1" }, { "currency": "GBP", "rate": "1.3467048711" }])
    );
    let draft = northwind.plan(&acme).between("2027-01-01", "2027-12-31").in_currency("EUR");
    let draft = draft.draft().await;
    let told = set(&northwind.manager, &draft, &file, "2025-12-31", &[]).await;
    assert_eq!(told, Ok("{GBP: 1.1461318052, JPY: 0.0054347826, USD: 0.8510638298} []".to_owned()));
}

#[tokio::test]
async fn a_day_a_currency_or_a_plan_that_is_not_there_is_told() {
    let (app, folder) = (TestApp::start().await, TempDir::new().unwrap());
    let file = written(&folder);
    let plan = app.active_plan().await;
    let chf: Currency = "CHF".parse().unwrap();
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    for (client, on, only, expected) in [
        (
            &plan.vendor.manager,
            "2026-01-01",
            &[][..],
            "no rates were published for 2026-01-01: it is no working day, or not in the file, which has 2025-12-31 before it",
        ),
        (&plan.vendor.manager, "2025-12-31", &[chf][..], "there is no rate of `CHF` on that day"),
        (&globex.admin, "2025-12-31", &[], "plan not found"),
        (&plan.partner.viewer, "2025-12-31", &[], "setting an exchange rate is not for your role"),
    ] {
        let told = set(client, &plan, &file, on, only).await;
        assert_eq!(told, Err(expected.to_owned()), "{}", client.email());
    }
    assert_eq!(rates(&plan).await, json!([]));
}

/// The bank's own file, where there is one.
#[tokio::test]
async fn the_banks_file_is_read() {
    let Some(data) = data() else { return };
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let file = data.join("reference/eurofxref-2016-2018.csv");
    let only = ["EUR", "GBP", "JPY"].map(|code| code.parse().unwrap());
    let told = set(&plan.vendor.manager, &plan, &file, "2017-12-29", &only).await;
    assert_eq!(told, Ok("{EUR: 1.1993, GBP: 1.3517351758, JPY: 0.0088830457} []".to_owned()));
}
