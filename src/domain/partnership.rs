//! What a vendor keeps about a partnership.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// How likely the vendor thinks it is that a partnership fails; the partner never learns it.
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
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RiskRating {
    /// Nothing to worry about.
    Low,
    /// Worth an eye.
    Moderate,
    /// Worth a conversation.
    High,
    /// About to fail.
    Critical,
}
