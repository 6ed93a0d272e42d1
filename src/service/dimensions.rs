//! Dimensions: a vendor's product lines, market segments and geographies, and the words that others have for them.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, Select,
};

use super::{
    access, check, facts,
    organizations::hold_vendor,
    page::{Found, Order, Page},
};
use crate::{
    db::Tx,
    domain::{
        actor::Actor,
        id::{DimensionValueId, OrganizationId},
        lens::Tree,
        target::Dimension,
    },
    entity::{dimension_alias, dimension_value},
    error::{Error, Result},
    op::Op,
};

/// Values that one call may add.
const LARGEST_BATCH: usize = 1_000;

/// A value that is to be added.
#[derive(Clone, Debug)]
pub struct NewValue {
    /// What systems call it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The value that it is a part of, which exists or comes before it.
    pub parent_code: Option<String>,
}

/// Another spelling of a value.
#[derive(Clone, Debug)]
pub struct NewAlias {
    /// The spelling, as it is found in facts.
    pub text: String,
    /// The value it stands for.
    pub value: DimensionValueId,
}

/// All dimensions of a vendor, ready to place facts in.
#[derive(Clone, Debug, Default)]
pub struct Dimensions {
    /// Each value's parent.
    pub tree: Tree,
    values: BTreeMap<DimensionValueId, dimension_value::Model>,
    by_word: HashMap<(Dimension, String), DimensionValueId>,
}

impl Dimensions {
    /// The dimensions of `vendor`, for placing its facts whoever hands them in.
    pub async fn load(db: &impl ConnectionTrait, vendor: OrganizationId) -> Result<Self> {
        let values = dimension_value::Entity::visible_to(&Actor::System)
            .filter(dimension_value::Column::VendorId.eq(vendor))
            .all(db)
            .await?;
        let aliases = dimension_alias::Entity::visible_to(&Actor::System)
            .filter(dimension_alias::Column::VendorId.eq(vendor))
            .all(db)
            .await?;
        let mut dimensions = Self::default();
        for alias in aliases {
            dimensions.by_word.insert((alias.dimension, alias.alias), alias.value_id);
        }
        for value in values {
            dimensions.insert(value);
        }
        Ok(dimensions)
    }

    /// The value that `text` means: its code or another spelling of it, in whatever case and with whatever space around it.
    pub fn resolve(&self, dimension: Dimension, text: &str) -> Option<DimensionValueId> {
        self.by_word.get(&(dimension, word(text))).copied()
    }

    /// A value by its id.
    pub fn value(&self, id: DimensionValueId) -> Option<&dimension_value::Model> {
        self.values.get(&id)
    }

    /// A code wins over an alias of the same spelling.
    fn insert(&mut self, value: dimension_value::Model) {
        if let Some(parent) = value.parent_id {
            self.tree.0.insert(value.id, parent);
        }
        self.by_word.insert((value.dimension, word(&value.code)), value.id);
        self.values.insert(value.id, value);
    }
}

/// The values of one of a vendor's dimensions, in the order they were added.
pub async fn of_vendor(
    op: &Op,
    vendor: OrganizationId,
    dimension: Dimension,
    page: &Page,
) -> Result<Found<dimension_value::Model>> {
    let values = values_of(op, vendor, dimension);
    page.of(op.db.read(), values, dimension_value::Column::Id, Order::OldestFirst).await
}

/// How many they are.
pub async fn count_of_vendor(op: &Op, vendor: OrganizationId, dimension: Dimension) -> Result<u64> {
    Ok(values_of(op, vendor, dimension).count(op.db.read()).await?)
}

/// Those of these values that the caller may see.
pub async fn by_ids(op: &Op, ids: &[DimensionValueId]) -> Result<Vec<dimension_value::Model>> {
    let wanted = dimension_value::Column::Id.is_in(ids.iter().copied());
    Ok(dimension_value::Entity::visible_to(&op.actor).filter(wanted).all(op.db.read()).await?)
}

/// The other spellings of each value, in alphabetical order; a partner sees none.
pub async fn aliases_of_values(
    op: &Op,
    values: &[DimensionValueId],
) -> Result<HashMap<DimensionValueId, Vec<String>>> {
    let found = dimension_alias::Entity::visible_to(&op.actor)
        .filter(dimension_alias::Column::ValueId.is_in(values.iter().copied()))
        .order_by_asc(dimension_alias::Column::Alias)
        .all(op.db.read())
        .await?;
    let mut aliases: HashMap<DimensionValueId, Vec<String>> = HashMap::new();
    for alias in found {
        aliases.entry(alias.value_id).or_default().push(alias.alias);
    }
    Ok(aliases)
}

/// Adds values to one of a vendor's dimensions: all, or none when one of them cannot be.
///
/// Facts that carry a new code already are placed and counted anew.
pub async fn add_values(
    op: &Op,
    vendor: OrganizationId,
    dimension: Dimension,
    new: Vec<NewValue>,
) -> Result<Vec<dimension_value::Model>> {
    access::programme_admin(op, vendor)?;
    if new.is_empty() || new.len() > LARGEST_BATCH {
        let message = format!("{} values are not between 1 and {LARGEST_BATCH}", new.len());
        return Err(Error::invalid("values", message));
    }
    let tx = op.db.write().await?;
    let partnerships = facts::hold_all(&tx, op, vendor).await?;
    hold_vendor(&tx, op, vendor).await?;
    let mut known = Dimensions::load(&*tx, vendor).await?;
    let mut added = Vec::with_capacity(new.len());
    for (index, value) in new.into_iter().enumerate() {
        let value = checked(&known, op, (vendor, dimension), value, index)?;
        known.insert(value.clone());
        added.push(value);
    }
    let rows = added.iter().cloned().map(IntoActiveModel::into_active_model);
    let rows = rows.map(dimension_value::ActiveModel::reset_all);
    dimension_value::Entity::insert_many(rows).exec_without_returning(&*tx).await?;
    let meanings = added.iter().map(|value| (word(&value.code), value.id)).collect();
    facts::place(&tx, op, &partnerships, dimension, &meanings).await?;
    tx.commit().await?;
    Ok(added)
}

/// Lets `text` stand for a value of the caller's programme; what it stood for before, it stands for no more. Gives the value.
pub async fn add_alias(tx: &Tx, op: &Op, new: NewAlias) -> Result<dimension_value::Model> {
    access::signed_in(op)?;
    let value = dimension_value::Entity::visible_to(&op.actor)
        .filter(dimension_value::Column::Id.eq(new.value))
        .one(&**tx)
        .await?
        .ok_or(Error::NotFound("dimension value"))?;
    access::programme_admin(op, value.vendor_id)?;
    hold_vendor(tx, op, value.vendor_id).await?;
    let alias = word(&check::name("text", &new.text)?);
    let dimensions = Dimensions::load(&**tx, value.vendor_id).await?;
    match dimensions.code(value.dimension, &alias) {
        // Facts that came before the value did are placed now.
        Some(owner) if owner.id == value.id => return Ok(value),
        Some(owner) => {
            let message = format!("`{alias}` is the code of {}", owner.name);
            return Err(Error::invalid("text", message));
        }
        None => {}
    }
    let existing = dimension_alias::Entity::visible_to(&op.actor)
        .filter(dimension_alias::Column::VendorId.eq(value.vendor_id))
        .filter(dimension_alias::Column::Dimension.eq(value.dimension))
        .filter(dimension_alias::Column::Alias.eq(alias.as_str()))
        .one(&**tx)
        .await?;
    if let Some(existing) = existing {
        let mut row = existing.into_active_model();
        row.value_id = Set(value.id);
        row.update(&**tx).await?;
        return Ok(value);
    }
    let row = dimension_alias::ActiveModel {
        id: Set(op.mint()),
        vendor_id: Set(value.vendor_id),
        dimension: Set(value.dimension),
        alias: Set(alias),
        value_id: Set(value.id),
    };
    row.insert(&**tx).await?;
    Ok(value)
}

impl Dimensions {
    fn code(&self, dimension: Dimension, text: &str) -> Option<&dimension_value::Model> {
        let value = self.value(self.resolve(dimension, text)?)?;
        (word(&value.code) == text).then_some(value)
    }
}

/// The form in which spellings are compared and aliases are kept.
pub fn word(text: &str) -> String {
    text.trim().to_lowercase()
}

fn values_of(
    op: &Op,
    vendor: OrganizationId,
    dimension: Dimension,
) -> Select<dimension_value::Entity> {
    dimension_value::Entity::visible_to(&op.actor)
        .filter(dimension_value::Column::VendorId.eq(vendor))
        .filter(dimension_value::Column::Dimension.eq(dimension))
}

fn checked(
    known: &Dimensions,
    op: &Op,
    (vendor, dimension): (OrganizationId, Dimension),
    new: NewValue,
    index: usize,
) -> Result<dimension_value::Model> {
    let at = |field: &str| format!("values.{index}.{field}");
    let code = check::name(&at("code"), &new.code)?;
    if known.resolve(dimension, &code).is_some() {
        let message = format!("`{code}` stands for a {} already", dimension.label());
        return Err(Error::invalid(&at("code"), message));
    }
    let parent_id = match &new.parent_code {
        Some(parent) => Some(known.resolve(dimension, parent).ok_or_else(|| {
            let parent = check::shown(parent);
            let message = format!("`{parent}` is no {}, here or before", dimension.label());
            Error::invalid(&at("parentCode"), message)
        })?),
        None => None,
    };
    let name = check::name(&at("name"), &new.name)?;
    Ok(dimension_value::Model {
        id: op.mint(),
        vendor_id: vendor,
        dimension,
        code,
        name,
        parent_id,
    })
}
