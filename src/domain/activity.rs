//! Facts: what a partner or vendor has done, as some system reported it (domain §6).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult, Iterable as _};
use serde::{Deserialize, Serialize};

use super::{
    commitment::{CommitmentKind, ResourceKind, SupportKind},
    id::{ActivityId, CommitmentId, DimensionValueId},
    money::Money,
};

/// What a fact says has happened.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// A partner registered a deal.
    DealRegistered,
    /// The vendor approved the registration: pipeline is created.
    DealApproved,
    /// The vendor refused the registration.
    DealRejected,
    /// The vendor sent the registration back for more detail.
    DealReturned,
    /// Amount, stage or expected close of a deal changed.
    DealUpdated,
    /// A deal was won: revenue.
    DealWon,
    /// A deal was lost.
    DealLost,
    /// A registration ran out.
    DealExpired,
    /// A closed deal is open again; a win is taken back.
    DealReopened,
    /// A person completed a course.
    CourseCompleted,
    /// A person earned a certification.
    CertificationEarned,
    /// A certification was taken away; it no longer holds on that day.
    CertificationRevoked,
    /// A marketing programme was carried out.
    ProgrammeExecuted,
    /// Leads came in.
    LeadsDelivered,
    /// Market development funds were spent.
    MdfSpent,
    /// A marketing programme that was reported as carried out was not.
    ProgrammeCancelled,
    /// Support or resources were given: hours, assets, money.
    SupportDelivered,
    /// Whatever a custom metric counts.
    Custom,
    /// An earlier fact is taken back, with a reason.
    Adjustment,
}

/// Who vouches for a fact.
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
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// A system or person of the vendor.
    Verified,
    /// A system or person of the partner.
    SelfReported,
    /// One side says that it is not so, and the vendor has not decided yet; it goes on counting.
    Disputed,
}

/// The details of a fact, by feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "feed", rename_all = "snake_case")]
pub enum Payload {
    /// A deal's registration and its fate.
    Deal(DealFact),
    /// A person's training.
    Training(TrainingFact),
    /// A marketing programme.
    Marketing(MarketingFact),
    /// Support or resources given.
    Support(SupportFact),
    /// A custom metric.
    Custom(CustomFact),
    /// Nothing: the superseded fact is taken back.
    Adjustment,
}

/// What a fact says about a deal; what it leaves out stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealFact {
    /// The deal, as the reporting systems call it; unique within the partnership.
    pub deal: String,
    /// Its value: expected while open, final when won.
    pub amount: Option<Money>,
    /// The end customer.
    pub customer: Option<String>,
    /// The partner's salesperson.
    pub rep: Option<String>,
    /// When it is expected to close.
    pub expected_close_on: Option<NaiveDate>,
    /// Its stage, in the reporting system's words.
    pub stage: Option<String>,
    /// How likely it is to be won, in hundredths of a percent: 0 to 10,000.
    pub probability: Option<i32>,
}

/// What a fact says about a person's training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingFact {
    /// A pseudonym of the person.
    pub person: String,
    /// The course's or certification's code.
    pub code: String,
    /// Last day on which the certification holds; none if it does not lapse.
    pub valid_until: Option<NaiveDate>,
}

/// What a fact says about a marketing programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketingFact {
    /// The programme, as the reporting system calls it.
    pub programme: Option<String>,
    /// The kind of campaign: `webinar`, `trade-show`, whatever the programme calls it.
    pub campaign_type: Option<String>,
    /// The co-marketing commitment it belongs to.
    pub commitment: Option<CommitmentId>,
    /// Market development funds spent.
    pub amount: Option<Money>,
    /// Leads that came in.
    pub leads: Option<i64>,
}

/// What a fact says about support or resources given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportFact {
    /// Vendor support, of which kind.
    pub support: Option<SupportKind>,
    /// A resource investment of either side, of which kind.
    pub resource: Option<ResourceKind>,
    /// How much, in thousandths of an hour, asset, person or unit of money.
    pub quantity: i64,
    /// The commitment it belongs to.
    pub commitment: Option<CommitmentId>,
}

/// What a fact says about a custom metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomFact {
    /// The metric.
    pub metric_key: String,
    /// How much, in thousandths.
    pub quantity: i64,
    /// The pipeline commitment it belongs to.
    pub commitment: Option<CommitmentId>,
}

/// Where a fact belongs in the vendor's dimensions; nothing where it says nothing or nothing known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The product line.
    pub product_line: Option<DimensionValueId>,
    /// The market segment.
    pub segment: Option<DimensionValueId>,
    /// The country or region.
    pub geography: Option<DimensionValueId>,
}

/// A fact as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The fact.
    pub id: ActivityId,
    /// Its place among facts of one day: the first fact of the chain that it supersedes.
    pub sequence: ActivityId,
    /// What happened.
    pub kind: ActivityKind,
    /// On which day.
    pub occurred_on: NaiveDate,
    /// Who vouches for it.
    pub provenance: Provenance,
    /// Where it belongs.
    pub placement: Placement,
    /// The details.
    pub payload: Payload,
}

/// Units of the plan's currency for one of another, as both sides planned them.
pub type Rates = BTreeMap<super::money::Currency, Decimal>;

impl Payload {
    /// What the fact is about. Facts of one subject are weighed together: a deal's, a person's, a programme's.
    pub fn subject(&self, kind: ActivityKind, sequence: ActivityId) -> String {
        match self {
            Self::Deal(deal) => format!("deal:{}", deal.deal),
            Self::Training(training) => format!("person:{}", training.person),
            Self::Marketing(MarketingFact { programme: Some(programme), .. })
                if matches!(
                    kind,
                    ActivityKind::ProgrammeExecuted | ActivityKind::ProgrammeCancelled
                ) =>
            {
                format!("programme:{programme}")
            }
            Self::Marketing(_) | Self::Support(_) | Self::Custom(_) | Self::Adjustment => {
                format!("fact:{sequence}")
            }
        }
    }

    /// The commitment that the fact names, and in which field.
    pub fn commitment(&self) -> Option<(&'static str, CommitmentId)> {
        let (field, id) = match self {
            Self::Marketing(marketing) => ("marketing.commitmentId", marketing.commitment),
            Self::Support(support) => ("support.commitmentId", support.commitment),
            Self::Custom(custom) => ("custom.commitmentId", custom.commitment),
            Self::Deal(_) | Self::Training(_) | Self::Adjustment => return None,
        };
        Some((field, id?))
    }

    /// Whether a fact like this can keep a commitment of this kind by naming it.
    pub fn can_keep(&self, kind: CommitmentKind) -> bool {
        match self {
            Self::Marketing(_) => kind == CommitmentKind::CoMarketing,
            Self::Support(_) => {
                matches!(kind, CommitmentKind::VendorSupport | CommitmentKind::ResourceInvestment)
            }
            Self::Custom(_) => kind == CommitmentKind::PipelineActivity,
            Self::Deal(_) | Self::Training(_) | Self::Adjustment => false,
        }
    }

    /// The money that the fact states.
    pub fn money(&self) -> Option<Money> {
        match self {
            Self::Deal(deal) => deal.amount,
            Self::Marketing(marketing) => marketing.amount,
            Self::Training(_) | Self::Support(_) | Self::Custom(_) | Self::Adjustment => None,
        }
    }
}

impl ActivityKind {
    /// The feed that brings facts of this kind.
    pub fn feed(self) -> Feed {
        match self {
            Self::DealRegistered
            | Self::DealApproved
            | Self::DealRejected
            | Self::DealReturned
            | Self::DealUpdated
            | Self::DealWon
            | Self::DealLost
            | Self::DealExpired
            | Self::DealReopened => Feed::Deals,
            Self::CourseCompleted | Self::CertificationEarned | Self::CertificationRevoked => {
                Feed::Training
            }
            Self::ProgrammeExecuted
            | Self::LeadsDelivered
            | Self::MdfSpent
            | Self::ProgrammeCancelled => Feed::Marketing,
            Self::SupportDelivered => Feed::VendorSupport,
            Self::Custom => Feed::Custom,
            Self::Adjustment => Feed::Adjustment,
        }
    }
}

/// A stream of facts of one nature.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum Feed {
    /// Deal registrations and their fate.
    Deals,
    /// Courses and certifications.
    Training,
    /// Marketing programmes, leads and funds.
    Marketing,
    /// Support and resources given.
    VendorSupport,
    /// Custom metrics.
    Custom,
    /// Corrections.
    Adjustment,
}

impl Feed {
    /// The kinds of facts that come in it.
    pub fn kinds(self) -> impl Iterator<Item = ActivityKind> {
        ActivityKind::iter().filter(move |kind| kind.feed() == self)
    }

    /// What comes in it, in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Deals => "deals",
            Self::Training => "training",
            Self::Marketing => "marketing",
            Self::VendorSupport => "support",
            Self::Custom => "custom metrics",
            Self::Adjustment => "corrections",
        }
    }
}
