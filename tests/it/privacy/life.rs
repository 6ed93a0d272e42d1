//! The life of a plan as both sides live it in public, step by step, through every state.

use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    given::id_of,
    planning::{bare_mutation, plan_mutation, revenue},
};

/// How the plan's life ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    Withdrawn,
    Closed,
    Terminated,
}

/// The steps from the draft on; the last ones differ.
const STEPS: [Step; 20] = [
    Step::Begin,
    Step::Share,
    Step::CounterPropose,
    Step::Accept,
    Step::Comment,
    Step::Propose,
    Step::Reject,
    Step::Propose,
    Step::SignForVendor,
    Step::SignForPartner,
    Step::Report,
    Step::Hold,
    Step::Confirm,
    Step::BeginAmendment,
    Step::Edit,
    Step::ProposeAmendment,
    Step::SignForVendor,
    Step::SignForPartner,
    Step::End,
    Step::Renew,
];

#[derive(Clone, Copy, Debug)]
enum Step {
    Begin,
    Share,
    CounterPropose,
    Accept,
    Comment,
    Propose,
    Reject,
    SignForVendor,
    SignForPartner,
    Report,
    Hold,
    Confirm,
    BeginAmendment,
    Edit,
    ProposeAmendment,
    End,
    Renew,
}

/// How many steps there are; whoever withdraws does so instead of signing.
pub fn steps(ending: Ending) -> usize {
    if matches!(ending, Ending::Withdrawn) { 6 } else { STEPS.len() }
}

/// A house in which a plan is lived.
pub struct House {
    pub app: TestApp,
    pub plan: GivenPlan,
    pub ending: Ending,
    /// A plan that one side drafts and the other does not know.
    pub aside: Option<String>,
    review: Option<Value>,
}

impl House {
    /// A plan that the vendor drafts, in January.
    pub async fn open(ending: Ending) -> Self {
        let app = TestApp::start().await;
        app.set_time("2026-01-15T12:00:00Z");
        let northwind = app.vendor("Northwind").await;
        let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
        let plan = northwind.plan(&acme).full().with_target(revenue("1000.00")).draft().await;
        Self { app, plan, ending, aside: None, review: None }
    }

    /// Those of a side who write and read most, and least.
    pub fn people(&self, is_vendor: bool) -> [&Client; 2] {
        let (vendor, partner) = (&self.plan.vendor, &self.plan.partner);
        if is_vendor { [&vendor.admin, &vendor.viewer] } else { [&partner.admin, &partner.viewer] }
    }

    /// Where the plan stands.
    pub async fn state(&self) -> String {
        let state = self.plan.read(&self.plan.vendor.admin, "state").await;
        state.as_str().unwrap().to_owned()
    }

    /// Takes the step of this number.
    pub async fn step(&mut self, at: usize) {
        let (plan, app) = (self.plan.clone(), self.app.clone());
        let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
        if matches!(self.ending, Ending::Withdrawn) && at + 1 == steps(self.ending) {
            plan.change(vendor, "withdrawPlan", json!({ "reason": "no budget" })).await;
            return;
        }
        match STEPS[at] {
            Step::Begin => {}
            Step::Share => {
                plan.change(vendor, "sharePlan", json!({})).await;
            }
            Step::CounterPropose => {
                let target = plan.target("Revenue").await;
                let change = json!({ "target": { "targetId": target, "amount": "900.00" } });
                let input = json!({ "planId": plan.id, "change": change, "reason": "the market" });
                partner.done(&bare_mutation("counterPropose"), json!({ "input": input })).await;
            }
            Step::Accept => {
                let found = plan.read(vendor, "counterProposals { nodes { id } }").await;
                let input = json!({ "counterProposalId": found["nodes"][0]["id"], "expectedRevision": plan.revision().await });
                vendor
                    .done(&bare_mutation("acceptCounterProposal"), json!({ "input": input }))
                    .await;
            }
            Step::Comment => {
                let input = json!({ "planId": plan.id, "body": "good", "visibility": "SHARED" });
                partner.done(&bare_mutation("addComment"), json!({ "input": input })).await;
            }
            Step::Propose => {
                plan.change(vendor, "proposePlan", json!({})).await;
            }
            Step::Reject => {
                plan.change(partner, "rejectPlan", json!({ "reason": "a typo" })).await;
            }
            Step::SignForVendor => plan.sign(&plan.vendor.executive).await,
            Step::SignForPartner => plan.sign(&plan.partner.executive).await,
            Step::Report => {
                app.set_time("2026-04-12T12:00:00Z");
                app.settle().await;
                let won = Fact::deal("DEAL_WON", "D-1", "2026-03-30").amount("10.00", "USD");
                vendor.recorded(&plan.partner.partnership, &[won]).await;
            }
            Step::Hold => {
                let review = plan.read(vendor, "reviews { id }").await[0]["id"].take();
                let owner = partner.user_id().await;
                let action = json!({ "title": "call", "ownerId": owner, "dueOn": "2026-05-31" });
                let input = json!({ "reviewId": review, "actions": [action] });
                vendor.done(&bare_mutation("holdReview"), json!({ "input": input })).await;
                self.review = Some(review);
            }
            Step::Confirm => {
                let input = json!({ "reviewId": self.review });
                partner.done(&bare_mutation("confirmReview"), json!({ "input": input })).await;
            }
            Step::BeginAmendment => {
                plan.change(vendor, "beginAmendment", json!({ "reason": "less" })).await;
            }
            Step::Edit => {
                let target = plan.target("Revenue").await;
                let input = json!({ "targetId": target, "target": revenue("800.00") });
                plan.change(partner, "editTarget", input).await;
            }
            Step::ProposeAmendment => {
                let input = json!({ "effectiveOn": "2026-04-12" });
                plan.change(vendor, "proposeAmendment", input).await;
            }
            Step::End => self.end().await,
            Step::Renew => {
                let input = json!({ "planId": plan.id, "name": "Next", "growthPercent": "5" });
                let made =
                    vendor.done(&plan_mutation("renewPlan"), json!({ "input": input })).await;
                let next = GivenPlan { id: id_of(&made["plan"]), ..plan.clone() };
                next.change(vendor, "sharePlan", json!({})).await;
            }
        }
    }

    async fn end(&self) {
        let (plan, vendor) = (&self.plan, &self.plan.vendor.manager);
        if matches!(self.ending, Ending::Terminated) {
            let input = json!({ "effectiveOn": "2026-04-12", "reason": "merger" });
            plan.change(vendor, "terminatePlan", input).await;
        } else {
            self.app.set_time("2027-01-12T12:00:00Z");
            self.app.settle().await;
            plan.change(vendor, "closePlan", json!({})).await;
        }
    }
}
