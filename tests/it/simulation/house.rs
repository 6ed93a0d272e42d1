//! The vendor and its fifty partners, each with a plan for the year.

use serde_json::{Value, json};

use super::deals::{Happening, LINES, Story};
use crate::support::{Client, GivenPlan, Partner, TestApp, Vendor, planning::bare_mutation};

/// A vendor, its partners and what each of them does.
pub struct House {
    pub app: TestApp,
    pub vendor: Vendor,
    pub plans: Vec<GivenPlan>,
    pub story: Story,
}

impl House {
    /// On the second of January all plans are proposed; both sign all but each tenth, which they leave for two weeks.
    pub async fn begin(story: Story) -> Self {
        let app = TestApp::start().await;
        app.set_time("2017-01-02T06:00:00Z");
        let vendor = app.vendor("Hardware").await;
        let values: Vec<_> = LINES.iter().map(|line| (*line, None)).collect();
        vendor.add_values("PRODUCT_LINE", &values).await;
        let mut plans = Vec::new();
        for (at, happenings) in story.iter().enumerate() {
            let partner =
                app.partner(&vendor, &format!("Partner {at:02}"), "GOLD", "RESELLER").await;
            let plan = Box::pin(agreed(&vendor, &partner, at, happenings)).await;
            if !is_signed_late(at) {
                sign(&plan).await;
            }
            plans.push(plan);
        }
        Self { app, vendor, plans, story }
    }
}

/// Whether both sides take two weeks to sign.
pub fn is_signed_late(at: usize) -> bool {
    at % 10 == 5
}

/// Both sides sign what is proposed.
pub async fn sign(plan: &GivenPlan) {
    plan.sign(&plan.vendor.manager).await;
    plan.sign(&plan.partner.manager).await;
}

/// What both want: for some as much as the year will bring, for some a quarter more or half as much again.
async fn agreed(
    vendor: &Vendor,
    partner: &Partner,
    at: usize,
    happenings: &[Happening],
) -> GivenPlan {
    let won: f64 = happenings.iter().map(Happening::won).sum();
    let factor = [1.0, 1.25, 1.5][at % 3];
    let revenue = json!({ "name": "Revenue", "metric": "REVENUE", "amount": format!("{:.0}.00", won.mul_add(factor, 1.0)),
        "weight": 60, "phasing": { "quarterlyWeights": ["15", "20", "25", "40"] } });
    let people =
        json!({ "name": "Certified", "metric": "CERTIFIED_PEOPLE", "amount": "2", "weight": 40 });
    let commitment = |title: &str, owed_by: &str, quantity: &str, due_on: &str, terms: Value| {
        json!({
        "title": title, "owedBy": owed_by, "quantity": quantity, "dueOn": due_on, "terms": terms })
    };
    let sketch = vendor
        .plan(partner)
        .named("FY 2017")
        .between("2017-01-01", "2017-12-31")
        .with_target(revenue)
        .with_target(people)
        .with_commitment(commitment(
            "Co-sell hours",
            "VENDOR",
            "20",
            "2017-06-30",
            json!({ "vendorSupport": "CO_SELL_RESOURCE" }),
        ))
        .with_commitment(commitment(
            "Webinars",
            "PARTNER",
            "2",
            "2017-10-31",
            json!({ "coMarketing": { "mdfAllocated": "10000.00", "expectedLeads": 10 } }),
        ))
        .with_commitment(commitment(
            "Registrations",
            "JOINT",
            "30",
            "2017-05-31",
            json!({ "pipelineMilestone": { "kind": "DEAL_REGISTRATION", "metric": "DEALS_REGISTERED" } }),
        ));
    let plan = sketch.draft().await;
    let cadence = json!({ "cadence": "QUARTERLY", "kind": "BUSINESS_REVIEW", "format": "REMOTE" });
    let manager = &vendor.manager;
    plan.change(manager, "setReviewCadence", cadence).await;
    plan.change(manager, "sharePlan", json!({})).await;
    plan.change(manager, "proposePlan", json!({})).await;
    plan
}

/// Does something that must succeed, on a thing that the plan does not name.
pub async fn act(client: &Client, mutation: &str, input: Value) {
    client.done(&bare_mutation(mutation), json!({ "input": input })).await;
}
