//! What has come of each kind of fact from each source, so that nobody reads all facts to learn when the last one came.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::ConnectionTrait};

use crate::table::{drop, index, owned};

/// The index that told when the last fact of a kind came.
const BY_KIND: &str = "activity_by_kind";

/// How many facts of a kind a source has reported of a partnership, and the latest of them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("feed_total")
                .col(uuid("partnership_id"))
                .col(text("kind"))
                .col(text("source"))
                .col(big_integer("n_facts"))
                .col(date("last_occurred_on"))
                .col(timestamp_with_time_zone("last_recorded_at"))
                .primary_key(Index::create().col("partnership_id").col("kind").col("source"))
                .foreign_key(&mut owned("feed_total", "partnership_id", "partnership"))
                .to_owned(),
        )
        .await?;
        let counted = "INSERT INTO feed_total SELECT partnership_id, kind, source, count(*), max(occurred_on), \
             max(recorded_at) FROM activity GROUP BY partnership_id, kind, source";
        m.get_connection().execute_unprepared(counted).await?;
        m.drop_index(Index::drop().name(BY_KIND).table("activity").to_owned()).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let columns = ["partnership_id", "kind", "recorded_at"];
        m.create_index(index(BY_KIND, "activity", &columns)).await?;
        drop(m, &["feed_total"]).await
    }
}
