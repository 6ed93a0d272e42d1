//! Progress as both sides see it: figures, status with its explanation, forecasts side by side, series for charts.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{Hash, Hasher},
    sync::Arc,
};

use async_graphql::{
    ComplexObject, Context, Description, Enum, Object, SimpleObject, dataloader::Loader,
};
use chrono::{Datelike, Days, NaiveDate};

use super::{
    ContextExt,
    dimension::DimensionValue,
    error::ApiError,
    loaders::Loaders,
    plan::{Plan, reading},
    scalars::{Date, Decimal, Money},
    target::Target,
};
use crate::{
    domain::{
        commitment::CommitmentStatus,
        explanation::StatusRule,
        id::{DimensionValueId, PlanId},
        money::{Exact, Unit, exact, ratio},
        progress::TargetStatus,
        score::PlanHealth,
        summary::PlanSummary,
        tally::{Slice, SliceSums},
    },
    entity::{parsed::Parsed, plan},
    service::{
        progress::{self, CommitmentFigures, PlanFigures, TargetFigures},
        readings::Reading,
        summaries, tallies,
    },
};

/// Where a plan stands on a day: an edge of plans, targets and commitments alike.
#[derive(Clone, Debug)]
pub struct FiguresOf {
    plan: Arc<plan::Model>,
    reading: Arc<Reading>,
    day: NaiveDate,
}

impl PartialEq for FiguresOf {
    fn eq(&self, other: &Self) -> bool {
        (self.plan.id, self.day) == (other.plan.id, other.day)
    }
}

impl Eq for FiguresOf {}

impl Hash for FiguresOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.plan.id, self.day).hash(state);
    }
}

impl Loader<FiguresOf> for Loaders {
    type Value = Arc<PlanFigures>;
    type Error = crate::error::Error;

    async fn load(
        &self,
        keys: &[FiguresOf],
    ) -> Result<HashMap<FiguresOf, Self::Value>, Self::Error> {
        let mut by_day: BTreeMap<NaiveDate, BTreeMap<PlanId, FiguresOf>> = BTreeMap::new();
        for key in keys {
            by_day.entry(key.day).or_default().insert(key.plan.id, key.clone());
        }
        let mut found = HashMap::new();
        for (day, mut keys) in by_day {
            let plans = keys.values().map(|key| (Arc::clone(&key.plan), Arc::clone(&key.reading)));
            let db = self.0.db.read();
            for (id, figures) in progress::of_readings(db, plans.collect(), day).await? {
                found.extend(keys.remove(&id).map(|key| (key, Arc::new(figures))));
            }
        }
        Ok(found)
    }
}

/// The day asked for, today at the vendor when none; nothing until the plan is signed.
async fn day(
    ctx: &Context<'_>,
    plan: &plan::Model,
    as_of: Option<Date>,
) -> Result<Option<NaiveDate>, ApiError> {
    match as_of {
        _ if !plan.state.counts() => Ok(None),
        Some(day) => Ok(Some(day.0)),
        None => Ok(Some(super::plan::today(ctx, plan).await?)),
    }
}

/// The figures of a plan on the day asked for, today at the vendor when none; nothing until the plan is signed.
pub async fn figures(
    ctx: &Context<'_>,
    plan: &Arc<plan::Model>,
    as_of: Option<Date>,
) -> Result<Option<Arc<PlanFigures>>, ApiError> {
    let Some(as_of) = day(ctx, plan, as_of).await? else { return Ok(None) };
    let reading = reading(ctx, plan).await?;
    let key = FiguresOf { plan: Arc::clone(plan), reading, day: as_of };
    Ok(ctx.load(key).await?)
}

/// A plan in a few figures on a day: an edge of plans.
#[derive(Clone, Debug)]
pub struct SummaryOf {
    plan: Arc<plan::Model>,
    day: NaiveDate,
}

impl PartialEq for SummaryOf {
    fn eq(&self, other: &Self) -> bool {
        (self.plan.id, self.day) == (other.plan.id, other.day)
    }
}

impl Eq for SummaryOf {}

impl Hash for SummaryOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.plan.id, self.day).hash(state);
    }
}

impl Loader<SummaryOf> for Loaders {
    type Value = Parsed<PlanSummary>;
    type Error = crate::error::Error;

    async fn load(
        &self,
        keys: &[SummaryOf],
    ) -> Result<HashMap<SummaryOf, Self::Value>, Self::Error> {
        let mut by_day: BTreeMap<NaiveDate, BTreeMap<PlanId, SummaryOf>> = BTreeMap::new();
        for key in keys {
            by_day.entry(key.day).or_default().insert(key.plan.id, key.clone());
        }
        let mut found = HashMap::new();
        for (day, mut keys) in by_day {
            let plans = keys.values().map(|key| Arc::clone(&key.plan)).collect();
            for (id, summary) in summaries::of_plans(self.0.db.read(), plans, day).await? {
                found.extend(keys.remove(&id).map(|key| (key, summary)));
            }
        }
        Ok(found)
    }
}

/// Where plans stand, each on its day, in the order of the plans; nothing of a plan that was never signed.
pub async fn progress_of(
    ctx: &Context<'_>,
    plans: Vec<(Arc<plan::Model>, NaiveDate)>,
) -> Result<Vec<PlanProgress>, ApiError> {
    let keys: Vec<SummaryOf> =
        plans.into_iter().map(|(plan, day)| SummaryOf { plan, day }).collect();
    let mut found = ctx.loaders().load_many(keys.clone()).await?;
    Ok(keys
        .into_iter()
        .filter_map(|key| {
            let summary = found.remove(&key)?;
            Some(PlanProgress { plan: key.plan, as_of: key.day, summary })
        })
        .collect())
}

/// Where a target stands on a day, from facts that occurred up to it. Amounts are in the target's unit.
#[derive(Clone, Debug, Description)]
pub struct TargetProgress {
    plan: Arc<PlanFigures>,
    at: usize,
}

impl TargetProgress {
    /// The progress of one of a plan's targets.
    pub fn of(plan: Arc<PlanFigures>, id: crate::domain::id::TargetId) -> Option<Self> {
        let at = plan.targets.iter().position(|figures| figures.target.id == id)?;
        Some(Self { plan, at })
    }

    fn figures(&self) -> &TargetFigures {
        // The position was found in this very list.
        &self.plan.targets[self.at]
    }

    fn unit(&self) -> Unit {
        self.figures().target.metric.unit(self.plan.plan.currency)
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.plan.plan.currency)
    }
}

#[Object(use_type_description)]
impl TargetProgress {
    /// The day, which counts whole.
    async fn as_of(&self) -> Date {
        Date(self.plan.as_of)
    }

    /// What was reached.
    async fn actual(&self) -> Decimal {
        Decimal(self.unit().decimal(self.figures().sums.actual))
    }

    /// What was due by the day, by the target's phasing.
    async fn expected(&self) -> Decimal {
        Decimal(self.unit().round(&self.figures().progress.expected))
    }

    /// Actual ÷ amount, with four decimal places.
    async fn attainment(&self) -> Option<Decimal> {
        self.figures().progress.attainment.as_ref().map(|value| Decimal(ratio(value)))
    }

    /// Actual ÷ expected, with four decimal places; null while nothing is due.
    async fn pace(&self) -> Option<Decimal> {
        self.figures().progress.pace.as_ref().map(|value| Decimal(ratio(value)))
    }

    /// What that means.
    async fn status(&self) -> TargetStatus {
        self.figures().progress.status
    }

    /// Why it has that status, and what brings it back.
    async fn explanation(&self) -> Explanation {
        let explanation = self.plan.explanation(self.figures());
        Explanation {
            rule: explanation.rule,
            threshold: explanation.threshold.map(Decimal),
            gap: Decimal(self.unit().round(&explanation.gap)),
            remaining: Decimal(self.unit().decimal(explanation.remaining)),
            remaining_days: i32::try_from(explanation.remaining_days).unwrap_or(i32::MAX),
            required_per_day: explanation
                .required_per_day
                .as_ref()
                .map(|value| Decimal(self.unit().round(value))),
            deals_needed: explanation.deals_needed.map(|deals| Decimal(deals.into())),
            open_pipeline: explanation.open_pipeline.map(|open| Decimal(self.unit().decimal(open))),
            coverage: explanation.coverage.as_ref().map(|value| Decimal(ratio(value))),
            sentence: explanation.sentence,
        }
    }

    /// Where it may end; the forecasts stand side by side and are never blended.
    async fn forecasts(&self) -> Forecasts {
        let rounded = |value: Option<Exact>| value.map(|value| Decimal(self.unit().round(&value)));
        Forecasts {
            run_rate: rounded(self.figures().run_rate()),
            pipeline: rounded(self.figures().pipeline()),
        }
    }

    /// The part of the actual that the vendor vouches for, from 0 to 1; null while there is nothing.
    async fn verified_share(&self) -> Option<Decimal> {
        let sums = self.figures().sums;
        (sums.actual != 0).then(|| Decimal(ratio(&(exact(sums.verified) / exact(sums.actual)))))
    }

    /// What of the actual one side disputes, in the target's unit; it counts until the dispute is resolved.
    async fn disputed(&self) -> Decimal {
        Decimal(self.unit().decimal(self.figures().sums.disputed))
    }

    /// The part of the actual that one side disputes, from 0 to 1; null while there is nothing.
    async fn disputed_share(&self) -> Option<Decimal> {
        let sums = self.figures().sums;
        (sums.actual != 0).then(|| Decimal(ratio(&(exact(sums.disputed) / exact(sums.actual)))))
    }

    /// Deals won inside the target's restriction.
    async fn won_deals(&self) -> Decimal {
        Decimal(self.figures().sums.won.into())
    }

    /// Deals open inside the target's restriction.
    async fn open_deals(&self) -> Decimal {
        Decimal(self.figures().sums.open_deals.into())
    }

    /// What those open deals are worth.
    async fn open_value(&self) -> Money {
        self.money(self.figures().sums.open_value)
    }

    /// The way to the day, for charts: a point at the end of each interval since the period began.
    async fn series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far the points are apart.", default_with = "Interval::Month")]
        interval: Interval,
    ) -> Result<Vec<SeriesPoint>, ApiError> {
        let figures = self.figures();
        let (target, lens) = (figures.target.id, figures.lens);
        let days = tallies::days_of(ctx.op().db.read(), target, lens, self.plan.as_of);
        let days = Box::pin(days).await?;
        let unit = self.unit();
        let ends =
            interval.ends(self.plan.plan.starts_on, self.plan.as_of.min(self.plan.plan.ends_on));
        let (mut points, mut reached, mut before) = (Vec::with_capacity(ends.len()), 0_i64, 0_i64);
        let mut days = days.into_iter().peekable();
        for ends_on in ends {
            while let Some((_, change)) = days.next_if(|(day, _)| *day <= ends_on) {
                reached = reached.saturating_add(change);
            }
            let due = progress::due(figures.target.metric, &figures.phases, ends_on);
            points.push(SeriesPoint {
                ends_on: Date(ends_on),
                actual: Decimal(unit.decimal(reached)),
                change: Decimal(unit.decimal(reached - before)),
                expected: Decimal(unit.round(&due)),
            });
            before = reached;
        }
        Ok(points)
    }
}

/// Why a target has its status, and what brings it back. Amounts are in the target's unit.
#[derive(Clone, Debug, SimpleObject)]
pub struct Explanation {
    /// The rule that decided, of the eight in order.
    pub rule: StatusRule,
    /// The bound of pace that was reached or missed; null where pace did not decide.
    pub threshold: Option<Decimal>,
    /// Expected less actual; negative when ahead.
    pub gap: Decimal,
    /// Amount less actual; never below 0.
    pub remaining: Decimal,
    /// Days left after the day.
    pub remaining_days: i32,
    /// What each remaining day has to bring; null when none is left or nothing remains.
    pub required_per_day: Option<Decimal>,
    /// How many deals of the average size close what remains.
    pub deals_needed: Option<Decimal>,
    /// What is open and could close it.
    pub open_pipeline: Option<Decimal>,
    /// Open pipeline ÷ what remains, with four decimal places.
    pub coverage: Option<Decimal>,
    /// All that in a sentence.
    pub sentence: String,
}

/// Where a target may end, in its unit.
#[derive(Clone, Debug, SimpleObject)]
pub struct Forecasts {
    /// Actual ÷ the share of the amount that was due; null while nothing was.
    pub run_rate: Option<Decimal>,
    /// Actual plus what is open and should close by the end, times its probability; only for revenue.
    pub pipeline: Option<Decimal>,
}

/// How far the points of a series are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Interval {
    /// A day.
    Day,
    /// A week that ends on Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Interval {
    /// The last days of the intervals from `first` to `last`; the final one is cut at `last`.
    fn ends(self, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
        let mut ends = Vec::new();
        let mut day = first;
        while day <= last {
            let end = match self {
                Self::Day => Some(day),
                Self::Week => day.checked_add_days(Days::new(
                    6 - u64::from(day.weekday().num_days_from_monday()),
                )),
                Self::Month => day
                    .with_day(1)
                    .and_then(|first| first.checked_add_months(chrono::Months::new(1)))
                    .and_then(|next| next.pred_opt()),
            };
            let end = end.unwrap_or(last).min(last);
            ends.push(end);
            match end.succ_opt() {
                Some(next) => day = next,
                None => break,
            }
        }
        ends
    }
}

/// A point of a series, at the end of an interval.
#[derive(Clone, Debug, SimpleObject)]
pub struct SeriesPoint {
    /// The last day of the interval.
    pub ends_on: Date,
    /// What was reached by then, since the period began.
    pub actual: Decimal,
    /// What the interval brought.
    pub change: Decimal,
    /// What was due by then.
    pub expected: Decimal,
}

/// Where a commitment stands on a day.
#[derive(Clone, Debug, SimpleObject)]
pub struct CommitmentProgress {
    /// The day, which counts whole.
    pub as_of: Date,
    /// What was delivered, in the commitment's unit.
    pub delivered: Decimal,
    /// The day on which the promised quantity was reached.
    pub reached_on: Option<Date>,
    /// What that means.
    pub status: CommitmentStatus,
    /// Leads that a co-marketing commitment brought.
    pub leads_delivered: Decimal,
    /// Market development funds that it spent.
    pub mdf_spent: Money,
}

impl CommitmentProgress {
    /// The progress of one of a plan's commitments.
    pub fn of(plan: &PlanFigures, figures: &CommitmentFigures) -> Self {
        let currency = plan.plan.currency;
        let unit = figures.commitment.terms.unit(currency);
        Self {
            as_of: Date(plan.as_of),
            delivered: Decimal(unit.decimal(figures.delivered.sums.delivered)),
            reached_on: figures.delivered.reached_on.map(Date),
            status: figures.status,
            leads_delivered: Decimal(figures.delivered.sums.leads.into()),
            mdf_spent: Money::new(figures.delivered.sums.mdf, currency),
        }
    }
}

/// Where a plan stands on a day, from facts that occurred up to it.
#[derive(Clone, Debug, Description)]
pub struct PlanProgress {
    /// The plan.
    pub plan: Arc<plan::Model>,
    as_of: NaiveDate,
    summary: Parsed<PlanSummary>,
}

impl PlanProgress {
    /// Where a plan stands, worked out.
    pub fn new(figures: PlanFigures) -> Self {
        let summary = figures.summary().into();
        Self { plan: figures.plan, as_of: figures.as_of, summary }
    }

    /// Where a plan stands on the day asked for, today at the vendor when none; nothing until the plan is signed.
    pub async fn of(
        ctx: &Context<'_>,
        plan: &Arc<plan::Model>,
        as_of: Option<Date>,
    ) -> Result<Option<Self>, ApiError> {
        match day(ctx, plan, as_of).await? {
            Some(day) => Ok(progress_of(ctx, vec![(Arc::clone(plan), day)]).await?.pop()),
            None => Ok(None),
        }
    }
}

#[Object(use_type_description)]
impl PlanProgress {
    /// The day, which counts whole.
    async fn as_of(&self) -> Date {
        Date(self.as_of)
    }

    /// The plan.
    async fn plan(&self) -> Plan {
        Plan(Arc::clone(&self.plan))
    }

    /// The number of the version in force on the day: what the figures are judged by.
    async fn version(&self) -> i32 {
        self.summary.version
    }

    /// 0 to 100: the weighted pace of the started top-level targets, each counted to 1 at most; four decimal places.
    async fn score(&self) -> Option<Decimal> {
        self.summary.score.map(Decimal)
    }

    /// What the score means; never better than at risk while a heavy target is behind.
    async fn health(&self) -> PlanHealth {
        self.summary.health
    }

    /// The top-level target that is worst off, so that no score hides it.
    async fn worst_target(&self, ctx: &Context<'_>) -> Result<Option<Target>, ApiError> {
        let Some(worst) = self.summary.worst else { return Ok(None) };
        let row = reading(ctx, &self.plan).await?.target_on(worst, self.as_of);
        Ok(row.map(|row| Target { plan: Arc::clone(&self.plan), row }))
    }

    /// How many targets have each status; those that none has are left out.
    async fn statuses(&self) -> Vec<StatusCount> {
        let count = |&(status, targets)| StatusCount {
            status,
            targets: i32::try_from(targets).unwrap_or(i32::MAX),
        };
        self.summary.statuses.iter().map(count).collect()
    }

    /// The part of what was due so far that the vendor kept on time, from 0 to 1; null while nothing was due.
    async fn vendor_promises_kept(&self) -> Option<Decimal> {
        self.summary.vendor_kept.map(Decimal)
    }

    /// The part of what was due so far that the partner kept on time, from 0 to 1; null while nothing was due.
    async fn partner_promises_kept(&self) -> Option<Decimal> {
        self.summary.partner_kept.map(Decimal)
    }

    /// What all facts of the partnership add up to in the plan's period.
    async fn total(&self) -> Figures {
        Figures { sums: self.summary.total, currency: self.plan.currency }
    }

    /// Deals that were open when the period began; their wins count, their registration does not.
    async fn deals_carried_in(&self) -> Decimal {
        Decimal(self.summary.carried_in.into())
    }

    /// Market development funds and leads of the plan's programmes.
    async fn marketing(&self) -> MarketingFigures {
        let summary = &self.summary;
        let (allocated, spent) = (summary.mdf_allocated, summary.total.mdf);
        let leads = summary.total.leads;
        let money = |minor| Money::new(minor, self.plan.currency);
        MarketingFigures {
            mdf_allocated: money(allocated),
            mdf_spent: money(spent),
            mdf_remaining: money(allocated - spent),
            mdf_utilisation: (allocated != 0)
                .then(|| Decimal(ratio(&(exact(spent) / exact(allocated))))),
            leads_expected: Decimal(summary.leads_expected.into()),
            leads_delivered: Decimal(leads.into()),
            cost_per_lead: (leads > 0).then(|| {
                let cost = exact(spent) / exact(leads);
                let unit = Unit::Money(self.plan.currency);
                Money { amount: Decimal(unit.round(&cost)), ..money(0) }
            }),
        }
    }

    /// The figures cut by one dimension, the largest revenue first; facts without a value there are in the total only.
    async fn breakdown(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How to cut them.")] by: Slice,
    ) -> Result<Vec<Cut>, ApiError> {
        let plan = &self.plan;
        let found =
            Box::pin(tallies::slices(ctx.op().db.read(), &[plan.id], by, self.as_of)).await?;
        let mut cuts: Vec<Cut> = found
            .into_iter()
            .map(|((_, key), sums)| Cut {
                by,
                key,
                figures: Figures { sums, currency: plan.currency },
            })
            .collect();
        cuts.sort_by(|a, b| {
            b.figures.sums.revenue.cmp(&a.figures.sums.revenue).then(a.key.cmp(&b.key))
        });
        Ok(cuts)
    }

    /// The way to the day, for charts: what each interval since the period began brought.
    async fn series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How long an interval is.", default_with = "Interval::Month")]
        interval: Interval,
    ) -> Result<Vec<PlanSeriesPoint>, ApiError> {
        let plan = &self.plan;
        let days = Box::pin(tallies::days_of_plan(ctx.op().db.read(), plan.id, self.as_of)).await?;
        let mut days = days.into_iter().filter(|row| row.day >= plan.starts_on).peekable();
        let mut points = Vec::new();
        for ends_on in interval.ends(plan.starts_on, self.as_of.min(plan.ends_on)) {
            let mut sums = SliceSums::default();
            while let Some(row) = days.next_if(|row| row.day <= ends_on) {
                sums = sums.plus(crate::service::rollups::slice_sums(&row), 1).unwrap_or(sums);
            }
            points.push(PlanSeriesPoint {
                ends_on: Date(ends_on),
                change: Figures { sums, currency: plan.currency },
            });
        }
        Ok(points)
    }
}

/// How many targets have a status.
#[derive(Clone, Debug, SimpleObject)]
pub struct StatusCount {
    /// The status.
    pub status: TargetStatus,
    /// How many targets have it.
    pub targets: i32,
}

/// What an interval brought to a plan.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanSeriesPoint {
    /// The last day of the interval.
    pub ends_on: Date,
    /// What the interval changed.
    pub change: Figures,
}

/// Market development funds and leads of a plan's programmes.
#[derive(Clone, Debug, SimpleObject)]
pub struct MarketingFigures {
    /// Funds that the plan's commitments allocate.
    pub mdf_allocated: Money,
    /// Funds spent; more than allocated is a fact, not an error.
    pub mdf_spent: Money,
    /// Allocated less spent.
    pub mdf_remaining: Money,
    /// Spent ÷ allocated, with four decimal places; null while none is allocated.
    pub mdf_utilisation: Option<Decimal>,
    /// Leads that the plan's commitments expect.
    pub leads_expected: Decimal,
    /// Leads that came in.
    pub leads_delivered: Decimal,
    /// Funds spent ÷ leads delivered; null without leads.
    pub cost_per_lead: Option<Money>,
}

/// What facts add up to, in a whole plan or a cut of it.
#[derive(Clone, Copy, Debug, Description)]
pub struct Figures {
    sums: SliceSums,
    currency: crate::domain::money::Currency,
}

#[Object(use_type_description)]
impl Figures {
    /// Revenue of won deals.
    async fn revenue(&self) -> Money {
        Money::new(self.sums.revenue, self.currency)
    }

    /// Deals won.
    async fn deals_won(&self) -> Decimal {
        Decimal(self.sums.won.into())
    }

    /// Deals lost.
    async fn deals_lost(&self) -> Decimal {
        Decimal(self.sums.lost.into())
    }

    /// Won ÷ (won + lost), with four decimal places; null while nothing closed.
    async fn win_rate(&self) -> Option<Decimal> {
        let closed = self.sums.won + self.sums.lost;
        (closed > 0).then(|| Decimal(ratio(&(exact(self.sums.won) / exact(closed)))))
    }

    /// Deals registered.
    async fn deals_registered(&self) -> Decimal {
        Decimal(self.sums.registered.into())
    }

    /// Approved registrations.
    async fn pipeline_created(&self) -> Money {
        Money::new(self.sums.pipeline, self.currency)
    }

    /// Deals open.
    async fn deals_open(&self) -> Decimal {
        Decimal(self.sums.open_deals.into())
    }

    /// What the open deals are worth.
    async fn open_value(&self) -> Money {
        Money::new(self.sums.open_value, self.currency)
    }

    /// Courses completed.
    async fn training_completions(&self) -> Decimal {
        Decimal(self.sums.completions.into())
    }

    /// People certified; known for the whole plan only.
    async fn certified_people(&self) -> Decimal {
        Decimal(self.sums.certified.into())
    }

    /// Marketing programmes carried out.
    async fn programmes_executed(&self) -> Decimal {
        Decimal(self.sums.programmes.into())
    }

    /// Leads that came in.
    async fn leads(&self) -> Decimal {
        Decimal(self.sums.leads.into())
    }

    /// Market development funds spent.
    async fn mdf_spent(&self) -> Money {
        Money::new(self.sums.mdf, self.currency)
    }
}

/// A cut of a plan's figures.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Cut {
    /// How they are cut.
    pub by: Slice,
    /// The value's id for product lines, segments and geographies; else the code, campaign type or salesperson.
    pub key: String,
    /// The figures.
    pub figures: Figures,
}

#[ComplexObject]
impl Cut {
    /// The dimension's value; null where the cut is not by a dimension.
    async fn value(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        match self.key.parse::<DimensionValueId>() {
            Ok(id) => Ok(ctx.load(id).await?.map(DimensionValue)),
            Err(_) => Ok(None),
        }
    }
}
