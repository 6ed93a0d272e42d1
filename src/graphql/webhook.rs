//! Webhooks: where a company wants its own server to be told what happens, and what became of it.

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::{ApiError, MutationError, Outcome, payloads},
    loaders::AttemptsOf,
    page::{List, PageArgs, Paged, Total},
    plan::Plan,
    user::User,
};
use crate::{
    domain::{
        event::EventKind,
        id::{EventId, PlanId, WebhookDeliveryId, WebhookEndpointId},
        webhook::{WebhookDeliveryStatus, WebhookEndpointState, WebhookFilter, WebhookPurpose},
    },
    entity::{webhook_attempt, webhook_delivery, webhook_endpoint},
    error::Result as Done,
    service::{
        plans,
        webhooks::{self, EndpointChange, NewEndpoint, WithSecret, again, listing},
    },
};

/// Where a company wants its own server to be told what happens: signed as Standard Webhooks says, one thing at a time, in order.
///
/// It hears what an integration with the scope `EVENTS_READ` hears: what both sides share, and the own side's warnings.
#[derive(Clone, Debug, Description)]
pub struct WebhookEndpoint(pub webhook_endpoint::Model);

#[Object(use_type_description)]
impl WebhookEndpoint {
    /// Its id.
    pub async fn id(&self) -> WebhookEndpointId {
        self.0.id
    }

    /// Where it is; null unless the viewer runs the company.
    async fn url(&self, ctx: &Context<'_>) -> Option<&str> {
        self.is_own(ctx).then_some(&self.0.url)
    }

    /// The kinds of events that it is told of; null: all.
    async fn kinds(&self) -> Option<&[EventKind]> {
        self.0.filter.kinds.as_deref()
    }

    /// The plans of which it is told, as far as the viewer may see them; null: all.
    async fn plans(&self, ctx: &Context<'_>) -> Result<Option<Vec<Plan>>, ApiError> {
        let Some(ids) = &self.0.filter.plans else { return Ok(None) };
        let found = plans::of_ids(ctx.op(), ids).await?;
        Ok(Some(found.into_iter().map(Plan::from).collect()))
    }

    /// Whether it is told anything, and if not, why.
    async fn state(&self) -> WebhookEndpointState {
        self.0.state
    }

    /// When it was switched off; null while it is on.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.0.disabled_at
    }

    /// When the first of the tries failed since which none was taken; null while it takes what it is told.
    async fn first_failed_at(&self) -> Option<DateTime<Utc>> {
        self.0.failing_since
    }

    /// When it last took something.
    async fn last_delivered_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_delivered_at
    }

    /// After which event it has not been told anything yet: a cursor of `events` and of the subscriptions.
    async fn cursor(&self, ctx: &Context<'_>) -> Result<String, ApiError> {
        Ok(listing::cursor_of(ctx.op(), &self.0).await?)
    }

    /// Until when the secret before the last one signs too; null when there is only one.
    async fn previous_secret_ends_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        self.0.previous_secret_ends_at.filter(|end| *end > ctx.op().now())
    }

    /// Who made it; null when the viewer may not know people.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let Some(id) = self.0.created_by else { return Ok(None) };
        Ok(ctx.load(id).await?.map(User))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// What it was told and is about to be told, the latest first, for 90 days; none unless the viewer runs the company.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deliveries are wanted.")] filter: Option<WebhookDeliveryFilter>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<WebhookDelivery>, ApiError> {
        let (op, id) = (ctx.op().clone(), self.0.id);
        let statuses = filter.unwrap_or_default().statuses;
        let told = List::new("WebhookEndpoint.deliveries", &(id, &statuses));
        let page = told.page(&PageArgs { first, after, last, before })?;
        let found = listing::deliveries(&op, id, statuses.as_deref(), &page).await?;
        let total = Total::new(move || {
            let (op, statuses) = (op.clone(), statuses.clone());
            async move { listing::count_deliveries(&op, id, statuses.as_deref()).await }
        });
        Ok(told.connection(found, total, |row| row.id.0, WebhookDelivery))
    }

    /// Whether the viewer may change, test or delete it.
    async fn viewer_can_administer(&self, ctx: &Context<'_>) -> bool {
        self.is_own(ctx)
    }
}

impl WebhookEndpoint {
    fn is_own(&self, ctx: &Context<'_>) -> bool {
        ctx.op().actor.administers(self.0.organization_id)
    }
}

/// Something that an endpoint is told.
#[derive(Clone, Debug, Description)]
pub struct WebhookDelivery(pub webhook_delivery::Model);

#[Object(use_type_description)]
impl WebhookDelivery {
    /// Its id.
    pub async fn id(&self) -> WebhookDeliveryId {
        self.0.id
    }

    /// What the header `webhook-id` says, the same at each try: the event's id, or the delivery's if it tells of none.
    async fn webhook_id(&self) -> String {
        self.0.event_id.map_or_else(|| self.0.id.to_string(), |event| event.to_string())
    }

    /// Why it is told.
    async fn purpose(&self) -> WebhookPurpose {
        self.0.purpose
    }

    /// What became of it.
    async fn status(&self) -> WebhookDeliveryStatus {
        self.0.status
    }

    /// The event that it tells of, if it tells of one.
    async fn event_id(&self) -> Option<EventId> {
        self.0.event_id
    }

    /// What happened, if it tells of an event.
    async fn event_kind(&self) -> Option<EventKind> {
        self.0.event_kind
    }

    /// Where the endpoint stands after it: a cursor of `events`, of the subscriptions and of `redeliverWebhooks`.
    async fn cursor(&self, ctx: &Context<'_>) -> Result<String, ApiError> {
        Ok(listing::cursor_after(ctx.op(), &self.0).await?)
    }

    /// When it was first to be told.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it is tried next; null when it is over.
    async fn next_try_at(&self) -> Option<DateTime<Utc>> {
        self.0.next_try_at
    }

    /// When it was over; null while it is tried.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }

    /// Its tries so far, the first one first.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<WebhookAttempt>, ApiError> {
        let found = ctx.load(AttemptsOf(self.0.id)).await?;
        Ok(found.unwrap_or_default().into_iter().map(WebhookAttempt::from).collect())
    }

    /// The endpoint.
    async fn endpoint(&self, ctx: &Context<'_>) -> Result<Option<WebhookEndpoint>, ApiError> {
        Ok(listing::find(ctx.op(), self.0.endpoint_id).await?.map(WebhookEndpoint))
    }
}

/// One try of a delivery.
#[derive(Clone, Debug, SimpleObject)]
pub struct WebhookAttempt {
    /// When it was made.
    pub attempted_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
    /// The status of HTTP that was answered; null when there was no answer.
    pub status_code: Option<i32>,
    /// Why there was no answer; null when there was one.
    pub error: Option<String>,
}

impl From<webhook_attempt::Model> for WebhookAttempt {
    fn from(row: webhook_attempt::Model) -> Self {
        let webhook_attempt::Model { attempted_at, duration_ms, status_code, error, .. } = row;
        Self { attempted_at, duration_ms, status_code, error }
    }
}

/// Which deliveries are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WebhookDeliveryFilter {
    /// Only in these states; `DEAD` lists the dead letters.
    pub statuses: Option<Vec<WebhookDeliveryStatus>>,
}

/// Which events an endpoint is told of; what is absent does not narrow.
#[derive(Debug, Default, InputObject)]
pub struct WebhookFilterInput {
    /// Only these kinds.
    pub kinds: Option<Vec<EventKind>>,
    /// Only of these plans, at most 100.
    pub plan_ids: Option<Vec<PlanId>>,
}

impl From<WebhookFilterInput> for WebhookFilter {
    fn from(input: WebhookFilterInput) -> Self {
        let WebhookFilterInput { kinds, plan_ids: plans } = input;
        Self { kinds, plans }
    }
}

/// An endpoint that is to be told what happens.
#[derive(Debug, InputObject)]
pub struct CreateWebhookEndpointInput {
    /// Where it is: `https://…`, a public address.
    pub url: String,
    /// What it is told; everything when absent.
    pub filter: Option<WebhookFilterInput>,
    /// The cursor of the last event that is known already; when absent it begins with what happens from now on.
    pub after: Option<String>,
}

/// What is to be changed about an endpoint; what is absent stays.
#[derive(Debug, InputObject)]
pub struct UpdateWebhookEndpointInput {
    /// The endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Where it is.
    pub url: Option<String>,
    /// What it is told, in place of the whole filter before.
    pub filter: Option<WebhookFilterInput>,
    /// Whether it is told anything. One that is switched on continues where it was; if that is not kept any more, a `STREAM_RESET` is
    /// the first that it is told.
    pub is_enabled: Option<bool>,
}

/// Declares inputs that name an endpoint and nothing more.
macro_rules! endpoint_inputs {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, InputObject)]
        pub struct $name {
            /// The endpoint.
            pub endpoint_id: WebhookEndpointId,
        }
    )*};
}

endpoint_inputs! {
    /// Whose secret is to be replaced.
    RotateWebhookSecretInput;
    /// Which endpoint is to be forgotten.
    DeleteWebhookEndpointInput;
    /// Which endpoint is to be tried.
    SendTestWebhookInput;
}

/// What is to be told once more.
#[derive(Debug, InputObject)]
pub struct RedeliverWebhookInput {
    /// The delivery.
    pub delivery_id: WebhookDeliveryId,
}

/// From where on everything is to be told once more.
#[derive(Debug, InputObject)]
pub struct RedeliverWebhooksInput {
    /// The endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// The cursor of the last event that need not be told.
    pub after: String,
}

/// Declares payloads with a secret.
macro_rules! with_secret {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// The endpoint.
            pub endpoint: Option<WebhookEndpoint>,
            /// Its secret, `whsec_…`, by which the receiver checks `webhook-signature`. It is shown here once.
            pub secret: Option<String>,
            /// Why nothing was done; empty when it was.
            pub errors: Vec<MutationError>,
        }

        impl $name {
            fn of(result: Done<WithSecret>) -> Result<Self, ApiError> {
                let Outcome { done, errors } = Outcome::of(result)?;
                let (endpoint, secret) =
                    done.map(|done| (WebhookEndpoint(done.endpoint), done.secret)).unzip();
                Ok(Self { endpoint, secret, errors })
            }
        }
    )*};
}

with_secret! {
    /// The answer to `createWebhookEndpoint`.
    CreateWebhookEndpointPayload;
    /// The answer to `rotateWebhookSecret`.
    RotateWebhookSecretPayload;
}

payloads! {
    /// The answer to `updateWebhookEndpoint`.
    UpdateWebhookEndpointPayload {
        /// The endpoint as it is now.
        endpoint: WebhookEndpoint
    }
    /// The answer to `deleteWebhookEndpoint`.
    DeleteWebhookEndpointPayload {
        /// The id of what was the endpoint.
        deleted_endpoint_id: WebhookEndpointId
    }
    /// The answer to `sendTestWebhook`.
    SendTestWebhookPayload {
        /// The test, which is tried once.
        delivery: WebhookDelivery
    }
    /// The answer to `redeliverWebhook`.
    RedeliverWebhookPayload {
        /// The delivery, which is tried anew.
        delivery: WebhookDelivery
    }
    /// The answer to `redeliverWebhooks`.
    RedeliverWebhooksPayload {
        /// The endpoint, which continues after the cursor.
        endpoint: WebhookEndpoint
    }
}

/// What admins do about webhooks.
#[derive(Debug, Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Lets the own company's server be told what happens. For admins.
    async fn create_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint.")] input: CreateWebhookEndpointInput,
    ) -> Result<CreateWebhookEndpointPayload, ApiError> {
        let organization = ctx.op().member()?.organization;
        let CreateWebhookEndpointInput { url, filter, after } = input;
        let filter = filter.unwrap_or_default().into();
        let new = NewEndpoint { organization, url, filter, after };
        CreateWebhookEndpointPayload::of(webhooks::create(ctx.op(), new).await)
    }

    /// Changes where an endpoint is, what it is told, or switches it off and on again. For admins.
    async fn update_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint and what changes.")] input: UpdateWebhookEndpointInput,
    ) -> Result<UpdateWebhookEndpointPayload, ApiError> {
        let UpdateWebhookEndpointInput { endpoint_id, url, filter, is_enabled } = input;
        let change = EndpointChange { url, filter: filter.map(Into::into), is_enabled };
        let result = webhooks::update(ctx.op(), endpoint_id, change).await;
        UpdateWebhookEndpointPayload::of(result, WebhookEndpoint)
    }

    /// Makes a new secret for an endpoint. The one before signs too for a day. For admins.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint.")] input: RotateWebhookSecretInput,
    ) -> Result<RotateWebhookSecretPayload, ApiError> {
        let result = webhooks::rotate_secret(ctx.op(), input.endpoint_id).await;
        RotateWebhookSecretPayload::of(result)
    }

    /// Forgets an endpoint and all that it was told. For admins.
    async fn delete_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint.")] input: DeleteWebhookEndpointInput,
    ) -> Result<DeleteWebhookEndpointPayload, ApiError> {
        let result = webhooks::delete(ctx.op(), input.endpoint_id).await;
        DeleteWebhookEndpointPayload::of(result, |id| id)
    }

    /// Sends an endpoint a message of the type `TEST`, once. For admins.
    async fn send_test_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint.")] input: SendTestWebhookInput,
    ) -> Result<SendTestWebhookPayload, ApiError> {
        let result = again::send_test(ctx.op(), input.endpoint_id).await;
        SendTestWebhookPayload::of(result, WebhookDelivery)
    }

    /// Tells an endpoint once more what it was told before, or has not taken, under the same `webhook-id` and out of order. For admins.
    async fn redeliver_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delivery.")] input: RedeliverWebhookInput,
    ) -> Result<RedeliverWebhookPayload, ApiError> {
        let result = again::redeliver(ctx.op(), input.delivery_id).await;
        RedeliverWebhookPayload::of(result, WebhookDelivery)
    }

    /// Tells an endpoint once more everything after a cursor, in order, each under the same `webhook-id`. For admins.
    async fn redeliver_webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint, and from where on.")] input: RedeliverWebhooksInput,
    ) -> Result<RedeliverWebhooksPayload, ApiError> {
        let result = again::redeliver_after(ctx.op(), input.endpoint_id, &input.after).await;
        RedeliverWebhooksPayload::of(result, WebhookEndpoint)
    }
}
