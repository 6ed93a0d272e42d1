//! What partner and vendor do beside selling: people learn, campaigns run, support is given.

use chrono::{NaiveDate, TimeDelta};

use super::{dice::Dice, told::Told};
use crate::domain::{
    activity::{ActivityKind, CustomFact, MarketingFact, Payload, SupportFact, TrainingFact},
    actor::Side,
    calendar::Period,
    commitment::{ResourceKind, SupportKind},
    money::{Currency, Money},
};

fn days(n_days: i64) -> TimeDelta {
    TimeDelta::days(n_days)
}

/// The day of the `at`th of `n` things that are spread over a stretch of days.
fn spread(over: Period, at: i64, n: i64) -> NaiveDate {
    (over.start + days(at * over.days() / n.max(1))).min(over.end)
}

fn learned(
    day: NaiveDate,
    kind: ActivityKind,
    person: &str,
    code: &str,
    until: Option<NaiveDate>,
) -> Told {
    let step = match kind {
        ActivityKind::CertificationRevoked => "revoked",
        ActivityKind::CertificationEarned => "certified",
        _ => "completed",
    };
    let payload = Payload::Training(TrainingFact {
        person: person.to_owned(),
        code: code.to_owned(),
        valid_until: until,
    });
    Told::new(day, kind, format!("{person}/{code}/{step}"), payload)
}

/// People who complete a course each, the partner's own word for every third.
pub fn courses(prefix: &str, code: &'static str, over: Period, n: i64) -> Vec<Told> {
    let completed = |at: i64| {
        let person = format!("{prefix}-P{:03}", 100 + at);
        let by = if at % 3 == 1 { Side::Partner } else { Side::Vendor };
        learned(spread(over, at, n), ActivityKind::CourseCompleted, &person, code, None).by(by)
    };
    (0..n).map(completed).collect()
}

/// People certified on the last day: `level` of them, some of whom lapse soon; and some who have lapsed, and one revoked.
pub fn certified(
    prefix: &str,
    code: &'static str,
    over: Period,
    level: i64,
    dice: &mut Dice,
) -> Vec<Told> {
    let mut told = Vec::new();
    let mut earn = |number: i64, day: NaiveDate| {
        let person = format!("{prefix}-P{number:03}");
        let until = day + days(364);
        told.push(learned(day, ActivityKind::CertificationEarned, &person, code, Some(until)));
    };
    for at in 0..level {
        let earned_on = match at {
            0 | 4 | 9 => over.end - days(350 - 2 * at),
            _ if at % 5 < 2 => over.start - days(dice.between(20, 120)),
            _ => (over.start + days(dice.between(8, over.days() - 12))).min(over.end),
        };
        earn(at, earned_on);
    }
    for at in 0..level / 8 {
        earn(60 + at, over.start - days(250 + 15 * at));
    }
    if level > 10 {
        earn(80, over.start + days(20));
        let person = format!("{prefix}-P080");
        let revoked_on = over.start + days(110);
        told.push(learned(revoked_on, ActivityKind::CertificationRevoked, &person, code, None));
    }
    told
}

/// A campaign of a partner: its name and its kind.
pub type Campaign = (&'static str, &'static str);

/// Campaigns one after the other, with the leads and the money that they add up to.
pub fn campaigns(
    prefix: &str,
    list: &[Campaign],
    over: Period,
    leads: i64,
    (spent, currency): (i64, Currency),
) -> Vec<Told> {
    let n = i64::try_from(list.len()).unwrap_or(1).max(1);
    let mut told = Vec::new();
    for (at, (name, kind)) in (0..n).zip(list) {
        let programme = format!("{prefix}-C{:02} {name}", at + 1);
        let mut say = |day: NaiveDate,
                       fact,
                       step: &str,
                       amount: Option<i64>,
                       leads: Option<i64>| {
            let payload = Payload::Marketing(MarketingFact {
                programme: Some(programme.clone()),
                campaign_type: Some((*kind).to_owned()),
                commitment: None,
                amount: amount.map(|minor| Money { minor, currency }),
                leads,
            });
            let by =
                if step.starts_with("leads") && at % 2 == 1 { Side::Partner } else { Side::Vendor };
            let external = format!("{prefix}-C{:02}/{step}", at + 1);
            told.push(Told::new(day.min(over.end), fact, external, payload).by(by));
        };
        let day = spread(over, at, n) + days(4);
        let whole = share(leads, at, n);
        say(day, ActivityKind::ProgrammeExecuted, "executed", None, None);
        for part in (0..3).filter(|part| share(whole, *part, 3) > 0) {
            let step = format!("leads-{}", part + 1);
            let some = Some(share(whole, part, 3));
            say(day + days(1 + 3 * part), ActivityKind::LeadsDelivered, &step, None, some);
        }
        let spent = share(spent / 100, at, n) * 100;
        if spent > 0 {
            say(day + days(7), ActivityKind::MdfSpent, "invoice", Some(spent), None);
        }
    }
    told
}

/// A campaign that was reported as carried out and was not.
pub fn called_off(prefix: &str, name: &str, kind: &str, on: NaiveDate) -> [Told; 2] {
    let fact = |day, fact, step: &str| {
        let payload = Payload::Marketing(MarketingFact {
            programme: Some(format!("{prefix}-CX {name}")),
            campaign_type: Some(kind.to_owned()),
            commitment: None,
            amount: None,
            leads: None,
        });
        Told::new(day, fact, format!("{prefix}-CX/{step}"), payload)
    };
    [
        fact(on, ActivityKind::ProgrammeExecuted, "executed"),
        fact(on + days(3), ActivityKind::ProgrammeCancelled, "cancelled"),
    ]
}

/// The `at`th of `n` whole parts of a total.
fn share(total: i64, at: i64, n: i64) -> i64 {
    total * (at + 1) / n - total * at / n
}

/// What is given.
#[derive(Clone, Copy, Debug)]
pub enum Given {
    /// The vendor's support.
    Support(SupportKind),
    /// Somebody's resources.
    Resource(ResourceKind),
}

/// So much given towards a commitment, in so many portions.
pub fn deliveries(
    (prefix, number): (&str, i64),
    commitment: &'static str,
    given: Given,
    total: i64,
    (over, n): (Period, i64),
) -> Vec<Told> {
    let portion = |at: i64| {
        let (support, resource) = match given {
            Given::Support(kind) => (Some(kind), None),
            Given::Resource(kind) => (None, Some(kind)),
        };
        let quantity = share(total, at, n) * 1_000;
        let fact = SupportFact { support, resource, quantity, commitment: None };
        let day = spread(over, at + 1, n);
        let external = format!("{prefix}-S{number}/{:02}", at + 1);
        Told::new(day, ActivityKind::SupportDelivered, external, Payload::Support(fact))
            .towards(commitment)
    };
    (0..n).filter(|at| share(total, *at, n) > 0).map(portion).collect()
}

/// So much of a custom metric, in so many portions; the partner tells every other.
pub fn counted(
    prefix: &str,
    metric_key: &'static str,
    over: Period,
    total: i64,
    n: i64,
) -> Vec<Told> {
    let portion = |at: i64| {
        let quantity = share(total, at, n) * 1_000;
        let fact = CustomFact { metric_key: metric_key.to_owned(), quantity, commitment: None };
        let external = format!("{prefix}-{metric_key}/{:03}", at + 1);
        let by = if at % 2 == 1 { Side::Partner } else { Side::Vendor };
        Told::new(spread(over, at, n), ActivityKind::Custom, external, Payload::Custom(fact)).by(by)
    };
    (0..n).filter(|at| share(total, *at, n) > 0).map(portion).collect()
}
