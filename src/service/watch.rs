//! Judging plans anew when a day has begun, for what time alone makes true.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ExprTrait, IntoActiveModel,
    QueryFilter, QueryOrder,
};

use super::{activities, alerts, amendments, changes, ending, events, organizations};
use crate::{
    domain::{
        actor::Side,
        id::{OrganizationId, PlanId},
        plan::PlanState,
    },
    entity::{organization, plan},
    error::Result,
    op::Op,
};

/// Judges one plan whose vendor has begun a new day since it was last judged; false when there is none.
pub async fn next(op: &Op) -> Result<bool> {
    let vendors = organization::Entity::visible_to(&op.actor)
        .filter(organization::Column::Kind.eq(Side::Vendor))
        .all(op.db.read())
        .await?;
    let mut by_day: BTreeMap<NaiveDate, Vec<OrganizationId>> = BTreeMap::new();
    for vendor in vendors {
        by_day.entry(op.today(organizations::zone(&vendor)?)).or_default().push(vendor.id);
    }
    for (today, vendors) in by_day {
        let due = plan::Entity::visible_to(&op.actor)
            .filter(plan::Column::VendorId.is_in(vendors))
            .filter(is_due(today))
            .order_by_asc(plan::Column::WatchOn)
            .order_by_asc(plan::Column::Id)
            .one(op.db.read())
            .await?;
        if let Some(plan) = due {
            return Box::pin(judge(op, plan.id)).await;
        }
    }
    Ok(false)
}

/// Plans in force from the day that they are to be watched on; proposed ones, of which nobody has said it, from the first.
fn is_due(today: NaiveDate) -> Condition {
    let come = || plan::Column::WatchOn.lte(today);
    let in_force = plan::Column::State.eq(PlanState::Active).and(come());
    let proposed = plan::Column::State
        .eq(PlanState::AwaitingSignatures)
        .and(plan::Column::WatchOn.is_null().or(come()));
    Condition::any().add(in_force).add(proposed)
}

/// Judges a plan if its vendor's day has come.
async fn judge(op: &Op, id: PlanId) -> Result<bool> {
    let tx = op.db.write().await?;
    let find = || plan::Entity::visible_to(&op.actor).filter(plan::Column::Id.eq(id));
    let Some(seen) = find().one(&*tx).await? else { return Ok(false) };
    changes::lock(&tx, seen.partnership_id).await?;
    let Some(plan) = find().one(&*tx).await? else { return Ok(false) };
    let today = activities::today(&tx, op, plan.vendor_id).await?;
    let is_due = match plan.state {
        PlanState::Active => plan.watch_on.is_some_and(|day| day <= today),
        PlanState::AwaitingSignatures => plan.watch_on.is_none_or(|day| day <= today),
        _ => false,
    };
    if !is_due {
        return Ok(false);
    }
    let mut told = Vec::new();
    let mut plan = plan;
    if plan.state == PlanState::Active {
        let (in_force, begun) = amendments::put_in_force(&tx, plan, today).await?;
        let (judged, ended) = ending::run_out(&tx, op, in_force, today).await?;
        told.extend(begun.into_iter().chain(ended));
        plan = judged;
    }
    if plan.state != PlanState::Terminated {
        told.extend(alerts::evaluate(&tx, op, &plan, today).await?);
        told.extend(alerts::rousing::rouse(&tx, op, &plan, today).await?);
        let mut row = plan.clone().into_active_model();
        row.watch_on = Set(today.succ_opt());
        row.update(&*tx).await?;
    }
    events::record(&tx, op, plan.vendor_id, told).await?;
    tx.commit().await?;
    Ok(true)
}
