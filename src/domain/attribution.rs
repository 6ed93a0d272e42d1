//! Where facts count: in which targets, commitments and slices of a plan, on which day (domain §6, §7).
//!
//! Facts are weighed by subject: all facts of one deal, of one person, of one programme, or one fact that stands alone. What flows
//! counts on its day, inside the plan's period. What is a level (open deals, certified people) is kept as changes; what had
//! changed before the period began is carried in on the day before it.

mod delivery;
mod entry;
mod execution;

use chrono::{Days, NaiveDate};

use super::{
    activity::{ActivityKind, Fact, Payload, Provenance, Rates},
    calendar::Period,
    certification,
    deal::{self, Deal, DealChange, DealStep},
    lens::{CommitmentLens, TargetLens, Tree},
    money::{Currency, Money},
    tally::{Slice, SliceSums, Tally, TargetSums, TooLarge},
    target::Metric,
};
use delivery::Subject;
use entry::{Entry, is_about_deals};
use execution::executions;

/// A plan as facts meet it.
#[derive(Clone, Debug)]
pub struct PlanLens {
    /// The days that count.
    pub period: Period,
    /// What money is counted in.
    pub currency: Currency,
    /// What other currencies are worth.
    pub rates: Rates,
    /// The vendor's dimensions.
    pub tree: Tree,
    /// Its targets, as each signed version sees them.
    pub targets: Vec<TargetLens>,
    /// Its commitments, as each signed version sees them.
    pub commitments: Vec<CommitmentLens>,
}

impl PlanLens {
    /// What the facts of one subject add to the plan.
    pub fn tally(&self, facts: &[Fact]) -> Result<Tally, TooLarge> {
        let mut tally = Tally::default();
        let (deal, steps) = deal::replay(facts);
        for step in &steps {
            self.enter(&mut tally, &self.deal_entry(&deal, step))?;
        }
        for fact in facts {
            if let Some(entry) = self.plain_entry(fact) {
                self.enter(&mut tally, &entry)?;
            }
        }
        self.enter_programme(&mut tally, facts)?;
        self.enter_certified(&mut tally, facts)?;
        let subject = Subject { facts, deal: &deal, steps: &steps };
        for lens in &self.commitments {
            for (day, sums) in self.deliveries(lens, &subject) {
                let at = tally.commitments.entry((lens.id, lens.version, day)).or_default();
                *at = at.plus(sums, 1).ok_or(TooLarge)?;
            }
        }
        tally.forget_nothing();
        Ok(tally)
    }

    /// An amount in the plan's currency; nothing without a rate.
    pub fn convert(&self, money: Money) -> Option<i64> {
        if money.currency == self.currency {
            return Some(money.minor);
        }
        self.rates.get(&money.currency).and_then(|rate| money.convert(*rate, self.currency))
    }

    fn value(&self, money: Option<Money>) -> i64 {
        money.and_then(|money| self.convert(money)).unwrap_or(0)
    }

    fn carried_in(&self) -> NaiveDate {
        self.period.start.checked_sub_days(Days::new(1)).unwrap_or(self.period.start)
    }

    /// The day on which a change counts in this plan.
    fn day(&self, day: NaiveDate, is_level: bool) -> Option<NaiveDate> {
        if day > self.period.end {
            None
        } else if day >= self.period.start {
            Some(day)
        } else {
            is_level.then(|| self.carried_in())
        }
    }

    fn deal_entry<'a>(&self, deal: &'a Deal, step: &DealStep) -> Entry<'a> {
        let mut entry = Entry::new(step.day, step.provenance, deal.placement);
        entry.rep = deal.rep.as_deref();
        match step.change {
            DealChange::Registered => entry.sums.registered = 1,
            DealChange::Pipeline(amount) => entry.sums.pipeline = self.value(amount),
            DealChange::Won(times, amount) => {
                entry.sums.won = times;
                entry.sums.revenue = times * self.value(amount);
                entry.won_value = entry.sums.revenue;
            }
            DealChange::Lost(times) => entry.sums.lost = times,
            DealChange::Open(times, open) => {
                entry.is_level = true;
                let value = self.value(open.amount);
                entry.sums.open_deals = times;
                entry.sums.open_value = times * value;
                if open.expected_close_on.is_some_and(|on| on <= self.period.end) {
                    entry.open_weighted = times * value * i64::from(open.probability);
                }
            }
        }
        entry
    }

    fn plain_entry<'a>(&self, fact: &'a Fact) -> Option<Entry<'a>> {
        let mut entry = Entry::new(fact.occurred_on, fact.provenance, fact.placement);
        match (fact.kind, &fact.payload) {
            (ActivityKind::CourseCompleted, Payload::Training(training)) => {
                entry.course = Some(&training.code);
                entry.sums.completions = 1;
            }
            (ActivityKind::LeadsDelivered, Payload::Marketing(marketing)) => {
                entry.campaign = marketing.campaign_type.as_deref();
                entry.sums.leads = marketing.leads.unwrap_or(0);
            }
            (ActivityKind::MdfSpent, Payload::Marketing(marketing)) => {
                entry.campaign = marketing.campaign_type.as_deref();
                entry.sums.mdf = self.value(marketing.amount);
            }
            (_, Payload::Custom(custom)) => {
                entry.metric_key = Some(&custom.metric_key);
                entry.quantity = custom.quantity;
            }
            _ => return None,
        }
        Some(entry)
    }

    /// A programme counts on the day it was carried out; a cancellation takes it back on its own day.
    fn enter_programme(&self, tally: &mut Tally, facts: &[Fact]) -> Result<(), TooLarge> {
        for execution in executions(facts) {
            let fact = execution.fact;
            let mut entry = Entry::new(execution.day, fact.provenance, fact.placement);
            entry.campaign = execution.marketing.campaign_type.as_deref();
            entry.sums.programmes = execution.times;
            self.enter(tally, &entry)?;
        }
        Ok(())
    }

    fn enter(&self, tally: &mut Tally, entry: &Entry<'_>) -> Result<(), TooLarge> {
        let Some(day) = self.day(entry.day, entry.is_level) else { return Ok(()) };
        for (slice, key) in entry.slices() {
            let sums = tally.slices.entry((slice, key, day)).or_default();
            *sums = sums.plus(entry.sums, 1).ok_or(TooLarge)?;
        }
        for lens in &self.targets {
            if !lens.restriction.admits(entry.placement, &self.tree) {
                continue;
            }
            let actual = entry.measure(lens);
            let mut added = TargetSums { actual, ..TargetSums::default() };
            match entry.provenance {
                Provenance::Verified => added.verified = actual,
                Provenance::Disputed => added.disputed = actual,
                Provenance::SelfReported => {}
            }
            if is_about_deals(lens.metric) {
                added.won = entry.sums.won;
                added.won_value = entry.won_value;
                added.open_deals = entry.sums.open_deals;
                added.open_value = entry.sums.open_value;
                added.open_weighted = entry.open_weighted;
            }
            let sums = tally.targets.entry((lens.id, lens.version, day)).or_default();
            *sums = sums.plus(added, 1).ok_or(TooLarge)?;
        }
        Ok(())
    }

    /// Certified people are counted per lens, for a person counts once in each, whichever of the certifications it lets through.
    fn enter_certified(&self, tally: &mut Tally, facts: &[Fact]) -> Result<(), TooLarge> {
        if !facts.iter().any(|fact| fact.kind == ActivityKind::CertificationEarned) {
            return Ok(());
        }
        for (day, change) in self.levels(facts) {
            let sums = SliceSums { certified: change, ..SliceSums::default() };
            let at = tally.slices.entry((Slice::Total, String::new(), day)).or_default();
            *at = at.plus(sums, 1).ok_or(TooLarge)?;
        }
        for lens in self.targets.iter().filter(|lens| lens.metric == Metric::CertifiedPeople) {
            // A revocation says which certification it ends, and need not say where that was counted, nor be vouched for.
            let is_revocation = |fact: &Fact| fact.kind == ActivityKind::CertificationRevoked;
            let admitted: Vec<&Fact> = facts
                .iter()
                .filter(|fact| {
                    is_revocation(fact) || lens.restriction.admits(fact.placement, &self.tree)
                })
                .collect();
            let only = |is_meant: fn(Provenance) -> bool| {
                let facts = admitted.iter().copied();
                facts.filter(move |fact| is_revocation(fact) || is_meant(fact.provenance))
            };
            let none = TargetSums::default();
            let vouched = self.levels(only(|provenance| provenance == Provenance::Verified));
            let vouched =
                vouched.into_iter().map(|(day, verified)| (day, TargetSums { verified, ..none }));
            // What is disputed is what the level would lose without the facts that are.
            let sure = self.levels(only(|provenance| provenance != Provenance::Disputed));
            let sure =
                sure.into_iter().map(|(day, level)| (day, TargetSums { disputed: -level, ..none }));
            let all = self.levels(admitted.iter().copied());
            let all = all
                .into_iter()
                .map(|(day, actual)| (day, TargetSums { actual, disputed: actual, ..none }));
            for (day, added) in vouched.chain(sure).chain(all) {
                let sums = tally.targets.entry((lens.id, lens.version, day)).or_default();
                *sums = sums.plus(added, 1).ok_or(TooLarge)?;
            }
        }
        Ok(())
    }

    fn levels<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Vec<(NaiveDate, i64)> {
        certification::steps(&certification::spans(facts, None))
            .into_iter()
            .filter_map(|(day, change)| Some((self.day(day, true)?, change)))
            .collect()
    }
}

#[cfg(test)]
mod delivery_tests;
#[cfg(test)]
mod tests;
