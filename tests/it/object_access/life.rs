//! A partnership with something of everything in it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, Partner, Vendor,
    given::id_of,
    planning::{bare_mutation, revenue},
};

/// Things with ids, by the names that calls give them.
pub type Things = BTreeMap<&'static str, Value>;

/// A vendor and a partner with a plan of last year, and all that came of it.
pub struct Life {
    vendor: Vendor,
    partner: Partner,
    plan: GivenPlan,
    /// What the vendor has for all of its partners.
    pub of_vendor: Things,
    /// What there is only between these two.
    pub of_both: Things,
}

impl Life {
    /// In January they agree on a plan, and report.
    pub async fn begin(vendor: &Vendor, partner: &Partner) -> Self {
        let plan = Box::pin(drafted(vendor, partner)).await;
        plan.change(&vendor.manager, "sharePlan", json!({})).await;
        let target = plan.target("Revenue").await;
        let change = json!({ "target": { "targetId": target, "amount": "900.00" } });
        let proposal = json!({ "planId": plan.id, "change": change, "reason": "the market" });
        let proposal = add(&vendor.manager, "counterPropose", "counterProposal", proposal).await;
        plan.change(&vendor.manager, "proposePlan", json!({})).await;
        let signature = plan.signature(&vendor.executive).await;
        plan.sign(&vendor.executive).await;
        plan.sign(&partner.executive).await;
        let deal = Fact::deal("DEAL_REGISTERED", "D-1", "2025-01-05").amount("5.00", "USD");
        let abroad = Fact::deal("DEAL_WON", "D-2", "2025-01-06").amount("5.00", "EUR");
        let facts = [deal, abroad];
        let facts = vendor.manager.recorded(&partner.partnership, &facts).await;
        let dispute = json!({ "activityId": facts[1], "reason": "no" });
        let dispute = json!({ "input": dispute });
        partner.manager.done(&bare_mutation("disputeActivity"), dispute).await;
        let agreement = json!({ "partnershipId": partner.partnership, "reference": "A-1",
            "signedOn": "2025-01-01", "effectiveOn": "2025-01-01" });
        let [endpoint, _, delivery] = partner.admin.endpoint().await;
        let of_both = Things::from([
            ("plan", json!(plan.id)),
            ("partnership", json!(partner.partnership)),
            ("partnerCompany", json!(partner.id)),
            ("target", json!(target)),
            ("version", signature["version"].clone()),
            ("hash", signature["hash"].clone()),
            ("counterProposal", proposal),
            ("activity", json!(facts[0])),
            ("disputed", json!(facts[1])),
            ("agreement", add(&vendor.admin, "recordAgreement", "agreement", agreement).await),
            ("comment", comment(&vendor.manager, &plan.id, "SHARED").await),
            ("partnersViewer", json!(partner.viewer.user_id().await)),
            ("partnersManager", json!(partner.manager.user_id().await)),
            ("partnersOther", json!(partner.admin.user_id().await)),
            ("partnersExecutive", json!(partner.executive.user_id().await)),
            ("partnersIntegration", integration(&partner.admin).await),
            ("partnersEndpoint", endpoint),
            ("partnersDelivery", delivery),
        ]);
        let (vendor, partner) = (vendor.clone(), partner.clone());
        Self { vendor, partner, plan, of_vendor: Things::new(), of_both }
    }

    /// In July it goes badly, two reviews are held, and much can be found.
    pub async fn go_on(&mut self) {
        let (vendor, partner, plan) = (&self.vendor, &self.partner, &self.plan);
        let reviews = plan.read(&vendor.viewer, "reviews { id }").await;
        let owner = vendor.manager.user_id().await;
        for review in [&reviews[0], &reviews[1]] {
            let action = json!({ "title": "call them", "ownerId": owner, "dueOn": "2025-12-31" });
            let held = json!({ "reviewId": review["id"], "actions": [action] });
            vendor.manager.done(&bare_mutation("holdReview"), json!({ "input": held })).await;
        }
        for (name, field, at) in [
            ("action", "actionItems(first: 1) { nodes { id } }", "/nodes/0/id"),
            ("objective", "objectives { id }", "/0/id"),
            ("versionNode", "versions { id }", "/0/id"),
            ("signature", "signatures { id }", "/0/id"),
            ("historyEntry", "history(first: 1) { nodes { id } }", "/nodes/0/id"),
            ("revision", "revision", ""),
        ] {
            let found = plan.read(&vendor.viewer, field).await;
            self.of_both.insert(name, found.pointer(at).unwrap().clone());
        }
        for (name, title) in [
            ("commitment", "Webinars"),
            ("enablement", "Certified architects"),
            ("milestone", "Registrations"),
            ("support", "Co-sell hours"),
            ("work", "Account mapping"),
            ("investment", "Engineers"),
        ] {
            self.of_both.insert(name, json!(plan.commitment(title).await));
        }
        let deals = "{ deals { nodes { id } } }";
        let deals = partner.viewer.run(deals, json!({})).await;
        self.of_both.extend([
            ("deal", deals["deals"]["nodes"][0]["id"].clone()),
            ("earlier", reviews[0]["id"].clone()),
            ("held", reviews[1]["id"].clone()),
            ("due", reviews[2]["id"].clone()),
            ("vendorsAlert", alert(plan, &vendor.viewer).await),
            ("partnersAlert", alert(plan, &partner.viewer).await),
            ("vendorsNote", note(&vendor.manager, &plan.id).await),
            ("partnersNote", note(&partner.manager, &plan.id).await),
        ]);
        let assigned = json!({ "alertId": self.of_both["vendorsAlert"], "assigneeId": owner });
        vendor.manager.done(&bare_mutation("assignAlert"), json!({ "input": assigned })).await;
    }

    /// What the vendor has for all of its partners.
    pub async fn look_around(&mut self) {
        let vendor = &self.vendor;
        let mut values = Vec::new();
        for dimension in ["PRODUCT_LINE", "SEGMENT", "GEOGRAPHY"] {
            values.push(vendor.add_values(dimension, &[("aaa", None), ("bbb", None)]).await);
        }
        let gold = vendor.tier("GOLD").await;
        let asked = "query($id: ID!) { node(id: $id) { ... on Tier { policies { id } } } }";
        let policies = vendor.admin.run(asked, json!({ "id": gold })).await;
        let [endpoint, _, delivery] = vendor.admin.endpoint().await;
        self.of_vendor.extend([
            ("line", json!(values[0][0])),
            ("lines", json!(values[0])),
            ("segment", json!(values[1][0])),
            ("country", json!(values[2][0])),
            ("gold", json!(gold)),
            ("policy", policies["node"]["policies"][0]["id"].clone()),
            ("vendorCompany", json!(vendor.id)),
            ("vendorsViewer", json!(vendor.viewer.user_id().await)),
            ("vendorsManager", json!(vendor.manager.user_id().await)),
            ("vendorsOther", json!(vendor.admin.user_id().await)),
            ("vendorsExecutive", json!(vendor.executive.user_id().await)),
            ("vendorsIntegration", integration(&vendor.admin).await),
            ("vendorsEndpoint", endpoint),
            ("vendorsDelivery", delivery),
        ]);
    }

    /// What each side keeps to itself: the vendor's, and the partner's.
    pub async fn keep_secrets(&self) -> [Things; 2] {
        let vendors = self.kept_by(&self.vendor.manager, "vendorsAlert", "vendorsNote").await;
        let partners = self.kept_by(&self.partner.manager, "partnersAlert", "partnersNote").await;
        let only = |name: &'static str, of: &Things| (name, of[name].clone());
        let mut sides = [vendors, partners];
        let vendors = ["vendorsIntegration", "vendorsEndpoint", "vendorsDelivery", "policy"];
        sides[0].extend(vendors.map(|name| only(name, &self.of_vendor)));
        let partners = ["partnersIntegration", "partnersEndpoint", "partnersDelivery"];
        sides[1].extend(partners.map(|name| only(name, &self.of_both)));
        sides
    }

    async fn kept_by(&self, who: &Client, alert: &str, note: &str) -> Things {
        let draft = self.vendor.plan(&self.partner).between("2030-01-01", "2030-12-31").full();
        let draft = draft.drafted_by(who).await;
        let narrative = json!({ "objectives": [{ "title": "Squeeze them" }] });
        draft.change(who, "editPlan", json!({ "narrative": narrative })).await;
        let objectives = draft.read(who, "objectives { id }").await;
        let history = draft.read(who, "history(first: 1) { nodes { id } }").await;
        Things::from([
            ("plan", json!(draft.id)),
            ("target", json!(draft.target("Revenue").await)),
            ("commitment", json!(draft.commitment("Webinars").await)),
            ("objective", objectives[0]["id"].clone()),
            ("historyEntry", history["nodes"][0]["id"].clone()),
            ("comment", comment(who, &self.plan.id, "PRIVATE").await),
            ("vendorsAlert", self.of_both[alert].clone()),
            ("partnersAlert", self.of_both[alert].clone()),
            ("vendorsNote", self.of_both[note].clone()),
            ("partnersNote", self.of_both[note].clone()),
        ])
    }

    /// All that somebody of neither side may not reach.
    pub fn all(&self) -> Things {
        self.of_vendor.clone().into_iter().chain(self.of_both.clone()).collect()
    }
}

/// A plan of 2025 with an objective and commitments of all six kinds.
async fn drafted(vendor: &Vendor, partner: &Partner) -> GivenPlan {
    let commitment = |title: &str, terms: Value| json!({ "title": title, "owedBy": "VENDOR", "quantity": "10", "terms": terms, "dueOn": "2025-12-31" });
    let work =
        commitment("Account mapping", json!({ "pipelineActivity": { "kind": "ACCOUNT_MAPPING" } }));
    let sketch = vendor.plan(partner).named("Last year").between("2025-01-01", "2025-12-31").full();
    let sketch = sketch
        .with_target(revenue("1000.00"))
        .with_commitment(work)
        .with_commitment(commitment("Engineers", json!({ "resourceInvestment": "PEOPLE" })));
    let plan = sketch.draft().await;
    let narrative = json!({ "objectives": [{ "title": "Grow" }] });
    plan.change(&vendor.manager, "editPlan", json!({ "narrative": narrative })).await;
    plan
}

/// Adds something; gives its id.
async fn add(who: &Client, mutation: &str, field: &str, input: Value) -> Value {
    let asked = format!("{{ {field} {{ id }} errors {{");
    let mutation = bare_mutation(mutation).replacen("{ errors {", &asked, 1);
    json!(id_of(&who.done(&mutation, json!({ "input": input })).await[field]))
}

async fn comment(who: &Client, plan: &str, visibility: &str) -> Value {
    let input = json!({ "planId": plan, "body": "well", "visibility": visibility });
    add(who, "addComment", "comment", input).await
}

async fn note(who: &Client, plan: &str) -> Value {
    add(who, "addPrivateNote", "note", json!({ "planId": plan, "body": "hm" })).await
}

async fn integration(admin: &Client) -> Value {
    let input = json!({ "name": "ERP", "scopes": ["PLANS_READ"] });
    add(admin, "createIntegration", "integration", input).await
}

async fn alert(plan: &GivenPlan, who: &Client) -> Value {
    let field = "alerts(filter: { rules: [TARGET_BEHIND] }) { nodes { id } }";
    plan.read(who, field).await["nodes"][0]["id"].clone()
}
