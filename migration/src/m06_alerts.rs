//! Warnings: one row for each cause and side, opened and resolved as the cause comes and goes.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned, refers, unique};

/// Warnings: one row for each cause and side, opened and resolved as the cause comes and goes.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("alert")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(uuid("partner_id"))
                .col(uuid("partnership_id"))
                .col(uuid("plan_id"))
                .col(text("side"))
                .col(text("rule"))
                .col(uuid("subject_id"))
                .col(text("severity"))
                .col(text("state"))
                .col(text("message"))
                .col(timestamp_with_time_zone("opened_at"))
                .col(integer("times_opened"))
                .col(timestamp_with_time_zone_null("acknowledged_at"))
                .col(uuid_null("acknowledged_by"))
                .col(timestamp_with_time_zone_null("resolved_at"))
                .foreign_key(&mut refers("alert", "vendor_id", "organization"))
                .foreign_key(&mut refers("alert", "partner_id", "organization"))
                .foreign_key(&mut refers("alert", "partnership_id", "partnership"))
                .foreign_key(&mut owned("alert", "plan_id", "plan"))
                .foreign_key(&mut refers("alert", "acknowledged_by", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique(
            "alert_by_cause",
            "alert",
            &["plan_id", "rule", "subject_id", "side"],
        ))
        .await?;
        m.create_index(index("alert_by_vendor", "alert", &["vendor_id", "side", "state", "id"]))
            .await?;
        m.create_index(index("alert_by_partner", "alert", &["partner_id", "side", "state", "id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["alert"]).await
    }
}
