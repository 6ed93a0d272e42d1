//! What people do with the alerts of their side.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{
    ContextExt,
    alert::Alert,
    error::{ApiError, MutationError, Outcome, payloads},
    scalars::Date,
};
use crate::{
    domain::id::{AlertId, UserId},
    entity::alert,
    service::alerts::acting,
};

/// Takes note of an alert.
#[derive(Clone, Debug, InputObject)]
pub struct AcknowledgeAlertInput {
    /// The alert.
    pub alert_id: AlertId,
}

/// Takes note of several alerts.
#[derive(Clone, Debug, InputObject)]
pub struct AcknowledgeAlertsInput {
    /// The alerts, at most 100.
    pub alert_ids: Vec<AlertId>,
}

/// Puts an alert off.
#[derive(Clone, Debug, InputObject)]
pub struct SnoozeAlertInput {
    /// The alert.
    pub alert_id: AlertId,
    /// The day on which it is to ask again: after today, at most 90 days ahead.
    pub until_on: Date,
}

/// Gives an alert to somebody.
#[derive(Clone, Debug, InputObject)]
pub struct AssignAlertInput {
    /// The alert.
    pub alert_id: AlertId,
    /// Who is to see to it: a person of the own side who works on the plan.
    pub assignee_id: UserId,
}

/// Takes an alert from whom it was given to.
#[derive(Clone, Debug, InputObject)]
pub struct UnassignAlertInput {
    /// The alert.
    pub alert_id: AlertId,
}

payloads! {
    /// The alert, or why nobody took note of it.
    AcknowledgeAlertPayload {
        /// The alert.
        alert: Alert
    }
    /// What became of each alert.
    AcknowledgeAlertsPayload {
        /// One for each id, in the order of the input.
        results: Vec<AlertResult>
    }
    /// The alert, or why it was not put off.
    SnoozeAlertPayload {
        /// The alert.
        alert: Alert
    }
    /// The alert, or why nobody was given it.
    AssignAlertPayload {
        /// The alert.
        alert: Alert
    }
    /// The alert, or why it stays with whom it is.
    UnassignAlertPayload {
        /// The alert.
        alert: Alert
    }
}

/// What became of one of several alerts.
#[derive(Debug, SimpleObject)]
pub struct AlertResult {
    /// Where in the input its id stands, from 0.
    pub index: i32,
    /// The alert; null when nothing was done.
    pub alert: Option<Alert>,
    /// Why nothing was done; empty when it was.
    pub errors: Vec<MutationError>,
}

impl AlertResult {
    /// What became of each, in the order of the input.
    pub fn each(outcomes: Vec<crate::error::Result<alert::Model>>) -> Result<Vec<Self>, ApiError> {
        let result = |(index, outcome)| {
            let Outcome { done, errors } = Outcome::of(outcome)?;
            Ok(Self { index, alert: done.map(Alert), errors })
        };
        (0..).zip(outcomes).map(result).collect()
    }
}

/// Mutations of alerts.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlertMutation;

#[Object]
impl AlertMutation {
    /// Takes note of an alert for the viewer's side; the other side's alert stays as it is. One that was put off is taken note of, too.
    async fn acknowledge_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert.")] input: AcknowledgeAlertInput,
    ) -> Result<AcknowledgeAlertPayload, ApiError> {
        AcknowledgeAlertPayload::of(acting::acknowledge(ctx.op(), input.alert_id).await, Alert)
    }

    /// Takes note of several alerts for the viewer's side; what is refused of one does not hinder the others.
    async fn acknowledge_alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alerts.")] input: AcknowledgeAlertsInput,
    ) -> Result<AcknowledgeAlertsPayload, ApiError> {
        let Outcome { done, errors } =
            Outcome::of(acting::acknowledge_each(ctx.op(), &input.alert_ids).await)?;
        let results = done.map(AlertResult::each).transpose()?;
        Ok(AcknowledgeAlertsPayload { results, errors })
    }

    /// Puts an alert off for the viewer's side: it stands, and asks for nothing until it wakes by itself, or its cause is gone.
    async fn snooze_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert, and until when.")] input: SnoozeAlertInput,
    ) -> Result<SnoozeAlertPayload, ApiError> {
        let SnoozeAlertInput { alert_id, until_on } = input;
        SnoozeAlertPayload::of(acting::snooze(ctx.op(), alert_id, until_on.0).await, Alert)
    }

    /// Gives an alert to somebody of the viewer's side who works on the plan. For those who work on it.
    async fn assign_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert, and who is to see to it.")] input: AssignAlertInput,
    ) -> Result<AssignAlertPayload, ApiError> {
        let AssignAlertInput { alert_id, assignee_id } = input;
        AssignAlertPayload::of(acting::assign(ctx.op(), alert_id, assignee_id).await, Alert)
    }

    /// Takes an alert from whom it was given to; nobody in particular is to see to it then. For those who work on the plan.
    async fn unassign_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert.")] input: UnassignAlertInput,
    ) -> Result<UnassignAlertPayload, ApiError> {
        UnassignAlertPayload::of(acting::unassign(ctx.op(), input.alert_id).await, Alert)
    }
}
