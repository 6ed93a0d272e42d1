//! How good the facts are: what is not understood, not converted, disputed, told twice, or has not come for long.

use async_graphql::{Context, Description, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    activity::UnmappedValue,
    error::ApiError,
    plan::{Plan, plan_of},
    scalars::{CurrencyCode, Date, Decimal, Money},
};
use crate::{
    domain::{activity::Feed, target::Dimension},
    entity::{partnership, rejected_row},
    service::{
        activities::RowErrorCode,
        facts,
        quality::{self, Freshness, Unconverted},
        rejections,
    },
};

/// How good the facts of a partnership are. An integration needs the scope `ACTIVITIES_READ`.
#[derive(Clone, Debug, Description)]
pub struct DataQuality(pub partnership::Model);

#[Object(use_type_description)]
impl DataQuality {
    /// The texts that the vendor's dimensions do not know, the most frequent first, at most 100 of each dimension. `mapValue` maps
    /// them, and counts the facts anew.
    async fn unmapped_values(&self, ctx: &Context<'_>) -> Result<Vec<UnmappedValue>, ApiError> {
        let mut values = Vec::new();
        for dimension in Dimension::ALL {
            let found = facts::unmapped_values(ctx.op(), dimension, Some(self.0.id), 100).await?;
            values.extend(found.into_iter().map(|value| UnmappedValue::of(dimension, value)));
        }
        Ok(values)
    }

    /// What the plans in force do not count for want of a planning rate, by plan and currency. `setExchangeRate` counts it.
    async fn unconverted_facts(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<UnconvertedFacts>, ApiError> {
        let found = quality::unconverted(ctx.op(), self.0.id).await?;
        Ok(found.into_iter().map(UnconvertedFacts).collect())
    }

    /// When something came last of each feed from each source, the longest silent first.
    async fn feeds(&self, ctx: &Context<'_>) -> Result<Vec<FeedFreshness>, ApiError> {
        let found = quality::freshness(ctx.op(), &self.0).await?;
        Ok(found.into_iter().map(FeedFreshness::from).collect())
    }

    /// How many open deals seem to register another one again; `deals(filter: { isDuplicate: true })` has them.
    async fn duplicate_deals(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let n_deals = quality::duplicates(ctx.op(), self.0.id).await?;
        Ok(i32::try_from(n_deals).unwrap_or(i32::MAX))
    }

    /// How many facts are disputed and wait for the vendor; `activities(filter: { disputes: [OPEN] })` has them.
    async fn disputed_activities(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let n_facts = quality::disputed(ctx.op(), self.0.id).await?;
        Ok(i32::try_from(n_facts).unwrap_or(i32::MAX))
    }
}

/// Facts of a plan's period that it does not count, for want of a planning rate of their currency.
#[derive(Clone, Debug, Description)]
pub struct UnconvertedFacts(pub Unconverted);

#[Object(use_type_description)]
impl UnconvertedFacts {
    /// The plan. An integration needs the scope `PLANS_READ` too.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
        plan_of(ctx, self.0.plan.id).await
    }

    /// The currency that has no rate.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency)
    }

    /// How many they are.
    async fn activities(&self) -> i32 {
        i32::try_from(self.0.n_facts).unwrap_or(i32::MAX)
    }

    /// The earliest day of one.
    async fn first_on(&self) -> Date {
        Date(self.0.first_on)
    }

    /// The latest day of one.
    async fn last_on(&self) -> Date {
        Date(self.0.last_on)
    }

    /// What the plan would count more at a rate, by the end of its period: exactly what `setExchangeRate` with this rate will count.
    async fn would_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Units of the plan's currency for one of the facts'.")] rate: Decimal,
    ) -> Result<WouldCount, ApiError> {
        let sums = quality::would_count(ctx.op(), &self.0, rate.0).await?;
        let money = |minor| Money::new(minor, self.0.plan.currency);
        Ok(WouldCount {
            revenue: money(sums.revenue),
            pipeline_created: money(sums.pipeline),
            open_pipeline: money(sums.open_value),
            mdf_spent: money(sums.mdf),
        })
    }
}

/// What a plan would count more at a rate.
#[derive(Clone, Debug, SimpleObject)]
pub struct WouldCount {
    /// Won deals.
    pub revenue: Money,
    /// Approved registrations.
    pub pipeline_created: Money,
    /// Deals that are open in the end.
    pub open_pipeline: Money,
    /// Market development funds spent.
    pub mdf_spent: Money,
}

/// When something came last of a feed from a source.
#[derive(Clone, Debug, SimpleObject)]
pub struct FeedFreshness {
    /// The feed.
    pub feed: Feed,
    /// The system that reports it.
    pub source: String,
    /// How many facts it has reported.
    pub activities: i32,
    /// The latest day of one.
    pub last_occurred_on: Date,
    /// When the last one came.
    pub last_recorded_at: DateTime<Utc>,
    /// Days since then, at the vendor.
    pub silent_days: i32,
    /// Whether that is as long as the planning policy lets pass, or longer.
    pub is_silent: bool,
}

impl From<Freshness> for FeedFreshness {
    fn from(known: Freshness) -> Self {
        Self {
            feed: known.feed,
            source: known.source,
            activities: i32::try_from(known.n_facts).unwrap_or(i32::MAX),
            last_occurred_on: Date(known.last_occurred_on),
            last_recorded_at: known.last_recorded_at,
            silent_days: i32::try_from(known.silent_days).unwrap_or(i32::MAX),
            is_silent: known.is_silent,
        }
    }
}

/// A row that an integration sent and that was not recorded.
#[derive(Clone, Debug, SimpleObject)]
pub struct RejectedRow {
    /// When it was rejected.
    pub rejected_at: DateTime<Utc>,
    /// The line of the body on which it began; by `recordActivities` and `upsertDeals`, its place in the batch, from 0.
    pub line: i32,
    /// What the reporting system calls it, for `upsertDeals` the deal; null where it could not be read.
    pub external_id: Option<String>,
    /// The kind of refusal.
    pub code: RowErrorCode,
    /// The field that is to blame.
    pub field: String,
    /// What stands there, shortened; null where nothing does, or the message says it.
    pub value: Option<String>,
    /// What is wrong with it, in words.
    pub message: String,
}

impl RejectedRow {
    /// A row that was kept.
    pub fn of(row: rejected_row::Model) -> Result<Self, ApiError> {
        Ok(Self {
            code: rejections::code(&row)?,
            rejected_at: row.at,
            line: i32::try_from(row.line).unwrap_or(i32::MAX),
            external_id: row.external_id,
            field: row.field,
            value: row.value,
            message: row.message,
        })
    }
}
