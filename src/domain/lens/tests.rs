//! What targets let through, and that the parts of a split add up to the whole.

use proptest::prelude::*;

use super::*;
use crate::domain::{
    activity::Fact,
    attribution::PlanLens,
    sample::{fact, plan, target, value},
    tally::{Tally, TargetSums},
};
use Dimension::{Geography, ProductLine, Segment};

// EMEA with DE (and its BY) and FR; US beside it.
const EMEA: u128 = 10;
const DE: u128 = 11;
const BY: u128 = 12;
const FR: u128 = 13;
const US: u128 = 20;

fn tree() -> Tree {
    let links = [(DE, EMEA), (BY, DE), (FR, EMEA)];
    Tree(links.map(|(child, parent)| (value(child), value(parent))).into())
}

#[test]
fn a_value_is_within_itself_and_everything_above_it() {
    for (inner, outer, expected) in [
        (DE, EMEA, true),
        (BY, EMEA, true),
        (EMEA, EMEA, true),
        (EMEA, DE, false),
        (US, EMEA, false),
        (FR, DE, false),
        (99, EMEA, false),
    ] {
        assert_eq!(tree().is_within(value(inner), value(outer)), expected, "{inner} in {outer}");
    }
}

#[test]
fn a_tree_with_a_ring_in_it_is_walked_once() {
    let ring = Tree([(value(1), value(2)), (value(2), value(1))].into());
    assert!(!ring.is_within(value(1), value(3)));
    assert!(ring.is_within(value(1), value(2)));
}

fn scope(number: u128, parent: Option<u128>, split: Option<Dimension>) -> TargetScope {
    TargetScope {
        id: target(number),
        parent: parent.map(target),
        split,
        is_other: false,
        values: Placement::default(),
        metric: Metric::Revenue,
        metric_key: None,
    }
}

/// A part of a split by `dimension`, for one value or the rest.
fn part(number: u128, parent: u128, dimension: Dimension, of: Option<u128>) -> TargetScope {
    let mut part = scope(number, Some(parent), Some(dimension));
    part.is_other = of.is_none();
    let slot = match dimension {
        ProductLine => &mut part.values.product_line,
        Segment => &mut part.values.segment,
        Geography => &mut part.values.geography,
    };
    *slot = of.map(value);
    part
}

/// Whether the last of `scopes` lets a fact of this geography through.
#[track_caller]
fn check(scopes: &[TargetScope], geography: Option<u128>, expected: bool) {
    let lenses = target_lenses(1, scopes);
    let placement = Placement { geography: geography.map(value), ..Placement::default() };
    let found = lenses.last().unwrap().restriction.admits(placement, &tree());
    assert_eq!(found, expected, "{geography:?}");
}

#[test]
fn a_region_takes_its_countries_and_nothing_unknown() {
    let mut emea = scope(1, None, None);
    emea.values.geography = Some(value(EMEA));
    let emea = [emea];
    for (geography, expected) in
        [(Some(DE), true), (Some(BY), true), (Some(EMEA), true), (Some(US), false), (None, false)]
    {
        check(&emea, geography, expected);
    }
    check(&[scope(1, None, None)], None, true);
}

#[test]
fn the_rest_takes_what_its_siblings_do_not_name() {
    let split =
        [scope(1, None, None), part(2, 1, Geography, Some(DE)), part(3, 1, Geography, None)];
    for (geography, expected) in [
        (Some(DE), false),
        (Some(BY), false),
        (Some(FR), true),
        (Some(EMEA), true),
        (Some(US), true),
        (None, true),
    ] {
        check(&split, geography, expected);
    }
}

#[test]
fn a_part_of_the_rest_takes_nothing_that_the_rest_does_not() {
    let rest = [scope(1, None, None), part(2, 1, Geography, Some(DE)), part(3, 1, Geography, None)];
    for (of, geography, expected) in [
        (EMEA, Some(FR), true),
        (EMEA, Some(DE), false),
        (EMEA, Some(BY), false),
        (DE, Some(DE), false),
        (US, Some(US), true),
        (US, None, false),
    ] {
        let scopes: Vec<_> =
            rest.iter().cloned().chain([part(4, 3, Geography, Some(of))]).collect();
        check(&scopes, geography, expected);
    }
}

#[test]
fn a_part_takes_nothing_that_the_whole_does_not() {
    let mut emea = scope(1, None, None);
    emea.values.geography = Some(value(EMEA));
    let scopes = [emea, part(2, 1, ProductLine, Some(1)), part(3, 2, Geography, Some(US))];
    check(&scopes, Some(US), false);
}

/// A target split by product line, segment and geography at once, some parts split again.
fn splits() -> Vec<TargetScope> {
    vec![
        scope(1, None, None),
        part(2, 1, ProductLine, Some(1)),
        part(3, 1, ProductLine, Some(2)),
        part(4, 1, ProductLine, None),
        part(5, 1, Segment, Some(5)),
        part(6, 1, Segment, None),
        part(7, 1, Geography, Some(EMEA)),
        part(8, 1, Geography, None),
        part(9, 7, Geography, Some(DE)),
        part(10, 7, Geography, None),
        part(11, 4, Geography, Some(US)),
        part(12, 4, Geography, None),
        part(13, 10, Segment, Some(5)),
        part(14, 10, Segment, None),
        part(15, 12, Geography, Some(DE)),
        part(16, 12, Geography, None),
    ]
}

/// The sums of some targets, by day.
fn sums_of(tally: &Tally, targets: &[TargetId]) -> BTreeMap<NaiveDate, TargetSums> {
    let mut sums: BTreeMap<NaiveDate, TargetSums> = BTreeMap::new();
    for ((id, _, day), row) in &tally.targets {
        if targets.contains(id) {
            let at = sums.entry(*day).or_default();
            *at = at.plus(*row, 1).unwrap();
        }
    }
    sums.retain(|_, row| !row.is_zero());
    sums
}

fn rows() -> impl Strategy<Value = Vec<Fact>> {
    let verb = prop::sample::select(vec![
        "registered amount=10.00 percent=30 close=2026-12-01",
        "approved",
        "updated amount=20.00",
        "won amount=9.00",
        "lost",
        "reopened",
        "completed",
        "leads leads=3",
        "counted quantity=4",
        "earned until=2026-06-30",
        "revoked",
    ]);
    let place = |key: &'static str, values: Vec<u128>| {
        prop::option::of(prop::sample::select(values))
            .prop_map(move |value| value.map_or(String::new(), |value| format!(" {key}={value}")))
    };
    let row = (
        1_u32..=12,
        verb,
        place("line", vec![1, 2, 3]),
        place("segment", vec![5, 6]),
        place("geo", vec![EMEA, DE, BY, FR, US, 99]),
        prop::bool::ANY,
    );
    prop::collection::vec(row, 1..8).prop_map(|rows| {
        (1..)
            .zip(rows)
            .map(|(sequence, (month, verb, line, segment, geo, is_verified))| {
                let by = if is_verified { "vendor" } else { "partner" };
                fact(sequence, &format!("2026-{month:02}-15 {verb}{line}{segment}{geo} by={by}"))
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// For every metric that flows; a person certified in two parts counts once in the whole.
    #[test]
    fn the_parts_of_each_split_add_up_to_the_whole(facts in rows()) {
        for metric in [
            Metric::Revenue,
            Metric::PipelineCreated,
            Metric::DealsRegistered,
            Metric::DealsWon,
            Metric::Leads,
            Metric::TrainingCompletions,
            Metric::Custom,
        ] {
            let metric_key = (metric == Metric::Custom).then(|| "demos".to_owned());
            let scopes: Vec<TargetScope> = splits()
                .into_iter()
                .map(|scope| TargetScope { metric, metric_key: metric_key.clone(), ..scope })
                .collect();
            let lens = PlanLens { tree: tree(), targets: target_lenses(1, &scopes), ..plan() };
            let tally = lens.tally(&facts).unwrap();
            for whole in &scopes {
                for dimension in [ProductLine, Segment, Geography] {
                    let parts: Vec<TargetId> = scopes
                        .iter()
                        .filter(|part| part.parent == Some(whole.id) && part.split == Some(dimension))
                        .map(|part| part.id)
                        .collect();
                    if !parts.is_empty() {
                        prop_assert_eq!(sums_of(&tally, &parts), sums_of(&tally, &[whole.id]));
                    }
                }
            }
        }
    }
}
