//! What plans are to achieve, in words: a part of their content, found by its id.

use sea_orm::{
    Condition, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use super::access;
use crate::{
    domain::{
        actor::Scope,
        content::{Objective, PlanContent},
        id::ObjectiveId,
    },
    entity::plan,
    error::{Error, Result},
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
    let objectives = plans.into_iter().flat_map(|plan| plan.content.objectives.clone());
    Ok(objectives.filter(|objective| ids.contains(&objective.id)).collect())
}

/// Checks that objectives which are there already, by their places under `field`, are the plan's, and each one is there once.
///
/// An id is taken from nobody but the plan that has it: otherwise one plan could answer for an objective of another.
pub fn check_kept(content: &PlanContent, field: &str, kept: &[Option<ObjectiveId>]) -> Result<()> {
    let named = kept.iter().enumerate().filter_map(|(at, id)| Some((at, (*id)?)));
    let mut left: Vec<ObjectiveId> = content.objectives.iter().map(|known| known.id).collect();
    for (at, id) in named {
        let Some(found) = left.iter().position(|known| *known == id) else {
            let message = format!("`{id}` is no objective of the plan, or named twice");
            return Err(Error::unknown(&format!("{field}.{at}.id"), message));
        };
        left.swap_remove(found);
    }
    Ok(())
}
