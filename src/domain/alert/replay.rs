//! What a rule would have said in days gone by: the same reconciliation as in life, over the causes of each day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{AlertRule, AlertState, Cause, Change, Kept, RuleSettings, Severity, reconcile};
use crate::domain::actor::Side;

/// A warning that would have been opened or resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The day.
    pub on: NaiveDate,
    /// What it is about.
    pub rule: AlertRule,
    /// The id of what [`AlertRule::about`] says.
    pub subject: Uuid,
    /// How much it matters.
    pub severity: Severity,
    /// Whether it would have been opened; resolved otherwise.
    pub is_opening: bool,
    /// What people would have read when it was opened.
    pub message: String,
}

/// Warnings of one side, as they would stand after the days replayed so far.
#[derive(Debug)]
pub struct Replay {
    side: Side,
    settings: RuleSettings,
    kept: BTreeMap<(AlertRule, Uuid), Kept>,
    turns: Vec<Turn>,
}

impl Replay {
    /// Before the first day, on which nothing stands.
    pub fn new(side: Side, settings: RuleSettings) -> Self {
        Self { side, settings, kept: BTreeMap::new(), turns: Vec::new() }
    }

    /// Lives through a day with these causes; the caller goes from day to day.
    pub fn day(&mut self, on: NaiveDate, causes: Vec<Cause>) {
        for change in reconcile(&self.kept, causes, self.side, &self.settings) {
            match change {
                Change::Open(cause) | Change::Reopen(cause) => self.open(on, cause),
                Change::Resolve { rule, subject } => self.resolve(on, rule, subject),
                Change::Reword(_) => {}
            }
        }
    }

    /// What was opened and resolved, day by day.
    pub fn turns(self) -> Vec<Turn> {
        self.turns
    }

    fn open(&mut self, on: NaiveDate, Cause { rule, subject, message }: Cause) {
        let severity = self.settings.of(rule).severity;
        let kept = Kept { state: AlertState::Open, severity, message: message.clone() };
        self.kept.insert((rule, subject), kept);
        self.turns.push(Turn { on, rule, subject, severity, is_opening: true, message });
    }

    fn resolve(&mut self, on: NaiveDate, rule: AlertRule, subject: Uuid) {
        let Some(Kept { severity, message, .. }) = self.kept.remove(&(rule, subject)) else {
            return;
        };
        self.turns.push(Turn { on, rule, subject, severity, is_opening: false, message });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::{AlertAudience, RuleSetting};

    /// Turns of a replay in which `days` says on which days from 1 March on each rule has a cause: `AB  B`.
    fn replayed(settings: RuleSettings, days: &[&str]) -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let mut replay = Replay::new(Side::Vendor, settings);
        for (on, causes) in first.iter_days().zip(days) {
            let cause = |letter| {
                let rule =
                    if letter == 'A' { AlertRule::TargetAtRisk } else { AlertRule::TargetBehind };
                Cause { rule, subject: Uuid::nil(), message: format!("{letter} on {on}") }
            };
            replay.day(on, causes.chars().map(cause).collect());
        }
        let line = |turn: Turn| {
            let sign = if turn.is_opening { '+' } else { '-' };
            format!("{} {sign}{}", turn.on.format("%d"), turn.message)
        };
        replay.turns().into_iter().map(line).collect()
    }

    #[test]
    fn what_goes_and_returns_is_told_each_time() {
        assert_eq!(
            replayed(RuleSettings::default(), &["", "A", "A", "B", "B", "", "B"]),
            [
                "02 +A on 2026-03-02",
                "04 -A on 2026-03-02",
                "04 +B on 2026-03-04",
                "06 -B on 2026-03-04",
                "07 +B on 2026-03-07",
            ]
        );
    }

    #[test]
    fn what_is_off_or_for_the_other_side_is_not_told() {
        let usual = RuleSetting::usual(AlertRule::TargetBehind);
        for setting in [
            RuleSetting { is_on: false, ..usual },
            RuleSetting { audience: AlertAudience::PartnerOnly, ..usual },
        ] {
            let settings = RuleSettings::try_new(&[(AlertRule::TargetBehind, setting)]).unwrap();
            assert_eq!(
                replayed(settings, &["AB", "B"]),
                ["01 +A on 2026-03-01", "02 -A on 2026-03-01"]
            );
        }
    }
}
