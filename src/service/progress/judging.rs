//! From what facts add up to, to where a plan stands: each target and commitment judged against what was due.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;

use super::figures::{CommitmentFigures, PlanFigures, TargetFigures};
use crate::{
    domain::{
        commitment::{self as rule, StatusInput},
        id::{CommitmentId, TargetId},
        money::{Exact, exact},
        phasing::{self, Phase},
        progress::{MeasureInput, Progress},
        promise::{KeptPromises, Promise, kept_promises},
        score::{PlanScore, ScoredTarget},
        summary::Delivered,
        tally::{CommitmentSums, SliceSums, TargetSums},
        target::Metric,
        version::CommitmentTerms,
    },
    entity::{commitment, commitment_rollup, plan, plan_summary, target},
    error::{Error, Result},
    service::{
        content,
        versions::{self, Counting},
    },
};

/// What a plan's facts add up to by a day.
pub struct Added {
    /// Of each target.
    pub targets: BTreeMap<TargetId, TargetSums>,
    /// Of each commitment.
    pub commitments: BTreeMap<CommitmentId, Delivered>,
    /// Of all together.
    pub total: SliceSums,
    /// The deals that were open when the period began.
    pub carried_in: i64,
}

impl Added {
    /// As it is kept.
    pub fn kept(kept: &plan_summary::Model) -> Self {
        Self {
            targets: kept.sums.targets.iter().copied().collect(),
            commitments: kept.sums.commitments.iter().copied().collect(),
            total: kept.summary.total,
            carried_in: kept.summary.carried_in,
        }
    }
}

/// Where a plan stands on a day, by what counts then.
pub fn judged(
    plan: Arc<plan::Model>,
    counting: &Counting<'_>,
    sums: Added,
    as_of: NaiveDate,
) -> Result<PlanFigures> {
    let targets = versions::targets_of(counting.snapshot)
        .into_iter()
        .map(|target| {
            let version = counting.targets.get(&target.id).copied().unwrap_or_default();
            let sums = sums.targets.get(&target.id).copied().unwrap_or_default();
            measure(&plan, target, Sums { version, sums }, as_of)
        })
        .collect::<Result<Vec<_>>>()?;
    let commitments: Vec<CommitmentFigures> =
        versions::commitments_of(counting.snapshot, Vec::new())
            .into_iter()
            .map(|commitment| {
                let delivered = sums.commitments.get(&commitment.id).copied().unwrap_or_default();
                judge(&plan, commitment, delivered, as_of)
            })
            .collect();
    Ok(PlanFigures {
        version: counting.snapshot.number,
        as_of,
        score: score(&targets),
        kept: kept(&commitments, as_of),
        total: sums.total,
        carried_in: sums.carried_in,
        plan,
        targets,
        commitments,
    })
}

/// What a target's facts add up to, under one lens.
struct Sums {
    version: i32,
    sums: TargetSums,
}

fn measure(
    plan: &plan::Model,
    target: target::Model,
    Sums { version: lens, sums }: Sums,
    as_of: NaiveDate,
) -> Result<TargetFigures> {
    let phases = phases(plan, &target)?;
    let progress = Progress::measure(input(plan, &target, &phases, sums, as_of));
    Ok(TargetFigures { target, lens, phases, sums, progress })
}

/// What a target is measured by.
pub fn input<'a>(
    plan: &plan::Model,
    target: &target::Model,
    phases: &'a [Phase],
    sums: TargetSums,
    as_of: NaiveDate,
) -> MeasureInput<'a> {
    let average_deal = match target.metric {
        Metric::Revenue if sums.won > 0 => Some(sums.won_value / sums.won),
        Metric::PipelineCreated | Metric::Revenue if sums.open_deals > 0 => {
            Some(sums.open_value / sums.open_deals)
        }
        Metric::DealsRegistered | Metric::DealsWon => Some(1),
        _ => None,
    };
    let open_pipeline = match target.metric {
        Metric::Revenue => Some(sums.open_value),
        Metric::DealsWon => Some(sums.open_deals),
        _ => None,
    };
    MeasureInput {
        metric: target.metric,
        currency: plan.currency,
        total: target.amount,
        phases,
        period: content::period(plan),
        actual: sums.actual,
        on: as_of,
        thresholds: plan.policy.thresholds,
        average_deal,
        open_pipeline,
    }
}

/// How a target's amount spreads over its plan's period.
pub fn phases(plan: &plan::Model, target: &target::Model) -> Result<Vec<Phase>> {
    target
        .phasing
        .phases(plan.period_kind, content::period(plan), target.amount)
        .map_err(|invalid| Error::Inconsistent(format!("phasing of {}: {invalid}", target.id)))
}

/// What was delivered, and the day on which that was all that is promised.
pub fn delivered_by(
    rows: &[commitment_rollup::Model],
    promised: &CommitmentTerms,
    waived: &BTreeSet<CommitmentId>,
) -> Delivered {
    let (mut sums, mut reached_on) = (CommitmentSums::default(), None);
    for row in rows {
        sums.delivered = sums.delivered.saturating_add(row.delivered);
        sums.leads = sums.leads.saturating_add(row.leads);
        sums.mdf = sums.mdf.saturating_add(row.mdf);
        if reached_on.is_none() && sums.delivered >= promised.quantity {
            reached_on = Some(row.day);
        }
    }
    Delivered { sums, reached_on, is_waived: waived.contains(&promised.id) }
}

fn judge(
    plan: &plan::Model,
    commitment: commitment::Model,
    delivered: Delivered,
    as_of: NaiveDate,
) -> CommitmentFigures {
    let status = rule::status(StatusInput {
        starts_on: commitment.starts_on,
        due_on: commitment.due_on.unwrap_or(plan.ends_on),
        quantity: commitment.quantity,
        delivered: delivered.sums.delivered,
        reached_on: delivered.reached_on,
        is_waived: delivered.is_waived,
        period_end: plan.ends_on,
        on: as_of,
        at_risk_window_days: plan.policy.windows.at_risk_days,
        at_risk_share: plan.policy.windows.at_risk_share,
    });
    CommitmentFigures { commitment, delivered, status }
}

fn score(targets: &[TargetFigures]) -> PlanScore {
    let scored: Vec<ScoredTarget> = targets
        .iter()
        .filter(|figures| figures.target.parent_id.is_none())
        .map(|figures| ScoredTarget {
            id: figures.target.id,
            weight: content::weight(&figures.target),
            status: figures.progress.status,
            pace: figures.progress.pace.clone(),
        })
        .collect();
    PlanScore::of(&scored)
}

fn kept(commitments: &[CommitmentFigures], as_of: NaiveDate) -> KeptPromises {
    let promises: Vec<Promise> = commitments
        .iter()
        .filter_map(|figures| {
            Some(Promise {
                owed_by: figures.commitment.owed_by,
                due_on: figures.commitment.due_on?,
                status: figures.status,
            })
        })
        .collect();
    kept_promises(&promises, as_of)
}

/// What is due of a target by a day, in its unit.
pub fn due(metric: Metric, phases: &[Phase], day: NaiveDate) -> Exact {
    if metric.is_level() {
        exact(phasing::level_due(phases, day))
    } else {
        phasing::expected(phases, day)
    }
}
