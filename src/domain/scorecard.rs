//! The figures of a plan on a day, frozen with the names in them, so that they can be printed years later (domain §8).
//!
//! They are written as JSON with the fields in the order given here, amounts and ratios as people write them. Whoever has those
//! bytes can check the hash. Nothing that happens later, facts of the day included, changes them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    actor::Side,
    calendar::Period,
    commitment::{CommitmentKind, CommitmentStatus, OwedBy},
    id::{ActionItemId, CommitmentId, PlanId, TargetId},
    money::Currency,
    progress::TargetStatus,
    score::PlanHealth,
    tally::Slice,
    target::Metric,
    version,
};

/// The figures of a plan on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scorecard {
    /// The day, which counts whole.
    pub as_of: NaiveDate,
    /// Whose figures they are.
    pub plan: PlanLine,
    /// The score, 0 to 100; none while nothing is due.
    pub score: Option<Decimal>,
    /// What the score means.
    pub health: PlanHealth,
    /// The top-level target that is worst off.
    pub worst: Option<TargetId>,
    /// The targets, in the plan's order.
    pub targets: Vec<TargetLine>,
    /// The commitments, in the plan's order.
    pub commitments: Vec<CommitmentLine>,
    /// The part of what was due that the vendor kept on time.
    pub vendor_kept: Option<Decimal>,
    /// The part of what was due that the partner kept on time.
    pub partner_kept: Option<Decimal>,
    /// Market development funds and leads.
    pub marketing: MarketingLine,
    /// What all facts add up to.
    pub totals: Totals,
    /// Deals that were open when the period began.
    pub deals_carried_in: i64,
    /// The totals cut by product line, segment, geography, course, kind of campaign and salesperson.
    pub cuts: Vec<Cut>,
    /// What earlier reviews had left to be done.
    pub open_actions: Vec<ActionLine>,
}

/// A plan as a scorecard names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// The plan.
    pub id: PlanId,
    /// Its name.
    pub name: String,
    /// The vendor's name.
    pub vendor: String,
    /// The partner's name.
    pub partner: String,
    /// The days it covers.
    pub period: Period,
    /// What money is counted in.
    pub currency: Currency,
    /// The version in force.
    pub version: Option<i32>,
}

/// A target with its figures, in the unit of its metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetLine {
    /// The target.
    pub id: TargetId,
    /// The target that it is part of.
    pub parent: Option<TargetId>,
    /// Its name.
    pub name: String,
    /// What is measured.
    pub metric: Metric,
    /// What is to be reached by the end of the period.
    pub amount: Decimal,
    /// Its share of the score in percent; none where all weigh the same.
    pub weight: Option<i32>,
    /// Where it stood.
    #[serde(flatten)]
    pub standing: TargetStanding,
    /// What was due by the day.
    pub expected: Decimal,
    /// Why it stood there, in a sentence.
    pub explanation: String,
}

/// Where a target stood on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetStanding {
    /// What was reached.
    pub actual: Decimal,
    /// actual ÷ amount.
    pub attainment: Option<Decimal>,
    /// actual ÷ expected.
    pub pace: Option<Decimal>,
    /// What that means.
    pub status: TargetStatus,
}

/// A commitment with what was delivered, in its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentLine {
    /// The commitment.
    pub id: CommitmentId,
    /// Its title.
    pub title: String,
    /// What kind of promise it is.
    pub kind: CommitmentKind,
    /// Who owes it.
    pub owed_by: OwedBy,
    /// The name of who sees to it.
    pub owner: Option<String>,
    /// When it begins.
    pub starts_on: NaiveDate,
    /// When it is due.
    pub due_on: Option<NaiveDate>,
    /// How much was promised.
    pub quantity: Decimal,
    /// How much was delivered.
    pub delivered: Decimal,
    /// The day on which all of it was.
    pub reached_on: Option<NaiveDate>,
    /// What that means.
    pub status: CommitmentStatus,
}

/// Market development funds and leads of a plan's programmes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketingLine {
    /// Funds that the commitments allocate.
    pub mdf_allocated: Decimal,
    /// Funds spent.
    pub mdf_spent: Decimal,
    /// Allocated less spent.
    pub mdf_remaining: Decimal,
    /// Leads that the commitments expect.
    pub leads_expected: i64,
    /// Leads that came in.
    pub leads_delivered: i64,
}

/// What facts add up to, in a whole plan or a cut of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Revenue of won deals.
    pub revenue: Decimal,
    /// Deals won.
    pub deals_won: i64,
    /// Deals lost.
    pub deals_lost: i64,
    /// Deals registered.
    pub deals_registered: i64,
    /// Approved registrations.
    pub pipeline_created: Decimal,
    /// Deals open.
    pub deals_open: i64,
    /// What the open deals are worth.
    pub open_value: Decimal,
    /// Courses completed.
    pub training_completions: i64,
    /// People certified; known for the whole plan only.
    pub certified_people: i64,
    /// Marketing programmes carried out.
    pub programmes_executed: i64,
    /// Leads that came in.
    pub leads: i64,
    /// Market development funds spent.
    pub mdf_spent: Decimal,
}

/// A cut of a plan's totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// How they are cut.
    pub by: Slice,
    /// The name of the product line, segment or geography; else the code, campaign type or salesperson.
    pub name: String,
    /// What the facts in it add up to.
    pub totals: Totals,
}

/// Something that was still to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionLine {
    /// The action item.
    pub id: ActionItemId,
    /// What is to be done.
    pub title: String,
    /// The name of who is to do it.
    pub owner: String,
    /// For which side.
    pub side: Side,
    /// By when.
    pub due_on: NaiveDate,
}

impl Scorecard {
    /// The bytes that are kept, and their SHA-256 in hexadecimal.
    pub fn seal(&self) -> serde_json::Result<(String, String)> {
        let content = serde_json::to_string(self)?;
        let hash = version::hash(&content);
        Ok((content, hash))
    }

    /// The scorecard that kept bytes hold.
    pub fn read(content: &str) -> serde_json::Result<Self> {
        serde_json::from_str(content)
    }

    /// What the worst target is called.
    pub fn worst_name(&self) -> Option<&str> {
        let worst = self.worst?;
        self.targets.iter().find(|line| line.id == worst).map(|line| line.name.as_str())
    }
}

/// A value then and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<T> {
    /// What it was.
    pub before: T,
    /// What it is.
    pub after: T,
}

/// What changed from one scorecard of a plan to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The days.
    pub as_of: Change<NaiveDate>,
    /// The scores.
    pub score: Change<Option<Decimal>>,
    /// What they mean.
    pub health: Change<PlanHealth>,
    /// The part of its promises that the vendor kept on time.
    pub vendor_kept: Change<Option<Decimal>>,
    /// The part of its promises that the partner kept on time.
    pub partner_kept: Change<Option<Decimal>>,
    /// The targets of the later one in its order, then those that it has no more.
    pub targets: Vec<TargetChange>,
}

/// What changed about a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetChange {
    /// The target.
    pub id: TargetId,
    /// What it is called, or was called last.
    pub name: String,
    /// Where it stood; none on a side where the plan does not have it.
    pub standing: Change<Option<TargetStanding>>,
}

impl Comparison {
    /// What changed from `before` to `after`; a target keeps its identity through amendments.
    pub fn of(before: &Scorecard, after: &Scorecard) -> Self {
        let standing = |of: &Scorecard, id: TargetId| {
            of.targets.iter().find(|line| line.id == id).map(|line| line.standing)
        };
        let is_gone = |line: &&TargetLine| standing(after, line.id).is_none();
        let lines = after.targets.iter().chain(before.targets.iter().filter(is_gone));
        let targets = lines.map(|line| TargetChange {
            id: line.id,
            name: line.name.clone(),
            standing: Change { before: standing(before, line.id), after: standing(after, line.id) },
        });
        Self {
            as_of: Change { before: before.as_of, after: after.as_of },
            score: Change { before: before.score, after: after.score },
            health: Change { before: before.health, after: after.health },
            vendor_kept: Change { before: before.vendor_kept, after: after.vendor_kept },
            partner_kept: Change { before: before.partner_kept, after: after.partner_kept },
            targets: targets.collect(),
        }
    }
}

#[cfg(test)]
mod tests;
