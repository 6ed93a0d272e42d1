//! Sessions: signing in and out, and finding out who calls.
//!
//! A session has an access token for requests and a refresh token that renews both. Of either only a hash is kept. A refresh
//! token is good once: whoever presents the one before has a copy, and the session ends for both.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::{
    access, callers, issuers, password, throttle,
    token::{self, Token},
};
use crate::{
    db::{Held, Tx},
    domain::{
        actor::{Actor, Member, Who},
        id::UserId,
        sign_in::{self, SessionLifetimes},
    },
    entity::{integration, organization, session, team_member, user},
    error::{Error, Result},
    op::Op,
};

/// Who calls, and until when the token says so.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// On whose behalf the request runs.
    pub actor: Actor,
    /// When the token ends by itself; an integration's never does.
    pub expires_at: Option<DateTime<Utc>>,
    /// Under which epoch of its organisation's access that was found out.
    pub epoch: i64,
}

impl Authenticated {
    /// Whether the token has not ended by itself.
    pub fn holds_at(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

/// A session's tokens, shown once.
#[derive(Clone)]
pub struct SessionTokens {
    /// For the `Authorization` of requests.
    pub access_token: String,
    /// When the access token ends.
    pub access_token_expires_at: DateTime<Utc>,
    /// For renewing both.
    pub refresh_token: String,
    /// When the refresh token ends.
    pub refresh_token_expires_at: DateTime<Utc>,
    /// The person, acting.
    pub actor: Actor,
}

/// Opens a session for whoever knows the password.
///
/// An unknown address, a wrong password and a deactivated account are refused alike, and as slowly; after some tries in a row the
/// next one has to wait.
pub async fn sign_in(op: &Op, email: &str, password: &str) -> Result<SessionTokens> {
    throttle::enter(op, email).await?;
    let known = match sign_in::email(email) {
        Some(email) => user_by_email(op, &email).await?,
        None => None,
    };
    let hash = known.as_ref().and_then(|user| user.password_hash.as_deref());
    let is_right = password::verify(op, password, hash).await?;
    let Some(known) = known.filter(|user| is_right && user.is_active) else {
        return Err(Error::InvalidCredentials);
    };

    let tx = op.db.write().await?;
    // Deactivated, or given another password, while the old one was being checked.
    let user = hold(&tx, known.id)
        .await?
        .filter(|user| user.is_active && user.password_hash == known.password_hash);
    let user = user.ok_or(Error::InvalidCredentials)?;
    session::Entity::delete_many()
        .filter(session::Column::UserId.eq(user.id))
        .filter(session::Column::RefreshExpiresAt.lte(op.now()))
        .exec(&*tx)
        .await?;
    throttle::forget(&tx, email).await?;
    let tokens = open(&tx, op, &user, op.sign_in.lifetimes).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// Opens a session of `lifetime` without a password: the operator's door, for the house alone.
pub async fn open_session_for(op: &Op, email: &str, lifetime: TimeDelta) -> Result<SessionTokens> {
    if op.actor != Actor::System {
        return Err(Error::Forbidden("only an operator may do this".to_owned()));
    }
    let email = super::check::email("email", email)?;
    let user = user_by_email(op, &email).await?.filter(|user| user.is_active);
    let user = user.ok_or(Error::NotFound("user"))?;
    let tx = op.db.write().await?;
    let lifetimes = SessionLifetimes { access: lifetime, refresh: lifetime };
    let tokens = open(&tx, op, &user, lifetimes).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// The person with this address, acting, without a session: for the house alone, which so does in a person's name only what the
/// person may do. None when there is nobody.
pub async fn actor_by_email(op: &Op, email: &str) -> Result<Option<Actor>> {
    if op.actor != Actor::System {
        return Err(Error::Forbidden("only an operator may do this".to_owned()));
    }
    let email = super::check::email("email", email)?;
    match user_by_email(op, &email).await? {
        Some(user) => Ok(Some(actor_of(op.db.read(), &user).await?)),
        None => Ok(None),
    }
}

/// Exchanges a refresh token for new tokens; the old ones end.
pub async fn refresh(op: &Op, refresh_token: &str) -> Result<SessionTokens> {
    let presented = token::hash(refresh_token);
    let tx = op.db.write().await?;
    let Some(session) = session_by(&tx, session::Column::RefreshHash, &presented).await? else {
        if let Some(copied) =
            session_by(&tx, session::Column::PreviousRefreshHash, &presented).await?
        {
            revoke(&tx, op, copied).await?;
            tx.commit().await?;
        }
        return Err(Error::InvalidCredentials);
    };
    if session.revoked_at.is_some() || session.refresh_expires_at <= op.now() {
        return Err(Error::InvalidCredentials);
    }
    let user = user_by_id(&*tx, session.user_id).await?.filter(|user| user.is_active);
    let user = user.ok_or(Error::InvalidCredentials)?;

    let tokens = Fresh::mint(op, op.sign_in.lifetimes)?;
    let mut row = session.into_active_model();
    row.access_hash = Set(tokens.access.hash.clone());
    row.access_expires_at = Set(tokens.access_expires_at);
    row.refresh_hash = Set(tokens.refresh.hash.clone());
    row.previous_refresh_hash = Set(Some(presented));
    row.refresh_expires_at = Set(tokens.refresh_expires_at);
    row.update(&*tx).await?;
    let actor = actor_of(&*tx, &user).await?;
    tx.commit().await?;
    Ok(tokens.shown(actor))
}

/// Ends the session that a refresh token, current or used, belongs to; one that has ended already stays ended.
pub async fn sign_out(op: &Op, refresh_token: &str) -> Result<()> {
    let presented = token::hash(refresh_token);
    let tx = op.db.write().await?;
    let mut session = session_by(&tx, session::Column::RefreshHash, &presented).await?;
    if session.is_none() {
        session = session_by(&tx, session::Column::PreviousRefreshHash, &presented).await?;
    }
    revoke(&tx, op, session.ok_or(Error::InvalidCredentials)?).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends all sessions of the caller, or, for an admin, of somebody in the own organisation.
pub async fn sign_out_everywhere(op: &Op, id: Option<UserId>) -> Result<user::Model> {
    access::signed_in(op)?;
    let own = op.actor.member().and_then(Member::user);
    let id = id.or(own).ok_or(Error::NotFound("user"))?;
    let tx = op.db.write().await?;
    let user = super::users::hold(&tx, op, id).await?;
    if own != Some(id) {
        access::admin_of(op, user.organization_id)?;
    }
    end_all(&tx, op, id).await?;
    tx.commit().await?;
    Ok(user)
}

/// Finds out who presents `bearer`: the access token of a session, the token of an integration, or that of an issuer whom the operator
/// believes.
///
/// Role, teams and scopes are those of this moment, so that what was taken away is gone with the next request.
pub async fn authenticate(op: &Op, bearer: &str) -> Result<Authenticated> {
    let hash = token::hash(bearer);
    if let Some(known) = op.kept.callers.find(op, &hash).await? {
        return Ok(known);
    }
    let found = look_up(op, bearer, &hash).await?.ok_or(Error::Unauthenticated)?;
    // Whose epoch counts is known only now, and it has to be read before what it vouches for.
    let epoch = callers::epoch_of(op, &found.actor).await?;
    let found = look_up(op, bearer, &hash).await?.ok_or(Error::Unauthenticated)?;
    let found = Authenticated { epoch, ..found };
    // An issuer may take a key back at any time, so its tokens are looked at each time.
    if token::is_ours(bearer) {
        op.kept.callers.remember(hash, &found);
    }
    Ok(found)
}

async fn look_up(op: &Op, bearer: &str, hash: &str) -> Result<Option<Authenticated>> {
    if bearer.starts_with(token::ACCESS) {
        person_by_token(op, hash).await
    } else if bearer.starts_with(token::INTEGRATION) {
        integration_by_token(op, hash).await
    } else {
        issuers::person_by_token(op, bearer).await
    }
}

/// Ends all sessions of a person.
pub(super) async fn end_all(tx: &Tx, op: &Op, user: UserId) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, sea_orm::sea_query::Expr::value(op.now()))
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn person_by_token(op: &Op, hash: &str) -> Result<Option<Authenticated>> {
    let db = op.db.read();
    let session = session::Entity::find()
        .filter(session::Column::AccessHash.eq(hash))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::AccessExpiresAt.gt(op.now()))
        .one(db)
        .await?;
    let Some(session) = session else { return Ok(None) };
    let Some(user) = user_by_id(db, session.user_id).await?.filter(|user| user.is_active) else {
        return Ok(None);
    };
    let actor = actor_of(db, &user).await?;
    Ok(Some(Authenticated { actor, expires_at: Some(session.access_expires_at), epoch: 0 }))
}

async fn integration_by_token(op: &Op, hash: &str) -> Result<Option<Authenticated>> {
    let found = integration::Entity::visible_to(&Actor::System)
        .filter(integration::Column::TokenHash.eq(hash))
        .filter(integration::Column::RevokedAt.is_null())
        .one(op.db.read())
        .await?;
    let Some(found) = found else { return Ok(None) };
    let organization = organization::Entity::visible_to(&Actor::System)
        .filter(organization::Column::Id.eq(found.organization_id))
        .one(op.db.read())
        .await?
        .ok_or_else(|| Error::Inconsistent(format!("{} has no organisation", found.id)))?;
    let who = Who::Integration { id: found.id, scopes: found.scopes.0 };
    let member = Member { organization: organization.id, side: organization.kind, who };
    Ok(Some(Authenticated { actor: Actor::Member(member), expires_at: None, epoch: 0 }))
}

/// The person as an actor in the role that the row says, with the teams of this moment.
pub(super) async fn actor_of(
    db: &impl sea_orm::ConnectionTrait,
    user: &user::Model,
) -> Result<Actor> {
    let teams = team_member::Entity::visible_to(&Actor::System)
        .select_only()
        .column(team_member::Column::PartnershipId)
        .filter(team_member::Column::UserId.eq(user.id))
        .into_tuple()
        .all(db)
        .await?;
    let who = Who::User { id: user.id, role: user.role, teams };
    Ok(Actor::Member(Member { organization: user.organization_id, side: user.role.side(), who }))
}

pub(super) async fn user_by_email(op: &Op, email: &str) -> Result<Option<user::Model>> {
    Ok(user::Entity::visible_to(&Actor::System)
        .filter(user::Column::Email.eq(email))
        .one(op.db.read())
        .await?)
}

async fn user_by_id(db: &impl sea_orm::ConnectionTrait, id: UserId) -> Result<Option<user::Model>> {
    let users = user::Entity::visible_to(&Actor::System);
    Ok(users.filter(user::Column::Id.eq(id)).one(db).await?)
}

async fn hold(tx: &Tx, id: UserId) -> Result<Option<user::Model>> {
    let users = user::Entity::visible_to(&Actor::System).filter(user::Column::Id.eq(id));
    Ok(users.held().one(&**tx).await?)
}

async fn session_by(
    tx: &Tx,
    column: session::Column,
    hash: &str,
) -> Result<Option<session::Model>> {
    Ok(session::Entity::find().filter(column.eq(hash)).held().one(&**tx).await?)
}

async fn open(
    tx: &Tx,
    op: &Op,
    user: &user::Model,
    lifetimes: SessionLifetimes,
) -> Result<SessionTokens> {
    let tokens = Fresh::mint(op, lifetimes)?;
    session::ActiveModel {
        id: Set(op.mint()),
        user_id: Set(user.id),
        access_hash: Set(tokens.access.hash.clone()),
        access_expires_at: Set(tokens.access_expires_at),
        refresh_hash: Set(tokens.refresh.hash.clone()),
        previous_refresh_hash: Set(None),
        refresh_expires_at: Set(tokens.refresh_expires_at),
        created_at: Set(op.now()),
        revoked_at: Set(None),
    }
    .insert(&**tx)
    .await?;
    let actor = actor_of(&**tx, user).await?;
    Ok(tokens.shown(actor))
}

async fn revoke(tx: &Tx, op: &Op, session: session::Model) -> Result<()> {
    if session.revoked_at.is_some() {
        return Ok(());
    }
    let mut row = session.into_active_model();
    row.revoked_at = Set(Some(op.now()));
    row.update(&**tx).await?;
    Ok(())
}

/// Tokens that have not been shown yet.
struct Fresh {
    access: Token,
    access_expires_at: DateTime<Utc>,
    refresh: Token,
    refresh_expires_at: DateTime<Utc>,
}

impl Fresh {
    fn mint(op: &Op, lifetimes: SessionLifetimes) -> Result<Self> {
        Ok(Self {
            access: Token::mint(op, token::ACCESS)?,
            access_expires_at: op.now() + lifetimes.access,
            refresh: Token::mint(op, token::REFRESH)?,
            refresh_expires_at: op.now() + lifetimes.refresh,
        })
    }

    fn shown(self, actor: Actor) -> SessionTokens {
        SessionTokens {
            access_token: self.access.shown,
            access_token_expires_at: self.access_expires_at,
            refresh_token: self.refresh.shown,
            refresh_token_expires_at: self.refresh_expires_at,
            actor,
        }
    }
}
