//! Parts of a plan, by the id that a caller gives.

use sea_orm::{ConnectionTrait, EntityTrait};

use super::check;
use crate::{
    domain::part::PlanPart,
    entity::{commitment, counter_proposal, plan, plan_version, review, target},
    error::{Error, Result},
};

/// The part of `plan` that `text` names; what is of another plan, and what is nothing, are refused alike.
pub async fn find(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    field: &str,
    text: &str,
) -> Result<PlanPart> {
    let unknown =
        || Error::unknown(field, format!("`{}` is no part of this plan", check::shown(text)));
    let part: PlanPart = text.parse().map_err(|_invalid| unknown())?;
    let owner = match part {
        PlanPart::Plan(id) => Some(id),
        PlanPart::Target(id) => {
            target::Entity::find_by_id(id).one(db).await?.map(|row| row.plan_id)
        }
        PlanPart::Commitment(id) => {
            commitment::Entity::find_by_id(id).one(db).await?.map(|row| row.plan_id)
        }
        PlanPart::Review(id) => {
            review::Entity::find_by_id(id).one(db).await?.map(|row| row.plan_id)
        }
        PlanPart::Version(id) => {
            plan_version::Entity::find_by_id(id).one(db).await?.map(|row| row.plan_id)
        }
        PlanPart::CounterProposal(id) => {
            counter_proposal::Entity::find_by_id(id).one(db).await?.map(|row| row.plan_id)
        }
    };
    owner.filter(|owner| *owner == plan.id).map(|_| part).ok_or_else(unknown)
}
