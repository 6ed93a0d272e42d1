//! The rows that an integration sent last and that were not recorded.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned};

/// The rows that an integration sent last and that were not recorded.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("rejected_row")
                .col(pk_uuid("id"))
                .col(uuid("integration_id"))
                .col(timestamp_with_time_zone("at"))
                .col(big_integer("line"))
                .col(text_null("external_id"))
                .col(text("code"))
                .col(text("field"))
                .col(text_null("value"))
                .col(text("message"))
                .foreign_key(&mut owned("rejected_row", "integration_id", "integration"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("rejected_row_latest", "rejected_row", &["integration_id", "id"]))
            .await?;
        m.create_index(index("rejected_row_oldest", "rejected_row", &["at"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["rejected_row"]).await
    }
}
