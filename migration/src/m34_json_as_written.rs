//! What is kept as JSON of plans and their parts is read whole and never searched, so PostgreSQL keeps it as it was written: taking
//! `jsonb` apart into text again was most of the work of reading a portfolio's summaries.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// JSON of plans and their parts as it was written; SQLite keeps it so anyway.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [(&str, &[&str]); 4] = [
    ("plan", &["content", "policy", "added_rates", "working_copy", "termination"]),
    ("plan_summary", &["summary", "sums"]),
    ("commitment", &["terms"]),
    ("review", &["agenda", "minutes"]),
];

async fn keep_as(m: &SchemaManager<'_>, kind: &str) -> Result<(), DbErr> {
    if m.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for (table, columns) in COLUMNS {
        let changes = columns
            .iter()
            .map(|column| format!("ALTER COLUMN {column} TYPE {kind} USING {column}::{kind}"));
        let changes: Vec<String> = changes.collect();
        let change = format!("ALTER TABLE {table} {}", changes.join(", "));
        m.get_connection().execute_unprepared(&change).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        keep_as(m, "json").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        keep_as(m, "jsonb").await
    }
}
