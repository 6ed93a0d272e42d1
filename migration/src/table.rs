//! What every table is made of.

use sea_orm_migration::prelude::*;

/// A foreign key `table.column` to `parent.id`; the rows go with their parent.
pub fn owned(
    table: &'static str,
    column: &'static str,
    parent: &'static str,
) -> ForeignKeyCreateStatement {
    reference(table, column, parent, ForeignKeyAction::Cascade)
}

/// A foreign key `table.column` to `parent.id`; the parent stays while it is referred to.
pub fn refers(
    table: &'static str,
    column: &'static str,
    parent: &'static str,
) -> ForeignKeyCreateStatement {
    reference(table, column, parent, ForeignKeyAction::Restrict)
}

/// An index over `columns`, named for the question it answers.
pub fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

/// An index that also forbids two equal rows.
pub fn unique(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}

/// Drops tables, those that refer to others first.
pub async fn drop(m: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        m.drop_table(Table::drop().table(*table).to_owned()).await?;
    }
    Ok(())
}

fn reference(
    table: &'static str,
    column: &'static str,
    parent: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(parent, "id").on_delete(on_delete).to_owned()
}
