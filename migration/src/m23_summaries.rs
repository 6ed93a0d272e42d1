//! A plan in a few figures, as of the day on which it was last judged: a cache that `jbp verify` proves.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, owned};

/// A plan in a few figures, as of the day on which it was last judged: a cache that `jbp verify` proves.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("plan_summary")
                .col(uuid("plan_id").primary_key())
                .col(date("day"))
                .col(json_binary("summary"))
                .col(json_binary("sums"))
                .foreign_key(&mut owned("plan_summary", "plan_id", "plan"))
                .to_owned(),
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["plan_summary"]).await
    }
}
