//! Progress: read from roll-ups, judged by the rules; never from the facts themselves, so its cost does not grow with them.

pub mod days;

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::{
    content,
    readings::{self, Reading},
    summaries,
    versions::{self, Counting},
};
use crate::{
    domain::{
        commitment::{self as rule, CommitmentStatus, StatusInput},
        forecast,
        id::{CommitmentId, PlanId, TargetId},
        money::{Exact, exact},
        phasing::{self, Phase},
        progress::{MeasureInput, Progress},
        promise::{KeptPromises, Promise, kept_promises},
        score::{PlanScore, ScoredTarget},
        tally::{CommitmentSums, Slice, SliceSums, TargetSums},
        target::Metric,
        terms::Terms,
    },
    entity::{
        commitment, commitment_rollup, plan, plan_summary, slice_rollup, sums, target,
        target_rollup,
    },
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
    /// Where it ends if it goes on as it went; in the target's unit.
    pub run_rate: Option<Exact>,
    /// Where it ends with what is open, by probability; in the target's unit.
    pub pipeline: Option<Exact>,
}

/// Where a commitment stands on a day.
#[derive(Clone, Debug)]
pub struct CommitmentFigures {
    /// The commitment.
    pub commitment: commitment::Model,
    /// What its facts add up to.
    pub sums: CommitmentSums,
    /// The day on which the promised quantity was reached.
    pub reached_on: Option<NaiveDate>,
    /// Judged against its due day.
    pub status: CommitmentStatus,
}

/// Where a plan stands on a day.
#[derive(Clone, Debug)]
pub struct PlanFigures {
    /// The plan.
    pub plan: plan::Model,
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
    plans: Vec<plan::Model>,
    as_of: NaiveDate,
) -> Result<BTreeMap<PlanId, PlanFigures>> {
    let read = read(db, plans).await?;
    of_readings(db, read, as_of).await
}

/// Where plans that have been read stand on a day: from what is kept of them for it, or else from their sums.
pub async fn of_readings(
    db: &impl ConnectionTrait,
    plans: Vec<(plan::Model, Arc<Reading>)>,
    as_of: NaiveDate,
) -> Result<BTreeMap<PlanId, PlanFigures>> {
    let mut kept = summaries::kept(db, plans.iter().map(|(plan, _)| plan.id), as_of).await?;
    let (mut figures, mut others) = (BTreeMap::new(), Vec::new());
    for (plan, reading) in plans {
        let counting = reading.versions.counting_on(as_of);
        let kept = kept.remove(&plan.id);
        match (counting, kept) {
            (Some(counting), Some(kept)) if kept.summary.version == counting.snapshot.number => {
                let sums = Added::kept(kept);
                figures.insert(plan.id, judged(plan.clone(), &reading, &counting, sums, as_of)?);
            }
            (Some(_), _) => others.push((plan, Arc::clone(&reading))),
            (None, _) => {}
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
    let read = read(db, vec![plan.clone()]).await?;
    only(plan, counted(db, read, as_of).await?)
}

async fn read(
    db: &impl ConnectionTrait,
    plans: Vec<plan::Model>,
) -> Result<Vec<(plan::Model, Arc<Reading>)>> {
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
    plans: Vec<(plan::Model, Arc<Reading>)>,
    as_of: NaiveDate,
) -> Result<BTreeMap<PlanId, PlanFigures>> {
    let ids: Vec<PlanId> = plans.iter().map(|(plan, _)| plan.id).collect();
    let target_sums = target_sums(db, &ids, as_of).await?;
    let mut delivered = deliveries(db, &ids, as_of).await?;
    let totals = totals(db, &ids, as_of).await?;
    let mut figures = BTreeMap::new();
    for (plan, reading) in plans {
        let Some(counting) = reading.versions.counting_on(as_of) else { continue };
        let quantities = versions::commitments_of(&counting.snapshot, reading.commitments.clone());
        let commitments = quantities.into_iter().map(|commitment| {
            let version = counting.commitments.get(&commitment.id).copied().unwrap_or_default();
            let rows = delivered.remove(&(commitment.id, version)).unwrap_or_default();
            (commitment.id, delivered_by(&rows, commitment.quantity))
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
        figures.insert(plan.id, judged(plan, &reading, &counting, sums, as_of)?);
    }
    Ok(figures)
}

/// What a plan's facts add up to by a day.
struct Added {
    targets: BTreeMap<TargetId, TargetSums>,
    commitments: BTreeMap<CommitmentId, (CommitmentSums, Option<NaiveDate>)>,
    total: SliceSums,
    carried_in: i64,
}

impl Added {
    fn kept(kept: plan_summary::Model) -> Self {
        let commitments = kept.sums.commitments.into_iter();
        Self {
            targets: kept.sums.targets.into_iter().collect(),
            commitments: commitments.map(|(id, sums, on)| (id, (sums, on))).collect(),
            total: kept.summary.total,
            carried_in: kept.summary.carried_in,
        }
    }
}

fn judged(
    plan: plan::Model,
    reading: &Reading,
    counting: &Counting,
    mut sums: Added,
    as_of: NaiveDate,
) -> Result<PlanFigures> {
    let targets = versions::targets_of(&counting.snapshot)
        .into_iter()
        .map(|target| {
            let version = counting.targets.get(&target.id).copied().unwrap_or_default();
            let sums = sums.targets.get(&target.id).copied().unwrap_or_default();
            measure(&plan, target, Sums { version, sums }, as_of)
        })
        .collect::<Result<Vec<_>>>()?;
    let commitments: Vec<CommitmentFigures> =
        versions::commitments_of(&counting.snapshot, reading.commitments.clone())
            .into_iter()
            .map(|commitment| {
                let added = sums.commitments.remove(&commitment.id).unwrap_or_default();
                judge(&plan, commitment, added, as_of)
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
    only(plan, of_plans(db, vec![plan.clone()], as_of).await?)
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
    let progress = Progress::measure(MeasureInput {
        metric: target.metric,
        currency: plan.currency,
        total: target.amount,
        phases: &phases,
        period: content::period(plan),
        actual: sums.actual,
        on: as_of,
        thresholds: plan.policy.thresholds,
        average_deal,
        open_pipeline,
    });
    let run_rate = forecast::run_rate(sums.actual, target.amount, &progress.expected);
    let pipeline = (target.metric == Metric::Revenue)
        .then(|| forecast::pipeline(sums.actual, exact(sums.open_weighted) / exact(10_000)));
    Ok(TargetFigures { target, lens, phases, sums, progress, run_rate, pipeline })
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
    quantity: i64,
) -> (CommitmentSums, Option<NaiveDate>) {
    let (mut sums, mut reached_on) = (CommitmentSums::default(), None);
    for row in rows {
        sums.delivered = sums.delivered.saturating_add(row.delivered);
        sums.leads = sums.leads.saturating_add(row.leads);
        sums.mdf = sums.mdf.saturating_add(row.mdf);
        if reached_on.is_none() && sums.delivered >= quantity {
            reached_on = Some(row.day);
        }
    }
    (sums, reached_on)
}

fn judge(
    plan: &plan::Model,
    commitment: commitment::Model,
    (sums, reached_on): (CommitmentSums, Option<NaiveDate>),
    as_of: NaiveDate,
) -> CommitmentFigures {
    let status = rule::status(StatusInput {
        starts_on: commitment.starts_on,
        due_on: commitment.due_on.unwrap_or(plan.ends_on),
        quantity: commitment.quantity,
        delivered: sums.delivered,
        reached_on,
        is_waived: commitment.waived_at.is_some(),
        period_end: plan.ends_on,
        on: as_of,
        at_risk_window_days: plan.policy.windows.at_risk_days,
        at_risk_share: plan.policy.windows.at_risk_share,
    });
    CommitmentFigures { commitment, sums, reached_on, status }
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

async fn target_sums(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
    as_of: NaiveDate,
) -> Result<BTreeMap<(TargetId, i32), TargetSums>> {
    #[derive(FromQueryResult)]
    struct Row {
        target_id: TargetId,
        version: i32,
        actual: i64,
        verified: i64,
        won: i64,
        won_value: i64,
        open_deals: i64,
        open_value: i64,
        open_weighted: i64,
    }
    use target_rollup::Column;
    let columns = [
        Column::Actual,
        Column::Verified,
        Column::Won,
        Column::WonValue,
        Column::OpenDeals,
        Column::OpenValue,
        Column::OpenWeighted,
    ];
    let query = target_rollup::Entity::find()
        .select_only()
        .columns([Column::TargetId, Column::Version])
        .filter(Column::PlanId.is_in(plans.iter().copied()))
        .filter(Column::Day.lte(as_of))
        .group_by(Column::TargetId)
        .group_by(Column::Version);
    let rows: Vec<Row> = sums::summed(query, &columns).into_model().all(db).await?;
    let to_sums = |row: Row| {
        let sums = TargetSums {
            actual: row.actual,
            verified: row.verified,
            won: row.won,
            won_value: row.won_value,
            open_deals: row.open_deals,
            open_value: row.open_value,
            open_weighted: row.open_weighted,
        };
        ((row.target_id, row.version), sums)
    };
    Ok(rows.into_iter().map(to_sums).collect())
}

async fn deliveries(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
    as_of: NaiveDate,
) -> Result<BTreeMap<(CommitmentId, i32), Vec<commitment_rollup::Model>>> {
    let rows = commitment_rollup::Entity::find()
        .filter(commitment_rollup::Column::PlanId.is_in(plans.iter().copied()))
        .filter(commitment_rollup::Column::Day.lte(as_of))
        .order_by_asc(commitment_rollup::Column::Day)
        .all(db)
        .await?;
    Ok(content::grouped(rows, |row| (row.commitment_id, row.version)))
}

/// What facts add up to in a slice.
#[derive(FromQueryResult)]
struct SliceRow {
    plan_id: PlanId,
    key: String,
    revenue: i64,
    won: i64,
    lost: i64,
    registered: i64,
    pipeline: i64,
    open_deals: i64,
    open_value: i64,
    completions: i64,
    certified: i64,
    programmes: i64,
    leads: i64,
    mdf: i64,
}

impl SliceRow {
    fn sums(&self) -> SliceSums {
        SliceSums {
            revenue: self.revenue,
            won: self.won,
            lost: self.lost,
            registered: self.registered,
            pipeline: self.pipeline,
            open_deals: self.open_deals,
            open_value: self.open_value,
            completions: self.completions,
            certified: self.certified,
            programmes: self.programmes,
            leads: self.leads,
            mdf: self.mdf,
        }
    }
}

fn of_slice(plans: &[PlanId], slice: Slice, as_of: NaiveDate) -> Select<slice_rollup::Entity> {
    use slice_rollup::Column;
    let columns = [
        Column::Revenue,
        Column::Won,
        Column::Lost,
        Column::Registered,
        Column::Pipeline,
        Column::OpenDeals,
        Column::OpenValue,
        Column::Completions,
        Column::Certified,
        Column::Programmes,
        Column::Leads,
        Column::Mdf,
    ];
    let query = slice_rollup::Entity::find()
        .select_only()
        .columns([Column::PlanId, Column::Key])
        .filter(Column::PlanId.is_in(plans.iter().copied()))
        .filter(Column::Slice.eq(slice))
        .filter(Column::Day.lte(as_of))
        .group_by(Column::PlanId)
        .group_by(Column::Key);
    sums::summed(query, &columns)
}

/// What facts add up to by the keys of a slice, as of a day.
pub async fn slices(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
    slice: Slice,
    as_of: NaiveDate,
) -> Result<BTreeMap<(PlanId, String), SliceSums>> {
    let rows: Vec<SliceRow> = of_slice(plans, slice, as_of).into_model().all(db).await?;
    Ok(rows.into_iter().map(|row| ((row.plan_id, row.key.clone()), row.sums())).collect())
}

/// What all facts of each plan add up to, and the deals that were open on the eve of its period.
async fn totals(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
    as_of: NaiveDate,
) -> Result<BTreeMap<PlanId, (SliceSums, i64)>> {
    #[derive(FromQueryResult)]
    struct Row {
        #[sea_orm(nested)]
        slice: SliceRow,
        carried_in: i64,
    }
    let open = Expr::col((slice_rollup::Entity, slice_rollup::Column::OpenDeals));
    let starts_on = Expr::col((plan::Entity, plan::Column::StartsOn));
    let is_before = Expr::col((slice_rollup::Entity, slice_rollup::Column::Day)).lt(starts_on);
    let carried_in = Expr::case(is_before, open).finally(0);
    let to_plan = slice_rollup::Entity::belongs_to(plan::Entity)
        .from(slice_rollup::Column::PlanId)
        .to(plan::Column::Id);
    let query = of_slice(plans, Slice::Total, as_of)
        .join(JoinType::InnerJoin, to_plan.into())
        .column_as(Expr::expr(carried_in).sum().cast_as("bigint"), "carried_in");
    let rows: Vec<Row> = query.into_model().all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.slice.plan_id, (row.slice.sums(), row.carried_in)))
        .collect())
}

/// Days of a target on which its facts, seen through a version's lens, changed something, with what they changed, up to a day.
pub async fn days_of(
    db: &impl ConnectionTrait,
    target: TargetId,
    lens: i32,
    as_of: NaiveDate,
) -> Result<Vec<(NaiveDate, i64)>> {
    let rows = target_rollup::Entity::find()
        .filter(target_rollup::Column::TargetId.eq(target))
        .filter(target_rollup::Column::Version.eq(lens))
        .filter(target_rollup::Column::Day.lte(as_of))
        .order_by_asc(target_rollup::Column::Day)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.day, row.actual)).collect())
}

/// Days of a plan on which its facts changed something, with what they changed, up to a day.
pub async fn days_of_plan(
    db: &impl ConnectionTrait,
    plan: PlanId,
    as_of: NaiveDate,
) -> Result<Vec<slice_rollup::Model>> {
    let rows = slice_rollup::Entity::find()
        .filter(slice_rollup::Column::PlanId.eq(plan))
        .filter(slice_rollup::Column::Slice.eq(Slice::Total))
        .filter(slice_rollup::Column::Day.lte(as_of))
        .order_by_asc(slice_rollup::Column::Day);
    Ok(rows.all(db).await?)
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
