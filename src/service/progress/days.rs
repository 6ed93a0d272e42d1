//! Where a plan stood on each of many days, from one reading of its sums.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Added, PlanFigures, delivered_by, judged};
use crate::{
    domain::{
        id::{CommitmentId, TargetId},
        tally::{SliceSums, TargetSums},
    },
    entity::{commitment_rollup, plan, slice_rollup, target_rollup},
    error::Result,
    service::{content, readings::Reading, tallies},
};

/// The sums of a plan, by day.
#[derive(Debug)]
pub struct DaysOfPlan {
    plan: Arc<plan::Model>,
    reading: Reading,
    targets: BTreeMap<(TargetId, i32), Vec<target_rollup::Model>>,
    commitments: BTreeMap<(CommitmentId, i32), Vec<commitment_rollup::Model>>,
    waived: BTreeSet<CommitmentId>,
    totals: Vec<slice_rollup::Model>,
}

/// Reads the sums of a plan up to a day. The caller has already seen it.
pub async fn of_plan(
    db: &impl ConnectionTrait,
    plan: plan::Model,
    reading: Reading,
    to: NaiveDate,
) -> Result<DaysOfPlan> {
    let targets = target_rollup::Entity::find()
        .filter(target_rollup::Column::PlanId.eq(plan.id))
        .filter(target_rollup::Column::Day.lte(to))
        .order_by_asc(target_rollup::Column::Day)
        .all(db)
        .await?;
    let commitments = commitment_rollup::Entity::find()
        .filter(commitment_rollup::Column::PlanId.eq(plan.id))
        .filter(commitment_rollup::Column::Day.lte(to))
        .order_by_asc(commitment_rollup::Column::Day)
        .all(db)
        .await?;
    Ok(DaysOfPlan {
        targets: content::grouped(targets, |row| (row.target_id, row.version)),
        commitments: content::grouped(commitments, |row| (row.commitment_id, row.version)),
        waived: content::waived_of(db, &[plan.id]).await?,
        totals: tallies::days_of_plan(db, plan.id, to).await?,
        reading,
        plan: Arc::new(plan),
    })
}

impl DaysOfPlan {
    /// Where the plan stood on a day, by the version that counted then; none while nothing was signed. Of the plan's totals only the
    /// market development funds are summed up.
    pub fn on(&self, day: NaiveDate) -> Result<Option<PlanFigures>> {
        let Some(counting) = self.reading.versions.counting_on(day) else { return Ok(None) };
        let commitments = counting.snapshot.commitments.iter().map(|terms| {
            let version = counting.commitments.get(&terms.id).copied().unwrap_or_default();
            let rows = self
                .commitments
                .get(&(terms.id, version))
                .map_or(&[][..], |rows| &rows[..rows.partition_point(|row| row.day <= day)]);
            (terms.id, delivered_by(rows, terms, &self.waived))
        });
        let targets = counting.targets.iter().filter_map(|(id, version)| {
            let rows = self.targets.get(&(*id, *version))?;
            Some((
                *id,
                rows.iter().take_while(|row| row.day <= day).fold(TargetSums::default(), plus),
            ))
        });
        let sums = Added {
            targets: targets.collect(),
            commitments: commitments.collect(),
            total: SliceSums {
                mdf: self.totals.iter().take_while(|row| row.day <= day).map(|row| row.mdf).sum(),
                ..SliceSums::default()
            },
            carried_in: 0,
        };
        judged(Arc::clone(&self.plan), &counting, sums, day).map(Some)
    }
}

fn plus(sums: TargetSums, row: &target_rollup::Model) -> TargetSums {
    TargetSums {
        actual: sums.actual.saturating_add(row.actual),
        verified: sums.verified.saturating_add(row.verified),
        disputed: sums.disputed.saturating_add(row.disputed),
        won: sums.won.saturating_add(row.won),
        won_value: sums.won_value.saturating_add(row.won_value),
        open_deals: sums.open_deals.saturating_add(row.open_deals),
        open_value: sums.open_value.saturating_add(row.open_value),
        open_weighted: sums.open_weighted.saturating_add(row.open_weighted),
    }
}
