//! Rules of alerts as data: whether each warns, whom, and how loudly.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    plan::Plan,
};
use crate::{
    domain::{
        alert::{AlertAudience, AlertRule, RuleSetting, RuleSettings, Severity},
        id::PlanId,
    },
    error::Error,
    service::alert_rules,
};

/// What is set for a rule of alerts.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct AlertRuleSetting {
    /// The rule.
    pub rule: AlertRule,
    /// Whether it warns at all.
    pub is_on: bool,
    /// How much its alerts matter.
    pub severity: Severity,
    /// Whom it warns.
    pub audience: AlertAudience,
}

/// All rules with what is set for them.
pub fn settings(rules: &RuleSettings) -> Vec<AlertRuleSetting> {
    let row = |rule| {
        let RuleSetting { is_on, severity, audience } = rules.of(rule);
        AlertRuleSetting { rule, is_on, severity, audience }
    };
    AlertRule::ALL.map(row).to_vec()
}

/// What is to be set for a rule of alerts; what is absent is as usual: on, for both sides, with the rule's own severity.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AlertRuleSettingInput {
    /// The rule.
    pub rule: AlertRule,
    /// Whether it warns at all. Off, it resolves what it has opened.
    pub is_on: Option<bool>,
    /// How much its alerts matter.
    pub severity: Option<Severity>,
    /// Whom it warns.
    pub audience: Option<AlertAudience>,
}

/// What is to be set, of which `field` of the input says it.
pub fn given(field: &str, rules: &[AlertRuleSettingInput]) -> Result<RuleSettings, Error> {
    let row = |input: &AlertRuleSettingInput| {
        let usual = RuleSetting::usual(input.rule);
        let setting = RuleSetting {
            is_on: input.is_on.unwrap_or(usual.is_on),
            severity: input.severity.unwrap_or(usual.severity),
            audience: input.audience.unwrap_or(usual.audience),
        };
        (input.rule, setting)
    };
    let rows: Vec<_> = rules.iter().map(row).collect();
    RuleSettings::try_new(&rows)
        .map_err(|twice| Error::invalid(&format!("{field}.{}.rule", twice.second), twice))
}

/// What the rules of a plan are to be set to.
#[derive(Debug, InputObject)]
pub struct SetAlertRulesInput {
    /// The plan.
    pub plan_id: PlanId,
    /// Every rule that is not to be as usual; it replaces what was before.
    pub rules: Vec<AlertRuleSettingInput>,
}

payloads! {
    /// The answer to `setAlertRules`.
    SetAlertRulesPayload {
        /// The plan, whose alerts have followed.
        plan: Plan
    }
}

/// What vendor admins do about the alerts of a plan that exists.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlertRuleMutation;

#[Object]
impl AlertRuleMutation {
    /// Sets which rules warn about a plan, whom, and how loudly; its open alerts follow at once. No signature is needed. For vendor
    /// admins.
    async fn set_alert_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan and its rules.")] input: SetAlertRulesInput,
    ) -> Result<SetAlertRulesPayload, ApiError> {
        let result = match given("rules", &input.rules) {
            Ok(rules) => alert_rules::set(ctx.op(), input.plan_id, rules).await,
            Err(refused) => Err(refused),
        };
        SetAlertRulesPayload::of(result, Plan::from)
    }
}
