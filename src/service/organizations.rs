//! Organisations, as those who deal with them see them.

use chrono_tz::Tz;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::{access, check};
use crate::{
    db::{Held, Tx},
    domain::{actor::Side, id::OrganizationId, money::Currency},
    entity::organization,
    error::{Error, Result},
    op::Op,
};

/// A company that is to be known.
#[derive(Clone, Debug)]
pub(super) struct NewOrganization {
    /// Vendor or partner.
    pub kind: Side,
    /// What it is called.
    pub name: String,
    /// Where it is registered.
    pub country: Option<String>,
    /// Where its days begin and end.
    pub time_zone: String,
    /// The month in which its fiscal year begins.
    pub fiscal_start_month: i32,
    /// What it counts in.
    pub currency: Currency,
}

/// What a vendor changes about how its programme counts; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct VendorSettings {
    /// Where its days begin and end.
    pub time_zone: Option<String>,
    /// The month in which its fiscal year begins.
    pub fiscal_start_month: Option<i32>,
    /// What it counts in.
    pub currency: Option<Currency>,
}

/// Those of these organisations that the caller may see.
pub async fn by_ids(op: &Op, ids: &[OrganizationId]) -> Result<Vec<organization::Model>> {
    let wanted = organization::Column::Id.is_in(ids.iter().copied());
    Ok(organization::Entity::visible_to(&op.actor).filter(wanted).all(op.db.read()).await?)
}

/// The organisation, if the caller may see it.
pub async fn find(op: &Op, id: OrganizationId) -> Result<Option<organization::Model>> {
    Ok(by_ids(op, &[id]).await?.pop())
}

/// The vendors that the caller may see, oldest first.
pub async fn vendors(op: &Op) -> Result<Vec<organization::Model>> {
    access::signed_in(op)?;
    let vendors = organization::Entity::visible_to(&op.actor)
        .filter(organization::Column::Kind.eq(Side::Vendor))
        .order_by_asc(organization::Column::Id);
    Ok(vendors.all(op.db.read()).await?)
}

/// The organisation's time zone.
pub fn zone(organization: &organization::Model) -> Result<Tz> {
    organization.time_zone.parse().map_err(|_error| {
        let organization::Model { id, time_zone, .. } = organization;
        Error::Inconsistent(format!("{id} has the unknown time zone {time_zone}"))
    })
}

/// Changes by which calendar and in which currency a vendor's programme counts; plans that exist keep theirs.
pub async fn set_vendor_settings(
    op: &Op,
    vendor: OrganizationId,
    settings: VendorSettings,
) -> Result<organization::Model> {
    access::programme_admin(op, vendor)?;
    let tx = op.db.write().await?;
    let mut row = hold_vendor(&tx, op, vendor).await?.into_active_model();
    if let Some(zone) = &settings.time_zone {
        row.time_zone = Set(check::time_zone("timeZone", zone)?);
    }
    if let Some(month) = settings.fiscal_start_month {
        row.fiscal_start_month = Set(check::month("fiscalStartMonth", month)?);
    }
    if let Some(currency) = settings.currency {
        row.currency = Set(currency);
    }
    let vendor = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(vendor)
}

/// The vendor, held against other changes of its programme until the transaction ends.
pub(super) async fn hold_vendor(
    tx: &Tx,
    op: &Op,
    vendor: OrganizationId,
) -> Result<organization::Model> {
    organization::Entity::visible_to(&op.actor)
        .filter(organization::Column::Id.eq(vendor))
        .filter(organization::Column::Kind.eq(Side::Vendor))
        .held()
        .one(&**tx)
        .await?
        .ok_or(Error::NotFound("organization"))
}

/// Writes an organisation down; what is wrong with it is said about `field` and below.
pub(super) async fn insert(
    tx: &Tx,
    op: &Op,
    new: NewOrganization,
    field: &str,
) -> Result<organization::Model> {
    let at =
        |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
    let country = new.country.as_deref().map(|code| check::country(&at("country"), code));
    Ok(organization::ActiveModel {
        id: Set(op.mint()),
        kind: Set(new.kind),
        name: Set(check::name(&at("name"), &new.name)?),
        country: Set(country.transpose()?),
        time_zone: Set(check::time_zone(&at("timeZone"), &new.time_zone)?),
        fiscal_start_month: Set(check::month(&at("fiscalStartMonth"), new.fiscal_start_month)?),
        currency: Set(new.currency),
        created_at: Set(op.now()),
    }
    .insert(&**tx)
    .await?)
}
