//! Progress: what facts add up to, judged by the rules against what was due.

pub mod days;
mod figures;
mod judging;

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;

pub use self::{
    figures::{CommitmentFigures, PlanFigures, TargetFigures},
    judging::{due, phases},
};

use self::judging::{Added, delivered_by, judged};
use super::{
    content,
    readings::{self, Reading},
    tallies,
};
use crate::{
    domain::id::PlanId,
    entity::plan,
    error::{Error, Result},
};

/// Where plans stand on a day. The caller has already seen them.
pub async fn of_plans(
    db: &impl ConnectionTrait,
    plans: Vec<Arc<plan::Model>>,
    as_of: NaiveDate,
) -> Result<BTreeMap<PlanId, PlanFigures>> {
    let read = read(db, plans).await?;
    of_readings(db, read, as_of).await
}

/// Where plans that have been read stand on a day: from what is kept of them for it, or else from their sums.
pub async fn of_readings(
    db: &impl ConnectionTrait,
    plans: Vec<(Arc<plan::Model>, Arc<Reading>)>,
    as_of: NaiveDate,
) -> Result<BTreeMap<PlanId, PlanFigures>> {
    let (mut figures, mut others) = (BTreeMap::new(), Vec::new());
    for (plan, reading) in plans {
        let Some(counting) = reading.versions.counting_on(as_of) else { continue };
        match reading.kept_of(counting.snapshot.number, as_of) {
            Some(kept) => {
                figures.insert(plan.id, judged(plan, &counting, Added::kept(kept), as_of)?);
            }
            None => others.push((plan, Arc::clone(&reading))),
        }
    }
    if !others.is_empty() {
        figures.extend(counted(db, others, as_of).await?);
    }
    Ok(figures)
}

/// Where one plan stands on a day, by its sums alone: what anything kept of it must agree with.
pub async fn by_sums(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    as_of: NaiveDate,
) -> Result<PlanFigures> {
    let read = read(db, vec![Arc::new(plan.clone())]).await?;
    only(plan, counted(db, read, as_of).await?)
}

async fn read(
    db: &impl ConnectionTrait,
    plans: Vec<Arc<plan::Model>>,
) -> Result<Vec<(Arc<plan::Model>, Arc<Reading>)>> {
    let ids: Vec<PlanId> = plans.iter().map(|plan| plan.id).collect();
    let mut readings = readings::of_plans(db, &ids).await?;
    let read = plans.into_iter().filter_map(|plan| {
        let reading = readings.remove(&plan.id)?;
        Some((plan, Arc::new(reading)))
    });
    Ok(read.collect())
}

async fn counted(
    db: &impl ConnectionTrait,
    plans: Vec<(Arc<plan::Model>, Arc<Reading>)>,
    as_of: NaiveDate,
) -> Result<BTreeMap<PlanId, PlanFigures>> {
    let ids: Vec<PlanId> = plans.iter().map(|(plan, _)| plan.id).collect();
    let target_sums = tallies::of_targets(db, &ids, as_of).await?;
    let mut delivered = tallies::of_commitments(db, &ids, as_of).await?;
    let totals = tallies::totals(db, &ids, as_of).await?;
    let waived = content::waived_of(db, &ids).await?;
    let mut figures = BTreeMap::new();
    for (plan, reading) in plans {
        let Some(counting) = reading.versions.counting_on(as_of) else { continue };
        let commitments = counting.snapshot.commitments.iter().map(|terms| {
            let version = counting.commitments.get(&terms.id).copied().unwrap_or_default();
            let rows = delivered.remove(&(terms.id, version)).unwrap_or_default();
            (terms.id, delivered_by(&rows, terms, &waived))
        });
        let (total, carried_in) = totals.get(&plan.id).copied().unwrap_or_default();
        let sums = Added {
            targets: counting
                .targets
                .iter()
                .filter_map(|(id, version)| Some((*id, *target_sums.get(&(*id, *version))?)))
                .collect(),
            commitments: commitments.collect(),
            total,
            carried_in,
        };
        figures.insert(plan.id, judged(plan, &counting, sums, as_of)?);
    }
    Ok(figures)
}

fn only(plan: &plan::Model, mut figures: BTreeMap<PlanId, PlanFigures>) -> Result<PlanFigures> {
    let found = figures.remove(&plan.id);
    found.ok_or_else(|| Error::Inconsistent(format!("{} has no figures", plan.id)))
}

/// Where one plan stands on a day.
pub async fn of_plan(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    as_of: NaiveDate,
) -> Result<PlanFigures> {
    only(plan, of_plans(db, vec![Arc::new(plan.clone())], as_of).await?)
}
