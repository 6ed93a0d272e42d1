//! Finding one's way in what has been seeded already, through the same services as everybody.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::people::Company;
use crate::{
    domain::{
        actor::Role,
        id::{DimensionValueId, OrganizationId, PlanId, UserId},
        target::Dimension,
    },
    entity::{commitment, partnership, plan, target},
    error::{Error, Result},
    op::Op,
    service::{
        content, dimensions,
        page::{Page, PageRequest},
        partnerships,
        plans::{self, PlanFilter},
        sessions,
    },
};

/// The largest page that there is.
pub fn page() -> Result<Page> {
    Page::try_new(PageRequest { first: Some(100), ..PageRequest::default() })
}

/// Somebody of the demo, acting; none before they are there.
pub async fn find(op: &Op, email: &str) -> Result<Option<Op>> {
    Ok(sessions::actor_by_email(op, email).await?.map(|actor| op.acting_as(actor)))
}

/// Somebody of the demo, acting.
pub async fn acting(op: &Op, email: &str) -> Result<Op> {
    find(op, email).await?.ok_or_else(|| missing(email))
}

/// The admin of a company, acting.
pub async fn admin(op: &Op, company: Company) -> Result<Op> {
    let role = if company == Company::Northwind { Role::VendorAdmin } else { Role::PartnerAdmin };
    acting(op, company.email_of(role)).await
}

/// The id of somebody of the demo.
pub async fn user(op: &Op, email: &str) -> Result<UserId> {
    let own = acting(op, email).await?;
    own.member()?.user().ok_or_else(|| missing(email))
}

/// The id of a company.
pub async fn organization(op: &Op, company: Company) -> Result<OrganizationId> {
    admin(op, company).await?.member().map(|member| member.organization)
}

/// The vendor's partnership with a company.
pub async fn partnership(op: &Op, company: Company) -> Result<partnership::Model> {
    let own = admin(op, company).await?;
    let found = partnerships::list(&own, &page()?).await?;
    found.rows.into_iter().next().ok_or_else(|| missing(company.name()))
}

/// A plan by its name, if the caller can see it.
pub async fn plan(
    own: &Op,
    company: &partnership::Model,
    name: &str,
) -> Result<Option<plan::Model>> {
    let filter = PlanFilter { partnership: Some(company.id), ..PlanFilter::default() };
    let found = plans::list(own, &filter, page()?).await?;
    Ok(found.rows.into_iter().find(|plan| plan.name == name))
}

/// A plan's targets and commitments.
pub async fn content_of(
    op: &Op,
    id: PlanId,
) -> Result<(Vec<target::Model>, Vec<commitment::Model>)> {
    content::of_plan(op.db.read(), id).await
}

/// The values of the vendor's dimension by their codes.
pub async fn values(
    own: &Op,
    vendor: OrganizationId,
    dimension: Dimension,
) -> Result<BTreeMap<String, DimensionValueId>> {
    let found = dimensions::of_vendor(own, vendor, dimension, &page()?).await?;
    Ok(found.rows.into_iter().map(|value| (value.code, value.id)).collect())
}

/// Lets a little time pass, so that a history reads as people make it.
pub fn a_moment_later(op: &Op) {
    op.clock.set(op.now() + TimeDelta::minutes(3));
}

/// Something that an earlier step of the demo should have left.
pub fn missing(what: &str) -> Error {
    Error::Inconsistent(format!("the demo has no {what}"))
}
