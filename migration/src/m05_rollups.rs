//! What facts add up to, per day: a cache that `jbp rebuild` makes anew and `jbp verify` proves.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index, owned};

/// What facts add up to, per day: a cache that `jbp rebuild` makes anew and `jbp verify` proves.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("target_rollup")
                .col(uuid("target_id"))
                .col(integer("version"))
                .col(date("day"))
                .col(uuid("plan_id"))
                .col(big_integer("actual"))
                .col(big_integer("verified"))
                .col(big_integer("won"))
                .col(big_integer("won_value"))
                .col(big_integer("open_deals"))
                .col(big_integer("open_value"))
                .col(big_integer("open_weighted"))
                .primary_key(Index::create().col("target_id").col("version").col("day"))
                .foreign_key(&mut owned("target_rollup", "plan_id", "plan"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("target_rollup_by_plan", "target_rollup", &["plan_id", "day"]))
            .await?;
        m.create_table(
            Table::create()
                .table("commitment_rollup")
                .col(uuid("commitment_id"))
                .col(integer("version"))
                .col(date("day"))
                .col(uuid("plan_id"))
                .col(big_integer("delivered"))
                .col(big_integer("leads"))
                .col(big_integer("mdf"))
                .primary_key(Index::create().col("commitment_id").col("version").col("day"))
                .foreign_key(&mut owned("commitment_rollup", "plan_id", "plan"))
                .to_owned(),
        )
        .await?;
        m.create_index(index(
            "commitment_rollup_by_plan",
            "commitment_rollup",
            &["plan_id", "day"],
        ))
        .await?;
        m.create_table(
            Table::create()
                .table("slice_rollup")
                .col(uuid("plan_id"))
                .col(text("slice"))
                .col(text("key"))
                .col(date("day"))
                .col(big_integer("revenue"))
                .col(big_integer("won"))
                .col(big_integer("lost"))
                .col(big_integer("registered"))
                .col(big_integer("pipeline"))
                .col(big_integer("open_deals"))
                .col(big_integer("open_value"))
                .col(big_integer("completions"))
                .col(big_integer("certified"))
                .col(big_integer("programmes"))
                .col(big_integer("leads"))
                .col(big_integer("mdf"))
                .primary_key(Index::create().col("plan_id").col("slice").col("key").col("day"))
                .foreign_key(&mut owned("slice_rollup", "plan_id", "plan"))
                .to_owned(),
        )
        .await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["slice_rollup", "commitment_rollup", "target_rollup"]).await
    }
}
