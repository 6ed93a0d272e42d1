//! Sums over rows, as integers on both databases.

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IdenStatic, QuerySelect, Select, sea_query::Expr,
};

/// Adds the sum of each column under the column's own name.
///
/// PostgreSQL sums `bigint` to `numeric`; the cast makes it an integer again, and changes nothing on SQLite.
pub fn summed<E: EntityTrait>(mut query: Select<E>, columns: &[E::Column]) -> Select<E>
where
    E::Column: ColumnTrait,
{
    for column in columns {
        query = query.column_as(Expr::col(*column).sum().cast_as("bigint"), column.as_str());
    }
    query
}
