//! Who is asking: the seam between a token on the wire and a caller in the house.
//!
//! The transport knows where tokens are written and when they must be asked
//! about again; what makes one good is the [`Authenticator`]'s business.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_graphql::Request;
use axum::http::{HeaderMap, header};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

/// Turns a bearer token, or its absence, into a caller.
///
/// It must answer in finite time: a socket waits for it at each re-check. A
/// missing token is a caller too, because somebody has to be able to sign in.
pub type Authenticator =
    Arc<dyn Fn(Option<String>) -> BoxFuture<'static, Result<Caller, AuthFailure>> + Send + Sync>;

/// Whether what a token stood for when it was looked up has not changed since; asked of what is known anyway, and so cheap.
pub type StillHolds = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Puts the actor and fresh loaders into a request, once per operation.
pub type Prepare = Arc<dyn Fn(Request) -> Request + Send + Sync>;

/// What somebody may see, as far as others may see the same.
#[derive(Clone)]
pub struct Visibility {
    /// The same for all who see the same.
    pub class: Arc<str>,
    /// Who it is among them.
    pub person: Arc<str>,
    /// Makes a request one of the class, of nobody in particular.
    pub prepare: Prepare,
}

/// What may be shared with others, found out when somebody follows something: whoever only asks never needs it.
#[derive(Clone)]
pub struct Shareable(Arc<LazyLock<Option<Visibility>, FindVisibility>>);

type FindVisibility = Box<dyn FnOnce() -> Option<Visibility> + Send>;

impl Shareable {
    /// What will be found.
    pub fn found_by(find: impl FnOnce() -> Option<Visibility> + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(find))))
    }

    /// Nothing, as with a stranger.
    pub fn nothing() -> Self {
        Self::found_by(|| None)
    }

    /// What somebody may see, as far as others may see the same.
    pub fn visibility(&self) -> Option<&Visibility> {
        (**self.0).as_ref()
    }
}

/// Somebody whose token is good, or who brought none.
#[derive(Clone)]
pub struct Caller {
    /// Whose token it is, whichever of theirs it is; nobody's if there is none.
    pub id: Option<Arc<str>>,
    /// Makes a request this caller's own.
    pub prepare: Prepare,
    /// When the token ends by itself; a socket is asked about again at that instant.
    pub expires_at: Option<DateTime<Utc>>,
    /// What may be shared with others; nothing with a stranger.
    pub shareable: Shareable,
    /// Under which epoch of access this was found out: while it lasts, all of it holds.
    pub epoch: i64,
    /// Spares looking the token up again; absent where that alone can tell.
    pub still_holds: Option<StillHolds>,
}

impl Caller {
    /// Looks `token` up again, for somebody who goes on with it; they stay who they are while nothing has changed.
    pub async fn renewed(
        &self,
        authenticate: &Authenticator,
        token: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<Self, AuthFailure> {
        if let Some(still_holds) = self.still_holds.as_ref().filter(|_| !self.has_expired(now))
            && still_holds().await
        {
            return Ok(self.clone());
        }
        authenticate(token).await
    }

    /// How long to wait before asking about `token` again: until it ends, and no longer than `every`, to notice a revocation.
    ///
    /// A missing token never ends.
    pub fn recheck_in(
        &self,
        token: Option<&str>,
        now: DateTime<Utc>,
        every: Duration,
    ) -> Option<Duration> {
        token?;
        let until_end = self.expires_at.and_then(|end| (end - now).to_std().ok());
        Some(until_end.filter(|wait| !wait.is_zero()).map_or(every, |wait| wait.min(every)))
    }

    /// Whether the token has ended by itself.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Why a token did not become a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthFailure {
    /// Unknown, expired, revoked or not a bearer token at all.
    Invalid,
    /// Nobody could tell; the same token may be good in a moment.
    Unavailable,
    /// Not looked up: too many bad ones came from there; after this time the next one will be.
    TooMany(TimeDelta),
}

/// The bearer token of the `Authorization` header, if there is such a header.
///
/// Another scheme is a bad token and not an anonymous caller: who shows a
/// credential wants to know that it did not count.
pub fn from_headers(headers: &HeaderMap) -> Result<Option<String>, AuthFailure> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(strip_scheme).filter(|token| is_token(token));
    token.map(|token| Some(token.to_owned())).ok_or(AuthFailure::Invalid)
}

/// The token in the payload of `connection_init`, if it has one.
///
/// Browsers cannot set headers on a socket, so this is their only way in. The
/// scheme may be left out, since the key has already said what the value is.
pub fn from_greeting(payload: &Map<String, Value>) -> Result<Option<String>, AuthFailure> {
    match payload.get("authorization") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(value)) => {
            let token = strip_scheme(value).unwrap_or(value);
            if is_token(token) { Ok(Some(token.to_owned())) } else { Err(AuthFailure::Invalid) }
        }
        Some(_) => Err(AuthFailure::Invalid),
    }
}

fn strip_scheme(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn header(value: &str, expected: Result<Option<&str>, AuthFailure>) {
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
        assert_eq!(from_headers(&headers), expected.map(|token| token.map(str::to_owned)));
    }

    #[track_caller]
    fn greeting(payload: &Value, expected: Result<Option<&str>, AuthFailure>) {
        let found = from_greeting(payload.as_object().unwrap());
        assert_eq!(found, expected.map(|token| token.map(str::to_owned)));
    }

    #[test]
    fn a_header_must_be_a_bearer_token() {
        assert_eq!(from_headers(&HeaderMap::new()), Ok(None));
        header("Bearer abc", Ok(Some("abc")));
        header("bearer  abc", Ok(Some("abc")));
        header("Bearer", Err(AuthFailure::Invalid));
        header("Bearer ", Err(AuthFailure::Invalid));
        header("Bearer a b", Err(AuthFailure::Invalid));
        header("Basic YTpi", Err(AuthFailure::Invalid));
    }

    #[test]
    fn a_greeting_may_leave_the_scheme_out() {
        greeting(&json!({}), Ok(None));
        greeting(&json!({ "authorization": null }), Ok(None));
        greeting(&json!({ "authorization": "abc" }), Ok(Some("abc")));
        greeting(&json!({ "authorization": "Bearer abc" }), Ok(Some("abc")));
        greeting(&json!({ "authorization": "Basic YTpi" }), Err(AuthFailure::Invalid));
        greeting(&json!({ "authorization": 7 }), Err(AuthFailure::Invalid));
    }
}
