//! Sharing a whole among parts so that the parts add up to it.
//!
//! Every split and every phase goes through here (domain §5): largest remainder, in whole smallest units.

use std::cmp::Reverse;

use num_traits::{ToPrimitive, Zero};

use super::money::{Exact, exact};

/// `total` in proportion to `weights`, in whole units that add up to it exactly.
///
/// Each part is its exact share rounded down; the units left over go to the largest remainders, and of equal remainders to
/// the earliest. None where nothing says how to share: no weights, all of them zero, or one of them negative.
pub fn allocate(total: i64, weights: &[Exact]) -> Option<Vec<i64>> {
    let sum: Exact = weights.iter().sum();
    if sum.is_zero() || weights.iter().any(Exact::is_negative) {
        return None;
    }
    let shares: Vec<Exact> = weights.iter().map(|weight| exact(total) * weight / &sum).collect();
    let remainders: Vec<Exact> = shares.iter().map(|share| share - share.floor()).collect();
    let mut parts: Vec<i64> =
        shares.iter().map(|share| share.floor().to_i64()).collect::<Option<_>>()?;

    let left_over = remainders.iter().sum::<Exact>().to_usize()?;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&index| Reverse(&remainders[index]));
    for &index in order.iter().take(left_over) {
        parts[index] += 1;
    }
    Some(parts)
}

/// `total` in `n` parts that differ by one unit at most, the larger ones first.
///
/// None for no parts.
pub fn even(total: i64, n: usize) -> Option<Vec<i64>> {
    let parts = i64::try_from(n).ok().filter(|parts| *parts > 0)?;
    let (least, left_over) = (total.div_euclid(parts), total.rem_euclid(parts));
    Some((0..parts).map(|at| least + i64::from(at < left_over)).collect())
}

#[cfg(test)]
mod tests {
    use num_traits::One;
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(total: i64, weights: &[i64], expected: Option<&[i64]>) {
        let weights: Vec<Exact> = weights.iter().copied().map(exact).collect();
        assert_eq!(allocate(total, &weights).as_deref(), expected);
    }

    /// Examples B and E of domain §5.
    #[test]
    fn left_over_units_go_to_the_largest_remainders_and_then_to_the_earliest() {
        check(100_000_000, &[1, 1, 1], Some(&[33_333_334, 33_333_333, 33_333_333]));
        check(100, &[7, 2, 2], Some(&[64, 18, 18]));
        check(100, &[1; 12], Some(&[9, 9, 9, 9, 8, 8, 8, 8, 8, 8, 8, 8]));
        check(100, &[2, 2, 7], Some(&[18, 18, 64]));
        check(2, &[1, 0, 1, 1], Some(&[1, 0, 1, 0]));
    }

    #[test]
    fn a_negative_total_adds_up_too() {
        check(-10, &[1, 1, 1], Some(&[-3, -3, -4]));
        check(i64::MIN, &[1, 1], Some(&[i64::MIN / 2, i64::MIN / 2]));
        check(i64::MAX, &[1, 1], Some(&[i64::MAX / 2 + 1, i64::MAX / 2]));
    }

    #[test]
    fn nothing_is_shared_by_weights_that_say_nothing() {
        check(100, &[], None);
        check(100, &[0, 0], None);
        check(100, &[3, -1], None);
        check(0, &[1, 2], Some(&[0, 0]));
    }

    #[test]
    fn even_parts_differ_by_one_at_most() {
        assert_eq!(even(8, 3), Some(vec![3, 3, 2]));
        assert_eq!(even(8, 0), None);
    }

    proptest! {
        #[test]
        fn even_parts_are_those_of_equal_weights(total: i64, n in 0_usize..40) {
            prop_assert_eq!(even(total, n), allocate(total, &vec![Exact::one(); n]));
        }

        #[test]
        fn parts_add_up_and_are_within_a_unit_of_their_share(
            total in -1_000_000_000_000_i64..1_000_000_000_000,
            weights in prop::collection::vec(0_i64..1_000_000, 1..30),
        ) {
            let exact_weights: Vec<Exact> = weights.iter().copied().map(exact).collect();
            let sum: i64 = weights.iter().sum();
            let Some(parts) = allocate(total, &exact_weights) else {
                prop_assert_eq!(sum, 0);
                return Ok(());
            };
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            for (part, weight) in parts.iter().zip(&exact_weights) {
                let share = exact(total) * weight / exact(sum);
                prop_assert!((exact(*part) - share).abs() < Exact::one());
            }
        }
    }
}
