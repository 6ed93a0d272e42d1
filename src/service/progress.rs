//! Progress: what facts add up to, judged by the rules against what was due.

pub mod days;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;

use super::{
    content,
    readings::{self, Reading},
    tallies,
    versions::{self, Counting},
};
use crate::{
    domain::{
        commitment::{self as rule, CommitmentStatus, StatusInput},
        explanation::Explanation,
        forecast,
        id::{CommitmentId, PlanId, TargetId},
        money::{Exact, exact},
        phasing::{self, Phase},
        progress::{MeasureInput, Progress},
        promise::{KeptPromises, Promise, kept_promises},
        score::{PlanScore, ScoredTarget},
        summary::Delivered,
        tally::{CommitmentSums, SliceSums, TargetSums},
        target::Metric,
        terms::Terms,
        version::CommitmentTerms,
    },
    entity::{commitment, commitment_rollup, plan, plan_summary, target},
    error::{Error, Result},
};

/// Where a target stands on a day.
#[derive(Clone, Debug)]
pub struct TargetFigures {
    /// The target.
    pub target: target::Model,
    /// The version of the lens under which its sums are kept.
    pub lens: i32,
    /// How its amount spreads over the period.
    pub phases: Vec<Phase>,
    /// What its facts add up to.
    pub sums: TargetSums,
    /// Judged against what was due.
    pub progress: Progress,
}

impl TargetFigures {
    /// Where it ends if it goes on as it went; in the target's unit.
    pub fn run_rate(&self) -> Option<Exact> {
        forecast::run_rate(self.sums.actual, self.target.amount, &self.progress.expected)
    }

    /// Where it ends with what is open, by probability; in the target's unit, and only of revenue.
    pub fn pipeline(&self) -> Option<Exact> {
        let weighted = || exact(self.sums.open_weighted) / exact(10_000);
        (self.target.metric == Metric::Revenue)
            .then(|| forecast::pipeline(self.sums.actual, weighted()))
    }
}

/// Where a commitment stands on a day.
#[derive(Clone, Debug)]
pub struct CommitmentFigures {
    /// The commitment.
    pub commitment: commitment::Model,
    /// What was delivered of it.
    pub delivered: Delivered,
    /// Judged against its due day.
    pub status: CommitmentStatus,
}

/// Where a plan stands on a day.
#[derive(Clone, Debug)]
pub struct PlanFigures {
    /// The plan.
    pub plan: Arc<plan::Model>,
    /// The number of the version in force on the day.
    pub version: i32,
    /// The day.
    pub as_of: NaiveDate,
    /// Its targets, in the plan's order.
    pub targets: Vec<TargetFigures>,
    /// Its commitments, in the plan's order.
    pub commitments: Vec<CommitmentFigures>,
    /// The score over its top-level targets.
    pub score: PlanScore,
    /// How each side keeps its promises.
    pub kept: KeptPromises,
    /// What all its facts add up to.
    pub total: SliceSums,
    /// The deals that were open when the period began.
    pub carried_in: i64,
}

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

/// What a plan's facts add up to by a day.
struct Added {
    targets: BTreeMap<TargetId, TargetSums>,
    commitments: BTreeMap<CommitmentId, Delivered>,
    total: SliceSums,
    carried_in: i64,
}

impl Added {
    fn kept(kept: &plan_summary::Model) -> Self {
        Self {
            targets: kept.sums.targets.iter().copied().collect(),
            commitments: kept.sums.commitments.iter().copied().collect(),
            total: kept.summary.total,
            carried_in: kept.summary.carried_in,
        }
    }
}

fn judged(
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
fn input<'a>(
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
fn delivered_by(
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

impl PlanFigures {
    /// Why one of its targets stands as it does, and what brings it back.
    pub fn explanation(&self, of: &TargetFigures) -> Explanation {
        let input = input(&self.plan, &of.target, &of.phases, of.sums, self.as_of);
        Explanation::of(&input, &of.progress)
    }

    /// Where one of its commitments stands.
    pub fn commitment(&self, id: CommitmentId) -> Option<&CommitmentFigures> {
        self.commitments.iter().find(|figures| figures.commitment.id == id)
    }

    /// Market development funds that the plan allocates, in the currency's smallest unit.
    pub fn mdf_allocated(&self) -> i64 {
        self.co_marketing().map(|(mdf, _)| mdf).sum()
    }

    /// Leads that the plan's programmes are expected to bring.
    pub fn leads_expected(&self) -> i64 {
        self.co_marketing().map(|(_, leads)| leads).sum()
    }

    fn co_marketing(&self) -> impl Iterator<Item = (i64, i64)> {
        self.commitments.iter().filter_map(|figures| match &figures.commitment.terms {
            Terms::CoMarketing { mdf_allocated, expected_leads, .. }
                if figures.status != CommitmentStatus::Waived =>
            {
                Some((*mdf_allocated, *expected_leads))
            }
            _ => None,
        })
    }
}
