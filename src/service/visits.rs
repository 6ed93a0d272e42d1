//! Visits: when a person last looked at a plan, and what others have done to it since.

use std::collections::BTreeMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::{changes, history::HistoryFilter, plans};
use crate::{
    domain::id::{HistoryId, PlanId},
    entity::{plan, visit},
    error::{Error, Result},
    op::Op,
};

/// Remembers that the caller has seen the plan as it is now.
///
/// It waits for changes under way: what they write is either seen, or newer than the visit.
pub async fn mark(op: &Op, id: PlanId) -> Result<plan::Model> {
    let member = op.member()?;
    let plan = plans::get(op, id).await?;
    let Some(user) = member.user() else {
        return Err(Error::Forbidden("people visit plans, not integrations".to_owned()));
    };
    let tx = op.db.write().await?;
    changes::lock(&tx, plan.partnership_id).await?;
    let row = visit::ActiveModel {
        user_id: Set(user),
        plan_id: Set(id),
        seen_to: Set(op.mint::<HistoryId>()),
        at: Set(op.now()),
    };
    visit::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([visit::Column::UserId, visit::Column::PlanId])
                .update_columns([visit::Column::SeenTo, visit::Column::At])
                .to_owned(),
        )
        .exec_without_returning(&*tx)
        .await?;
    tx.commit().await?;
    Ok(plan)
}

/// The caller's last visit to each of the plans; none where there was none, and none at all of an integration.
pub async fn of_plans(op: &Op, plans: &[PlanId]) -> Result<BTreeMap<PlanId, visit::Model>> {
    let found = visit::Entity::visible_to(&op.actor)
        .filter(visit::Column::PlanId.is_in(plans.iter().copied()))
        .all(op.db.read())
        .await?;
    Ok(found.into_iter().map(|visit| (visit.plan_id, visit)).collect())
}

/// What others have done since a visit; all that they ever did when there was none. An integration makes no visits.
pub fn since(op: &Op, plan: PlanId, last: Option<&visit::Model>) -> Option<HistoryFilter> {
    let caller = op.actor.member()?.user()?;
    Some(HistoryFilter {
        after: last.map(|visit| visit.seen_to),
        not_by: Some(caller.to_string()),
        ..HistoryFilter::of(plan)
    })
}
