//! Amendments: a working copy beside what is in force, and versions with the day from which they count.

use sea_orm_migration::{prelude::*, schema::*};

/// Amendments: a working copy beside what is in force, and versions with the day from which they count.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            m.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        m.get_connection()
            .execute_unprepared(
                "UPDATE plan_version SET sealed_at = proposed_at WHERE number = \
                 (SELECT version_in_force FROM plan WHERE plan.id = plan_version.plan_id)",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            let name = column.get_column_name();
            m.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 7] {
    [
        ("plan", text_null("amendment")),
        ("plan", json_binary_null("working_copy")),
        ("plan", json_binary_null("termination")),
        ("plan_version", date_null("effective_on")),
        ("plan_version", timestamp_with_time_zone_null("sealed_at")),
        ("target", boolean("is_removed").default(false).take()),
        ("commitment", boolean("is_removed").default(false).take()),
    ]
}
