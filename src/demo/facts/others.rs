//! The service provider, whose launch was missed by a fifth; the ally; the reseller.

use super::{CO_SELL, MATERIALS, between, prices};
use crate::{
    demo::{
        deals::{self, Trade},
        dice::Dice,
        efforts::{self, Given},
        markets::{CASTELLAN, LUMEN, RIDGELINE},
        script::{self, PlanScript},
        setting::Setting,
        told::Told,
    },
    domain::{actor::Side, commitment::ResourceKind, money::Currency, target::Metric},
    error::Result,
};

/// What happens with the service provider.
pub fn lumen(setting: &Setting, plan: &PlanScript) -> Result<Vec<Told>> {
    let (period, mut dice) = (setting.launch(), Dice::new(9));
    let prices = prices(&[("NL", "EUR", 10_000)])?;
    let trade = Trade {
        prefix: "LM",
        number: 101,
        from: period.start,
        to: period.end,
        registered: 38,
        won: 9,
        carried_in: 0,
        revenue: 31_000_000,
        pipeline: 79_000_000,
        is_settled: false,
    };
    let mut told = deals::told(&trade, &LUMEN, &prices, &mut dice);
    told.extend(efforts::counted(
        "LM",
        script::ROBOTS,
        between(period.start, setting.ago(9)),
        96,
        24,
    ));
    let list = [
        ("Launch evening Utrecht", "launch-event"),
        ("Launch evening Antwerp", "launch-event"),
        ("Pay-per-move mailing", "email"),
    ];
    let spent = (780_000, plan.currency);
    told.extend(efforts::campaigns(
        "LM",
        &list,
        between(setting.ago(100), setting.ago(24)),
        71,
        spent,
    ));
    told.extend(efforts::certified("LM", "NR-CARE-PRO", period, 4, &mut dice));
    let since = setting.ago(110);
    told.extend(efforts::deliveries(
        ("LM", 1),
        script::LAUNCH,
        CO_SELL,
        90,
        (between(since, setting.ago(16)), 9),
    ));
    let people = Given::Resource(ResourceKind::People);
    let days = (between(since, setting.ago(60)), 3);
    let technicians = efforts::deliveries(("LM", 2), script::TECHNICIANS, people, 3, days);
    told.extend(technicians.into_iter().map(|fact| fact.by(Side::Partner)));
    told.extend(efforts::counted(
        "LM",
        "support_tickets_closed",
        between(period.start, setting.today),
        210,
        30,
    ));
    Ok(told)
}

/// What happens with the ally, although its plan is not signed yet.
pub fn castellan(setting: &Setting) -> Result<Vec<Told>> {
    let (today, mut dice) = (setting.today, Dice::new(3));
    let prices = prices(&[("US", "USD", 10_000), ("CA", "CAD", 7_300)])?;
    let trade = Trade {
        prefix: "CC",
        number: 301,
        from: setting.year.start,
        to: today,
        registered: 58,
        won: 14,
        carried_in: 3,
        revenue: 98_000_000,
        pipeline: 360_000_000,
        is_settled: false,
    };
    let mut told = deals::told(&trade, &CASTELLAN, &prices, &mut dice);
    let year = between(setting.year.start, today);
    told.extend(efforts::certified("CC", "NR-FLEET-PRO", year, 8, &mut dice));
    told.extend(efforts::courses("CC", "NR-FLEET-101", year, 22));
    let list = [
        ("Robots and the cloud", "webinar"),
        ("Fleet data that stays home", "webinar"),
        ("Re-architect the dock door", "webinar"),
    ];
    told.extend(efforts::campaigns(
        "CC",
        &list,
        between(setting.day(40), setting.ago(30)),
        214,
        (3_100_000, Currency::USD),
    ));
    told.extend(efforts::counted("CC", "account_mapping", year, 1, 1));
    Ok(told)
}

/// What happens with the reseller.
pub fn ridgeline(setting: &Setting, plan: &PlanScript) -> Result<Vec<Told>> {
    let (today, mut dice) = (setting.today, Dice::new(211));
    let prices = prices(&[("DE", "EUR", 10_000), ("PL", "PLN", 2_350)])?;
    let trade = Trade {
        prefix: "RS",
        number: 11,
        from: setting.day(6),
        to: today,
        registered: plan.pace(Metric::DealsRegistered, today, 98),
        won: 5,
        carried_in: 0,
        revenue: plan.pace(Metric::Revenue, today, 60),
        pipeline: 64_000_000,
        is_settled: false,
    };
    let mut told = deals::told(&trade, &RIDGELINE, &prices, &mut dice);
    let learning = between(setting.year.start, setting.ago(20));
    told.extend(efforts::certified("RS", "NR-FLEET-PRO", learning, 3, &mut dice));
    told.extend(efforts::deliveries(
        ("RS", 1),
        script::STARTER,
        MATERIALS,
        1,
        (between(setting.day(50), setting.day(70)), 1),
    ));
    Ok(told)
}
