//! What the database does by itself: rows of the same shape into a table without indexes.

use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use jbp::{db::Db, domain::actor::Actor, entity::activity};
use sea_orm_migration::sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryOrder,
    QuerySelect, QueryTrait, sea_query::Alias,
};
use tokio::time::Instant;

/// Rows of a statement, as many as the server puts into one.
const PORTION: usize = 20;

/// The facts that are there.
pub async fn count(db: &Db) -> anyhow::Result<u64> {
    Ok(activity::Entity::visible_to(&Actor::System).count(db.read()).await?)
}

/// Inserts as many rows as there are facts, in transactions of `batch` rows; gives the time that it took.
///
/// The rows are the facts themselves, a batch of them again and again, so that each is as large as the server's.
pub async fn insert(db: &Db, n_rows: usize, batch: usize) -> anyhow::Result<Duration> {
    let limit = u64::try_from(batch.min(n_rows))?;
    let facts = activity::Entity::visible_to(&Actor::System)
        .order_by_asc(activity::Column::Id)
        .limit(limit)
        .all(db.read())
        .await?;
    let shape = "CREATE TABLE bare_activity AS SELECT * FROM activity LIMIT 0";
    db.admin().execute_unprepared(shape).await.context("no table of the same shape")?;
    let bar = ProgressBar::new(u64::try_from(n_rows)?);
    bar.set_style(ProgressStyle::with_template(
        "bare rows [{bar:40}] {pos}/{len} {per_sec} {eta}",
    )?);
    let begun = Instant::now();
    let mut n_done = 0;
    while n_done < n_rows {
        let left = (n_rows - n_done).min(facts.len());
        let tx = db.write().await?;
        for portion in facts.get(..left).unwrap_or_default().chunks(PORTION) {
            let rows = portion.iter().cloned().map(|row| row.into_active_model().reset_all());
            let mut insert = activity::Entity::insert_many(rows);
            insert.query().into_table(Alias::new("bare_activity"));
            tx.execute(insert.as_query()).await?;
        }
        tx.commit().await?;
        n_done += left;
        bar.set_position(u64::try_from(n_done)?);
    }
    bar.finish_and_clear();
    Ok(begun.elapsed())
}
