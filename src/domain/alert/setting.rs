//! What a policy makes of each rule: whether it warns, how much it matters, and whom it warns (domain §9).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AlertRule, Severity};
use crate::domain::actor::Side;

/// Whom a rule warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "snake_case")]
pub enum AlertAudience {
    /// Vendor and partner, each with an alert of its own.
    BothSides,
    /// The vendor alone.
    VendorOnly,
    /// The partner alone.
    PartnerOnly,
}

impl AlertAudience {
    /// Whether a side is warned.
    pub fn holds(self, side: Side) -> bool {
        match self {
            Self::BothSides => true,
            Self::VendorOnly => side == Side::Vendor,
            Self::PartnerOnly => side == Side::Partner,
        }
    }
}

/// What is set for a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSetting {
    /// Whether it warns at all.
    pub is_on: bool,
    /// How much its warnings matter.
    pub severity: Severity,
    /// Whom it warns.
    pub audience: AlertAudience,
}

impl RuleSetting {
    /// What holds of a rule of which a policy says nothing: it warns both sides.
    pub fn usual(rule: AlertRule) -> Self {
        Self { is_on: true, severity: rule.severity(), audience: AlertAudience::BothSides }
    }

    /// Whether it warns a side.
    pub fn warns(self, side: Side) -> bool {
        self.is_on && self.audience.holds(side)
    }
}

/// What is set for the rules; one that is left out is as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSettings(BTreeMap<AlertRule, RuleSetting>);

/// A rule of which two things are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rule is set twice, at {first} and at {second}")]
pub struct SetTwice {
    /// Where first.
    pub first: usize,
    /// Where again.
    pub second: usize,
}

impl RuleSettings {
    /// What is set, each rule at most once; what is as usual anyway is not kept.
    pub fn try_new(rows: &[(AlertRule, RuleSetting)]) -> Result<Self, SetTwice> {
        let mut seen: BTreeMap<AlertRule, usize> = BTreeMap::new();
        for (second, (rule, _)) in rows.iter().enumerate() {
            if let Some(first) = seen.insert(*rule, second) {
                return Err(SetTwice { first, second });
            }
        }
        let told = rows.iter().filter(|(rule, setting)| *setting != RuleSetting::usual(*rule));
        Ok(Self(told.copied().collect()))
    }

    /// What holds of a rule.
    pub fn of(&self, rule: AlertRule) -> RuleSetting {
        self.0.get(&rule).copied().unwrap_or_else(|| RuleSetting::usual(rule))
    }

    /// Whether all rules are as usual.
    pub fn is_usual(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(is_on: bool, severity: Severity, audience: AlertAudience) -> RuleSetting {
        RuleSetting { is_on, severity, audience }
    }

    #[test]
    fn a_rule_warns_whom_it_is_for_while_it_is_on() {
        for (is_on, audience, vendor, partner) in [
            (true, AlertAudience::BothSides, true, true),
            (true, AlertAudience::VendorOnly, true, false),
            (true, AlertAudience::PartnerOnly, false, true),
            (false, AlertAudience::BothSides, false, false),
            (false, AlertAudience::VendorOnly, false, false),
            (false, AlertAudience::PartnerOnly, false, false),
        ] {
            let setting = setting(is_on, Severity::Info, audience);
            let warned = (setting.warns(Side::Vendor), setting.warns(Side::Partner));
            assert_eq!(warned, (vendor, partner), "{setting:?}");
        }
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        let off = setting(false, Severity::Info, AlertAudience::VendorOnly);
        let usual = RuleSetting::usual(AlertRule::TargetBehind);
        let rows = [(AlertRule::FeedSilent, off), (AlertRule::TargetBehind, usual)];
        let settings = RuleSettings::try_new(&rows).unwrap();
        assert_eq!(settings.of(AlertRule::FeedSilent), off);
        assert_eq!(settings.of(AlertRule::TargetBehind), usual);
        assert!(!settings.is_usual());
        assert!(RuleSettings::try_new(&rows[1..]).unwrap().is_usual());
        assert_eq!(
            RuleSettings::try_new(&[rows[0], rows[1], rows[0]]),
            Err(SetTwice { first: 0, second: 2 })
        );
    }

    #[test]
    fn settings_are_kept_as_stable_json() {
        let off = setting(false, Severity::Warning, AlertAudience::PartnerOnly);
        let settings = RuleSettings::try_new(&[(AlertRule::FeedSilent, off)]).unwrap();
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(
            json,
            r#"{"feed_silent":{"is_on":false,"severity":"warning","audience":"partner_only"}}"#
        );
        assert_eq!(serde_json::from_str::<RuleSettings>(&json).unwrap(), settings);
    }
}
