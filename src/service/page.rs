//! Pages of a list, by key and not by count: stable while rows come and go.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Select, Value,
};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Rows on a page unless asked otherwise.
pub const DEFAULT_SIZE: i32 = 20;

/// Rows on a page at most.
pub const LARGEST_SIZE: u32 = 100;

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// What was made first comes first.
    OldestFirst,
    /// What was made last comes first.
    NewestFirst,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    after: Option<Uuid>,
    before: Option<Uuid>,
    size: u32,
    is_backward: bool,
}

/// What a caller says about the part that it wants.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageRequest {
    /// Rows from the beginning.
    pub first: Option<i32>,
    /// Rows from the end.
    pub last: Option<i32>,
    /// Only what comes after this row.
    pub after: Option<Uuid>,
    /// Only what comes before this row.
    pub before: Option<Uuid>,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// Whether rows come before them.
    pub has_previous: bool,
    /// Whether rows come after them.
    pub has_next: bool,
}

impl<T> Found<T> {
    /// Of a list in which nothing is.
    pub fn none() -> Self {
        Self { rows: Vec::new(), has_previous: false, has_next: false }
    }
}

/// Which rows of a list have to be read for a page of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Only those with a greater key.
    pub greater: Option<Uuid>,
    /// Only those with a lesser key.
    pub less: Option<Uuid>,
    /// Whether the least key is read first.
    pub is_ascending: bool,
    /// How many: one more than the page has, which tells whether there are more.
    pub limit: u64,
}

impl Page {
    /// The wanted part; sizes beyond the limits are refused, never cut.
    pub fn try_new(request: PageRequest) -> Result<Self> {
        let (field, size, is_backward) = match (request.first, request.last) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid("last", "give `first` or `last`, not both"));
            }
            (None, Some(last)) => ("last", last, true),
            (first, None) => ("first", first.unwrap_or(DEFAULT_SIZE), false),
        };
        let size =
            u32::try_from(size).ok().filter(|size| (1..=LARGEST_SIZE).contains(size)).ok_or_else(
                || Error::invalid(field, format!("{size} is not between 1 and {LARGEST_SIZE}")),
            )?;
        Ok(Self { after: request.after, before: request.before, size, is_backward })
    }

    /// The rows of `select` on this page, ordered by `id`, whose values grow with time.
    pub async fn of<E>(
        &self,
        db: &impl ConnectionTrait,
        select: Select<E>,
        id: E::Column,
        order: Order,
    ) -> Result<Found<E::Model>>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Send + Sync,
    {
        let Window { greater, less, is_ascending, limit } = self.window(order);
        let mut query = select;
        if let Some(greater) = greater {
            query = query.filter(id.gt(Value::from(greater)));
        }
        if let Some(less) = less {
            query = query.filter(id.lt(Value::from(less)));
        }
        query = if is_ascending { query.order_by_asc(id) } else { query.order_by_desc(id) };
        Ok(self.found(query.limit(limit).all(db).await?))
    }

    /// Which rows of a list in this order have to be read.
    pub fn window(&self, order: Order) -> Window {
        let (greater, less) = match order {
            Order::OldestFirst => (self.after, self.before),
            Order::NewestFirst => (self.before, self.after),
        };
        Window {
            greater,
            less,
            is_ascending: (order == Order::OldestFirst) != self.is_backward,
            limit: u64::from(self.size) + 1,
        }
    }

    /// The page that the rows of its [`Window`] make, in the order in which they were read.
    pub fn found<T>(&self, mut rows: Vec<T>) -> Found<T> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let has_more = rows.len() > size;
        rows.truncate(size);
        if self.is_backward {
            rows.reverse();
        }
        let (has_previous, has_next) = if self.is_backward {
            (has_more, self.before.is_some())
        } else {
            (self.after.is_some(), has_more)
        };
        Found { rows, has_previous, has_next }
    }
}
