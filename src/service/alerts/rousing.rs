//! What the clock does with warnings: wakes those that were put off, brings before the sponsor those that nobody took note of.

use chrono::{Days, NaiveDate};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::told;
use crate::{
    db::Tx,
    domain::{
        alert::{AlertDeed, AlertState, Severity},
        event::EventKind,
    },
    entity::{alert, organization, plan},
    error::{Error, Result},
    op::Op,
    service::{events::NewEvent, organizations, people},
};

/// Does to a plan's warnings what the day asks for; the caller announces the events.
pub async fn rouse(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    today: NaiveDate,
) -> Result<Vec<NewEvent>> {
    let rows = standing(tx, plan).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut events = Vec::new();
    let clock = Rousing::of(tx, plan).await?;
    for row in rows {
        if row.snoozed_until.is_some_and(|until| until <= today) {
            let state = row.state.after(AlertDeed::Wake)?;
            let mut row = row.into_active_model();
            row.state = Set(state);
            row.snoozed_until = Set(None);
            row.acknowledged_at = Set(None);
            row.acknowledged_by = Set(None);
            row.ask_id = Set(op.mint());
            row.asked_at = Set(op.now());
            events.push(told(&row.update(&**tx).await?, EventKind::AlertWoken, &[]));
        } else if clock.escalates_on(&row).is_some_and(|day| day <= today) {
            let state = row.state.after(AlertDeed::Escalate)?;
            let sponsors = people::sponsors_of(&**tx, plan, row.side).await?;
            let mut row = row.into_active_model();
            row.state = Set(state);
            row.ask_id = Set(op.mint());
            row.escalated_at = Set(Some(op.now()));
            events.push(told(&row.update(&**tx).await?, EventKind::AlertEscalated, &sponsors));
        }
    }
    Ok(events)
}

/// The warnings of a plan whose cause stands.
async fn standing(tx: &Tx, plan: &plan::Model) -> Result<Vec<alert::Model>> {
    let rows = alert::Entity::find()
        .filter(alert::Column::PlanId.eq(plan.id))
        .filter(alert::Column::State.is_in(AlertState::STANDING));
    Ok(rows.all(&**tx).await?)
}

/// When a plan's warnings have waited too long.
struct Rousing {
    zone: chrono_tz::Tz,
    patience: Days,
}

impl Rousing {
    async fn of(tx: &Tx, plan: &plan::Model) -> Result<Self> {
        let vendor = organization::Entity::find_by_id(plan.vendor_id).one(&**tx).await?;
        let vendor =
            vendor.ok_or_else(|| Error::Inconsistent(format!("{} has no vendor", plan.id)))?;
        let patience = Days::new(plan.policy.windows.escalation_days.into());
        Ok(Self { zone: organizations::zone(&vendor)?, patience })
    }

    /// The day on which a warning goes to the sponsor, unless somebody takes note of it; none if it does not go, or went.
    fn escalates_on(&self, row: &alert::Model) -> Option<NaiveDate> {
        let waits = row.state == AlertState::Open
            && row.severity == Severity::Critical
            && row.escalated_at.is_none();
        let asked_on = row.asked_at.with_timezone(&self.zone).date_naive();
        waits.then(|| asked_on.checked_add_days(self.patience))?
    }
}
