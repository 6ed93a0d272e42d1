//! Facts as they are read: the ledger, what is not counted, and what waits to be mapped.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::{
    access, consequences, content, deals,
    dimensions::{self, NewAlias},
    disputes, events,
    page::{Found, Order, Page},
    rollups,
};
use crate::{
    db::{Held, Tx},
    domain::{
        activity::{ActivityKind, Feed},
        actor::{Role, Scope, Side},
        dispute::DisputeState,
        id::{ActivityId, DimensionValueId, OrganizationId, PartnershipId},
        money::Currency,
        target::Dimension,
    },
    entity::{activity, partnership, plan},
    error::{Error, Result},
    op::Op,
};

/// Which facts are wanted.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    /// Only of this partnership.
    pub partnership: Option<PartnershipId>,
    /// Only of these kinds.
    pub kinds: Option<Vec<ActivityKind>>,
    /// Only from this day on.
    pub occurred_from: Option<chrono::NaiveDate>,
    /// Only up to this day.
    pub occurred_to: Option<chrono::NaiveDate>,
    /// Only those recorded after this instant.
    pub recorded_after: Option<chrono::DateTime<chrono::Utc>>,
    /// Only those that a later fact has superseded, or only those in force.
    pub is_superseded: Option<bool>,
    /// Only those with a product line, segment or country that the vendor does not know.
    pub is_unmapped: Option<bool>,
    /// Only those with a dispute in one of these states.
    pub disputes: Option<Vec<DisputeState>>,
    /// Only of a plan: those in its period; and of them only those in a currency without a rate.
    pub unconverted_in: Option<plan::Model>,
}

fn unmapped() -> Condition {
    use activity::Column;
    let waits =
        |text: Column, id: Column| Condition::all().add(text.is_not_null()).add(id.is_null());
    Condition::any()
        .add(waits(Column::ProductLine, Column::ProductLineId))
        .add(waits(Column::Segment, Column::SegmentId))
        .add(waits(Column::Country, Column::GeographyId))
}

fn filtered(op: &Op, filter: &ActivityFilter) -> Select<activity::Entity> {
    use activity::Column;
    let mut facts = activity::Entity::visible_to(&op.actor);
    if let Some(partnership) = filter.partnership {
        facts = facts.filter(Column::PartnershipId.eq(partnership));
    }
    if let Some(kinds) = &filter.kinds {
        facts = facts.filter(Column::Kind.is_in(kinds.iter().copied()));
    }
    if let Some(from) = filter.occurred_from {
        facts = facts.filter(Column::OccurredOn.gte(from));
    }
    if let Some(to) = filter.occurred_to {
        facts = facts.filter(Column::OccurredOn.lte(to));
    }
    if let Some(after) = filter.recorded_after {
        facts = facts.filter(Column::RecordedAt.gt(after));
    }
    if let Some(is_superseded) = filter.is_superseded {
        facts = facts.filter(Column::IsSuperseded.eq(is_superseded));
    }
    match filter.is_unmapped {
        Some(true) => facts = facts.filter(unmapped()),
        Some(false) => facts = facts.filter(unmapped().not()),
        None => {}
    }
    if let Some(states) = &filter.disputes {
        facts = facts.filter(disputes::in_states(states));
    }
    match &filter.unconverted_in {
        Some(plan) => without_rate(facts, plan),
        None => facts,
    }
}

/// Narrows to facts in force of the plan's period whose currency has no planning rate.
pub fn without_rate(
    facts: Select<activity::Entity>,
    plan: &plan::Model,
) -> Select<activity::Entity> {
    use activity::Column;
    let mut known: Vec<Currency> = content::rates(plan).into_keys().collect();
    known.push(plan.currency);
    facts
        .filter(Column::PartnershipId.eq(plan.partnership_id))
        .filter(Column::IsSuperseded.eq(false))
        .filter(Column::OccurredOn.between(plan.starts_on, plan.ends_on))
        .filter(Column::Currency.is_not_null())
        .filter(Column::Currency.is_not_in(known))
}

/// The facts that the caller may see, the latest recorded first.
pub async fn list(op: &Op, filter: &ActivityFilter, page: Page) -> Result<Found<activity::Model>> {
    access::scope(op, Scope::ActivitiesRead)?;
    page.of(op.db.read(), filtered(op, filter), activity::Column::Id, Order::NewestFirst).await
}

/// How many facts the caller may see.
pub async fn count(op: &Op, filter: &ActivityFilter) -> Result<u64> {
    access::scope(op, Scope::ActivitiesRead)?;
    Ok(filtered(op, filter).count(op.db.read()).await?)
}

/// A fact, if the caller may see it.
pub async fn find(op: &Op, id: ActivityId) -> Result<Option<activity::Model>> {
    access::scope(op, Scope::ActivitiesRead)?;
    let found = activity::Entity::visible_to(&op.actor).filter(activity::Column::Id.eq(id));
    Ok(found.one(op.db.read()).await?)
}

/// A fact that an event tells of, if the caller may read it.
pub async fn heard(op: &Op, id: ActivityId) -> Result<Option<activity::Model>> {
    if op.actor.has_scope(Scope::ActivitiesRead) { find(op, id).await } else { Ok(None) }
}

/// How many facts of a plan are not counted for want of a rate.
pub async fn unconverted(db: &impl ConnectionTrait, plan: &plan::Model) -> Result<u64> {
    Ok(without_rate(activity::Entity::find(), plan).count(db).await?)
}

/// A text that the vendor does not know, and how many facts carry it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Unmapped {
    /// The text, as it was handed in.
    pub text: String,
    /// How many facts in force carry it.
    pub n_facts: i64,
}

/// The texts of a dimension that wait to be mapped, the most frequent first. Of the caller's own facts only.
pub async fn unmapped_values(
    op: &Op,
    dimension: Dimension,
    partnership: Option<PartnershipId>,
    limit: u64,
) -> Result<Vec<Unmapped>> {
    use activity::Column;
    access::scope(op, Scope::ActivitiesRead)?;
    let (text, id) = columns(dimension);
    let mut facts = activity::Entity::visible_to(&op.actor);
    if let Some(partnership) = partnership {
        facts = facts.filter(Column::PartnershipId.eq(partnership));
    }
    let rows = facts
        .select_only()
        .column_as(text, "text")
        .column_as(Column::Id.count(), "n_facts")
        .filter(text.is_not_null())
        .filter(id.is_null())
        .filter(Column::IsSuperseded.eq(false))
        .group_by(text)
        .order_by_desc(Column::Id.count())
        .order_by_asc(text)
        .limit(limit)
        .into_model()
        .all(op.db.read())
        .await?;
    Ok(rows)
}

/// What texts of a plan's facts wait to be mapped, a phrase for each dimension: `2 unknown product lines`.
pub async fn unmapped_texts(db: &impl ConnectionTrait, plan: &plan::Model) -> Result<Vec<String>> {
    use activity::Column;
    let mut told = Vec::new();
    for dimension in Dimension::ALL {
        let (text, id) = columns(dimension);
        let n_texts = activity::Entity::find()
            .select_only()
            .column(text)
            .distinct()
            .filter(Column::VendorId.eq(plan.vendor_id))
            .filter(text.is_not_null())
            .filter(id.is_null())
            .filter(Column::PartnershipId.eq(plan.partnership_id))
            .filter(Column::IsSuperseded.eq(false))
            .filter(Column::OccurredOn.between(plan.starts_on, plan.ends_on))
            .count(db)
            .await?;
        let (one, many) = match dimension {
            Dimension::ProductLine => ("product line", "product lines"),
            Dimension::Segment => ("segment", "segments"),
            Dimension::Geography => ("country", "countries"),
        };
        match n_texts {
            0 => {}
            1 => told.push(format!("1 unknown {one}")),
            n => told.push(format!("{n} unknown {many}")),
        }
    }
    Ok(told)
}

/// Whether anything about facts calls for a look at what a plan's feeds warn of: a currency without a rate, a text that is not
/// mapped, a certification that will lapse.
pub fn trouble_feeds<'a>(
    plan: &plan::Model,
    mut facts: impl Iterator<Item = &'a activity::Model>,
) -> bool {
    let rates = content::rates(plan);
    facts.any(|fact| {
        let has_rate = |currency| currency == plan.currency || rates.contains_key(&currency);
        let is_unmapped = (fact.product_line.is_some() && fact.product_line_id.is_none())
            || (fact.segment.is_some() && fact.segment_id.is_none())
            || (fact.country.is_some() && fact.geography_id.is_none());
        fact.currency.is_some_and(|currency| !has_rate(currency))
            || is_unmapped
            || fact.kind.feed() == Feed::Training
    })
}

/// A text to be mapped to a value of the vendor's dimension.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The dimension.
    pub dimension: Dimension,
    /// The text, as systems write it.
    pub text: String,
    /// What it means.
    pub value: DimensionValueId,
}

/// Maps a text to a value, and counts the facts that carry it anew. Returns how many they are.
pub async fn map_value(op: &Op, mapping: Mapping) -> Result<u64> {
    let member = op.member()?;
    let may = member.side == Side::Vendor && member.role() == Some(Role::VendorAdmin);
    if !may {
        return Err(Error::Forbidden("values are mapped by vendor admins".into()));
    }
    let tx = op.db.write().await?;
    let partnerships = hold_all(&tx, op, member.organization).await?;
    let alias = NewAlias { text: mapping.text.clone(), value: mapping.value };
    let value = dimensions::add_alias(&tx, op, alias).await?;
    if value.dimension != mapping.dimension {
        let message = format!("`{}` is no {}", mapping.value, mapping.dimension.label());
        return Err(Error::invalid("valueId", message));
    }
    let meanings = BTreeMap::from([(dimensions::word(&mapping.text), mapping.value)]);
    let n_facts = place(&tx, op, &partnerships, mapping.dimension, &meanings).await?;
    tx.commit().await?;
    Ok(n_facts)
}

/// A vendor's partnerships, held in one order: facts that are being recorded are placed before or after, never half by one
/// meaning and half by another.
pub async fn hold_all(tx: &Tx, op: &Op, vendor: OrganizationId) -> Result<Vec<partnership::Model>> {
    let partnerships = partnership::Entity::visible_to(&op.actor)
        .filter(partnership::Column::VendorId.eq(vendor))
        .order_by_asc(partnership::Column::Id)
        .held();
    Ok(partnerships.all(&**tx).await?)
}

/// Gives the facts that carry one of these words the value that it means, and counts them anew. Returns how many they are.
pub async fn place(
    tx: &Tx,
    op: &Op,
    partnerships: &[partnership::Model],
    dimension: Dimension,
    meanings: &BTreeMap<String, DimensionValueId>,
) -> Result<u64> {
    let mut n_facts = 0;
    for partnership in partnerships {
        let subjects = remap(tx, partnership.id, dimension, meanings, &mut n_facts).await?;
        if !subjects.is_empty() {
            let ledgers =
                rollups::facts_of(&**tx, partnership.id, subjects.iter().cloned()).await?;
            deals::keep(tx, op, partnership, &ledgers, &subjects).await?;
            recount(tx, op, partnership).await?;
        }
    }
    Ok(n_facts)
}

/// Gives the facts that carry the words their values, and returns what they are about.
async fn remap(
    tx: &Tx,
    partnership: PartnershipId,
    dimension: Dimension,
    meanings: &BTreeMap<String, DimensionValueId>,
    n_facts: &mut u64,
) -> Result<BTreeSet<String>> {
    let (text, id) = columns(dimension);
    let of_partnership =
        || activity::Entity::find().filter(activity::Column::PartnershipId.eq(partnership));
    let texts: Vec<String> = of_partnership()
        .select_only()
        .column(text)
        .distinct()
        .filter(text.is_not_null())
        .into_tuple()
        .all(&**tx)
        .await?;
    let mut by_value: BTreeMap<DimensionValueId, Vec<String>> = BTreeMap::new();
    for text in texts {
        if let Some(value) = meanings.get(&dimensions::word(&text)) {
            by_value.entry(*value).or_default().push(text);
        }
    }
    let mut subjects = BTreeSet::new();
    for (value, texts) in by_value {
        let misplaced = Condition::any().add(id.is_null()).add(id.ne(value));
        let found: Vec<activity::Model> =
            of_partnership().filter(text.is_in(texts)).filter(misplaced).all(&**tx).await?;
        for chunk in found.chunks(1_000) {
            *n_facts += activity::Entity::update_many()
                .col_expr(id, Expr::value(value))
                .filter(activity::Column::Id.is_in(chunk.iter().map(|row| row.id)))
                .exec(&**tx)
                .await?
                .rows_affected;
        }
        subjects.extend(found.into_iter().map(|row| row.subject));
    }
    Ok(subjects)
}

fn columns(dimension: Dimension) -> (activity::Column, activity::Column) {
    use activity::Column;
    match dimension {
        Dimension::ProductLine => (Column::ProductLine, Column::ProductLineId),
        Dimension::Segment => (Column::Segment, Column::SegmentId),
        Dimension::Geography => (Column::Country, Column::GeographyId),
    }
}

/// Counts the facts of a partnership's plans anew, and tells what changed.
pub async fn recount(tx: &Tx, op: &Op, partnership: &partnership::Model) -> Result<()> {
    for plan in consequences::plans_in_force(tx, partnership).await? {
        let events = consequences::recount(tx, op, &plan).await?;
        events::record(tx, op, plan.vendor_id, events).await?;
    }
    Ok(())
}
