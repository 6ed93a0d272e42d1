//! Plans, brought as far as a test needs them by the people who would do it.

use serde_json::{Value, json};

use super::{
    Client, TestApp,
    given::{Partner, Vendor, id_of},
};

/// What a plan still lacks of the sections that a policy may require, due at its end so that nothing of it is late by itself.
const USUAL: [(&str, &str, &str, &str); 4] = [
    ("Co-sell hours", "VENDOR", "80", r#"{ "vendorSupport": "CO_SELL_RESOURCE" }"#),
    (
        "Webinars",
        "PARTNER",
        "4",
        r#"{ "coMarketing": { "campaignType": "webinar", "mdfAllocated": "10000.00", "expectedLeads": 100 } }"#,
    ),
    (
        "Certified architects",
        "PARTNER",
        "5",
        r#"{ "enablement": { "kind": "CERTIFICATION", "code": "ARCH" } }"#,
    ),
    (
        "Registrations",
        "JOINT",
        "40",
        r#"{ "pipelineMilestone": { "kind": "DEAL_REGISTRATION", "metric": "DEALS_REGISTERED" } }"#,
    ),
];

/// A plan that is being written down before anybody drafts it.
#[derive(Clone, Debug)]
pub struct PlanSketch {
    vendor: Vendor,
    partner: Partner,
    name: String,
    period: Value,
    currency: &'static str,
    targets: Vec<Value>,
    commitments: Vec<Value>,
    rates: Vec<(&'static str, &'static str)>,
    is_usual: bool,
    has_own_targets: bool,
}

/// A plan that exists.
#[derive(Clone, Debug)]
pub struct GivenPlan {
    /// Its id.
    pub id: String,
    /// The vendor's people.
    pub vendor: Vendor,
    /// The partner's people.
    pub partner: Partner,
}

impl Vendor {
    /// A plan of 2026 in US dollars, drafted by the vendor's manager.
    pub fn plan(&self, partner: &Partner) -> PlanSketch {
        PlanSketch {
            vendor: self.clone(),
            partner: partner.clone(),
            name: "Plan 2026".to_owned(),
            period: json!({ "periodKind": "FISCAL_YEAR", "startsOn": "2026-01-01" }),
            currency: "USD",
            targets: Vec::new(),
            commitments: Vec::new(),
            rates: Vec::new(),
            is_usual: false,
            has_own_targets: false,
        }
    }
}

impl TestApp {
    /// A vendor, a partner in the tier `STRATEGIC`, and a full plan in force.
    pub async fn active_plan(&self) -> GivenPlan {
        let northwind = self.vendor("Northwind").await;
        let acme = self.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
        northwind.plan(&acme).full().active().await
    }
}

impl PlanSketch {
    /// Fills the sections that every policy may require: commitments of four kinds, and a revenue target if there is none.
    #[must_use]
    pub fn full(mut self) -> Self {
        self.is_usual = true;
        self
    }

    /// As [`PlanSketch::full`], but the targets are those that the test names.
    #[must_use]
    pub fn light(mut self) -> Self {
        self.is_usual = true;
        self.has_own_targets = true;
        self
    }

    /// Under another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// For dates of the parties' own choice.
    #[must_use]
    pub fn between(mut self, starts_on: &str, ends_on: &str) -> Self {
        self.period = json!({ "periodKind": "CUSTOM", "startsOn": starts_on, "endsOn": ends_on });
        self
    }

    /// For half a fiscal year.
    #[must_use]
    pub fn half_year(mut self, starts_on: &str) -> Self {
        self.period = json!({ "periodKind": "HALF_YEAR", "startsOn": starts_on });
        self
    }

    /// In another currency.
    #[must_use]
    pub fn in_currency(mut self, currency: &'static str) -> Self {
        self.currency = currency;
        self
    }

    /// With a planning rate.
    #[must_use]
    pub fn with_rate(mut self, currency: &'static str, rate: &'static str) -> Self {
        self.rates.push((currency, rate));
        self
    }

    /// With a target, as `addTarget` takes it.
    #[must_use]
    pub fn with_target(mut self, target: Value) -> Self {
        self.targets.push(target);
        self
    }

    /// With a commitment, as `addCommitment` takes it; whoever owes it sees to it unless it says who.
    #[must_use]
    pub fn with_commitment(mut self, commitment: Value) -> Self {
        self.commitments.push(commitment);
        self
    }

    /// Drafted by the vendor's manager, and seen by the vendor alone.
    pub async fn draft(self) -> GivenPlan {
        let client = self.vendor.manager.clone();
        Box::pin(self.drafted_by(&client)).await
    }

    /// Drafted by somebody else.
    pub async fn drafted_by(self, client: &Client) -> GivenPlan {
        let mut input = self.period.clone();
        input["partnershipId"] = json!(self.partner.partnership);
        input["name"] = json!(self.name);
        input["currency"] = json!(self.currency);
        let made = client.done(&plan_mutation("createPlan"), json!({ "input": input })).await;
        let plan = GivenPlan {
            id: id_of(&made["plan"]),
            vendor: self.vendor.clone(),
            partner: self.partner.clone(),
        };
        for (currency, rate) in &self.rates {
            plan.change(client, "setExchangeRate", json!({ "currency": currency, "rate": rate }))
                .await;
        }
        for target in self.all_targets() {
            plan.change(client, "addTarget", json!({ "target": target })).await;
        }
        for commitment in self.all_commitments() {
            let commitment = plan.owned(commitment).await;
            plan.change(client, "addCommitment", json!({ "commitment": commitment })).await;
        }
        if self.is_usual {
            plan.change(
                client,
                "setReviewCadence",
                json!({ "cadence": "QUARTERLY", "kind": "BUSINESS_REVIEW", "format": "REMOTE" }),
            )
            .await;
            let sponsors = json!({
                "vendorSponsorId": self.vendor.executive.user_id().await,
                "partnerSponsorId": self.partner.executive.user_id().await,
            });
            plan.change(client, "editPlan", sponsors).await;
        }
        plan
    }

    fn all_targets(&self) -> Vec<Value> {
        let mut targets = self.targets.clone();
        let has_revenue = targets.iter().any(|target| target["metric"] == "REVENUE");
        if self.is_usual && !has_revenue && !self.has_own_targets {
            targets.insert(0, revenue("1000000.00"));
        }
        targets
    }

    fn all_commitments(&self) -> Vec<Value> {
        let usual = USUAL.iter().filter(|_| self.is_usual).map(|(title, owed_by, quantity, terms)| {
            let terms: Value = serde_json::from_str(terms).unwrap();
            json!({ "title": title, "owedBy": owed_by, "quantity": quantity, "terms": terms, "dueOn": self.last_day() })
        });
        usual.chain(self.commitments.iter().cloned()).collect()
    }

    fn last_day(&self) -> Value {
        match &self.period["endsOn"] {
            Value::Null => json!("2026-12-31"),
            ends_on => ends_on.clone(),
        }
    }

    /// Shared with the partner.
    pub async fn shared(self) -> GivenPlan {
        let plan = Box::pin(self.draft()).await;
        plan.change(&plan.vendor.manager, "sharePlan", json!({})).await;
        plan
    }

    /// Proposed by the vendor's manager.
    pub async fn proposed(self) -> GivenPlan {
        let plan = Box::pin(self.shared()).await;
        plan.change(&plan.vendor.manager, "proposePlan", json!({})).await;
        plan
    }

    /// Signed by both sides.
    pub async fn active(self) -> GivenPlan {
        let plan = Box::pin(self.proposed()).await;
        let is_full = plan.read(&plan.vendor.manager, "mode").await == "FULL";
        let (vendor, partner) = if is_full {
            (&plan.vendor.executive, &plan.partner.executive)
        } else {
            (&plan.vendor.manager, &plan.partner.manager)
        };
        plan.sign(vendor).await;
        plan.sign(partner).await;
        assert_eq!(plan.read(partner, "state").await, "ACTIVE");
        plan
    }
}

impl GivenPlan {
    /// One field of the plan, as somebody sees it; null when the plan is not theirs to see.
    pub async fn read(&self, client: &Client, field: &str) -> Value {
        let query = format!("query($id: ID!) {{ plan(id: $id) {{ read: {field} }} }}");
        client.run(&query, json!({ "id": self.id })).await["plan"]["read"].take()
    }

    /// Its revision now.
    pub async fn revision(&self) -> Value {
        let drafter = self.read(&self.vendor.admin, "revision").await;
        if drafter.is_null() { self.read(&self.partner.admin, "revision").await } else { drafter }
    }

    /// Changes the plan at its revision now, which must succeed: `change(&client, "addTarget", json!({ "target": … }))`.
    pub async fn change(&self, client: &Client, mutation: &str, input: Value) -> Value {
        let input = self.placed(mutation, input).await;
        client.done(&plan_mutation(mutation), json!({ "input": input })).await
    }

    /// Why a change of the plan at its revision now is refused.
    pub async fn refused(&self, client: &Client, mutation: &str, input: Value) -> String {
        let input = self.placed(mutation, input).await;
        client.refused(&plan_mutation(mutation), json!({ "input": input })).await
    }

    /// Completes an input by the plan's id and revision, where it takes them and does not say otherwise.
    pub async fn placed(&self, mutation: &str, mut input: Value) -> Value {
        let fields = input.as_object_mut().unwrap();
        if !fields.contains_key("targetId") && !fields.contains_key("commitmentId") {
            fields.entry("planId").or_insert_with(|| json!(self.id));
        }
        let has_revision =
            !["signPlan", "rejectPlan", "withdrawProposal", "waiveCommitment", "withdrawAmendment"]
                .contains(&mutation);
        if has_revision && !fields.contains_key("expectedRevision") {
            let revision = self.revision().await;
            input["expectedRevision"] = revision;
        }
        input
    }

    /// Signs what is proposed, which must succeed.
    pub async fn sign(&self, client: &Client) {
        let input = self.signature(client).await;
        self.change(client, "signPlan", input).await;
    }

    /// What somebody has to say to sign what is proposed.
    pub async fn signature(&self, client: &Client) -> Value {
        let versions = self.read(client, "versions { number hash }").await;
        let last = versions.as_array().unwrap().last().unwrap();
        json!({ "version": last["number"], "hash": last["hash"] })
    }

    /// The id of the target of this name.
    pub async fn target(&self, name: &str) -> String {
        self.named("targets { id label: name }", name).await
    }

    /// The id of the commitment of this title.
    pub async fn commitment(&self, title: &str) -> String {
        self.named("commitments { id label: title }", title).await
    }

    async fn named(&self, field: &str, label: &str) -> String {
        let mut found = self.read(&self.vendor.admin, field).await;
        if found.is_null() {
            found = self.read(&self.partner.admin, field).await;
        }
        let rows = found.as_array().unwrap();
        id_of(rows.iter().find(|row| row["label"] == label).unwrap_or_else(|| panic!("no {label}")))
    }

    /// Fields of the progress of a target on a day, as somebody sees it.
    pub async fn target_progress(
        &self,
        client: &Client,
        name: &str,
        on: &str,
        fields: &str,
    ) -> Value {
        let found = self
            .read(client, &format!("targets {{ name progress(asOf: \"{on}\") {{ {fields} }} }}"))
            .await;
        let rows = found.as_array().unwrap();
        let row =
            rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        row["progress"].clone()
    }

    /// What a target has reached on a day.
    pub async fn actual(&self, name: &str, on: &str) -> String {
        let progress = self.target_progress(&self.vendor.viewer, name, on, "actual").await;
        progress["actual"].as_str().unwrap().to_owned()
    }

    /// Fields of the progress of a commitment on a day.
    pub async fn commitment_progress(&self, title: &str, on: &str, fields: &str) -> Value {
        let field = format!("commitments {{ title progress(asOf: \"{on}\") {{ {fields} }} }}");
        let found = self.read(&self.vendor.viewer, &field).await;
        let rows = found.as_array().unwrap();
        let row = rows.iter().find(|row| row["title"] == title);
        row.unwrap_or_else(|| panic!("no {title}"))["progress"].clone()
    }

    /// Whoever manages the side that owes a commitment sees to it, unless it says who.
    pub async fn owned(&self, mut commitment: Value) -> Value {
        if commitment.get("ownerId").is_none() {
            let owner = match commitment["owedBy"].as_str() {
                Some("PARTNER") => &self.partner.manager,
                _ => &self.vendor.manager,
            };
            commitment["ownerId"] = json!(owner.user_id().await);
        }
        commitment
    }
}

/// A revenue target spread evenly.
pub fn revenue(amount: &str) -> Value {
    json!({ "name": "Revenue", "metric": "REVENUE", "amount": amount })
}

/// A target for the custom metric of this key, which is its name too.
pub fn custom(key: &str, amount: &str) -> Value {
    json!({ "name": key, "metric": "CUSTOM", "metricKey": key, "amount": amount })
}

/// A mutation whose payload has the plan: `addTarget`.
pub fn plan_mutation(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!(
        "mutation($input: {}{rest}Input!) {{ {name}(input: $input) {{
            plan {{ id revision state }} errors {{ code message path }}
        }} }}",
        first.to_uppercase()
    )
}

/// A mutation of which nothing but its errors is asked: `deactivateUser`.
pub fn bare_mutation(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!(
        "mutation($input: {}{rest}Input!) {{ {name}(input: $input) {{ errors {{ code message path }} }} }}",
        first.to_uppercase()
    )
}
