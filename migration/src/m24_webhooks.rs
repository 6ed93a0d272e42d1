//! Webhooks: where companies want to be told what happens, and what became of it.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned};

/// Webhooks: where companies want to be told what happens, and what became of it.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("webhook_endpoint")
                .col(uuid("id").primary_key())
                .col(uuid("organization_id"))
                .col(text("url"))
                .col(json_binary("filter"))
                .col(text("state"))
                .col(blob("secret"))
                .col(blob_null("previous_secret"))
                .col(timestamp_with_time_zone_null("previous_secret_ends_at"))
                .col(blob("position"))
                .col(timestamp_with_time_zone("caught_up_at"))
                .col(timestamp_with_time_zone_null("due_at"))
                .col(uuid_null("leased_by"))
                .col(timestamp_with_time_zone_null("leased_until"))
                .col(timestamp_with_time_zone_null("failing_since"))
                .col(timestamp_with_time_zone_null("last_delivered_at"))
                .col(timestamp_with_time_zone_null("disabled_at"))
                .col(uuid_null("created_by"))
                .col(timestamp_with_time_zone("created_at"))
                .foreign_key(&mut owned("webhook_endpoint", "organization_id", "organization"))
                .to_owned(),
        )
        .await?;
        let columns = ["organization_id"];
        m.create_index(index("webhook_endpoint_by_organization", "webhook_endpoint", &columns))
            .await?;
        m.create_index(index("webhook_endpoint_by_due", "webhook_endpoint", &["due_at"])).await?;
        m.create_table(
            Table::create()
                .table("webhook_delivery")
                .col(uuid("id").primary_key())
                .col(uuid("endpoint_id"))
                .col(text("purpose"))
                .col(text("status"))
                .col(boolean("is_in_order"))
                .col(uuid_null("vendor_id"))
                .col(big_integer_null("position"))
                .col(uuid_null("event_id"))
                .col(text_null("event_kind"))
                .col(blob("cursor"))
                .col(integer("n_failed"))
                .col(timestamp_with_time_zone_null("next_try_at"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("finished_at"))
                .foreign_key(&mut owned("webhook_delivery", "endpoint_id", "webhook_endpoint"))
                .to_owned(),
        )
        .await?;
        let columns = ["endpoint_id", "status", "id"];
        m.create_index(index("webhook_delivery_by_status", "webhook_delivery", &columns)).await?;
        let columns = ["finished_at"];
        m.create_index(index("webhook_delivery_by_end", "webhook_delivery", &columns)).await?;
        m.create_table(
            Table::create()
                .table("webhook_attempt")
                .col(uuid("id").primary_key())
                .col(uuid("delivery_id"))
                .col(timestamp_with_time_zone("attempted_at"))
                .col(integer("duration_ms"))
                .col(integer_null("status_code"))
                .col(text_null("error"))
                .foreign_key(&mut owned("webhook_attempt", "delivery_id", "webhook_delivery"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("webhook_attempt_of_delivery", "webhook_attempt", &["delivery_id"]))
            .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["webhook_attempt", "webhook_delivery", "webhook_endpoint"]).await
    }
}
