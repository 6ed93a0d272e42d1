//! Renewing a plan: the next period's draft, made from what the last one left.

use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    given::id_of,
    planning::{plan_mutation, revenue},
};

mod proposing;
mod refusing;

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
