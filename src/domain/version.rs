//! A plan's content at the moment it is proposed: what is signed, and by which hash it is known (domain §4).
//!
//! The content is written as JSON with the fields in the order given here, lists in the plan's order, amounts as integers of the
//! smallest unit. The hash is the SHA-256 of exactly those bytes, so anyone who has them can check a signature.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    calendar::{Period, PeriodKind},
    commitment::OwedBy,
    content::PlanContent,
    id::{CommitmentId, DimensionValueId, PlanId, TargetId, UserId},
    money::Currency,
    phasing::Phasing,
    policy::PlanningMode,
    target::{Dimension, Metric},
    terms::Terms,
};

/// Everything that both sides sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The plan.
    pub plan: PlanId,
    /// The version's number, from 1.
    pub number: i32,
    /// Its name.
    pub name: String,
    /// How it is planned.
    pub mode: PlanningMode,
    /// What kind of period it covers.
    pub period_kind: PeriodKind,
    /// The days it covers.
    pub period: Period,
    /// What money is counted in.
    pub currency: Currency,
    /// Narrative, planning rates and review cadence.
    pub content: PlanContent,
    /// The vendor's executive sponsor.
    pub vendor_sponsor: Option<UserId>,
    /// The partner's executive sponsor.
    pub partner_sponsor: Option<UserId>,
    /// Targets, parents before children.
    pub targets: Vec<TargetTerms>,
    /// Commitments.
    pub commitments: Vec<CommitmentTerms>,
    /// The day from which an amendment counts; the first version counts from the plan's first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_on: Option<NaiveDate>,
}

/// A target as it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetTerms {
    /// The target.
    pub id: TargetId,
    /// The target whose split it is part of.
    pub parent: Option<TargetId>,
    /// Its name.
    pub name: String,
    /// What is measured.
    pub metric: Metric,
    /// Which custom metric.
    pub metric_key: Option<String>,
    /// In which dimension its parent is split.
    pub split: Option<Dimension>,
    /// Whether it takes what its siblings do not name.
    pub is_other: bool,
    /// Only this product line.
    pub product_line: Option<DimensionValueId>,
    /// Only this segment.
    pub segment: Option<DimensionValueId>,
    /// Only this geography.
    pub geography: Option<DimensionValueId>,
    /// What is to be reached, in the metric's unit.
    pub amount: i64,
    /// Last period's actual.
    pub baseline: Option<i64>,
    /// Its share of the score.
    pub weight: Option<i32>,
    /// How it spreads over the period.
    pub phasing: Phasing,
}

/// A commitment as it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentTerms {
    /// The commitment.
    pub id: CommitmentId,
    /// Who owes it.
    pub owed_by: OwedBy,
    /// Its title.
    pub title: String,
    /// Who sees to it.
    pub owner: Option<UserId>,
    /// When it begins.
    pub starts_on: NaiveDate,
    /// When it is due.
    pub due_on: Option<NaiveDate>,
    /// How much, in the unit of its terms.
    pub quantity: i64,
    /// What exactly.
    pub terms: Terms,
}

impl Snapshot {
    /// The bytes that are signed, and their SHA-256 in hexadecimal.
    pub fn seal(&self) -> serde_json::Result<(String, String)> {
        let content = serde_json::to_string(self)?;
        let hash = hash(&content);
        Ok((content, hash))
    }
}

/// The SHA-256 of a version's content, in hexadecimal.
pub fn hash(content: &str) -> String {
    hex::encode(Sha256::digest(content.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{day, snapshot};

    /// Test vectors of FIPS 180-2.
    #[test]
    fn the_hash_is_sha_256_in_hexadecimal() {
        for (text, expected) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] {
            assert_eq!(hash(text), expected);
        }
    }

    #[test]
    fn what_is_sealed_can_be_read_and_sealed_again() {
        let (content, sealed) = snapshot().seal().unwrap();
        assert_eq!(sealed, hash(&content));
        let read: Snapshot = serde_json::from_str(&content).unwrap();
        assert_eq!(read, snapshot());
        assert_eq!(read.seal().unwrap(), (content, sealed));
    }

    #[test]
    fn every_change_of_the_content_changes_the_hash() {
        let hash_of = |snapshot: Snapshot| snapshot.seal().unwrap().1;
        let mut seen = vec![hash_of(snapshot())];
        let changes: [fn(&mut Snapshot); 7] = [
            |snapshot| snapshot.number = 2,
            |snapshot| snapshot.name = "plan".to_owned(),
            |snapshot| snapshot.content.vision = Some(String::new()),
            |snapshot| snapshot.targets[0].amount += 1,
            |snapshot| snapshot.targets[0].geography = None,
            |snapshot| snapshot.commitments[0].due_on = Some(day("2026-06-30")),
            |snapshot| snapshot.commitments.clear(),
        ];
        for change in changes {
            let mut edited = snapshot();
            change(&mut edited);
            let hash = hash_of(edited);
            assert!(!seen.contains(&hash));
            seen.push(hash);
        }
    }
}
