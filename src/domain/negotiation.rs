//! Counter-proposals: another value for a single field of a plan, and what becomes of it (domain §4).

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    commitment::OwedBy,
    content::{Objective, ReviewCadence},
    id::{CommitmentId, DimensionValueId, PlanId, TargetId, UserId},
    money::Currency,
    part::PlanPart,
    phasing::Phasing,
    target::Metric,
    terms::Terms,
};

/// Counter-proposals of one plan that can be open at the same time.
pub const MOST_OPEN: u64 = 200;

/// Proposals in one thread at most.
pub const LONGEST_THREAD: u64 = 100;

/// What has become of a counter-proposal.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CounterProposalState {
    /// The other side has not answered yet.
    Open,
    /// The other side took it: the field has the value.
    Accepted,
    /// The other side refused it, with a reason.
    Rejected,
    /// The other side proposed yet another value.
    Countered,
    /// The proposer's side took it back.
    Withdrawn,
    /// The field got another value meanwhile, or is gone.
    Outdated,
}

/// What ends a counter-proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The other side takes the value.
    Accept,
    /// The other side refuses it.
    Reject,
    /// The other side proposes another value.
    Counter,
    /// The proposer's side takes it back.
    Withdraw,
    /// The field got another value.
    Outdate,
}

/// It was answered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled(pub CounterProposalState);

impl CounterProposalState {
    /// The state after an answer; only what is open can be answered.
    pub fn after(self, answer: Answer) -> Result<Self, Settled> {
        match (self, answer) {
            (Self::Open, Answer::Accept) => Ok(Self::Accepted),
            (Self::Open, Answer::Reject) => Ok(Self::Rejected),
            (Self::Open, Answer::Counter) => Ok(Self::Countered),
            (Self::Open, Answer::Withdraw) => Ok(Self::Withdrawn),
            (Self::Open, Answer::Outdate) => Ok(Self::Outdated),
            (settled, _) => Err(Settled(settled)),
        }
    }
}

impl fmt::Display for CounterProposalState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Countered => "countered",
            Self::Withdrawn => "withdrawn",
            Self::Outdated => "outdated",
        })
    }
}

/// A single field of a plan, of one of its targets or commitments, with a value for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "of", rename_all = "camelCase")]
pub enum FieldChange {
    /// Of the plan itself.
    Plan {
        /// The field.
        change: PlanField,
    },
    /// Of a target.
    Target {
        /// The target.
        id: TargetId,
        /// The field.
        change: TargetField,
    },
    /// Of a commitment.
    Commitment {
        /// The commitment.
        id: CommitmentId,
        /// The field.
        change: CommitmentField,
    },
}

/// A field of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
pub enum PlanField {
    /// Its name.
    Name(String),
    /// Where both want to be.
    Vision(Option<String>),
    /// Why customers buy from both together.
    ValueProposition(Option<String>),
    /// What has to go right.
    SuccessFactors(Vec<String>),
    /// What both do well.
    Strengths(Vec<String>),
    /// What both lack.
    Weaknesses(Vec<String>),
    /// What the market offers.
    Opportunities(Vec<String>),
    /// What could go wrong.
    Threats(Vec<String>),
    /// What the plan is to achieve.
    Objectives(Vec<Objective>),
    /// The vendor's executive sponsor.
    #[serde(rename = "vendorSponsorId")]
    VendorSponsor(Option<UserId>),
    /// The partner's executive sponsor.
    #[serde(rename = "partnerSponsorId")]
    PartnerSponsor(Option<UserId>),
    /// When it is reviewed.
    ReviewCadence(Option<ReviewCadence>),
    /// What another currency is worth in the plan's.
    ExchangeRate {
        /// The other currency.
        currency: Currency,
        /// Units of the plan's currency for one of it.
        rate: Option<Decimal>,
    },
}

/// A field of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
pub enum TargetField {
    /// Its name.
    Name(String),
    /// What is measured.
    Metric(Metric),
    /// Which custom metric.
    MetricKey(Option<String>),
    /// Only this product line.
    #[serde(rename = "productLineId")]
    ProductLine(Option<DimensionValueId>),
    /// Only this segment.
    #[serde(rename = "segmentId")]
    Segment(Option<DimensionValueId>),
    /// Only this geography.
    #[serde(rename = "geographyId")]
    Geography(Option<DimensionValueId>),
    /// What is to be reached.
    Amount(Decimal),
    /// Last period's actual.
    Baseline(Option<Decimal>),
    /// Its share of the score.
    Weight(Option<i32>),
    /// How it spreads over the period.
    Phasing(Phasing),
}

/// A field of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
pub enum CommitmentField {
    /// Its title.
    Title(String),
    /// Who owes it.
    OwedBy(OwedBy),
    /// Who sees to it.
    #[serde(rename = "ownerId")]
    Owner(Option<UserId>),
    /// When it begins.
    StartsOn(NaiveDate),
    /// When it is due.
    DueOn(Option<NaiveDate>),
    /// How much is promised.
    Quantity(Decimal),
    /// What exactly.
    Terms(Terms),
    /// Market development funds that the vendor gives; of co-marketing alone.
    MdfAllocated(Option<Decimal>),
    /// What the partner adds; of co-marketing alone.
    PartnerCoFunding(Option<Decimal>),
    /// Leads that both expect; of co-marketing alone.
    ExpectedLeads(Option<i64>),
}

impl FieldChange {
    /// What the field is of.
    pub fn part(&self, plan: PlanId) -> PlanPart {
        match self {
            Self::Plan { .. } => PlanPart::Plan(plan),
            Self::Target { id, .. } => PlanPart::Target(*id),
            Self::Commitment { id, .. } => PlanPart::Commitment(*id),
        }
    }

    /// Where the field stands, by the names that an input gives it: `target.amount`.
    pub fn path(&self) -> String {
        let (of, kept) = self.kept();
        let field = kept.get("field").and_then(Value::as_str).unwrap_or_default();
        match (of, &kept["value"]["currency"]) {
            ("plan", Value::String(currency)) => format!("plan.{field}.{currency}"),
            _ => format!("{of}.{field}"),
        }
    }

    /// The value, as JSON.
    pub fn value(&self) -> Value {
        let (_, mut kept) = self.kept();
        match self {
            Self::Plan { change: PlanField::ExchangeRate { .. } } => kept["value"]["rate"].take(),
            _ => kept["value"].take(),
        }
    }

    /// The value in words; none where there is none.
    pub fn text(&self) -> Option<String> {
        said(&self.value())
    }

    fn kept(&self) -> (&'static str, Value) {
        let (of, kept) = match self {
            Self::Plan { change } => ("plan", serde_json::to_value(change)),
            Self::Target { change, .. } => ("target", serde_json::to_value(change)),
            Self::Commitment { change, .. } => ("commitment", serde_json::to_value(change)),
        };
        (of, kept.unwrap_or_default())
    }
}

/// A value as people read it: lists and objects become rows of words.
fn said(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(said).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields
            .iter()
            .filter_map(|(name, value)| said(value).map(|text| format!("{name} {text}")))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_what_is_open_is_answered_and_once() {
        use CounterProposalState::{Accepted, Countered, Open, Outdated, Rejected, Withdrawn};
        let ends = [
            (Answer::Accept, Accepted),
            (Answer::Reject, Rejected),
            (Answer::Counter, Countered),
            (Answer::Withdraw, Withdrawn),
            (Answer::Outdate, Outdated),
        ];
        for (answer, end) in ends {
            assert_eq!(Open.after(answer), Ok(end));
            for (again, _) in ends {
                assert_eq!(end.after(again), Err(Settled(end)));
            }
        }
    }

    #[track_caller]
    fn check(change: FieldChange, path: &str, text: Option<&str>) {
        assert_eq!(change.path(), path);
        assert_eq!(change.text().as_deref(), text);
        let kept = serde_json::to_value(&change).unwrap();
        assert_eq!(serde_json::from_value::<FieldChange>(kept).unwrap(), change);
    }

    #[test]
    fn a_change_says_where_and_what() {
        let target = |change| FieldChange::Target { id: TargetId(Uuid::from_u128(1)), change };
        let promise =
            |change| FieldChange::Commitment { id: CommitmentId(Uuid::from_u128(1)), change };
        let plan = |change| FieldChange::Plan { change };
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        check(target(TargetField::Amount(decimal("5.00"))), "target.amount", Some("5.00"));
        check(target(TargetField::Weight(Some(30))), "target.weight", Some("30"));
        check(target(TargetField::Baseline(None)), "target.baseline", None);
        let weights = ["15", "85"].map(decimal).to_vec();
        check(
            target(TargetField::Phasing(Phasing::Quarterly { weights })),
            "target.phasing",
            Some("kind quarterly; weights 15, 85"),
        );
        let day = NaiveDate::from_ymd_opt(2026, 9, 30);
        check(promise(CommitmentField::DueOn(day)), "commitment.dueOn", Some("2026-09-30"));
        check(promise(CommitmentField::OwedBy(OwedBy::Joint)), "commitment.owedBy", Some("joint"));
        check(plan(PlanField::Vision(None)), "plan.vision", None);
        let factors = vec!["focus".to_owned(), "speed".to_owned()];
        check(
            plan(PlanField::SuccessFactors(factors)),
            "plan.successFactors",
            Some("focus, speed"),
        );
        let rate = |rate| PlanField::ExchangeRate { currency: Currency::USD, rate };
        check(plan(rate(Some(decimal("1.08")))), "plan.exchangeRate.USD", Some("1.08"));
        check(plan(rate(None)), "plan.exchangeRate.USD", None);
        assert_eq!(target(TargetField::Weight(Some(30))).value(), json!(30));
    }
}
