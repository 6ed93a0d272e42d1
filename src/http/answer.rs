//! What goes back to a client, whatever door it came in by.
//!
//! async-graphql leaves three things open that the contract closes: whether a
//! request ran at all, which code an error carries, and what an error may say.

use std::{collections::BTreeMap, iter};

use async_graphql::{Pos, Response, ServerError, Value};
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::Serialize;

/// Errors listed in one answer; more would only help somebody who is guessing.
pub const MAX_ERRORS: usize = 20;

/// What a top-level error is about: the closed list of `docs/api.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// The request around the document, or a value in it, is wrong.
    BadUserInput,
    /// The document has no operation of that name, or several and no name was given.
    OperationResolutionFailure,
    /// The document was named by its hash, and nobody knows it here.
    PersistedQueryNotFound,
    /// The token is not good.
    Unauthenticated,
    /// The token is good, and not for this.
    Forbidden,
    /// Too often, or too much at once.
    RateLimited,
    /// The document asks for more than one request may.
    QueryTooComplex,
    /// The request is longer than one may be.
    PayloadTooLarge,
    /// Execution took too long and was given up.
    Timeout,
    /// Our fault; the request id is all there is to say.
    InternalServerError,
}

impl Code {
    /// The code as clients read it in `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::Timeout => "TIMEOUT",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// The HTTP status of a request that did not run for this reason.
    pub fn status(self) -> StatusCode {
        match self {
            Self::GraphqlParseFailed
            | Self::GraphqlValidationFailed
            | Self::BadUserInput
            | Self::OperationResolutionFailure
            | Self::PersistedQueryNotFound
            | Self::QueryTooComplex => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// A refusal for this reason.
    pub fn refuse(self, message: impl Into<String>) -> Refusal {
        Refusal { code: self, message: message.into(), at: None, after: None, also: Vec::new() }
    }

    /// `error`, carrying this code.
    fn mark(self, mut error: ServerError) -> ServerError {
        error.extensions.get_or_insert_default().set("code", self.as_str());
        error
    }
}

/// Why a request was not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it is about.
    pub code: Code,
    /// The reason, for a person.
    pub message: String,
    /// Where in the document it lies, if it lies in the document.
    pub at: Option<Pos>,
    /// After which time the same request may be let in.
    pub after: Option<TimeDelta>,
    /// Whatever else is wrong with the document.
    pub also: Vec<Flaw>,
}

/// Something in a document that is against the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What is wrong, for a person.
    pub message: String,
    /// Where it lies.
    pub at: Option<Pos>,
}

impl Refusal {
    /// The same refusal, pointing into the document.
    #[must_use]
    pub fn at(self, at: Pos) -> Self {
        Self { at: Some(at), ..self }
    }

    /// The same refusal, which time heals.
    #[must_use]
    pub fn after(self, wait: TimeDelta) -> Self {
        Self { after: Some(wait), ..self }
    }
}

/// A GraphQL response that knows whether the request ran.
#[derive(Debug, Serialize)]
pub struct Answer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    /// Absent, not null, when nothing ran: clients tell the two apart by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<String, Value>,
    /// The status it deserves where statuses may speak.
    #[serde(skip)]
    status: StatusCode,
}

impl Answer {
    /// The answer to a request that did not run.
    pub fn refused(refusal: Refusal) -> Self {
        let Refusal { code, message, at, after, also } = refusal;
        let mut error = code.mark(ServerError::new(message, at));
        if let Some(after) = after {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("retryAfterMs", after.num_milliseconds());
        }
        let also = also.into_iter().map(|flaw| code.mark(ServerError::new(flaw.message, flaw.at)));
        Self::not_run(iter::once(error).chain(also).collect(), code.status())
    }

    /// The answer to a request that we broke.
    pub fn internal(request_id: &str) -> Self {
        let errors = vec![outside(request_id)];
        Self::not_run(errors, Code::InternalServerError.status())
    }

    /// The library's response with every error coded, and ours kept to ourselves.
    ///
    /// Errors of a request that did not run have no path; each one of execution
    /// has, even when it took the whole of `data` with it.
    pub fn new(response: Response, request_id: &str) -> Self {
        let Response { mut errors, data, extensions, .. } = response;
        let has_run = data != Value::Null || errors.iter().any(|error| !error.path.is_empty());
        errors.truncate(MAX_ERRORS);
        let errors =
            errors.into_iter().map(|error| coded(error, has_run, request_id)).collect::<Vec<_>>();
        if has_run {
            Self { errors, data: Some(data), extensions, status: StatusCode::OK }
        } else {
            Self { extensions, ..Self::not_run(errors, StatusCode::BAD_REQUEST) }
        }
    }

    /// The same answer to somebody who is not told what names the schema has.
    #[must_use]
    pub fn without_hints(mut self) -> Self {
        for error in &mut self.errors {
            if let Some(at) = error.message.find(HINT) {
                error.message.truncate(at);
            }
        }
        self
    }

    /// The same answer, which says what it has cost.
    #[must_use]
    pub fn with_cost(mut self, cost: Value) -> Self {
        self.extensions.insert("cost".to_owned(), cost);
        self
    }

    /// Objects that it brings.
    pub fn n_objects(&self) -> u64 {
        self.data.as_ref().map_or(0, |data| n_objects(data).saturating_sub(1))
    }

    /// How it went: the code of the first error, or `OK`.
    pub fn outcome(&self) -> String {
        let code = self.errors.first().and_then(|error| error.extensions.as_ref()?.get("code"));
        match code {
            Some(Value::String(code)) => code.clone(),
            _ => "OK".to_owned(),
        }
    }

    /// Whether there is anything but errors.
    pub fn has_run(&self) -> bool {
        self.data.is_some()
    }

    /// Whether the whole of the data fell to an error.
    pub fn is_void(&self) -> bool {
        matches!(self.data, None | Some(Value::Null))
    }

    /// The same errors, said of a request that never began.
    #[must_use]
    pub fn not_begun(self) -> Self {
        Self { data: None, status: StatusCode::BAD_REQUEST, ..self }
    }

    /// What went wrong, in the order it was found.
    pub fn errors(&self) -> &[ServerError] {
        &self.errors
    }

    /// The status it deserves where statuses may speak.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer as JSON.
    ///
    /// A value that cannot be written would be our fault like any other.
    pub fn to_json(&self, request_id: &str) -> String {
        serde_json::to_string(self).unwrap_or_else(|cause| {
            tracing::error!(request_id, %cause, "an answer could not be written");
            let code = Code::InternalServerError.as_str();
            serde_json::json!({
                "errors": [{
                    "message": INTERNAL,
                    "extensions": { "code": code, "requestId": request_id },
                }],
            })
            .to_string()
        })
    }

    fn not_run(errors: Vec<ServerError>, status: StatusCode) -> Self {
        Self { errors, data: None, extensions: BTreeMap::new(), status }
    }
}

fn n_objects(value: &Value) -> u64 {
    match value {
        Value::Object(fields) => fields.values().map(n_objects).sum::<u64>() + 1,
        Value::List(items) => items.iter().map(n_objects).sum(),
        _ => 0,
    }
}

/// How the library begins to guess what was meant.
const HINT: &str = " Did you mean ";

/// All that is ever said about our own faults.
const INTERNAL: &str = "internal error";

fn coded(error: ServerError, has_run: bool, request_id: &str) -> ServerError {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    match code {
        Some(Value::String(code)) if code == Code::InternalServerError.as_str() => {
            sealed(error, request_id)
        }
        Some(_) => error,
        None if !has_run && is_limit(&error.message) => Code::QueryTooComplex.mark(error),
        None if !has_run => Code::GraphqlValidationFailed.mark(error),
        None if is_coercion(&error) => Code::BadUserInput.mark(error),
        None => sealed(error, request_id),
    }
}

/// Whether the library refused a document for its size and not for its sense.
fn is_limit(message: &str) -> bool {
    matches!(message, "Query is too complex." | "Query is nested too deep.")
        || message.contains("cannot be greater than `")
}

/// Whether an argument's value could not be read.
///
/// The library's input errors always open with one of these words and never
/// have a source; what a resolver let slip through `?` has one.
fn is_coercion(error: &ServerError) -> bool {
    let opens = ["Expected input type \"", "Failed to parse \""];
    error.source.is_none() && opens.iter().any(|words| error.message.starts_with(words))
}

/// Our own fault: told to the log, and to the client only by its request id.
fn sealed(error: ServerError, request_id: &str) -> ServerError {
    tracing::error!(request_id, cause = error.message, path = ?error.path, "a resolver failed");
    ServerError { locations: error.locations, path: error.path, ..outside(request_id) }
}

fn outside(request_id: &str) -> ServerError {
    let mut error = Code::InternalServerError.mark(ServerError::new(INTERNAL, None));
    error.extensions.get_or_insert_default().set("requestId", request_id);
    error
}
