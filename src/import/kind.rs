//! Kinds of facts, as a mapping and the API call them.

use serde::Deserialize;

use crate::domain::activity::ActivityKind;

/// A kind of fact that a file can report: `DEAL_WON`.
///
/// Adjustments are absent: a correction names the fact that it takes back, which no other system knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ReportedKind(pub ActivityKind);

const KINDS: [(&str, ActivityKind); 18] = [
    ("DEAL_REGISTERED", ActivityKind::DealRegistered),
    ("DEAL_APPROVED", ActivityKind::DealApproved),
    ("DEAL_REJECTED", ActivityKind::DealRejected),
    ("DEAL_RETURNED", ActivityKind::DealReturned),
    ("DEAL_UPDATED", ActivityKind::DealUpdated),
    ("DEAL_WON", ActivityKind::DealWon),
    ("DEAL_LOST", ActivityKind::DealLost),
    ("DEAL_EXPIRED", ActivityKind::DealExpired),
    ("DEAL_REOPENED", ActivityKind::DealReopened),
    ("COURSE_COMPLETED", ActivityKind::CourseCompleted),
    ("CERTIFICATION_EARNED", ActivityKind::CertificationEarned),
    ("CERTIFICATION_REVOKED", ActivityKind::CertificationRevoked),
    ("PROGRAMME_EXECUTED", ActivityKind::ProgrammeExecuted),
    ("LEADS_DELIVERED", ActivityKind::LeadsDelivered),
    ("MDF_SPENT", ActivityKind::MdfSpent),
    ("PROGRAMME_CANCELLED", ActivityKind::ProgrammeCancelled),
    ("SUPPORT_DELIVERED", ActivityKind::SupportDelivered),
    ("CUSTOM", ActivityKind::Custom),
];

impl TryFrom<String> for ReportedKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        KINDS.iter().find(|(name, _)| *name == text).map(|(_, kind)| Self(*kind)).ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            format!("`{text}` is no kind of fact; the kinds are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_called_as_in_the_api() {
        for (name, kind) in KINDS {
            let stored = serde_json::to_value(kind).unwrap();
            assert_eq!(stored.as_str().unwrap().to_uppercase(), name);
        }
    }

    #[test]
    fn an_unknown_kind_is_refused_with_the_known_ones() {
        let refused = ReportedKind::try_from("DEAL_CLOSED".to_owned()).unwrap_err();
        assert!(
            refused
                .starts_with("`DEAL_CLOSED` is no kind of fact; the kinds are DEAL_REGISTERED, ")
        );
        assert!(ReportedKind::try_from("ADJUSTMENT".to_owned()).is_err());
    }
}
