//! How much the caller may still ask for.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};

use crate::domain::allowance::Standing;

/// How much the caller may still ask for. Each operation costs as many points as it brings objects, and at least one.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RateLimit {
    /// Points that may be used at once.
    pub limit: u32,
    /// Points that are left, this operation paid for.
    pub remaining: u32,
    /// Points that come back in a second.
    pub restore_rate: u32,
    /// When all points will be back if nothing else is asked.
    pub reset_at: DateTime<Utc>,
}

impl From<Standing> for RateLimit {
    fn from(standing: Standing) -> Self {
        let Standing { limit, remaining, restore, reset_at } = standing;
        Self { limit, remaining, restore_rate: restore, reset_at }
    }
}

/// What can be asked about asking.
#[derive(Debug, Default)]
pub struct RateLimitQuery;

#[Object]
impl RateLimitQuery {
    /// How much the caller may still ask for; null where nothing is counted. Each answer says in `extensions.cost` what it has cost.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Option<RateLimit> {
        ctx.data_opt::<Standing>().copied().map(RateLimit::from)
    }
}
