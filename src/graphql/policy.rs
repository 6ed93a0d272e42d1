//! Planning policies: what a plan is offered, asked and measured by.

use async_graphql::{Description, InputObject, Object, SimpleObject};

use super::{
    alert_rule::{self, AlertRuleSetting, AlertRuleSettingInput},
    scalars::Decimal,
};
use crate::{
    domain::{
        policy::{self, PlanningMode, Section},
        progress,
        review::Cadence,
    },
    error::Error,
};

/// What a plan is offered, asked and measured by. Amounts are in the vendor's currency.
#[derive(Clone, Debug, Description)]
pub struct PlanningPolicy(pub policy::PlanningPolicy);

#[Object(use_type_description)]
impl PlanningPolicy {
    /// How much planning is offered.
    async fn mode(&self) -> PlanningMode {
        self.0.mode
    }

    /// Whether both sides name an executive sponsor.
    async fn needs_sponsors(&self) -> bool {
        self.0.needs_sponsors
    }

    /// The rarest cadence of reviews that is allowed; null when none is asked for.
    async fn minimum_cadence(&self) -> Option<Cadence> {
        self.0.minimum_cadence
    }

    /// The pipeline target that the programme fills in; null when it fills in none.
    async fn standard_pipeline_target(&self) -> Option<Decimal> {
        self.0.standard_pipeline_target.map(Decimal)
    }

    /// The number of deal registrations that the programme fills in; null when it fills in none.
    async fn standard_deal_registration_target(&self) -> Option<Decimal> {
        self.0.standard_deal_registration_target.map(Decimal)
    }

    /// The MDF that the programme fills in; null where it is negotiated.
    async fn mdf_entitlement(&self) -> Option<Decimal> {
        self.0.mdf_entitlement.map(Decimal)
    }

    /// The sections that may not be empty.
    async fn required_sections(&self) -> &[Section] {
        &self.0.required_sections
    }

    /// The bands of pace that tell ahead from behind.
    async fn thresholds(&self) -> PaceThresholds {
        let progress::Thresholds { ahead, on_track, at_risk, grace_days } = self.0.thresholds;
        PaceThresholds {
            ahead: Decimal(ahead),
            on_track: Decimal(on_track),
            at_risk: Decimal(at_risk),
            grace_days: days(grace_days),
        }
    }

    /// The days by which something is due, late or silent.
    async fn windows(&self) -> PolicyWindows {
        let windows = self.0.windows;
        PolicyWindows {
            due_soon_days: days(windows.due_soon_days),
            at_risk_days: days(windows.at_risk_days),
            at_risk_share: Decimal(windows.at_risk_share),
            review_offset_days: days(windows.review_offset_days),
            signature_pending_days: days(windows.signature_pending_days),
            mdf_lapsing_days: days(windows.mdf_lapsing_days),
            certification_lapsing_days: days(windows.certification_lapsing_days),
            silent_feed_days: days(windows.silent_feed_days),
            renewal_days: days(windows.renewal_days),
            escalation_days: days(windows.escalation_days),
        }
    }

    /// Which rules warn, whom, and how loudly: all of them, in one order.
    async fn alert_rules(&self) -> Vec<AlertRuleSetting> {
        alert_rule::settings(&self.0.alert_rules)
    }
}

/// The bands of pace, their lower bounds included.
#[derive(Clone, Debug, SimpleObject)]
pub struct PaceThresholds {
    /// From this pace on a target is ahead.
    pub ahead: Decimal,
    /// From this pace on it is on track.
    pub on_track: Decimal,
    /// From this pace on it is at risk; below it is behind.
    pub at_risk: Decimal,
    /// Days from the first day of the period in which pace does not count against a target.
    pub grace_days: i32,
}

/// The days by which something is due, late or silent.
#[derive(Clone, Debug, SimpleObject)]
pub struct PolicyWindows {
    /// Days before its date in which a milestone, commitment or review is due soon.
    pub due_soon_days: i32,
    /// Days before its due date in which a commitment can be at risk.
    pub at_risk_days: i32,
    /// The share of what elapsed time asks for below which a commitment is at risk.
    pub at_risk_share: Decimal,
    /// Days from the end of what a review covers to the review.
    pub review_offset_days: i32,
    /// Days that a signature may be pending.
    pub signature_pending_days: i32,
    /// Days before the end of the plan in which unspent MDF is lapsing.
    pub mdf_lapsing_days: i32,
    /// Days before its expiry in which a certification is lapsing.
    pub certification_lapsing_days: i32,
    /// Days without a fact after which a feed is silent.
    pub silent_feed_days: i32,
    /// Days before the end of a plan in which its renewal is missing.
    pub renewal_days: i32,
    /// Days after which a critical alert that nobody acknowledged goes to the executive sponsors.
    pub escalation_days: i32,
}

/// What plans are to be offered, asked and measured by. What is absent is as usual for the mode.
#[derive(Debug, InputObject)]
pub struct PlanningPolicyInput {
    /// How much planning is offered.
    pub mode: PlanningMode,
    /// Whether both sides name an executive sponsor.
    pub needs_sponsors: Option<bool>,
    /// The rarest cadence of reviews that is allowed.
    pub minimum_cadence: Option<Cadence>,
    /// The pipeline target that the programme fills in, in the vendor's currency.
    pub standard_pipeline_target: Option<Decimal>,
    /// The number of deal registrations that the programme fills in.
    pub standard_deal_registration_target: Option<Decimal>,
    /// The MDF that the programme fills in, in the vendor's currency; absent where it is negotiated.
    pub mdf_entitlement: Option<Decimal>,
    /// The sections that may not be empty.
    pub required_sections: Option<Vec<Section>>,
    /// The bands of pace.
    pub thresholds: Option<PaceThresholdsInput>,
    /// The days by which something is due, late or silent.
    pub windows: Option<PolicyWindowsInput>,
    /// Which rules warn, whom, and how loudly; a rule that is left out is as usual.
    pub alert_rules: Option<Vec<AlertRuleSettingInput>>,
}

/// The bands of pace; what is absent is as usual: 1.10, 0.90, 0.75 and 14 days.
#[derive(Debug, Default, InputObject)]
pub struct PaceThresholdsInput {
    /// From this pace on a target is ahead.
    pub ahead: Option<Decimal>,
    /// From this pace on it is on track.
    pub on_track: Option<Decimal>,
    /// From this pace on it is at risk; below it is behind.
    pub at_risk: Option<Decimal>,
    /// Days from the first day of the period in which pace does not count against a target.
    pub grace_days: Option<i32>,
}

/// The days by which something is due, late or silent; what is absent is as usual. At most 366 each.
#[derive(Debug, Default, InputObject)]
pub struct PolicyWindowsInput {
    /// Days before its date in which a milestone, commitment or review is due soon.
    pub due_soon_days: Option<i32>,
    /// Days before its due date in which a commitment can be at risk.
    pub at_risk_days: Option<i32>,
    /// The share of what elapsed time asks for below which a commitment is at risk, from 0 to 1.
    pub at_risk_share: Option<Decimal>,
    /// Days from the end of what a review covers to the review.
    pub review_offset_days: Option<i32>,
    /// Days that a signature may be pending.
    pub signature_pending_days: Option<i32>,
    /// Days before the end of the plan in which unspent MDF is lapsing.
    pub mdf_lapsing_days: Option<i32>,
    /// Days before its expiry in which a certification is lapsing.
    pub certification_lapsing_days: Option<i32>,
    /// Days without a fact after which a feed is silent.
    pub silent_feed_days: Option<i32>,
    /// Days before the end of a plan in which its renewal is missing.
    pub renewal_days: Option<i32>,
    /// Days after which a critical alert that nobody acknowledged goes to the executive sponsors.
    pub escalation_days: Option<i32>,
}

impl TryFrom<PlanningPolicyInput> for policy::PlanningPolicy {
    type Error = Error;

    fn try_from(input: PlanningPolicyInput) -> Result<Self, Error> {
        let usual = match input.mode {
            PlanningMode::Full => Self::full(),
            PlanningMode::Light => Self::light(),
            PlanningMode::None => Self::none(),
        };
        Ok(Self {
            mode: input.mode,
            needs_sponsors: input.needs_sponsors.unwrap_or(usual.needs_sponsors),
            minimum_cadence: input.minimum_cadence.or(usual.minimum_cadence),
            standard_pipeline_target: input.standard_pipeline_target.map(|amount| amount.0),
            standard_deal_registration_target: input
                .standard_deal_registration_target
                .map(|number| number.0),
            mdf_entitlement: input.mdf_entitlement.map(|amount| amount.0),
            required_sections: distinct(input.required_sections.unwrap_or(usual.required_sections)),
            thresholds: input.thresholds.unwrap_or_default().try_into()?,
            windows: input.windows.unwrap_or_default().try_into()?,
            alert_rules: alert_rule::given(
                "policy.alertRules",
                &input.alert_rules.unwrap_or_default(),
            )?,
        })
    }
}

impl TryFrom<PaceThresholdsInput> for progress::Thresholds {
    type Error = Error;

    fn try_from(input: PaceThresholdsInput) -> Result<Self, Error> {
        let usual = Self::default();
        Ok(Self {
            ahead: input.ahead.map_or(usual.ahead, |pace| pace.0),
            on_track: input.on_track.map_or(usual.on_track, |pace| pace.0),
            at_risk: input.at_risk.map_or(usual.at_risk, |pace| pace.0),
            grace_days: given("thresholds.graceDays", input.grace_days, usual.grace_days)?,
        })
    }
}

impl TryFrom<PolicyWindowsInput> for policy::Windows {
    type Error = Error;

    fn try_from(input: PolicyWindowsInput) -> Result<Self, Error> {
        let usual = Self::default();
        let given = |field: &str, days, usual| given(&format!("windows.{field}"), days, usual);
        Ok(Self {
            due_soon_days: given("dueSoonDays", input.due_soon_days, usual.due_soon_days)?,
            at_risk_days: given("atRiskDays", input.at_risk_days, usual.at_risk_days)?,
            at_risk_share: input.at_risk_share.map_or(usual.at_risk_share, |share| share.0),
            review_offset_days: given(
                "reviewOffsetDays",
                input.review_offset_days,
                usual.review_offset_days,
            )?,
            signature_pending_days: given(
                "signaturePendingDays",
                input.signature_pending_days,
                usual.signature_pending_days,
            )?,
            mdf_lapsing_days: given(
                "mdfLapsingDays",
                input.mdf_lapsing_days,
                usual.mdf_lapsing_days,
            )?,
            certification_lapsing_days: given(
                "certificationLapsingDays",
                input.certification_lapsing_days,
                usual.certification_lapsing_days,
            )?,
            silent_feed_days: given(
                "silentFeedDays",
                input.silent_feed_days,
                usual.silent_feed_days,
            )?,
            renewal_days: given("renewalDays", input.renewal_days, usual.renewal_days)?,
            escalation_days: given("escalationDays", input.escalation_days, usual.escalation_days)?,
        })
    }
}

fn given(field: &str, days: Option<i32>, usual: u32) -> Result<u32, Error> {
    let Some(days) = days else { return Ok(usual) };
    u32::try_from(days).map_err(|_error| {
        Error::invalid(&format!("policy.{field}"), format!("{days} days are less than none"))
    })
}

/// The sections in a plan's order, each once.
fn distinct(mut sections: Vec<Section>) -> Vec<Section> {
    sections.sort_unstable();
    sections.dedup();
    sections
}

/// Days, which a policy has far fewer of than fit.
fn days(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}
