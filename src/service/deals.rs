//! Deals: as their facts leave them, kept for reading.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select,
    sea_query::OnConflict,
};

use super::{
    access,
    page::{Found, Order, Page},
    portions,
};
use crate::{
    db::Tx,
    domain::{
        activity::Fact,
        actor::Scope,
        deal::{self as rule, DealState},
        id::{DealId, DimensionValueId, PartnershipId},
    },
    entity::{deal, partnership},
    error::Result,
    op::Op,
};

/// Which deals are wanted.
#[derive(Clone, Debug, Default)]
pub struct DealFilter {
    /// Only of this partnership.
    pub partnership: Option<PartnershipId>,
    /// Only in these states.
    pub states: Option<Vec<DealState>>,
    /// Only those that look like another's registration.
    pub is_duplicate: Option<bool>,
}

fn filtered(op: &Op, filter: &DealFilter) -> Select<deal::Entity> {
    let mut deals = deal::Entity::visible_to(&op.actor);
    if let Some(partnership) = filter.partnership {
        deals = deals.filter(deal::Column::PartnershipId.eq(partnership));
    }
    if let Some(states) = &filter.states {
        deals = deals.filter(deal::Column::State.is_in(states.iter().copied()));
    }
    match filter.is_duplicate {
        Some(true) => deals.filter(deal::Column::DuplicateOfId.is_not_null()),
        Some(false) => deals.filter(deal::Column::DuplicateOfId.is_null()),
        None => deals,
    }
}

/// The deals that the caller may see, the latest first.
pub async fn list(op: &Op, filter: &DealFilter, page: Page) -> Result<Found<deal::Model>> {
    access::scope(op, Scope::ActivitiesRead)?;
    page.of(op.db.read(), filtered(op, filter), deal::Column::Id, Order::NewestFirst).await
}

/// How many deals the caller may see.
pub async fn count(op: &Op, filter: &DealFilter) -> Result<u64> {
    access::scope(op, Scope::ActivitiesRead)?;
    Ok(filtered(op, filter).count(op.db.read()).await?)
}

/// A deal, if the caller may see it.
pub async fn find(op: &Op, id: DealId) -> Result<Option<deal::Model>> {
    access::scope(op, Scope::ActivitiesRead)?;
    Ok(deal::Entity::visible_to(&op.actor)
        .filter(deal::Column::Id.eq(id))
        .one(op.db.read())
        .await?)
}

/// Keeps the deals among the touched subjects as their facts now leave them.
pub async fn keep(
    tx: &Tx,
    op: &Op,
    partnership: &partnership::Model,
    ledgers: &BTreeMap<String, Vec<Fact>>,
    touched: &BTreeSet<String>,
) -> Result<()> {
    use deal::Column;
    let references: Vec<&str> =
        touched.iter().filter_map(|subject| subject.strip_prefix("deal:")).collect();
    if references.is_empty() {
        return Ok(());
    }
    let of_partnership = || deal::Entity::find().filter(Column::PartnershipId.eq(partnership.id));
    let mut known: BTreeMap<String, deal::Model> = BTreeMap::new();
    for portion in portions::keys(references.iter().copied()) {
        let found = of_partnership().filter(Column::Reference.is_in(portion)).all(&**tx).await?;
        known.extend(found.into_iter().map(|row| (row.reference.clone(), row)));
    }
    let mut rows: Vec<deal::Model> = references
        .into_iter()
        .map(|reference| {
            let facts = ledgers.get(&format!("deal:{reference}")).map_or(&[][..], Vec::as_slice);
            let id = known.get(reference).map_or_else(|| op.mint(), |known| known.id);
            row(op, partnership, reference, id, facts)
        })
        .collect();
    flag_duplicates(tx, known.into_values(), &mut rows).await?;

    let mut conflict = OnConflict::columns([Column::PartnershipId, Column::Reference]);
    conflict.update_columns([
        Column::State,
        Column::Customer,
        Column::CustomerKey,
        Column::Rep,
        Column::ProductLineId,
        Column::SegmentId,
        Column::GeographyId,
        Column::Amount,
        Column::WonAmount,
        Column::Currency,
        Column::ExpectedCloseOn,
        Column::Stage,
        Column::Probability,
        Column::RegisteredOn,
        Column::ApprovedOn,
        Column::ClosedOn,
        Column::DuplicateOfId,
        Column::UpdatedAt,
    ]);
    // Those that others may be duplicates of come first.
    rows.sort_by_key(|row| (row.duplicate_of_id.is_some(), row.id));
    for portion in portions::rows(rows.into_iter().map(inserted).collect(), 20) {
        deal::Entity::insert_many(portion)
            .on_conflict(conflict.clone())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

fn row(
    op: &Op,
    partnership: &partnership::Model,
    reference: &str,
    id: DealId,
    facts: &[Fact],
) -> deal::Model {
    let (deal, _) = rule::replay(facts);
    let currency = deal.won_amount.or(deal.amount).map(|money| money.currency);
    let in_currency = |money: Option<crate::domain::money::Money>| {
        money.filter(|money| Some(money.currency) == currency)
    };
    deal::Model {
        id,
        vendor_id: partnership.vendor_id,
        partnership_id: partnership.id,
        reference: reference.to_owned(),
        state: deal.state,
        customer_key: deal.customer.as_deref().map(|customer| customer.trim().to_lowercase()),
        customer: deal.customer,
        rep: deal.rep,
        product_line_id: deal.placement.product_line,
        segment_id: deal.placement.segment,
        geography_id: deal.placement.geography,
        amount: in_currency(deal.amount).map(|money| money.minor),
        won_amount: deal.won_amount.map(|money| money.minor),
        currency,
        expected_close_on: deal.expected_close_on,
        stage: deal.stage,
        probability: deal.probability,
        registered_on: deal.registered_on,
        approved_on: deal.approved_on,
        closed_on: deal.closed_on,
        duplicate_of_id: None,
        updated_at: op.now(),
    }
}

/// Flags the open deals whose customer has an older open deal of the same product line in the partnership.
///
/// A change of one deal can flag another, or end its flag: such others join `rows`. `before` is what the rows were.
async fn flag_duplicates(
    tx: &Tx,
    before: impl Iterator<Item = deal::Model>,
    rows: &mut Vec<deal::Model>,
) -> Result<()> {
    let Some(partnership) = rows.first().map(|row| row.partnership_id) else { return Ok(()) };
    let customers: BTreeSet<String> = before
        .filter_map(|row| row.customer_key)
        .chain(rows.iter().filter_map(|row| row.customer_key.clone()))
        .collect();
    if customers.is_empty() {
        return Ok(());
    }
    let touched: BTreeSet<DealId> = rows.iter().map(|row| row.id).collect();
    let mut others = Vec::new();
    for portion in portions::keys(customers) {
        let found = deal::Entity::find()
            .filter(deal::Column::PartnershipId.eq(partnership))
            .filter(deal::Column::CustomerKey.is_in(portion))
            .filter(deal::Column::State.eq(DealState::Open))
            .all(&**tx);
        others.extend(found.await?.into_iter().filter(|other| !touched.contains(&other.id)));
    }
    let mut oldest: BTreeMap<_, (NaiveDate, DealId)> = BTreeMap::new();
    for (twin, age) in rows.iter().chain(&others).filter_map(|row| Some((twin(row)?, age(row)))) {
        let at = oldest.entry(twin).or_insert(age);
        *at = age.min(*at);
    }
    let flag = |row: &deal::Model| {
        let (_, first) = oldest.get(&twin(row)?)?;
        Some(*first).filter(|first| *first != row.id)
    };
    for row in rows.iter_mut() {
        row.duplicate_of_id = flag(row);
    }
    let changed = others.into_iter().filter_map(|row| {
        let duplicate_of_id = flag(&row);
        (duplicate_of_id != row.duplicate_of_id).then_some(deal::Model { duplicate_of_id, ..row })
    });
    rows.extend(changed);
    Ok(())
}

/// What two open deals have in common when one seems to register the other again.
fn twin(row: &deal::Model) -> Option<(String, Option<DimensionValueId>)> {
    let customer = row.customer_key.clone().filter(|_| row.state == DealState::Open)?;
    Some((customer, row.product_line_id))
}

fn age(row: &deal::Model) -> (NaiveDate, DealId) {
    (row.registered_on.or(row.approved_on).unwrap_or(NaiveDate::MAX), row.id)
}

fn inserted(row: deal::Model) -> deal::ActiveModel {
    deal::ActiveModel {
        id: Set(row.id),
        vendor_id: Set(row.vendor_id),
        partnership_id: Set(row.partnership_id),
        reference: Set(row.reference),
        state: Set(row.state),
        customer: Set(row.customer),
        customer_key: Set(row.customer_key),
        rep: Set(row.rep),
        product_line_id: Set(row.product_line_id),
        segment_id: Set(row.segment_id),
        geography_id: Set(row.geography_id),
        amount: Set(row.amount),
        won_amount: Set(row.won_amount),
        currency: Set(row.currency),
        expected_close_on: Set(row.expected_close_on),
        stage: Set(row.stage),
        probability: Set(row.probability),
        registered_on: Set(row.registered_on),
        approved_on: Set(row.approved_on),
        closed_on: Set(row.closed_on),
        duplicate_of_id: Set(row.duplicate_of_id),
        updated_at: Set(row.updated_at),
    }
}
