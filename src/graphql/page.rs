//! Relay connections over keyset pages.

use async_graphql::{
    Object, OutputType,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::ApiError;
use crate::service::page::{Found, Page, PageRequest};

/// A place in one list; another list's is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    list: [u8; 4],
    id: Uuid,
}

/// A text that is not a cursor.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not a cursor")]
pub struct InvalidCursor;

impl CursorType for Cursor {
    type Error = InvalidCursor;

    fn decode_cursor(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_error| InvalidCursor)?;
        let (list, id) = bytes.split_first_chunk::<4>().ok_or(InvalidCursor)?;
        let id = Uuid::from_slice(id).map_err(|_error| InvalidCursor)?;
        Ok(Self { list: *list, id })
    }

    fn encode_cursor(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([&self.list[..], self.id.as_bytes()].concat())
    }
}

/// The arguments that every connection takes.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    /// Rows from the beginning.
    pub first: Option<i32>,
    /// Only what comes after this cursor.
    pub after: Option<String>,
    /// Rows from the end.
    pub last: Option<i32>,
    /// Only what comes before this cursor.
    pub before: Option<String>,
}

/// A list that is being paged: its name, filter and order, of which cursors carry a hash.
#[derive(Clone, Copy, Debug)]
pub struct List([u8; 4]);

impl List {
    /// The list called `name` under a filter; two filters are two lists.
    pub fn new(name: &str, filter: &impl std::fmt::Debug) -> Self {
        let hash = Sha256::digest(format!("{name} {filter:?}"));
        Self([hash[0], hash[1], hash[2], hash[3]])
    }

    /// The page that `args` ask for.
    pub fn page(self, args: &PageArgs) -> Result<Page, ApiError> {
        let request = PageRequest {
            first: args.first,
            last: args.last,
            after: self.place(args.after.as_deref(), "after")?,
            before: self.place(args.before.as_deref(), "before")?,
        };
        Ok(Page::try_new(request)?)
    }

    /// The found rows as a connection; `id` places a row in the list, `total` counts the list when asked.
    pub fn connection<M, T: OutputType>(
        self,
        found: Found<M>,
        total: Total,
        id: impl Fn(&M) -> Uuid,
        wrap: impl Fn(M) -> T,
    ) -> Paged<T> {
        let mut connection =
            Connection::with_additional_fields(found.has_previous, found.has_next, total);
        connection.edges = found
            .rows
            .into_iter()
            .map(|row| Edge::new(Cursor { list: self.0, id: id(&row) }, wrap(row)))
            .collect();
        connection
    }

    fn place(self, cursor: Option<&str>, field: &str) -> Result<Option<Uuid>, ApiError> {
        let Some(text) = cursor else { return Ok(None) };
        Cursor::decode_cursor(text)
            .ok()
            .filter(|cursor| cursor.list == self.0)
            .map(|cursor| Some(cursor.id))
            .ok_or_else(|| ApiError::invalid_cursor(field))
    }
}

/// A page of a list.
pub type Paged<T> = Connection<Cursor, T, Total>;

/// How many rows the whole list has, counted only when asked.
pub struct Total(Box<dyn Fn() -> BoxFuture<'static, crate::error::Result<u64>> + Send + Sync>);

impl Total {
    /// A count to be made by `count`.
    pub fn new<F>(count: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = crate::error::Result<u64>> + Send + 'static,
    {
        Self(Box::new(move || Box::pin(count())))
    }
}

#[Object]
impl Total {
    /// How many there are in all, on whatever page.
    async fn total_count(&self) -> Result<i32, ApiError> {
        let count = (self.0)().await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}
