//! What a house keeps, told without its ids, so that two houses can be compared.

use std::collections::BTreeMap;

use jbp::{
    domain::id::{OrganizationId, PlanId},
    service::{
        content,
        dimensions::Dimensions,
        events,
        facts::{self, ActivityFilter},
        plans, rollups,
    },
};

use super::{TestApp, Vendor};

/// The stored sums of a plan, by target, commitment or cut, and day.
///
/// # Panics
///
/// When they are not what the facts give.
pub async fn sums(app: &TestApp, plan: &str) -> BTreeMap<String, String> {
    let id: PlanId = plan.parse().unwrap();
    let plan = plans::find(&app.op, id).await.unwrap().unwrap();
    assert_eq!(rollups::differences(&app.op, &plan).await.unwrap(), Vec::<String>::new());

    let db = app.op.db.read();
    let (targets, commitments) = content::of_plan(db, id).await.unwrap();
    let dimensions = Dimensions::load(db, plan.vendor_id).await.unwrap();
    let stored = rollups::stored(db, id).await.unwrap();
    let mut sums = BTreeMap::new();
    for ((id, _, day), added) in stored.targets {
        let target = targets.iter().find(|target| target.id == id).unwrap();
        sums.insert(format!("target {} {day}", target.name), format!("{added:?}"));
    }
    for ((id, _, day), added) in stored.commitments {
        let commitment = commitments.iter().find(|commitment| commitment.id == id).unwrap();
        sums.insert(format!("commitment {} {day}", commitment.title), format!("{added:?}"));
    }
    for ((slice, key, day), added) in stored.slices {
        let value = key.parse().ok().and_then(|id| dimensions.value(id));
        let key = value.map_or(key, |value| value.code.clone());
        sums.insert(format!("{slice:?} {key} {day}"), format!("{added:?}"));
    }
    sums
}

/// How many facts a house holds.
pub async fn n_facts(app: &TestApp) -> u64 {
    facts::count(&app.op, &ActivityFilter::default()).await.unwrap()
}

/// The position of a vendor's last event.
pub async fn head(app: &TestApp, vendor: &Vendor) -> i64 {
    let id: OrganizationId = vendor.id.parse().unwrap();
    events::head(app.op.db.read(), id).await.unwrap()
}
