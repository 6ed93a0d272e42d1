//! How many warnings about a plan stand is read from an index alone, however many have come and gone.

use sea_orm_migration::prelude::*;

use crate::table::index;

/// An index that holds all that counting a plan's standing warnings asks for.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let columns = &["plan_id", "side", "state", "vendor_id", "partner_id", "id"];
        m.create_index(index("alert_standing", "alert", columns)).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("alert_standing").table("alert").to_owned()).await
    }
}
