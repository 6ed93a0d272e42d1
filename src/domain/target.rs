//! What a target measures, and how targets share weight and amount (domain §5).

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::{
    activity::Feed,
    allocation::{allocate, even},
    money::{Currency, Exact, Unit, exact},
};

/// What a target measures.
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
pub enum Metric {
    /// Money of won deals, each on the day it was won and with its won amount.
    Revenue,
    /// Money of approved deal registrations, each on the day of its approval.
    PipelineCreated,
    /// Number of deals registered, each on the day of its registration.
    DealsRegistered,
    /// Number of deals won; one that is reopened is taken back on that day.
    DealsWon,
    /// Number of leads that marketing programmes delivered.
    Leads,
    /// Number of courses completed.
    TrainingCompletions,
    /// Number of distinct people with a valid certification: a level on a day, not a sum over days.
    CertifiedPeople,
    /// A quantity of the vendor's own, fed by custom activities with the target's metric key; three decimal places.
    Custom,
}

impl Metric {
    /// Where the facts come from that it counts.
    pub fn feed(self) -> Feed {
        match self {
            Self::Revenue | Self::PipelineCreated | Self::DealsRegistered | Self::DealsWon => {
                Feed::Deals
            }
            Self::Leads => Feed::Marketing,
            Self::TrainingCompletions | Self::CertifiedPeople => Feed::Training,
            Self::Custom => Feed::Custom,
        }
    }

    /// What its integers count, in a plan of this currency.
    pub fn unit(self, currency: Currency) -> Unit {
        match self {
            Self::Revenue | Self::PipelineCreated => Unit::Money(currency),
            Self::DealsRegistered
            | Self::DealsWon
            | Self::Leads
            | Self::TrainingCompletions
            | Self::CertifiedPeople => Unit::Count,
            Self::Custom => Unit::Quantity,
        }
    }

    /// Whether it is a level on a day rather than a sum over days.
    pub fn is_level(self) -> bool {
        self == Self::CertifiedPeople
    }
}

/// Along what a target is split.
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
pub enum Dimension {
    /// By the vendor's product lines.
    ProductLine,
    /// By market segments.
    Segment,
    /// By regions and their countries.
    Geography,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ProductLine, Self::Segment, Self::Geography];

    /// Its name in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::ProductLine => "product line",
            Self::Segment => "segment",
            Self::Geography => "geography",
        }
    }

    /// Its name in the path of a field.
    pub fn field(self) -> &'static str {
        match self {
            Self::ProductLine => "productLine",
            Self::Segment => "segment",
            Self::Geography => "geography",
        }
    }
}

/// Weights that do not share out the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWeights {
    /// Some have one and some have none.
    #[error("{n_absent} of {n_targets} targets have no weight")]
    SomeAbsent {
        /// Targets without a weight.
        n_absent: usize,
        /// Targets altogether.
        n_targets: usize,
    },
    /// A weight that is none.
    #[error("the weight {0} is not between 1 and 100")]
    OutOfRange(u8),
    /// They share out too little or too much.
    #[error("the weights add up to {0}, not to 100")]
    Sum(u32),
}

/// Checks the weights of top-level targets: all absent, or each 1 to 100 and 100 together.
pub fn check_weights(weights: &[Option<u8>]) -> Result<(), InvalidWeights> {
    let given: Vec<u8> = weights.iter().copied().flatten().collect();
    if given.is_empty() {
        return Ok(());
    }
    if given.len() < weights.len() {
        let (n_absent, n_targets) = (weights.len() - given.len(), weights.len());
        return Err(InvalidWeights::SomeAbsent { n_absent, n_targets });
    }
    if let Some(&weight) = given.iter().find(|weight| !(1..=100).contains(*weight)) {
        return Err(InvalidWeights::OutOfRange(weight));
    }
    let sum = given.iter().copied().map(u32::from).sum();
    if sum == 100 { Ok(()) } else { Err(InvalidWeights::Sum(sum)) }
}

/// Children of one split that do not add up to their parent, in smallest units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the split adds up to {sum}, not to {parent}")]
pub struct SplitMismatch {
    /// What the parent has.
    pub parent: i64,
    /// What the children have together, wider than any one of them.
    pub sum: i128,
}

/// Checks that the children of one split add up to their parent exactly.
pub fn check_split(parent: i64, children: &[i64]) -> Result<(), SplitMismatch> {
    let sum = children.iter().copied().map(i128::from).sum();
    if sum == i128::from(parent) { Ok(()) } else { Err(SplitMismatch { parent, sum }) }
}

/// What a proposed split goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitBasis<'a> {
    /// So many equal parts.
    Even(usize),
    /// In proportion to what each child brought in the last period; one that lost counts as none.
    Baseline(&'a [i64]),
}

/// A split of `total` smallest units that adds up exactly, one amount for each child.
///
/// None where there is nothing to go by: no children, or baselines of which none is positive.
pub fn propose_split(total: i64, basis: SplitBasis<'_>) -> Option<Vec<i64>> {
    match basis {
        SplitBasis::Even(n) => even(total, n),
        SplitBasis::Baseline(baselines) => {
            let weights: Vec<Exact> =
                baselines.iter().map(|actual| exact(*actual.max(&0))).collect();
            allocate(total, &weights)
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[track_caller]
    fn check(weights: &[Option<u8>], expected: Result<(), &str>) {
        let checked = check_weights(weights).map_err(|refused| refused.to_string());
        assert_eq!(
            checked.as_ref().map_err(String::as_str),
            expected.as_ref().map_err(|text| *text)
        );
    }

    #[test]
    fn weights_are_all_absent_or_share_out_a_hundred() {
        check(&[], Ok(()));
        check(&[None, None], Ok(()));
        check(&[Some(50), Some(30), Some(20)], Ok(()));
        check(&[Some(100)], Ok(()));
        check(&[Some(50), None], Err("1 of 2 targets have no weight"));
        check(&[Some(50), Some(49)], Err("the weights add up to 99, not to 100"));
        check(&[Some(100), Some(0)], Err("the weight 0 is not between 1 and 100"));
        check(&[Some(101)], Err("the weight 101 is not between 1 and 100"));
    }

    #[test]
    fn a_split_adds_up_to_the_last_unit() {
        assert_eq!(check_split(100, &[64, 18, 18]), Ok(()));
        assert_eq!(check_split(100, &[]), Err(SplitMismatch { parent: 100, sum: 0 }));
        let refused = check_split(100, &[64, 18, 17]).unwrap_err();
        assert_eq!(refused.to_string(), "the split adds up to 99, not to 100");
        assert_eq!(
            check_split(0, &[i64::MAX, i64::MAX]).unwrap_err().sum,
            i128::from(i64::MAX) * 2
        );
    }

    /// Example E of domain §5.
    #[test]
    fn a_proposed_split_always_adds_up() {
        let thirds = propose_split(100_000_000, SplitBasis::Even(3));
        assert_eq!(thirds, Some(vec![33_333_334, 33_333_333, 33_333_333]));
        assert_eq!(propose_split(100, SplitBasis::Baseline(&[7, 2, 2])), Some(vec![64, 18, 18]));
        assert_eq!(propose_split(10, SplitBasis::Baseline(&[5, -5])), Some(vec![10, 0]));
        assert_eq!(propose_split(10, SplitBasis::Baseline(&[0, -5])), None);
        assert_eq!(propose_split(10, SplitBasis::Even(0)), None);
    }

    #[test]
    fn only_certified_people_is_a_level() {
        let levels: Vec<Metric> = Metric::iter().filter(|metric| metric.is_level()).collect();
        assert_eq!(levels, [Metric::CertifiedPeople]);
        assert_eq!(Metric::Revenue.unit(Currency::USD), Unit::Money(Currency::USD));
        assert_eq!(Metric::Leads.unit(Currency::USD), Unit::Count);
        assert_eq!(Metric::Custom.unit(Currency::USD), Unit::Quantity);
    }
}
