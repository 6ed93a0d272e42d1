//! Alerts as each side sees its own.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object, Union};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    action_item::ActionItem,
    commitment::{self, Commitment},
    error::ApiError,
    loaders::ReadOf,
    page::{List, PageArgs, Paged, Total},
    plan::{Plan, plan_of},
    review::{self, Review},
    scalars::Date,
    target::{self, Target},
    user::User,
};
use crate::{
    domain::{
        alert::{About, AlertRule, AlertState, Severity},
        id::{ActionItemId, AlertId, CommitmentId, PlanId, ReviewId, TargetId},
    },
    entity::alert,
    service::{alerts, recovery},
};

/// A warning that something falls behind. Each side has its own, and takes note of it for itself.
#[derive(Clone, Debug, Description)]
pub struct Alert(pub alert::Model);

#[Object(use_type_description)]
impl Alert {
    /// Its id.
    pub async fn id(&self) -> AlertId {
        self.0.id
    }

    /// The plan that it is about.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
        plan_of(ctx, self.0.plan_id).await
    }

    /// What it warns of.
    async fn rule(&self) -> AlertRule {
        self.0.rule
    }

    /// How much it matters.
    async fn severity(&self) -> Severity {
        self.0.severity
    }

    /// Where it stands.
    async fn state(&self) -> AlertState {
        self.0.state
    }

    /// What is wrong, in a sentence.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// What it is about: a target, a commitment, a review, an action item, or the plan as a whole.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<AlertSubject>, ApiError> {
        let Some(plan) = plan_of(ctx, self.0.plan_id).await? else { return Ok(None) };
        let subject = self.0.subject_id;
        Ok(match self.0.rule.about() {
            About::Target => {
                target::of_plan(ctx, &plan.0, TargetId(subject)).await?.map(Into::into)
            }
            About::Commitment => {
                commitment::of_plan(ctx, &plan.0, CommitmentId(subject)).await?.map(Into::into)
            }
            About::Review => {
                review::of_plan(ctx, &plan.0, ReviewId(subject)).await?.map(Into::into)
            }
            About::ActionItem => {
                let found = ctx.load(ActionItemId(subject)).await?;
                found.map(|row| ActionItem { plan: plan.0, row }.into())
            }
            About::Plan => Some(plan.into()),
        })
    }

    /// When it was raised, last.
    async fn opened_at(&self) -> DateTime<Utc> {
        self.0.opened_at
    }

    /// How often its cause has come; more than once if it went and returned.
    async fn times_opened(&self) -> i32 {
        self.0.times_opened
    }

    /// When somebody of the viewer's side took note.
    async fn acknowledged_at(&self) -> Option<DateTime<Utc>> {
        self.0.acknowledged_at
    }

    /// The day on which it asks again; null unless it is snoozed.
    async fn snoozed_until_on(&self) -> Option<Date> {
        self.0.snoozed_until.map(Date)
    }

    /// Whether the viewer has read it as it asks now; one that was raised, woken, assigned or brought before the sponsor since asks anew.
    /// Null for an integration.
    async fn is_read(&self, ctx: &Context<'_>) -> Result<Option<bool>, ApiError> {
        if ctx.op().member()?.user().is_none() {
            return Ok(None);
        }
        let read = ctx.load(ReadOf(self.0.id)).await?;
        Ok(Some(read == Some(self.0.ask_id)))
    }

    /// Who of the viewer's side is to see to it; null when nobody in particular is.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let Some(assignee) = self.0.assignee_id else { return Ok(None) };
        Ok(ctx.load(assignee).await?.map(User))
    }

    /// When it was brought before the executive sponsor of the viewer's side, because it was critical and nobody took note of it;
    /// null if it was not since it was raised last.
    async fn escalated_at(&self) -> Option<DateTime<Utc>> {
        self.0.escalated_at
    }

    /// When its cause went away.
    async fn resolved_at(&self) -> Option<DateTime<Utc>> {
        self.0.resolved_at
    }

    /// What either side has recorded to bring back on course what it is about, the latest first; at most a hundred.
    async fn recovery_actions(&self, ctx: &Context<'_>) -> Result<Vec<ActionItem>, ApiError> {
        let Some(plan) = plan_of(ctx, self.0.plan_id).await? else { return Ok(Vec::new()) };
        let found = Box::pin(recovery::of_alert(ctx.op(), &self.0)).await?;
        Ok(found.into_iter().map(|row| ActionItem { plan: Arc::clone(&plan.0), row }).collect())
    }
}

/// What an alert is about.
#[derive(Debug, Union)]
pub enum AlertSubject {
    /// A target.
    Target(Target),
    /// A marketing commitment.
    CoMarketing(commitment::CoMarketingCommitment),
    /// An enablement commitment.
    Enablement(commitment::EnablementCommitment),
    /// A pipeline activity.
    PipelineActivity(commitment::PipelineActivityCommitment),
    /// A pipeline milestone.
    PipelineMilestone(commitment::PipelineMilestone),
    /// Vendor support.
    VendorSupport(commitment::VendorSupportCommitment),
    /// A resource investment.
    ResourceInvestment(commitment::ResourceInvestment),
    /// A review.
    Review(Review),
    /// An action item.
    ActionItem(ActionItem),
    /// The plan as a whole.
    Plan(Plan),
}

impl From<Commitment> for AlertSubject {
    fn from(commitment: Commitment) -> Self {
        match commitment {
            Commitment::CoMarketing(commitment) => Self::CoMarketing(commitment),
            Commitment::Enablement(commitment) => Self::Enablement(commitment),
            Commitment::PipelineActivity(commitment) => Self::PipelineActivity(commitment),
            Commitment::PipelineMilestone(commitment) => Self::PipelineMilestone(commitment),
            Commitment::VendorSupport(commitment) => Self::VendorSupport(commitment),
            Commitment::ResourceInvestment(commitment) => Self::ResourceInvestment(commitment),
        }
    }
}

/// Which alerts are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AlertFilter {
    /// Only of this plan.
    pub plan_id: Option<PlanId>,
    /// Only in these states.
    pub states: Option<Vec<AlertState>>,
    /// Only of these rules.
    pub rules: Option<Vec<AlertRule>>,
    /// Only of these severities.
    pub severities: Option<Vec<Severity>>,
}

impl From<AlertFilter> for alerts::listing::AlertFilter {
    fn from(filter: AlertFilter) -> Self {
        let AlertFilter { plan_id: plan, states, rules, severities } = filter;
        Self { plan, states, rules, severities }
    }
}

/// A page of alerts.
pub async fn page(
    ctx: &Context<'_>,
    filter: AlertFilter,
    args: PageArgs,
) -> Result<Paged<Alert>, ApiError> {
    let list = List::new("alerts", &filter);
    let page = list.page(&args)?;
    let filter = alerts::listing::AlertFilter::from(filter);
    let op = ctx.op().clone();
    let found = alerts::listing::list(&op, &filter, page).await?;
    let total = Total::new(move || {
        let (op, filter) = (op.clone(), filter.clone());
        async move { alerts::listing::count(&op, &filter).await }
    });
    Ok(list.connection(found, total, |row| row.id.0, Alert))
}

/// Queries of alerts.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlertQuery;

#[Object]
impl AlertQuery {
    /// The alerts of the viewer's side, the latest first.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alerts are wanted.")] filter: Option<AlertFilter>,
        #[graphql(desc = "Alerts from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Alerts from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Alert>, ApiError> {
        page(ctx, filter.unwrap_or_default(), PageArgs { first, after, last, before }).await
    }
}
