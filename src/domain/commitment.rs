//! What each side has promised to do, and how each promise stands (domain §7).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::{
    calendar::Period,
    money::{exact, exact_decimal},
};

/// What kind of thing was promised.
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
pub enum CommitmentKind {
    /// A marketing campaign, funded from MDF and by the partner; measured by executions, leads and MDF spent.
    CoMarketing,
    /// People to train or to certify; measured by training facts.
    Enablement,
    /// Work on the pipeline, as joint calls; measured by deals and custom facts.
    PipelineActivity,
    /// A value of the pipeline to reach by a date; measured by deal facts.
    PipelineMilestone,
    /// People, hours or assets that the vendor gives; measured by deliveries.
    VendorSupport,
    /// People, money or time that a side puts in; measured by deliveries.
    ResourceInvestment,
}

/// Who owes what was promised.
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
pub enum OwedBy {
    /// The vendor.
    Vendor,
    /// The partner.
    Partner,
    /// Both together: it counts for each side's kept promises.
    Joint,
}

/// What an enablement commitment asks people to do.
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
pub enum EnablementKind {
    /// To complete a course.
    Training,
    /// To hold a certification.
    Certification,
}

/// What a pipeline activity consists of.
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
pub enum PipelineActivityKind {
    /// Comparing both sides' customers, account by account.
    AccountMapping,
    /// Calling on customers together.
    JointCalls,
    /// Working on accounts that are named.
    TargetAccounts,
}

/// What a pipeline milestone measures.
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
pub enum MilestoneKind {
    /// Deals registered by its due date.
    DealRegistration,
    /// Opportunities developed out of them by its due date.
    OpportunityDevelopment,
}

/// What a vendor's support consists of.
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
pub enum SupportKind {
    /// The vendor's people selling beside the partner's; in people and hours.
    CoSellResource,
    /// Material for the partner's marketing; in assets.
    MarketingMaterials,
}

/// What a side puts into the plan.
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
pub enum ResourceKind {
    /// People.
    People,
    /// Money of the plan's currency.
    Money,
    /// Hours.
    Time,
}

/// How a promise stands.
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
pub enum CommitmentStatus {
    /// Its start has not come and nothing has been delivered.
    Planned,
    /// It has started, or something was delivered before it did.
    InProgress,
    /// Its quantity was reached on or before the due date.
    Fulfilled,
    /// Its quantity was reached after the due date, within the plan's period.
    FulfilledLate,
    /// It is due within 14 days, and less than three quarters of what the elapsed time asks for was delivered.
    AtRisk,
    /// Its due date has passed without its quantity.
    Overdue,
    /// The plan's period has passed without its quantity.
    Missed,
    /// Both sides agreed that it need not be done.
    Waived,
}

impl CommitmentStatus {
    /// Whether nothing that is delivered within the period can change it any more.
    pub fn is_settled(self) -> bool {
        match self {
            Self::Fulfilled | Self::FulfilledLate | Self::Missed | Self::Waived => true,
            Self::Planned | Self::InProgress | Self::AtRisk | Self::Overdue => false,
        }
    }
}

/// What is known of a promise on a day; quantities are in the smallest unit of its measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusInput {
    /// The day on which work on it begins.
    pub starts_on: NaiveDate,
    /// The last day on which it is kept on time.
    pub due_on: NaiveDate,
    /// How much was promised.
    pub quantity: i64,
    /// How much was delivered by the day.
    pub delivered: i64,
    /// The first day by which the whole quantity was delivered; it alone decides that a promise was kept.
    pub reached_on: Option<NaiveDate>,
    /// Whether both sides agreed that it need not be done.
    pub is_waived: bool,
    /// The last day of the plan.
    pub period_end: NaiveDate,
    /// The day of the question, which counts whole.
    pub on: NaiveDate,
    /// Days before the due date in which it can be at risk; 14 by default.
    pub at_risk_window_days: u32,
    /// The share of what the elapsed time asks for below which it is at risk; 0.75 by default.
    pub at_risk_share: Decimal,
}

/// How a promise stands on a day.
///
/// What is reached after the plan's period stays missed, as it came too late for the plan that asked for it.
pub fn status(input: StatusInput) -> CommitmentStatus {
    let StatusInput { starts_on, due_on, quantity, delivered, period_end, on, .. } = input;
    if input.is_waived {
        return CommitmentStatus::Waived;
    }
    if let Some(reached_on) = input.reached_on.filter(|reached_on| *reached_on <= on) {
        return if reached_on <= due_on {
            CommitmentStatus::Fulfilled
        } else if reached_on <= period_end {
            CommitmentStatus::FulfilledLate
        } else {
            CommitmentStatus::Missed
        };
    }
    if on > period_end {
        return CommitmentStatus::Missed;
    }
    if on > due_on {
        return CommitmentStatus::Overdue;
    }
    let is_due_soon = (due_on - on).num_days() <= i64::from(input.at_risk_window_days);
    let asked_for = || {
        let elapsed = Period { start: starts_on, end: due_on }.elapsed_share(on);
        exact_decimal(input.at_risk_share) * exact(quantity) * elapsed
    };
    if is_due_soon && exact(delivered) < asked_for() {
        return CommitmentStatus::AtRisk;
    }
    if on < starts_on && delivered <= 0 {
        CommitmentStatus::Planned
    } else {
        CommitmentStatus::InProgress
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CommitmentStatus::{
        AtRisk, Fulfilled, FulfilledLate, InProgress, Missed, Overdue, Planned, Waived,
    };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A hundred things from 2026-03-01 to 2026-06-08 (100 days), in a plan until 2026-12-31.
    fn promise(on: &str, delivered: i64, reached_on: Option<&str>) -> StatusInput {
        StatusInput {
            starts_on: day("2026-03-01"),
            due_on: day("2026-06-08"),
            quantity: 100,
            delivered,
            reached_on: reached_on.map(day),
            is_waived: false,
            period_end: day("2026-12-31"),
            on: day(on),
            at_risk_window_days: 14,
            at_risk_share: Decimal::new(75, 2),
        }
    }

    #[track_caller]
    fn check(on: &str, delivered: i64, reached_on: Option<&str>, expected: CommitmentStatus) {
        assert_eq!(status(promise(on, delivered, reached_on)), expected);
    }

    #[test]
    fn a_promise_runs_from_planned_to_missed() {
        check("2026-02-28", 0, None, Planned);
        check("2026-02-28", 1, None, InProgress);
        check("2026-03-01", 0, None, InProgress);
        check("2026-05-24", 0, None, InProgress);
        check("2026-05-25", 0, None, AtRisk);
        check("2026-06-08", 99, None, InProgress);
        check("2026-06-09", 99, None, Overdue);
        check("2026-12-31", 99, None, Overdue);
        check("2027-01-01", 99, None, Missed);
    }

    #[test]
    fn at_risk_is_less_than_three_quarters_of_what_time_asks_for() {
        // On 2026-05-27 88 of 100 days are over: 66 are asked for.
        check("2026-05-27", 65, None, AtRisk);
        check("2026-05-27", 66, None, InProgress);
        check("2026-06-08", 74, None, AtRisk);
        check("2026-06-08", 75, None, InProgress);
    }

    #[test]
    fn the_day_it_was_reached_decides_what_it_was() {
        check("2026-06-08", 100, Some("2026-06-08"), Fulfilled);
        check("2026-06-09", 100, Some("2026-06-09"), FulfilledLate);
        check("2027-02-01", 100, Some("2026-12-31"), FulfilledLate);
        check("2027-02-01", 100, Some("2027-01-01"), Missed);
        check("2027-02-01", 100, Some("2026-04-01"), Fulfilled);
        // Asked as of a day before it was reached.
        check("2026-04-01", 40, Some("2026-04-02"), InProgress);
    }

    #[test]
    fn a_waived_promise_is_neither_kept_nor_broken() {
        let waived = StatusInput { is_waived: true, ..promise("2027-01-01", 0, None) };
        assert_eq!(status(waived), Waived);
        assert!(Waived.is_settled() && !Overdue.is_settled());
    }
}
