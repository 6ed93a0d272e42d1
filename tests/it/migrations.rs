//! The tables go up and down again, on whichever database the tests run.

use migration::{Migrator, MigratorTrait};

use crate::support::TestApp;

#[tokio::test]
async fn every_migration_can_be_undone_and_done_again() {
    let app = TestApp::start().await;
    let db = app.op.db.admin();
    let n_applied = Migrator::get_applied_migrations(db).await.unwrap().len();
    assert_eq!(n_applied, Migrator::migrations().len());
    Migrator::down(db, None).await.unwrap();
    assert_eq!(Migrator::get_applied_migrations(db).await.unwrap().len(), 0);
    Migrator::up(db, None).await.unwrap();
    app.vendor("Northwind").await;
}
