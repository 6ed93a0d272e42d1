//! Houses of every sort: one's own in each state of a plan, and what those in it may not reach.

use serde_json::json;

use super::life::{Life, Things};
use crate::{
    permissions::{cast::World, stages::Stage},
    support::planning::revenue,
};

/// What somebody may not reach.
pub struct Foreign {
    /// `a rival's`, `another vendor's`.
    pub whose: &'static str,
    pub things: Things,
}

/// A side, who acts for it, and what these may not reach.
pub struct Side {
    pub house: &'static str,
    pub foreign: Vec<Foreign>,
}

/// A vendor and a partner, a rival of the partner, and another vendor.
pub struct Houses {
    /// The own house: last year's plan is in all, this year's in each of its states in one.
    pub stages: Vec<Stage>,
    pub sides: [Side; 2],
}

impl Houses {
    pub async fn build() -> Self {
        let (world, [rivals, others]) = Box::pin(World::with_neighbours()).await;
        let app = world.app.clone();
        app.set_time("2025-01-10T12:00:00Z");
        let mut own = Box::pin(Life::begin(&world.vendor, &world.partner)).await;
        let mut rival = Box::pin(Life::begin(&rivals.0, &rivals.1)).await;
        let mut other = Box::pin(Life::begin(&others.0, &others.1)).await;
        for life in [&mut own, &mut other] {
            Box::pin(life.look_around()).await;
        }
        app.set_time("2025-07-12T12:00:00Z");
        app.settle().await;
        for life in [&mut own, &mut rival, &mut other] {
            Box::pin(life.go_on()).await;
        }
        let [vendors, partners] = Box::pin(own.keep_secrets()).await;
        app.set_time("2026-01-15T12:00:00Z");
        app.settle().await;

        let others = "another vendor's";
        let to_partner = vec![
            Foreign { whose: "a rival's", things: rival.of_both },
            Foreign { whose: others, things: other.all() },
            Foreign { whose: "the vendor's own", things: vendors },
        ];
        let to_vendor = vec![
            Foreign { whose: others, things: other.all() },
            Foreign { whose: "the partner's own", things: partners },
        ];
        Self {
            stages: Box::pin(stages(world, &own)).await,
            sides: [
                Side { house: "the partner", foreign: to_partner },
                Side { house: "the vendor", foreign: to_vendor },
            ],
        }
    }
}

/// The house as it is, with a plan in each state, and with one that holds what else can be named while it is negotiated.
async fn stages(world: World, own: &Life) -> Vec<Stage> {
    let base = Box::pin(Stage::of("always", world)).await;
    let mut stages = Box::pin(base.of_a_plan()).await;
    stages.insert(0, Box::pin(negotiating(&base)).await);
    stages.insert(0, base);
    for stage in &mut stages {
        for (name, thing) in own.all() {
            stage.world.things.entry(name).or_insert(thing);
        }
    }
    stages
}

/// Next year's plan with an objective and a counter-proposal, and without sponsors.
async fn negotiating(base: &Stage) -> Stage {
    let mut world = Box::pin(base.begin()).await;
    let sketch = world.vendor.plan(&world.partner).between("2027-01-01", "2027-12-31");
    let webinars = json!({ "title": "Webinars", "owedBy": "PARTNER", "quantity": "4",
        "terms": { "coMarketing": { "campaignType": "webinar", "mdfAllocated": "10.00", "expectedLeads": 3 } } });
    let plan = sketch.with_target(revenue("1000.00")).with_commitment(webinars).draft().await;
    let manager = &plan.vendor.manager;
    let narrative = json!({ "objectives": [{ "title": "Grow" }] });
    plan.change(manager, "editPlan", json!({ "narrative": narrative })).await;
    plan.change(manager, "sharePlan", json!({})).await;
    let objectives = plan.read(manager, "objectives { id }").await;
    world.things.insert("objective", objectives[0]["id"].clone());
    world.plan = Some(plan);
    world.counter_propose("1200.00").await;
    Box::pin(Stage::of("negotiating", world)).await
}
