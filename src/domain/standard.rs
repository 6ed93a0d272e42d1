//! What a programme fills in of a light plan (domain §3).

use num_traits::ToPrimitive;
use rust_decimal::Decimal;

use super::{
    money::{Currency, LARGEST_AMOUNT, Unit, exact, exact_decimal},
    policy::{PlanningMode, PlanningPolicy},
};

/// What a light plan begins with, in smallest units; what is none is left to the parties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standard {
    /// The pipeline to create.
    pub pipeline: Option<i64>,
    /// The deals to register.
    pub registrations: Option<i64>,
    /// The market development funds.
    pub mdf: Option<i64>,
}

impl Standard {
    /// What `policy`, whose money is in the `vendor`'s currency, fills in of a plan in the currency `plan`.
    ///
    /// Money is not converted: before a plan has a planning rate there is nothing to convert it by.
    pub fn of(policy: &PlanningPolicy, vendor: Currency, plan: Currency) -> Self {
        if policy.mode != PlanningMode::Light {
            return Self::default();
        }
        let money = |amount: Option<Decimal>| {
            amount.filter(|_| vendor == plan).and_then(|amount| units(Unit::Money(plan), amount))
        };
        Self {
            pipeline: money(policy.standard_pipeline_target),
            registrations: policy
                .standard_deal_registration_target
                .and_then(|number| units(Unit::Count, number)),
            mdf: money(policy.mdf_entitlement),
        }
    }
}

/// More than nothing, rounded half-even to a whole unit.
fn units(unit: Unit, amount: Decimal) -> Option<i64> {
    let scale = exact(10_i64.pow(unit.places()));
    let units = (exact_decimal(amount) * scale).half_even().to_i64()?;
    (1..=LARGEST_AMOUNT).contains(&units).then_some(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USD: Currency = Currency::USD;

    fn policy(pipeline: &str, registrations: &str, mdf: &str) -> PlanningPolicy {
        let amount = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        PlanningPolicy {
            standard_pipeline_target: amount(pipeline),
            standard_deal_registration_target: amount(registrations),
            mdf_entitlement: amount(mdf),
            ..PlanningPolicy::light()
        }
    }

    #[track_caller]
    fn check(policy: &PlanningPolicy, plan: &str, expected: [Option<i64>; 3]) {
        let standard = Standard::of(policy, USD, plan.parse().unwrap());
        assert_eq!([standard.pipeline, standard.registrations, standard.mdf], expected);
    }

    #[test]
    fn a_light_plan_begins_with_what_its_programme_states() {
        let gold = policy("250000", "40", "5000.50");
        check(&gold, "USD", [Some(25_000_000), Some(40), Some(500_050)]);
        check(&gold, "EUR", [None, Some(40), None]);
        check(&policy("", "", ""), "USD", [None, None, None]);
        check(&policy("0", "0", "0.005"), "USD", [None, None, None]);
        check(&policy("0.015", "", ""), "USD", [Some(2), None, None]);
    }

    #[test]
    fn other_modes_begin_empty() {
        for mode in [PlanningMode::Full, PlanningMode::None] {
            let policy = PlanningPolicy { mode, ..policy("250000", "40", "5000") };
            check(&policy, "USD", [None, None, None]);
        }
    }
}
