//! Finding warnings of the own side.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, Select};

use crate::{
    domain::{
        actor::Scope,
        alert::{AlertRule, AlertState, Severity},
        id::{AlertId, PlanId},
    },
    entity::alert,
    error::Result,
    op::Op,
    service::{
        access,
        page::{Found, Order, Page},
    },
};

/// Which warnings are wanted.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// Only of this plan.
    pub plan: Option<PlanId>,
    /// Only in these states.
    pub states: Option<Vec<AlertState>>,
    /// Only of these rules.
    pub rules: Option<Vec<AlertRule>>,
    /// Only at least this severe.
    pub severities: Option<Vec<Severity>>,
}

fn filtered(op: &Op, filter: &AlertFilter) -> Select<alert::Entity> {
    let mut alerts = alert::Entity::visible_to(&op.actor);
    if let Some(plan) = filter.plan {
        alerts = alerts.filter(alert::Column::PlanId.eq(plan));
    }
    if let Some(states) = &filter.states {
        alerts = alerts.filter(alert::Column::State.is_in(states.iter().copied()));
    }
    if let Some(rules) = &filter.rules {
        alerts = alerts.filter(alert::Column::Rule.is_in(rules.iter().copied()));
    }
    if let Some(severities) = &filter.severities {
        alerts = alerts.filter(alert::Column::Severity.is_in(severities.iter().copied()));
    }
    alerts
}

/// The own side's warnings, the latest first.
pub async fn list(op: &Op, filter: &AlertFilter, page: Page) -> Result<Found<alert::Model>> {
    access::scope(op, Scope::EventsRead)?;
    page.of(op.db.read(), filtered(op, filter), alert::Column::Id, Order::NewestFirst).await
}

/// How many warnings of the own side there are.
pub async fn count(op: &Op, filter: &AlertFilter) -> Result<u64> {
    access::scope(op, Scope::EventsRead)?;
    Ok(filtered(op, filter).count(op.db.read()).await?)
}

/// How many of the own side's warnings about plans stand, acknowledged or not; a plan without any is left out.
pub async fn standing_of_plans(op: &Op, plans: &[PlanId]) -> Result<BTreeMap<PlanId, i64>> {
    access::scope(op, Scope::EventsRead)?;
    let counts = alert::Entity::visible_to(&op.actor)
        .select_only()
        .column(alert::Column::PlanId)
        .column_as(alert::Column::Id.count(), "n_alerts")
        .filter(alert::Column::PlanId.is_in(plans.iter().copied()))
        .filter(alert::Column::State.ne(AlertState::Resolved))
        .group_by(alert::Column::PlanId);
    let counts: Vec<(PlanId, i64)> = counts.into_tuple().all(op.db.read()).await?;
    Ok(counts.into_iter().collect())
}

/// Those of these warnings that are of the own side.
pub async fn by_ids(op: &Op, ids: &[AlertId]) -> Result<Vec<alert::Model>> {
    access::scope(op, Scope::EventsRead)?;
    let wanted = alert::Column::Id.is_in(ids.iter().copied());
    Ok(alert::Entity::visible_to(&op.actor).filter(wanted).all(op.db.read()).await?)
}

/// A warning of the own side.
pub async fn find(op: &Op, id: AlertId) -> Result<Option<alert::Model>> {
    Ok(by_ids(op, &[id]).await?.pop())
}
