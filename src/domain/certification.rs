//! Who is certified when (domain §6, example G).
//!
//! A certification holds from the day it was earned to its last valid day, both included, and no longer on the day it is revoked.
//! A person counts once, however many certifications hold.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::activity::{ActivityKind, Fact, Payload};

/// Days on which a person is certified; the last day is included, none means for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
}

/// The spans, without overlap and in order, in which the facts of one person leave that person certified.
///
/// `code` restricts to one certification.
pub fn spans<'a>(facts: impl IntoIterator<Item = &'a Fact>, code: Option<&str>) -> Vec<Span> {
    let mut ordered: Vec<_> = facts
        .into_iter()
        .filter_map(|fact| match &fact.payload {
            Payload::Training(details) if code.is_none_or(|code| code == details.code) => {
                Some((fact, details))
            }
            _ => None,
        })
        .collect();
    ordered.sort_by_key(|(fact, _)| (fact.occurred_on, fact.sequence));

    let mut by_code: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for (fact, details) in ordered {
        let held = by_code.entry(&details.code).or_default();
        match fact.kind {
            ActivityKind::CertificationEarned => {
                held.push(Span { from: fact.occurred_on, to: details.valid_until });
            }
            ActivityKind::CertificationRevoked => end_before(held, fact.occurred_on),
            _ => {}
        }
    }
    union(by_code.into_values().flatten().collect())
}

/// Changes of the level: +1 on a span's first day, −1 on the day after its last.
pub fn steps(spans: &[Span]) -> Vec<(NaiveDate, i64)> {
    let mut steps = Vec::with_capacity(spans.len() * 2);
    for span in spans {
        steps.push((span.from, 1));
        if let Some(after) = span.to.and_then(|last| last.checked_add_days(Days::new(1))) {
            steps.push((after, -1));
        }
    }
    steps
}

/// A certification that will not be valid for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// Whose, by pseudonym.
    pub person: String,
    /// Which.
    pub code: String,
    /// The last day on which it holds.
    pub last_day: NaiveDate,
}

/// The certifications of one person that hold on `today` and whose last day comes by `until`.
pub fn lapsing(facts: &[Fact], today: NaiveDate, until: NaiveDate) -> Vec<Lapse> {
    let named: BTreeMap<&str, &str> = facts
        .iter()
        .filter_map(|fact| match &fact.payload {
            Payload::Training(details) => Some((details.code.as_str(), details.person.as_str())),
            _ => None,
        })
        .collect();
    let lapse = |(code, person): (&str, &str)| {
        let spans = spans(facts, Some(code));
        let held = spans.iter().find(|span| span.from <= today && span.to >= Some(today))?;
        let last_day = held.to.filter(|last| *last <= until)?;
        Some(Lapse { person: person.to_owned(), code: code.to_owned(), last_day })
    };
    named.into_iter().filter_map(lapse).collect()
}

fn end_before(spans: &mut Vec<Span>, day: NaiveDate) {
    let last = day.pred_opt();
    for span in spans.iter_mut() {
        if span.to.is_none_or(|to| to >= day) {
            span.to = last;
        }
    }
    spans.retain(|span| span.to.is_none_or(|to| to >= span.from));
}

fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.to.is_none_or(|to| to >= span.from));
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last)
                if last.to.is_none_or(|to| to.succ_opt().is_none_or(|next| span.from <= next)) =>
            {
                last.to = last.to.zip(span.to).map(|(a, b)| a.max(b));
            }
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
