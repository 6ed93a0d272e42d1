//! Companies, as those who deal with them see them.

use async_graphql::{Context, Description, InputObject, Object};

use super::{
    ContextExt,
    dimension::DimensionValue,
    error::{ApiError, payloads},
    integration::Integration,
    page::{List, PageArgs, Paged, Total},
    programme::Tier,
    scalars::{CountryCode, CurrencyCode},
    user::User,
    webhook::WebhookEndpoint,
};
use crate::{
    domain::{actor::Side, id::OrganizationId, target::Dimension},
    entity::organization,
    service::{
        dimensions, integrations,
        organizations::{self, VendorSettings},
        programmes, users, webhooks,
    },
};

/// A company: a vendor that runs a partner programme, or a partner.
#[derive(Clone, Debug, Description)]
pub struct Organization(pub organization::Model);

#[Object(use_type_description)]
impl Organization {
    /// Its id.
    pub async fn id(&self) -> OrganizationId {
        self.0.id
    }

    /// Whether it is a vendor or a partner.
    async fn kind(&self) -> Side {
        self.0.kind
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is registered.
    async fn country(&self) -> Option<CountryCode> {
        self.0.country.clone().map(CountryCode)
    }

    /// Where its days begin and end: a name of the IANA time zone database. Plans go by their vendor's.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// The month in which its fiscal year begins, from 1 for January. Plans go by their vendor's.
    async fn fiscal_start_month(&self) -> i32 {
        self.0.fiscal_start_month
    }

    /// The currency it counts in; each plan has its own.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency)
    }

    /// The people of the company whom the viewer may know, oldest first: all of the own company's and, for a vendor, of its
    /// partners'; of a vendor its executives and those on the viewer's teams. An integration needs the scope `PLANS_READ`.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<User>, ApiError> {
        let (op, id) = (ctx.op().clone(), self.0.id);
        let people = List::new("Organization.users", &id);
        let page = people.page(&PageArgs { first, after, last, before })?;
        let found = Box::pin(users::of_organization(&op, id, &page)).await?;
        let total = Total::new(move || {
            let op = op.clone();
            async move { users::count_of_organization(&op, id).await }
        });
        Ok(people.connection(found, total, |row| row.id.0, User))
    }

    /// The company's integrations, oldest first, revoked ones included; empty unless it is the viewer's own company.
    async fn integrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Integration>, ApiError> {
        let (op, id) = (ctx.op().clone(), self.0.id);
        let accounts = List::new("Organization.integrations", &id);
        let page = accounts.page(&PageArgs { first, after, last, before })?;
        let found = Box::pin(integrations::of_organization(&op, id, &page)).await?;
        let total = Total::new(move || {
            let op = op.clone();
            async move { integrations::count_of_organization(&op, id).await }
        });
        Ok(accounts.connection(found, total, |row| row.id.0, Integration))
    }

    /// Where the company's own servers are told what happens, oldest first; empty unless it is the viewer's own company.
    async fn webhook_endpoints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<WebhookEndpoint>, ApiError> {
        let (op, id) = (ctx.op().clone(), self.0.id);
        let endpoints = List::new("Organization.webhookEndpoints", &id);
        let page = endpoints.page(&PageArgs { first, after, last, before })?;
        let found = Box::pin(webhooks::listing::of_organization(&op, id, &page)).await?;
        let total = Total::new(move || {
            let op = op.clone();
            async move { webhooks::listing::count_of_organization(&op, id).await }
        });
        Ok(endpoints.connection(found, total, |row| row.id.0, WebhookEndpoint))
    }

    /// The tiers of the vendor's programme, the highest first; none for a partner.
    async fn tiers(&self, ctx: &Context<'_>) -> Result<Vec<Tier>, ApiError> {
        let tiers = Box::pin(programmes::tiers_of(ctx.op(), self.0.id)).await?;
        Ok(tiers.into_iter().map(Tier).collect())
    }

    /// The values of one of the vendor's dimensions, in the order they were added; none for a partner.
    async fn dimension_values(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which dimension.")] dimension: Dimension,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<DimensionValue>, ApiError> {
        let (op, id) = (ctx.op().clone(), self.0.id);
        let values = List::new("Organization.dimensionValues", &(id, dimension));
        let page = values.page(&PageArgs { first, after, last, before })?;
        let found = Box::pin(dimensions::of_vendor(&op, id, dimension, &page)).await?;
        let total = Total::new(move || {
            let op = op.clone();
            async move { dimensions::count_of_vendor(&op, id, dimension).await }
        });
        Ok(values.connection(found, total, |row| row.id.0, DimensionValue))
    }

    /// Whether the viewer runs the company here: its people, integrations and places on teams.
    async fn viewer_can_administer(&self, ctx: &Context<'_>) -> bool {
        ctx.op().actor.administers(self.0.id)
    }
}

/// By which calendar and in which currency the own programme counts; what is absent stays.
#[derive(Debug, InputObject)]
pub struct SetVendorSettingsInput {
    /// Where days begin and end: a name of the IANA time zone database.
    pub time_zone: Option<String>,
    /// The month in which the fiscal year begins, from 1 for January.
    pub fiscal_start_month: Option<i32>,
    /// The currency that policies count in.
    pub currency: Option<CurrencyCode>,
}

payloads! {
    /// The answer to `setVendorSettings`.
    SetVendorSettingsPayload {
        /// The vendor with its settings.
        organization: Organization
    }
}

/// What admins do with their company.
#[derive(Debug, Default)]
pub struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Sets by which calendar and in which currency the own programme counts, for plans made from now on. For vendor admins.
    async fn set_vendor_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The settings.")] input: SetVendorSettingsInput,
    ) -> Result<SetVendorSettingsPayload, ApiError> {
        let vendor = ctx.op().member()?.organization;
        let settings = VendorSettings {
            time_zone: input.time_zone,
            fiscal_start_month: input.fiscal_start_month,
            currency: input.currency.map(|code| code.0),
        };
        let result = organizations::set_vendor_settings(ctx.op(), vendor, settings).await;
        SetVendorSettingsPayload::of(result, Organization)
    }
}
