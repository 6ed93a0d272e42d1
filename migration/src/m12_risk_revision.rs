//! The risk rating's own revision: that of the partnership, which both sides read, would tell that the vendor rated it.

use sea_orm_migration::{prelude::*, schema::*};

/// The risk rating's own revision.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let revision = integer("risk_revision").default(1).to_owned();
        m.alter_table(Table::alter().table("partnership").add_column(revision).to_owned()).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table("partnership").drop_column("risk_revision").to_owned();
        m.alter_table(table).await
    }
}
