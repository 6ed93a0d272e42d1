//! Judging plans anew when a day has begun, for what time alone makes true.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder,
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
            .filter(plan::Column::State.eq(PlanState::Active))
            .filter(plan::Column::VendorId.is_in(vendors))
            .filter(plan::Column::WatchOn.lte(today))
            .order_by_asc(plan::Column::WatchOn)
            .order_by_asc(plan::Column::Id)
            .one(op.db.read())
            .await?;
        if let Some(plan) = due {
            return judge(op, plan.id).await;
        }
    }
    Ok(false)
}

/// Judges a plan if its vendor's day has come.
async fn judge(op: &Op, id: PlanId) -> Result<bool> {
    let tx = op.db.write().await?;
    let find = || plan::Entity::visible_to(&op.actor).filter(plan::Column::Id.eq(id));
    let Some(seen) = find().one(&*tx).await? else { return Ok(false) };
    changes::lock(&tx, seen.partnership_id).await?;
    let Some(plan) = find().one(&*tx).await? else { return Ok(false) };
    let today = activities::today(&tx, op, plan.vendor_id).await?;
    if plan.state != PlanState::Active || plan.watch_on.is_none_or(|day| day > today) {
        return Ok(false);
    }
    let (plan, begun) = amendments::put_in_force(&tx, plan, today).await?;
    let (plan, ended) = ending::run_out(&tx, op, plan, today).await?;
    let mut told: Vec<_> = begun.into_iter().chain(ended).collect();
    if plan.state == PlanState::Active {
        told.extend(alerts::evaluate(&tx, op, &plan, today).await?);
        let mut row = plan.clone().into_active_model();
        row.watch_on = Set(today.succ_opt());
        row.update(&*tx).await?;
    }
    events::record(&tx, op, plan.vendor_id, told).await?;
    tx.commit().await?;
    Ok(true)
}
