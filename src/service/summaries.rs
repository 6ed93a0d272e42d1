//! Plans in a few figures, kept beside the sums by day so that where a plan stands today costs a row.
//!
//! A summary is written whenever a plan is judged, in the transaction that moved its figures, and holds for that day only. Where
//! there is none for the day asked for it is worked out; `jbp verify` proves that both are the same.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};

use super::progress::{self, PlanFigures};
use crate::{
    db::Tx,
    domain::{
        id::PlanId,
        money::ratio,
        progress::TargetStatus,
        summary::{PlanSummary, PlanSums},
    },
    entity::{parsed::Parsed, plan, plan_summary},
    error::Result,
};

impl PlanFigures {
    /// The same in a few figures.
    pub fn summary(&self) -> PlanSummary {
        let statuses = TargetStatus::ALL.into_iter().map(|status| (status, self.count(status)));
        PlanSummary {
            version: self.version,
            score: self.score.score.as_ref().map(ratio),
            health: self.score.health,
            worst: self.score.worst,
            statuses: statuses.filter(|(_, count)| *count > 0).collect(),
            vendor_kept: self.kept.vendor.as_ref().map(ratio),
            partner_kept: self.kept.partner.as_ref().map(ratio),
            total: self.total,
            carried_in: self.carried_in,
            mdf_allocated: self.mdf_allocated(),
            leads_expected: self.leads_expected(),
        }
    }

    /// What they follow from.
    fn sums(&self) -> PlanSums {
        let targets = self.targets.iter().map(|figures| (figures.target.id, figures.sums));
        let commitments = self.commitments.iter();
        PlanSums {
            targets: targets.collect(),
            commitments: commitments
                .map(|figures| (figures.commitment.id, figures.delivered))
                .collect(),
        }
    }

    /// How many targets have a status.
    fn count(&self, status: TargetStatus) -> u32 {
        let having = self.targets.iter().filter(|figures| figures.progress.status == status);
        u32::try_from(having.count()).unwrap_or(u32::MAX)
    }
}

/// Where plans stand on a day. The caller has already seen them.
pub async fn of_plans(
    db: &impl ConnectionTrait,
    plans: Vec<Arc<plan::Model>>,
    day: NaiveDate,
) -> Result<BTreeMap<PlanId, Parsed<PlanSummary>>> {
    // Without the sums, which are many times as large.
    let kept = plan_summary::Entity::find()
        .select_only()
        .columns([plan_summary::Column::PlanId, plan_summary::Column::Summary])
        .filter(plan_summary::Column::PlanId.is_in(plans.iter().map(|plan| plan.id)))
        .filter(plan_summary::Column::Day.eq(day));
    let kept: Vec<(PlanId, Parsed<PlanSummary>)> = kept.into_tuple().all(db).await?;
    let mut kept: BTreeMap<_, _> = kept.into_iter().collect();
    let in_force = plans.iter().filter_map(|plan| {
        let summary = kept.remove(&plan.id)?;
        (plan.version_in_force == Some(summary.version)).then_some((plan.id, summary))
    });
    let mut found: BTreeMap<_, _> = in_force.collect();
    let others: Vec<Arc<plan::Model>> =
        plans.into_iter().filter(|plan| !found.contains_key(&plan.id)).collect();
    if !others.is_empty() {
        let figures = progress::of_plans(db, others, day).await?;
        found.extend(figures.into_iter().map(|(id, figures)| (id, figures.summary().into())));
    }
    Ok(found)
}

/// Keeps where a plan stands, which was worked out under its partnership's lock.
pub async fn keep(tx: &Tx, figures: &PlanFigures) -> Result<()> {
    use plan_summary::Column;
    let row = plan_summary::ActiveModel {
        plan_id: Set(figures.plan.id),
        version: Set(figures.version),
        day: Set(figures.as_of),
        summary: Set(figures.summary().into()),
        sums: Set(figures.sums().into()),
    };
    let anew = OnConflict::column(Column::PlanId)
        .update_columns([Column::Version, Column::Day, Column::Summary, Column::Sums])
        .to_owned();
    plan_summary::Entity::insert(row).on_conflict(anew).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Forgets where a plan stands, because its sums change.
pub async fn forget(tx: &Tx, plan: PlanId) -> Result<()> {
    plan_summary::Entity::delete_by_id(plan).exec(&**tx).await?;
    Ok(())
}

/// How the summary that is kept of a plan differs from what its sums say.
pub async fn difference(tx: &Tx, plan: &plan::Model) -> Result<Option<String>> {
    let Some(row) = plan_summary::Entity::find_by_id(plan.id).one(&**tx).await? else {
        return Ok(None);
    };
    let counted = progress::by_sums(&**tx, plan, row.day).await?;
    let (counted, stored) =
        ((counted.summary().into(), counted.sums().into()), (row.summary, row.sums));
    Ok((counted != stored)
        .then(|| format!("kept for {}: sums give {counted:?}, stored is {stored:?}", row.day)))
}
