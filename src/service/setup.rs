//! The first vendor of an installation, and every further one: an operator's act.

use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use super::{
    check,
    organizations::{self, NewOrganization},
    password,
    users::{self, NewUser},
};
use crate::{
    domain::{
        actor::{Actor, Role, Side},
        id::OrganizationId,
        money::Currency,
    },
    entity::{event_stream, organization, user},
    error::{Error, Result},
    op::Op,
};

/// A vendor that is to run its programme here, and its first admin.
#[derive(Clone)]
pub struct NewVendor {
    /// What the company is called.
    pub name: String,
    /// Where its days begin and end: an IANA name.
    pub time_zone: String,
    /// The month in which its fiscal year begins, from 1.
    pub fiscal_start_month: i32,
    /// What it counts in.
    pub currency: Currency,
    /// What the admin is called.
    pub admin_name: String,
    /// What the admin signs in with.
    pub admin_email: String,
    /// The admin's password.
    pub admin_password: String,
}

/// Sets up a vendor with its first admin; for the house alone.
pub async fn create_vendor(op: &Op, new: NewVendor) -> Result<(organization::Model, user::Model)> {
    if op.actor != Actor::System {
        return Err(Error::Forbidden("only an operator may do this".to_owned()));
    }
    let admin = NewUser {
        organization: OrganizationId::default(),
        email: new.admin_email,
        name: new.admin_name,
        role: Role::VendorAdmin,
    };
    let admin = users::checked(admin, "adminEmail", "adminName")?;
    let hash = password::hash(op, check::password("adminPassword", &new.admin_password)?).await?;

    let tx = op.db.write().await?;
    let organization = NewOrganization {
        kind: Side::Vendor,
        name: new.name,
        country: None,
        time_zone: new.time_zone,
        fiscal_start_month: new.fiscal_start_month,
        currency: new.currency,
    };
    let vendor = organizations::insert(&tx, op, organization, "").await?;
    event_stream::ActiveModel { vendor_id: Set(vendor.id), head: Set(0) }.insert(&*tx).await?;
    let admin = NewUser { organization: vendor.id, ..admin };
    let admin = users::insert(&tx, op, admin, Some(hash), "adminEmail").await?;
    tx.commit().await?;
    Ok((vendor, admin))
}
