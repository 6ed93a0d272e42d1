//! What people are to be told by e-mail, and the mails that tell them.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::ConnectionTrait};

use crate::table::{drop, index, owned, unique};

/// What people are to be told by e-mail, the mails that tell them, and how far the events have been gone through for that.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("notification_cursor")
                .col(uuid("vendor_id").primary_key())
                .col(big_integer("position"))
                .foreign_key(&mut owned("notification_cursor", "vendor_id", "organization"))
                .to_owned(),
        )
        .await?;
        // Nobody is told of what had happened before there were mails.
        m.get_connection()
            .execute_unprepared(
                "INSERT INTO notification_cursor (vendor_id, position) \
                 SELECT vendor_id, head FROM event_stream",
            )
            .await?;
        m.create_table(
            Table::create()
                .table("mail")
                .col(uuid("id").primary_key())
                .col(uuid("user_id"))
                .col(text("state"))
                .col(integer("n_failed"))
                .col(timestamp_with_time_zone_null("next_try_at"))
                .col(uuid_null("leased_by"))
                .col(timestamp_with_time_zone_null("leased_until"))
                .col(text_null("error"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("finished_at"))
                .foreign_key(&mut owned("mail", "user_id", "user"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("mail_by_due", "mail", &["state", "next_try_at"])).await?;
        m.create_index(index("mail_by_user", "mail", &["user_id", "state"])).await?;
        m.create_index(index("mail_by_end", "mail", &["finished_at"])).await?;
        m.create_table(
            Table::create()
                .table("notification")
                .col(uuid("id").primary_key())
                .col(uuid("user_id"))
                .col(uuid("vendor_id"))
                .col(big_integer("position"))
                .col(uuid("event_id"))
                .col(text("kind"))
                .col(uuid("subject_id"))
                .col(text_null("rule"))
                .col(text("reason"))
                .col(text("state"))
                .col(timestamp_with_time_zone("occurred_at"))
                .col(timestamp_with_time_zone("due_at"))
                .col(uuid_null("mail_id"))
                .col(timestamp_with_time_zone_null("finished_at"))
                .foreign_key(&mut owned("notification", "user_id", "user"))
                .foreign_key(&mut owned("notification", "mail_id", "mail"))
                .to_owned(),
        )
        .await?;
        let columns = ["user_id", "event_id"];
        m.create_index(unique("notification_once_each", "notification", &columns)).await?;
        m.create_index(index("notification_by_due", "notification", &["state", "due_at"])).await?;
        m.create_index(index("notification_of_mail", "notification", &["mail_id"])).await?;
        m.create_index(index("notification_by_end", "notification", &["finished_at"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["notification", "mail", "notification_cursor"]).await
    }
}
