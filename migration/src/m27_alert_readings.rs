//! Which warnings each person has read, as they asked then: one that asks anew is unread again.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned};

/// Which warnings each person has read, as they asked then: one that asks anew is unread again.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("alert_reading")
                .col(uuid("user_id"))
                .col(uuid("alert_id"))
                .col(uuid("ask_id"))
                .col(timestamp_with_time_zone("read_at"))
                .primary_key(Index::create().col("user_id").col("alert_id"))
                .foreign_key(&mut owned("alert_reading", "user_id", "user"))
                .foreign_key(&mut owned("alert_reading", "alert_id", "alert"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("alert_reading_by_alert", "alert_reading", &["alert_id"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["alert_reading"]).await
    }
}
