//! Which rows an event or a skip rule is about.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::cells::Cells;

/// What must hold of a row's cells, all of it: `{ status = "executed", reported_on = { not = "" } }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Condition(BTreeMap<String, Test>);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a condition is a text, a list of texts, or { not = … }")]
enum Test {
    Is(Texts),
    Differs(Not),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Not {
    not: Texts,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Any(Vec<String>),
}

impl Condition {
    /// The cells that it names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether it holds for a row.
    pub fn holds(&self, cells: &Cells<'_>) -> bool {
        self.0.iter().all(|(name, test)| match test {
            Test::Is(texts) => texts.contain(cells.get(name)),
            Test::Differs(Not { not }) => !not.contain(cells.get(name)),
        })
    }
}

impl Texts {
    fn contain(&self, value: &str) -> bool {
        match self {
            Self::One(text) => text == value,
            Self::Any(texts) => texts.iter().any(|text| text == value),
        }
    }
}

#[cfg(test)]
mod tests {
    use csv::StringRecord;

    use super::super::cells::{Aliases, Layout};
    use super::*;

    #[track_caller]
    fn check(condition: &str, holds: bool) {
        let condition: Condition = toml::from_str(condition).unwrap();
        let mut layout = Layout::default();
        layout.add_column("stage", 0, Aliases::new());
        layout.add_column("closed", 1, Aliases::new());
        let record = StringRecord::from(vec!["Won", ""]);
        assert_eq!(condition.holds(&layout.cells(&record)), holds, "{condition:?}");
    }

    #[test]
    fn all_of_a_condition_must_hold() {
        check("", true);
        check("stage = 'Won'", true);
        check("stage = 'won'", false);
        check("stage = ['Lost', 'Won']", true);
        check("closed = ''", true);
        check("closed.not = ''", false);
        check("stage.not = ['Lost', 'Open']", true);
        check("stage = 'Won'\nclosed.not = ''", false);
    }

    #[test]
    fn another_shape_is_refused_with_the_shapes_there_are() {
        let refused = toml::from_str::<Condition>("stage = 3").unwrap_err();
        let expected = "a condition is a text, a list of texts, or { not = … }";
        assert!(refused.to_string().contains(expected), "{refused}");
    }
}
