//! Targets as both sides see and change them.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object, OneofObject};

use super::{
    ContextExt,
    dimension::DimensionValue,
    error::{ApiError, payloads},
    history::{self, HistoryEntry},
    page::{PageArgs, Paged},
    plan::{Plan, reading},
    progress::{TargetProgress, figures},
    scalars::{CurrencyCode, Date, Decimal},
};
use crate::{
    domain::{
        id::{DimensionValueId, PlanId, TargetId},
        part::PlanPart,
        phasing::Phasing,
        target::{Dimension, Metric},
    },
    entity::{plan, target},
    service::{progress, splits, targets},
};

/// A measured aim of a plan, perhaps part of a split of another.
#[derive(Clone, Debug, Description)]
pub struct Target {
    /// The plan that it is part of.
    pub plan: Arc<plan::Model>,
    /// The target.
    pub row: target::Model,
}

/// A target of a plan that the viewer sees; one that the plan does not have any more is as it was last written.
pub async fn of_plan(
    ctx: &Context<'_>,
    plan: &Arc<plan::Model>,
    id: TargetId,
) -> Result<Option<Target>, ApiError> {
    let rows = reading(ctx, plan).await?.targets(plan);
    let row = match rows.into_iter().find(|row| row.id == id) {
        Some(row) => Some(row),
        None => Box::pin(targets::find(ctx.op(), id)).await?.map(|(_, row)| row),
    };
    Ok(row.map(|row| Target { plan: Arc::clone(plan), row }))
}

impl Target {
    fn decimal(&self, units: i64) -> Decimal {
        Decimal(self.row.metric.unit(self.plan.currency).decimal(units))
    }
}

#[Object(use_type_description)]
impl Target {
    /// Its id.
    pub async fn id(&self) -> TargetId {
        self.row.id
    }

    /// The plan that it is part of.
    async fn plan(&self) -> Plan {
        Plan(Arc::clone(&self.plan))
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// What is measured.
    async fn metric(&self) -> Metric {
        self.row.metric
    }

    /// Which custom metric; null for the others.
    async fn metric_key(&self) -> Option<&str> {
        self.row.metric_key.as_deref()
    }

    /// What the amounts are in, where the metric is money; null where it counts things.
    async fn currency(&self) -> Option<CurrencyCode> {
        matches!(self.row.metric, Metric::Revenue | Metric::PipelineCreated)
            .then_some(CurrencyCode(self.plan.currency))
    }

    /// What is to be reached by the end of the period.
    async fn amount(&self) -> Decimal {
        self.decimal(self.row.amount)
    }

    /// What the period before reached; null if nobody said.
    async fn baseline(&self) -> Option<Decimal> {
        self.row.baseline.map(|baseline| self.decimal(baseline))
    }

    /// Its share of the plan's score in percent; null when all top-level targets weigh the same.
    async fn weight(&self) -> Option<i32> {
        self.row.weight
    }

    /// The target that it is part of; null for a top-level one.
    async fn parent_id(&self) -> Option<TargetId> {
        self.row.parent_id
    }

    /// In which dimension its parent is split; null for a top-level one.
    async fn split_by(&self) -> Option<Dimension> {
        self.row.split_dimension
    }

    /// Whether it takes all that the other parts of its split do not name.
    async fn is_other(&self) -> bool {
        self.row.is_other
    }

    /// Only facts of this product line count; null for all.
    async fn product_line(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.row.product_line_id).await
    }

    /// Only facts of this market segment count; null for all.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.row.segment_id).await
    }

    /// Only facts of this country or region count; null for all.
    async fn geography(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.row.geography_id).await
    }

    /// What has to be reached in each phase; the amounts add up to the target's exactly.
    async fn phases(&self) -> Result<Vec<Phase>, ApiError> {
        let phases = progress::phases(&self.plan, &self.row)?;
        Ok(phases
            .into_iter()
            .map(|phase| Phase {
                starts_on: Date(phase.period.start),
                ends_on: Date(phase.period.end),
                amount: self.decimal(phase.amount),
            })
            .collect())
    }

    /// Where it stands on a day; null until the plan is signed.
    async fn progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in the vendor's time zone when absent.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<TargetProgress>, ApiError> {
        let figures = figures(ctx, &self.plan, as_of).await?;
        Ok(figures.and_then(|figures| TargetProgress::of(figures, self.row.id)))
    }

    /// What was done to it, by whom, the latest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<HistoryEntry>, ApiError> {
        let args = PageArgs { first, after, last, before };
        Box::pin(history::of_part(ctx, self.plan.id, PlanPart::Target(self.row.id), args)).await
    }
}

async fn value(
    ctx: &Context<'_>,
    id: Option<DimensionValueId>,
) -> Result<Option<DimensionValue>, ApiError> {
    match id {
        Some(id) => Ok(ctx.load(id).await?.map(DimensionValue)),
        None => Ok(None),
    }
}

/// A part of the period with what has to be reached in it.
#[derive(Clone, Debug, async_graphql::SimpleObject)]
#[graphql(name = "TargetPhase")]
pub struct Phase {
    /// Its first day.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Date,
    /// What has to be reached in it.
    pub amount: Decimal,
}

/// How a target spreads over the period: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum PhasingInput {
    /// Evenly by month; give `true`.
    Even(bool),
    /// By quarter of the period: a percentage each, 100 in all.
    QuarterlyWeights(Vec<Decimal>),
    /// By month of the period: a percentage each, 100 in all.
    MonthlyWeights(Vec<Decimal>),
    /// By last period's curve: an amount for each month; an empty list takes the curve from the facts.
    BaselineCurve(Vec<Decimal>),
}

impl From<PhasingInput> for Phasing {
    fn from(input: PhasingInput) -> Self {
        let decimals = |list: Vec<Decimal>| list.into_iter().map(|value| value.0).collect();
        match input {
            PhasingInput::Even(_) => Self::Even,
            PhasingInput::QuarterlyWeights(weights) => {
                Self::Quarterly { weights: decimals(weights) }
            }
            PhasingInput::MonthlyWeights(weights) => Self::Monthly { weights: decimals(weights) },
            PhasingInput::BaselineCurve(curve) => Self::Baseline { curve: decimals(curve) },
        }
    }
}

/// The place of a part in a split.
#[derive(Clone, Debug, InputObject)]
pub struct PartOfInput {
    /// The target that is split.
    pub parent_id: TargetId,
    /// By what.
    pub dimension: Dimension,
    /// Whether this part takes all that its siblings do not name.
    #[graphql(default)]
    pub is_other: bool,
}

/// What a target says.
#[derive(Clone, Debug, InputObject)]
pub struct TargetInput {
    /// Its name.
    pub name: String,
    /// What is measured.
    pub metric: Metric,
    /// Which custom metric; only with `CUSTOM`.
    pub metric_key: Option<String>,
    /// The split that it is part of; kept when a target is edited.
    pub part_of: Option<PartOfInput>,
    /// Only facts of this product line count.
    pub product_line_id: Option<DimensionValueId>,
    /// Only facts of this market segment count.
    pub segment_id: Option<DimensionValueId>,
    /// Only facts of this country or region count.
    pub geography_id: Option<DimensionValueId>,
    /// What is to be reached: money in the plan's currency, or a count.
    pub amount: Decimal,
    /// What the period before reached.
    pub baseline: Option<Decimal>,
    /// Its share of the score in percent, 1 to 100; all top-level targets have one, or none has.
    pub weight: Option<i32>,
    /// How it spreads over the period; evenly when absent.
    pub phasing: Option<PhasingInput>,
}

impl From<TargetInput> for targets::TargetSpec {
    fn from(input: TargetInput) -> Self {
        Self {
            name: input.name,
            metric: input.metric,
            metric_key: input.metric_key,
            part_of: input.part_of.map(|place| targets::PartOf {
                parent: place.parent_id,
                dimension: place.dimension,
                is_other: place.is_other,
            }),
            product_line: input.product_line_id,
            segment: input.segment_id,
            geography: input.geography_id,
            amount: input.amount.0,
            baseline: input.baseline.map(|baseline| baseline.0),
            weight: input.weight,
            phasing: input.phasing.map_or(Phasing::Even, Phasing::from),
        }
    }
}

/// Adds a target to a plan.
#[derive(Clone, Debug, InputObject)]
pub struct AddTargetInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// The target.
    pub target: TargetInput,
}

/// Changes a target.
#[derive(Clone, Debug, InputObject)]
pub struct EditTargetInput {
    /// The target.
    pub target_id: TargetId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// What it says from now on.
    pub target: TargetInput,
}

/// Removes a target with the targets that it is split into.
#[derive(Clone, Debug, InputObject)]
pub struct RemoveTargetInput {
    /// The target.
    pub target_id: TargetId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
}

/// Splits a target by a dimension, into parts that add up exactly.
#[derive(Clone, Debug, InputObject)]
pub struct SplitTargetInput {
    /// The target.
    pub target_id: TargetId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// By what.
    pub dimension: Dimension,
    /// The values that get a part each.
    pub value_ids: Vec<DimensionValueId>,
    /// Whether all that the values do not name gets a part too.
    #[graphql(default)]
    pub with_other: bool,
    /// In what proportion.
    #[graphql(default_with = "splits::Basis::Even")]
    pub basis: splits::Basis,
}

payloads! {
    /// The plan with the new target, or why there is none.
    AddTargetPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan with the changed target, or why it is as before.
    EditTargetPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan without the target, or why it is still there.
    RemoveTargetPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan with the split target, or why it is whole.
    SplitTargetPayload {
        /// The plan.
        plan: Plan
    }
}

/// Mutations of targets.
#[derive(Clone, Copy, Debug, Default)]
pub struct TargetMutation;

#[Object]
impl TargetMutation {
    /// Adds a target to a plan that is a draft or negotiated.
    async fn add_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to add.")] input: AddTargetInput,
    ) -> Result<AddTargetPayload, ApiError> {
        let result =
            targets::add(ctx.op(), input.plan_id, input.expected_revision, input.target.into())
                .await;
        AddTargetPayload::of(result, Plan::from)
    }

    /// Changes a target of a plan that is a draft or negotiated.
    async fn edit_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: EditTargetInput,
    ) -> Result<EditTargetPayload, ApiError> {
        let result =
            targets::edit(ctx.op(), input.target_id, input.expected_revision, input.target.into())
                .await;
        EditTargetPayload::of(result, Plan::from)
    }

    /// Removes a target, with the targets that it is split into.
    async fn remove_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to remove.")] input: RemoveTargetInput,
    ) -> Result<RemoveTargetPayload, ApiError> {
        let result = targets::remove(ctx.op(), input.target_id, input.expected_revision).await;
        RemoveTargetPayload::of(result, Plan::from)
    }

    /// Splits a target by a dimension, evenly or by what the period before achieved; the parts add up exactly.
    async fn split_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to split, and how.")] input: SplitTargetInput,
    ) -> Result<SplitTargetPayload, ApiError> {
        let split = splits::Split {
            dimension: input.dimension,
            values: input.value_ids,
            with_other: input.with_other,
            basis: input.basis,
        };
        let result = splits::split(ctx.op(), input.target_id, input.expected_revision, split).await;
        SplitTargetPayload::of(result, Plan::from)
    }
}
