//! What has come of each feed: kept as facts land, so that asking when the last one came does not cost more with each.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, QueryFilter,
    QuerySelect,
    sea_query::{Expr, OnConflict, SimpleExpr},
};

use super::portions;
use crate::{
    db::Tx,
    domain::{
        activity::{ActivityKind, Feed},
        id::PartnershipId,
    },
    entity::{activity, feed_total},
    error::Result,
};

/// What a source has reported of a kind.
type Key = (PartnershipId, ActivityKind, String);

/// How many facts, and the latest of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Totals {
    n_facts: i64,
    last_occurred_on: NaiveDate,
    last_recorded_at: DateTime<Utc>,
}

/// Adds facts that have landed, under their partnerships' locks.
pub async fn add(tx: &Tx, landed: &[activity::Model]) -> Result<()> {
    let mut totals: BTreeMap<Key, Totals> = BTreeMap::new();
    for fact in landed {
        let key = (fact.partnership_id, fact.kind, fact.source.clone());
        let known = totals.entry(key).or_insert(Totals {
            n_facts: 0,
            last_occurred_on: fact.occurred_on,
            last_recorded_at: fact.recorded_at,
        });
        known.n_facts += 1;
        known.last_occurred_on = known.last_occurred_on.max(fact.occurred_on);
        known.last_recorded_at = known.last_recorded_at.max(fact.recorded_at);
    }
    insert(tx, totals).await
}

/// When a fact of each feed was last recorded of a partnership. The caller has already seen it.
pub async fn last_recorded(
    db: &impl ConnectionTrait,
    partnership: PartnershipId,
) -> Result<BTreeMap<Feed, DateTime<Utc>>> {
    let mut last: BTreeMap<Feed, DateTime<Utc>> = BTreeMap::new();
    for ((_, kind, _), totals) in stored(db, partnership).await? {
        let known = last.entry(kind.feed()).or_insert(totals.last_recorded_at);
        *known = totals.last_recorded_at.max(*known);
    }
    Ok(last)
}

/// Throws the totals of a partnership away and counts its facts anew.
pub async fn rebuild(tx: &Tx, partnership: PartnershipId) -> Result<()> {
    feed_total::Entity::delete_many()
        .filter(feed_total::Column::PartnershipId.eq(partnership))
        .exec(&**tx)
        .await?;
    let counted = counted(&**tx, partnership).await?;
    insert(tx, counted).await
}

/// How the totals of a partnership differ from its facts.
pub async fn difference(tx: &Tx, partnership: PartnershipId) -> Result<Option<String>> {
    let (facts, kept) = (counted(&**tx, partnership).await?, stored(&**tx, partnership).await?);
    Ok((facts != kept)
        .then(|| format!("feeds of {partnership}: facts give {facts:?}, stored is {kept:?}")))
}

async fn insert(tx: &Tx, totals: BTreeMap<Key, Totals>) -> Result<()> {
    use feed_total::Column;
    // Only here: everywhere else `max` is that of values.
    use sea_orm::sea_query::ExprTrait;
    let row = |((partnership_id, kind, source), totals): (Key, Totals)| feed_total::ActiveModel {
        partnership_id: Set(partnership_id),
        kind: Set(kind),
        source: Set(source),
        n_facts: Set(totals.n_facts),
        last_occurred_on: Set(totals.last_occurred_on),
        last_recorded_at: Set(totals.last_recorded_at),
    };
    let stored = |column: Column| Expr::col((feed_total::Entity, column));
    let added = |column: Column| Expr::col(("excluded", column.as_str()));
    let later = |column: Column| -> SimpleExpr {
        let is_later = added(column).gt(stored(column));
        Expr::case(is_later, added(column)).finally(stored(column)).into()
    };
    let onto = OnConflict::columns([Column::PartnershipId, Column::Kind, Column::Source])
        .value(Column::NFacts, stored(Column::NFacts).add(added(Column::NFacts)))
        .value(Column::LastOccurredOn, later(Column::LastOccurredOn))
        .value(Column::LastRecordedAt, later(Column::LastRecordedAt))
        .to_owned();
    for portion in portions::rows(totals.into_iter().map(row).collect(), 20) {
        feed_total::Entity::insert_many(portion)
            .on_conflict(onto.clone())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

async fn stored(
    db: &impl ConnectionTrait,
    partnership: PartnershipId,
) -> Result<BTreeMap<Key, Totals>> {
    let rows = feed_total::Entity::find()
        .filter(feed_total::Column::PartnershipId.eq(partnership))
        .all(db)
        .await?;
    let entry = |row: feed_total::Model| {
        let feed_total::Model { n_facts, last_occurred_on, last_recorded_at, .. } = row;
        let totals = Totals { n_facts, last_occurred_on, last_recorded_at };
        ((row.partnership_id, row.kind, row.source), totals)
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// What the facts of a partnership come to: reads all of them.
async fn counted(
    db: &impl ConnectionTrait,
    partnership: PartnershipId,
) -> Result<BTreeMap<Key, Totals>> {
    #[derive(FromQueryResult)]
    struct Row {
        kind: ActivityKind,
        source: String,
        n_facts: i64,
        last_occurred_on: NaiveDate,
        last_recorded_at: DateTime<Utc>,
    }
    use activity::Column;
    let rows: Vec<Row> = activity::Entity::find()
        .select_only()
        .columns([Column::Kind, Column::Source])
        .column_as(Column::Id.count(), "n_facts")
        .column_as(Column::OccurredOn.max(), "last_occurred_on")
        .column_as(Column::RecordedAt.max(), "last_recorded_at")
        .filter(Column::PartnershipId.eq(partnership))
        .group_by(Column::Kind)
        .group_by(Column::Source)
        .into_model()
        .all(db)
        .await?;
    let entry = |row: Row| {
        let Row { kind, source, n_facts, last_occurred_on, last_recorded_at } = row;
        ((partnership, kind, source), Totals { n_facts, last_occurred_on, last_recorded_at })
    };
    Ok(rows.into_iter().map(entry).collect())
}
