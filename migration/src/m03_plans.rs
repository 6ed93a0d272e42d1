//! Plans: what both sides promise, in which version they signed it, and what was done to it.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned, refers, unique};

/// Plans: what both sides promise, in which version they signed it, and what was done to it.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("plan")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(uuid("partner_id"))
                .col(uuid("partnership_id"))
                .col(text("name"))
                .col(text("mode"))
                .col(text("state"))
                .col(text("drafted_by"))
                .col(text("period_kind"))
                .col(date("starts_on"))
                .col(date("ends_on"))
                .col(text("currency"))
                .col(json_binary("content"))
                .col(uuid_null("vendor_sponsor_id"))
                .col(uuid_null("partner_sponsor_id"))
                .col(json_binary("policy"))
                .col(text_null("override_reason"))
                .col(integer("revision"))
                .col(integer_null("proposed_version"))
                .col(integer_null("version_in_force"))
                .col(date_null("activated_on"))
                .col(json_binary("added_rates"))
                .col(timestamp_with_time_zone_null("shared_at"))
                .col(date_null("watch_on"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone("updated_at"))
                .foreign_key(&mut refers("plan", "vendor_id", "organization"))
                .foreign_key(&mut refers("plan", "partner_id", "organization"))
                .foreign_key(&mut refers("plan", "partnership_id", "partnership"))
                .foreign_key(&mut refers("plan", "vendor_sponsor_id", "user"))
                .foreign_key(&mut refers("plan", "partner_sponsor_id", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("plan_by_vendor", "plan", &["vendor_id", "id"])).await?;
        m.create_index(index("plan_by_partner", "plan", &["partner_id", "id"])).await?;
        m.create_index(index("plan_by_partnership", "plan", &["partnership_id", "starts_on"]))
            .await?;
        m.create_index(index("plan_to_watch", "plan", &["watch_on"])).await?;
        m.create_table(
            Table::create()
                .table("target")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(uuid_null("parent_id"))
                .col(integer("position"))
                .col(text("name"))
                .col(text("metric"))
                .col(text_null("metric_key"))
                .col(text_null("split_dimension"))
                .col(boolean("is_other"))
                .col(uuid_null("product_line_id"))
                .col(uuid_null("segment_id"))
                .col(uuid_null("geography_id"))
                .col(big_integer("amount"))
                .col(big_integer_null("baseline"))
                .col(integer_null("weight"))
                .col(json_binary("phasing"))
                .foreign_key(&mut owned("target", "plan_id", "plan"))
                .foreign_key(&mut refers("target", "parent_id", "target"))
                .foreign_key(&mut refers("target", "product_line_id", "dimension_value"))
                .foreign_key(&mut refers("target", "segment_id", "dimension_value"))
                .foreign_key(&mut refers("target", "geography_id", "dimension_value"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("target_by_plan", "target", &["plan_id", "position"])).await?;
        m.create_index(index("target_by_parent", "target", &["parent_id"])).await?;
        m.create_table(
            Table::create()
                .table("commitment")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(integer("position"))
                .col(text("owed_by"))
                .col(text("title"))
                .col(uuid_null("owner_id"))
                .col(date("starts_on"))
                .col(date_null("due_on"))
                .col(big_integer("quantity"))
                .col(json_binary("terms"))
                .col(timestamp_with_time_zone_null("waived_at"))
                .col(text_null("waive_reason"))
                .col(uuid_null("vendor_waived_by"))
                .col(uuid_null("partner_waived_by"))
                .foreign_key(&mut owned("commitment", "plan_id", "plan"))
                .foreign_key(&mut refers("commitment", "owner_id", "user"))
                .foreign_key(&mut refers("commitment", "vendor_waived_by", "user"))
                .foreign_key(&mut refers("commitment", "partner_waived_by", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("commitment_by_plan", "commitment", &["plan_id", "position"])).await?;
        m.create_table(
            Table::create()
                .table("plan_version")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(integer("number"))
                .col(text("content"))
                .col(text("hash"))
                .col(uuid_null("proposed_by"))
                .col(text("proposed_side"))
                .col(timestamp_with_time_zone("proposed_at"))
                .foreign_key(&mut owned("plan_version", "plan_id", "plan"))
                .foreign_key(&mut refers("plan_version", "proposed_by", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique("plan_version_by_number", "plan_version", &["plan_id", "number"]))
            .await?;
        m.create_table(
            Table::create()
                .table("signature")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(uuid("version_id"))
                .col(integer("number"))
                .col(text("hash"))
                .col(text("side"))
                .col(uuid("user_id"))
                .col(text("role"))
                .col(timestamp_with_time_zone("signed_at"))
                .col(timestamp_with_time_zone_null("voided_at"))
                .foreign_key(&mut owned("signature", "plan_id", "plan"))
                .foreign_key(&mut owned("signature", "version_id", "plan_version"))
                .foreign_key(&mut refers("signature", "user_id", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("signature_by_plan", "signature", &["plan_id", "id"])).await?;
        m.get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX signature_of_a_side ON signature (version_id, side) WHERE voided_at IS NULL",
            )
            .await?;
        m.create_table(
            Table::create()
                .table("review")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(integer("number"))
                .col(date("covers_from"))
                .col(date("covers_to"))
                .col(date("scheduled_on"))
                .col(text("kind"))
                .col(text("format"))
                .col(text("state"))
                .foreign_key(&mut owned("review", "plan_id", "plan"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique("review_by_number", "review", &["plan_id", "number"])).await?;
        m.create_table(
            Table::create()
                .table("note")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(text("side"))
                .col(uuid_null("author_id"))
                .col(text("body"))
                .col(timestamp_with_time_zone("created_at"))
                .foreign_key(&mut owned("note", "plan_id", "plan"))
                .foreign_key(&mut refers("note", "author_id", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("note_by_plan", "note", &["plan_id", "side", "id"])).await?;
        m.create_table(
            Table::create()
                .table("history")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(timestamp_with_time_zone("at"))
                .col(text("actor"))
                .col(text_null("side"))
                .col(text_null("seen_by"))
                .col(text("action"))
                .col(text("subject"))
                .col(json_binary_null("before"))
                .col(json_binary_null("after"))
                .foreign_key(&mut owned("history", "plan_id", "plan"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("history_by_plan", "history", &["plan_id", "id"])).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(
            m,
            &[
                "history",
                "note",
                "review",
                "signature",
                "plan_version",
                "commitment",
                "target",
                "plan",
            ],
        )
        .await
    }
}
