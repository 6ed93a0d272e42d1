//! What a partnership lacks of plan and agreement on a day (domain §3).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{calendar::Period, draft::AgreementTerm};

/// What is lacking.
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
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GapKind {
    /// The partnership is offered a plan, and none is in force.
    PlanMissing,
    /// The partnership has no agreement that holds.
    AgreementMissing,
    /// The period of a plan leaves the term of the partnership's agreement.
    PlanOutsideAgreement,
}

impl GapKind {
    /// All of them.
    pub const ALL: [Self; 3] =
        [Self::PlanMissing, Self::AgreementMissing, Self::PlanOutsideAgreement];

    /// Its number in the order of a list.
    pub fn number(self) -> u8 {
        match self {
            Self::PlanMissing => 1,
            Self::AgreementMissing => 2,
            Self::PlanOutsideAgreement => 3,
        }
    }

    /// The kind of this number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// A place in the list of gaps: partnerships and plans by their ids, and the gaps of one by their kind.
///
/// As a single `Uuid` it is the id with the kind's number where all ids have the version 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GapPlace {
    /// The partnership, or the plan that is outside.
    pub id: Uuid,
    /// The kind's number.
    pub number: u8,
}

/// The byte of a `Uuid` whose upper half is its version.
const VERSION_AT: usize = 6;

/// The version of all ids.
const VERSION: u8 = 7;

impl From<GapPlace> for Uuid {
    fn from(place: GapPlace) -> Self {
        versioned(place.id, place.number)
    }
}

impl From<Uuid> for GapPlace {
    fn from(place: Uuid) -> Self {
        Self { id: versioned(place, VERSION), number: place.as_bytes()[VERSION_AT] >> 4 }
    }
}

fn versioned(id: Uuid, version: u8) -> Uuid {
    let mut bytes = id.into_bytes();
    bytes[VERSION_AT] = (version << 4) | (bytes[VERSION_AT] & 0x0f);
    Uuid::from_bytes(bytes)
}

/// From which day on something is lacking: the day after the last that had it, or the day on which the partnership began.
pub fn since(last_days: &[NaiveDate], on: NaiveDate, begun_on: NaiveDate) -> NaiveDate {
    let last = last_days.iter().filter(|day| **day < on).max();
    last.and_then(NaiveDate::succ_opt).unwrap_or(begun_on)
}

/// Where a period leaves the term of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// It starts before the agreement holds, which is from this day on.
    StartsBefore(NaiveDate),
    /// The agreement expires on this day, before it ends.
    EndsAfter(NaiveDate),
}

impl Outside {
    /// Where `period` leaves the term of the latest agreement that holds on some of its days; none while another holds on all.
    pub fn of(period: Period, terms: &[AgreementTerm]) -> Option<Self> {
        let starts_inside = |term: &AgreementTerm| term.effective_on <= period.start;
        let ends_inside =
            |term: &AgreementTerm| term.expires_on.is_none_or(|end| end >= period.end);
        if terms.iter().any(|term| starts_inside(term) && ends_inside(term)) {
            return None;
        }
        let begun = terms.iter().filter(|term| term.effective_on <= period.end);
        let latest = begun.max_by_key(|term| term.effective_on);
        let term = latest.or_else(|| terms.iter().min_by_key(|term| term.effective_on))?;
        match term.expires_on {
            Some(expires_on) if starts_inside(term) => Some(Self::EndsAfter(expires_on)),
            _ => Some(Self::StartsBefore(term.effective_on)),
        }
    }

    /// The first day of the period that is outside.
    pub fn since(self, period: Period) -> NaiveDate {
        match self {
            Self::StartsBefore(_) => period.start,
            Self::EndsAfter(expires_on) => {
                expires_on.succ_opt().unwrap_or(expires_on).max(period.start)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check_since(last_days: &[&str], expected: &str) {
        let last_days: Vec<NaiveDate> = last_days.iter().map(|text| day(text)).collect();
        assert_eq!(since(&last_days, day("2026-06-30"), day("2026-02-03")), day(expected));
    }

    #[test]
    fn something_is_lacking_since_it_ended_or_ever() {
        check_since(&[], "2026-02-03");
        check_since(&["2024-12-31", "2025-12-31"], "2026-01-01");
        check_since(&["2026-06-29"], "2026-06-30");
        // What ends later does not cover the day, or nothing would be lacking.
        check_since(&["2027-12-31"], "2026-02-03");
    }

    /// Agreements as `from..to`, and how a plan of 2026 leaves them.
    #[track_caller]
    fn check_outside(terms: &[&str], expected: Option<(Outside, &str)>) {
        let period = Period::fiscal_year(1, 2026).unwrap();
        let terms: Vec<AgreementTerm> = terms
            .iter()
            .map(|term| {
                let (from, to) = term.split_once("..").unwrap();
                let expires_on = (!to.is_empty()).then(|| day(to));
                AgreementTerm { effective_on: day(from), expires_on }
            })
            .collect();
        let outside = Outside::of(period, &terms);
        assert_eq!(
            outside.map(|outside| (outside, outside.since(period))),
            expected.map(|(outside, since)| (outside, day(since)))
        );
    }

    #[test]
    fn a_period_leaves_the_term_at_either_end() {
        use Outside::{EndsAfter, StartsBefore};
        check_outside(&["2026-01-01..2026-12-31"], None);
        check_outside(&["2020-01-01.."], None);
        check_outside(
            &["2020-01-01..2026-12-30"],
            Some((EndsAfter(day("2026-12-30")), "2026-12-31")),
        );
        check_outside(&["2026-01-02.."], Some((StartsBefore(day("2026-01-02")), "2026-01-01")));
        check_outside(
            &["2026-03-01..2026-04-01"],
            Some((StartsBefore(day("2026-03-01")), "2026-01-01")),
        );
        check_outside(
            &["2020-01-01..2024-12-31"],
            Some((EndsAfter(day("2024-12-31")), "2026-01-01")),
        );
        check_outside(&["2027-01-01.."], Some((StartsBefore(day("2027-01-01")), "2026-01-01")));
        check_outside(&[], None);
        // The latest that holds on some days is the one that counts, unless an older one holds on all.
        check_outside(
            &["2020-01-01..2026-06-30", "2026-07-01.."],
            Some((StartsBefore(day("2026-07-01")), "2026-01-01")),
        );
        check_outside(&["2020-01-01..", "2026-07-01.."], None);
    }

    #[test]
    fn a_place_is_an_id_and_a_kind() {
        let id: Uuid = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        for kind in GapKind::ALL {
            let place = GapPlace { id, number: kind.number() };
            assert_eq!(GapPlace::from(Uuid::from(place)), place);
            assert_eq!(GapKind::of_number(place.number), Some(kind));
        }
        assert_eq!(GapKind::of_number(7), None);
    }
}
