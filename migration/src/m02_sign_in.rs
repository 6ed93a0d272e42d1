//! Sessions of people and tokens of integrations; of every secret only a hash.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned, refers};

/// Sessions of people and tokens of integrations; of every secret only a hash.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("session")
                .col(pk_uuid("id"))
                .col(uuid("user_id"))
                .col(text_uniq("access_hash"))
                .col(timestamp_with_time_zone("access_expires_at"))
                .col(text_uniq("refresh_hash"))
                .col(text_null("previous_refresh_hash"))
                .col(timestamp_with_time_zone("refresh_expires_at"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("revoked_at"))
                .foreign_key(&mut owned("session", "user_id", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("session_by_user", "session", &["user_id"])).await?;
        m.create_index(index("session_by_previous_refresh", "session", &["previous_refresh_hash"]))
            .await?;
        m.create_table(
            Table::create()
                .table("integration")
                .col(pk_uuid("id"))
                .col(uuid("organization_id"))
                .col(text("name"))
                .col(json_binary("scopes"))
                .col(text_uniq("token_hash"))
                .col(uuid_null("created_by"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("revoked_at"))
                .foreign_key(&mut refers("integration", "organization_id", "organization"))
                .foreign_key(&mut refers("integration", "created_by", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index(
            "integration_by_organization",
            "integration",
            &["organization_id", "id"],
        ))
        .await?;
        m.create_table(
            Table::create()
                .table("idempotency")
                .col(uuid("organization_id"))
                .col(text("operation"))
                .col(text("key"))
                .col(text("input_hash"))
                .col(json_binary("answer"))
                .col(timestamp_with_time_zone("created_at"))
                .primary_key(Index::create().col("organization_id").col("operation").col("key"))
                .foreign_key(&mut owned("idempotency", "organization_id", "organization"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("idempotency_by_age", "idempotency", &["created_at"])).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["idempotency", "integration", "session"]).await
    }
}
