//! What people and the clock do with warnings: put them off, give them to somebody, bring them before the sponsor.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::ConnectionTrait};

use crate::table::index;

/// What people and the clock do with warnings: put them off, give them to somebody, bring them before the sponsor.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 5] = ["ask_id", "asked_at", "snoozed_until", "assignee_id", "escalated_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            uuid_null(COLUMNS[0]),
            timestamp_with_time_zone_null(COLUMNS[1]),
            date_null(COLUMNS[2]),
            uuid_null(COLUMNS[3]),
            timestamp_with_time_zone_null(COLUMNS[4]),
        ] {
            m.alter_table(Table::alter().table("alert").add_column(column).to_owned()).await?;
        }
        // A warning of before asked once, when it was opened.
        let db = m.get_connection();
        db.execute_unprepared("UPDATE alert SET ask_id = id, asked_at = opened_at").await?;
        m.create_index(index("alert_by_assignee", "alert", &["assignee_id", "state"])).await?;
        let of_team = ["partnership_id", "side", "state", "ask_id"];
        m.create_index(index("alert_by_partnership", "alert", &of_team)).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for name in ["alert_by_partnership", "alert_by_assignee"] {
            m.drop_index(Index::drop().name(name).table("alert").to_owned()).await?;
        }
        for column in COLUMNS {
            m.alter_table(Table::alter().table("alert").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
