//! What of plans is read once for all that is shown of them: what was signed, and the rows that a signature does not hold.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;

use super::{
    content,
    versions::{self, Versions},
};
use crate::{
    domain::id::{PlanId, TargetId},
    entity::{commitment, plan, target},
    error::Result,
};

/// A plan's versions and rows.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The signed versions.
    pub versions: Versions,
    /// The targets as last written; read only where nothing is signed.
    targets: Vec<target::Model>,
    /// The commitments as last written, removed ones included: they know what was waived.
    pub commitments: Vec<commitment::Model>,
}

impl Reading {
    /// The targets: as signed and in force, or as last written where nothing is signed yet.
    pub fn targets(&self, plan: &plan::Model) -> Vec<target::Model> {
        match self.in_force(plan) {
            Some(snapshot) => versions::targets_of(snapshot),
            None => self.targets.clone(),
        }
    }

    /// The commitments: as signed and in force, or as last written where nothing is signed yet.
    pub fn commitments(&self, plan: &plan::Model) -> Vec<commitment::Model> {
        let rows = self.commitments.clone();
        let mut rows = match self.in_force(plan) {
            Some(snapshot) => versions::commitments_of(snapshot, rows),
            None => rows,
        };
        rows.retain(|row| !row.is_removed);
        rows
    }

    /// A target as the version says that counts on a day.
    pub fn target_on(&self, id: TargetId, day: NaiveDate) -> Option<target::Model> {
        let counting = self.versions.counting_on(day)?;
        versions::targets_of(&counting.snapshot).into_iter().find(|target| target.id == id)
    }

    fn in_force(&self, plan: &plan::Model) -> Option<&crate::domain::version::Snapshot> {
        self.versions.numbered(plan.version_in_force?)
    }
}

/// Reads plans in three statements at most, however many they are. The caller has already seen the plans.
pub async fn of_plans(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, Reading>> {
    let mut versions = versions::of_plans(db, plans).await?;
    let mut commitments = content::all_commitments_of(db, plans).await?;
    let unsigned: Vec<PlanId> =
        plans.iter().copied().filter(|plan| !versions.contains_key(plan)).collect();
    let mut targets = if unsigned.is_empty() {
        BTreeMap::new()
    } else {
        content::all_targets_of(db, &unsigned).await?
    };
    let reading = |plan: &PlanId| {
        let mut targets = targets.remove(plan).unwrap_or_default();
        targets.retain(|row| !row.is_removed);
        let versions = versions.remove(plan).unwrap_or_default();
        let commitments = commitments.remove(plan).unwrap_or_default();
        (*plan, Reading { versions, targets, commitments })
    };
    Ok(plans.iter().map(reading).collect())
}

/// Reads one plan, which the caller has already seen.
pub async fn of_plan(db: &impl ConnectionTrait, plan: PlanId) -> Result<Reading> {
    Ok(of_plans(db, &[plan]).await?.remove(&plan).unwrap_or_default())
}
