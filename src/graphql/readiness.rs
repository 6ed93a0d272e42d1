//! What keeps a plan from being proposed, as data.

use async_graphql::SimpleObject;

use crate::domain::readiness::{self, FindingSeverity, ReadinessCode};

/// Something that keeps a plan from being proposed, or that its parties should know before they do.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "ReadinessFinding")]
pub struct Finding {
    /// What it is.
    pub code: ReadinessCode,
    /// Whether it keeps the plan from being proposed.
    pub severity: FindingSeverity,
    /// The field it is about: `["targets", "trgt_…", "weight"]`.
    pub path: Vec<String>,
    /// What to do about it, in a sentence.
    pub message: String,
}

impl From<readiness::Finding> for Finding {
    fn from(finding: readiness::Finding) -> Self {
        let readiness::Finding { code, severity, path, message } = finding;
        Self { code, severity, path, message }
    }
}
