//! A deal: what its facts, in order, leave of it, and what each adds to the figures (domain §6, example F).
//!
//! A deal counts once: registered on its registration day, as pipeline on its approval day, as revenue on the day it is won.
//! Reopening takes a win back on the day it happens. The amount of a reopened deal is again the one it had while open.

pub mod snapshot;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::{
    activity::{ActivityKind, DealFact, Fact, Payload, Placement, Provenance},
    id::ActivityId,
    money::Money,
};

/// Where a deal stands.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum DealState {
    /// Facts mention it, but it was never registered.
    #[default]
    Unregistered,
    /// Registered, and neither won, lost, rejected nor expired.
    Open,
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// Its registration was refused.
    Rejected,
    /// Its registration ran out.
    Expired,
}

/// A deal as its facts leave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deal {
    /// Where it stands.
    pub state: DealState,
    /// The last amount stated while open.
    pub amount: Option<Money>,
    /// What it was won at, while it is won.
    pub won_amount: Option<Money>,
    /// The end customer.
    pub customer: Option<String>,
    /// The partner's salesperson.
    pub rep: Option<String>,
    /// Where it belongs; the last that was said.
    pub placement: Placement,
    /// When it is expected to close.
    pub expected_close_on: Option<NaiveDate>,
    /// Its stage.
    pub stage: Option<String>,
    /// How likely it is to be won, in hundredths of a percent.
    pub probability: Option<i32>,
    /// The first registration.
    pub registered_on: Option<NaiveDate>,
    /// The first approval.
    pub approved_on: Option<NaiveDate>,
    /// When it left the open state last; none while open.
    pub closed_on: Option<NaiveDate>,
}

/// What a deal adds to the figures on a day; all but the first two are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DealStep {
    /// The day.
    pub day: NaiveDate,
    /// Who vouches for it.
    pub provenance: Provenance,
    /// What changes.
    pub change: DealChange,
}

/// One change of a deal's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealChange {
    /// It was registered.
    Registered,
    /// It was approved, at this amount.
    Pipeline(Option<Money>),
    /// It was won at an amount (+1), or the win was taken back (−1).
    Won(i64, Option<Money>),
    /// It was lost (+1), or the loss was taken back (−1).
    Lost(i64),
    /// It joined (+1) or left (−1) the open deals.
    Open(i64, OpenValue),
}

/// What an open deal is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenValue {
    /// The amount.
    pub amount: Option<Money>,
    /// How likely it is to be won, in hundredths of a percent; nothing said counts as nothing.
    pub probability: i32,
    /// When it is expected to close.
    pub expected_close_on: Option<NaiveDate>,
}

/// The facts that a deal stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Landmarks {
    /// The first registration.
    pub registered: Option<ActivityId>,
    /// The first approval.
    pub approved: Option<ActivityId>,
    /// What closed it; none while open.
    pub closed: Option<ActivityId>,
    /// The day on which it joined the open deals last.
    pub opened_on: Option<NaiveDate>,
}

/// The deal that `facts` leave, and the steps by which it got there.
///
/// The facts may come in any order: they are taken by day, a day's registration first, then decisions, then the rest as reported. A
/// refusal that was reported after a reopening of its day comes after it.
pub fn replay(facts: &[Fact]) -> (Deal, Vec<DealStep>) {
    let replay = replayed(facts);
    (replay.deal, replay.steps)
}

/// The deal that `facts` leave, and those of them that it stands on.
pub fn landmarks(facts: &[Fact]) -> (Deal, Landmarks) {
    let replay = replayed(facts);
    (replay.deal, replay.landmarks)
}

fn replayed(facts: &[Fact]) -> Replay {
    let mut ordered: Vec<(&Fact, &DealFact)> = facts
        .iter()
        .filter_map(|fact| match &fact.payload {
            Payload::Deal(details) => Some((fact, details)),
            _ => None,
        })
        .collect();
    let mut reopened: BTreeMap<NaiveDate, ActivityId> = BTreeMap::new();
    for (fact, _) in ordered.iter().filter(|(fact, _)| fact.kind == ActivityKind::DealReopened) {
        let first = reopened.entry(fact.occurred_on).or_insert(fact.sequence);
        *first = fact.sequence.min(*first);
    }
    ordered.sort_by_key(|(fact, _)| {
        let is_after_reopening = || {
            let first = reopened.get(&fact.occurred_on);
            first.is_some_and(|first| *first < fact.sequence)
        };
        let rank = match fact.kind {
            ActivityKind::DealRegistered => 0,
            ActivityKind::DealRejected if is_after_reopening() => 2,
            ActivityKind::DealApproved
            | ActivityKind::DealRejected
            | ActivityKind::DealReturned => 1,
            _ => 2,
        };
        (fact.occurred_on, rank, fact.sequence)
    });

    let mut replay = Replay::default();
    for (fact, details) in ordered {
        replay.take(fact, details);
    }
    replay
}

#[derive(Default)]
struct Replay {
    deal: Deal,
    steps: Vec<DealStep>,
    landmarks: Landmarks,
    /// What the open deal was entered at, to be taken out again, and who vouched for it.
    open: Option<(OpenValue, Provenance)>,
    /// Who vouched for the win or loss that a reopening takes back.
    closed_by: Option<Provenance>,
}

impl Replay {
    fn take(&mut self, fact: &Fact, details: &DealFact) {
        self.learn(fact, details);
        match fact.kind {
            ActivityKind::DealRegistered => self.register(fact),
            ActivityKind::DealApproved => self.approve(fact),
            ActivityKind::DealRejected => self.close(fact, DealState::Rejected, None),
            ActivityKind::DealWon => self.close(fact, DealState::Won, details.amount),
            ActivityKind::DealLost => self.close(fact, DealState::Lost, None),
            ActivityKind::DealExpired => self.close(fact, DealState::Expired, None),
            ActivityKind::DealReopened => self.reopen(fact),
            _ => self.revalue(fact),
        }
    }

    fn learn(&mut self, fact: &Fact, details: &DealFact) {
        let deal = &mut self.deal;
        if fact.kind != ActivityKind::DealWon {
            deal.amount = details.amount.or(deal.amount);
        }
        deal.customer = details.customer.clone().or_else(|| deal.customer.take());
        deal.rep = details.rep.clone().or_else(|| deal.rep.take());
        deal.stage = details.stage.clone().or_else(|| deal.stage.take());
        deal.probability = details.probability.or(deal.probability);
        deal.expected_close_on = details.expected_close_on.or(deal.expected_close_on);
        deal.placement = Placement {
            product_line: fact.placement.product_line.or(deal.placement.product_line),
            segment: fact.placement.segment.or(deal.placement.segment),
            geography: fact.placement.geography.or(deal.placement.geography),
        };
    }

    fn register(&mut self, fact: &Fact) {
        if self.deal.registered_on.is_none() {
            self.deal.registered_on = Some(fact.occurred_on);
            self.landmarks.registered = Some(fact.id);
            self.step(fact, DealChange::Registered);
        }
        match self.deal.state {
            DealState::Unregistered => self.enter_open(fact),
            _ => self.revalue(fact),
        }
    }

    fn approve(&mut self, fact: &Fact) {
        match self.deal.state {
            DealState::Unregistered | DealState::Rejected | DealState::Expired => {
                self.enter_open(fact);
            }
            DealState::Open => self.revalue(fact),
            DealState::Won | DealState::Lost => {}
        }
        if self.deal.approved_on.is_none() {
            self.deal.approved_on = Some(fact.occurred_on);
            self.landmarks.approved = Some(fact.id);
            self.step(fact, DealChange::Pipeline(self.deal.amount));
        }
    }

    fn close(&mut self, fact: &Fact, state: DealState, won: Option<Money>) {
        if !matches!(self.deal.state, DealState::Open | DealState::Unregistered) {
            return;
        }
        self.leave_open(fact.occurred_on);
        self.deal.state = state;
        self.deal.closed_on = Some(fact.occurred_on);
        self.landmarks.closed = Some(fact.id);
        self.closed_by = Some(fact.provenance);
        match state {
            DealState::Won => {
                self.deal.won_amount = won.or(self.deal.amount);
                self.step(fact, DealChange::Won(1, self.deal.won_amount));
            }
            DealState::Lost => self.step(fact, DealChange::Lost(1)),
            _ => {}
        }
    }

    fn reopen(&mut self, fact: &Fact) {
        let taken_back = match self.deal.state {
            DealState::Won => Some(DealChange::Won(-1, self.deal.won_amount.take())),
            DealState::Lost => Some(DealChange::Lost(-1)),
            DealState::Rejected | DealState::Expired => None,
            DealState::Open | DealState::Unregistered => return,
        };
        if let Some(change) = taken_back {
            let provenance = self.closed_by.unwrap_or(fact.provenance);
            self.steps.push(DealStep { day: fact.occurred_on, provenance, change });
        }
        self.enter_open(fact);
    }

    fn revalue(&mut self, fact: &Fact) {
        if self.deal.state == DealState::Open
            && self.open.is_some_and(|(value, _)| value != self.value())
        {
            self.leave_open(fact.occurred_on);
            self.enter_open(fact);
        }
    }

    fn enter_open(&mut self, fact: &Fact) {
        if self.deal.state != DealState::Open {
            self.landmarks.opened_on = Some(fact.occurred_on);
            self.landmarks.closed = None;
        }
        self.deal.state = DealState::Open;
        self.deal.closed_on = None;
        let value = self.value();
        self.open = Some((value, fact.provenance));
        self.step(fact, DealChange::Open(1, value));
    }

    fn leave_open(&mut self, day: NaiveDate) {
        if let Some((value, provenance)) = self.open.take() {
            self.steps.push(DealStep { day, provenance, change: DealChange::Open(-1, value) });
        }
    }

    fn value(&self) -> OpenValue {
        OpenValue {
            amount: self.deal.amount,
            probability: self.deal.probability.unwrap_or(0),
            expected_close_on: self.deal.expected_close_on,
        }
    }

    fn step(&mut self, fact: &Fact, change: DealChange) {
        self.steps.push(DealStep { day: fact.occurred_on, provenance: fact.provenance, change });
    }
}

#[cfg(test)]
mod tests;
