//! Cursors of events: the key that seals them, and an index for the last event that somebody may see.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index};

/// Cursors of events: the key that seals them, and an index for the last event that somebody may see.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("secret")
                .col(text("name").primary_key())
                .col(blob("bytes"))
                .to_owned(),
        )
        .await?;
        let columns = ["partnership_id", "position"];
        m.create_index(index("event_by_partnership", "event", &columns)).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("event_by_partnership").table("event").to_owned()).await?;
        drop(m, &["secret"]).await
    }
}
