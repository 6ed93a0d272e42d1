//! Where a plan stands is kept beside the version that it was judged under, so that both are read in one statement.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::ConnectionTrait};

/// The version that a summary follows from. Summaries of before are forgotten: they are worked out again when a plan is judged next.
#[derive(DeriveMigrationName)]
pub struct Migration;

async fn forget(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    m.get_connection().execute_unprepared("DELETE FROM plan_summary").await.map(drop)
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        forget(m).await?;
        let column = integer("version").default(0).to_owned();
        m.alter_table(Table::alter().table("plan_summary").add_column(column).to_owned()).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        forget(m).await?;
        m.alter_table(Table::alter().table("plan_summary").drop_column("version").to_owned()).await
    }
}
