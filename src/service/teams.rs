//! Teams: who of either side works on a partnership.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, SqlErr,
};

use super::{access, users};
use crate::{
    domain::{
        actor::Scope,
        id::{PartnershipId, UserId},
    },
    entity::{partnership, team_member},
    error::{Error, Result},
    op::Op,
};

/// The team of each partnership, in the order of joining; a partnership without a team is absent.
pub async fn of_partnerships(
    op: &Op,
    partnerships: &[PartnershipId],
) -> Result<HashMap<PartnershipId, Vec<team_member::Model>>> {
    access::scope(op, Scope::PlansRead)?;
    let found = team_member::Entity::visible_to(&op.actor)
        .filter(team_member::Column::PartnershipId.is_in(partnerships.iter().copied()))
        .order_by_asc(team_member::Column::Id)
        .all(op.db.read())
        .await?;
    let mut teams: HashMap<PartnershipId, Vec<team_member::Model>> = HashMap::new();
    for member in found {
        teams.entry(member.partnership_id).or_default().push(member);
    }
    Ok(teams)
}

/// Puts somebody of the caller's own organisation on the team; who is on it already stays.
pub async fn add(op: &Op, id: PartnershipId, user: UserId) -> Result<partnership::Model> {
    let tx = op.db.write().await?;
    let partnership = access::hold(&tx, op, id).await?;
    let user = users::hold(&tx, op, user).await?;
    access::admin_of(op, user.organization_id)?;
    if ![partnership.vendor_id, partnership.partner_id].contains(&user.organization_id) {
        return Err(Error::invalid("userId", format!("`{}` is of neither party", user.id)));
    }
    if !user.is_active {
        return Err(Error::invalid("userId", format!("`{}` has been deactivated", user.id)));
    }
    let is_on_team = team_member::Entity::visible_to(&op.actor)
        .filter(team_member::Column::PartnershipId.eq(id))
        .filter(team_member::Column::UserId.eq(user.id))
        .one(&*tx)
        .await?
        .is_some();
    if is_on_team {
        return Ok(partnership);
    }
    team_member::ActiveModel {
        id: Set(op.mint()),
        partnership_id: Set(id),
        user_id: Set(user.id),
        created_at: Set(op.now()),
    }
    .insert(&*tx)
    .await
    .map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::invalid("userId", "is on the team"),
        _ => error.into(),
    })?;
    tx.commit().await?;
    Ok(partnership)
}

/// Takes somebody of the caller's own organisation off the team; who is not on it stays off.
pub async fn remove(op: &Op, id: PartnershipId, user: UserId) -> Result<partnership::Model> {
    let tx = op.db.write().await?;
    let partnership = access::hold(&tx, op, id).await?;
    let user = users::hold(&tx, op, user).await?;
    access::admin_of(op, user.organization_id)?;
    team_member::Entity::delete_many()
        .filter(team_member::Column::PartnershipId.eq(id))
        .filter(team_member::Column::UserId.eq(user.id))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(partnership)
}
