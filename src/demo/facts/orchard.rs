//! The distributor: many small deals, and more funds spent than there are.

use super::{CO_SELL, MATERIALS, between, prices};
use crate::{
    demo::{
        deals::{self, Trade},
        dice::Dice,
        efforts,
        markets::{ORCHARD, ORCHARD_CAMPAIGNS},
        script::{self, PlanScript},
        setting::Setting,
        told::Told,
    },
    domain::target::Metric,
    error::Result,
};

/// What happens with the distributor.
pub fn told(setting: &Setting, plan: &PlanScript) -> Result<Vec<Told>> {
    let (today, mut dice) = (setting.today, Dice::new(42));
    let prices = prices(&[
        ("IE", "EUR", 10_000),
        ("GB", "GBP", 11_700),
        ("UK", "GBP", 11_700),
        ("SE", "SEK", 880),
    ])?;
    let pace = |metric, percent| plan.pace(metric, today, percent);
    let before = Trade {
        prefix: "OD",
        number: 1_001,
        from: setting.before.start,
        to: setting.before.end,
        registered: 110,
        won: 48,
        carried_in: 0,
        revenue: 190_000_000,
        pipeline: 450_000_000,
        is_settled: true,
    };
    let now = Trade {
        number: 2_001,
        from: setting.year.start,
        to: today,
        registered: pace(Metric::DealsRegistered, 132),
        won: 66,
        carried_in: 8,
        revenue: 104_000_000,
        pipeline: pace(Metric::PipelineCreated, 84),
        is_settled: false,
        ..before
    };
    let mut told = deals::told(&before, &ORCHARD, &prices, &mut dice);
    told.extend(deals::told(&now, &ORCHARD, &prices, &mut dice));
    let year = between(setting.year.start, today);
    told.extend(efforts::courses(
        "OD",
        "NR-SELL-200",
        year,
        pace(Metric::TrainingCompletions, 100),
    ));
    let since = setting.day(24);
    // More than was allocated.
    let spent = (2_650_000, plan.currency);
    told.extend(efforts::campaigns(
        "OD",
        &ORCHARD_CAMPAIGNS,
        between(since, setting.ago(14)),
        520,
        spent,
    ));
    told.extend(efforts::counted(
        "OD",
        "account_mapping",
        between(setting.day(60), setting.ago(20)),
        2,
        2,
    ));
    told.extend(efforts::deliveries(
        ("OD", 1),
        script::DESK,
        CO_SELL,
        130,
        (between(since, setting.ago(3)), 20),
    ));
    told.extend(efforts::deliveries(
        ("OD", 2),
        script::LAUNCH_KIT,
        MATERIALS,
        6,
        (between(since, setting.ago(38)), 3),
    ));
    Ok(told)
}
