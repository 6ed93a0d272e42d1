//! Organisations, their people, and what a vendor's programme offers to whom.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned, refers, unique};

/// Organisations, their people, and what a vendor's programme offers to whom.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("organization")
                .col(pk_uuid("id"))
                .col(text("kind"))
                .col(text("name"))
                .col(text_null("country"))
                .col(text("time_zone"))
                .col(integer("fiscal_start_month"))
                .col(text("currency"))
                .col(timestamp_with_time_zone("created_at"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("organization_by_kind", "organization", &["kind", "id"])).await?;
        m.create_table(
            Table::create()
                .table("user")
                .col(pk_uuid("id"))
                .col(uuid("organization_id"))
                .col(text_uniq("email"))
                .col(text("name"))
                .col(text("role"))
                .col(text_null("password_hash"))
                .col(boolean("is_active"))
                .col(timestamp_with_time_zone("created_at"))
                .foreign_key(&mut refers("user", "organization_id", "organization"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("user_by_organization", "user", &["organization_id", "id"])).await?;
        m.create_table(
            Table::create()
                .table("tier")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(text("code"))
                .col(text("name"))
                .col(integer("rank"))
                .foreign_key(&mut refers("tier", "vendor_id", "organization"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique("tier_by_code", "tier", &["vendor_id", "code"])).await?;
        m.create_table(
            Table::create()
                .table("planning_policy")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(uuid("tier_id"))
                .col(text_null("partner_type"))
                .col(json_binary("policy"))
                .foreign_key(&mut refers("planning_policy", "vendor_id", "organization"))
                .foreign_key(&mut owned("planning_policy", "tier_id", "tier"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("planning_policy_by_vendor", "planning_policy", &["vendor_id"]))
            .await?;
        m.create_table(
            Table::create()
                .table("partnership")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(uuid("partner_id"))
                .col(uuid("tier_id"))
                .col(text("partner_type"))
                .col(text_null("risk_rating"))
                .col(integer("revision"))
                .col(timestamp_with_time_zone("created_at"))
                .foreign_key(&mut refers("partnership", "vendor_id", "organization"))
                .foreign_key(&mut refers("partnership", "partner_id", "organization"))
                .foreign_key(&mut refers("partnership", "tier_id", "tier"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique(
            "partnership_by_parties",
            "partnership",
            &["vendor_id", "partner_id"],
        ))
        .await?;
        m.create_index(index("partnership_by_partner", "partnership", &["partner_id", "id"]))
            .await?;
        m.create_table(
            Table::create()
                .table("team_member")
                .col(pk_uuid("id"))
                .col(uuid("partnership_id"))
                .col(uuid("user_id"))
                .col(timestamp_with_time_zone("created_at"))
                .foreign_key(&mut owned("team_member", "partnership_id", "partnership"))
                .foreign_key(&mut owned("team_member", "user_id", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique(
            "team_member_by_partnership",
            "team_member",
            &["partnership_id", "user_id"],
        ))
        .await?;
        m.create_index(index("team_member_by_user", "team_member", &["user_id"])).await?;
        m.create_table(
            Table::create()
                .table("agreement")
                .col(pk_uuid("id"))
                .col(uuid("partnership_id"))
                .col(text("reference"))
                .col(date("signed_on"))
                .col(date("effective_on"))
                .col(date_null("expires_on"))
                .col(timestamp_with_time_zone("created_at"))
                .foreign_key(&mut owned("agreement", "partnership_id", "partnership"))
                .to_owned(),
        )
        .await?;
        m.create_index(index(
            "agreement_by_partnership",
            "agreement",
            &["partnership_id", "effective_on"],
        ))
        .await?;
        m.create_table(
            Table::create()
                .table("dimension_value")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(text("dimension"))
                .col(text("code"))
                .col(text("name"))
                .col(uuid_null("parent_id"))
                .foreign_key(&mut refers("dimension_value", "vendor_id", "organization"))
                .foreign_key(&mut refers("dimension_value", "parent_id", "dimension_value"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique(
            "dimension_value_by_code",
            "dimension_value",
            &["vendor_id", "dimension", "code"],
        ))
        .await?;
        m.create_table(
            Table::create()
                .table("dimension_alias")
                .col(pk_uuid("id"))
                .col(uuid("vendor_id"))
                .col(text("dimension"))
                .col(text("alias"))
                .col(uuid("value_id"))
                .foreign_key(&mut refers("dimension_alias", "vendor_id", "organization"))
                .foreign_key(&mut owned("dimension_alias", "value_id", "dimension_value"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique(
            "dimension_alias_by_text",
            "dimension_alias",
            &["vendor_id", "dimension", "alias"],
        ))
        .await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(
            m,
            &[
                "dimension_alias",
                "dimension_value",
                "agreement",
                "team_member",
                "partnership",
                "planning_policy",
                "tier",
                "user",
                "organization",
            ],
        )
        .await
    }
}
