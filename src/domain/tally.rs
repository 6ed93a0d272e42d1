//! Sums per day: what facts add to targets, commitments and slices of a plan.
//!
//! A tally is a cache of facts and can be subtracted: what a change of one deal's ledger does to the sums is the tally after it
//! less the tally before it.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::id::{CommitmentId, TargetId};

/// A way of cutting a plan's figures.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Slice {
    /// Not cut: the whole plan.
    Total,
    /// By product line or product.
    ProductLine,
    /// By market segment.
    Segment,
    /// By country or region.
    Geography,
    /// By course or certification code.
    Course,
    /// By kind of campaign.
    CampaignType,
    /// By the partner's salesperson.
    Rep,
}

macro_rules! sums {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$field_doc])* pub $field: i64,)* }

        impl $name {
            /// Whether all sums are nothing.
            pub fn is_zero(&self) -> bool {
                $(self.$field == 0)&&*
            }

            /// Adds `other`, `times` over: once, or minus once. None beyond what can be kept.
            #[must_use]
            pub fn plus(self, other: Self, times: i64) -> Option<Self> {
                Some(Self {
                    $($field: self.$field.checked_add(other.$field.checked_mul(times)?)?,)*
                })
            }

            /// Adds each of `added`, `times` over, to what `sums` has under its key, and forgets what becomes nothing.
            ///
            /// Its cost is that of `added`, however much `sums` has.
            fn add_all<K: Ord>(
                sums: &mut BTreeMap<K, Self>,
                added: BTreeMap<K, Self>,
                times: i64,
            ) -> Result<(), TooLarge> {
                for (key, added) in added {
                    match sums.entry(key) {
                        Entry::Occupied(mut known) => {
                            let sum = known.get().plus(added, times).ok_or(TooLarge)?;
                            if sum.is_zero() {
                                known.remove();
                            } else {
                                known.insert(sum);
                            }
                        }
                        Entry::Vacant(new) => {
                            let sum = Self::default().plus(added, times).ok_or(TooLarge)?;
                            if !sum.is_zero() {
                                new.insert(sum);
                            }
                        }
                    }
                }
                Ok(())
            }
        }
    };
}

sums! {
    /// What facts add to a target; `actual`, `verified` and `disputed` in its unit, values in the plan currency's smallest unit.
    TargetSums {
        /// Counted.
        actual,
        /// Of that, vouched for by the vendor.
        verified,
        /// Of that, disputed by one side.
        disputed,
        /// Deals won.
        won,
        /// What they were won at.
        won_value,
        /// Deals open.
        open_deals,
        /// What they are worth.
        open_value,
        /// What those that should close by the end of the plan are worth, times probability in hundredths of a percent.
        open_weighted,
    }
}

sums! {
    /// What facts deliver on a commitment.
    CommitmentSums {
        /// Delivered, in the commitment's unit.
        delivered,
        /// Leads that came in.
        leads,
        /// Market development funds spent, in the plan currency's smallest unit.
        mdf,
    }
}

sums! {
    /// What facts add up to in a slice; money in the plan currency's smallest unit.
    SliceSums {
        /// Won.
        revenue,
        /// Deals won.
        won,
        /// Deals lost.
        lost,
        /// Deals registered.
        registered,
        /// Approved registrations.
        pipeline,
        /// Deals open.
        open_deals,
        /// What they are worth.
        open_value,
        /// Courses completed.
        completions,
        /// People certified.
        certified,
        /// Marketing programmes carried out.
        programmes,
        /// Leads that came in.
        leads,
        /// Market development funds spent.
        mdf,
    }
}

/// Sums beyond what can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sum of these facts is too large to keep")]
pub struct TooLarge;

/// Sums by subject and day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Per target, version of its lens, and day.
    pub targets: BTreeMap<(TargetId, i32, NaiveDate), TargetSums>,
    /// Per commitment, version of its lens, and day.
    pub commitments: BTreeMap<(CommitmentId, i32, NaiveDate), CommitmentSums>,
    /// Per slice, key within the slice, and day.
    pub slices: BTreeMap<(Slice, String, NaiveDate), SliceSums>,
}

impl Tally {
    /// Adds `other`, `times` over, and forgets what has become nothing.
    pub fn add(&mut self, other: Self, times: i64) -> Result<(), TooLarge> {
        TargetSums::add_all(&mut self.targets, other.targets, times)?;
        CommitmentSums::add_all(&mut self.commitments, other.commitments, times)?;
        SliceSums::add_all(&mut self.slices, other.slices, times)
    }

    /// Forgets sums that are nothing.
    pub fn forget_nothing(&mut self) {
        self.targets.retain(|_, sums| !sums.is_zero());
        self.commitments.retain(|_, sums| !sums.is_zero());
        self.slices.retain(|_, sums| !sums.is_zero());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{commitment, day, target};

    fn tally(actual: i64, delivered: i64, revenue: i64) -> Tally {
        let on = day("2026-03-01");
        let reached = TargetSums { actual, ..TargetSums::default() };
        let kept = CommitmentSums { delivered, ..CommitmentSums::default() };
        let total = SliceSums { revenue, ..SliceSums::default() };
        Tally {
            targets: [((target(1), 1, on), reached)].into(),
            commitments: [((commitment(1), 1, on), kept)].into(),
            slices: [((Slice::Total, String::new(), on), total)].into(),
        }
    }

    #[test]
    fn what_has_become_nothing_is_forgotten() {
        let mut sum = tally(3, 4, 5);
        sum.add(tally(1, 4, 6), -1).unwrap();
        let mut expected = tally(2, 0, -1);
        expected.commitments.clear();
        assert_eq!(sum, expected);
        sum.add(expected, -1).unwrap();
        assert_eq!(sum, Tally::default());
    }

    #[test]
    fn a_sum_too_large_to_keep_is_refused() {
        for (kept, added, times) in [
            (tally(i64::MAX, 0, 0), tally(1, 0, 0), 1),
            (tally(0, i64::MIN, 0), tally(0, 1, 0), -1),
            (tally(0, 0, 0), tally(0, 0, i64::MIN), -1),
        ] {
            assert_eq!(kept.clone().add(added, times), Err(TooLarge));
        }
    }
}
