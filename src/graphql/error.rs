//! How refusals look: typed errors in a mutation's payload, coded errors elsewhere.

mod mutation;

use async_graphql::ErrorExtensions;

pub use self::mutation::{ErrorCode, MutationError};
use crate::error::Error;

/// An error fit to be seen at the top level of an answer.
///
/// Deliberately not `Display`: async-graphql turns every `Display` type into a public message, so a stray `?` would print the
/// database's words to a client.
#[derive(Clone, Debug)]
pub struct ApiError(async_graphql::Error);

impl ApiError {
    /// A cursor that is not of the list it was given for.
    pub fn invalid_cursor(field: &str) -> Self {
        Self::coded(format!("{field}: not a cursor of this list"), "INVALID_CURSOR")
    }

    /// An argument that cannot be accepted.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::coded(message, "BAD_USER_INPUT")
    }

    fn coded(message: impl Into<String>, code: &'static str) -> Self {
        Self(
            async_graphql::Error::new(message)
                .extend_with(|_, extensions| extensions.set("code", code)),
        )
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Unauthenticated => "UNAUTHENTICATED",
            Error::Forbidden(_) => "FORBIDDEN",
            Error::RateLimited { .. } => "RATE_LIMITED",
            Error::Db(_) | Error::Entropy(_) | Error::Inconsistent(_) => {
                tracing::error!(?error, "an operation failed");
                return Self::coded("something went wrong on our side", "INTERNAL_SERVER_ERROR");
            }
            _ => "BAD_USER_INPUT",
        };
        Self::coded(error.to_string(), code)
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        error.0
    }
}

/// What a mutation did, or why it did nothing.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What it did.
    pub done: Option<T>,
    /// Why it did nothing.
    pub errors: Vec<MutationError>,
}

impl<T> Outcome<T> {
    /// The outcome of a use case.
    pub fn of(result: crate::error::Result<T>) -> Result<Self, ApiError> {
        match result {
            Ok(done) => Ok(Self { done: Some(done), errors: Vec::new() }),
            Err(error) => {
                Ok(Self { done: None, errors: vec![MutationError::try_from_error(error)?] })
            }
        }
    }
}

/// Declares payloads: what the mutation made or changed, and its errors.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $type:ty })*) => {$(
        $(#[$doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$field_doc])*
            pub $field: Option<$type>,
            /// Why nothing was done; empty when it was.
            pub errors: Vec<$crate::graphql::error::MutationError>,
        }

        impl $name {
            /// The payload of a use case's result.
            pub fn of<M>(
                result: $crate::error::Result<M>,
                wrap: impl FnOnce(M) -> $type,
            ) -> Result<Self, $crate::graphql::error::ApiError> {
                let outcome = $crate::graphql::error::Outcome::of(result)?;
                Ok(Self { $field: outcome.done.map(wrap), errors: outcome.errors })
            }
        }
    )*};
}
pub(crate) use payloads;
