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
    ColIdx, QueryResult, TryGetError, TryGetable, TryGetableFromJson, Value,
    sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned, de::Error as _};
use serde_json::value::RawValue;

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

/// A column of JSON, whose text is looked up before anything is parsed.
struct Column<T>(Parsed<T>);

impl<'de, T: Remembered> Deserialize<'de> for Column<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?;
        Parsed::read(text.get()).map(Self).map_err(D::Error::custom)
    }
}

impl<T: Remembered> TryGetableFromJson for Column<T> {}

impl<T: Remembered> TryGetable for Parsed<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        Column::try_get_from_json(row, index).map(|Column(parsed)| parsed)
    }
}

impl<T: Serialize> From<Parsed<T>> for Value {
    fn from(parsed: Parsed<T>) -> Self {
        let json = serde_json::to_value(&*parsed);
        Self::Json(Some(Box::new(json.expect("what is kept as JSON can be written as JSON"))))
    }
}

impl<T: Remembered> ValueType for Parsed<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::Json(Some(json)) => {
                serde_json::from_value::<T>(*json).map(Self::from).map_err(|_| ValueTypeErr)
            }
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        "Parsed".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::Json
    }

    fn column_type() -> ColumnType {
        ColumnType::Json
    }
}

impl<T: Remembered> Nullable for Parsed<T> {
    fn null() -> Value {
        Value::Json(None)
    }
}

/// What is worth remembering: read by every other request, and seldom changed.
pub trait Remembered: DeserializeOwned + Serialize + Send + Sync + 'static {
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
