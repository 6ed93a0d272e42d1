//! Targets: what a plan is to reach, and how the whole is split (domain §5).

use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter,
};

use super::{
    access,
    changes::{Change, Editing},
    content, history, past, readings, splits,
};
use crate::{
    db::Tx,
    domain::{
        actor::Scope,
        id::{DimensionValueId, PlanId, TargetId},
        money::Unit,
        phasing::Phasing,
        recording,
        target::{Dimension, Metric},
    },
    entity::{dimension_value, plan, target},
    error::{Error, Result},
    op::Op,
};

/// Targets of one plan at most.
pub const MOST_TARGETS: usize = 200;

/// A target, if the caller may see its plan.
pub async fn find(op: &Op, id: TargetId) -> Result<Option<(plan::Model, target::Model)>> {
    access::scope(op, Scope::PlansRead)?;
    let found = target::Entity::visible_to(&op.actor).filter(target::Column::Id.eq(id));
    let Some(target) = found.one(op.db.read()).await? else { return Ok(None) };
    let Some(plan) = super::plans::find(op, target.plan_id).await? else { return Ok(None) };
    let rows = readings::of_plan(op.db.read(), plan.id).await?.targets(&plan);
    let signed = rows.into_iter().find(|row| row.id == id);
    Ok(Some((plan, signed.unwrap_or(target))))
}

/// What a target says.
#[derive(Clone, Debug)]
pub struct TargetSpec {
    /// Its name.
    pub name: String,
    /// What is measured; a part of a split takes its parent's.
    pub metric: Metric,
    /// Which custom metric.
    pub metric_key: Option<String>,
    /// The split that it is part of.
    pub part_of: Option<PartOf>,
    /// Only this product line.
    pub product_line: Option<DimensionValueId>,
    /// Only this segment.
    pub segment: Option<DimensionValueId>,
    /// Only this geography.
    pub geography: Option<DimensionValueId>,
    /// What is to be reached.
    pub amount: Decimal,
    /// Last period's actual.
    pub baseline: Option<Decimal>,
    /// Its share of the score, in percent.
    pub weight: Option<i32>,
    /// How it spreads over the period.
    pub phasing: Phasing,
}

/// A place in a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartOf {
    /// The target that is split.
    pub parent: TargetId,
    /// By what.
    pub dimension: Dimension,
    /// Whether this part takes all that its siblings do not name.
    pub is_other: bool,
}

/// Adds a target to a plan.
pub async fn add(
    op: &Op,
    plan: PlanId,
    expected_revision: i32,
    spec: TargetSpec,
) -> Result<plan::Model> {
    let editing = Editing::begin(op, plan, expected_revision).await?;
    let (targets, _) = content::of_plan(&*editing.tx, plan).await?;
    if targets.len() >= MOST_TARGETS {
        return Err(Error::invalid(
            "planId",
            format!("the plan has {MOST_TARGETS} targets, which is the most"),
        ));
    }
    let position = targets.last().map_or(1, |last| last.position + 1);
    let row = checked(&editing.tx, &editing.plan, &targets, op.mint(), position, spec).await?;
    let row = row.into_active_model().reset_all().insert(&*editing.tx).await?;
    let subject = row.id.to_string();
    let after = history::kept(&content::target_terms(row))?;
    editing.finish(op, Change { action: "addTarget", subject, before: None, after }).await
}

/// Changes a target; its place in a split stays.
pub async fn edit(
    op: &Op,
    id: TargetId,
    expected_revision: i32,
    spec: TargetSpec,
) -> Result<plan::Model> {
    let (editing, before) = begin(op, id, expected_revision).await?;
    let change = edit_in(&editing, before, spec).await?;
    editing.finish(op, change).await
}

/// [`edit`], as part of a change under way.
pub async fn edit_in(editing: &Editing, before: target::Model, spec: TargetSpec) -> Result<Change> {
    let id = before.id;
    let (mut targets, _) = content::of_plan(&*editing.tx, before.plan_id).await?;
    targets.retain(|target| target.id != id);
    let place = before.parent_id.zip(before.split_dimension);
    let spec = TargetSpec {
        part_of: place.map(|(parent, dimension)| PartOf {
            parent,
            dimension,
            is_other: before.is_other,
        }),
        ..spec
    };
    if spec.metric != before.metric && targets.iter().any(|target| target.parent_id == Some(id)) {
        return Err(Error::invalid("metric", "a target that is split keeps its metric"));
    }
    let row = checked(&editing.tx, &editing.plan, &targets, id, before.position, spec).await?;
    let row = row.into_active_model().reset_all().update(&*editing.tx).await?;
    Ok(Change {
        action: "editTarget",
        subject: id.to_string(),
        before: history::kept(&content::target_terms(before))?,
        after: history::kept(&content::target_terms(row))?,
    })
}

/// Removes a target and the targets that it is split into.
pub async fn remove(op: &Op, id: TargetId, expected_revision: i32) -> Result<plan::Model> {
    let (editing, target) = begin(op, id, expected_revision).await?;
    let (targets, _) = content::of_plan(&*editing.tx, target.plan_id).await?;
    let mut gone = vec![target.clone()];
    let mut at = 0;
    while let Some(parent) = gone.get(at).map(|target| target.id) {
        gone.extend(targets.iter().filter(|target| target.parent_id == Some(parent)).cloned());
        at += 1;
    }
    // Parts before wholes: a whole is referred to by its parts.
    for target in gone.into_iter().rev() {
        if editing.plan.version_in_force.is_none() {
            target.delete(&*editing.tx).await?;
        } else {
            let removed = target::Model { is_removed: true, ..target };
            removed.into_active_model().reset_all().update(&*editing.tx).await?;
        }
    }
    let before = history::kept(&content::target_terms(target))?;
    editing
        .finish(op, Change { action: "removeTarget", subject: id.to_string(), before, after: None })
        .await
}

/// Begins to change the plan of a target.
pub async fn begin(
    op: &Op,
    id: TargetId,
    expected_revision: i32,
) -> Result<(Editing, target::Model)> {
    let (plan, _) = find(op, id).await?.ok_or(Error::NotFound("target"))?;
    let editing = Editing::begin(op, plan.id, expected_revision).await?;
    // Read again under the lock: it may have been removed meanwhile.
    let found = target::Entity::find_by_id(id).one(&*editing.tx).await?;
    let target = found.filter(|target| !target.is_removed).ok_or(Error::NotFound("target"))?;
    Ok((editing, target))
}

/// The row that `spec` asks for, beside the plan's other targets.
pub async fn checked(
    tx: &Tx,
    plan: &plan::Model,
    others: &[target::Model],
    id: TargetId,
    position: i32,
    spec: TargetSpec,
) -> Result<target::Model> {
    recording::name("name", &spec.name)?;
    match (&spec.metric_key, spec.metric) {
        (Some(key), Metric::Custom) => recording::name("metricKey", key)?,
        (None, Metric::Custom) => {
            return Err(Error::invalid("metricKey", "a custom metric needs its key"));
        }
        (Some(_), _) => return Err(Error::invalid("metricKey", "only a custom metric has a key")),
        (None, _) => {}
    }
    let unit = spec.metric.unit(plan.currency);
    let amount = amount(unit, "amount", spec.amount)?;
    if amount <= 0 {
        return Err(Error::invalid("amount", format!("{} is not more than nothing", spec.amount)));
    }
    let baseline =
        spec.baseline.map(|baseline| self::amount(unit, "baseline", baseline)).transpose()?;
    if let Some(weight) = spec.weight {
        if spec.part_of.is_some() {
            return Err(Error::invalid("weight", "only top-level targets have a weight"));
        }
        if !(1..=100).contains(&weight) {
            return Err(Error::invalid("weight", format!("{weight} is not between 1 and 100")));
        }
    }
    for (field, dimension, value) in [
        ("productLineId", Dimension::ProductLine, spec.product_line),
        ("segmentId", Dimension::Segment, spec.segment),
        ("geographyId", Dimension::Geography, spec.geography),
    ] {
        if let Some(value) = value {
            value_of(tx, plan, dimension, value).await?.ok_or_else(|| unknown(field, value))?;
        }
    }
    let row = target::Model {
        id,
        plan_id: plan.id,
        parent_id: spec.part_of.map(|place| place.parent),
        position,
        name: spec.name,
        metric: spec.metric,
        metric_key: spec.metric_key,
        split_dimension: spec.part_of.map(|place| place.dimension),
        is_other: spec.part_of.is_some_and(|place| place.is_other),
        product_line_id: spec.product_line,
        segment_id: spec.segment,
        geography_id: spec.geography,
        amount,
        baseline,
        weight: spec.weight,
        phasing: spec.phasing,
        is_removed: false,
    };
    if let Some(place) = spec.part_of {
        splits::check_place(tx, plan, others, &row, place).await?;
    }
    let row = past::with_curve(&**tx, plan, others, row).await?;
    row.phasing
        .phases(plan.period_kind, content::period(plan), row.amount)
        .map_err(|invalid| Error::invalid("phasing", invalid))?;
    Ok(row)
}

/// An amount in a unit, named by its field when it cannot be kept.
pub fn amount(unit: Unit, field: &str, value: Decimal) -> Result<i64> {
    unit.parse(value).map_err(|invalid| Error::invalid(field, invalid))
}

/// A value of one of the dimensions of the plan's vendor; another vendor's does not exist.
pub async fn value_of(
    tx: &Tx,
    plan: &plan::Model,
    dimension: Dimension,
    id: DimensionValueId,
) -> Result<Option<dimension_value::Model>> {
    let found = dimension_value::Entity::find_by_id(id).one(&**tx).await?;
    Ok(found.filter(|found| found.vendor_id == plan.vendor_id && found.dimension == dimension))
}

/// Why a value is refused that is none of its dimension.
pub fn unknown(field: &str, value: DimensionValueId) -> Error {
    Error::unknown(field, format!("`{value}` is no value of this dimension"))
}
