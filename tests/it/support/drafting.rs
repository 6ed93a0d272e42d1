//! Plans, drafted and signed through the schema.

use serde_json::{Value, json};

use super::{Client, Partner, Vendor, given::id_of};

/// A plan that somebody drafts, change by change.
#[derive(Debug)]
pub struct Draft {
    editor: Client,
    /// The plan's id.
    pub id: String,
    revision: Value,
}

impl Draft {
    /// Begins a plan of a fiscal year in US dollars.
    pub async fn begin(editor: &Client, partnership: &str, name: &str, starts_on: &str) -> Self {
        let input = json!({
            "partnershipId": partnership,
            "name": name,
            "periodKind": "FISCAL_YEAR",
            "startsOn": starts_on,
            "currency": "USD",
        });
        let created = editor
            .done(
                "mutation($input: CreatePlanInput!) { createPlan(input: $input) {
                    plan { id revision } errors { code message path }
                } }",
                json!({ "input": input }),
            )
            .await;
        let plan = &created["plan"];
        Self { editor: editor.clone(), id: id_of(plan), revision: plan["revision"].clone() }
    }

    /// Changes the plan by one mutation of it, and gives it as it is then.
    pub async fn change(&mut self, mutation: &str, mut input: Value) -> Value {
        input["planId"] = json!(self.id);
        input["expectedRevision"] = self.revision.clone();
        let (first, rest) = mutation.split_at(1);
        let kind = format!("{}{rest}Input", first.to_uppercase());
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{
                plan {{ revision targets {{ id }} commitments {{ id }} }} errors {{ code message path }}
            }} }}"
        );
        let mut changed = self.editor.done(&query, json!({ "input": input })).await;
        let plan = changed["plan"].take();
        self.revision = plan["revision"].clone();
        plan
    }

    /// Adds a target; gives its id.
    pub async fn target(&mut self, target: Value) -> String {
        let plan = self.change("addTarget", json!({ "target": target })).await;
        id_of(plan["targets"].as_array().unwrap().last().unwrap())
    }

    /// Adds a commitment; gives its id.
    pub async fn commitment(&mut self, commitment: Value) -> String {
        let plan = self.change("addCommitment", json!({ "commitment": commitment })).await;
        id_of(plan["commitments"].as_array().unwrap().last().unwrap())
    }

    /// Shares and proposes the plan, and lets both sign it; gives its id.
    ///
    /// A full plan is signed by the executives, a light one by the managers.
    pub async fn agree(mut self, vendor: &Vendor, partner: &Partner) -> String {
        self.change("sharePlan", json!({})).await;
        self.change("proposePlan", json!({})).await;
        let asked = format!("{{ plan(id: {:?}) {{ mode versions {{ number hash }} }} }}", self.id);
        let plan = self.editor.run(&asked, json!({})).await["plan"].take();
        let signers = if plan["mode"] == "FULL" {
            [&vendor.executive, &partner.executive]
        } else {
            [&vendor.manager, &partner.manager]
        };
        let version = plan["versions"].as_array().unwrap().last().unwrap();
        let input =
            json!({ "planId": self.id, "version": version["number"], "hash": version["hash"] });
        for signer in signers {
            signer
                .done(
                    "mutation($input: SignPlanInput!) { signPlan(input: $input) {
                        plan { state } errors { code message path }
                    } }",
                    json!({ "input": input }),
                )
                .await;
        }
        self.id
    }
}
