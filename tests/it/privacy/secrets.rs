//! What a side does without the other.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::life::House;
use crate::support::{
    Client,
    given::id_of,
    planning::{bare_mutation, plan_mutation},
};

/// Stands in everything that is said in private.
pub const MARK: &str = "hush";

/// Something private.
#[derive(Clone, Copy, Debug)]
pub enum Secret {
    Note,
    Comment,
    CommentOnATarget,
    /// To the last shared comment.
    Reply,
    Mention,
    Retract,
    Acknowledge,
    Visit,
    /// Of the vendor alone.
    Rate,
    /// Begins, and later edits, a plan that the other side does not know.
    Draft,
}

pub fn secret() -> impl Strategy<Value = Secret> {
    prop_oneof![
        Just(Secret::Note),
        Just(Secret::Comment),
        Just(Secret::CommentOnATarget),
        Just(Secret::Reply),
        Just(Secret::Mention),
        Just(Secret::Retract),
        Just(Secret::Acknowledge),
        Just(Secret::Visit),
        Just(Secret::Rate),
        Just(Secret::Draft),
    ]
}

impl House {
    /// Does something private for a side, if it can see the plan; `n` tells several of one step apart.
    pub async fn keep(&mut self, secret: Secret, is_vendor: bool, n: usize) {
        let plan = self.plan.clone();
        let (manager, executive) = if is_vendor {
            (&plan.vendor.manager, &plan.vendor.executive)
        } else {
            (&plan.partner.manager, &plan.partner.executive)
        };
        if plan.read(manager, "id").await.is_null() && !matches!(secret, Secret::Draft) {
            return;
        }
        let body = format!("{MARK} {n}");
        match secret {
            Secret::Note => {
                let input = json!({ "planId": plan.id, "body": body });
                manager.done(&bare_mutation("addPrivateNote"), json!({ "input": input })).await;
            }
            Secret::Comment => self.say(manager, json!({ "body": body })).await,
            Secret::CommentOnATarget => {
                let target = plan.target("Revenue").await;
                self.say(manager, json!({ "body": body, "subjectId": target })).await;
            }
            Secret::Reply => {
                let shared = "comments(filter: { visibility: SHARED }) { nodes { id } }";
                let found = plan.read(manager, shared).await;
                if let Some(comment) = found["nodes"].get(0) {
                    self.say(manager, json!({ "body": body, "replyTo": comment["id"] })).await;
                }
            }
            Secret::Mention => {
                let whom = executive.user_id().await;
                self.say(manager, json!({ "body": body, "mentionIds": [whom] })).await;
            }
            Secret::Retract => {
                let own = "comments(filter: { visibility: PRIVATE }) { nodes { id retractedAt } }";
                let found = plan.read(manager, own).await;
                let nodes = found["nodes"].as_array().unwrap();
                if let Some(comment) = nodes.iter().find(|node| node["retractedAt"].is_null()) {
                    let input = json!({ "commentId": comment["id"] });
                    manager.done(&bare_mutation("retractComment"), json!({ "input": input })).await;
                }
            }
            Secret::Acknowledge => {
                let open = "alerts(filter: { states: [OPEN] }) { nodes { id } }";
                let found = plan.read(manager, open).await;
                if let Some(alert) = found["nodes"].get(0) {
                    let input = json!({ "alertId": alert["id"] });
                    let mutation = bare_mutation("acknowledgeAlert");
                    manager.done(&mutation, json!({ "input": input })).await;
                }
            }
            Secret::Visit => {
                let input = json!({ "planId": plan.id });
                manager.done(&bare_mutation("markPlanVisited"), json!({ "input": input })).await;
            }
            Secret::Rate if is_vendor => self.rate().await,
            Secret::Rate => {}
            Secret::Draft => self.draft_aside(manager, &body).await,
        }
    }

    async fn say(&self, client: &Client, mut input: Value) {
        input["planId"] = json!(self.plan.id);
        input["visibility"] = json!("PRIVATE");
        client.done(&bare_mutation("addComment"), json!({ "input": input })).await;
    }

    async fn rate(&self) {
        let admin = &self.plan.vendor.admin;
        let found = self.plan.read(admin, "partnership { riskRevision riskRating }").await;
        let rating = if found["riskRating"] == "HIGH" { "LOW" } else { "HIGH" };
        let input = json!({ "partnershipId": self.plan.partner.partnership,
            "expectedRevision": found["riskRevision"], "riskRating": rating });
        admin.done(&bare_mutation("setRiskRating"), json!({ "input": input })).await;
    }

    /// A plan for the year after the next, or another name for it.
    async fn draft_aside(&mut self, manager: &Client, name: &str) {
        let Some(aside) = &self.aside else {
            let input = json!({ "partnershipId": self.plan.partner.partnership, "name": name,
                "periodKind": "FISCAL_YEAR", "startsOn": "2028-01-01" });
            let made = manager.done(&plan_mutation("createPlan"), json!({ "input": input })).await;
            self.aside = Some(id_of(&made["plan"]));
            return;
        };
        let query = "query($id: ID!) { plan(id: $id) { revision } }";
        let found = manager.run(query, json!({ "id": aside })).await;
        let input = json!({ "planId": aside, "expectedRevision": found["plan"]["revision"], "name": format!("{name} again") });
        manager.done(&bare_mutation("editPlan"), json!({ "input": input })).await;
    }
}
