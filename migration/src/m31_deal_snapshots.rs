//! What each CRM said of a deal last, so that the same is not taken for news, nor an older state for a newer one.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, owned};

/// What each CRM said of a deal last, so that the same is not taken for news, nor an older state for a newer one.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("deal_snapshot")
                .col(uuid("partnership_id"))
                .col(text("reference"))
                .col(text("source"))
                .col(date("as_of"))
                .col(integer("revision"))
                .col(json_binary("said"))
                .primary_key(Index::create().col("partnership_id").col("reference").col("source"))
                .foreign_key(&mut owned("deal_snapshot", "partnership_id", "partnership"))
                .to_owned(),
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["deal_snapshot"]).await
    }
}
