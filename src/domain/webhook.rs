//! Webhooks: what a company wants its own server to be told, how often that is tried, and when it is given up.

pub mod address;
pub mod schedule;
pub mod signature;

use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};

use super::{event::EventKind, id::PlanId};

/// Endpoints of one organisation at most.
pub const MOST_ENDPOINTS: u64 = 20;

/// Plans or kinds in a filter at most.
pub const MOST_IN_FILTER: usize = 100;

/// Whether an endpoint is told anything.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum WebhookEndpointState {
    /// It is told what happens.
    Enabled,
    /// An admin has switched it off; what happens meanwhile waits for it.
    Disabled,
    /// It answered `410 Gone`: nobody wants to hear any more.
    Gone,
    /// It has not taken anything for three days, and something had to be given up.
    Failing,
}

/// Why something is told.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum WebhookPurpose {
    /// Something happened.
    Event,
    /// An admin wants to see whether the endpoint works; it is tried once.
    Test,
    /// What happened after the last delivery is not kept any more: read anew what is shown, then go on.
    StreamReset,
}

/// What became of a delivery.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum WebhookDeliveryStatus {
    /// It is about to be tried, or tried again.
    Pending,
    /// The endpoint has taken it.
    Delivered,
    /// It was tried for three days in vain: a dead letter, which `redeliverWebhook` tries anew. A test is tried once.
    Dead,
    /// It is not told any more: the event is no longer kept, or no longer the company's to see.
    Withdrawn,
}

/// Which events an endpoint is told of; what is absent does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct WebhookFilter {
    /// Only these kinds.
    pub kinds: Option<Vec<EventKind>>,
    /// Only of these plans.
    pub plans: Option<Vec<PlanId>>,
}

/// What an answer of an endpoint means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has taken the delivery.
    Taken,
    /// It wants no delivery any more.
    Gone,
    /// It has not taken it; redirects are not followed.
    Failed,
}

impl Verdict {
    /// The verdict on a status of HTTP; without one, there was no answer.
    pub fn of(status: Option<u16>) -> Self {
        match status {
            Some(200..=299) => Self::Taken,
            Some(410) => Self::Gone,
            _ => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_2xx_is_taken() {
        for (status, expected) in [
            (Some(200), Verdict::Taken),
            (Some(204), Verdict::Taken),
            (Some(299), Verdict::Taken),
            (Some(199), Verdict::Failed),
            (Some(301), Verdict::Failed),
            (Some(304), Verdict::Failed),
            (Some(308), Verdict::Failed),
            (Some(404), Verdict::Failed),
            (Some(410), Verdict::Gone),
            (Some(429), Verdict::Failed),
            (Some(500), Verdict::Failed),
            (None, Verdict::Failed),
        ] {
            assert_eq!(Verdict::of(status), expected, "{status:?}");
        }
    }
}
