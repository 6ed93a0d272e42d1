//! The database: how it is opened, and all that differs between SQLite and PostgreSQL.
//!
//! SQLite has one connection that writes and a pool that reads; PostgreSQL has one pool for both. A write takes SQLite's write
//! lock when it begins, so that it can wait for its turn but never fail half-way for want of it.

use std::{ops::Deref, sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, QuerySelect, Select, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, sea_query::LockType,
};
use tokio::sync::Notify;

/// A database that can be read and written.
#[derive(Clone, Debug)]
pub struct Db {
    writer: DatabaseConnection,
    readers: DatabaseConnection,
    committed: Arc<Notify>,
}

impl Db {
    /// Opens the database at `url` (`sqlite://PATH?mode=rwc` or `postgres://…`), with up to `connections` for reading.
    pub async fn open(url: &str, connections: u32) -> Result<Self, DbErr> {
        let committed = Arc::new(Notify::new());
        if url.starts_with("sqlite:") {
            let writer = Database::connect(sqlite(url, 1)).await?;
            let readers = Database::connect(sqlite(url, connections)).await?;
            return Ok(Self { writer, readers, committed });
        }
        let pool = Database::connect(quiet(url, connections)).await?;
        Ok(Self { writer: pool.clone(), readers: pool, committed })
    }

    /// Tells `listener` of every statement when it has been made, so that statements can be counted.
    #[must_use]
    pub fn overheard(
        mut self,
        listener: impl Fn(&Statement) + Clone + Send + Sync + 'static,
    ) -> Self {
        for connection in [&mut self.writer, &mut self.readers] {
            let listener = listener.clone();
            connection.set_metric_callback(move |info| listener(info.statement));
        }
        self
    }

    /// For reading what is committed.
    pub fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// For changing the tables themselves.
    pub fn admin(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Begins a change; dropped without [`Tx::commit`] it never happened.
    pub async fn write(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = self.writer.begin_with_options(options).await?;
        Ok(Tx { inner, committed: Arc::clone(&self.committed) })
    }

    /// Rung after every commit of this process.
    pub fn committed(&self) -> &Notify {
        &self.committed
    }

    /// Whether this is PostgreSQL, where other processes may write too.
    pub fn is_shared(&self) -> bool {
        self.readers.get_database_backend() == DbBackend::Postgres
    }

    /// Closes all connections; SQLite then folds its write-ahead log into the file.
    pub async fn close(self) -> Result<(), DbErr> {
        self.readers.close().await?;
        self.writer.close().await
    }
}

/// A change under way.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    committed: Arc<Notify>,
}

impl Tx {
    /// Makes the change last, and wakes whoever relays its events.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await?;
        self.committed.notify_waiters();
        Ok(())
    }
}

impl Deref for Tx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

/// Rows that nobody else may change until the transaction is over.
pub trait Held: QuerySelect {
    /// Holds the rows that are selected; on SQLite the whole database is held already.
    ///
    /// They may still be referred to: `FOR UPDATE` would make every insert that names one of them wait, and two transactions that
    /// each hold what the other's insert names wait for each other for ever.
    #[must_use]
    fn held(self) -> Self {
        self.lock(LockType::NoKeyUpdate)
    }
}

impl<E: EntityTrait> Held for Select<E> {}

fn quiet(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false);
    options
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
    let mut options = quiet(url, connections);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(256)
    });
    options
}
