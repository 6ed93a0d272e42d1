//! How far events have been forgotten, for each audience: who asks for more is told so.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, owned};

/// How far events have been forgotten, for each audience: who asks for more is told so.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("event_floor")
                .col(uuid("partnership_id"))
                .col(text("audience"))
                .col(uuid("vendor_id"))
                .col(big_integer("position"))
                .primary_key(Index::create().col("partnership_id").col("audience"))
                .foreign_key(&mut owned("event_floor", "partnership_id", "partnership"))
                .to_owned(),
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["event_floor"]).await
    }
}
