//! Dice that always fall alike: the demo is the same wherever it is started.

/// A sequence of numbers that look random (`SplitMix64`), given by its seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to `bound` − 1; 0 where there is none.
    pub fn below(&mut self, bound: i64) -> i64 {
        let bound = u64::try_from(bound.max(1)).unwrap_or(1);
        i64::try_from(self.next() % bound).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high - low + 1)
    }

    /// Whether something happens that happens so many times in a hundred.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// One of the words, each as often as its weight says.
    pub fn draw(&mut self, weighted: &[(&'static str, i64)]) -> &'static str {
        let mut left = self.below(weighted.iter().map(|(_, weight)| weight).sum());
        for (word, weight) in weighted {
            if left < *weight {
                return word;
            }
            left -= weight;
        }
        ""
    }

    /// The same things in another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in (1..things.len()).rev() {
            let other = self.below(i64::try_from(at).unwrap_or_default() + 1);
            things.swap(at, usize::try_from(other).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dice_always_fall_alike() {
        let throws = |seed| {
            let mut dice = Dice::new(seed);
            [dice.between(1, 6), dice.between(1, 6), dice.between(1, 6), dice.between(1, 6)]
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
        assert!(throws(7).iter().all(|eyes| (1..=6).contains(eyes)));
    }

    #[test]
    fn weights_are_kept_and_nothing_is_lost() {
        let mut dice = Dice::new(1);
        assert!((0..100).all(|_| dice.draw(&[("a", 0), ("b", 3)]) == "b"));
        let mut things = [1, 2, 3, 4, 5];
        dice.shuffle(&mut things);
        things.sort_unstable();
        assert_eq!(things, [1, 2, 3, 4, 5]);
    }
}
