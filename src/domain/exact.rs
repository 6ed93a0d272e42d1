//! Exact fractions, of any size, and quick while they are small.
//!
//! Nearly all that is computed are fractions of two words. They are kept and reduced as such; whatever outgrows them becomes a
//! [`BigRational`], and comes back as soon as it fits.

use std::{
    cmp::Ordering,
    iter::Sum,
    ops::{Add, Div, Mul, Sub},
};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An exact fraction, always in lowest terms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exact(Fraction);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Fraction {
    /// Numerator and positive denominator.
    Small(i64, i64),
    /// What does not fit.
    Large(Box<BigRational>),
}

use Fraction::{Large, Small};

impl Exact {
    /// A fraction.
    ///
    /// # Panics
    ///
    /// When the denominator is zero.
    pub fn new(numerator: BigInt, denominator: BigInt) -> Self {
        Self::narrow(BigRational::new(numerator, denominator))
    }

    /// A fraction of words; the denominator is above zero.
    ///
    /// # Panics
    ///
    /// When the denominator is zero.
    pub fn of(numerator: i128, denominator: i128) -> Self {
        Self::reduced(numerator, denominator)
    }

    /// The greatest whole number that is not greater.
    #[must_use]
    pub fn floor(&self) -> Self {
        match &self.0 {
            Small(numerator, denominator) => Self::from(numerator.div_floor(denominator)),
            Large(value) => Self::narrow(value.floor()),
        }
    }

    /// The least whole number that is not less.
    #[must_use]
    pub fn ceil(&self) -> Self {
        match &self.0 {
            Small(numerator, denominator) => Self::from(Integer::div_ceil(numerator, denominator)),
            Large(value) => Self::narrow(value.ceil()),
        }
    }

    /// The nearest whole number; of two that are as near, the even one.
    #[must_use]
    pub fn half_even(&self) -> Self {
        let floor = self.floor();
        let above = self - &floor;
        let is_even = (&floor / Self::from(2_i64)).is_whole();
        match above.cmp(&Self(Small(1, 2))) {
            Ordering::Greater => floor + Self::one(),
            Ordering::Equal if !is_even => floor + Self::one(),
            Ordering::Equal | Ordering::Less => floor,
        }
    }

    /// Whether it is a whole number.
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Small(_, denominator) => *denominator == 1,
            Large(value) => value.is_integer(),
        }
    }

    /// The same without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { Self::zero() - self } else { self.clone() }
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Small(numerator, _) => *numerator < 0,
            Large(value) => value.is_negative(),
        }
    }

    /// The fraction of two numbers whose products did not overflow; the denominator is not negative.
    fn reduced(numerator: i128, denominator: i128) -> Self {
        assert_ne!(denominator, 0, "a fraction of nothing");
        if let (Ok(numerator), Ok(denominator)) =
            (i64::try_from(numerator), i64::try_from(denominator))
        {
            return Self::reduced_word(numerator, denominator);
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).unwrap_or(1);
        let (numerator, denominator) = (numerator / divisor, denominator / divisor);
        match (i64::try_from(numerator), i64::try_from(denominator)) {
            (Ok(numerator), Ok(denominator)) => Self(Small(numerator, denominator)),
            _ => Self(Large(Box::new(BigRational::new_raw(numerator.into(), denominator.into())))),
        }
    }

    /// The same of two words, for which a division costs a fraction of what it costs of two.
    fn reduced_word(numerator: i64, denominator: i64) -> Self {
        if denominator == 1 {
            return Self(Small(numerator, 1));
        }
        // The greatest common divisor is not greater than the denominator, so it is a word as well.
        let divisor = numerator.unsigned_abs().gcd(&denominator.unsigned_abs());
        let divisor = i64::try_from(divisor).unwrap_or(1);
        Self(Small(numerator / divisor, denominator / divisor))
    }

    /// What is in lowest terms already, in words if it fits.
    fn narrow(value: BigRational) -> Self {
        match (value.numer().to_i64(), value.denom().to_i64()) {
            (Some(numerator), Some(denominator)) => Self(Small(numerator, denominator)),
            _ => Self(Large(Box::new(value))),
        }
    }

    fn wide(&self) -> BigRational {
        match &self.0 {
            Small(numerator, denominator) => {
                BigRational::new_raw((*numerator).into(), (*denominator).into())
            }
            Large(value) => (**value).clone(),
        }
    }
}

/// Numbers of a word, which most are, have a much quicker way.
fn gcd(a: u128, b: u128) -> u128 {
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => a.gcd(&b).into(),
        _ => a.gcd(&b),
    }
}

/// The whole part, towards zero, where it fits.
impl ToPrimitive for Exact {
    fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Small(numerator, denominator) => Some(numerator / denominator),
            Large(value) => value.to_integer().to_i64(),
        }
    }

    fn to_u64(&self) -> Option<u64> {
        self.to_i128().and_then(|value| u64::try_from(value).ok())
    }

    fn to_i128(&self) -> Option<i128> {
        match &self.0 {
            Small(numerator, denominator) => Some((numerator / denominator).into()),
            Large(value) => value.to_integer().to_i128(),
        }
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self(Small(value, 1))
    }
}

impl From<i128> for Exact {
    fn from(value: i128) -> Self {
        Self::reduced(value, 1)
    }
}

impl From<BigInt> for Exact {
    fn from(value: BigInt) -> Self {
        Self::narrow(BigRational::from_integer(value))
    }
}

impl Zero for Exact {
    fn zero() -> Self {
        Self::from(0_i64)
    }

    fn is_zero(&self) -> bool {
        matches!(self.0, Small(0, _))
    }
}

impl One for Exact {
    fn one() -> Self {
        Self::from(1_i64)
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Small(a, b), Small(c, d)) => {
                (i128::from(*a) * i128::from(*d)).cmp(&(i128::from(*c) * i128::from(*b)))
            }
            _ => self.wide().cmp(&other.wide()),
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Products of two words fit in two, and the sum of two such products does: neither numerator nor denominator can overflow.
macro_rules! arithmetic {
    ($($trait:ident $method:ident |$a:ident, $b:ident, $c:ident, $d:ident| $numerator:expr, $denominator:expr;)*) => {$(
        impl $trait<&Exact> for &Exact {
            type Output = Exact;

            fn $method(self, other: &Exact) -> Exact {
                if let (Small(a, b), Small(c, d)) = (&self.0, &other.0) {
                    let [$a, $b, $c, $d] = [a, b, c, d].map(|word| i128::from(*word));
                    return Exact::reduced($numerator, $denominator);
                }
                Exact::narrow(self.wide().$method(other.wide()))
            }
        }

        impl $trait<Exact> for &Exact {
            type Output = Exact;

            fn $method(self, other: Exact) -> Exact {
                self.$method(&other)
            }
        }

        impl $trait<&Exact> for Exact {
            type Output = Exact;

            fn $method(self, other: &Exact) -> Exact {
                (&self).$method(other)
            }
        }

        impl $trait for Exact {
            type Output = Exact;

            fn $method(self, other: Exact) -> Exact {
                (&self).$method(&other)
            }
        }
    )*};
}

arithmetic! {
    Add add |a, b, c, d| a * d + c * b, b * d;
    Sub sub |a, b, c, d| a * d - c * b, b * d;
    Mul mul |a, b, c, d| a * c, b * d;
    Div div |a, b, c, d| a * d * c.signum(), b * c.abs();
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::zero(), |sum, value| sum + value)
    }
}

impl<'a> Sum<&'a Self> for Exact {
    fn sum<I: Iterator<Item = &'a Self>>(values: I) -> Self {
        values.fold(Self::zero(), |sum, value| sum + value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word() -> impl Strategy<Value = i64> {
        prop_oneof![
            -12..12i64,
            any::<i32>().prop_map(i64::from),
            any::<i64>(),
            Just(i64::MIN),
            Just(i64::MAX),
        ]
    }

    fn fraction() -> impl Strategy<Value = BigRational> {
        let denominator = word().prop_filter("a denominator", |word| *word != 0);
        let fraction =
            (word(), denominator).prop_map(|(a, b)| BigRational::new(a.into(), b.into()));
        // Now and then one that does not fit.
        (fraction, 0..4u32).prop_map(|(fraction, at)| {
            if at == 0 {
                fraction * BigRational::from_integer(BigInt::from(i128::MAX))
            } else {
                fraction
            }
        })
    }

    fn exact(value: &BigRational) -> Exact {
        Exact::new(value.numer().clone(), value.denom().clone())
    }

    proptest! {
        /// Every operation agrees with the same on fractions of any size, in the form that is kept too.
        #[test]
        fn it_computes_as_fractions_of_any_size_do(a in fraction(), b in fraction()) {
            let (x, y) = (exact(&a), exact(&b));
            prop_assert_eq!(&x + &y, exact(&(&a + &b)));
            prop_assert_eq!(&x - &y, exact(&(&a - &b)));
            prop_assert_eq!(&x * &y, exact(&(&a * &b)));
            if !b.is_zero() {
                prop_assert_eq!(&x / &y, exact(&(&a / &b)));
            }
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.floor(), exact(&a.floor()));
            prop_assert_eq!(x.ceil(), exact(&a.ceil()));
            prop_assert_eq!(x.abs(), exact(&a.abs()));
            prop_assert_eq!(x.to_i64(), a.to_integer().to_i64());
            prop_assert_eq!(x.to_u64(), a.to_integer().to_u64());
            prop_assert_eq!(x.to_i128(), a.to_integer().to_i128());
            prop_assert_eq!(x.is_whole(), a.is_integer());
            prop_assert_eq!((x.is_zero(), x.is_negative()), (a.is_zero(), a.is_negative()));
            prop_assert_eq!([&x, &y, &x].into_iter().sum::<Exact>(), exact(&(&a + &b + &a)));
        }
    }

    #[test]
    fn what_fits_again_is_small_again() {
        let large = Exact::from(i64::MAX) * Exact::from(i64::MAX);
        assert!(matches!(large.0, Large(_)));
        assert_eq!(large / Exact::from(i64::MAX), Exact::from(i64::MAX));
    }

    #[test]
    #[should_panic(expected = "a fraction of nothing")]
    fn nothing_is_divided_by_zero() {
        drop(Exact::one() / Exact::zero());
    }
}
