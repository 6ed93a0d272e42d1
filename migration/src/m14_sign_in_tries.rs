//! Tries to sign in that have not succeeded, by a hash of the address, known or not.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{drop, index};

/// Tries to sign in that have not succeeded, by a hash of the address, known or not.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("sign_in_try")
                .col(text("email_hash").primary_key())
                .col(integer("failures"))
                .col(timestamp_with_time_zone("last_at"))
                .to_owned(),
        )
        .await?;
        m.create_index(index("sign_in_try_by_age", "sign_in_try", &["last_at"])).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop(m, &["sign_in_try"]).await
    }
}
