//! The people whom a plan names, and whether they are still there.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    domain::{
        actor::{Role, Side},
        id::{OrganizationId, PartnershipId, UserId},
    },
    entity::{commitment, plan, team_member, user},
    error::Result,
};

/// Who of those that a plan names has left.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// The sides whose sponsor has been deactivated, or is no longer an executive.
    pub sponsors: BTreeSet<Side>,
    /// Owners of commitments who have been deactivated.
    pub owners: BTreeSet<UserId>,
}

/// Who of those that a plan names has left. The caller has already seen the plan.
pub async fn left(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    commitments: &[commitment::Model],
) -> Result<Left> {
    let owners: BTreeSet<UserId> =
        commitments.iter().filter_map(|commitment| commitment.owner_id).collect();
    let sponsors =
        [(Side::Vendor, plan.vendor_sponsor_id), (Side::Partner, plan.partner_sponsor_id)];
    let named = owners.iter().copied().chain(sponsors.iter().filter_map(|(_, sponsor)| *sponsor));
    let named: Vec<UserId> = named.collect();
    let found = user::Entity::find().filter(user::Column::Id.is_in(named)).all(db).await?;
    let found: BTreeMap<UserId, user::Model> =
        found.into_iter().map(|user| (user.id, user)).collect();
    let is_there = |id: &UserId| found.get(id).is_some_and(|user| user.is_active);
    let sponsors_for = |side: Side, id: &UserId| {
        found.get(id).is_some_and(|user| user.is_active && user.role == executive(side))
    };
    Ok(Left {
        sponsors: sponsors
            .into_iter()
            .filter(|(side, sponsor)| sponsor.is_some_and(|id| !sponsors_for(*side, &id)))
            .map(|(side, _)| side)
            .collect(),
        owners: owners.into_iter().filter(|owner| !is_there(owner)).collect(),
    })
}

/// The role that sponsors a plan for a side.
pub fn executive(side: Side) -> Role {
    match side {
        Side::Vendor => Role::VendorExecutive,
        Side::Partner => Role::PartnerExecutive,
    }
}

/// Who manages a partnership: the vendor's channel account manager on its team, or else the partner's manager; of several the
/// one who joined first.
pub async fn manager_of(
    db: &impl ConnectionTrait,
    partnership: PartnershipId,
) -> Result<Option<UserId>> {
    let team = team_member::Entity::find()
        .filter(team_member::Column::PartnershipId.eq(partnership))
        .order_by_asc(team_member::Column::Id)
        .all(db)
        .await?;
    let joined: Vec<UserId> = team.into_iter().map(|member| member.user_id).collect();
    let people = user::Entity::find()
        .filter(user::Column::Id.is_in(joined.iter().copied()))
        .filter(user::Column::IsActive.eq(true))
        .all(db)
        .await?;
    let first = |role: Role| {
        joined
            .iter()
            .copied()
            .find(|id| people.iter().any(|user| user.id == *id && user.role == role))
    };
    Ok(first(Role::ChannelAccountManager).or_else(|| first(Role::PartnerManager)))
}

/// Whether somebody of an organisation is there and works on a partnership: an admin, or a manager on its team.
pub async fn works_on(
    db: &impl ConnectionTrait,
    partnership: PartnershipId,
    organization: OrganizationId,
    id: UserId,
) -> Result<bool> {
    let person = user::Entity::find_by_id(id)
        .filter(user::Column::OrganizationId.eq(organization))
        .filter(user::Column::IsActive.eq(true))
        .one(db)
        .await?;
    let Some(person) = person else { return Ok(false) };
    if !person.role.is_manager() {
        return Ok(person.role.is_admin());
    }
    let place = team_member::Entity::find()
        .filter(team_member::Column::PartnershipId.eq(partnership))
        .filter(team_member::Column::UserId.eq(id));
    Ok(place.one(db).await?.is_some())
}

/// Before whom a side's warnings about a plan are brought: its executive sponsor, or all of its executives where the plan names none.
pub async fn sponsors_of(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    side: Side,
) -> Result<Vec<UserId>> {
    let (organization, sponsor) = match side {
        Side::Vendor => (plan.vendor_id, plan.vendor_sponsor_id),
        Side::Partner => (plan.partner_id, plan.partner_sponsor_id),
    };
    let people = user::Entity::find()
        .filter(user::Column::OrganizationId.eq(organization))
        .filter(user::Column::Role.eq(executive(side)))
        .filter(user::Column::IsActive.eq(true))
        .order_by_asc(user::Column::Id);
    let people = match sponsor {
        Some(sponsor) => people.filter(user::Column::Id.eq(sponsor)),
        None => people,
    };
    Ok(people.all(db).await?.into_iter().map(|user| user.id).collect())
}
