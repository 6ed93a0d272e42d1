//! The next period of a plan: its dates, and what it asks after what the last one brought (domain §4).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::{Datelike, Days, Months, NaiveDate};
use num_traits::ToPrimitive;
use rust_decimal::Decimal;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use super::{
    allocation::{allocate, even},
    calendar::{Period, PeriodKind},
    commitment::CommitmentStatus,
    draft::SplitOf,
    id::TargetId,
    money::{Exact, LARGEST_AMOUNT, exact},
    phasing::Phasing,
};

/// The steepest growth that a renewal can ask for, in percent.
const LARGEST_GROWTH: i32 = 1_000;

/// How much more than the last period brought is asked for, in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
pub struct Growth(i32);

/// A percentage by which no plan grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is not a percentage above -100 and up to {LARGEST_GROWTH} with at most 2 decimal places"
)]
pub struct InvalidGrowth(pub Decimal);

impl Growth {
    /// The growth of so many percent.
    pub fn percent(percent: Decimal) -> Result<Self, InvalidGrowth> {
        let normal = percent.normalize();
        let is_possible = normal.scale() <= 2
            && normal > -Decimal::ONE_HUNDRED
            && normal <= Decimal::from(LARGEST_GROWTH);
        if !is_possible {
            return Err(InvalidGrowth(percent));
        }
        let hundredths = (normal * Decimal::ONE_HUNDRED).to_i32();
        hundredths.map(Self).ok_or(InvalidGrowth(percent))
    }

    /// What is asked for after `actual`, rounded half-even to the unit; none where there is nothing to grow from.
    fn of(self, actual: i64) -> Option<i64> {
        let grown = exact(actual) * exact(10_000 + i64::from(self.0)) / exact(10_000);
        let rounded = grown.half_even().to_i64().unwrap_or(LARGEST_AMOUNT);
        (actual > 0).then(|| rounded.clamp(1, LARGEST_AMOUNT))
    }
}

impl From<Growth> for Decimal {
    fn from(growth: Growth) -> Self {
        Self::new(growth.0.into(), 2)
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::from(*self).normalize().fmt(f)
    }
}

/// The period after a plan's, and how far it is from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextPeriod {
    /// Its days.
    pub period: Period,
    shift: Shift,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shift {
    Months(u32),
    Days(u64),
}

impl NextPeriod {
    /// The period after `period`, by the fiscal calendar that begins in `fiscal_start_month`.
    ///
    /// A fiscal year or half is followed by the next that begins after it, which leaves a gap where the vendor has moved its
    /// calendar; custom dates by as many whole months, or else as many days. None where no calendar goes that far.
    pub fn after(kind: PeriodKind, period: Period, fiscal_start_month: u32) -> Option<Self> {
        let first = period.end.succ_opt()?;
        let middle = (fiscal_start_month + 5) % 12 + 1;
        match kind {
            PeriodKind::FiscalYear => Self::fiscal(period, first, &[fiscal_start_month], 12),
            PeriodKind::HalfYear => Self::fiscal(period, first, &[fiscal_start_month, middle], 6),
            PeriodKind::Custom => Self::custom(period, first),
        }
    }

    fn fiscal(period: Period, first: NaiveDate, months: &[u32], n_months: u32) -> Option<Self> {
        let this_month = first.with_day(1)?;
        let starts = (0..=12).filter_map(|n| this_month.checked_add_months(Months::new(n)));
        let start =
            starts.into_iter().find(|day| *day >= first && months.contains(&day.month()))?;
        let months = |day: NaiveDate| day.year() * 12 + day.month().cast_signed();
        let shift = Shift::Months(u32::try_from(months(start) - months(period.start)).ok()?);
        Some(Self { period: Period::of_months(start, n_months)?, shift })
    }

    fn custom(period: Period, first: NaiveDate) -> Option<Self> {
        let is_whole = |n: &u32| Period::of_months(period.start, *n) == Some(period);
        if let Some(n_months) = (1..=24).find(is_whole) {
            let shift = Shift::Months(n_months);
            return Some(Self { period: Period::of_months(first, n_months)?, shift });
        }
        let n_days = u64::try_from(period.days()).ok()?;
        let end = first.checked_add_days(Days::new(n_days.checked_sub(1)?))?;
        // As many days can be a day short of three months, where those had a February.
        let (shortest, longest) = (Period::of_months(first, 3)?, Period::of_months(first, 24)?);
        let end = end.clamp(shortest.end, longest.end);
        Some(Self { period: Period { start: first, end }, shift: Shift::Days(n_days) })
    }

    /// The day that is as far into the next period as `day` was into the last; the 31st becomes the last of a shorter month.
    pub fn moved(&self, day: NaiveDate) -> NaiveDate {
        let moved = match self.shift {
            Shift::Months(n) => day.checked_add_months(Months::new(n)),
            Shift::Days(n) => day.checked_add_days(Days::new(n)),
        };
        moved.unwrap_or(day)
    }

    /// [`NextPeriod::moved`], kept inside the next period.
    pub fn moved_inside(&self, day: NaiveDate) -> NaiveDate {
        self.moved(day).clamp(self.period.start, self.period.end)
    }

    /// Days of reviews, moved, each once.
    pub fn moved_all(&self, days: &[NaiveDate]) -> Vec<NaiveDate> {
        let moved: BTreeSet<NaiveDate> = days.iter().map(|day| self.moved(*day)).collect();
        moved.into_iter().collect()
    }
}

/// A target of the last period and what it brought, in smallest units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Which target.
    pub id: TargetId,
    /// The split that it is part of.
    pub split: Option<SplitOf>,
    /// What was asked for.
    pub amount: i64,
    /// What it brought.
    pub actual: i64,
}

/// What the next period asks for of each target: splits add up exactly at every level.
///
/// A whole asks for its actual and the growth, or for the old amount where it brought nothing. Its parts share that in proportion
/// to what they brought, one that lost counting as none; or to the old amounts where all brought nothing.
pub fn propose(targets: &[Reached], growth: Growth) -> BTreeMap<TargetId, i64> {
    let wholes = targets.iter().filter(|target| target.split.is_none());
    let mut proposed: BTreeMap<TargetId, i64> =
        wholes.map(|whole| (whole.id, growth.of(whole.actual).unwrap_or(whole.amount))).collect();
    let mut to_share: Vec<TargetId> = proposed.keys().copied().collect();
    while let Some(parent) = to_share.pop() {
        let parts = |split: SplitOf| targets.iter().filter(move |part| part.split == Some(split));
        let splits: BTreeSet<_> = targets.iter().filter_map(|part| part.split).collect();
        for split in splits.into_iter().filter(|split| split.parent == parent) {
            let total = proposed.get(&parent).copied().unwrap_or_default();
            let parts: Vec<Reached> = parts(split).copied().collect();
            for (part, amount) in parts.iter().zip(share(total, &parts)) {
                proposed.insert(part.id, amount);
                to_share.push(part.id);
            }
        }
    }
    proposed
}

fn share(total: i64, parts: &[Reached]) -> Vec<i64> {
    let weights = |of: fn(&Reached) -> i64| -> Vec<Exact> {
        parts.iter().map(|part| exact(of(part).max(0))).collect()
    };
    allocate(total, &weights(|part| part.actual))
        .or_else(|| allocate(total, &weights(|part| part.amount)))
        .or_else(|| even(total, parts.len()))
        .unwrap_or_default()
}

/// How a target spreads over the next period: by the last one's curve where it is phased by it and the curve is known, else as
/// before where that fits, else evenly.
pub fn phasing(
    before: &Phasing,
    curve: Option<Vec<Decimal>>,
    kind: PeriodKind,
    next: Period,
) -> Phasing {
    let by_curve = match (before, curve) {
        (Phasing::Baseline { .. }, Some(curve)) => Some(Phasing::Baseline { curve }),
        _ => None,
    };
    let wanted = by_curve.into_iter().chain([before.clone()]);
    wanted.into_iter().find(|phasing| phasing.phases(kind, next, 1).is_ok()).unwrap_or_default()
}

/// Whether a promise goes on in the next period: it was neither kept nor waived.
pub fn carries_over(status: CommitmentStatus) -> bool {
    match status {
        CommitmentStatus::Fulfilled
        | CommitmentStatus::FulfilledLate
        | CommitmentStatus::Waived => false,
        CommitmentStatus::Planned
        | CommitmentStatus::InProgress
        | CommitmentStatus::AtRisk
        | CommitmentStatus::Overdue
        | CommitmentStatus::Missed => true,
    }
}

/// What is left of a promised quantity.
pub fn left(promised: i64, delivered: i64) -> i64 {
    promised.saturating_sub(delivered.max(0)).max(0)
}

#[cfg(test)]
mod tests;
