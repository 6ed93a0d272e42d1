//! Rows and keys in portions of a few sizes.
//!
//! A statement for a number of rows is another statement than that for one row more, and a connection keeps those it has seen:
//! rows by the hundred, each time another number of them, fill it with long texts that never come again. And a message of more
//! than 16 KB is several TLS records, between which a connection to PostgreSQL waits as long as TCP likes.

/// Keys in one condition.
const KEYS: [usize; 3] = [10, 50, 250];

/// Rows in portions of `largest`, a fifth of it, or one; in their order.
pub fn rows<T>(rows: Vec<T>, largest: usize) -> impl Iterator<Item = Vec<T>> {
    let sizes = [largest, largest / 5, 1];
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let n_left = rows.len();
        let size = sizes.into_iter().find(|size| (1..=n_left).contains(size))?;
        Some(rows.by_ref().take(size).collect())
    })
}

/// Keys for `IN`, in portions filled up to one of a few sizes by saying the last key again.
pub fn keys<T: Clone>(keys: impl IntoIterator<Item = T>) -> Vec<Vec<T>> {
    let keys: Vec<T> = keys.into_iter().collect();
    let [.., most] = KEYS;
    let filled = keys.chunks(most).map(|portion| {
        let size = KEYS.into_iter().find(|size| *size >= portion.len()).unwrap_or(most);
        let missing = size.saturating_sub(portion.len());
        portion.iter().chain(portion.last().into_iter().cycle().take(missing)).cloned().collect()
    });
    filled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_rows(n_rows: usize, largest: usize, expected: &[usize]) {
        let all: Vec<usize> = (0..n_rows).collect();
        let portions: Vec<Vec<usize>> = rows(all.clone(), largest).collect();
        assert_eq!(portions.iter().map(Vec::len).collect::<Vec<_>>(), expected);
        assert_eq!(portions.concat(), all);
    }

    #[test]
    fn rows_come_in_portions_of_three_sizes() {
        check_rows(0, 20, &[]);
        check_rows(3, 20, &[1, 1, 1]);
        check_rows(46, 20, &[20, 20, 4, 1, 1]);
        check_rows(3, 2, &[2, 1]);
    }

    #[track_caller]
    fn check_keys(n_keys: usize, expected: &[usize]) {
        let all: Vec<usize> = (0..n_keys).collect();
        let portions = keys(all.clone());
        assert_eq!(portions.iter().map(Vec::len).collect::<Vec<_>>(), expected);
        let mut said = portions.concat();
        said.dedup();
        assert_eq!(said, all);
    }

    #[test]
    fn keys_come_in_portions_that_are_full() {
        check_keys(0, &[]);
        check_keys(1, &[10]);
        check_keys(10, &[10]);
        check_keys(11, &[50]);
        check_keys(251, &[250, 10]);
        check_keys(340, &[250, 250]);
    }
}
