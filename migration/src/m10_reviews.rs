//! Reviews that are held: agenda and minutes, frozen scorecards, what each side says of the minutes, and what is to be done.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned, refers, unique};

/// Reviews that are held: agenda and minutes, frozen scorecards, what each side says of the minutes, and what is to be done.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for mut column in [
            json_binary_null("agenda"),
            date_null("held_on"),
            timestamp_with_time_zone_null("held_at"),
            uuid_null("held_by"),
            json_binary_null("minutes"),
            text_null("skip_reason"),
        ] {
            let altered = Table::alter().table("review").add_column(&mut column).to_owned();
            m.alter_table(altered).await?;
        }
        m.create_table(
            Table::create()
                .table("scorecard")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(uuid_null("review_id"))
                .col(date("as_of"))
                .col(text("content"))
                .col(text("hash"))
                .col(big_integer("n_facts"))
                .col(timestamp_with_time_zone_null("last_recorded_at"))
                .col(timestamp_with_time_zone("frozen_at"))
                .foreign_key(&mut owned("scorecard", "plan_id", "plan"))
                .foreign_key(&mut owned("scorecard", "review_id", "review"))
                .to_owned(),
        )
        .await?;
        m.create_index(unique("scorecard_of_a_review", "scorecard", &["review_id"])).await?;
        m.create_index(index("scorecard_by_plan", "scorecard", &["plan_id", "id"])).await?;
        m.create_table(
            Table::create()
                .table("review_answer")
                .col(pk_uuid("id"))
                .col(uuid("review_id"))
                .col(text("side"))
                .col(text("answer"))
                .col(text_null("reason"))
                .col(uuid("user_id"))
                .col(text("user_name"))
                .col(timestamp_with_time_zone("answered_at"))
                .col(timestamp_with_time_zone_null("voided_at"))
                .foreign_key(&mut owned("review_answer", "review_id", "review"))
                .foreign_key(&mut refers("review_answer", "user_id", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("review_answer_by_review", "review_answer", &["review_id", "id"]))
            .await?;
        m.get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX review_answer_of_a_side ON review_answer (review_id, side) WHERE voided_at IS NULL",
            )
            .await?;
        m.create_table(
            Table::create()
                .table("action_item")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(uuid_null("review_id"))
                .col(text("kind"))
                .col(text_null("rule"))
                .col(uuid_null("target_id"))
                .col(uuid_null("commitment_id"))
                .col(text("title"))
                .col(uuid("owner_id"))
                .col(text("owner_name"))
                .col(text("side"))
                .col(date("due_on"))
                .col(text("state"))
                .col(text_null("expected_effect"))
                .col(json_binary_null("before"))
                .col(json_binary_null("after"))
                .col(text_null("remark"))
                .col(timestamp_with_time_zone("created_at"))
                .col(uuid_null("created_by"))
                .col(timestamp_with_time_zone_null("settled_at"))
                .col(uuid_null("settled_by"))
                .foreign_key(&mut owned("action_item", "plan_id", "plan"))
                .foreign_key(&mut owned("action_item", "review_id", "review"))
                .foreign_key(&mut refers("action_item", "owner_id", "user"))
                .foreign_key(&mut refers("action_item", "created_by", "user"))
                .foreign_key(&mut refers("action_item", "settled_by", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("action_item_by_plan", "action_item", &["plan_id", "state", "id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["action_item", "review_answer", "scorecard"]).await?;
        for column in ["skip_reason", "minutes", "held_by", "held_at", "held_on", "agenda"] {
            let altered = Table::alter().table("review").drop_column(column).to_owned();
            m.alter_table(altered).await?;
        }
        Ok(())
    }
}
