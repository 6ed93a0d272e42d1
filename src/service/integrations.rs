//! Integrations: service accounts whose token is shown once.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    Select,
};

use super::{
    access, check,
    page::{Found, Order, Page},
    token::{self, Token},
};
use crate::{
    db::{Held, Tx},
    domain::{
        actor::{Member, Scope, Scopes},
        id::{IntegrationId, OrganizationId},
        recording,
    },
    entity::integration,
    error::{Error, Result},
    op::Op,
};

/// Characters of a mapping at most.
const LONGEST_MAPPING: usize = 50_000;

/// A service account that is to be opened.
#[derive(Clone, Debug)]
pub struct NewIntegration {
    /// The organisation it works for.
    pub organization: OrganizationId,
    /// What it is called.
    pub name: String,
    /// What its token opens.
    pub scopes: Vec<Scope>,
}

/// A service account together with its token, shown once.
#[derive(Clone)]
pub struct WithToken {
    /// The service account.
    pub integration: integration::Model,
    /// The token.
    pub token: String,
}

/// The integrations of an organisation, if it is the caller's; oldest first, revoked ones included.
pub async fn of_organization(
    op: &Op,
    organization: OrganizationId,
    page: &Page,
) -> Result<Found<integration::Model>> {
    let accounts = accounts_of(op, organization);
    page.of(op.db.read(), accounts, integration::Column::Id, Order::OldestFirst).await
}

/// How many they are.
pub async fn count_of_organization(op: &Op, organization: OrganizationId) -> Result<u64> {
    Ok(accounts_of(op, organization).count(op.db.read()).await?)
}

/// Those of these integrations that the caller may see.
pub async fn by_ids(op: &Op, ids: &[IntegrationId]) -> Result<Vec<integration::Model>> {
    let wanted = integration::Column::Id.is_in(ids.iter().copied());
    Ok(integration::Entity::visible_to(&op.actor).filter(wanted).all(op.db.read()).await?)
}

/// Opens a service account.
pub async fn create(op: &Op, new: NewIntegration) -> Result<WithToken> {
    access::admin_of(op, new.organization)?;
    let name = check::name("name", &new.name)?;
    let scopes = distinct(new.scopes)?;
    let token = Token::mint(op, token::INTEGRATION)?;

    let tx = op.db.write().await?;
    let integration = integration::ActiveModel {
        id: Set(op.mint()),
        organization_id: Set(new.organization),
        name: Set(name),
        scopes: Set(Scopes(scopes)),
        token_hash: Set(token.hash),
        created_by: Set(op.actor.member().and_then(Member::user)),
        created_at: Set(op.now()),
        revoked_at: Set(None),
        mapping: Set(None),
    }
    .insert(&*tx)
    .await?;
    tx.commit().await?;
    Ok(WithToken { integration, token: token.shown })
}

/// Replaces the token; the old one ends at once.
pub async fn rotate_token(op: &Op, id: IntegrationId) -> Result<WithToken> {
    let token = Token::mint(op, token::INTEGRATION)?;
    let tx = op.db.write().await?;
    let integration = hold_own(&tx, op, id).await?;
    if integration.revoked_at.is_some() {
        return Err(Error::invalid("integrationId", format!("`{id}` has been revoked")));
    }
    let mut row = integration.into_active_model();
    row.token_hash = Set(token.hash);
    let integration = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(WithToken { integration, token: token.shown })
}

/// Closes a service account for good; one that is closed stays as it is.
pub async fn revoke(op: &Op, id: IntegrationId) -> Result<integration::Model> {
    let tx = op.db.write().await?;
    let mut integration = hold_own(&tx, op, id).await?;
    if integration.revoked_at.is_none() {
        let mut row = integration.into_active_model();
        row.revoked_at = Set(Some(op.now()));
        integration = row.update(&*tx).await?;
    }
    tx.commit().await?;
    Ok(integration)
}

/// Says what the columns of the tables mean that an integration sends; none, if they are named as the fields of a fact are.
pub async fn set_mapping(
    op: &Op,
    id: IntegrationId,
    mapping: Option<String>,
) -> Result<integration::Model> {
    let tx = op.db.write().await?;
    let integration = hold_own(&tx, op, id).await?;
    if let Some(mapping) = &mapping {
        recording::text("mapping", mapping, LONGEST_MAPPING)?;
        (op.check_mapping)(mapping).map_err(|message| Error::invalid("mapping", message))?;
    }
    let mut row = integration.into_active_model();
    row.mapping = Set(mapping);
    let integration = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(integration)
}

async fn hold_own(tx: &Tx, op: &Op, id: IntegrationId) -> Result<integration::Model> {
    access::signed_in(op)?;
    let wanted = integration::Entity::visible_to(&op.actor).filter(integration::Column::Id.eq(id));
    let found = wanted.held().one(&**tx).await?.ok_or(Error::NotFound("integration"))?;
    access::admin_of(op, found.organization_id)?;
    Ok(found)
}

fn accounts_of(op: &Op, organization: OrganizationId) -> Select<integration::Entity> {
    integration::Entity::visible_to(&op.actor)
        .filter(integration::Column::OrganizationId.eq(organization))
}

/// The scopes in their own order, each once.
fn distinct(mut scopes: Vec<Scope>) -> Result<Vec<Scope>> {
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Error::invalid("scopes", "a token without a scope opens nothing"));
    }
    Ok(scopes)
}
