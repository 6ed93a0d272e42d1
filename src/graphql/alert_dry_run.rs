//! Rules of alerts tried on days gone by.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::NaiveDate;

use super::{
    ContextExt,
    alert_rule::{self, AlertRuleSettingInput},
    error::ApiError,
    plan::Plan,
    policy::{PaceThresholdsInput, PolicyWindowsInput},
    scalars::Date,
};
use crate::{
    domain::{
        alert::{AlertRule, Severity, Turn},
        id::PlanId,
    },
    error::Error,
    service::dry_runs::{self, DryRun, Fired},
};

/// What is tried in the place of what a plan's policy says; what is absent is as the plan has it.
#[derive(Debug, Default, InputObject)]
pub struct AlertDryRunPolicyInput {
    /// The bands of pace; within them, what is absent is as usual.
    pub thresholds: Option<PaceThresholdsInput>,
    /// The days by which something is due or late; within them, what is absent is as usual.
    pub windows: Option<PolicyWindowsInput>,
    /// Which rules warn, and how loudly; a rule that is left out is as usual.
    pub rules: Option<Vec<AlertRuleSettingInput>>,
}

impl AlertDryRunPolicyInput {
    fn on(self, since: NaiveDate) -> Result<DryRun, Error> {
        let Self { thresholds, windows, rules } = self;
        Ok(DryRun {
            since,
            thresholds: thresholds.map(TryInto::try_into).transpose()?,
            windows: windows.map(TryInto::try_into).transpose()?,
            rules: rules.map(|rules| alert_rule::given("policy.rules", &rules)).transpose()?,
        })
    }
}

/// What would have fired about a plan.
#[derive(Clone, Debug, SimpleObject)]
pub struct AlertDryRun {
    /// The plan.
    pub plan: Plan,
    /// The first day that was tried; null where the plan was in force on none of the days.
    pub from_on: Option<Date>,
    /// The last day that was tried.
    pub to_on: Date,
    /// How many alerts would have been raised.
    pub opened_count: i32,
    /// What would have been raised and resolved, day by day.
    pub turns: Vec<AlertDryRunTurn>,
}

/// An alert that would have been raised or resolved.
#[derive(Clone, Debug, SimpleObject)]
pub struct AlertDryRunTurn {
    /// The day.
    pub happens_on: Date,
    /// The rule.
    pub rule: AlertRule,
    /// How much it would have mattered.
    pub severity: Severity,
    /// Whether it would have been raised; resolved otherwise.
    pub is_opening: bool,
    /// What would have been read when it was raised.
    pub message: String,
}

impl From<Turn> for AlertDryRunTurn {
    fn from(turn: Turn) -> Self {
        let Turn { on: happens_on, rule, subject: _, severity, is_opening, message } = turn;
        Self { happens_on: Date(happens_on), rule, severity, is_opening, message }
    }
}

impl From<Fired> for AlertDryRun {
    fn from(fired: Fired) -> Self {
        let Fired { plan, from: from_on, to: to_on, turns } = fired;
        let n_opened = turns.iter().filter(|turn| turn.is_opening).count();
        Self {
            plan: Plan::from(plan),
            from_on: from_on.map(Date),
            to_on: Date(to_on),
            opened_count: i32::try_from(n_opened).unwrap_or(i32::MAX),
            turns: turns.into_iter().map(AlertDryRunTurn::from).collect(),
        }
    }
}

/// Trying rules of alerts.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlertDryRunQuery;

#[Object]
impl AlertDryRunQuery {
    /// What rules would have fired since a day, for those of the vendor who work on the plans: those about targets, commitments, milestones,
    /// market development funds, reviews, action items and a plan's end, as days look now. Nothing is written. A plan that the viewer may not
    /// see is null.
    async fn alert_dry_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plans, at most 50.")] plan_ids: Vec<PlanId>,
        #[graphql(desc = "The first day, at most 400 days ago.")] since: Date,
        #[graphql(desc = "What is tried; as each plan has it when absent.")] policy: Option<
            AlertDryRunPolicyInput,
        >,
    ) -> Result<Vec<Option<AlertDryRun>>, ApiError> {
        let trial = policy.unwrap_or_default().on(since.0)?;
        let fired = Box::pin(dry_runs::run(ctx.op(), &plan_ids, &trial)).await?;
        Ok(fired.into_iter().map(|fired| fired.map(AlertDryRun::from)).collect())
    }
}
