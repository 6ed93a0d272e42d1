//! Deals as CRMs hold them, handed in as they stand.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{
    ContextExt,
    activity::{MoneyInput, money, percent},
    error::{ApiError, MutationError, Outcome},
    scalars::{Date, Decimal},
};
use crate::{
    domain::{
        activity::ActivityKind,
        deal::snapshot::{DealSnapshot, DealSnapshotState},
        id::{ActivityId, PartnershipId},
    },
    service::{
        activities::{RecordingMode, RowErrorCode},
        deal_snapshots::{self, DealOutcome, SaidFact, Snapshots, Unread},
    },
};

/// A deal as a CRM holds it at the end of a day; what is absent is not said, and stays as it was.
#[derive(Clone, Debug, InputObject)]
pub struct DealSnapshotInput {
    /// The partnership that it is about.
    pub partnership_id: PartnershipId,
    /// The system that holds it.
    pub source: String,
    /// The deal, as the reporting systems call it; unique within the partnership, whatever the system.
    pub reference: String,
    /// The day at whose end it stood so; not in the future, and not before what is known of the deal.
    pub as_of: Date,
    /// Where it stands.
    pub state: DealSnapshotState,
    /// Its value: expected while open, final when won. A won deal needs it, here or before.
    pub amount: Option<MoneyInput>,
    /// The end customer.
    pub customer: Option<String>,
    /// The partner's salesperson.
    pub rep: Option<String>,
    /// The product line, in the system's words.
    pub product_line: Option<String>,
    /// The market segment, in the system's words.
    pub segment: Option<String>,
    /// The country, in the system's words: an ISO code, or what the vendor has an alias for.
    pub country: Option<String>,
    /// Its stage, in the system's words.
    pub stage: Option<String>,
    /// How likely it is to be won, in percent, with two decimal places at most.
    pub probability: Option<Decimal>,
    /// When it is expected to close.
    pub expected_close_on: Option<Date>,
    /// When it was registered; an open deal that is new and does not say is registered as of the snapshot.
    pub registered_on: Option<Date>,
    /// When its registration was approved.
    pub approved_on: Option<Date>,
    /// When it was won, lost, rejected or expired; the snapshot's day unless said.
    pub closed_on: Option<Date>,
}

impl DealSnapshotInput {
    fn read(self) -> Result<DealSnapshot, Unread> {
        let amount = self.amount.map(|input| {
            let value = format!("{} {}", input.amount.0, input.currency.0);
            money("amount", input).map_err(|fault| Unread { fault, value })
        });
        let probability = self.probability.map(|input| {
            let value = input.0.to_string();
            percent("probability", input).map_err(|fault| Unread { fault, value })
        });
        let day = |on: Option<Date>| on.map(|on| on.0);
        Ok(DealSnapshot {
            partnership: self.partnership_id,
            source: self.source,
            reference: self.reference,
            as_of: self.as_of.0,
            state: self.state,
            amount: amount.transpose()?,
            customer: self.customer,
            rep: self.rep,
            product_line: self.product_line,
            segment: self.segment,
            country: self.country,
            stage: self.stage,
            probability: probability.transpose()?,
            expected_close_on: day(self.expected_close_on),
            registered_on: day(self.registered_on),
            approved_on: day(self.approved_on),
            closed_on: day(self.closed_on),
        })
    }
}

/// Deals as a CRM holds them, at most 1,000, each once.
#[derive(Clone, Debug, InputObject)]
pub struct UpsertDealsInput {
    /// The deals.
    pub deals: Vec<DealSnapshotInput>,
    /// What to do with the good ones when some are bad.
    #[graphql(default_with = "RecordingMode::PerItem")]
    pub mode: RecordingMode,
    /// Only say what would happen.
    #[graphql(default)]
    pub dry_run: bool,
    /// A key of the caller's choice: the same input under the same key gets the same answer for 24 hours.
    pub idempotency_key: Option<String>,
}

/// A fact that a snapshot said and that was not known.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct DerivedActivity {
    /// The fact; not to be found after a dry run.
    pub activity_id: ActivityId,
    /// What happened.
    pub kind: ActivityKind,
    /// On which day.
    pub occurred_on: Date,
    /// The fact that stated another day or amount, whose place it took.
    pub supersedes_id: Option<ActivityId>,
}

impl From<SaidFact> for DerivedActivity {
    fn from(fact: SaidFact) -> Self {
        let SaidFact { activity, kind, occurred_on, supersedes } = fact;
        Self {
            activity_id: activity,
            kind,
            occurred_on: Date(occurred_on),
            supersedes_id: supersedes,
        }
    }
}

/// Why a deal was not taken in.
#[derive(Clone, Debug, SimpleObject)]
pub struct DealError {
    /// The kind of refusal.
    pub code: RowErrorCode,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where in the input it is: `["deals", "3", "closedOn"]`.
    pub path: Vec<String>,
    /// What stands there; null where nothing does.
    pub value: Option<String>,
    /// The fact that stands in the way.
    pub existing_id: Option<ActivityId>,
}

/// What became of a deal.
#[derive(Clone, Debug, SimpleObject)]
pub struct DealResult {
    /// The deal, from 0, in the order of the input.
    pub index: i32,
    /// What became of it.
    pub outcome: DealOutcome,
    /// The facts that were derived and recorded, in their order; none when nothing is new.
    pub activities: Vec<DerivedActivity>,
    /// Why it was rejected; empty otherwise.
    pub errors: Vec<DealError>,
}

impl DealResult {
    fn of(index: i32, result: deal_snapshots::DealResult) -> Self {
        let errors = result.error.into_iter().map(|refused| {
            let error = refused.error;
            DealError {
                code: error.code,
                message: format!("{}: {}", error.field, error.message),
                path: vec!["deals".to_owned(), index.to_string(), error.field],
                value: refused.value,
                existing_id: error.existing,
            }
        });
        Self {
            index,
            outcome: result.outcome,
            activities: result.facts.into_iter().map(DerivedActivity::from).collect(),
            errors: errors.collect(),
        }
    }
}

/// What became of each deal, in the order of the input.
#[derive(Debug, SimpleObject)]
pub struct UpsertDealsPayload {
    /// The deals; null when the batch as a whole was refused.
    pub results: Option<Vec<DealResult>>,
    /// How many said something new.
    pub recorded: i32,
    /// How many said nothing new.
    pub unchanged: i32,
    /// How many were not taken in.
    pub rejected: i32,
    /// Why the batch as a whole was refused; what is wrong with a deal is in its result.
    pub errors: Vec<MutationError>,
}

/// What CRMs do about deals.
#[derive(Clone, Copy, Debug, Default)]
pub struct DealMutation;

#[Object]
impl DealMutation {
    /// Takes in deals as a CRM holds them: the facts that they say and that are not known yet are derived and recorded, by the rules of
    /// `recordActivities` and with the same provenance. The same deals sent again change nothing.
    async fn upsert_deals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deals.")] input: UpsertDealsInput,
    ) -> Result<UpsertDealsPayload, ApiError> {
        let batch = Snapshots {
            rows: input.deals.into_iter().map(DealSnapshotInput::read).collect(),
            mode: input.mode,
            is_dry_run: input.dry_run,
        };
        let result =
            deal_snapshots::upsert(ctx.op(), input.idempotency_key.as_deref(), batch).await;
        let Outcome { done, errors } = Outcome::of(result)?;
        let count = |outcome| {
            let rows = done.iter().flatten().filter(|row| row.outcome == outcome);
            i32::try_from(rows.count()).unwrap_or(i32::MAX)
        };
        Ok(UpsertDealsPayload {
            recorded: count(DealOutcome::Recorded),
            unchanged: count(DealOutcome::Unchanged),
            rejected: count(DealOutcome::Rejected),
            results: done.map(|rows| {
                (0..).zip(rows).map(|(index, row)| DealResult::of(index, row)).collect()
            }),
            errors,
        })
    }
}
