//! Plans in a few figures, kept and worked out, and the alerts that each side has about them.

use jbp::entity::plan_summary;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::{Client, Fact, TestApp, planning::revenue};

async fn portfolio(client: &Client) -> Value {
    let fields = "plan { name } progress { asOf version score health worstTarget { name } statuses { status targets }
        vendorPromisesKept partnerPromisesKept total { revenue { amount } dealsWon dealsOpen } dealsCarriedIn
        marketing { mdfAllocated { amount } leadsExpected } }";
    client.run(&format!("{{ portfolio {{ nodes {{ {fields} }} }} }}"), json!({})).await
}

async fn n_kept(app: &TestApp) -> u64 {
    plan_summary::Entity::find().count(app.op.db.read()).await.unwrap()
}

#[tokio::test]
async fn a_portfolio_says_the_same_whether_its_figures_were_kept_or_are_worked_out() {
    let app = TestApp::start().await;
    app.set_time("2026-01-10T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    for name in ["Acme", "Globex"] {
        let partner = app.partner(&northwind, name, "STRATEGIC", "RESELLER").await;
        let sketch = northwind.plan(&partner).full().named(name).with_target(revenue("1000.00"));
        sketch.active().await;
        app.set_time("2026-03-31T12:00:00Z");
        app.settle().await;
        let deal = Fact::deal("DEAL_WON", "D-1", "2026-02-20").amount("120.00", "USD");
        northwind.manager.recorded(&partner.partnership, &[deal]).await;
    }
    let kept = portfolio(&northwind.manager).await;
    let of_acme = &kept["portfolio"]["nodes"][1];
    assert_eq!(of_acme["plan"]["name"], "Acme");
    let progress = &of_acme["progress"];
    assert_eq!(
        json!([progress["asOf"], progress["total"]["revenue"]["amount"], progress["health"]]),
        json!(["2026-03-31", "120.00", "BEHIND"])
    );
    assert_eq!(n_kept(&app).await, 2);

    plan_summary::Entity::delete_many().exec(app.op.db.read()).await.unwrap();
    assert_eq!(portfolio(&northwind.manager).await, kept);

    // A day on which nobody has judged the plans yet.
    app.settle().await;
    app.set_time("2026-04-01T12:00:00Z");
    let worked_out = portfolio(&northwind.manager).await;
    assert_eq!(worked_out["portfolio"]["nodes"][1]["progress"]["asOf"], "2026-04-01");
    app.settle().await;
    assert_eq!(n_kept(&app).await, 2);
    assert_eq!(portfolio(&northwind.manager).await, worked_out);
    app.check_sums().await;
}

#[tokio::test]
async fn each_side_counts_the_alerts_of_its_own_that_stand() {
    let app = TestApp::start().await;
    app.set_time("2026-01-10T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let globex = app.partner(&northwind, "Globex", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().with_target(revenue("1000.00")).active().await;
    app.set_time("2026-03-31T12:00:00Z");
    app.settle().await;
    let query = "query($id: ID!) { plan(id: $id) { openAlertCount alerts(filter: { states: [OPEN, ACKNOWLEDGED] }) {
        totalCount nodes { id } } } }";
    let asked = async |client: &Client| client.run(query, json!({ "id": plan.id })).await;
    for client in [&northwind.manager, &acme.manager] {
        let found = asked(client).await;
        assert_eq!(found["plan"]["openAlertCount"], found["plan"]["alerts"]["totalCount"]);
        assert_ne!(found["plan"]["openAlertCount"], 0);
    }
    // Acknowledged it still stands; the other side's is untouched either way.
    let before = asked(&northwind.manager).await;
    let alert = &before["plan"]["alerts"]["nodes"][0]["id"];
    let acknowledge = "mutation($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { errors { message } } }";
    northwind.manager.done(acknowledge, json!({ "input": { "alertId": alert } })).await;
    assert_eq!(asked(&northwind.manager).await, before);
    assert_eq!(asked(&globex.manager).await, json!({ "plan": null }));
}

#[tokio::test]
async fn a_token_needs_the_scope_of_alerts_to_count_them() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().with_target(revenue("1000.00")).active().await;
    let create = "mutation($scopes: [Scope!]!) { createIntegration(input: { name: \"x\", scopes: $scopes }) {
        token errors { code message path } } }";
    let query = "query($id: ID!) { plan(id: $id) { openAlertCount } }";
    for (scopes, may) in
        [(json!(["PLANS_READ", "EVENTS_READ"]), true), (json!(["PLANS_READ"]), false)]
    {
        let made = northwind.admin.done(create, json!({ "scopes": scopes })).await;
        let crm = app.as_bearer(made["token"].as_str().unwrap());
        let answer = crm.try_run(query, json!({ "id": plan.id })).await;
        assert_eq!(answer.get("errors").is_none(), may, "{answer}");
    }
}
