//! Reviews: the dated meetings that a plan's cadence asks for.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{access, content, plans};
use crate::{
    domain::{
        actor::Scope,
        id::{PlanId, ReviewId},
    },
    entity::{plan, review},
    error::Result,
    op::Op,
};

/// The reviews of each plan, in order of their dates. The caller has already seen the plans.
pub async fn of_plans(op: &Op, plans: &[PlanId]) -> Result<BTreeMap<PlanId, Vec<review::Model>>> {
    let found = review::Entity::find()
        .filter(review::Column::PlanId.is_in(plans.iter().copied()))
        .order_by_asc(review::Column::Number)
        .all(op.db.read())
        .await?;
    Ok(content::grouped(found, |review| review.plan_id))
}

/// A review, if the caller may see its plan.
pub async fn find(op: &Op, id: ReviewId) -> Result<Option<(plan::Model, review::Model)>> {
    access::scope(op, Scope::PlansRead)?;
    let found = review::Entity::visible_to(&op.actor).filter(review::Column::Id.eq(id));
    let Some(review) = found.one(op.db.read()).await? else { return Ok(None) };
    Ok(plans::find(op, review.plan_id).await?.map(|plan| (plan, review)))
}
