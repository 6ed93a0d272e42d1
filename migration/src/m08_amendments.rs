//! Amendments: a plan in force with a working copy, and versions with the day from which they count.

use sea_orm_migration::{prelude::*, schema::*};

/// Amendments: a plan in force with a working copy, and versions with the day from which they count.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("plan").add_column(text_null("amendment")).to_owned())
            .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("plan").drop_column("amendment").to_owned()).await
    }
}
