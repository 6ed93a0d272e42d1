//! When something was last heard of each feed: one step down an index.

use sea_orm_migration::prelude::*;

use crate::table::index;

/// When something was last heard of each feed: one step down an index.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let columns = ["partnership_id", "kind", "recorded_at"];
        m.create_index(index("activity_by_kind", "activity", &columns)).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("activity_by_kind").table("activity").to_owned()).await
    }
}
