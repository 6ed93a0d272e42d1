//! The viewer's inbox: alerts that are this person's to see to, read and unread.

use async_graphql::{Context, InputObject, Object};

use super::{
    ContextExt,
    alert::Alert,
    alerting::AlertResult,
    error::{ApiError, Outcome, payloads},
    page::{List, PageArgs, Paged, Total},
};
use crate::{
    domain::{
        alert::{AlertRule, AlertState, Severity},
        id::{AlertId, OrganizationId, PlanId, UserId},
    },
    service::inbox,
};

/// Which alerts of the inbox are wanted; what is absent does not narrow, but for the states.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InboxFilter {
    /// Only about this plan.
    pub plan_id: Option<PlanId>,
    /// Only about plans with this partner.
    pub partner_id: Option<OrganizationId>,
    /// Only of these rules.
    pub rules: Option<Vec<AlertRule>>,
    /// Only of these severities.
    pub severities: Option<Vec<Severity>>,
    /// Only in these states; absent, those whose cause stands: open, acknowledged and snoozed.
    pub states: Option<Vec<AlertState>>,
    /// Only those given to this person.
    pub assignee_id: Option<UserId>,
    /// Only those that the viewer has read, or has not.
    pub is_read: Option<bool>,
}

impl From<InboxFilter> for inbox::InboxFilter {
    fn from(filter: InboxFilter) -> Self {
        let InboxFilter {
            plan_id: plan,
            partner_id: partner,
            rules,
            severities,
            states,
            assignee_id: assignee,
            is_read,
        } = filter;
        Self { plan, partner, rules, severities, states, assignee, is_read }
    }
}

/// A page of the viewer's inbox.
pub async fn page(
    ctx: &Context<'_>,
    filter: InboxFilter,
    args: PageArgs,
) -> Result<Paged<Alert>, ApiError> {
    let list = List::new("inbox", &filter);
    let page = list.page(&args)?;
    let filter = inbox::InboxFilter::from(filter);
    let op = ctx.op().clone();
    let found = inbox::list(&op, &filter, page).await?;
    let total = Total::new(move || {
        let (op, filter) = (op.clone(), filter.clone());
        async move { inbox::count(&op, &filter).await }
    });
    Ok(list.connection(found, total, |row| row.ask_id.0, Alert))
}

/// Marks alerts as read.
#[derive(Clone, Debug, InputObject)]
pub struct MarkAlertsReadInput {
    /// The alerts, at most 100.
    pub alert_ids: Vec<AlertId>,
}

payloads! {
    /// What became of each alert.
    MarkAlertsReadPayload {
        /// One for each id, in the order of the input.
        results: Vec<AlertResult>
    }
}

/// Mutations of the inbox.
#[derive(Clone, Copy, Debug, Default)]
pub struct InboxMutation;

#[Object]
impl InboxMutation {
    /// Remembers that the viewer has read alerts of the own side as they ask now; one that asks anew is unread again. Nobody else learns
    /// of it.
    async fn mark_alerts_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alerts.")] input: MarkAlertsReadInput,
    ) -> Result<MarkAlertsReadPayload, ApiError> {
        let Outcome { done, errors } =
            Outcome::of(inbox::mark_read(ctx.op(), &input.alert_ids).await)?;
        let results = done.map(AlertResult::each).transpose()?;
        Ok(MarkAlertsReadPayload { results, errors })
    }
}
