//! A plan in each of its states, reached as its people would reach it.

use serde_json::{Value, json};

use super::cast::World;
use crate::support::{
    Client, FrozenApp, GivenPlan,
    given::id_of,
    planning::{bare_mutation, revenue},
};

/// A world that can be entered again and again as it was.
pub struct Stage {
    /// `negotiating`, `in force`.
    pub name: &'static str,
    /// Everybody, and what can be named in it.
    pub world: World,
    frozen: FrozenApp,
}

impl Stage {
    /// This world, from now on as it is.
    pub async fn of(name: &'static str, mut world: World) -> Self {
        world.note_plan().await;
        Self { name, frozen: world.app.freeze().await, world }
    }

    /// Before there is a plan.
    pub async fn base() -> Self {
        Box::pin(Self::of("always", Box::pin(World::new()).await)).await
    }

    /// The world as it was then.
    pub async fn begin(&self) -> World {
        self.world.at(&self.frozen.thaw().await)
    }

    /// From this world, a plan in each state.
    pub async fn of_a_plan(&self) -> Vec<Self> {
        let draft = Box::pin(self.draft(true)).await;
        let shared = draft.shared().await;
        let proposed = shared.then("proposed", "proposePlan", json!({})).await;
        let in_force = proposed.in_force().await;
        let amending = in_force.amending().await;
        let effective = json!({ "effectiveOn": "2026-07-31" });
        let amended = amending.then("amended", "proposeAmendment", effective).await;
        let over = in_force.over().await;
        let completed = over.then("completed", "closePlan", json!({})).await;
        let notice = json!({ "effectiveOn": "2026-07-12", "reason": "merger" });
        let terminated = in_force.then("terminated", "terminatePlan", notice).await;
        let reason = json!({ "reason": "no budget" });
        let withdrawn = shared.then("withdrawn", "withdrawPlan", reason).await;
        let discarded = draft.then("discarded", "discardPlan", json!({})).await;
        let partners = Box::pin(self.draft(false)).await;
        vec![
            draft, partners, shared, proposed, in_force, amending, amended, over, completed,
            terminated, withdrawn, discarded,
        ]
    }

    async fn draft(&self, is_vendors: bool) -> Self {
        let mut world = Box::pin(self.begin()).await;
        let sketch = world.vendor.plan(&world.partner).full().with_target(revenue("1000.00"));
        let drafter = if is_vendors { &world.vendor.manager } else { &world.partner.manager };
        let plan = sketch.drafted_by(drafter).await;
        let comment = say(drafter, &plan.id).await;
        world.things.insert("comment", comment);
        world.plan = Some(plan);
        Box::pin(Self::of(if is_vendors { "draft" } else { "partner's" }, world)).await
    }

    async fn shared(&self) -> Self {
        let mut world = Box::pin(self.begin()).await;
        let plan = world.planned();
        plan.change(&plan.vendor.manager, "sharePlan", json!({})).await;
        world.counter_propose("1200.00").await;
        Box::pin(Self::of("shared", world)).await
    }

    /// After the vendor's manager has done one more thing.
    async fn then(&self, name: &'static str, mutation: &str, input: Value) -> Self {
        let world = Box::pin(self.begin()).await;
        let plan = world.planned();
        plan.change(&plan.vendor.manager, mutation, input).await;
        Box::pin(Self::of(name, world)).await
    }

    /// Signed in January; on 12 July it is behind, the first review has been held and the second is due.
    async fn in_force(&self) -> Self {
        let mut world = Box::pin(self.begin()).await;
        let plan = world.planned();
        plan.sign(&plan.vendor.executive).await;
        plan.sign(&plan.partner.executive).await;
        world.app.set_time("2026-07-12T12:00:00Z");
        world.app.settle().await;
        let (vendor, partner) = (&plan.vendor, &plan.partner);
        for (name, client) in [("vendorsAlert", &vendor.viewer), ("partnersAlert", &partner.viewer)]
        {
            let field = "alerts(filter: { rules: [TARGET_BEHIND] }) { nodes { id } }";
            let found = plan.read(client, field).await;
            world.things.insert(name, found["nodes"][0]["id"].clone());
        }
        let owner = vendor.manager.user_id().await;
        let action = json!({ "title": "call them", "ownerId": owner, "dueOn": "2026-07-31" });
        let reviews = plan.read(&vendor.viewer, "reviews { id }").await;
        let held = json!({ "reviewId": reviews[0]["id"], "actions": [action] });
        vendor.manager.done(&bare_mutation("holdReview"), json!({ "input": held })).await;
        let items = plan.read(&vendor.viewer, "actionItems { nodes { id } }").await;
        world.things.insert("held", reviews[0]["id"].clone());
        world.things.insert("due", reviews[1]["id"].clone());
        world.things.insert("action", items["nodes"][0]["id"].clone());
        Box::pin(Self::of("in force", world)).await
    }

    async fn amending(&self) -> Self {
        let mut world = Box::pin(self.begin()).await;
        let plan = world.planned();
        let reason = json!({ "reason": "it goes badly" });
        plan.change(&plan.vendor.manager, "beginAmendment", reason).await;
        let name = json!({ "name": "Plan 2026, less" });
        plan.change(&plan.vendor.manager, "editPlan", name).await;
        world.counter_propose("900.00").await;
        Box::pin(Self::of("amending", world)).await
    }

    async fn over(&self) -> Self {
        let world = Box::pin(self.begin()).await;
        world.app.set_time("2027-01-12T12:00:00Z");
        world.app.settle().await;
        Box::pin(Self::of("over", world)).await
    }
}

impl World {
    fn planned(&self) -> GivenPlan {
        self.plan.clone().unwrap()
    }

    /// The vendor's manager proposes another amount.
    pub async fn counter_propose(&mut self, amount: &str) {
        let plan = self.planned();
        let change =
            json!({ "target": { "targetId": plan.target("Revenue").await, "amount": amount } });
        let input = json!({ "planId": plan.id, "change": change, "reason": "the market" });
        let mutation = "mutation($input: CounterProposeInput!) { counterPropose(input: $input) {
            counterProposal { id } errors { code message path } } }";
        let made = plan.vendor.manager.done(mutation, json!({ "input": input })).await;
        self.things.insert("counterProposal", json!(id_of(&made["counterProposal"])));
    }

    /// Notes what attempts need to know of the plan as it is now.
    async fn note_plan(&mut self) {
        let Some(plan) = self.plan.clone() else { return };
        let (admin, other) = (&plan.vendor.admin, &plan.partner.admin);
        let drafter = if plan.read(admin, "id").await.is_null() { other } else { admin };
        let versions = plan.read(drafter, "versions { number hash }").await;
        let last = versions.as_array().and_then(|versions| versions.last()).cloned();
        self.things.extend([
            ("plan", json!(plan.id)),
            ("revision", plan.revision().await),
            ("version", last.as_ref().map_or(json!(1), |last| last["number"].clone())),
            ("hash", last.as_ref().map_or(json!("none"), |last| last["hash"].clone())),
        ]);
        if !self.things.contains_key("target") {
            self.things.insert("target", json!(plan.target("Revenue").await));
            self.things.insert("commitment", json!(plan.commitment("Webinars").await));
        }
    }
}

/// Somebody says something to both sides; gives the comment's id.
async fn say(client: &Client, plan: &str) -> Value {
    let input = json!({ "planId": plan, "body": "welcome", "visibility": "SHARED" });
    let mutation = "mutation($input: AddCommentInput!) { addComment(input: $input) {
        comment { id } errors { code message path } } }";
    client.done(mutation, json!({ "input": input })).await["comment"]["id"].take()
}
