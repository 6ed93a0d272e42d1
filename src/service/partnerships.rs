//! Partnerships: what vendor and partner are to each other.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, SqlErr,
};

use super::{
    access,
    organizations::{self, NewOrganization},
    page::{Found, Order, Page},
    password, token,
    users::{self, NewUser},
};
use crate::{
    db::Tx,
    domain::{
        actor::{Role, Side},
        id::{OrganizationId, PartnershipId, TierId},
        partnership::RiskRating,
        policy::PartnerType,
    },
    entity::{organization, partnership, tier},
    error::{Error, Result},
    op::Op,
};

/// A partnership that a vendor begins.
#[derive(Clone, Debug)]
pub struct NewPartnership {
    /// The vendor.
    pub vendor: OrganizationId,
    /// The partner.
    pub partner: NewPartner,
    /// The tier that the partner begins in.
    pub tier: TierId,
    /// How the partner does business with the vendor.
    pub partner_type: PartnerType,
}

/// With whom a partnership begins.
#[derive(Clone, Debug)]
pub enum NewPartner {
    /// A company that the caller can see already.
    Known(OrganizationId),
    /// A company that is new here, with its first admin.
    Fresh {
        /// What the company is called.
        name: String,
        /// Where it is registered.
        country: Option<String>,
        /// What the admin is called.
        admin_name: String,
        /// What the admin signs in with.
        admin_email: String,
    },
}

/// A partnership, together with the first password of the admin of a new partner, shown once.
#[derive(Clone)]
pub struct Begun {
    /// The partnership.
    pub partnership: partnership::Model,
    /// The admin's password; none when the partner was known.
    pub password: Option<String>,
}

/// An edit of a partnership that the caller has read at a revision.
#[derive(Clone, Copy, Debug)]
pub struct Edited {
    /// The partnership.
    pub id: PartnershipId,
    /// The revision that the caller has read.
    pub expected_revision: i32,
}

impl Edited {
    /// Whether nobody has changed it since, `current` being what it is at.
    fn at(self, current: i32) -> Result<()> {
        if current == self.expected_revision {
            return Ok(());
        }
        let Self { id: partnership, expected_revision: expected } = self;
        Err(Error::PartnershipChanged { partnership, expected, current })
    }
}

/// The partnerships that the caller may see, oldest first.
pub async fn list(op: &Op, page: &Page) -> Result<Found<partnership::Model>> {
    access::signed_in(op)?;
    let all = partnership::Entity::visible_to(&op.actor);
    page.of(op.db.read(), all, partnership::Column::Id, Order::OldestFirst).await
}

/// How many they are.
pub async fn count(op: &Op) -> Result<u64> {
    access::signed_in(op)?;
    Ok(partnership::Entity::visible_to(&op.actor).count(op.db.read()).await?)
}

/// Those of these partnerships that the caller may see.
pub async fn by_ids(op: &Op, ids: &[PartnershipId]) -> Result<Vec<partnership::Model>> {
    let wanted = partnership::Column::Id.is_in(ids.iter().copied());
    Ok(partnership::Entity::visible_to(&op.actor).filter(wanted).all(op.db.read()).await?)
}

/// The partnership, if the caller may see it.
pub async fn find(op: &Op, id: PartnershipId) -> Result<Option<partnership::Model>> {
    Ok(by_ids(op, &[id]).await?.pop())
}

/// The partnerships of a vendor that the caller may see, each with what the partner is called.
pub async fn named(op: &Op, vendor: OrganizationId) -> Result<Vec<(PartnershipId, String)>> {
    access::signed_in(op)?;
    let found = partnership::Entity::visible_to(&op.actor)
        .filter(partnership::Column::VendorId.eq(vendor))
        .all(op.db.read())
        .await?;
    let partners: Vec<OrganizationId> = found.iter().map(|row| row.partner_id).collect();
    let partners = organizations::by_ids(op, &partners).await?;
    let name = |id| partners.iter().find(|partner| partner.id == id).map(|it| it.name.clone());
    Ok(found.into_iter().filter_map(|row| Some((row.id, name(row.partner_id)?))).collect())
}

/// Begins a partnership, with a company known already or a new one.
pub async fn create(op: &Op, new: NewPartnership) -> Result<Begun> {
    access::programme_admin(op, new.vendor)?;
    let admin = match &new.partner {
        NewPartner::Known(_) => None,
        NewPartner::Fresh { admin_name, admin_email, .. } => {
            let admin = NewUser {
                organization: OrganizationId::default(),
                email: admin_email.clone(),
                name: admin_name.clone(),
                role: Role::PartnerAdmin,
            };
            let admin = users::checked(
                admin,
                "partner.organization.admin.email",
                "partner.organization.admin.name",
            )?;
            let password = token::initial_password(op)?;
            let hash = password::hash(op, &password).await?;
            Some((admin, password, hash))
        }
    };

    let tx = op.db.write().await?;
    let vendor = organizations::hold_vendor(&tx, op, new.vendor).await?;
    check_tier(&*tx, op, new.vendor, new.tier).await?;
    let partner = partner(&tx, op, &vendor, new.partner).await?;
    let mut password = None;
    if let Some((admin, shown, hash)) = admin {
        let admin = NewUser { organization: partner.id, ..admin };
        users::insert(&tx, op, admin, Some(hash), "partner.organization.admin.email").await?;
        password = Some(shown);
    }
    let partnership = partnership::ActiveModel {
        id: Set(op.mint()),
        vendor_id: Set(vendor.id),
        partner_id: Set(partner.id),
        tier_id: Set(new.tier),
        partner_type: Set(new.partner_type),
        risk_rating: Set(None),
        risk_revision: Set(1),
        revision: Set(1),
        created_at: Set(op.now()),
    }
    .insert(&*tx)
    .await
    .map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::invalid(
            "partner.organizationId",
            format!("{} is a partner already", partner.name),
        ),
        _ => error.into(),
    })?;
    tx.commit().await?;
    Ok(Begun { partnership, password })
}

/// Moves the partner to another tier; an active plan stays as it is, what is offered at renewal changes.
pub async fn set_tier(op: &Op, edited: Edited, tier: TierId) -> Result<partnership::Model> {
    let tx = op.db.write().await?;
    let partnership = hold_for_edit(&tx, op, edited).await?;
    access::programme_admin(op, partnership.vendor_id)?;
    check_tier(&*tx, op, partnership.vendor_id, tier).await?;
    let mut row = partnership.into_active_model();
    row.tier_id = Set(tier);
    store(tx, row).await
}

/// Says how the partner does business with the vendor.
pub async fn set_partner_type(
    op: &Op,
    edited: Edited,
    partner_type: PartnerType,
) -> Result<partnership::Model> {
    let tx = op.db.write().await?;
    let partnership = hold_for_edit(&tx, op, edited).await?;
    access::programme_admin(op, partnership.vendor_id)?;
    let mut row = partnership.into_active_model();
    row.partner_type = Set(partner_type);
    store(tx, row).await
}

/// Says how likely the partnership is to fail; the partner never learns it, nor that it was said.
///
/// The revision that the caller has read is that of the rating: a partnership's own is read by both sides.
pub async fn set_risk_rating(
    op: &Op,
    edited: Edited,
    risk_rating: Option<RiskRating>,
) -> Result<partnership::Model> {
    let tx = op.db.write().await?;
    let partnership = access::hold(&tx, op, edited.id).await?;
    access::worker_on(op, partnership.id)?;
    if op.actor.side() == Some(Side::Partner) {
        return Err(Error::Forbidden("only the vendor may do this".to_owned()));
    }
    edited.at(partnership.risk_revision)?;
    let mut row = partnership.into_active_model();
    row.risk_rating = Set(risk_rating);
    row.risk_revision = Set(edited.expected_revision + 1);
    let partnership = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(partnership)
}

/// The partnership, held, at the revision that the caller has read.
async fn hold_for_edit(tx: &Tx, op: &Op, edited: Edited) -> Result<partnership::Model> {
    let partnership = access::hold(tx, op, edited.id).await?;
    edited.at(partnership.revision)?;
    Ok(partnership)
}

async fn store(tx: Tx, mut row: partnership::ActiveModel) -> Result<partnership::Model> {
    row.revision = Set(row.revision.take().unwrap_or_default() + 1);
    let partnership = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(partnership)
}

async fn partner(
    tx: &Tx,
    op: &Op,
    vendor: &organization::Model,
    new: NewPartner,
) -> Result<organization::Model> {
    match new {
        NewPartner::Known(id) => organization::Entity::visible_to(&op.actor)
            .filter(organization::Column::Id.eq(id))
            .filter(organization::Column::Kind.eq(Side::Partner))
            .one(&**tx)
            .await?
            .ok_or(Error::NotFound("organization")),
        NewPartner::Fresh { name, country, .. } => {
            let organization = NewOrganization {
                kind: Side::Partner,
                name,
                country,
                time_zone: vendor.time_zone.clone(),
                fiscal_start_month: vendor.fiscal_start_month,
                currency: vendor.currency,
            };
            organizations::insert(tx, op, organization, "partner.organization").await
        }
    }
}

async fn check_tier(
    db: &impl ConnectionTrait,
    op: &Op,
    vendor: OrganizationId,
    tier: TierId,
) -> Result<()> {
    tier::Entity::visible_to(&op.actor)
        .filter(tier::Column::Id.eq(tier))
        .filter(tier::Column::VendorId.eq(vendor))
        .one(db)
        .await?
        .map(|_| ())
        .ok_or(Error::NotFound("tier"))
}
