//! Renewal: which plan a plan renews, and the growth that its targets were proposed with.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::index;

/// Renewal: which plan a plan renews, and the growth that its targets were proposed with.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("plan").add_column(uuid_null("renews_id")).to_owned())
            .await?;
        let growth = integer_null("renewal_growth");
        m.alter_table(Table::alter().table("plan").add_column(growth).to_owned()).await?;
        m.create_index(index("plan_by_renewed", "plan", &["renews_id"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("plan_by_renewed").table("plan").to_owned()).await?;
        for column in ["renewal_growth", "renews_id"] {
            m.alter_table(Table::alter().table("plan").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
