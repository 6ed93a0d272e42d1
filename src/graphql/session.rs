//! Signing in and out.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    acting::ActingAs,
    error::{ApiError, MutationError, Outcome, payloads},
    user::User,
    viewer::Viewer,
};
use crate::{
    domain::id::UserId,
    error::Result as Done,
    op::Op,
    service::sessions::{self, SessionTokens},
};

/// What a person signs in with.
#[derive(Debug, InputObject)]
pub struct SignInInput {
    /// The e-mail address.
    pub email: String,
    /// The password.
    #[graphql(secret)]
    pub password: String,
}

/// Which session goes on.
#[derive(Debug, InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that the session gave last.
    #[graphql(secret)]
    pub refresh_token: String,
}

/// Which session ends.
#[derive(Debug, InputObject)]
pub struct SignOutInput {
    /// The refresh token that the session gave last.
    #[graphql(secret)]
    pub refresh_token: String,
}

/// Whose sessions end.
#[derive(Debug, InputObject)]
pub struct SignOutEverywhereInput {
    /// Somebody of the own company, for its admins; the viewer when absent.
    pub user_id: Option<UserId>,
}

macro_rules! with_tokens {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// For the header `Authorization: Bearer …` of requests.
            pub access_token: Option<String>,
            /// When the access token ends.
            pub access_token_expires_at: Option<DateTime<Utc>>,
            /// For `refreshSession` and `signOut`. It is good once: each refresh gives the next.
            pub refresh_token: Option<String>,
            /// When the refresh token ends.
            pub refresh_token_expires_at: Option<DateTime<Utc>>,
            /// Whose session it is, and what they have in front of them.
            pub viewer: Option<ActingAs<Viewer>>,
            /// Why nothing was done; empty when it was.
            pub errors: Vec<MutationError>,
        }

        impl $name {
            fn of(op: &Op, result: Done<SessionTokens>) -> Result<Self, ApiError> {
                let Outcome { done, errors } = Outcome::of(result)?;
                let tokens = done.as_ref();
                Ok(Self {
                    access_token: tokens.map(|tokens| tokens.access_token.clone()),
                    access_token_expires_at: tokens.map(|tokens| tokens.access_token_expires_at),
                    refresh_token: tokens.map(|tokens| tokens.refresh_token.clone()),
                    refresh_token_expires_at: tokens.map(|tokens| tokens.refresh_token_expires_at),
                    viewer: tokens.and_then(|tokens| viewer(op, tokens)),
                    errors,
                })
            }
        }
    )*};
}

with_tokens! {
    /// The answer to `signIn`.
    SignInPayload;
    /// The answer to `refreshSession`.
    RefreshSessionPayload;
}

/// The answer to `signOut`.
#[derive(Debug, SimpleObject)]
pub struct SignOutPayload {
    /// Why nothing was done; empty when it was.
    pub errors: Vec<MutationError>,
}

payloads! {
    /// The answer to `signOutEverywhere`.
    SignOutEverywherePayload {
        /// The person, who has no session any more.
        user: User
    }
}

/// Signing in and out.
#[derive(Debug, Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Opens a session: an access token for 15 minutes unless configured otherwise, and a refresh token that renews both.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "E-mail address and password.")] input: SignInInput,
    ) -> Result<SignInPayload, ApiError> {
        let result = sessions::sign_in(ctx.op(), &input.email, &input.password).await;
        SignInPayload::of(ctx.op(), result)
    }

    /// Goes on with a session: both tokens are replaced. A refresh token that has been used before ends its session, because
    /// somebody has a copy of it.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's refresh token.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload, ApiError> {
        let result = sessions::refresh(ctx.op(), &input.refresh_token).await;
        RefreshSessionPayload::of(ctx.op(), result)
    }

    /// Ends a session, whose tokens open nothing from then on. No access token is needed.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's refresh token.")] input: SignOutInput,
    ) -> Result<SignOutPayload, ApiError> {
        let result = sessions::sign_out(ctx.op(), &input.refresh_token).await;
        Ok(SignOutPayload { errors: Outcome::of(result)?.errors })
    }

    /// Ends all sessions of the viewer or, for an admin, of somebody in the own company.
    async fn sign_out_everywhere(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose sessions.")] input: SignOutEverywhereInput,
    ) -> Result<SignOutEverywherePayload, ApiError> {
        let result = sessions::sign_out_everywhere(ctx.op(), input.user_id).await;
        SignOutEverywherePayload::of(result, User)
    }
}

fn viewer(op: &Op, tokens: &SessionTokens) -> Option<ActingAs<Viewer>> {
    let value = Viewer(tokens.actor.member()?.clone());
    Some(ActingAs { op: op.acting_as(tokens.actor.clone()), value })
}
