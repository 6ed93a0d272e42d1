//! What brings a side's warnings in line with their causes: one for each cause, none without (domain §9).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{AlertRule, AlertState, RuleSettings, Severity};
use crate::domain::actor::Side;

/// Why a warning stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What it is about.
    pub rule: AlertRule,
    /// The id of what [`AlertRule::about`] says.
    pub subject: Uuid,
    /// What people read.
    pub message: String,
}

/// What has to be done to a side's warnings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A cause without a warning.
    Open(Cause),
    /// The cause of a resolved warning is back.
    Reopen(Cause),
    /// A standing warning whose words, or whose severity, have changed.
    Reword(Cause),
    /// A standing warning without a cause.
    Resolve {
        /// What it was about.
        rule: AlertRule,
        /// The id of what [`AlertRule::about`] says.
        subject: Uuid,
    },
}

/// A warning as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it stands.
    pub state: AlertState,
    /// How much it matters.
    pub severity: Severity,
    /// What people read.
    pub message: String,
}

/// What brings the warnings of one side in line with the causes: one standing warning per cause that the settings warn it of, none
/// without.
pub fn reconcile(
    kept: &BTreeMap<(AlertRule, Uuid), Kept>,
    mut causes: Vec<Cause>,
    side: Side,
    settings: &RuleSettings,
) -> Vec<Change> {
    causes.retain(|cause| settings.of(cause.rule).warns(side));
    let standing: BTreeSet<(AlertRule, Uuid)> =
        causes.iter().map(|cause| (cause.rule, cause.subject)).collect();
    let mut changes: Vec<Change> = kept
        .iter()
        .filter(|(key, kept)| kept.state.is_standing() && !standing.contains(key))
        .map(|((rule, subject), _)| Change::Resolve { rule: *rule, subject: *subject })
        .collect();
    for cause in causes {
        match kept.get(&(cause.rule, cause.subject)) {
            None => changes.push(Change::Open(cause)),
            Some(kept) if !kept.state.is_standing() => changes.push(Change::Reopen(cause)),
            Some(kept)
                if kept.message != cause.message
                    || kept.severity != settings.of(cause.rule).severity =>
            {
                changes.push(Change::Reword(cause));
            }
            Some(_) => {}
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::{
        super::{AlertAudience, RuleSetting},
        *,
    };

    fn cause(rule: AlertRule, subject: u128, message: &str) -> Cause {
        Cause { rule, subject: Uuid::from_u128(subject), message: message.to_owned() }
    }

    fn kept(state: AlertState) -> BTreeMap<(AlertRule, Uuid), Kept> {
        let kept = Kept { state, severity: Severity::Critical, message: "late".to_owned() };
        BTreeMap::from([((AlertRule::TargetBehind, Uuid::from_u128(1)), kept)])
    }

    #[track_caller]
    fn check(kept: &BTreeMap<(AlertRule, Uuid), Kept>, causes: Vec<Cause>, expected: Vec<Change>) {
        assert_eq!(reconcile(kept, causes, Side::Vendor, &RuleSettings::default()), expected);
    }

    fn resolve() -> Change {
        Change::Resolve { rule: AlertRule::TargetBehind, subject: Uuid::from_u128(1) }
    }

    #[test]
    fn a_cause_has_one_warning_and_a_warning_one_cause() {
        let behind = cause(AlertRule::TargetBehind, 1, "late");
        for state in AlertState::STANDING {
            check(&kept(state), vec![behind.clone()], vec![]);
            check(&kept(state), vec![], vec![resolve()]);
        }
        let resolved = kept(AlertState::Resolved);
        check(&resolved, vec![behind.clone()], vec![Change::Reopen(behind.clone())]);
        check(&resolved, vec![], vec![]);
        check(&BTreeMap::new(), vec![behind.clone()], vec![Change::Open(behind)]);
    }

    #[test]
    fn a_target_that_worsens_changes_its_warning() {
        let missed = cause(AlertRule::TargetMissed, 1, "over");
        let expected = vec![resolve(), Change::Open(missed.clone())];
        check(&kept(AlertState::Open), vec![missed], expected);
    }

    #[test]
    fn a_rule_warns_as_it_is_set() {
        let behind = cause(AlertRule::TargetBehind, 1, "late");
        let usual = RuleSetting::usual(AlertRule::TargetBehind);
        let reworded = Change::Reword(behind.clone());
        let set = |setting| RuleSettings::try_new(&[(AlertRule::TargetBehind, setting)]).unwrap();
        for (setting, standing, fresh) in [
            (usual, vec![], vec![Change::Open(behind.clone())]),
            (RuleSetting { is_on: false, ..usual }, vec![resolve()], vec![]),
            (
                RuleSetting { audience: AlertAudience::PartnerOnly, ..usual },
                vec![resolve()],
                vec![],
            ),
            (
                RuleSetting { severity: Severity::Info, ..usual },
                vec![reworded],
                vec![Change::Open(behind.clone())],
            ),
        ] {
            let settings = set(setting);
            let causes = || vec![behind.clone()];
            let kept = kept(AlertState::Snoozed);
            assert_eq!(reconcile(&kept, causes(), Side::Vendor, &settings), standing);
            assert_eq!(reconcile(&BTreeMap::new(), causes(), Side::Vendor, &settings), fresh);
        }
    }
}
