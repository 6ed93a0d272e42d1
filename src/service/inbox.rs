//! A person's inbox: the warnings that are this person's to see to, and which of them are unread (domain §9).

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, OnConflict, SimpleExpr},
};

use super::{
    access,
    alerts::acting::at_once,
    page::{Found, Order, Page},
};
use crate::{
    db::Tx,
    domain::{
        actor::{Member, Role, Scope, Side, Who},
        alert::{AlertRule, AlertState, Severity},
        id::{AlertId, AskId, OrganizationId, PlanId, UserId},
    },
    entity::{alert, alert_reading, plan},
    error::{Error, Result},
    op::Op,
};

/// Which warnings of the inbox are wanted.
#[derive(Clone, Debug, Default)]
pub struct InboxFilter {
    /// Only about this plan.
    pub plan: Option<PlanId>,
    /// Only about plans with this partner.
    pub partner: Option<OrganizationId>,
    /// Only of these rules.
    pub rules: Option<Vec<AlertRule>>,
    /// Only of these severities.
    pub severities: Option<Vec<Severity>>,
    /// Only in these states; those that stand when none are named.
    pub states: Option<Vec<AlertState>>,
    /// Only those given to this person.
    pub assignee: Option<UserId>,
    /// Only those that the caller has read, or has not.
    pub is_read: Option<bool>,
}

/// The warnings that are somebody's to see to: those of plans that this person works on, those given to this person, and those that
/// were brought before this person.
fn of_person(member: &Member, user: UserId) -> Condition {
    let Some(role) = member.role() else { return Condition::all().add(Expr::value(false)) };
    if role.is_admin() {
        return Condition::all();
    }
    let mut mine = Condition::any().add(alert::Column::AssigneeId.eq(user));
    if let Who::User { teams, .. } = &member.who
        && role.is_manager()
    {
        mine = mine.add(alert::Column::PartnershipId.is_in(teams.iter().copied()));
    }
    mine.add(
        Condition::all()
            .add(alert::Column::EscalatedAt.is_not_null())
            .add(alert::Column::PlanId.in_subquery(sponsored(member, role, user).into_query())),
    )
}

/// The plans whose warnings are brought before an executive: those that name this one, and those that name none.
fn sponsored(member: &Member, role: Role, user: UserId) -> Select<plan::Entity> {
    let (own, sponsor) = match member.side {
        Side::Vendor => (plan::Column::VendorId, plan::Column::VendorSponsorId),
        Side::Partner => (plan::Column::PartnerId, plan::Column::PartnerSponsorId),
    };
    let mut whose = Condition::any().add(sponsor.eq(user));
    if role.is_executive() {
        whose = whose.add(sponsor.is_null());
    }
    plan::Entity::find()
        .select_only()
        .column(plan::Column::Id)
        .filter(own.eq(member.organization))
        .filter(whose)
}

/// Whether somebody has read a warning as it asks now.
fn is_read(user: UserId) -> SimpleExpr {
    let read = alert_reading::Entity::find()
        .select_only()
        .column(alert_reading::Column::AlertId)
        .filter(alert_reading::Column::UserId.eq(user))
        .filter(
            Expr::col((alert_reading::Entity, alert_reading::Column::AskId))
                .equals((alert::Entity, alert::Column::AskId)),
        );
    alert::Column::Id.in_subquery(read.into_query())
}

/// The caller's inbox; none of an integration.
fn filtered(op: &Op, filter: &InboxFilter) -> Option<Select<alert::Entity>> {
    let member = op.actor.member()?;
    let user = member.user()?;
    let states = filter.states.as_deref().unwrap_or(&AlertState::STANDING);
    let mut alerts = alert::Entity::visible_to(&op.actor)
        .filter(alert::Column::State.is_in(states.iter().copied()))
        .filter(of_person(member, user));
    if let Some(plan) = filter.plan {
        alerts = alerts.filter(alert::Column::PlanId.eq(plan));
    }
    if let Some(partner) = filter.partner {
        alerts = alerts.filter(alert::Column::PartnerId.eq(partner));
    }
    if let Some(rules) = &filter.rules {
        alerts = alerts.filter(alert::Column::Rule.is_in(rules.iter().copied()));
    }
    if let Some(severities) = &filter.severities {
        alerts = alerts.filter(alert::Column::Severity.is_in(severities.iter().copied()));
    }
    if let Some(assignee) = filter.assignee {
        alerts = alerts.filter(alert::Column::AssigneeId.eq(assignee));
    }
    if let Some(wanted) = filter.is_read {
        let read = is_read(user);
        alerts = alerts.filter(if wanted { read } else { read.not() });
    }
    Some(alerts)
}

/// The caller's inbox, what asked last first.
pub async fn list(op: &Op, filter: &InboxFilter, page: Page) -> Result<Found<alert::Model>> {
    access::scope(op, Scope::EventsRead)?;
    match filtered(op, filter) {
        Some(alerts) => {
            page.of(op.db.read(), alerts, alert::Column::AskId, Order::NewestFirst).await
        }
        None => Ok(Found::none()),
    }
}

/// How many warnings there are in the caller's inbox.
pub async fn count(op: &Op, filter: &InboxFilter) -> Result<u64> {
    access::scope(op, Scope::EventsRead)?;
    match filtered(op, filter) {
        Some(alerts) => Ok(alerts.count(op.db.read()).await?),
        None => Ok(0),
    }
}

/// How many warnings in the caller's inbox ask for attention and are unread.
pub async fn count_unread(op: &Op) -> Result<u64> {
    let states = Some(AlertState::ASKING.to_vec());
    count(op, &InboxFilter { states, is_read: Some(false), ..InboxFilter::default() }).await
}

/// As what of its asking the caller has last read each of the warnings; what the caller never read is left out.
pub async fn read_of_alerts(op: &Op, alerts: &[AlertId]) -> Result<HashMap<AlertId, AskId>> {
    let found = alert_reading::Entity::visible_to(&op.actor)
        .filter(alert_reading::Column::AlertId.is_in(alerts.iter().copied()))
        .all(op.db.read())
        .await?;
    Ok(found.into_iter().map(|read| (read.alert_id, read.ask_id)).collect())
}

/// Remembers that the caller has read each of these warnings as it asks now; what is refused of one does not hinder the others.
pub async fn mark_read(op: &Op, ids: &[AlertId]) -> Result<Vec<Result<alert::Model>>> {
    let member = op.member()?;
    access::scope(op, Scope::EventsRead)?;
    let Some(user) = member.user() else {
        return Err(Error::Forbidden("people read alerts, not integrations".to_owned()));
    };
    at_once("alertIds", ids)?;
    let tx = op.db.write().await?;
    let found = alert::Entity::visible_to(&op.actor)
        .filter(alert::Column::Id.is_in(ids.iter().copied()))
        .all(&*tx)
        .await?;
    let found: BTreeMap<AlertId, alert::Model> =
        found.into_iter().map(|alert| (alert.id, alert)).collect();
    for alert in found.values() {
        keep(&tx, op, user, alert).await?;
    }
    tx.commit().await?;
    let outcome = |id| found.get(id).cloned().ok_or(Error::NotFound("alert"));
    Ok(ids.iter().map(outcome).collect())
}

/// Remembers that somebody has read a warning as it asks now.
pub async fn keep(tx: &Tx, op: &Op, user: UserId, alert: &alert::Model) -> Result<()> {
    let row = alert_reading::ActiveModel {
        user_id: Set(user),
        alert_id: Set(alert.id),
        ask_id: Set(alert.ask_id),
        read_at: Set(op.now()),
    };
    let known = [alert_reading::Column::UserId, alert_reading::Column::AlertId];
    let anew = [alert_reading::Column::AskId, alert_reading::Column::ReadAt];
    alert_reading::Entity::insert(row)
        .on_conflict(OnConflict::columns(known).update_columns(anew).to_owned())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}
