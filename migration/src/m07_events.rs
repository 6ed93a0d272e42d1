//! What happened, in one order per vendor.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned};

/// What happened, in one order per vendor.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("event_stream")
                .col(uuid("vendor_id"))
                .col(big_integer("head"))
                .primary_key(Index::create().col("vendor_id"))
                .foreign_key(&mut owned("event_stream", "vendor_id", "organization"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("event")
                .col(uuid("vendor_id"))
                .col(big_integer("position"))
                .col(uuid("id"))
                .col(timestamp_with_time_zone("occurred_at"))
                .col(text("kind"))
                .col(uuid_null("plan_id"))
                .col(uuid_null("partnership_id"))
                .col(uuid_null("subject_id"))
                .col(text_null("seen_by"))
                .col(text("actor"))
                .col(text_null("actor_side"))
                .col(json_binary("payload"))
                .primary_key(Index::create().col("vendor_id").col("position"))
                .foreign_key(&mut owned("event", "vendor_id", "organization"))
                .foreign_key(&mut owned("event", "plan_id", "plan"))
                .foreign_key(&mut owned("event", "partnership_id", "partnership"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("event_by_plan", "event", &["plan_id", "position"])).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["event", "event_stream"]).await
    }
}
