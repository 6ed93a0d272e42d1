//! Documents that are known already: parsed and found valid a moment ago, or trusted and called by their hash.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use async_graphql::parser::types::ExecutableDocument;
use lru::LruCache;
use sha2::{Digest, Sha256};

use super::{merging, outline::Outline, read};
use crate::http::answer::{Code, Refusal};

/// Parsed documents that are kept, those not used for longest going first.
const MOST_KEPT: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// Bytes of a document that is kept; parsed, it takes some twenty times as much.
const LONGEST_KEPT: usize = 8 * 1024;

/// How a document is named in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// By itself.
    Text(String),
    /// By its hash: `sha256:` and 64 hexadecimal digits.
    Known(String),
}

impl Wanted {
    /// A request has one of the two.
    pub fn either(query: Option<String>, id: Option<String>) -> Result<Self, &'static str> {
        match (query, id) {
            (Some(text), None) => Ok(Self::Text(text)),
            (None, Some(id)) => Ok(Self::Known(id)),
            (None, None) => Err("there is no `query` and no `documentId`"),
            (Some(_), Some(_)) => Err("there is a `query` and a `documentId`: one is enough"),
        }
    }
}

/// A document that has been read.
#[derive(Debug)]
pub struct Known {
    /// What it says.
    pub document: ExecutableDocument,
    text: Arc<str>,
    verdict: OnceLock<Result<(), Refusal>>,
}

impl Known {
    fn read(text: Arc<str>) -> Result<Self, Refusal> {
        Ok(Self { document: read(&text)?, text, verdict: OnceLock::new() })
    }

    /// Refuses it if it is not valid, which is found out once.
    ///
    /// Only what is within the limits may come to this: the rules take longer than the limits do.
    pub fn validate(&self, outline: &Outline) -> Result<(), Refusal> {
        let verdict = self.verdict.get_or_init(|| {
            merging::check(outline, &self.document)?;
            outline.rules.check(&self.text)
        });
        verdict.clone()
    }
}

/// The documents that are known.
#[derive(Debug)]
pub struct Documents {
    trusted: HashMap<String, Arc<str>>,
    parsed: Mutex<LruCache<Arc<str>, Arc<Known>>>,
}

impl Documents {
    /// Knows these, and what it is asked to read.
    pub fn new(trusted: impl IntoIterator<Item = String>) -> Self {
        let trusted = trusted.into_iter().map(|text| (id(&text), text.into()));
        Self { trusted: trusted.collect(), parsed: Mutex::new(LruCache::new(MOST_KEPT)) }
    }

    /// The document that is wanted, parsed.
    pub fn find(&self, wanted: &Wanted) -> Result<Arc<Known>, Refusal> {
        match wanted {
            Wanted::Text(text) => self.parse(text),
            Wanted::Known(id) => match self.trusted.get(id) {
                Some(text) => self.parse(text),
                None => Err(Code::PersistedQueryNotFound.refuse("no document has this hash")),
            },
        }
    }

    fn parse(&self, text: &str) -> Result<Arc<Known>, Refusal> {
        if text.len() > LONGEST_KEPT {
            return Known::read(text.into()).map(Arc::new);
        }
        if let Some(known) = self.kept().get(text) {
            return Ok(Arc::clone(known));
        }
        let text: Arc<str> = text.into();
        let known = Arc::new(Known::read(Arc::clone(&text))?);
        self.kept().put(text, Arc::clone(&known));
        Ok(known)
    }

    fn kept(&self) -> MutexGuard<'_, LruCache<Arc<str>, Arc<Known>>> {
        self.parsed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a document.
pub fn id(text: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_named_by_its_hash() {
        assert_eq!(
            id("{ a }"),
            "sha256:1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b"
        );
    }

    #[test]
    fn what_was_parsed_is_not_parsed_again_unless_it_is_long() {
        let documents = Documents::new([]);
        let parse = |text: &str| documents.find(&Wanted::Text(text.to_owned())).unwrap();
        assert!(Arc::ptr_eq(&parse("{ a }"), &parse("{ a }")));
        assert!(!Arc::ptr_eq(&parse("{ a }"), &parse("{ b }")));
        let long = format!("{{ a }} #{}", "x".repeat(LONGEST_KEPT));
        assert!(!Arc::ptr_eq(&parse(&long), &parse(&long)));
    }

    #[test]
    fn only_so_many_are_kept() {
        let documents = Documents::new([]);
        for at in 0..MOST_KEPT.get() + 10 {
            documents.find(&Wanted::Text(format!("{{ a{at} }}"))).unwrap();
        }
        assert_eq!(documents.kept().len(), MOST_KEPT.get());
    }

    #[test]
    fn a_trusted_document_is_found_by_its_hash_alone() {
        let documents = Documents::new(["{ a }".to_owned()]);
        documents.find(&Wanted::Known(id("{ a }"))).unwrap();
        let unknown = documents.find(&Wanted::Known(id("{ b }"))).unwrap_err();
        assert_eq!(unknown.code, Code::PersistedQueryNotFound);
    }
}
