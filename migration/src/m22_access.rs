//! How often what an organisation's people and integrations may do has changed, counted by the tables themselves.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::table::{drop, owned};

/// How often what an organisation's people and integrations may do has changed, counted by the tables themselves.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// A table that decides who somebody is, and whose rows concern which organisation.
struct Watched {
    table: &'static str,
    on: &'static [&'static str],
    /// The organisation of `{row}`.
    organization: &'static str,
}

const OF_USER: &str = "(SELECT organization_id FROM \"user\" WHERE id = {row}.user_id)";
const OWN: &str = "{row}.organization_id";

/// A new session or integration changes nothing for those that are there; whatever ends or alters one does.
const WATCHED: [Watched; 4] = [
    Watched { table: "session", on: &["UPDATE", "DELETE"], organization: OF_USER },
    Watched { table: "user", on: &["UPDATE", "DELETE"], organization: OWN },
    Watched { table: "team_member", on: &["INSERT", "UPDATE", "DELETE"], organization: OF_USER },
    Watched { table: "integration", on: &["UPDATE", "DELETE"], organization: OWN },
];

impl Watched {
    fn name(&self, event: &str) -> String {
        format!("{}_{}_moves_access", self.table, event.to_lowercase())
    }

    /// The statement that counts a change of a row.
    fn count(&self, event: &str) -> String {
        let row = if event == "DELETE" { "OLD" } else { "NEW" };
        let organization = self.organization.replace("{row}", row);
        format!(
            "INSERT INTO access_epoch (organization_id, epoch) \
             SELECT id, 1 FROM organization WHERE id = {organization} \
             ON CONFLICT (organization_id) DO UPDATE SET epoch = access_epoch.epoch + 1;"
        )
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("access_epoch")
                .col(uuid("organization_id").primary_key())
                .col(big_integer("epoch"))
                .foreign_key(&mut owned("access_epoch", "organization_id", "organization"))
                .to_owned(),
        )
        .await?;
        let db = m.get_connection();
        for watched in &WATCHED {
            for event in watched.on {
                let (name, table, count) =
                    (watched.name(event), watched.table, watched.count(event));
                if m.get_database_backend() == DbBackend::Sqlite {
                    db.execute_unprepared(&format!(
                        "CREATE TRIGGER {name} AFTER {event} ON \"{table}\" BEGIN {count} END"
                    ))
                    .await?;
                } else {
                    db.execute_unprepared(&format!(
                        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS \
                         $$ BEGIN {count} RETURN NULL; END $$"
                    ))
                    .await?;
                    db.execute_unprepared(&format!(
                        "CREATE TRIGGER {name} AFTER {event} ON \"{table}\" \
                         FOR EACH ROW EXECUTE FUNCTION {name}()"
                    ))
                    .await?;
                }
            }
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let db = m.get_connection();
        for watched in &WATCHED {
            for event in watched.on {
                let (name, table) = (watched.name(event), watched.table);
                if m.get_database_backend() == DbBackend::Sqlite {
                    db.execute_unprepared(&format!("DROP TRIGGER {name}")).await?;
                } else {
                    db.execute_unprepared(&format!("DROP TRIGGER {name} ON \"{table}\"")).await?;
                    db.execute_unprepared(&format!("DROP FUNCTION {name}()")).await?;
                }
            }
        }
        drop(m, &["access_epoch"]).await
    }
}
