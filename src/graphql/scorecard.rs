//! Frozen scorecards.

use async_graphql::{Description, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    error::ApiError,
    scalars::{CurrencyCode, Date, Decimal, Money},
};
use crate::{
    domain::{
        actor::Side,
        commitment::{CommitmentKind, CommitmentStatus, OwedBy},
        id::{ActionItemId, CommitmentId, TargetId},
        money::Currency,
        progress::TargetStatus,
        score::PlanHealth,
        scorecard as frozen,
        tally::Slice,
        target::Metric,
    },
    entity::scorecard,
    service::scorecards,
};

/// The figures of a plan on a day, with the names in them, as they were frozen; they never change.
#[derive(Clone, Debug, Description)]
pub struct Scorecard {
    row: scorecard::Model,
    card: frozen::Scorecard,
}

impl Scorecard {
    /// A kept scorecard.
    pub fn try_of(row: scorecard::Model) -> Result<Self, ApiError> {
        Ok(Self { card: scorecards::read(&row)?, row })
    }

    fn money(&self, amount: rust_decimal::Decimal) -> Money {
        Money { amount: Decimal(amount), currency: CurrencyCode(self.card.plan.currency) }
    }
}

#[Object(use_type_description)]
impl Scorecard {
    /// The day whose figures they are, which counts whole.
    async fn as_of(&self) -> Date {
        Date(self.card.as_of)
    }

    /// When they were frozen: what was recorded later is not in them.
    async fn frozen_at(&self) -> DateTime<Utc> {
        self.row.frozen_at
    }

    /// The SHA-256 of `content`, in hexadecimal.
    async fn hash(&self) -> &str {
        &self.row.hash
    }

    /// All of it as JSON, byte for byte as it is hashed; amounts as people write them.
    async fn content(&self) -> &str {
        &self.row.content
    }

    /// How many facts of the partnership were known up to the day, superseded ones included.
    async fn facts_known(&self) -> Decimal {
        Decimal(self.row.n_facts.into())
    }

    /// When the latest of those facts was recorded; null where there were none.
    async fn last_recorded_at(&self) -> Option<DateTime<Utc>> {
        self.row.last_recorded_at
    }

    /// What the plan was called.
    async fn plan_name(&self) -> &str {
        &self.card.plan.name
    }

    /// What the vendor was called.
    async fn vendor_name(&self) -> &str {
        &self.card.plan.vendor
    }

    /// What the partner was called.
    async fn partner_name(&self) -> &str {
        &self.card.plan.partner
    }

    /// The first day of the plan.
    async fn starts_on(&self) -> Date {
        Date(self.card.plan.period.start)
    }

    /// The last day of the plan.
    async fn ends_on(&self) -> Date {
        Date(self.card.plan.period.end)
    }

    /// The number of the version that was in force.
    async fn version(&self) -> Option<i32> {
        self.card.plan.version
    }

    /// The plan's score, 0 to 100; null while nothing was due.
    async fn score(&self) -> Option<Decimal> {
        self.card.score.map(Decimal)
    }

    /// What the score meant.
    async fn health(&self) -> PlanHealth {
        self.card.health
    }

    /// What the top-level target was called that was worst off.
    async fn worst_target(&self) -> Option<&str> {
        self.card.worst_name()
    }

    /// The targets, in the plan's order.
    async fn targets(&self) -> Vec<ScorecardTarget> {
        self.card.targets.iter().cloned().map(ScorecardTarget::from).collect()
    }

    /// The commitments of both sides, in the plan's order.
    async fn commitments(&self) -> Vec<ScorecardCommitment> {
        self.card.commitments.iter().cloned().map(ScorecardCommitment::from).collect()
    }

    /// The part of what was due that the vendor had kept on time, from 0 to 1; null while nothing was due.
    async fn vendor_promises_kept(&self) -> Option<Decimal> {
        self.card.vendor_kept.map(Decimal)
    }

    /// The part of what was due that the partner had kept on time, from 0 to 1; null while nothing was due.
    async fn partner_promises_kept(&self) -> Option<Decimal> {
        self.card.partner_kept.map(Decimal)
    }

    /// Market development funds and leads of the plan's programmes.
    async fn marketing(&self) -> ScorecardMarketing {
        let marketing = self.card.marketing;
        ScorecardMarketing {
            mdf_allocated: self.money(marketing.mdf_allocated),
            mdf_spent: self.money(marketing.mdf_spent),
            mdf_remaining: self.money(marketing.mdf_remaining),
            leads_expected: Decimal(marketing.leads_expected.into()),
            leads_delivered: Decimal(marketing.leads_delivered.into()),
        }
    }

    /// What all facts of the partnership added up to in the plan's period.
    async fn totals(&self) -> ScorecardTotals {
        ScorecardTotals::of(self.card.totals, self.card.plan.currency)
    }

    /// Deals that were open when the period began.
    async fn deals_carried_in(&self) -> Decimal {
        Decimal(self.card.deals_carried_in.into())
    }

    /// The totals, cut in every way.
    async fn cuts(&self) -> Vec<ScorecardCut> {
        let currency = self.card.plan.currency;
        let cuts = self.card.cuts.iter().cloned();
        cuts.map(|frozen::Cut { by, name, totals }| ScorecardCut {
            by,
            name,
            totals: ScorecardTotals::of(totals, currency),
        })
        .collect()
    }

    /// What was still to be done when they were frozen.
    async fn open_actions(&self) -> Vec<ScorecardAction> {
        let actions = self.card.open_actions.iter().cloned();
        actions
            .map(|frozen::ActionLine { id, title, owner, side, due_on }| ScorecardAction {
                action_item_id: id,
                title,
                owner_name: owner,
                side,
                due_on: Date(due_on),
            })
            .collect()
    }
}

/// A target in a scorecard. Amounts are in the target's unit.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScorecardTarget {
    /// The target's id.
    pub target_id: TargetId,
    /// The target that it was part of.
    pub parent_id: Option<TargetId>,
    /// What it was called.
    pub name: String,
    /// What was measured.
    pub metric: Metric,
    /// What was to be reached by the end of the period.
    pub amount: Decimal,
    /// Its share of the score in percent; null where all weighed the same.
    pub weight: Option<i32>,
    /// What was reached.
    pub actual: Decimal,
    /// What was due.
    pub expected: Decimal,
    /// Actual ÷ amount, with four decimal places.
    pub attainment: Option<Decimal>,
    /// Actual ÷ expected, with four decimal places.
    pub pace: Option<Decimal>,
    /// What that meant.
    pub status: TargetStatus,
    /// Why, in a sentence.
    pub explanation: String,
}

impl From<frozen::TargetLine> for ScorecardTarget {
    fn from(line: frozen::TargetLine) -> Self {
        Self {
            target_id: line.id,
            parent_id: line.parent,
            name: line.name,
            metric: line.metric,
            amount: Decimal(line.amount),
            weight: line.weight,
            actual: Decimal(line.standing.actual),
            expected: Decimal(line.expected),
            attainment: line.standing.attainment.map(Decimal),
            pace: line.standing.pace.map(Decimal),
            status: line.standing.status,
            explanation: line.explanation,
        }
    }
}

/// A commitment in a scorecard. Quantities are in the commitment's unit.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScorecardCommitment {
    /// The commitment's id.
    pub commitment_id: CommitmentId,
    /// Its title.
    pub title: String,
    /// What kind of promise it was.
    pub kind: CommitmentKind,
    /// Who owed it.
    pub owed_by: OwedBy,
    /// What the person was called who saw to it.
    pub owner_name: Option<String>,
    /// When it began.
    pub starts_on: Date,
    /// When it was due.
    pub due_on: Option<Date>,
    /// How much was promised.
    pub quantity: Decimal,
    /// How much was delivered.
    pub delivered: Decimal,
    /// The day on which all of it was.
    pub reached_on: Option<Date>,
    /// What that meant.
    pub status: CommitmentStatus,
}

impl From<frozen::CommitmentLine> for ScorecardCommitment {
    fn from(line: frozen::CommitmentLine) -> Self {
        Self {
            commitment_id: line.id,
            title: line.title,
            kind: line.kind,
            owed_by: line.owed_by,
            owner_name: line.owner,
            starts_on: Date(line.starts_on),
            due_on: line.due_on.map(Date),
            quantity: Decimal(line.quantity),
            delivered: Decimal(line.delivered),
            reached_on: line.reached_on.map(Date),
            status: line.status,
        }
    }
}

/// Market development funds and leads in a scorecard.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScorecardMarketing {
    /// Funds that the plan's commitments allocated.
    pub mdf_allocated: Money,
    /// Funds spent.
    pub mdf_spent: Money,
    /// Allocated less spent.
    pub mdf_remaining: Money,
    /// Leads that the plan's commitments expected.
    pub leads_expected: Decimal,
    /// Leads that had come in.
    pub leads_delivered: Decimal,
}

/// What facts added up to in a scorecard.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScorecardTotals {
    /// Revenue of won deals.
    pub revenue: Money,
    /// Deals won.
    pub deals_won: Decimal,
    /// Deals lost.
    pub deals_lost: Decimal,
    /// Deals registered.
    pub deals_registered: Decimal,
    /// Approved registrations.
    pub pipeline_created: Money,
    /// Deals open.
    pub deals_open: Decimal,
    /// What the open deals were worth.
    pub open_value: Money,
    /// Courses completed.
    pub training_completions: Decimal,
    /// People certified; known for the whole plan only.
    pub certified_people: Decimal,
    /// Marketing programmes carried out.
    pub programmes_executed: Decimal,
    /// Leads that had come in.
    pub leads: Decimal,
    /// Market development funds spent.
    pub mdf_spent: Money,
}

impl ScorecardTotals {
    fn of(totals: frozen::Totals, currency: Currency) -> Self {
        let money = |amount| Money { amount: Decimal(amount), currency: CurrencyCode(currency) };
        let count = |number: i64| Decimal(number.into());
        Self {
            revenue: money(totals.revenue),
            deals_won: count(totals.deals_won),
            deals_lost: count(totals.deals_lost),
            deals_registered: count(totals.deals_registered),
            pipeline_created: money(totals.pipeline_created),
            deals_open: count(totals.deals_open),
            open_value: money(totals.open_value),
            training_completions: count(totals.training_completions),
            certified_people: count(totals.certified_people),
            programmes_executed: count(totals.programmes_executed),
            leads: count(totals.leads),
            mdf_spent: money(totals.mdf_spent),
        }
    }
}

/// A cut of a scorecard's totals.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScorecardCut {
    /// How they are cut.
    pub by: Slice,
    /// What the product line, segment or geography was called; else the code, campaign type or salesperson.
    pub name: String,
    /// What the facts in it added up to.
    pub totals: ScorecardTotals,
}

/// What was to be done when a scorecard was frozen.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScorecardAction {
    /// The action item's id.
    pub action_item_id: ActionItemId,
    /// What was to be done.
    pub title: String,
    /// What the person was called who was to do it.
    pub owner_name: String,
    /// For which side.
    pub side: Side,
    /// By when.
    pub due_on: Date,
}
