//! What can be proposed for a single field, as a client says it.

use async_graphql::{InputObject, InputType, MaybeUndefined};

use super::{
    commitment::CommitmentTermsInput,
    planning::ObjectiveInput,
    scalars::{CurrencyCode, Date, Decimal},
    target::PhasingInput,
};
use crate::{
    domain::{
        commitment::OwedBy,
        content::{Objective, ReviewCadence},
        id::{CommitmentId, DimensionValueId, ObjectiveId, TargetId, UserId},
        money::Currency,
        negotiation::{CommitmentField, FieldChange, PlanField, TargetField},
        phasing::Phasing,
        review::{Cadence, DEFAULT_OFFSET_DAYS, ReviewFormat, ReviewKind},
        target::Metric,
    },
    error::Result,
    op::Op,
    service::terms,
};

/// A value for a single field: of the plan, of a target or of a commitment. Exactly one field in all; null proposes to leave it empty.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CounterProposalChangeInput {
    /// A field of the plan itself.
    pub plan: Option<PlanFieldInput>,
    /// A field of a target.
    pub target: Option<TargetFieldInput>,
    /// A field of a commitment.
    pub commitment: Option<CommitmentFieldInput>,
}

/// When a plan is reviewed.
#[derive(Clone, Debug, InputObject)]
pub struct ReviewCadenceInput {
    /// How often.
    pub cadence: Cadence,
    /// What kind of review.
    pub kind: ReviewKind,
    /// How the people meet.
    pub format: ReviewFormat,
    /// Days after the end of what is reviewed, 0 to 90; 10 when absent.
    pub offset_days: Option<i32>,
    /// The days, only with the cadence `DATES`.
    #[graphql(default)]
    pub dates: Vec<Date>,
}

/// What a unit of another currency is worth in the plan's.
#[derive(Clone, Debug, InputObject)]
pub struct ExchangeRateInput {
    /// The other currency.
    pub currency: CurrencyCode,
    /// Units of the plan's currency for one of it.
    pub rate: Decimal,
}

/// A field of a plan; what is absent is not proposed.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PlanFieldInput {
    /// Its name.
    pub name: Option<String>,
    /// Where both want to be.
    pub vision: MaybeUndefined<String>,
    /// Why customers buy from both together.
    pub value_proposition: MaybeUndefined<String>,
    /// What has to go right.
    pub success_factors: Option<Vec<String>>,
    /// What both do well.
    pub strengths: Option<Vec<String>>,
    /// What both lack.
    pub weaknesses: Option<Vec<String>>,
    /// What the market offers.
    pub opportunities: Option<Vec<String>>,
    /// What could go wrong.
    pub threats: Option<Vec<String>>,
    /// What the plan is to achieve.
    pub objectives: Option<Vec<ObjectiveInput>>,
    /// The vendor's executive sponsor.
    pub vendor_sponsor_id: Option<UserId>,
    /// The partner's executive sponsor.
    pub partner_sponsor_id: Option<UserId>,
    /// When it is reviewed.
    pub review_cadence: Option<ReviewCadenceInput>,
    /// The planning rate of another currency.
    pub exchange_rate: Option<ExchangeRateInput>,
}

/// A field of a target; what is absent is not proposed.
#[derive(Clone, Debug, InputObject)]
pub struct TargetFieldInput {
    /// The target.
    pub target_id: TargetId,
    /// Its name.
    pub name: Option<String>,
    /// What is measured.
    pub metric: Option<Metric>,
    /// Which custom metric.
    pub metric_key: MaybeUndefined<String>,
    /// Only facts of this product line count; null for all.
    pub product_line_id: MaybeUndefined<DimensionValueId>,
    /// Only facts of this market segment count; null for all.
    pub segment_id: MaybeUndefined<DimensionValueId>,
    /// Only facts of this country or region count; null for all.
    pub geography_id: MaybeUndefined<DimensionValueId>,
    /// What is to be reached: money in the plan's currency, or a count.
    pub amount: Option<Decimal>,
    /// What the period before reached.
    pub baseline: MaybeUndefined<Decimal>,
    /// Its share of the score in percent, 1 to 100.
    pub weight: MaybeUndefined<i32>,
    /// How it spreads over the period.
    pub phasing: Option<PhasingInput>,
}

/// A field of a commitment; what is absent is not proposed.
#[derive(Clone, Debug, InputObject)]
pub struct CommitmentFieldInput {
    /// The commitment.
    pub commitment_id: CommitmentId,
    /// Its title.
    pub title: Option<String>,
    /// Who owes it.
    pub owed_by: Option<OwedBy>,
    /// Who sees to it: a person of the side that owes it.
    pub owner_id: MaybeUndefined<UserId>,
    /// When it begins.
    pub starts_on: Option<Date>,
    /// When it is due.
    pub due_on: MaybeUndefined<Date>,
    /// How much is promised, in the unit of its kind.
    pub quantity: Option<Decimal>,
    /// What exactly.
    pub terms: Option<CommitmentTermsInput>,
    /// Market development funds that the vendor gives; of co-marketing alone.
    pub mdf_allocated: Option<Decimal>,
    /// What the partner adds; of co-marketing alone.
    pub partner_co_funding: Option<Decimal>,
    /// Leads that both expect; of co-marketing alone.
    pub expected_leads: Option<i32>,
}

impl CounterProposalChangeInput {
    /// Which objective of the plan each proposed one is, unless it is new.
    pub fn kept(&self) -> Vec<Option<ObjectiveId>> {
        let objectives = self.plan.iter().filter_map(|plan| plan.objectives.as_ref());
        objectives.flatten().map(|objective| objective.id).collect()
    }

    /// Every field that is given, in a plan of `currency`.
    pub fn changes(self, op: &Op, currency: Currency) -> Result<Vec<FieldChange>> {
        let mut changes = Vec::new();
        if let Some(plan) = self.plan {
            let fields = plan.fields(op)?.into_iter().flatten();
            changes.extend(fields.map(|change| FieldChange::Plan { change }));
        }
        if let Some(target) = self.target {
            let id = target.target_id;
            let fields = target.fields().into_iter().flatten();
            changes.extend(fields.map(|change| FieldChange::Target { id, change }));
        }
        if let Some(commitment) = self.commitment {
            let id = commitment.commitment_id;
            let fields = commitment.fields(currency)?.into_iter().flatten();
            changes.extend(fields.map(|change| FieldChange::Commitment { id, change }));
        }
        Ok(changes)
    }
}

impl PlanFieldInput {
    fn fields(self, op: &Op) -> Result<[Option<PlanField>; 13]> {
        let objectives = |inputs: Vec<ObjectiveInput>| {
            let objective = |input: ObjectiveInput| Objective {
                id: input.id.unwrap_or_else(|| op.mint()),
                title: input.title,
                description: input.description,
            };
            PlanField::Objectives(inputs.into_iter().map(objective).collect())
        };
        let cadence = self.review_cadence.map(ReviewCadenceInput::cadence).transpose()?;
        Ok([
            self.name.map(PlanField::Name),
            given(self.vision, PlanField::Vision),
            given(self.value_proposition, PlanField::ValueProposition),
            self.success_factors.map(PlanField::SuccessFactors),
            self.strengths.map(PlanField::Strengths),
            self.weaknesses.map(PlanField::Weaknesses),
            self.opportunities.map(PlanField::Opportunities),
            self.threats.map(PlanField::Threats),
            self.objectives.map(objectives),
            self.vendor_sponsor_id.map(|sponsor| PlanField::VendorSponsor(Some(sponsor))),
            self.partner_sponsor_id.map(|sponsor| PlanField::PartnerSponsor(Some(sponsor))),
            cadence.map(|cadence| PlanField::ReviewCadence(Some(cadence))),
            self.exchange_rate.map(|input| PlanField::ExchangeRate {
                currency: input.currency.0,
                rate: Some(input.rate.0),
            }),
        ])
    }
}

impl ReviewCadenceInput {
    fn cadence(self) -> Result<ReviewCadence> {
        let offset_days = match self.offset_days {
            None => DEFAULT_OFFSET_DAYS,
            Some(days) => u32::try_from(days).map_err(|_negative| terms::bad_offset(days))?,
        };
        Ok(ReviewCadence {
            cadence: self.cadence,
            kind: self.kind,
            format: self.format,
            offset_days,
            dates: self.dates.into_iter().map(|day| day.0).collect(),
        })
    }
}

impl TargetFieldInput {
    fn fields(self) -> [Option<TargetField>; 10] {
        [
            self.name.map(TargetField::Name),
            self.metric.map(TargetField::Metric),
            given(self.metric_key, TargetField::MetricKey),
            given(self.product_line_id, TargetField::ProductLine),
            given(self.segment_id, TargetField::Segment),
            given(self.geography_id, TargetField::Geography),
            self.amount.map(|amount| TargetField::Amount(amount.0)),
            given(self.baseline, |value| TargetField::Baseline(value.map(|value| value.0))),
            given(self.weight, TargetField::Weight),
            self.phasing.map(|phasing| TargetField::Phasing(Phasing::from(phasing))),
        ]
    }
}

impl CommitmentFieldInput {
    fn fields(self, currency: Currency) -> Result<[Option<CommitmentField>; 10]> {
        let terms = self.terms.map(|terms| terms.terms(currency)).transpose()?;
        Ok([
            self.title.map(CommitmentField::Title),
            self.owed_by.map(CommitmentField::OwedBy),
            given(self.owner_id, CommitmentField::Owner),
            self.starts_on.map(|day| CommitmentField::StartsOn(day.0)),
            given(self.due_on, |day| CommitmentField::DueOn(day.map(|day| day.0))),
            self.quantity.map(|quantity| CommitmentField::Quantity(quantity.0)),
            terms.map(CommitmentField::Terms),
            self.mdf_allocated.map(|value| CommitmentField::MdfAllocated(Some(value.0))),
            self.partner_co_funding.map(|value| CommitmentField::PartnerCoFunding(Some(value.0))),
            self.expected_leads.map(|leads| CommitmentField::ExpectedLeads(Some(leads.into()))),
        ])
    }
}

/// What is proposed for a field that can be empty, as `field` says it; none where nothing is.
fn given<T: InputType, F>(
    value: MaybeUndefined<T>,
    field: impl FnOnce(Option<T>) -> F,
) -> Option<F> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(field(None)),
        MaybeUndefined::Value(value) => Some(field(Some(value))),
    }
}
