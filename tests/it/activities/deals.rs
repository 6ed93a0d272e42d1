//! Deals as their facts leave them.

use serde_json::{Value, json};

use crate::support::{Fact, GivenPlan, TestApp};

async fn deals(plan: &GivenPlan, fields: &str) -> Vec<Value> {
    let query = format!("{{ deals(last: 100) {{ nodes {{ {fields} }} }} }}");
    let mut nodes = plan.vendor.viewer.run(&query, json!({})).await["deals"]["nodes"].take();
    let nodes = nodes.as_array_mut().unwrap();
    nodes.sort_by_key(|deal| deal["reference"].as_str().map(str::to_owned));
    nodes.clone()
}

/// What each deal, by its reference, seems to register again.
async fn duplicates(plan: &GivenPlan) -> Vec<(String, Option<String>)> {
    let found = deals(plan, "id reference duplicateOfId").await;
    let name = |id: &Value| {
        let deal = found.iter().find(|deal| deal["id"] == *id)?;
        deal["reference"].as_str().map(str::to_owned)
    };
    found.iter().map(|deal| (name(&deal["id"]).unwrap(), name(&deal["duplicateOfId"]))).collect()
}

fn registered(reference: &str, on: &str, customer: &str) -> Fact {
    Fact::deal("DEAL_REGISTERED", reference, on).saying("customer", json!(customer))
}

#[tokio::test]
async fn a_deal_is_what_its_facts_say() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let facts = [
        Fact::deal("DEAL_REGISTERED", "D-1", "2026-02-10")
            .amount("40000.00", "USD")
            .saying("customer", json!("Initech"))
            .saying("rep", json!("Ann"))
            .saying("probability", json!("12.5"))
            .saying("expectedCloseOn", json!("2026-09-30")),
        Fact::deal("DEAL_APPROVED", "D-1", "2026-02-12").saying("stage", json!("proposal")),
    ];
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    manager.recorded(partnership, &facts).await;
    let fields = "reference state customer rep stage probability expectedCloseOn registeredOn approvedOn closedOn amount { amount currency } wonAmount { amount }";
    let open = json!({
        "reference": "D-1", "state": "OPEN", "customer": "Initech", "rep": "Ann", "stage": "proposal",
        "probability": "12.50", "expectedCloseOn": "2026-09-30", "registeredOn": "2026-02-10",
        "approvedOn": "2026-02-12", "closedOn": null,
        "amount": { "amount": "40000.00", "currency": "USD" }, "wonAmount": null,
    });
    assert_eq!(deals(&plan, fields).await, [open]);

    let won = Fact::deal("DEAL_WON", "D-1", "2026-05-03").amount("36500.00", "USD");
    manager.recorded(partnership, &[won]).await;
    let found = deals(&plan, "state closedOn wonAmount { amount }").await;
    assert_eq!(
        found,
        [
            json!({ "state": "WON", "closedOn": "2026-05-03", "wonAmount": { "amount": "36500.00" } })
        ]
    );
    app.check_sums().await;
}

#[tokio::test]
async fn a_second_registration_of_a_customer_is_flagged_while_the_first_is_open() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let flagged = |first: &str| Some(first.to_owned());
    manager
        .recorded(
            partnership,
            &[
                registered("A", "2026-02-01", "Initech"),
                registered("B", "2026-02-02", " INITECH"),
                registered("C", "2026-02-03", "Hooli"),
                registered("D", "2026-02-04", "Initech").with("productLine", json!("unknown")),
            ],
        )
        .await;
    // A line that nobody knows is no line, so that a typing error hides no duplicate.
    assert_eq!(
        duplicates(&plan).await,
        [
            ("A".to_owned(), None),
            ("B".to_owned(), flagged("A")),
            ("C".to_owned(), None),
            ("D".to_owned(), flagged("A")),
        ]
    );
    let only = "{ deals(filter: { isDuplicate: true }) { totalCount } }";
    assert_eq!(manager.run(only, json!({})).await["deals"]["totalCount"], 2);

    // The first is lost: the second is now the first.
    manager.recorded(partnership, &[Fact::deal("DEAL_LOST", "A", "2026-03-01")]).await;
    assert_eq!(
        duplicates(&plan).await,
        [
            ("A".to_owned(), None),
            ("B".to_owned(), None),
            ("C".to_owned(), None),
            ("D".to_owned(), flagged("B")),
        ]
    );
    // An older registration that is reported late comes first.
    manager.recorded(partnership, &[registered("E", "2026-01-01", "initech")]).await;
    assert_eq!(
        duplicates(&plan).await,
        [
            ("A".to_owned(), None),
            ("B".to_owned(), flagged("E")),
            ("C".to_owned(), None),
            ("D".to_owned(), flagged("E")),
            ("E".to_owned(), None),
        ]
    );
    app.check_sums().await;
}

#[tokio::test]
async fn a_customer_of_another_partnership_is_no_duplicate() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let admin = &plan.vendor.admin;
    admin.recorded(&globex.partnership, &[registered("A", "2026-02-01", "Initech")]).await;
    admin.recorded(&plan.partner.partnership, &[registered("B", "2026-02-02", "Initech")]).await;
    assert_eq!(duplicates(&plan).await, [("A".to_owned(), None), ("B".to_owned(), None)]);
    app.check_sums().await;
}
