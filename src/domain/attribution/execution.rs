//! Marketing programmes: carried out, and cancelled after all.

use chrono::NaiveDate;

use crate::domain::activity::{ActivityKind, Fact, MarketingFact, Payload};

/// A programme that was carried out (+1), or a cancellation that takes it back (−1).
#[derive(Clone, Copy, Debug)]
pub struct Execution<'a> {
    /// The day on which it counts.
    pub day: NaiveDate,
    /// The fact that it was carried out: the cancellation counts where that did, whatever itself says.
    pub fact: &'a Fact,
    /// What that fact says.
    pub marketing: &'a MarketingFact,
    /// Once, or minus once.
    pub times: i64,
}

/// Executions and cancellations of executed programmes, in order; all facts are of one programme.
pub fn executions(facts: &[Fact]) -> Vec<Execution<'_>> {
    let mut ordered: Vec<(&Fact, &MarketingFact)> = facts
        .iter()
        .filter_map(|fact| match &fact.payload {
            Payload::Marketing(marketing) => Some((fact, marketing)),
            _ => None,
        })
        .collect();
    ordered.sort_by_key(|(fact, _)| (fact.occurred_on, fact.sequence));
    let mut counted = Vec::new();
    let mut executed: Option<Execution<'_>> = None;
    for (fact, marketing) in ordered {
        match fact.kind {
            ActivityKind::ProgrammeExecuted
                if executed.is_none() || marketing.programme.is_none() =>
            {
                let execution = Execution { day: fact.occurred_on, fact, marketing, times: 1 };
                executed = Some(execution);
                counted.push(execution);
            }
            ActivityKind::ProgrammeCancelled => {
                if let Some(execution) = executed.take() {
                    counted.push(Execution { day: fact.occurred_on, times: -1, ..execution });
                }
            }
            _ => {}
        }
    }
    counted
}
