//! Who may do what with organisations, programmes and partnerships, as refusals that say who may.

use sea_orm::{ColumnTrait, QueryFilter};

use crate::{
    db::{Held, Tx},
    domain::{
        actor::{Actor, Scope},
        id::{OrganizationId, PartnershipId},
    },
    entity::partnership,
    error::{Error, Result},
    op::Op,
};

/// Refuses strangers.
pub fn signed_in(op: &Op) -> Result<()> {
    match op.actor {
        Actor::Stranger => Err(Error::Unauthenticated),
        Actor::System | Actor::Member(_) => Ok(()),
    }
}

/// Refuses strangers, and integrations whose token does not open `scope`.
pub fn scope(op: &Op, scope: Scope) -> Result<()> {
    signed_in(op)?;
    if op.actor.has_scope(scope) {
        return Ok(());
    }
    let name = match scope {
        Scope::ActivitiesWrite => "ACTIVITIES_WRITE",
        Scope::ActivitiesRead => "ACTIVITIES_READ",
        Scope::PlansRead => "PLANS_READ",
        Scope::EventsRead => "EVENTS_READ",
    };
    Err(Error::Forbidden(format!("the token does not have the scope {name}")))
}

/// Refuses everybody but the admins of an organisation that the caller can see.
pub fn admin_of(op: &Op, organization: OrganizationId) -> Result<()> {
    signed_in(op)?;
    if op.actor.administers(organization) {
        return Ok(());
    }
    Err(Error::Forbidden("only an admin of the organisation may do this".to_owned()))
}

/// Refuses everybody but the admins of the vendor.
pub fn programme_admin(op: &Op, vendor: OrganizationId) -> Result<()> {
    signed_in(op)?;
    if op.actor.runs_programme(vendor) {
        return Ok(());
    }
    Err(Error::Forbidden("only an admin of the vendor may do this".to_owned()))
}

/// Refuses everybody but those who work on a partnership that the caller can see.
pub fn worker_on(op: &Op, partnership: PartnershipId) -> Result<()> {
    signed_in(op)?;
    if op.actor.works_on(partnership) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "only an admin, or a manager on the partnership's team, may do this".to_owned(),
    ))
}

/// The partnership, held against other changes until the transaction ends; not found when the caller may not see it.
///
/// Every write to a partnership's data begins here, so that two of them never interleave.
pub async fn hold(tx: &Tx, op: &Op, id: PartnershipId) -> Result<partnership::Model> {
    signed_in(op)?;
    partnership::Entity::visible_to(&op.actor)
        .filter(partnership::Column::Id.eq(id))
        .held()
        .one(&**tx)
        .await?
        .ok_or(Error::NotFound("partnership"))
}
