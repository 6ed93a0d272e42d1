//! Splits: a target shared out among parts that add up to it (domain §5).

use rust_decimal::Decimal;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::{
    changes::Change,
    content, history, past,
    targets::{self, MOST_TARGETS, PartOf, TargetSpec, begin, checked},
};
use crate::{
    db::Tx,
    domain::{
        id::{DimensionValueId, TargetId},
        lens::{TargetScope, target_lenses},
        recording,
        target::{Dimension, SplitBasis, propose_split},
    },
    entity::{plan, target},
    error::{Error, Result},
    op::Op,
};

/// How deep targets can be split.
const DEEPEST_SPLIT: usize = 4;

/// A split to be made.
#[derive(Clone, Debug)]
pub struct Split {
    /// By what.
    pub dimension: Dimension,
    /// The values that get a part each.
    pub values: Vec<DimensionValueId>,
    /// Whether the rest gets a part too.
    pub with_other: bool,
    /// In what proportion.
    pub basis: Basis,
}

/// In what proportion a target is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "SplitBasis")]
pub enum Basis {
    /// Evenly; what does not divide goes to the first parts.
    Even,
    /// By what each part achieved in the period before; the largest remainder gets the unit.
    Baseline,
}

/// Splits a target by a dimension; the parts add up to it exactly.
pub async fn split(
    op: &Op,
    id: TargetId,
    expected_revision: i32,
    split: Split,
) -> Result<plan::Model> {
    let (editing, parent) = begin(op, id, expected_revision).await?;
    let (tx, plan) = (&editing.tx, &editing.plan);
    let (mut targets, _) = content::of_plan(&**tx, plan.id).await?;
    let is_split = targets.iter().any(|target| {
        target.parent_id == Some(id) && target.split_dimension == Some(split.dimension)
    });
    if is_split {
        let message = format!("the target is already split by {}", split.dimension.label());
        return Err(Error::invalid("dimension", message));
    }
    let n_parts = split.values.len() + usize::from(split.with_other);
    if n_parts < 2 || targets.len() + n_parts > MOST_TARGETS {
        let message =
            format!("{n_parts} parts; at least 2, and {MOST_TARGETS} targets in a plan at most");
        return Err(Error::invalid("valueIds", message));
    }

    let first = targets.last().map_or(1, |last| last.position + 1);
    let mut parts = Vec::with_capacity(n_parts);
    let places = split.values.iter().copied().map(Some).chain(split.with_other.then_some(None));
    for (position, value) in (first..).zip(places) {
        let spec = part(tx, plan, &parent, split.dimension, value).await?;
        let row = checked(tx, plan, &targets, op.mint(), position, spec).await?;
        targets.push(row.clone());
        parts.push(row);
    }
    let baselines = match split.basis {
        Basis::Even => None,
        Basis::Baseline => Some(past::actuals(&**tx, plan, &targets, &parts).await?),
    };
    let amounts = match &baselines {
        None => propose_split(parent.amount, SplitBasis::Even(n_parts)),
        Some(baselines) => propose_split(parent.amount, SplitBasis::Baseline(baselines)),
    };
    let amounts = amounts
        .ok_or_else(|| Error::invalid("basis", "nothing was achieved in the period before"))?;
    for (at, (part, amount)) in parts.iter_mut().zip(amounts).enumerate() {
        part.amount = amount;
        part.baseline = baselines.as_ref().and_then(|baselines| baselines.get(at).copied());
    }
    let after =
        history::kept(&parts.iter().cloned().map(content::target_terms).collect::<Vec<_>>())?;
    let rows = parts.into_iter().map(|part| part.into_active_model().reset_all());
    target::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    let change = Change { action: "splitTarget", subject: id.to_string(), before: None, after };
    editing.finish(op, change).await
}

async fn part(
    tx: &Tx,
    plan: &plan::Model,
    parent: &target::Model,
    dimension: Dimension,
    value: Option<DimensionValueId>,
) -> Result<TargetSpec> {
    let label = match value {
        Some(value) => {
            let found = targets::value_of(tx, plan, dimension, value).await?;
            found.ok_or_else(|| targets::unknown("valueIds", value))?.name
        }
        None => "other".to_owned(),
    };
    let of = |wanted: Dimension| value.filter(|_| dimension == wanted);
    Ok(TargetSpec {
        name: format!("{} · {label}", parent.name).chars().take(recording::LONGEST_NAME).collect(),
        metric: parent.metric,
        metric_key: parent.metric_key.clone(),
        part_of: Some(PartOf { parent: parent.id, dimension, is_other: value.is_none() }),
        product_line: of(Dimension::ProductLine),
        segment: of(Dimension::Segment),
        geography: of(Dimension::Geography),
        // Stands in until the whole is shared out among its parts.
        amount: Decimal::ONE,
        baseline: None,
        weight: None,
        phasing: parent.phasing.clone(),
    })
}

/// Refuses a part with which the parts would no longer add up to the whole.
///
/// A part has the whole's metric, and a value of the split's dimension alone: one that the whole lets through, and that has nothing
/// in common with its siblings'.
pub async fn check_place(
    tx: &Tx,
    plan: &plan::Model,
    others: &[target::Model],
    row: &target::Model,
    place: PartOf,
) -> Result<()> {
    let parent = others.iter().find(|other| other.id == place.parent).ok_or_else(|| {
        Error::unknown("partOf.parentId", format!("`{}` is no target of the plan", place.parent))
    })?;
    if (row.metric, &row.metric_key) != (parent.metric, &parent.metric_key) {
        return Err(Error::invalid("metric", "a part has the metric of the whole"));
    }
    let mut depth = 1;
    let mut above = parent.parent_id;
    while let Some(next) = others.iter().find(|other| Some(other.id) == above) {
        depth += 1;
        above = next.parent_id;
    }
    if depth >= DEEPEST_SPLIT {
        let message = format!("splits are {DEEPEST_SPLIT} deep at most");
        return Err(Error::invalid("partOf.parentId", message));
    }
    let values = content::scope(row).values;
    for dimension in Dimension::ALL.into_iter().filter(|own| *own != place.dimension) {
        if values.value(dimension).is_some() {
            let message = format!("a part by {} has no other value", place.dimension.label());
            return Err(Error::invalid(field_of(dimension), message));
        }
    }
    let field = field_of(place.dimension);
    let siblings = others.iter().filter(|other| {
        other.parent_id == Some(place.parent) && other.split_dimension == Some(place.dimension)
    });
    let Some(value) = values.value(place.dimension) else {
        if !place.is_other {
            let message = format!("a part by {} needs its value", place.dimension.label());
            return Err(Error::invalid(field, message));
        }
        return match siblings.into_iter().find(|sibling| sibling.is_other) {
            Some(rest) => {
                let message = format!("“{}” takes the rest already", rest.name);
                Err(Error::invalid("partOf.isOther", message))
            }
            None => Ok(()),
        };
    };
    if place.is_other {
        return Err(Error::invalid("partOf.isOther", "the rest has no value of its own"));
    }
    let tree = content::tree(&**tx, plan.vendor_id).await?;
    for sibling in siblings {
        let theirs = content::scope(sibling).values.value(place.dimension);
        if theirs
            .is_some_and(|theirs| tree.is_within(value, theirs) || tree.is_within(theirs, value))
        {
            let message = format!("“{}” has facts of it already", sibling.name);
            return Err(Error::invalid(field, message));
        }
    }
    let scopes: Vec<TargetScope> = others.iter().map(content::scope).collect();
    let whole = target_lenses(1, &scopes).into_iter().find(|lens| lens.id == parent.id);
    let is_narrower = whole.is_some_and(|whole| {
        let slot = whole.restriction.slot(place.dimension);
        slot.admits(Some(value), &tree) && !slot.within.contains(&value)
    });
    if is_narrower {
        return Ok(());
    }
    Err(Error::invalid(field, "the part's value is not inside the whole's"))
}

/// The field of a target that holds its value in a dimension.
fn field_of(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::ProductLine => "productLineId",
        Dimension::Segment => "segmentId",
        Dimension::Geography => "geographyId",
    }
}
