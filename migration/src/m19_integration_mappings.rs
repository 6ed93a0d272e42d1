//! What the columns of the tables mean that an integration sends.

use sea_orm_migration::{prelude::*, schema::*};

/// What the columns of the tables mean that an integration sends.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table("integration").add_column(text_null("mapping")).to_owned();
        m.alter_table(table).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("integration").drop_column("mapping").to_owned()).await
    }
}
