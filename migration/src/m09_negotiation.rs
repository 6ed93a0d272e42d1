//! Negotiation: values that one side proposes to the other, what people say about a plan, and when they last looked.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned, refers};

/// Negotiation: values that one side proposes to the other, what people say about a plan, and when they last looked.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("counter_proposal")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(uuid("thread_id"))
                .col(uuid_null("answers_id"))
                .col(text("subject"))
                .col(text("side"))
                .col(uuid_null("proposed_by"))
                .col(json_binary("change"))
                .col(json_binary("before"))
                .col(text("reason"))
                .col(text("state"))
                .col(timestamp_with_time_zone("proposed_at"))
                .col(uuid_null("answered_by"))
                .col(text_null("answer_reason"))
                .col(timestamp_with_time_zone_null("answered_at"))
                .foreign_key(&mut owned("counter_proposal", "plan_id", "plan"))
                .foreign_key(&mut refers("counter_proposal", "proposed_by", "user"))
                .foreign_key(&mut refers("counter_proposal", "answered_by", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("counter_proposal_by_plan", "counter_proposal", &["plan_id", "id"]))
            .await?;
        m.create_index(index(
            "counter_proposal_by_state",
            "counter_proposal",
            &["plan_id", "state", "id"],
        ))
        .await?;
        m.create_index(index(
            "counter_proposal_by_thread",
            "counter_proposal",
            &["thread_id", "id"],
        ))
        .await?;
        m.create_table(
            Table::create()
                .table("comment")
                .col(pk_uuid("id"))
                .col(uuid("plan_id"))
                .col(text("subject"))
                .col(uuid_null("reply_to"))
                .col(text("side"))
                .col(text("visibility"))
                .col(uuid_null("author_id"))
                .col(text_null("body"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("retracted_at"))
                .foreign_key(&mut owned("comment", "plan_id", "plan"))
                .foreign_key(&mut owned("comment", "reply_to", "comment"))
                .foreign_key(&mut refers("comment", "author_id", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("comment_by_plan", "comment", &["plan_id", "id"])).await?;
        m.create_index(index("comment_by_subject", "comment", &["plan_id", "subject", "id"]))
            .await?;
        m.create_index(index("comment_by_answered", "comment", &["reply_to", "id"])).await?;
        m.create_table(
            Table::create()
                .table("mention")
                .col(uuid("user_id"))
                .col(uuid("comment_id"))
                .primary_key(Index::create().col("user_id").col("comment_id"))
                .foreign_key(&mut refers("mention", "user_id", "user"))
                .foreign_key(&mut owned("mention", "comment_id", "comment"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("mention_by_comment", "mention", &["comment_id"])).await?;
        m.create_table(
            Table::create()
                .table("visit")
                .col(uuid("user_id"))
                .col(uuid("plan_id"))
                .col(uuid("seen_to"))
                .col(timestamp_with_time_zone("at"))
                .primary_key(Index::create().col("user_id").col("plan_id"))
                .foreign_key(&mut owned("visit", "user_id", "user"))
                .foreign_key(&mut owned("visit", "plan_id", "plan"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("history_by_subject", "history", &["plan_id", "subject", "id"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("history_by_subject").table("history").to_owned()).await?;
        drop(m, &["visit", "mention", "comment", "counter_proposal"]).await
    }
}
