//! Whether a document is valid, by the specification's own rules.
//!
//! The library's rules leave holes: fields that contradict each other, variables in places that they do not fit, names of an enum
//! written as texts. Here each document is read a second time, by an implementation that has them all, once before it is kept.
//! It comes after the limits: what it would take long for never reaches it.

use apollo_compiler::{
    ExecutableDocument, Schema,
    diagnostic::Diagnostic,
    response::GraphQLError,
    validation::{DiagnosticData, Valid},
};
use async_graphql::Pos;

use super::values;
use crate::http::answer::{Code, Flaw, MAX_ERRORS, Refusal};

/// What the schema of the schema has beside what the implementation knows.
const NEWER: &str = "extend type __Type { isOneOf: Boolean }";

/// The rules, for one schema.
#[derive(Debug)]
pub struct Rules(Valid<Schema>);

/// A schema that is against the rules itself.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidSchema(String);

impl Rules {
    /// The rules for the schema of this text.
    pub fn read(sdl: &str) -> Result<Self, InvalidSchema> {
        Schema::parse_and_validate(format!("{sdl}\n{NEWER}"), "schema.graphql")
            .map(Self)
            .map_err(|invalid| InvalidSchema(invalid.errors.to_string()))
    }

    /// Refuses a document that is not valid, for as many reasons as an answer lists.
    pub fn check(&self, document: &str) -> Result<(), Refusal> {
        let parsed = ExecutableDocument::parse_and_validate(&self.0, document, "document");
        let flaws: Vec<Flaw> = match &parsed {
            Ok(valid) => values::given_twice(valid).into_iter().collect(),
            Err(invalid) => invalid.errors.iter().take(MAX_ERRORS).map(flaw).collect(),
        };
        let mut flaws = flaws.into_iter();
        let Some(first) = flaws.next() else { return Ok(()) };
        let refusal = Code::GraphqlValidationFailed.refuse(first.message);
        Err(Refusal { at: first.at, also: flaws.collect(), ..refusal })
    }
}

fn flaw(found: Diagnostic<'_, DiagnosticData>) -> Flaw {
    let GraphQLError { message, locations, .. } = found.to_json();
    let at = locations.first().map(|at| Pos { line: at.line, column: at.column });
    Flaw { message, at }
}
