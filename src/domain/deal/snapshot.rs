//! A deal as a CRM holds it, and what it says that is not known yet (domain §6).
//!
//! A CRM knows states, the ledger knows facts. What a snapshot says is compared with the deal that its facts leave, and the facts
//! are derived that are missing between them: whatever is compared next is compared with the deal after those. So the deal always
//! ends as its latest snapshot says, and the same snapshot again derives nothing.
//!
//! What a snapshot leaves out is not compared. A day that it corrects (registered, approved, closed) supersedes the fact that
//! stated the other day; a deal that was closed otherwise is reopened first. Nothing is put before the reopening that it follows.

use chrono::NaiveDate;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Deal, DealState, landmarks};
use crate::domain::{
    activity::{ActivityKind, DealFact, Fact, Payload, Placement},
    id::{ActivityId, PartnershipId},
    money::{Money, Unit},
    recording::{Fault, name},
};

/// Where a CRM says that a deal stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, async_graphql::Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum DealSnapshotState {
    /// Registered, and neither won, lost, rejected nor expired.
    Open,
    /// Open, and sent back to the partner for more detail.
    Returned,
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// Its registration was refused.
    Rejected,
    /// Its registration ran out.
    Expired,
}

impl DealSnapshotState {
    fn kept(self) -> DealState {
        match self {
            Self::Open | Self::Returned => DealState::Open,
            Self::Won => DealState::Won,
            Self::Lost => DealState::Lost,
            Self::Rejected => DealState::Rejected,
            Self::Expired => DealState::Expired,
        }
    }

    /// The fact that leads there.
    fn closing(self) -> Option<ActivityKind> {
        match self {
            Self::Open | Self::Returned => None,
            Self::Won => Some(ActivityKind::DealWon),
            Self::Lost => Some(ActivityKind::DealLost),
            Self::Rejected => Some(ActivityKind::DealRejected),
            Self::Expired => Some(ActivityKind::DealExpired),
        }
    }
}

/// A deal as a CRM holds it at the end of a day; what is absent is not said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct DealSnapshot {
    /// The partnership it is about.
    pub partnership: PartnershipId,
    /// The system that holds it.
    pub source: String,
    /// The deal, as the reporting systems call it; unique within the partnership.
    pub reference: String,
    /// The day at whose end it stood so.
    pub as_of: NaiveDate,
    /// Where it stands.
    pub state: DealSnapshotState,
    /// Its value: expected while open, final when won.
    pub amount: Option<Money>,
    /// The end customer.
    pub customer: Option<String>,
    /// The partner's salesperson.
    pub rep: Option<String>,
    /// The product line, in the system's words.
    pub product_line: Option<String>,
    /// The market segment, in the system's words.
    pub segment: Option<String>,
    /// The country, in the system's words.
    pub country: Option<String>,
    /// Its stage, in the system's words.
    pub stage: Option<String>,
    /// How likely it is to be won, in hundredths of a percent.
    pub probability: Option<i32>,
    /// When it is expected to close.
    pub expected_close_on: Option<NaiveDate>,
    /// When it was registered.
    pub registered_on: Option<NaiveDate>,
    /// When its registration was approved.
    pub approved_on: Option<NaiveDate>,
    /// When it was won, lost, rejected or expired.
    pub closed_on: Option<NaiveDate>,
}

/// A fact that a snapshot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedFact {
    /// What happened.
    pub kind: ActivityKind,
    /// On which day.
    pub occurred_on: NaiveDate,
    /// What it says of the deal.
    pub details: DealFact,
    /// Whether it says where the deal belongs.
    pub is_placed: bool,
    /// The fact that stated it otherwise.
    pub supersedes: Option<ActivityId>,
}

impl DealSnapshot {
    /// The first thing wrong with the snapshot by itself; `today` is the vendor's.
    pub fn check(&self, today: NaiveDate) -> Result<(), Fault> {
        name("source", &self.source)?;
        name("reference", &self.reference)?;
        for (field, text) in [
            ("customer", &self.customer),
            ("rep", &self.rep),
            ("productLine", &self.product_line),
            ("segment", &self.segment),
            ("country", &self.country),
            ("stage", &self.stage),
        ] {
            text.as_deref().map_or(Ok(()), |text| name(field, text))?;
        }
        if self.as_of > today {
            return Err(Fault::new("asOf", format!("{} is in the future", self.as_of)));
        }
        for (field, on) in [
            ("registeredOn", self.registered_on),
            ("approvedOn", self.approved_on),
            ("closedOn", self.closed_on),
        ] {
            if let Some(on) = on.filter(|on| *on > self.as_of) {
                let message = format!("{on} is after {}, the day of the snapshot", self.as_of);
                return Err(Fault::new(field, message));
            }
        }
        if let (Some(on), None) = (self.closed_on, self.state.closing()) {
            return Err(Fault::new("closedOn", format!("{on} closes no deal that is open")));
        }
        if let Some(amount) = self.amount.filter(|amount| amount.minor < 0) {
            let stated = Unit::Money(amount.currency).decimal(amount.minor);
            return Err(Fault::new("amount", format!("{stated} is negative")));
        }
        match self.probability.filter(|value| !(0..=10_000).contains(value)) {
            Some(value) => {
                let percent = rust_decimal::Decimal::new(i64::from(value), 2).normalize();
                Err(Fault::new("probability", format!("{percent} is not between 0 and 100")))
            }
            None => Ok(()),
        }
    }

    /// What it says in a field, as a text.
    pub fn said(&self, field: &str) -> Option<String> {
        let day = |on: Option<NaiveDate>| on.map(|on| on.to_string());
        match field {
            "partnershipId" => Some(self.partnership.to_string()),
            "source" => Some(self.source.clone()),
            "reference" => Some(self.reference.clone()),
            "asOf" => day(Some(self.as_of)),
            "amount" => self.amount.map(|amount| {
                let stated = Unit::Money(amount.currency).decimal(amount.minor);
                format!("{stated} {}", amount.currency)
            }),
            "customer" => self.customer.clone(),
            "rep" => self.rep.clone(),
            "productLine" => self.product_line.clone(),
            "segment" => self.segment.clone(),
            "country" => self.country.clone(),
            "stage" => self.stage.clone(),
            "expectedCloseOn" => day(self.expected_close_on),
            "registeredOn" => day(self.registered_on),
            "approvedOn" => day(self.approved_on),
            "closedOn" => day(self.closed_on),
            _ => None,
        }
    }

    /// The facts between the deal that `facts` leave and what the snapshot says of it.
    ///
    /// `placement` is what its words for product line, segment and country mean; `before` what the same system said last. The caller
    /// has seen that no fact is later than the snapshot.
    pub fn derive(
        &self,
        facts: &[Fact],
        placement: Placement,
        before: Option<&Self>,
    ) -> Result<Vec<DerivedFact>, Fault> {
        let mut draft = Draft {
            snapshot: self,
            placement,
            before,
            facts: facts.to_vec(),
            derived: Vec::new(),
            drafted: Vec::new(),
        };
        // A few steps lead anywhere; a fact can be corrected once and follow from a correction once.
        for _ in 0..10 + 4 * facts.len() {
            match draft.missing() {
                Some(fact) => draft.take(fact),
                None => return Ok(draft.derived),
            }
        }
        Err(Fault::new("state", "the facts that are known of the deal do not lead there"))
    }

    /// Everything it says of the deal; what a deal is worth while open is not what it was won at.
    fn details(&self) -> DealFact {
        DealFact {
            deal: self.reference.clone(),
            amount: self.amount,
            customer: self.customer.clone(),
            rep: self.rep.clone(),
            expected_close_on: self.expected_close_on,
            stage: self.stage.clone(),
            probability: self.probability,
        }
    }
}

/// The ledger of a deal with what has been derived so far.
struct Draft<'a> {
    snapshot: &'a DealSnapshot,
    placement: Placement,
    before: Option<&'a DealSnapshot>,
    facts: Vec<Fact>,
    derived: Vec<DerivedFact>,
    /// The ids that the derived facts have in the draft.
    drafted: Vec<ActivityId>,
}

impl Draft<'_> {
    /// The first fact that is missing between the deal as it is drafted and the snapshot.
    fn missing(&self) -> Option<DerivedFact> {
        let (deal, marks) = landmarks(&self.facts);
        let said = self.snapshot;
        self.milestone(
            ActivityKind::DealRegistered,
            said.registered_on,
            deal.registered_on,
            marks.registered,
        )
        .or_else(|| {
            self.milestone(
                ActivityKind::DealApproved,
                said.approved_on,
                deal.approved_on,
                marks.approved,
            )
        })
        .or_else(|| self.state(&deal, marks.closed, marks.opened_on))
        .or_else(|| self.returned())
        .or_else(|| self.update(&deal))
    }

    /// A registration or approval on the day that the snapshot says.
    fn milestone(
        &self,
        kind: ActivityKind,
        said: Option<NaiveDate>,
        kept: Option<NaiveDate>,
        by: Option<ActivityId>,
    ) -> Option<DerivedFact> {
        let on = said.filter(|on| Some(*on) != kept)?;
        if let Some(by) = by {
            return Some(self.correction(kind, on, by, None));
        }
        if self.facts.iter().all(|fact| fact.occurred_on <= on) {
            return Some(self.full(kind, on));
        }
        // What is said now was not so then, but an amount there must have been.
        let known: Vec<Fact> =
            self.facts.iter().filter(|fact| fact.occurred_on <= on).cloned().collect();
        let amount = self.snapshot.amount.filter(|_| landmarks(&known).0.amount.is_none());
        let fact = self.bare(kind, on);
        Some(DerivedFact { details: DealFact { amount, ..fact.details }, ..fact })
    }

    fn state(
        &self,
        deal: &Deal,
        closed: Option<ActivityId>,
        opened_on: Option<NaiveDate>,
    ) -> Option<DerivedFact> {
        let said = self.snapshot;
        let (wanted, as_of) = (said.state.kept(), said.as_of);
        let Some(kind) = said.state.closing() else {
            return match deal.state {
                DealState::Open => None,
                DealState::Unregistered => Some(self.full(ActivityKind::DealRegistered, as_of)),
                _ => Some(self.bare(ActivityKind::DealReopened, as_of)),
            };
        };
        let on = |day: NaiveDate| opened_on.map_or(day, |opened| opened.max(day));
        match deal.state {
            DealState::Open | DealState::Unregistered => {
                let fact = self.full(kind, on(said.closed_on.unwrap_or(as_of)));
                let known = deal.amount.filter(|_| wanted == DealState::Won);
                let amount = fact.details.amount.or(known);
                Some(DerivedFact { details: DealFact { amount, ..fact.details }, ..fact })
            }
            state if state == wanted => {
                let day = said.closed_on.map(on).or(deal.closed_on)?;
                let amount = said.amount.filter(|_| wanted == DealState::Won);
                let is_same = Some(day) == deal.closed_on
                    && amount.is_none_or(|amount| Some(amount) == deal.won_amount);
                (!is_same).then_some(())?;
                Some(self.correction(kind, day, closed?, amount))
            }
            _ => {
                let kept = deal.closed_on.unwrap_or(as_of);
                let day = said.closed_on.unwrap_or(as_of).max(kept);
                Some(self.bare(ActivityKind::DealReopened, day))
            }
        }
    }

    /// Sent back, if it was not when the system spoke last.
    fn returned(&self) -> Option<DerivedFact> {
        let is_returned = |snapshot: &DealSnapshot| snapshot.state == DealSnapshotState::Returned;
        let is_told = self.derived.iter().any(|fact| fact.kind == ActivityKind::DealReturned);
        let is_news = is_returned(self.snapshot) && !self.before.is_some_and(is_returned);
        (is_news && !is_told).then(|| self.full(ActivityKind::DealReturned, self.snapshot.as_of))
    }

    /// What else is said of the deal and not known, and words for places that were not said before.
    fn update(&self, deal: &Deal) -> Option<DerivedFact> {
        fn is_news<T: PartialEq>(said: Option<&T>, kept: Option<&T>) -> bool {
            said.is_some() && said != kept
        }
        let said = self.snapshot;
        let is_won = said.state == DealSnapshotState::Won;
        let news = [
            !is_won && is_news(said.amount.as_ref(), deal.amount.as_ref()),
            is_news(said.customer.as_ref(), deal.customer.as_ref()),
            is_news(said.rep.as_ref(), deal.rep.as_ref()),
            is_news(said.stage.as_ref(), deal.stage.as_ref()),
            is_news(said.probability.as_ref(), deal.probability.as_ref()),
            is_news(said.expected_close_on.as_ref(), deal.expected_close_on.as_ref()),
            is_news(self.placement.product_line.as_ref(), deal.placement.product_line.as_ref()),
            is_news(self.placement.segment.as_ref(), deal.placement.segment.as_ref()),
            is_news(self.placement.geography.as_ref(), deal.placement.geography.as_ref()),
            self.has_new_words(),
        ];
        news.contains(&true).then(|| {
            let fact = self.full(ActivityKind::DealUpdated, said.as_of);
            let amount = fact.details.amount.filter(|_| !is_won);
            DerivedFact { details: DealFact { amount, ..fact.details }, ..fact }
        })
    }

    /// Whether a word for a place is unknown to the vendor and nobody was told of it.
    fn has_new_words(&self) -> bool {
        let words = |snapshot: &DealSnapshot| {
            [&snapshot.product_line, &snapshot.segment, &snapshot.country].map(Clone::clone)
        };
        let meanings =
            [self.placement.product_line, self.placement.segment, self.placement.geography];
        let before = self.before.map(words).unwrap_or_default();
        let is_told = self.derived.iter().any(|fact| fact.is_placed);
        let unknown = words(self.snapshot).into_iter().zip(before).zip(meanings);
        !is_told
            && unknown.into_iter().any(|((word, before), meaning)| {
                meaning.is_none() && word.is_some() && word != before
            })
    }

    /// A fact that says all that the snapshot does.
    fn full(&self, kind: ActivityKind, occurred_on: NaiveDate) -> DerivedFact {
        let details = self.snapshot.details();
        DerivedFact { kind, occurred_on, details, is_placed: true, supersedes: None }
    }

    /// A fact that says that it happened, and no more.
    fn bare(&self, kind: ActivityKind, occurred_on: NaiveDate) -> DerivedFact {
        let details = DealFact {
            deal: self.snapshot.reference.clone(),
            amount: None,
            customer: None,
            rep: None,
            expected_close_on: None,
            stage: None,
            probability: None,
        };
        DerivedFact { kind, occurred_on, details, is_placed: false, supersedes: None }
    }

    /// The fact `id` on another day, or at another amount, and for the rest as it was.
    fn correction(
        &self,
        kind: ActivityKind,
        occurred_on: NaiveDate,
        id: ActivityId,
        amount: Option<Money>,
    ) -> DerivedFact {
        let bare = self.bare(kind, occurred_on);
        let stated = self.facts.iter().find(|fact| fact.id == id).map(|fact| &fact.payload);
        let details = match stated {
            Some(Payload::Deal(stated)) => {
                DealFact { amount: amount.or(stated.amount), ..stated.clone() }
            }
            _ => DealFact { amount, ..bare.details },
        };
        DerivedFact { details, supersedes: Some(id), ..bare }
    }

    fn take(&mut self, mut derived: DerivedFact) {
        let place = |facts: &[Fact], id| facts.iter().position(|fact| fact.id == id);
        let replaced = derived
            .supersedes
            .and_then(|id| place(&self.facts, id))
            .map(|at| self.facts.remove(at));
        // What was only drafted is drafted otherwise.
        let drafted = self.drafted.iter().position(|id| Some(*id) == derived.supersedes);
        if let Some(at) = drafted {
            self.drafted.remove(at);
            derived.supersedes = self.derived.remove(at).supersedes;
        }
        let last = self.facts.iter().map(|fact| fact.id.max(fact.sequence)).max();
        let next = last.map_or(1, |last| last.0.as_u128().saturating_add(1));
        let next = ActivityId(uuid::Uuid::from_u128(next));
        let placement = match &replaced {
            Some(fact) => fact.placement,
            None if derived.is_placed => self.placement,
            None => Placement::default(),
        };
        self.facts.push(Fact {
            id: next,
            sequence: replaced.map_or(next, |fact| fact.sequence),
            kind: derived.kind,
            occurred_on: derived.occurred_on,
            is_verified: false,
            placement,
            payload: Payload::Deal(derived.details.clone()),
        });
        self.drafted.push(next);
        self.derived.push(derived);
    }
}

#[cfg(test)]
mod tests;
