//! Facts that one side says are not so, and what of each target they make up.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, refers};

/// Facts that one side says are not so, and what of each target they make up.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("dispute")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(uuid("partnership_id"))
                .col(uuid("activity_id"))
                .col(text("state"))
                .col(text("reason"))
                .col(text("raised_by"))
                .col(text_null("raised_side"))
                .col(timestamp_with_time_zone("raised_at"))
                .col(text_null("resolution"))
                .col(text_null("resolved_by"))
                .col(timestamp_with_time_zone_null("resolved_at"))
                .col(uuid_null("superseded_by_id"))
                .foreign_key(&mut refers("dispute", "vendor_id", "organization"))
                .foreign_key(&mut refers("dispute", "partnership_id", "partnership"))
                .foreign_key(&mut refers("dispute", "activity_id", "activity"))
                .foreign_key(&mut refers("dispute", "superseded_by_id", "activity"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("dispute_by_activity", "dispute", &["activity_id", "id"])).await?;
        m.get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX dispute_open ON dispute (activity_id) WHERE state = 'open'",
            )
            .await?;
        let formerly = text_null("former_provenance");
        m.alter_table(Table::alter().table("activity").add_column(formerly).to_owned()).await?;
        let disputed = big_integer("disputed").default(0).take();
        m.alter_table(Table::alter().table("target_rollup").add_column(disputed).to_owned()).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let without = |table: &'static str, column: &'static str| {
            Table::alter().table(table).drop_column(column).to_owned()
        };
        m.alter_table(without("target_rollup", "disputed")).await?;
        m.alter_table(without("activity", "former_provenance")).await?;
        drop(m, &["dispute"]).await
    }
}
