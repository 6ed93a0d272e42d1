//! What a vendor's programme offers and asks, by tier and partner type (domain §3).

use rust_decimal::Decimal;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};

use super::{
    alert::RuleSettings,
    id::TierId,
    progress::Thresholds,
    review::{Cadence, DEFAULT_OFFSET_DAYS},
};

/// How much planning a partner is offered.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum PlanningMode {
    /// A negotiated plan that both executive sponsors sign.
    Full,
    /// A plan filled in from the programme, signed by channel account manager and partner manager.
    Light,
    /// No joint plan.
    None,
}

/// How a partner does business with the vendor.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum PartnerType {
    /// Sells the vendor's products on.
    Reseller,
    /// Supplies resellers.
    Distributor,
    /// Runs the products for its customers as a service.
    Msp,
    /// Builds them into its customers' systems.
    SystemIntegrator,
    /// Builds its own software on them.
    Isv,
    /// Goes to market with the vendor as an equal; planned in full unless a policy for alliances says otherwise.
    Alliance,
}

/// A part of a plan that a policy can require.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// A revenue target.
    Revenue,
    /// A target for pipeline, registrations or leads, or a pipeline commitment or milestone.
    Pipeline,
    /// A co-marketing commitment.
    CoMarketing,
    /// An enablement commitment, or a target for training or certified people.
    Enablement,
    /// A vendor support commitment.
    VendorSupport,
    /// A review cadence.
    Reviews,
}

impl Section {
    /// All of them, in the order of a plan.
    pub const ALL: [Self; 6] = [
        Self::Revenue,
        Self::Pipeline,
        Self::CoMarketing,
        Self::Enablement,
        Self::VendorSupport,
        Self::Reviews,
    ];

    /// Its name in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Revenue => "revenue",
            Self::Pipeline => "pipeline",
            Self::CoMarketing => "co-marketing",
            Self::Enablement => "enablement",
            Self::VendorSupport => "vendor support",
            Self::Reviews => "reviews",
        }
    }

    /// Its name in the path of a field.
    pub fn field(self) -> &'static str {
        match self {
            Self::Revenue => "revenue",
            Self::Pipeline => "pipeline",
            Self::CoMarketing => "coMarketing",
            Self::Enablement => "enablement",
            Self::VendorSupport => "vendorSupport",
            Self::Reviews => "reviews",
        }
    }
}

/// The days of domain §7 to §9 that a policy can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Windows {
    /// Days before its date in which a milestone, commitment or review is due soon.
    pub due_soon_days: u32,
    /// Days before its due date in which a commitment can be at risk.
    pub at_risk_days: u32,
    /// The share of what elapsed time asks for below which a commitment is at risk.
    pub at_risk_share: Decimal,
    /// Days from the end of what a review covers to the review.
    pub review_offset_days: u32,
    /// Days that a signature may be pending.
    pub signature_pending_days: u32,
    /// Days before the end of the plan in which unspent MDF is lapsing.
    pub mdf_lapsing_days: u32,
    /// Days before its expiry in which a certification is lapsing.
    pub certification_lapsing_days: u32,
    /// Days without a fact after which a feed is silent.
    pub silent_feed_days: u32,
    /// Days before the end of a plan in which its renewal is missing.
    pub renewal_days: u32,
    /// Days after which a critical alert that nobody acknowledged goes to the executive sponsors.
    pub escalation_days: u32,
}

impl Default for Windows {
    /// The days that the domain names; due soon, which it leaves open, is the 14 days of at risk.
    fn default() -> Self {
        Self {
            due_soon_days: 14,
            at_risk_days: 14,
            at_risk_share: Decimal::new(75, 2),
            review_offset_days: DEFAULT_OFFSET_DAYS,
            signature_pending_days: 7,
            mdf_lapsing_days: 30,
            certification_lapsing_days: 30,
            silent_feed_days: 14,
            renewal_days: 60,
            escalation_days: 5,
        }
    }
}

/// What a plan under a policy is offered, asked and measured by; kept as JSON.
///
/// Amounts are in the vendor's own currency, in whole units as people write them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PlanningPolicy {
    /// How much planning is offered.
    pub mode: PlanningMode,
    /// Whether both sides name an executive sponsor.
    pub needs_sponsors: bool,
    /// The rarest cadence of reviews that is allowed.
    pub minimum_cadence: Option<Cadence>,
    /// The pipeline target that the programme fills in.
    pub standard_pipeline_target: Option<Decimal>,
    /// The number of deal registrations that the programme fills in.
    pub standard_deal_registration_target: Option<Decimal>,
    /// The MDF that the programme fills in; none where it is negotiated.
    pub mdf_entitlement: Option<Decimal>,
    /// The sections that may not be empty.
    pub required_sections: Vec<Section>,
    /// The bands of pace.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// The days of alerts, commitments and reviews.
    #[serde(default)]
    pub windows: Windows,
    /// Which rules warn, whom, and how loudly.
    #[serde(default, skip_serializing_if = "RuleSettings::is_usual")]
    pub alert_rules: RuleSettings,
}

impl PlanningPolicy {
    /// A negotiated plan: sponsors, quarterly reviews, every section.
    pub fn full() -> Self {
        Self {
            mode: PlanningMode::Full,
            needs_sponsors: true,
            minimum_cadence: Some(Cadence::Quarterly),
            required_sections: Section::ALL.to_vec(),
            ..Self::none()
        }
    }

    /// A plan filled in from the programme: half-yearly reviews, pipeline and co-marketing.
    pub fn light() -> Self {
        Self {
            mode: PlanningMode::Light,
            minimum_cadence: Some(Cadence::HalfYearly),
            required_sections: vec![Section::Pipeline, Section::CoMarketing],
            ..Self::none()
        }
    }

    /// No joint plan, and the usual thresholds for one that is made all the same.
    pub fn none() -> Self {
        Self {
            mode: PlanningMode::None,
            needs_sponsors: false,
            minimum_cadence: None,
            standard_pipeline_target: None,
            standard_deal_registration_target: None,
            mdf_entitlement: None,
            required_sections: Vec::new(),
            thresholds: Thresholds::default(),
            windows: Windows::default(),
            alert_rules: RuleSettings::default(),
        }
    }
}

/// A policy and whom it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierPolicy {
    /// The tier it is for.
    pub tier: TierId,
    /// The partner type it is for; none for every type of the tier.
    pub partner_type: Option<PartnerType>,
    /// The policy.
    pub policy: PlanningPolicy,
}

/// The policy for a partner of this tier and type.
///
/// One for exactly this tier and type beats one for the whole tier; where there is neither, nothing is offered. An alliance is
/// planned in full unless a policy for alliances says otherwise: where that of the whole tier says less, it is asked what every
/// full plan is asked, and keeps the policy's thresholds, windows and rules.
pub fn choose(policies: &[TierPolicy], tier: TierId, partner_type: PartnerType) -> PlanningPolicy {
    let find = |wanted: Option<PartnerType>| {
        policies.iter().find(|policy| policy.tier == tier && policy.partner_type == wanted)
    };
    if let Some(chosen) = find(Some(partner_type)) {
        return chosen.policy.clone();
    }
    let policy = find(None).map_or_else(PlanningPolicy::none, |chosen| chosen.policy.clone());
    if partner_type == PartnerType::Alliance && policy.mode != PlanningMode::Full {
        let PlanningPolicy { thresholds, windows, alert_rules, .. } = policy;
        return PlanningPolicy { thresholds, windows, alert_rules, ..PlanningPolicy::full() };
    }
    policy
}

#[cfg(test)]
mod tests {
    use sea_orm::{ActiveEnum, Iterable};
    use uuid::Uuid;

    use super::*;
    use PartnerType::{Alliance, Isv, Reseller};
    use PlanningMode::{Full, Light, None as NoPlan};

    const GOLD: TierId = TierId(Uuid::from_u128(1));
    const REGISTERED: TierId = TierId(Uuid::from_u128(2));
    const UNKNOWN: TierId = TierId(Uuid::from_u128(3));

    fn policies() -> Vec<TierPolicy> {
        let strict = Thresholds { grace_days: 3, ..Thresholds::default() };
        let light = PlanningPolicy { thresholds: strict, ..PlanningPolicy::light() };
        vec![
            TierPolicy { tier: GOLD, partner_type: None, policy: light },
            TierPolicy { tier: GOLD, partner_type: Some(Isv), policy: PlanningPolicy::full() },
            TierPolicy { tier: REGISTERED, partner_type: None, policy: PlanningPolicy::none() },
        ]
    }

    #[track_caller]
    fn check(tier: TierId, partner_type: PartnerType, mode: PlanningMode, grace_days: u32) {
        let policy = choose(&policies(), tier, partner_type);
        assert_eq!((policy.mode, policy.thresholds.grace_days), (mode, grace_days));
    }

    #[test]
    fn the_closest_policy_is_chosen() {
        check(GOLD, Reseller, Light, 3);
        check(GOLD, Isv, Full, 14);
        check(REGISTERED, Reseller, NoPlan, 14);
        check(UNKNOWN, Reseller, NoPlan, 14);
    }

    #[test]
    fn an_alliance_is_planned_in_full_unless_its_own_policy_says_otherwise() {
        check(GOLD, Alliance, Full, 3);
        check(REGISTERED, Alliance, Full, 14);
        check(UNKNOWN, Alliance, Full, 14);
        let policy = choose(&policies(), GOLD, Alliance);
        assert!(policy.needs_sponsors);
        assert_eq!(policy.minimum_cadence, Some(Cadence::Quarterly));
        assert_eq!(policy.required_sections, Section::ALL);

        let light = PlanningPolicy::light();
        let own = TierPolicy { tier: GOLD, partner_type: Some(Alliance), policy: light.clone() };
        let policies = [policies(), vec![own]].concat();
        assert_eq!(choose(&policies, GOLD, Alliance), light);
        assert_eq!(choose(&policies, REGISTERED, Alliance).mode, Full);
    }

    #[test]
    fn columns_and_json_spell_a_word_alike() {
        for partner_type in PartnerType::iter() {
            let json = serde_json::to_value(partner_type).unwrap();
            assert_eq!(json, partner_type.to_value(), "{partner_type:?}");
        }
        assert_eq!(PartnerType::SystemIntegrator.to_value(), "system_integrator");
    }

    #[test]
    fn a_policy_is_data() {
        let policy = PlanningPolicy {
            standard_pipeline_target: Some(Decimal::new(25_000_000, 2)),
            ..PlanningPolicy::light()
        };
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<PlanningPolicy>(&json).unwrap(), policy);

        let short = r#"{"mode":"light","needs_sponsors":false,"required_sections":["co_marketing"],"windows":{"renewal_days":90}}"#;
        let policy: PlanningPolicy = serde_json::from_str(short).unwrap();
        assert_eq!(policy.required_sections, [Section::CoMarketing]);
        assert_eq!((policy.windows.renewal_days, policy.windows.at_risk_days), (90, 14));
        assert_eq!(policy.thresholds, Thresholds::default());
    }
}
