//! What plans are to achieve, in words: a part of their content, found by its id.

use sea_orm::{
    Condition, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use super::access;
use crate::{
    domain::{actor::Scope, content::Objective, id::ObjectiveId},
    entity::plan,
    error::Result,
    op::Op,
};

/// Those of the objectives whose plan the caller may see.
///
/// They stand in the plan's content, which no index leads into: one statement for however many are wanted.
pub async fn by_ids(op: &Op, ids: &[ObjectiveId]) -> Result<Vec<Objective>> {
    access::scope(op, Scope::PlansRead)?;
    let any = ids.iter().fold(Condition::any(), |any, id| {
        any.add(Expr::col(plan::Column::Content).cast_as("TEXT").like(format!("%{id}%")))
    });
    let plans = plan::Entity::visible_to(&op.actor).filter(any).all(op.db.read()).await?;
    let objectives = plans.into_iter().flat_map(|plan| plan.content.objectives);
    Ok(objectives.filter(|objective| ids.contains(&objective.id)).collect())
}
