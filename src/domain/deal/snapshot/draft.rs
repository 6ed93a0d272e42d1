//! A deal between two states: its ledger with the facts that are derived one after the other.

use chrono::NaiveDate;

use super::{DealSnapshot, DealSnapshotState, DerivedFact};
use crate::domain::{
    activity::{ActivityKind, DealFact, Fact, Payload, Placement, Provenance},
    deal::{Deal, DealState, landmarks},
    id::ActivityId,
    money::Money,
};

/// The ledger of a deal with what has been derived so far.
pub struct Draft<'a> {
    snapshot: &'a DealSnapshot,
    placement: Placement,
    before: Option<&'a DealSnapshot>,
    facts: Vec<Fact>,
    derived: Vec<DerivedFact>,
    /// The ids that the derived facts have in the draft.
    drafted: Vec<ActivityId>,
}

impl<'a> Draft<'a> {
    /// Before anything is derived.
    pub fn new(
        snapshot: &'a DealSnapshot,
        placement: Placement,
        before: Option<&'a DealSnapshot>,
        facts: &[Fact],
    ) -> Self {
        let facts = facts.to_vec();
        Self { snapshot, placement, before, facts, derived: Vec::new(), drafted: Vec::new() }
    }

    /// What has been derived, in its order.
    pub fn into_derived(self) -> Vec<DerivedFact> {
        self.derived
    }

    /// The first fact that is missing between the deal as it is drafted and the snapshot.
    pub fn missing(&self) -> Option<DerivedFact> {
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

    /// Drafts a fact.
    pub fn take(&mut self, mut derived: DerivedFact) {
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
            provenance: Provenance::SelfReported,
            placement,
            payload: Payload::Deal(derived.details.clone()),
        });
        self.drafted.push(next);
        self.derived.push(derived);
    }
}
