//! How a person wants to be told by e-mail.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, owned};

/// How a person wants to be told by e-mail; whoever has no row has said nothing.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("notification_preference")
                .col(uuid("user_id").primary_key())
                .col(integer("revision"))
                .col(text("delivery"))
                .col(json_binary("rules"))
                .col(json_binary_null("quiet_hours"))
                .col(text("time_zone"))
                .col(integer("digest_hour"))
                .col(text("digest_weekday"))
                .col(timestamp_with_time_zone("changed_at"))
                .foreign_key(&mut owned("notification_preference", "user_id", "user"))
                .to_owned(),
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["notification_preference"]).await
    }
}
