//! The integrator: strong in deals, weak in leads and pilots, and in a country that nobody planned for.

use super::{CO_SELL, MATERIALS, between, prices};
use crate::{
    demo::{
        deals::{self, Market, Trade},
        dice::Dice,
        efforts::{self, Given},
        markets::{BRANDT, BRANDT_CAMPAIGNS},
        script::{self, PlanScript},
        setting::Setting,
        told::Told,
    },
    domain::{actor::Side, commitment::ResourceKind, target::Metric},
    error::Result,
};

/// What happens with the integrator.
pub fn told(setting: &Setting, plan: &PlanScript) -> Result<Vec<Told>> {
    let (today, mut dice) = (setting.today, Dice::new(6));
    let prices = prices(&[
        ("DE", "EUR", 10_000),
        ("CH", "CHF", 10_450),
        ("US", "USD", 9_200),
        ("CZ", "CZK", 400),
    ])?;
    let pace = |metric, percent| plan.pace(metric, today, percent);
    let before = Trade {
        prefix: "BK",
        number: 1_001,
        from: setting.before.start,
        to: setting.before.end,
        registered: 130,
        won: 62,
        carried_in: 0,
        revenue: 350_000_000,
        pipeline: 860_000_000,
        is_settled: true,
    };
    let now = Trade {
        number: 2_001,
        from: setting.year.start,
        to: today,
        registered: pace(Metric::DealsRegistered, 102),
        won: pace(Metric::DealsWon, 83),
        carried_in: 10,
        revenue: pace(Metric::Revenue, 97),
        pipeline: pace(Metric::PipelineCreated, 128),
        is_settled: false,
        ..before
    };
    // A market that nobody planned for: neither its country nor its currency is known.
    let stray = Trade {
        number: 2_901,
        from: setting.day(40),
        registered: 4,
        won: 1,
        carried_in: 0,
        revenue: 4_000_000,
        pipeline: 12_000_000,
        ..now
    };
    let abroad = Market { countries: &[("CZ", 1)], ..BRANDT };

    let mut told = deals::told(&before, &BRANDT, &prices, &mut dice);
    told.extend(deals::told(&now, &BRANDT, &prices, &mut dice));
    told.extend(deals::told(&stray, &abroad, &prices, &mut dice));

    let year = between(setting.year.start, today);
    told.extend(efforts::courses(
        "BK",
        "NR-FLEET-101",
        between(setting.day(5), setting.ago(20)),
        77,
    ));
    told.extend(efforts::courses("BK", "NR-SAFE-101", between(setting.day(30), setting.ago(4)), 9));
    let level = pace(Metric::CertifiedPeople, 80);
    told.extend(efforts::certified("BK", "NR-FLEET-PRO", year, level, &mut dice));
    let campaigns = between(setting.day(20), setting.ago(9));
    let spent = (6_150_000, plan.currency);
    told.extend(efforts::campaigns(
        "BK",
        &BRANDT_CAMPAIGNS,
        campaigns,
        pace(Metric::Leads, 60),
        spent,
    ));
    told.extend(efforts::called_off(
        "BK",
        "Smart-factory roadshow Graz",
        "roadshow",
        setting.ago(48),
    ));

    told.extend(efforts::counted(
        "BK",
        "proofs_of_concept",
        year,
        pace(Metric::Custom, 50) / 1_000,
        6,
    ));
    told.extend(efforts::counted(
        "BK",
        "joint_calls",
        between(setting.day(6), setting.ago(1)),
        36,
        36,
    ));
    told.extend(efforts::counted(
        "BK",
        "account_mapping",
        between(setting.day(10), setting.day(45)),
        3,
        3,
    ));
    let since = setting.day(20);
    told.extend(efforts::deliveries(
        ("BK", 1),
        script::ENGINEER,
        CO_SELL,
        330,
        (between(since, setting.ago(2)), 26),
    ));
    told.extend(efforts::deliveries(
        ("BK", 2),
        script::DECKS,
        MATERIALS,
        5,
        (between(since, setting.ago(24)), 5),
    ));
    let money = Given::Resource(ResourceKind::Money);
    told.extend(efforts::deliveries(
        ("BK", 3),
        script::DEMO_CELL,
        money,
        120_000,
        (between(since, setting.ago(70)), 3),
    ));
    told.extend(efforts::deliveries(
        ("BK", 4),
        script::WORKSHOPS,
        CO_SELL,
        12,
        (between(setting.ago(70), setting.ago(12)), 4),
    ));
    told.extend(efforts::deliveries(
        ("BK", 5),
        script::CONNECTOR,
        CO_SELL,
        80,
        (between(since, setting.ago(52)), 5),
    ));
    let people = Given::Resource(ResourceKind::People);
    let presales = efforts::deliveries(
        ("BK", 6),
        script::PRESALES,
        people,
        2,
        (between(since, setting.ago(105)), 2),
    );
    told.extend(presales.into_iter().map(|fact| fact.by(Side::Partner)));
    Ok(told)
}
