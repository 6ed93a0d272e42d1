//! What a target looks at: the facts that its restriction lets through.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    activity::Placement,
    id::{CommitmentId, DimensionValueId, TargetId},
    target::{Dimension, Metric},
    terms::Terms,
};

/// Each dimension's tree: a value's parent, for values that have one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree(pub BTreeMap<DimensionValueId, DimensionValueId>);

impl Tree {
    /// Whether `value` is `ancestor` or stands somewhere below it.
    pub fn is_within(&self, value: DimensionValueId, ancestor: DimensionValueId) -> bool {
        let mut at = Some(value);
        // A tree is never deeper than it has links; the bound ends a walk over a damaged one.
        for _ in 0..=self.0.len() {
            match at {
                Some(here) if here == ancestor => return true,
                Some(here) => at = self.0.get(&here).copied(),
                None => return false,
            }
        }
        false
    }
}

/// What a target lets through in one dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Only what is, or stands below, each of these: the own value and those of the wholes. Everything, known or not, when none.
    pub within: Vec<DimensionValueId>,
    /// But none of these, nor what stands below them: the siblings of an `OTHER` child.
    pub except: Vec<DimensionValueId>,
}

impl Slot {
    /// Whether a fact with this value, or none, is let through.
    pub fn admits(&self, value: Option<DimensionValueId>, tree: &Tree) -> bool {
        let Some(value) = value else { return self.within.is_empty() };
        self.within.iter().all(|within| tree.is_within(value, *within))
            && !self.except.iter().any(|except| tree.is_within(value, *except))
    }
}

/// What a target lets through in all dimensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restriction {
    /// By product line.
    pub product_line: Slot,
    /// By market segment.
    pub segment: Slot,
    /// By geography.
    pub geography: Slot,
}

impl Restriction {
    /// Whether a fact placed at `placement` is let through.
    pub fn admits(&self, placement: Placement, tree: &Tree) -> bool {
        self.product_line.admits(placement.product_line, tree)
            && self.segment.admits(placement.segment, tree)
            && self.geography.admits(placement.geography, tree)
    }

    /// What is let through in one dimension.
    pub fn slot(&self, dimension: Dimension) -> &Slot {
        match dimension {
            Dimension::ProductLine => &self.product_line,
            Dimension::Segment => &self.segment,
            Dimension::Geography => &self.geography,
        }
    }

    fn slot_mut(&mut self, dimension: Dimension) -> &mut Slot {
        match dimension {
            Dimension::ProductLine => &mut self.product_line,
            Dimension::Segment => &mut self.segment,
            Dimension::Geography => &mut self.geography,
        }
    }
}

/// What a target says of itself about what it looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetScope {
    /// The target.
    pub id: TargetId,
    /// The target whose split it is part of.
    pub parent: Option<TargetId>,
    /// In which dimension that split is.
    pub split: Option<Dimension>,
    /// Whether it takes all that its siblings of that split do not name.
    pub is_other: bool,
    /// Its own values.
    pub values: Placement,
    /// What is measured.
    pub metric: Metric,
    /// Which custom metric.
    pub metric_key: Option<String>,
}

/// A target ready to look at facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetLens {
    /// The target.
    pub id: TargetId,
    /// The first of the signed versions in which it looks at these facts.
    pub version: i32,
    /// What is measured.
    pub metric: Metric,
    /// Which custom metric.
    pub metric_key: Option<String>,
    /// What is let through.
    pub restriction: Restriction,
}

/// A commitment ready to look at facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentLens {
    /// The commitment.
    pub id: CommitmentId,
    /// The first of the signed versions in which it looks at these facts.
    pub version: i32,
    /// First day on which facts count.
    pub starts_on: NaiveDate,
    /// The day by which it is due.
    pub due_on: NaiveDate,
    /// What it promises.
    pub terms: Terms,
}

/// The lenses of a version's targets: each takes over its parent's restriction and narrows it by its own.
pub fn target_lenses(version: i32, scopes: &[TargetScope]) -> Vec<TargetLens> {
    let by_id: BTreeMap<TargetId, &TargetScope> =
        scopes.iter().map(|scope| (scope.id, scope)).collect();
    scopes
        .iter()
        .map(|scope| TargetLens {
            id: scope.id,
            version,
            metric: scope.metric,
            metric_key: scope.metric_key.clone(),
            restriction: restriction(scope, &by_id, scopes),
        })
        .collect()
}

fn restriction(
    scope: &TargetScope,
    by_id: &BTreeMap<TargetId, &TargetScope>,
    scopes: &[TargetScope],
) -> Restriction {
    let mut line = vec![scope];
    while let Some(parent) = line.last().and_then(|last| last.parent).and_then(|id| by_id.get(&id))
    {
        if line.len() > scopes.len() {
            break;
        }
        line.push(parent);
    }
    let mut restriction = Restriction::default();
    for scope in line.into_iter().rev() {
        narrow(&mut restriction, scope, scopes);
    }
    restriction
}

fn narrow(restriction: &mut Restriction, scope: &TargetScope, scopes: &[TargetScope]) {
    for dimension in Dimension::ALL {
        if let Some(value) = scope.values.value(dimension) {
            restriction.slot_mut(dimension).within.push(value);
        }
    }
    if let (true, Some(dimension)) = (scope.is_other, scope.split) {
        let named = scopes
            .iter()
            .filter(|sibling| sibling.parent == scope.parent && sibling.split == scope.split)
            .filter_map(|sibling| sibling.values.value(dimension));
        restriction.slot_mut(dimension).except.extend(named);
    }
}

impl Placement {
    /// The value in one dimension.
    pub fn value(self, dimension: Dimension) -> Option<DimensionValueId> {
        match dimension {
            Dimension::ProductLine => self.product_line,
            Dimension::Segment => self.segment,
            Dimension::Geography => self.geography,
        }
    }
}

/// Something that looks at facts, from one of the signed versions on.
pub trait Lens: PartialEq + Clone {
    /// What it looks for.
    type Subject: Ord + Copy;

    /// The target or commitment.
    fn subject(&self) -> Self::Subject;
    /// The first of the signed versions in which it looks at these facts.
    fn version(&self) -> i32;
    /// The same, as of another version.
    #[must_use]
    fn since(&self, version: i32) -> Self;
}

impl Lens for TargetLens {
    type Subject = TargetId;

    fn subject(&self) -> TargetId {
        self.id
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn since(&self, version: i32) -> Self {
        Self { version, ..self.clone() }
    }
}

impl Lens for CommitmentLens {
    type Subject = CommitmentId;

    fn subject(&self) -> CommitmentId {
        self.id
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn since(&self, version: i32) -> Self {
        Self { version, ..self.clone() }
    }
}

/// The lenses of all versions, oldest first.
///
/// What looks at the same facts in two versions in a row is one lens: its sums need not be kept twice.
pub fn merged<L: Lens>(versions: impl IntoIterator<Item = Vec<L>>) -> Vec<L> {
    let mut latest: BTreeMap<L::Subject, L> = BTreeMap::new();
    let mut lenses = Vec::new();
    for lens in versions.into_iter().flatten() {
        let known = latest.get(&lens.subject());
        if known.is_none_or(|known| *known != lens.since(known.version())) {
            latest.insert(lens.subject(), lens.clone());
            lenses.push(lens);
        }
    }
    lenses
}

/// The version under which the sums of each subject of version `number` are kept.
pub fn kept_under<L: Lens>(lenses: &[L], number: i32) -> BTreeMap<L::Subject, i32> {
    let until = lenses.iter().filter(|lens| lens.version() <= number);
    until.map(|lens| (lens.subject(), lens.version())).collect()
}

#[cfg(test)]
mod tests;
