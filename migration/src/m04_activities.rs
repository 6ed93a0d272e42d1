//! The ledger of partner activity, and the deals that it leaves.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, refers, unique};

/// The ledger of partner activity, and the deals that it leaves.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("activity")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(uuid("partnership_id"))
                .col(text("source"))
                .col(text("external_id"))
                .col(text("kind"))
                .col(text("subject"))
                .col(uuid("sequence_id"))
                .col(date("occurred_on"))
                .col(timestamp_with_time_zone("recorded_at"))
                .col(text("recorded_by"))
                .col(text("provenance"))
                .col(text("content_hash"))
                .col(uuid_null("supersedes_id"))
                .col(boolean("is_superseded"))
                .col(text_null("reason"))
                .col(text_null("product_line"))
                .col(uuid_null("product_line_id"))
                .col(text_null("segment"))
                .col(uuid_null("segment_id"))
                .col(text_null("country"))
                .col(uuid_null("geography_id"))
                .col(text_null("currency"))
                .col(json_binary("payload"))
                .foreign_key(&mut refers("activity", "vendor_id", "organization"))
                .foreign_key(&mut refers("activity", "partnership_id", "partnership"))
                .foreign_key(&mut refers("activity", "supersedes_id", "activity"))
                .foreign_key(&mut refers("activity", "product_line_id", "dimension_value"))
                .foreign_key(&mut refers("activity", "segment_id", "dimension_value"))
                .foreign_key(&mut refers("activity", "geography_id", "dimension_value"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("activity_by_subject", "activity", &["partnership_id", "subject"]))
            .await?;
        m.create_index(index(
            "activity_by_day",
            "activity",
            &["partnership_id", "occurred_on", "id"],
        ))
        .await?;
        m.create_index(index(
            "activity_by_external_id",
            "activity",
            &["partnership_id", "source", "external_id"],
        ))
        .await?;
        m.create_index(index("activity_by_vendor", "activity", &["vendor_id", "id"])).await?;
        m.get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX activity_in_force ON activity (partnership_id, source, external_id) WHERE NOT is_superseded",
            )
            .await?;
        m.get_connection()
            .execute_unprepared(
                "CREATE INDEX activity_without_product_line ON activity (vendor_id, product_line) WHERE product_line IS NOT NULL AND product_line_id IS NULL",
            )
            .await?;
        m.get_connection()
            .execute_unprepared(
                "CREATE INDEX activity_without_segment ON activity (vendor_id, segment) WHERE segment IS NOT NULL AND segment_id IS NULL",
            )
            .await?;
        m.get_connection()
            .execute_unprepared(
                "CREATE INDEX activity_without_geography ON activity (vendor_id, country) WHERE country IS NOT NULL AND geography_id IS NULL",
            )
            .await?;
        m.get_connection()
            .execute_unprepared(
                "CREATE INDEX activity_in_currency ON activity (partnership_id, currency) WHERE currency IS NOT NULL",
            )
            .await?;
        m.create_table(
            Table::create()
                .table("deal")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(uuid("partnership_id"))
                .col(text("reference"))
                .col(text("state"))
                .col(text_null("customer"))
                .col(text_null("customer_key"))
                .col(text_null("rep"))
                .col(uuid_null("product_line_id"))
                .col(uuid_null("segment_id"))
                .col(uuid_null("geography_id"))
                .col(big_integer_null("amount"))
                .col(big_integer_null("won_amount"))
                .col(text_null("currency"))
                .col(date_null("expected_close_on"))
                .col(text_null("stage"))
                .col(integer_null("probability"))
                .col(date_null("registered_on"))
                .col(date_null("approved_on"))
                .col(date_null("closed_on"))
                .col(uuid_null("duplicate_of_id"))
                .col(timestamp_with_time_zone("updated_at"))
                .foreign_key(&mut refers("deal", "vendor_id", "organization"))
                .foreign_key(&mut refers("deal", "partnership_id", "partnership"))
                .foreign_key(&mut refers("deal", "product_line_id", "dimension_value"))
                .foreign_key(&mut refers("deal", "segment_id", "dimension_value"))
                .foreign_key(&mut refers("deal", "geography_id", "dimension_value"))
                .foreign_key(&mut refers("deal", "duplicate_of_id", "deal"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique("deal_by_reference", "deal", &["partnership_id", "reference"]))
            .await?;
        m.create_index(index(
            "deal_by_customer",
            "deal",
            &["partnership_id", "customer_key", "state"],
        ))
        .await?;
        m.create_index(index("deal_by_vendor", "deal", &["vendor_id", "id"])).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["deal", "activity"]).await
    }
}
