//! What of plans is read once for all that is shown of them: what was signed, and the rows that a signature does not hold.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QuerySelect};

use super::{
    content,
    versions::{self, Sealed, Versions},
};
use crate::{
    domain::{
        id::{PlanId, TargetId},
        summary::{PlanSummary, PlanSums},
    },
    entity::{commitment, parsed::Parsed, plan, plan_summary, plan_version, target},
    error::Result,
};

/// A plan's versions, what is kept of where it stands, and its rows.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The signed versions.
    pub versions: Versions,
    /// Where it stood when it was last judged.
    kept: Option<plan_summary::Model>,
    /// The targets as last written; read only where nothing is signed.
    targets: Vec<target::Model>,
    /// The commitments as last written; read only where nothing is signed.
    commitments: Vec<commitment::Model>,
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
        match self.in_force(plan) {
            Some(snapshot) => versions::commitments_of(snapshot, Vec::new()),
            None => self.commitments.clone(),
        }
    }

    /// What is kept of where the plan stands on a day by a version.
    pub fn kept_of(&self, version: i32, day: NaiveDate) -> Option<&plan_summary::Model> {
        self.kept.as_ref().filter(|kept| (kept.version, kept.day) == (version, day))
    }

    /// A target as the version says that counts on a day.
    pub fn target_on(&self, id: TargetId, day: NaiveDate) -> Option<target::Model> {
        let snapshot = self.versions.on(day)?;
        versions::targets_of(snapshot).into_iter().find(|target| target.id == id)
    }

    fn in_force(&self, plan: &plan::Model) -> Option<&crate::domain::version::Snapshot> {
        self.versions.numbered(plan.version_in_force?)
    }
}

/// Reads plans in one statement, and where some are not signed yet in three, however many they are. The caller has already seen the plans.
pub async fn of_plans(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, Reading>> {
    let mut readings = signed(db, plans).await?;
    let unsigned: Vec<PlanId> =
        plans.iter().copied().filter(|plan| !readings.contains_key(plan)).collect();
    if unsigned.is_empty() {
        return Ok(readings);
    }
    let mut targets = content::all_targets_of(db, &unsigned).await?;
    let mut commitments = content::all_commitments_of(db, &unsigned).await?;
    for plan in unsigned {
        let mut targets = targets.remove(&plan).unwrap_or_default();
        targets.retain(|row| !row.is_removed);
        let mut commitments = commitments.remove(&plan).unwrap_or_default();
        commitments.retain(|row| !row.is_removed);
        readings.insert(plan, Reading { targets, commitments, ..Reading::default() });
    }
    Ok(readings)
}

/// The signed versions of plans, each beside what is kept of where its plan stands by it.
async fn signed(db: &impl ConnectionTrait, plans: &[PlanId]) -> Result<BTreeMap<PlanId, Reading>> {
    #[derive(FromQueryResult)]
    struct Row {
        plan_id: PlanId,
        content: String,
        effective_on: Option<NaiveDate>,
        version: Option<i32>,
        day: Option<NaiveDate>,
        summary: Option<Parsed<PlanSummary>>,
        sums: Option<Parsed<PlanSums>>,
    }
    use plan_summary::Column as Kept;
    use plan_version::Column as Version;
    let kept = plan_version::Entity::belongs_to(plan_summary::Entity)
        .from((Version::PlanId, Version::Number))
        .to((Kept::PlanId, Kept::Version));
    let rows: Vec<Row> = versions::signed(plans)
        .select_only()
        .columns([Version::PlanId, Version::Content, Version::EffectiveOn])
        .columns([Kept::Version, Kept::Day, Kept::Summary, Kept::Sums])
        .join(JoinType::LeftJoin, kept.into())
        .into_model()
        .all(db)
        .await?;
    let mut readings: BTreeMap<PlanId, Reading> = BTreeMap::new();
    for Row { plan_id, content, effective_on, version, day, summary, sums } in rows {
        let reading = readings.entry(plan_id).or_default();
        let snapshot = versions::parsed(plan_id, &content)?;
        reading.versions.0.push(Sealed { effective_on, snapshot });
        if let (Some(version), Some(day), Some(summary), Some(sums)) = (version, day, summary, sums)
        {
            reading.kept = Some(plan_summary::Model { plan_id, version, day, summary, sums });
        }
    }
    Ok(readings)
}

/// Reads one plan, which the caller has already seen.
pub async fn of_plan(db: &impl ConnectionTrait, plan: PlanId) -> Result<Reading> {
    Ok(of_plans(db, &[plan]).await?.remove(&plan).unwrap_or_default())
}
