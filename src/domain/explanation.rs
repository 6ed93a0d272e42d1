//! Why a target stands as it does, and what brings it back (domain §5).

use num_traits::ToPrimitive;
use rust_decimal::Decimal;

use super::{
    money::{Exact, Unit, exact, exact_decimal, ratio},
    progress::{MeasureInput, Progress, TargetStatus, Thresholds},
};

/// Which of the eight rules decided a target's status; they are read in this order and the first that holds wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum StatusRule {
    /// Rule 1: the day is before the period's first.
    BeforeStart,
    /// Rule 2: the actual is at least the total.
    TotalReached,
    /// Rule 3: the day is after the period's last.
    PeriodOver,
    /// Rule 4: nothing is due yet, or the days of grace still run.
    NothingDueOrGrace,
    /// Rule 5: the pace is at least the threshold of ahead.
    PaceAhead,
    /// Rule 6: the pace is at least the threshold of on track.
    PaceOnTrack,
    /// Rule 7: the pace is at least the threshold of at risk, and below that of on track.
    PaceAtRisk,
    /// Rule 8: the pace is below the threshold of at risk.
    PaceBehind,
}

impl StatusRule {
    /// Its number in the table of domain §5, 1 to 8.
    pub fn number(self) -> u8 {
        match self {
            Self::BeforeStart => 1,
            Self::TotalReached => 2,
            Self::PeriodOver => 3,
            Self::NothingDueOrGrace => 4,
            Self::PaceAhead => 5,
            Self::PaceOnTrack => 6,
            Self::PaceAtRisk => 7,
            Self::PaceBehind => 8,
        }
    }

    /// The status it gives.
    pub fn status(self) -> TargetStatus {
        match self {
            Self::BeforeStart => TargetStatus::NotStarted,
            Self::TotalReached => TargetStatus::Achieved,
            Self::PeriodOver => TargetStatus::Missed,
            Self::NothingDueOrGrace | Self::PaceOnTrack => TargetStatus::OnTrack,
            Self::PaceAhead => TargetStatus::Ahead,
            Self::PaceAtRisk => TargetStatus::AtRisk,
            Self::PaceBehind => TargetStatus::Behind,
        }
    }

    /// The bound of pace that decided: the one reached when ahead or on track, the one missed when at risk or behind.
    fn threshold(self, thresholds: &Thresholds) -> Option<Decimal> {
        match self {
            Self::PaceAhead => Some(thresholds.ahead),
            Self::PaceOnTrack | Self::PaceAtRisk => Some(thresholds.on_track),
            Self::PaceBehind => Some(thresholds.at_risk),
            Self::BeforeStart | Self::TotalReached | Self::PeriodOver | Self::NothingDueOrGrace => {
                None
            }
        }
    }
}

/// Why a target stands as it does, and what brings it back; amounts are in the metric's smallest units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The rule that decided.
    pub rule: StatusRule,
    /// The bound of pace that was reached (ahead, on track) or missed (at risk, behind); none where pace did not decide.
    pub threshold: Option<Decimal>,
    /// expected − actual: what is missing today, negative when ahead of what is due.
    pub gap: Exact,
    /// total − actual, never below zero.
    pub remaining: i64,
    /// Days of the period after the day of the question, which itself is over.
    pub remaining_days: i64,
    /// remaining ÷ remaining days; none once no day is left.
    pub required_per_day: Option<Exact>,
    /// Average deals that bring what remains, rounded up; none where no average is known.
    pub deals_needed: Option<i64>,
    /// What the open deals would bring, as it was given.
    pub open_pipeline: Option<i64>,
    /// open pipeline ÷ remaining; none where nothing remains or no pipeline is known.
    pub coverage: Option<Exact>,
    /// All of it in plain English.
    pub sentence: String,
}

impl Explanation {
    /// Explains what was measured of `input`.
    pub fn of(input: &MeasureInput<'_>, progress: &Progress) -> Self {
        let Progress { rule, expected, .. } = progress;
        let MeasureInput { total, period, actual, on, .. } = *input;
        let remaining = total.saturating_sub(actual).max(0);
        let days_after = (period.end - on).num_days();
        let remaining_days = days_after.clamp(0, period.days());
        let average_deal = input.average_deal.filter(|average| *average > 0);
        let mut explanation = Self {
            rule: *rule,
            threshold: rule.threshold(&input.thresholds),
            gap: expected - exact(actual),
            remaining,
            remaining_days,
            required_per_day: (remaining_days > 0)
                .then(|| exact(remaining) / exact(remaining_days)),
            deals_needed: average_deal
                .and_then(|average| whole_units_up(&(exact(remaining) / exact(average)))),
            open_pipeline: input.open_pipeline,
            coverage: input
                .open_pipeline
                .filter(|_| remaining > 0)
                .map(|open| exact(open) / exact(remaining)),
            sentence: String::new(),
        };
        explanation.sentence = explanation.tell(input, expected, progress.pace.as_ref());
        explanation
    }

    fn tell(&self, input: &MeasureInput<'_>, expected: &Exact, pace: Option<&Exact>) -> String {
        let MeasureInput { metric, currency, total, period, actual, on, thresholds, .. } = *input;
        let unit = metric.unit(currency);
        let (actual_text, total_text) = (unit.decimal(actual), unit.decimal(total));
        let status = self.rule.status().label();
        let due = format!("{actual_text} of {} due by {on}", unit.round(expected));
        let verdict = match (self.rule, pace) {
            (StatusRule::BeforeStart, _) => {
                return format!(
                    "starts on {}; {total_text} to reach by {}: {status}",
                    period.start, period.end
                );
            }
            (StatusRule::TotalReached, _) => {
                return format!("{actual_text} of {total_text} reached by {on}: {status}");
            }
            (StatusRule::PeriodOver, _) => {
                let missing = unit.decimal(self.remaining);
                return format!(
                    "{actual_text} of {total_text} reached by the end on {}: {status} by {missing}",
                    period.end
                );
            }
            (_, None) => format!("nothing due by {on}: {status}"),
            (StatusRule::NothingDueOrGrace, Some(_)) => {
                let grace = count(thresholds.grace_days.into(), "day");
                format!("{due}, within the first {grace}, which are grace: {status}")
            }
            (_, Some(pace)) => format!("{due} (pace {}): {status}", ratio(pace).normalize()),
        };
        let mut clauses = vec![verdict];
        clauses.extend(self.shortfall_today(&thresholds, unit, expected, actual));
        clauses.push(self.rest(unit));
        clauses.extend(self.pipeline(unit));
        clauses.join("; ")
    }

    /// What would put an at-risk or behind target on track the same day, rounded up so that it suffices.
    fn shortfall_today(
        &self,
        thresholds: &Thresholds,
        unit: Unit,
        expected: &Exact,
        actual: i64,
    ) -> Option<String> {
        let missed = match self.rule.status() {
            TargetStatus::AtRisk | TargetStatus::Behind => self.threshold?,
            _ => return None,
        };
        let on_track = expected * exact_decimal(thresholds.on_track) - exact(actual);
        let more = unit.decimal(whole_units_up(&on_track)?);
        Some(format!("the pace is below {missed}, and {more} more today would be on track"))
    }

    fn rest(&self, unit: Unit) -> String {
        let remaining = unit.decimal(self.remaining);
        let per_day = match &self.required_per_day {
            None => "with no day left".to_owned(),
            Some(rate) => {
                format!("{} a day for {}", daily(unit, rate), count(self.remaining_days, "day"))
            }
        };
        match self.deals_needed {
            Some(deals) => {
                format!("{remaining} to go, {per_day}, or {}", count(deals, "average deal"))
            }
            None => format!("{remaining} to go, {per_day}"),
        }
    }

    fn pipeline(&self, unit: Unit) -> Option<String> {
        let open = unit.decimal(self.open_pipeline?);
        let coverage = ratio(self.coverage.as_ref()?).normalize();
        Some(format!("open deals of {open} cover {coverage} of that"))
    }
}

/// A rate in people's units: whole things are given in hundredths, so that one a week does not read as none a day.
fn daily(unit: Unit, rate: &Exact) -> Decimal {
    if unit.places() > 0 {
        return unit.round(rate);
    }
    let hundredths = (rate * exact(100)).half_even().to_i64().unwrap_or(i64::MAX);
    Decimal::new(hundredths, 2)
}

fn count(n: i64, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

fn whole_units_up(value: &Exact) -> Option<i64> {
    if value.is_negative() { Some(0) } else { value.ceil().to_i64() }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::domain::{calendar::Period, money::Currency, phasing::Phase, target::Metric};

    /// A target of 1,000.00 over 100 days from 2026-01-01, of which 10.00 are due each day.
    fn input<'a>(phases: &'a [Phase], actual: i64, on: &str) -> MeasureInput<'a> {
        let on: NaiveDate = on.parse().unwrap();
        MeasureInput {
            metric: Metric::Revenue,
            currency: Currency::USD,
            total: 100_000,
            phases,
            period: phases[0].period,
            actual,
            on,
            thresholds: Thresholds::default(),
            average_deal: None,
            open_pipeline: None,
        }
    }

    fn phases() -> [Phase; 1] {
        let (start, end) = ("2026-01-01".parse().unwrap(), "2026-04-10".parse().unwrap());
        [Phase { period: Period { start, end }, amount: 100_000 }]
    }

    fn explained(input: MeasureInput<'_>) -> Explanation {
        Explanation::of(&input, &Progress::measure(input))
    }

    #[track_caller]
    fn check(on: &str, actual: i64, sentence: &str) {
        assert_eq!(explained(input(&phases(), actual, on)).sentence, sentence);
    }

    #[test]
    fn every_status_says_why_and_what_brings_it_back() {
        check("2025-12-31", 0, "starts on 2026-01-01; 1000.00 to reach by 2026-04-10: not started");
        check("2026-02-19", 100_000, "1000.00 of 1000.00 reached by 2026-02-19: achieved");
        check(
            "2026-04-11",
            89_000,
            "890.00 of 1000.00 reached by the end on 2026-04-10: missed by 110.00",
        );
        check(
            "2026-01-10",
            0,
            "0.00 of 100.00 due by 2026-01-10, within the first 14 days, which are grace: on track; \
             1000.00 to go, 11.11 a day for 90 days",
        );
        check(
            "2026-02-19",
            60_000,
            "600.00 of 500.00 due by 2026-02-19 (pace 1.2): ahead; 400.00 to go, 8.00 a day for 50 days",
        );
        check(
            "2026-02-19",
            48_000,
            "480.00 of 500.00 due by 2026-02-19 (pace 0.96): on track; 520.00 to go, 10.40 a day for 50 days",
        );
        check(
            "2026-02-19",
            40_000,
            "400.00 of 500.00 due by 2026-02-19 (pace 0.8): at risk; the pace is below 0.90, and 50.00 more \
             today would be on track; 600.00 to go, 12.00 a day for 50 days",
        );
        check(
            "2026-04-10",
            50_000,
            "500.00 of 1000.00 due by 2026-04-10 (pace 0.5): behind; the pace is below 0.75, and 400.00 more \
             today would be on track; 500.00 to go, with no day left",
        );
    }

    #[test]
    fn deals_and_open_pipeline_are_told_where_they_are_known() {
        let phases = phases();
        let known = MeasureInput {
            average_deal: Some(25_000),
            open_pipeline: Some(30_000),
            ..input(&phases, 40_000, "2026-04-09")
        };
        let explanation = explained(known);
        assert_eq!((explanation.remaining, explanation.remaining_days), (60_000, 1));
        assert_eq!(explanation.deals_needed, Some(3));
        assert_eq!(explanation.coverage, Some(Exact::new(1.into(), 2.into())));
        assert_eq!(
            explanation.sentence,
            "400.00 of 990.00 due by 2026-04-09 (pace 0.404): behind; the pace is below 0.75, and 491.00 more \
             today would be on track; 600.00 to go, 600.00 a day for 1 day, or 3 average deals; open deals of \
             300.00 cover 0.5 of that"
        );
    }

    #[test]
    fn nothing_remains_of_a_target_that_was_exceeded() {
        let phases = phases();
        let known = MeasureInput {
            average_deal: Some(0),
            open_pipeline: Some(1),
            ..input(&phases, 120_000, "2026-02-19")
        };
        let explanation = explained(known);
        assert_eq!((explanation.remaining, explanation.gap), (0, exact(-70_000)));
        assert_eq!((explanation.deals_needed, explanation.coverage), (None, None));
        assert_eq!(explanation.required_per_day, Some(exact(0)));
    }

    #[test]
    fn slow_counts_are_told_in_hundredths() {
        let phases = phases();
        let leads =
            MeasureInput { metric: Metric::Leads, total: 10, ..input(&phases, 4, "2026-01-10") };
        let sentence = explained(leads).sentence;
        assert!(sentence.ends_with("6 to go, 0.07 a day for 90 days"), "{sentence}");
    }

    #[test]
    fn the_threshold_is_the_bound_that_decided() {
        let rows = [
            (60_000, Some("1.10")),
            (45_000, Some("0.90")),
            (40_000, Some("0.90")),
            (0, Some("0.75")),
        ];
        for (actual, threshold) in rows {
            let explanation = explained(input(&phases(), actual, "2026-02-19"));
            assert_eq!(
                explanation.threshold.map(|bound| bound.to_string()).as_deref(),
                threshold,
                "{actual}"
            );
        }
        assert_eq!(explained(input(&phases(), 0, "2026-01-01")).threshold, None);
    }
}
