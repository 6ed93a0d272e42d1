//! Webhooks: where companies want to be told what happens, kept by their admins.
//!
//! An endpoint is its company's, as an integration is: it hears what an integration with the scope `EVENTS_READ` hears, judged when it
//! is told. How it is told stands in [`delivering`].

pub mod again;
pub mod delivering;
pub mod listing;
pub mod message;
mod next;
pub mod waiting;

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, Select,
};

use super::{access, cursors, cursors::Sealer, events, organizations, plans};
use crate::{
    db::{Held, Tx},
    domain::{
        actor::{Actor, Member},
        event::EventCursor,
        id::{IntegrationId, OrganizationId, WebhookDeliveryId, WebhookEndpointId},
        webhook::{
            MOST_ENDPOINTS, MOST_IN_FILTER, WebhookDeliveryStatus, WebhookEndpointState,
            WebhookFilter, WebhookPurpose, signature::WebhookSecret,
        },
    },
    entity::{organization, webhook_delivery, webhook_endpoint},
    error::{Error, Result},
    op::Op,
};

/// How long the secret before the last one still signs too.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// An endpoint that is to be told what happens.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Where it is.
    pub url: String,
    /// What it is told.
    pub filter: WebhookFilter,
    /// After which event it begins, as a sealed cursor; with what happens from now on when absent.
    pub after: Option<String>,
}

/// What is to be changed about an endpoint; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct EndpointChange {
    /// Where it is.
    pub url: Option<String>,
    /// What it is told.
    pub filter: Option<WebhookFilter>,
    /// Whether it is told anything.
    pub is_enabled: Option<bool>,
}

/// An endpoint together with its secret, shown once.
#[derive(Clone)]
pub struct WithSecret {
    /// The endpoint.
    pub endpoint: webhook_endpoint::Model,
    /// The secret: `whsec_…`.
    pub secret: String,
}

/// Begins to tell an endpoint what happens.
pub async fn create(op: &Op, new: NewEndpoint) -> Result<WithSecret> {
    access::admin_of(op, new.organization)?;
    let url = op.reach.parse(&new.url).map_err(|error| Error::invalid("url", error))?;
    let filter = checked(op, new.filter).await?;
    let sealer = cursors::sealer(op).await?;
    let secret = WebhookSecret(op.secret()?);
    let id: WebhookEndpointId = op.mint();
    let house = organizations::find(op, new.organization).await?;
    let house = house.ok_or(Error::NotFound("organization"))?;
    let hearer = op.acting_as(hearer(&house, id));
    let position = match new.after {
        Some(text) => known_cursor(&hearer, &sealer, &text).await?,
        None => events::now(&hearer).await?,
    };

    let tx = op.db.write().await?;
    let own = organization::Entity::visible_to(&op.actor)
        .filter(organization::Column::Id.eq(new.organization));
    own.held().one(&*tx).await?;
    if endpoints_of(op, new.organization).count(&*tx).await? >= MOST_ENDPOINTS {
        let message = format!("a company has at most {MOST_ENDPOINTS} endpoints");
        return Err(Error::invalid("url", message));
    }
    let endpoint = webhook_endpoint::ActiveModel {
        id: Set(id),
        organization_id: Set(new.organization),
        url: Set(url.into()),
        filter: Set(filter),
        state: Set(WebhookEndpointState::Enabled),
        secret: Set(sealer.hide(&secret.0)?),
        previous_secret: Set(None),
        previous_secret_ends_at: Set(None),
        position: Set(position.to_bytes()),
        caught_up_at: Set(op.now()),
        due_at: Set(Some(op.now())),
        leased_by: Set(None),
        leased_until: Set(None),
        failing_since: Set(None),
        last_delivered_at: Set(None),
        disabled_at: Set(None),
        created_by: Set(op.actor.member().and_then(Member::user)),
        created_at: Set(op.now()),
    }
    .insert(&*tx)
    .await?;
    tx.commit().await?;
    Ok(WithSecret { endpoint, secret: secret.shown() })
}

/// Changes where an endpoint is, what it is told, or whether it is told anything.
///
/// One that is switched on again continues where it was, and is tried at once with what it has not taken.
pub async fn update(
    op: &Op,
    id: WebhookEndpointId,
    change: EndpointChange,
) -> Result<webhook_endpoint::Model> {
    find_own(op, id).await?;
    let url = change.url.map(|url| op.reach.parse(&url)).transpose();
    let url = url.map_err(|error| Error::invalid("url", error))?;
    let filter = match change.filter {
        Some(filter) => Some(checked(op, filter).await?),
        None => None,
    };

    let tx = op.db.write().await?;
    let endpoint = hold_own(&tx, op, id).await?;
    let is_on = endpoint.state == WebhookEndpointState::Enabled;
    let mut row = endpoint.into_active_model();
    if let Some(url) = url {
        row.url = Set(url.into());
    }
    if let Some(filter) = filter {
        row.filter = Set(filter);
    }
    match change.is_enabled {
        Some(true) if !is_on => {
            row.state = Set(WebhookEndpointState::Enabled);
            row.disabled_at = Set(None);
            row.failing_since = Set(None);
            try_at_once(&tx, op, id).await?;
        }
        Some(false) => {
            row.state = Set(WebhookEndpointState::Disabled);
            row.disabled_at = Set(Some(op.now()));
        }
        _ => {}
    }
    row.due_at = Set(Some(op.now()));
    let endpoint = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(endpoint)
}

/// Makes a new secret; the one before signs too for a day, so that the receiver can change over without missing anything.
pub async fn rotate_secret(op: &Op, id: WebhookEndpointId) -> Result<WithSecret> {
    let (sealer, secret) = (cursors::sealer(op).await?, WebhookSecret(op.secret()?));
    let tx = op.db.write().await?;
    let endpoint = hold_own(&tx, op, id).await?;
    let previous = endpoint.secret.clone();
    let mut row = endpoint.into_active_model();
    row.secret = Set(sealer.hide(&secret.0)?);
    row.previous_secret = Set(Some(previous));
    row.previous_secret_ends_at = Set(Some(op.now() + OVERLAP));
    let endpoint = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(WithSecret { endpoint, secret: secret.shown() })
}

/// Tells an endpoint nothing any more, and forgets it with its deliveries.
pub async fn delete(op: &Op, id: WebhookEndpointId) -> Result<WebhookEndpointId> {
    let tx = op.db.write().await?;
    let endpoint = hold_own(&tx, op, id).await?;
    webhook_endpoint::Entity::delete_by_id(endpoint.id).exec(&*tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// Something that an endpoint is to be told.
#[derive(Debug)]
struct NewDelivery {
    endpoint: WebhookEndpointId,
    purpose: WebhookPurpose,
    event: Option<crate::entity::event::Model>,
    cursor: Vec<u8>,
}

impl NewDelivery {
    async fn insert(self, tx: &Tx, op: &Op) -> Result<webhook_delivery::Model> {
        let event = self.event.as_ref();
        let row = webhook_delivery::ActiveModel {
            id: Set(op.mint()),
            endpoint_id: Set(self.endpoint),
            purpose: Set(self.purpose),
            status: Set(WebhookDeliveryStatus::Pending),
            is_in_order: Set(self.purpose != WebhookPurpose::Test),
            vendor_id: Set(event.map(|event| event.vendor_id)),
            position: Set(event.map(|event| event.position)),
            event_id: Set(event.map(|event| event.id)),
            event_kind: Set(event.map(|event| event.kind)),
            cursor: Set(self.cursor),
            n_failed: Set(0),
            next_try_at: Set(Some(op.now())),
            created_at: Set(op.now()),
            finished_at: Set(None),
        };
        Ok(row.insert(&**tx).await?)
    }
}

/// Whoever an endpoint is when it hears something: its company, without being a person of it.
fn hearer(house: &organization::Model, id: WebhookEndpointId) -> Actor {
    Actor::Member(Member::follower(house.id, house.kind, IntegrationId(id.0)))
}

async fn hearer_of(op: &Op, endpoint: &webhook_endpoint::Model) -> Result<Actor> {
    let house = organizations::find(&op.acting_as(Actor::System), endpoint.organization_id).await?;
    let house = house.ok_or(Error::NotFound("organization"))?;
    Ok(hearer(&house, endpoint.id))
}

/// A stored position.
fn position(bytes: &[u8]) -> Result<EventCursor> {
    EventCursor::from_bytes(bytes).map_err(|error| Error::Inconsistent(error.to_string()))
}

/// The cursor that a client gives, if this house has sealed it.
async fn known_cursor(op: &Op, sealer: &Sealer, text: &str) -> Result<EventCursor> {
    let cursor = sealer.open(text);
    let cursor = cursor.ok_or_else(|| Error::invalid("after", "not a cursor of events"))?;
    if events::is_ahead(op, &cursor).await? {
        return Err(Error::invalid("after", "the cursor is ahead of all that happened"));
    }
    Ok(cursor)
}

/// A filter of plans that the caller may see, each thing in it once.
async fn checked(op: &Op, filter: WebhookFilter) -> Result<WebhookFilter> {
    let WebhookFilter { mut kinds, mut plans } = filter;
    if let Some(kinds) = &mut kinds {
        kinds.sort_unstable();
        kinds.dedup();
    }
    if let Some(plans) = &mut plans {
        plans.sort_unstable();
        plans.dedup();
        if plans.len() > MOST_IN_FILTER {
            let message = format!("{} plans; {MOST_IN_FILTER} is the most", plans.len());
            return Err(Error::invalid("filter.planIds", message));
        }
        if plans::of_ids(op, plans).await?.len() < plans.len() {
            return Err(Error::NotFound("plan"));
        }
    }
    let is_empty =
        kinds.as_ref().is_some_and(Vec::is_empty) || plans.as_ref().is_some_and(Vec::is_empty);
    if is_empty {
        return Err(Error::invalid("filter", "an empty list lets nothing through"));
    }
    Ok(WebhookFilter { kinds, plans })
}

/// Lets all that an endpoint has not taken be tried at once, as if for the first time.
async fn try_at_once(tx: &Tx, op: &Op, id: WebhookEndpointId) -> Result<()> {
    let again = webhook_delivery::ActiveModel {
        n_failed: Set(0),
        next_try_at: Set(Some(op.now())),
        ..Default::default()
    };
    webhook_delivery::Entity::update_many()
        .set(again)
        .filter(webhook_delivery::Column::EndpointId.eq(id))
        .filter(webhook_delivery::Column::Status.eq(WebhookDeliveryStatus::Pending))
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn find_own(op: &Op, id: WebhookEndpointId) -> Result<webhook_endpoint::Model> {
    access::signed_in(op)?;
    let found = listing::find(op, id).await?.ok_or(Error::NotFound("webhook endpoint"))?;
    access::admin_of(op, found.organization_id)?;
    Ok(found)
}

async fn hold_own(tx: &Tx, op: &Op, id: WebhookEndpointId) -> Result<webhook_endpoint::Model> {
    access::signed_in(op)?;
    let found = endpoint(op, id).held().one(&**tx).await?;
    let found = found.ok_or(Error::NotFound("webhook endpoint"))?;
    access::admin_of(op, found.organization_id)?;
    Ok(found)
}

fn endpoint(op: &Op, id: WebhookEndpointId) -> Select<webhook_endpoint::Entity> {
    webhook_endpoint::Entity::visible_to(&op.actor).filter(webhook_endpoint::Column::Id.eq(id))
}

fn endpoints_of(op: &Op, organization: OrganizationId) -> Select<webhook_endpoint::Entity> {
    webhook_endpoint::Entity::visible_to(&op.actor)
        .filter(webhook_endpoint::Column::OrganizationId.eq(organization))
}

fn delivery(op: &Op, id: WebhookDeliveryId) -> Select<webhook_delivery::Entity> {
    webhook_delivery::Entity::visible_to(&op.actor).filter(webhook_delivery::Column::Id.eq(id))
}
