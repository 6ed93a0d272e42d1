//! Integrations: service accounts of a company.

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::{ApiError, MutationError, Outcome, payloads},
    loaders::RejectionsOf,
    quality::RejectedRow,
    user::User,
};
use crate::{
    domain::{actor::Scope, id::IntegrationId},
    entity::integration,
    error::Result as Done,
    service::integrations::{self, NewIntegration, WithToken},
};

/// A service account of a company, with a token that opens what its scopes say.
#[derive(Clone, Debug, Description)]
pub struct Integration(pub integration::Model);

#[Object(use_type_description)]
impl Integration {
    /// Its id.
    pub async fn id(&self) -> IntegrationId {
        self.0.id
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What its token opens.
    async fn scopes(&self) -> &[Scope] {
        &self.0.scopes.0
    }

    /// Who opened it; null when the viewer may not know people.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let Some(id) = self.0.created_by else { return Ok(None) };
        Ok(ctx.load(id).await?.map(User))
    }

    /// When it was opened.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was closed; null while its token works.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// What the columns of the tables mean that it sends, in TOML; null if they are named as the fields of a fact are.
    async fn mapping(&self) -> Option<&str> {
        self.0.mapping.as_deref()
    }

    /// The rows that it sent last and that were not recorded, the latest first: a hundred at most, and for thirty days.
    async fn rejected_rows(&self, ctx: &Context<'_>) -> Result<Vec<RejectedRow>, ApiError> {
        let found = ctx.load(RejectionsOf(self.0.id)).await?.unwrap_or_default();
        found.into_iter().map(RejectedRow::of).collect()
    }

    /// Whether the viewer may replace its token or close it.
    async fn viewer_can_administer(&self, ctx: &Context<'_>) -> bool {
        ctx.op().actor.administers(self.0.organization_id)
    }
}

/// A service account that is to be opened for the own company.
#[derive(Debug, InputObject)]
pub struct CreateIntegrationInput {
    /// What it is called.
    pub name: String,
    /// What its token opens; at least one.
    pub scopes: Vec<Scope>,
}

/// Whose token is to be replaced.
#[derive(Debug, InputObject)]
pub struct RotateIntegrationTokenInput {
    /// The integration.
    pub integration_id: IntegrationId,
}

/// Which integration is to be closed.
#[derive(Debug, InputObject)]
pub struct RevokeIntegrationInput {
    /// The integration.
    pub integration_id: IntegrationId,
}

/// What the columns of an integration's tables mean.
#[derive(Debug, InputObject)]
pub struct SetIntegrationMappingInput {
    /// The integration.
    pub integration_id: IntegrationId,
    /// The mapping, in TOML: one `[file.…]` with its events, and aliases. Absent: columns are named as the fields of a fact are.
    pub mapping: Option<String>,
}

macro_rules! with_token {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// The integration.
            pub integration: Option<Integration>,
            /// Its token, for the header `Authorization: Bearer …`. It is shown here once, and kept nowhere.
            pub token: Option<String>,
            /// Why nothing was done; empty when it was.
            pub errors: Vec<MutationError>,
        }

        impl $name {
            fn of(result: Done<WithToken>) -> Result<Self, ApiError> {
                let Outcome { done, errors } = Outcome::of(result)?;
                let (integration, token) =
                    done.map(|done| (Integration(done.integration), done.token)).unzip();
                Ok(Self { integration, token, errors })
            }
        }
    )*};
}

with_token! {
    /// The answer to `createIntegration`.
    CreateIntegrationPayload;
    /// The answer to `rotateIntegrationToken`.
    RotateIntegrationTokenPayload;
}

payloads! {
    /// The answer to `revokeIntegration`.
    RevokeIntegrationPayload {
        /// The integration, whose token opens nothing any more.
        integration: Integration
    }
}

payloads! {
    /// The answer to `setIntegrationMapping`.
    SetIntegrationMappingPayload {
        /// The integration.
        integration: Integration
    }
}

/// What admins do about integrations.
#[derive(Debug, Default)]
pub struct IntegrationMutation;

#[Object]
impl IntegrationMutation {
    /// Opens a service account for the own company. For admins.
    async fn create_integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service account.")] input: CreateIntegrationInput,
    ) -> Result<CreateIntegrationPayload, ApiError> {
        let organization = ctx.op().member()?.organization;
        let new = NewIntegration { organization, name: input.name, scopes: input.scopes };
        CreateIntegrationPayload::of(integrations::create(ctx.op(), new).await)
    }

    /// Replaces an integration's token; the old one ends at once. For admins.
    async fn rotate_integration_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration.")] input: RotateIntegrationTokenInput,
    ) -> Result<RotateIntegrationTokenPayload, ApiError> {
        let result = integrations::rotate_token(ctx.op(), input.integration_id).await;
        RotateIntegrationTokenPayload::of(result)
    }

    /// Says what the columns of the tables mean that an integration sends to `/ingest/activities`. For admins.
    async fn set_integration_mapping(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration and its mapping.")] input: SetIntegrationMappingInput,
    ) -> Result<SetIntegrationMappingPayload, ApiError> {
        let SetIntegrationMappingInput { integration_id, mapping } = input;
        let result = integrations::set_mapping(ctx.op(), integration_id, mapping).await;
        SetIntegrationMappingPayload::of(result, Integration)
    }

    /// Closes an integration for good. For admins.
    async fn revoke_integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration.")] input: RevokeIntegrationInput,
    ) -> Result<RevokeIntegrationPayload, ApiError> {
        let result = integrations::revoke(ctx.op(), input.integration_id).await;
        RevokeIntegrationPayload::of(result, Integration)
    }
}
