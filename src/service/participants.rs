//! Who can take part in what both sides do about a plan: the people of the two parties, as far as the caller knows them.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, QueryFilter};

use crate::{
    db::Tx,
    domain::{actor::Side, id::UserId},
    entity::{plan, user},
    error::Result,
    op::Op,
};

/// Those of these people who are of one of the plan's two parties and whom the caller may see, whether or not they are still there.
pub async fn among(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    ids: impl IntoIterator<Item = UserId>,
) -> Result<BTreeMap<UserId, user::Model>> {
    let found = user::Entity::visible_to(&op.actor)
        .filter(user::Column::Id.is_in(ids))
        .filter(user::Column::OrganizationId.is_in([plan.vendor_id, plan.partner_id]))
        .all(&**tx)
        .await?;
    Ok(found.into_iter().map(|user| (user.id, user)).collect())
}

/// The side that a person of one of the two parties is on.
pub fn side_of(plan: &plan::Model, user: &user::Model) -> Side {
    if user.organization_id == plan.vendor_id { Side::Vendor } else { Side::Partner }
}
