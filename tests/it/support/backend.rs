//! A fresh, migrated database for each test: a SQLite file, or a PostgreSQL database when `JBP_TEST_POSTGRES_URL` names a server.
//!
//! The migrations run once into a template, of which every test gets a copy. A test can make a template of its own, and try from
//! there as often as it likes ([`Frozen`]).

use std::{
    fmt,
    path::Path,
    sync::{
        Arc, Weak,
        atomic::{AtomicU32, Ordering},
    },
};

use jbp::db::Db;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// The variable that names a PostgreSQL server, with a database from which others may be created.
const POSTGRES_URL: &str = "JBP_TEST_POSTGRES_URL";

/// The template in use; it goes with the last test that needs it.
static TEMPLATE: Mutex<Weak<Template>> = Mutex::const_new(Weak::new());

/// Numbers the databases of this process.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A database of one test; it is gone when this is.
pub struct Backend {
    /// The open database.
    pub db: Db,
    /// Where it is, for other processes.
    pub url: String,
    /// What it is asked, while somebody listens.
    pub statements: Statements,
    home: Home,
    _template: Arc<Template>,
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").finish_non_exhaustive()
    }
}

impl Backend {
    /// A fresh database with all tables.
    pub async fn start() -> Self {
        Self::copy_of(Template::shared().await).await
    }

    /// Closes the database, and keeps what is in it.
    pub async fn freeze(&self) -> Frozen {
        self.db.clone().close().await.unwrap();
        let copy = match &self.home {
            Home::Sqlite(dir) => {
                let copy = tempfile::tempdir().unwrap();
                let (from, to) = (dir.path().join("test.db"), copy.path().join("template.db"));
                std::fs::copy(from, to).unwrap();
                Template::Sqlite(copy)
            }
            Home::Postgres(database) => {
                let copy = Postgres::create(&format!(" TEMPLATE {}", database.name)).await;
                Template::Postgres(copy)
            }
        };
        Frozen(Arc::new(copy))
    }

    async fn copy_of(template: Arc<Template>) -> Self {
        let (home, url) = match &*template {
            Template::Sqlite(dir) => {
                let copy = tempfile::tempdir().unwrap();
                let file = copy.path().join("test.db");
                std::fs::copy(dir.path().join("template.db"), &file).unwrap();
                (Home::Sqlite(copy), sqlite_url(&file))
            }
            Template::Postgres(template) => {
                let database = Postgres::create(&format!(" TEMPLATE {}", template.name)).await;
                let url = database.url();
                (Home::Postgres(database), url)
            }
        };
        let statements = Statements::default();
        let heard = statements.clone();
        let db = Db::open(&url, 4).await.unwrap().overheard(move |made| heard.hear(&made.sql));
        Self { db, url, statements, home, _template: template }
    }
}

/// The statements that a database is asked while somebody listens, without their values.
#[derive(Clone, Debug, Default)]
pub struct Statements(Arc<std::sync::Mutex<Option<Vec<String>>>>);

impl Statements {
    /// Begins to listen.
    pub fn listen(&self) {
        *self.0.lock().unwrap() = Some(Vec::new());
    }

    /// Ends listening; what was heard, in an order that does not depend on who was served first.
    pub fn heard(&self) -> Vec<String> {
        let mut heard = self.0.lock().unwrap().take().unwrap_or_default();
        heard.sort();
        heard
    }

    fn hear(&self, statement: &str) {
        if let Some(heard) = &mut *self.0.lock().unwrap() {
            heard.push(statement.to_owned());
        }
    }
}

/// What was in a database once, for any number of databases to begin with.
pub struct Frozen(Arc<Template>);

impl fmt::Debug for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frozen").finish_non_exhaustive()
    }
}

impl Frozen {
    /// A database with all that.
    pub async fn thaw(&self) -> Backend {
        Backend::copy_of(Arc::clone(&self.0)).await
    }
}

/// Where a test's data live until it ends; dropped, they are gone.
enum Home {
    Sqlite(TempDir),
    Postgres(Postgres),
}

/// A migrated database to copy from.
enum Template {
    Sqlite(TempDir),
    Postgres(Postgres),
}

impl Template {
    async fn shared() -> Arc<Self> {
        let mut template = TEMPLATE.lock().await;
        if let Some(template) = template.upgrade() {
            return template;
        }
        let fresh = Arc::new(Self::build().await);
        *template = Arc::downgrade(&fresh);
        fresh
    }

    async fn build() -> Self {
        let (template, url) = if server().is_some() {
            let database = Postgres::create("").await;
            let url = database.url();
            (Self::Postgres(database), url)
        } else {
            let dir = tempfile::tempdir().unwrap();
            let url = sqlite_url(&dir.path().join("template.db"));
            (Self::Sqlite(dir), url)
        };
        let db = Db::open(&url, 1).await.unwrap();
        Migrator::up(db.admin(), None).await.unwrap();
        db.close().await.unwrap();
        template
    }
}

/// A PostgreSQL database that is dropped with this.
struct Postgres {
    server: String,
    name: String,
}

impl Postgres {
    async fn create(from: &str) -> Self {
        let server = server().unwrap();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("jbp_test_{}_{number}", std::process::id());
        let admin = Database::connect(&server).await.unwrap();
        // What an earlier process of the same id left behind.
        admin
            .execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await
            .unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}{from}")).await.unwrap();
        admin.close().await.unwrap();
        Self { server, name }
    }

    fn url(&self) -> String {
        let (base, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (authority, _database) = base.rsplit_once('/').unwrap();
        format!("{authority}/{}?{query}", self.name)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A drop cannot wait for the test's runtime, which may be the one that is dropping it.
        let dropped = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let admin = Database::connect(&server).await.unwrap();
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                admin.execute_unprepared(&drop).await.unwrap();
                admin.close().await.unwrap();
            });
        });
        assert!(dropped.join().is_ok(), "{} is left behind", self.name);
    }
}

fn server() -> Option<String> {
    std::env::var(POSTGRES_URL).ok().filter(|url| !url.is_empty())
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}?mode=rwc", file.display())
}
