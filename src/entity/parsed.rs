//! What a text of JSON says, parsed once for as long as the same text is read again and again.
//!
//! The text itself is read from its row each time: only equal texts share what was parsed, so that nothing here can be out of date.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use sea_orm::{
    ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
    sqlx::{Row, error::BoxDynError},
};
use serde::de::DeserializeOwned;

use crate::domain::{
    content::PlanContent,
    policy::PlanningPolicy,
    summary::{PlanSummary, PlanSums},
    version::Snapshot,
};

/// Bytes of text of one type that are kept, those not used for longest going first; parsed, they take some four times as much.
const MOST_KEPT: usize = 4 * 1024 * 1024;

/// Bytes of a text that is kept.
const LONGEST_KEPT: usize = 64 * 1024;

/// What a text says, shared by all who read the same.
pub struct Parsed<T>(Arc<T>);

impl<T: Remembered> Parsed<T> {
    /// Reads a text, unless it is remembered.
    pub fn read(text: &str) -> serde_json::Result<Self> {
        T::memory().read(text).map(Self)
    }
}

impl<T> From<T> for Parsed<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Deref for Parsed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Whoever changes it has one of their own.
impl<T: Clone> DerefMut for Parsed<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T> Clone for Parsed<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: PartialEq> PartialEq for Parsed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq> Eq for Parsed<T> {}

impl<T: fmt::Debug> fmt::Debug for Parsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Remembered> TryGetable for Parsed<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let unreadable = |error: BoxDynError| {
            TryGetError::DbErr(DbErr::Type(format!("column {index:?} is unreadable: {error}")))
        };
        let text = text(row, index).map_err(unreadable)?;
        let text = text.ok_or_else(|| TryGetError::Null(format!("{index:?}")))?;
        Self::read(text).map_err(|error| unreadable(error.into()))
    }
}

/// The text of a column of JSON, where it lies in the row: whatever reads it as JSON goes through all of it.
fn text<I: ColIdx>(row: &QueryResult, index: I) -> Result<Option<&str>, BoxDynError> {
    if let Some(row) = row.try_as_pg_row() {
        let text: Option<&str> = row.try_get_unchecked(index.as_sqlx_postgres_index())?;
        // Before a JSONB there is the version of its format.
        return Ok(text.map(|text| text.strip_prefix('\u{1}').unwrap_or(text)));
    }
    let row = row.try_as_sqlite_row().ok_or("neither a row of PostgreSQL nor of SQLite")?;
    Ok(row.try_get_unchecked(index.as_sqlx_sqlite_index())?)
}

impl<T: Clone + Into<Value>> From<Parsed<T>> for Value {
    fn from(parsed: Parsed<T>) -> Self {
        Arc::unwrap_or_clone(parsed.0).into()
    }
}

impl<T: ValueType> ValueType for Parsed<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <T as ValueType>::try_from(value).map(Self::from)
    }

    fn type_name() -> String {
        T::type_name()
    }

    fn array_type() -> ArrayType {
        T::array_type()
    }

    fn column_type() -> ColumnType {
        T::column_type()
    }
}

impl<T: Nullable> Nullable for Parsed<T> {
    fn null() -> Value {
        T::null()
    }
}

/// What is worth remembering: read by every other request, and seldom changed.
pub trait Remembered: DeserializeOwned + Send + Sync + 'static {
    /// The texts that were read lately.
    fn memory() -> &'static Memory<Self>;
}

macro_rules! remember {
    ($($type:ty),+) => {
        $(impl Remembered for $type {
            fn memory() -> &'static Memory<Self> {
                static MEMORY: LazyLock<Memory<$type>> = LazyLock::new(Memory::default);
                &MEMORY
            }
        })+
    };
}

remember!(PlanContent, PlanSummary, PlanSums, PlanningPolicy, Snapshot);

/// Texts that were read lately, and what they say.
pub struct Memory<T>(Mutex<Texts<T>>);

struct Texts<T> {
    parsed: LruCache<Box<str>, Arc<T>>,
    bytes: usize,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::new(Texts { parsed: LruCache::unbounded(), bytes: 0 }))
    }
}

impl<T: DeserializeOwned> Memory<T> {
    fn read(&self, text: &str) -> serde_json::Result<Arc<T>> {
        if let Some(known) = self.texts().parsed.get(text) {
            return Ok(Arc::clone(known));
        }
        let parsed = Arc::new(serde_json::from_str(text)?);
        if text.len() <= LONGEST_KEPT {
            self.texts().keep(text, &parsed);
        }
        Ok(parsed)
    }

    fn texts(&self) -> MutexGuard<'_, Texts<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Texts<T> {
    fn keep(&mut self, text: &str, parsed: &Arc<T>) {
        if self.parsed.put(text.into(), Arc::clone(parsed)).is_none() {
            self.bytes += text.len();
        }
        while self.bytes > MOST_KEPT
            && let Some((oldest, _)) = self.parsed.pop_lru()
        {
            self.bytes -= oldest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_parsed_once() {
        let memory = Memory::<Vec<u8>>::default();
        let [one, same, other] = ["[1]", "[1]", "[2]"].map(|text| memory.read(text).unwrap());
        assert!(Arc::ptr_eq(&one, &same));
        assert_eq!((&*one, &*other), (&vec![1], &vec![2]));
    }

    #[test]
    fn what_cannot_be_read_is_an_error_each_time() {
        let memory = Memory::<Vec<u8>>::default();
        for _ in 0..2 {
            memory.read("[1").unwrap_err();
        }
        assert_eq!(memory.texts().parsed.len(), 0);
    }

    #[test]
    fn long_texts_and_those_not_used_for_longest_are_forgotten() {
        let memory = Memory::<String>::default();
        let text = |letter: char, length| format!("\"{}\"", letter.to_string().repeat(length - 2));
        memory.read(&text('x', LONGEST_KEPT + 1)).unwrap();
        assert_eq!(memory.texts().parsed.len(), 0);
        let fitting = MOST_KEPT / LONGEST_KEPT;
        let used = memory.read(&text('a', 10)).unwrap();
        for letter in ('一'..).take(fitting) {
            memory.read(&format!("\"{letter}{}\"", "x".repeat(LONGEST_KEPT - 5))).unwrap();
            assert!(Arc::ptr_eq(&used, &memory.read(&text('a', 10)).unwrap()));
        }
        let texts = memory.texts();
        assert_eq!((texts.parsed.len(), texts.bytes), (fitting, MOST_KEPT - LONGEST_KEPT + 10));
    }
}
