//! Facts: recorded in batches, read from the ledger, mapped where a value is not known.

use async_graphql::{
    Context, Description, InputObject, InputType, Object, OneofObject, Pos, SimpleObject, Value,
};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    dimension::DimensionValue,
    dispute::Dispute,
    error::{ApiError, MutationError, Outcome, payloads},
    loaders::DisputesOf,
    page::{List, PageArgs, Paged, Total},
    scalars::{CurrencyCode, Date, Decimal, Money},
};
use crate::{
    domain::{
        activity::{
            ActivityKind, CustomFact, DealFact, Feed, MarketingFact, Payload, Provenance,
            SupportFact, TrainingFact,
        },
        commitment::{ResourceKind, SupportKind},
        dispute::DisputeState,
        id::{ActivityId, CommitmentId, DimensionValueId, PartnershipId, PlanId},
        money::{Money as Amount, Unit},
        recording::{Fault, NewActivity},
        target::Dimension,
    },
    entity::activity,
    service::{
        activities::{self, Batch, RecordingMode, RowErrorCode, RowOutcome, RowResult},
        facts,
        page::Found,
        plans,
    },
};

/// A fact of partner activity, as a system or person reported it. Facts are never changed; a later one can supersede it.
#[derive(Clone, Debug, Description)]
pub struct Activity(pub activity::Model);

#[Object(use_type_description)]
impl Activity {
    /// Its id.
    pub async fn id(&self) -> ActivityId {
        self.0.id
    }

    /// The partnership that it is about.
    async fn partnership_id(&self) -> PartnershipId {
        self.0.partnership_id
    }

    /// The system that reported it.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// What that system calls it.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// What happened.
    async fn kind(&self) -> ActivityKind {
        self.0.kind
    }

    /// The feed that brought it.
    async fn feed(&self) -> Feed {
        self.0.kind.feed()
    }

    /// On which day it happened.
    async fn occurred_on(&self) -> Date {
        Date(self.0.occurred_on)
    }

    /// When it was recorded here.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// Who vouches for it.
    async fn provenance(&self) -> Provenance {
        self.0.provenance
    }

    /// The fact that it took the place of.
    async fn supersedes_id(&self) -> Option<ActivityId> {
        self.0.supersedes_id
    }

    /// Whether a later fact has taken its place; then it does not count.
    async fn is_superseded(&self) -> bool {
        self.0.is_superseded
    }

    /// Why it took the place of another.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The product line, in the reporting system's words.
    async fn product_line_text(&self) -> Option<&str> {
        self.0.product_line.as_deref()
    }

    /// The product line or product that those words mean; null if the vendor has not said.
    async fn product_line(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.0.product_line_id).await
    }

    /// The market segment, in the reporting system's words.
    async fn segment_text(&self) -> Option<&str> {
        self.0.segment.as_deref()
    }

    /// The market segment that those words mean; null if the vendor has not said.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.0.segment_id).await
    }

    /// The country, in the reporting system's words.
    async fn country_text(&self) -> Option<&str> {
        self.0.country.as_deref()
    }

    /// The country or region that those words mean; null if the vendor has not said.
    async fn geography(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.0.geography_id).await
    }

    /// The money that it states, in its own currency.
    async fn amount(&self) -> Option<Money> {
        self.0.payload.money().map(Money::from)
    }

    /// What either side has said against it, the latest first; the first is open while the provenance is `DISPUTED`.
    async fn disputes(&self, ctx: &Context<'_>) -> Result<Vec<Dispute>, ApiError> {
        let found = ctx.load(DisputesOf(self.0.id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(Dispute).collect())
    }

    /// What it is about, in the reporting system's words: the deal, the person's pseudonym, the programme, the metric.
    async fn about(&self) -> Option<&str> {
        match &self.0.payload {
            Payload::Deal(deal) => Some(&deal.deal),
            Payload::Training(training) => Some(&training.person),
            Payload::Marketing(marketing) => marketing.programme.as_deref(),
            Payload::Custom(custom) => Some(&custom.metric_key),
            Payload::Support(_) | Payload::Adjustment => None,
        }
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

/// Which facts are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ActivityFilter {
    /// Only of this partnership.
    pub partnership_id: Option<PartnershipId>,
    /// Only of these kinds.
    pub kinds: Option<Vec<ActivityKind>>,
    /// Only from this day on.
    pub occurred_from: Option<Date>,
    /// Only up to this day.
    pub occurred_to: Option<Date>,
    /// Only superseded ones, or only those in force.
    pub is_superseded: Option<bool>,
    /// Only those with a product line, segment or country that the vendor does not know, or only those without.
    pub is_unmapped: Option<bool>,
    /// Only those with a dispute in one of these states.
    pub disputes: Option<Vec<DisputeState>>,
    /// Only those that this plan does not count for want of a planning rate.
    pub unconverted_in_plan_id: Option<PlanId>,
}

/// A page of facts.
pub async fn page(
    ctx: &Context<'_>,
    filter: ActivityFilter,
    args: PageArgs,
) -> Result<Paged<Activity>, ApiError> {
    let list = List::new("activities", &filter);
    let page = list.page(&args)?;
    let op = ctx.op().clone();
    let unconverted_in = match filter.unconverted_in_plan_id {
        Some(id) => {
            let Some(plan) = plans::find(&op, id).await? else {
                // As with any filter, what cannot be seen has nothing.
                let none = Total::new(|| async { Ok(0) });
                return Ok(list.connection(Found::none(), none, |row| row.id.0, Activity));
            };
            Some(plan)
        }
        None => None,
    };
    let filter = facts::ActivityFilter {
        partnership: filter.partnership_id,
        kinds: filter.kinds,
        occurred_from: filter.occurred_from.map(|day| day.0),
        occurred_to: filter.occurred_to.map(|day| day.0),
        recorded_after: None,
        is_superseded: filter.is_superseded,
        is_unmapped: filter.is_unmapped,
        disputes: filter.disputes,
        unconverted_in,
    };
    let found = facts::list(&op, &filter, page).await?;
    let total = Total::new(move || {
        let (op, filter) = (op.clone(), filter.clone());
        async move { facts::count(&op, &filter).await }
    });
    Ok(list.connection(found, total, |row| row.id.0, Activity))
}

/// A text that the vendor's dimensions do not know.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnmappedValue {
    /// The dimension.
    pub dimension: Dimension,
    /// The text, as it was handed in.
    pub text: String,
    /// How many facts carry it; they count in totals and in the rest of a split, in no named part.
    pub activities: i32,
}

impl UnmappedValue {
    /// A text of a dimension.
    pub fn of(dimension: Dimension, value: facts::Unmapped) -> Self {
        let activities = i32::try_from(value.n_facts).unwrap_or(i32::MAX);
        Self { dimension, text: value.text, activities }
    }
}

/// Queries of facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct ActivityQuery;

#[Object]
impl ActivityQuery {
    /// The facts of the viewer's partnerships, the latest recorded first.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which facts are wanted.")] filter: Option<ActivityFilter>,
        #[graphql(desc = "Facts from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Facts from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Activity>, ApiError> {
        page(ctx, filter.unwrap_or_default(), PageArgs { first, after, last, before }).await
    }

    /// The texts of a dimension that the vendor does not know, the most frequent first, at most 100: to be mapped.
    async fn unmapped_values(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which dimension.")] dimension: Dimension,
    ) -> Result<Vec<UnmappedValue>, ApiError> {
        let found = facts::unmapped_values(ctx.op(), dimension, None, 100).await?;
        Ok(found.into_iter().map(|value| UnmappedValue::of(dimension, value)).collect())
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MoneyInput {
    /// The amount, with no more decimal places than the currency has.
    pub amount: Decimal,
    /// The currency.
    pub currency: CurrencyCode,
}

/// What a fact says about a deal; what is absent stays as it was.
#[derive(Clone, Debug, InputObject)]
pub struct DealFactInput {
    /// The deal, as the reporting systems call it; unique within the partnership.
    pub reference: String,
    /// Its value; needed when it is won.
    pub amount: Option<MoneyInput>,
    /// The end customer.
    pub customer: Option<String>,
    /// The partner's salesperson.
    pub rep: Option<String>,
    /// When it is expected to close.
    pub expected_close_on: Option<Date>,
    /// Its stage, in the system's words.
    pub stage: Option<String>,
    /// How likely it is to be won, in percent, with two decimal places at most.
    pub probability: Option<Decimal>,
}

/// What a fact says about a person's training.
#[derive(Clone, Debug, InputObject)]
pub struct TrainingFactInput {
    /// A pseudonym of the person; never a name.
    pub person: String,
    /// The course's or certification's code.
    pub code: String,
    /// The last day on which a certification holds; absent if it does not lapse.
    pub valid_until: Option<Date>,
}

/// What a fact says about a marketing programme.
#[derive(Clone, Debug, InputObject)]
pub struct MarketingFactInput {
    /// The programme, as the reporting system calls it.
    pub programme: Option<String>,
    /// The kind of campaign.
    pub campaign_type: Option<String>,
    /// The co-marketing commitment that it belongs to.
    pub commitment_id: Option<CommitmentId>,
    /// Market development funds spent.
    pub amount: Option<MoneyInput>,
    /// Leads that came in.
    pub leads: Option<i32>,
}

/// What a fact says about support or resources given.
#[derive(Clone, Debug, InputObject)]
pub struct SupportFactInput {
    /// Vendor support, of which kind; or `resource`.
    pub kind: Option<SupportKind>,
    /// A resource of either side, of which kind; or `kind`.
    pub resource: Option<ResourceKind>,
    /// How much: hours, assets, people, units of money; three decimal places at most.
    pub quantity: Decimal,
    /// The commitment that it belongs to.
    pub commitment_id: Option<CommitmentId>,
}

/// What a fact says about a custom metric.
#[derive(Clone, Debug, InputObject)]
pub struct CustomFactInput {
    /// The metric.
    pub metric_key: String,
    /// How much; three decimal places at most.
    pub quantity: Decimal,
    /// The pipeline commitment that it belongs to.
    pub commitment_id: Option<CommitmentId>,
}

/// The details of a fact: exactly one of these, that of the fact's kind.
#[derive(Clone, Debug, OneofObject)]
pub enum ActivityDetailsInput {
    /// A deal's registration and its fate.
    Deal(DealFactInput),
    /// A person's training.
    Training(TrainingFactInput),
    /// A marketing programme.
    Marketing(MarketingFactInput),
    /// Support or resources given.
    Support(SupportFactInput),
    /// A custom metric.
    Custom(CustomFactInput),
    /// Nothing: with the kind `ADJUSTMENT`, the superseded fact is taken back; give `true`.
    Adjustment(bool),
}

/// A fact to be recorded.
#[derive(Clone, Debug, InputObject)]
pub struct ActivityInput {
    /// The partnership that it is about.
    pub partnership_id: PartnershipId,
    /// The system that reports it.
    pub source: String,
    /// What that system calls it; unique per source within the partnership, so that sending it again changes nothing.
    pub external_id: String,
    /// What happened.
    pub kind: ActivityKind,
    /// On which day; not in the future.
    pub occurred_on: Date,
    /// The product line, in the system's words.
    pub product_line: Option<String>,
    /// The market segment, in the system's words.
    pub segment: Option<String>,
    /// The country, in the system's words: an ISO code, or what the vendor has an alias for.
    pub country: Option<String>,
    /// The details.
    pub details: ActivityDetailsInput,
    /// The fact that this one takes the place of.
    pub supersedes: Option<ActivityId>,
    /// Why it does.
    pub reason: Option<String>,
}

impl ActivityInput {
    fn read(self) -> Result<NewActivity, Fault> {
        Ok(NewActivity {
            partnership: self.partnership_id,
            source: self.source,
            external_id: self.external_id,
            kind: self.kind,
            occurred_on: self.occurred_on.0,
            product_line: self.product_line,
            segment: self.segment,
            country: self.country,
            payload: self.details.read()?,
            supersedes: self.supersedes,
            reason: self.reason,
        })
    }
}

impl ActivityDetailsInput {
    fn read(self) -> Result<Payload, Fault> {
        let quantity = |field, value: Decimal| units(field, Unit::Quantity, value);
        Ok(match self {
            Self::Deal(deal) => Payload::Deal(DealFact {
                deal: deal.reference,
                amount: deal.amount.map(|amount| money("deal.amount", amount)).transpose()?,
                customer: deal.customer,
                rep: deal.rep,
                expected_close_on: deal.expected_close_on.map(|day| day.0),
                stage: deal.stage,
                probability: deal
                    .probability
                    .map(|value| percent("deal.probability", value))
                    .transpose()?,
            }),
            Self::Training(training) => Payload::Training(TrainingFact {
                person: training.person,
                code: training.code,
                valid_until: training.valid_until.map(|day| day.0),
            }),
            Self::Marketing(marketing) => Payload::Marketing(MarketingFact {
                programme: marketing.programme,
                campaign_type: marketing.campaign_type,
                commitment: marketing.commitment_id,
                amount: marketing
                    .amount
                    .map(|amount| money("marketing.amount", amount))
                    .transpose()?,
                leads: marketing.leads.map(i64::from),
            }),
            Self::Support(support) => Payload::Support(SupportFact {
                support: support.kind,
                resource: support.resource,
                quantity: quantity("support.quantity", support.quantity)?,
                commitment: support.commitment_id,
            }),
            Self::Custom(custom) => Payload::Custom(CustomFact {
                metric_key: custom.metric_key,
                quantity: quantity("custom.quantity", custom.quantity)?,
                commitment: custom.commitment_id,
            }),
            Self::Adjustment(_) => Payload::Adjustment,
        })
    }
}

/// The input type of a fact.
pub const INPUT: &str = "ActivityInput";

/// A fact that came as a value of the type [`INPUT`]; whether it fits that type has been looked at before.
pub fn read(value: Value) -> Result<NewActivity, Fault> {
    let input = ActivityInput::parse(Some(value))
        .map_err(|error| Fault::new("activity", error.into_server_error(Pos::default()).message))?;
    input.read()
}

fn units(field: &'static str, unit: Unit, value: Decimal) -> Result<i64, Fault> {
    unit.parse(value.0).map_err(|invalid| Fault::new(field, invalid.to_string()))
}

/// The amount that an input states.
pub(super) fn money(field: &'static str, input: MoneyInput) -> Result<Amount, Fault> {
    Amount::parse(input.amount.0, input.currency.0)
        .map_err(|invalid| Fault::new(field, invalid.to_string()))
}

/// A percentage in hundredths of a percent.
pub(super) fn percent(field: &'static str, value: Decimal) -> Result<i32, Fault> {
    let hundredths = value.0.checked_mul(100.into()).map(|value| value.normalize());
    hundredths
        .filter(|value| value.scale() == 0)
        .and_then(|value| i32::try_from(value.mantissa()).ok())
        .ok_or_else(|| Fault::new(field, format!("{} is no percentage", value.0)))
}

/// Facts to be recorded, at most 1,000.
#[derive(Clone, Debug, InputObject)]
pub struct RecordActivitiesInput {
    /// The facts.
    pub activities: Vec<ActivityInput>,
    /// What to do with the good rows when some are bad.
    #[graphql(default_with = "RecordingMode::PerItem")]
    pub mode: RecordingMode,
    /// Only say what would happen.
    #[graphql(default)]
    pub dry_run: bool,
    /// A key of the caller's choice: the same input under the same key gets the same answer for 24 hours.
    pub idempotency_key: Option<String>,
}

/// Why a row was not recorded.
#[derive(Clone, Debug, SimpleObject)]
pub struct ActivityError {
    /// The kind of refusal.
    pub code: RowErrorCode,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where in the input it is: `["activities", "3", "deal", "amount"]`.
    pub path: Vec<String>,
    /// The fact that stands in the way of an `ACTIVITY_CONFLICT`; supersede it, or leave it.
    pub existing_id: Option<ActivityId>,
}

/// What became of a row.
#[derive(Clone, Debug, SimpleObject)]
pub struct ActivityResult {
    /// The row, from 0, in the order of the input.
    pub index: i32,
    /// What became of it.
    pub outcome: RowOutcome,
    /// The fact, new or known; null for a rejected row, and not to be found after a dry run.
    pub activity_id: Option<ActivityId>,
    /// Why it was rejected; empty otherwise.
    pub errors: Vec<ActivityError>,
}

/// What became of each row, in the order of the input.
#[derive(Debug, SimpleObject)]
pub struct RecordActivitiesPayload {
    /// The rows; null when the batch as a whole was refused.
    pub results: Option<Vec<ActivityResult>>,
    /// How many facts are new.
    pub recorded: i32,
    /// How many were known.
    pub duplicates: i32,
    /// How many took the place of another.
    pub superseded: i32,
    /// How many were not recorded.
    pub rejected: i32,
    /// Why the batch as a whole was refused; what is wrong with a row is in its result.
    pub errors: Vec<MutationError>,
}

impl RecordActivitiesPayload {
    fn of(result: crate::error::Result<Vec<RowResult>>) -> Result<Self, ApiError> {
        let Outcome { done, errors } = Outcome::of(result)?;
        let rows = done.as_deref().unwrap_or_default();
        let count = |outcome| {
            let n_rows = rows.iter().filter(|row| row.outcome == outcome).count();
            i32::try_from(n_rows).unwrap_or(i32::MAX)
        };
        Ok(Self {
            recorded: count(RowOutcome::Recorded),
            duplicates: count(RowOutcome::Duplicate),
            superseded: count(RowOutcome::Superseded),
            rejected: count(RowOutcome::Rejected),
            results: done
                .map(|rows| (0..).zip(rows).map(|(index, row)| result_of(index, row)).collect()),
            errors,
        })
    }
}

fn result_of(index: i32, row: RowResult) -> ActivityResult {
    let errors = row.error.into_iter().map(|error| {
        let place = ["activities".to_owned(), index.to_string()];
        ActivityError {
            code: error.code,
            path: place.into_iter().chain(error.field.split('.').map(str::to_owned)).collect(),
            message: format!("{}: {}", error.field, error.message),
            existing_id: error.existing,
        }
    });
    ActivityResult {
        index,
        outcome: row.outcome,
        activity_id: row.activity,
        errors: errors.collect(),
    }
}

/// Maps a text to a value of the vendor's dimension.
#[derive(Clone, Debug, InputObject)]
pub struct MapValueInput {
    /// The dimension.
    pub dimension: Dimension,
    /// The text, as systems write it; upper and lower case are the same.
    pub text: String,
    /// What it means.
    pub value_id: DimensionValueId,
}

/// What mapping a text has changed.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct MappedValue {
    /// How many facts carry the text, and now count where they belong.
    pub activities: i32,
}

payloads! {
    /// What mapping a text has changed, or why it was not mapped.
    MapValuePayload {
        /// What has changed.
        mapped: MappedValue
    }
}

/// Mutations of facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct ActivityMutation;

#[Object]
impl ActivityMutation {
    /// Records facts, row by row: good rows land, each bad row comes back with its index, code and field. Vendor people and systems
    /// record verified facts, partners self-reported ones.
    async fn record_activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to record.")] input: RecordActivitiesInput,
    ) -> Result<RecordActivitiesPayload, ApiError> {
        let batch = Batch {
            rows: input.activities.into_iter().map(ActivityInput::read).collect(),
            mode: input.mode,
            is_dry_run: input.dry_run,
        };
        RecordActivitiesPayload::of(
            activities::record_once(ctx.op(), input.idempotency_key.as_deref(), batch).await,
        )
    }

    /// Maps a text that systems write to a value of the vendor's dimension, and counts the facts that carry it anew.
    async fn map_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to map.")] input: MapValueInput,
    ) -> Result<MapValuePayload, ApiError> {
        let mapping =
            facts::Mapping { dimension: input.dimension, text: input.text, value: input.value_id };
        let result = facts::map_value(ctx.op(), mapping).await;
        MapValuePayload::of(result, |n_facts| MappedValue {
            activities: i32::try_from(n_facts).unwrap_or(i32::MAX),
        })
    }
}
