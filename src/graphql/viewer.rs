//! Who asks.

use async_graphql::{Context, Description, Object};

use super::{
    ContextExt,
    alert::{self, Alert, AlertFilter},
    comment::{self, Comment},
    error::ApiError,
    inbox::{self, InboxFilter},
    integration::Integration,
    notification::NotificationPreferences,
    organization::Organization,
    page::{PageArgs, Paged},
    partnership::{self, Partnership},
    plan::{self, Plan, PlanFilter},
    user::User,
};
use crate::{
    domain::actor::{Member, Role, Scope, Who},
    error::Error,
    service::{self, notifications::preferences, organizations, users},
};

/// Who asks: a person or an integration, and what they have in front of them.
#[derive(Clone, Debug, Description)]
pub struct Viewer(pub Member);

#[Object(use_type_description)]
impl Viewer {
    /// The person; null for an integration.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let Some(id) = self.0.user() else { return Ok(None) };
        Ok(users::by_ids(ctx.op(), &[id]).await?.pop().map(User))
    }

    /// The integration; null for a person.
    async fn integration(&self, ctx: &Context<'_>) -> Result<Option<Integration>, ApiError> {
        let Who::Integration { id, .. } = &self.0.who else { return Ok(None) };
        Ok(ctx.load(*id).await?.map(Integration))
    }

    /// The company that the viewer works for.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        let found = organizations::find(ctx.op(), self.0.organization).await?;
        Ok(Organization(found.ok_or(Error::NotFound("organization"))?))
    }

    /// What the person may do; null for an integration.
    async fn role(&self) -> Option<Role> {
        self.0.role()
    }

    /// What the integration's token opens; null for a person, whose role decides.
    async fn scopes(&self) -> Option<&[Scope]> {
        match &self.0.who {
            Who::Integration { scopes, .. } => Some(scopes),
            Who::User { .. } => None,
        }
    }

    /// The partnerships of the viewer's company, oldest first.
    async fn partnerships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Partnership>, ApiError> {
        partnership::page(ctx, &PageArgs { first, after, last, before }).await
    }

    /// The plans that the viewer may see, the latest first.
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plans are wanted.")] filter: Option<PlanFilter>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Plan>, ApiError> {
        let args = PageArgs { first, after, last, before };
        plan::page(ctx, filter.unwrap_or_default(), args).await
    }

    /// The alerts of the viewer's side, the latest first.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alerts are wanted.")] filter: Option<AlertFilter>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Alert>, ApiError> {
        let args = PageArgs { first, after, last, before };
        alert::page(ctx, filter.unwrap_or_default(), args).await
    }

    /// The comments that mention the viewer and that the viewer hears, the latest first.
    async fn mentions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Comment>, ApiError> {
        comment::of_viewer(ctx, PageArgs { first, after, last, before }).await
    }

    /// How the person wants to be told by e-mail; null for an integration, which gets no mails.
    async fn notification_preferences(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<NotificationPreferences>, ApiError> {
        Ok(preferences::own(ctx.op()).await?.map(NotificationPreferences))
    }

    /// The alerts that are the viewer's to see to, what asked last first: those of plans that the viewer works on, those given to the
    /// viewer, and for executive sponsors those that were brought before them. An integration has none.
    async fn inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alerts are wanted; those that stand unless it names states.")]
        filter: Option<InboxFilter>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Alert>, ApiError> {
        let args = PageArgs { first, after, last, before };
        inbox::page(ctx, filter.unwrap_or_default(), args).await
    }

    /// How many alerts of the inbox are open or acknowledged, and unread by the viewer.
    async fn unread_alert_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let count = service::inbox::count_unread(ctx.op()).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// Asking about oneself.
#[derive(Debug, Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who asks; a request without a valid token is refused as `UNAUTHENTICATED`.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, ApiError> {
        Ok(Viewer(ctx.op().member()?.clone()))
    }
}
