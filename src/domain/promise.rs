//! Whether each side keeps what it has promised (domain §7).

use chrono::NaiveDate;

use super::{
    commitment::{CommitmentStatus, OwedBy},
    money::{Exact, exact},
};

/// A promise as it counts among the kept ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Who made it.
    pub owed_by: OwedBy,
    /// The last day on which it is kept on time.
    pub due_on: NaiveDate,
    /// How it stands on the day of the question.
    pub status: CommitmentStatus,
}

/// How many of its promises each side has kept, from 0 to 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPromises {
    /// The vendor's share; none while nothing of it was due.
    pub vendor: Option<Exact>,
    /// The partner's share; none while nothing of it was due.
    pub partner: Option<Exact>,
}

/// The promises fulfilled on time ÷ those due by the end of `on`, for each side.
///
/// Waived ones are left out, joint ones count for both, and one kept before its due date counts from that date on.
pub fn kept_promises(promises: &[Promise], on: NaiveDate) -> KeptPromises {
    let share = |side: OwedBy| {
        let due: Vec<&Promise> = promises
            .iter()
            .filter(|promise| [side, OwedBy::Joint].contains(&promise.owed_by))
            .filter(|promise| promise.due_on <= on && promise.status != CommitmentStatus::Waived)
            .collect();
        let n_due = i64::try_from(due.len()).ok().filter(|n_due| *n_due > 0)?;
        let kept = due.iter().filter(|promise| promise.status == CommitmentStatus::Fulfilled);
        Some(exact(i64::try_from(kept.count()).ok()?) / exact(n_due))
    };
    KeptPromises { vendor: share(OwedBy::Vendor), partner: share(OwedBy::Partner) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CommitmentStatus::{Fulfilled, FulfilledLate, Overdue, Waived};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_side_has_its_rate_of_kept_promises() {
        let rows = [
            (OwedBy::Vendor, "2026-03-31", Fulfilled),
            (OwedBy::Vendor, "2026-03-31", Waived),
            (OwedBy::Vendor, "2026-07-31", Fulfilled),
            (OwedBy::Partner, "2026-03-31", Overdue),
            (OwedBy::Joint, "2026-06-30", FulfilledLate),
        ];
        let promises =
            rows.map(|(owed_by, due_on, status)| Promise { owed_by, due_on: day(due_on), status });
        let rate = |numerator: i64, denominator: i64| Some(exact(numerator) / exact(denominator));
        for (on, vendor, partner) in [
            ("2026-03-30", None, None),
            ("2026-03-31", rate(1, 1), rate(0, 1)),
            ("2026-06-30", rate(1, 2), rate(0, 2)),
            ("2026-07-31", rate(2, 3), rate(0, 2)),
        ] {
            let expected = KeptPromises { vendor, partner };
            assert_eq!(kept_promises(&promises, day(on)), expected, "{on}");
        }
    }
}
