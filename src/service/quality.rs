//! How good a partnership's facts are: what is not understood, not converted, not vouched for, told twice, or has not come for long.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{access, content, facts, organizations, programmes, rollups, terms};
use crate::{
    domain::{
        activity::Feed,
        actor::{Actor, Scope},
        dispute::DisputeState,
        id::PartnershipId,
        money::Currency,
        plan::PlanState,
        tally::{Slice, SliceSums},
    },
    entity::{activity, deal, dispute, feed_total, organization, partnership, plan},
    error::{Error, Result},
    op::Op,
};

/// Subjects whose facts are held in memory at once.
const SUBJECTS_AT_ONCE: usize = 500;

/// Facts of a plan's period that it does not count, for want of a rate.
#[derive(Clone, Debug)]
pub struct Unconverted {
    /// The plan.
    pub plan: plan::Model,
    /// The currency that has no rate.
    pub currency: Currency,
    /// How many they are.
    pub n_facts: i64,
    /// The earliest day of one.
    pub first_on: NaiveDate,
    /// The latest.
    pub last_on: NaiveDate,
}

/// When something came last of a feed from a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The feed.
    pub feed: Feed,
    /// The system that reports it.
    pub source: String,
    /// How many facts it has reported.
    pub n_facts: i64,
    /// The latest day of one.
    pub last_occurred_on: NaiveDate,
    /// When the last one came.
    pub last_recorded_at: DateTime<Utc>,
    /// Days since then, at the vendor.
    pub silent_days: i64,
    /// Whether that is longer than the policy lets pass.
    pub is_silent: bool,
}

/// What the plans in force of a partnership do not count for want of a rate. The caller has already seen the partnership.
pub async fn unconverted(op: &Op, partnership: PartnershipId) -> Result<Vec<Unconverted>> {
    #[derive(FromQueryResult)]
    struct Row {
        currency: Currency,
        n_facts: i64,
        first_on: NaiveDate,
        last_on: NaiveDate,
    }
    use activity::Column;
    access::scope(op, Scope::ActivitiesRead)?;
    let plans = plan::Entity::visible_to(&op.actor)
        .filter(plan::Column::PartnershipId.eq(partnership))
        .filter(plan::Column::State.eq(PlanState::Active))
        .order_by_asc(plan::Column::StartsOn);
    let mut found = Vec::new();
    for plan in plans.all(op.db.read()).await? {
        let waiting = activity::Entity::visible_to(&op.actor);
        let rows: Vec<Row> = facts::without_rate(waiting, &plan)
            .select_only()
            .column(Column::Currency)
            .column_as(Column::Id.count(), "n_facts")
            .column_as(Column::OccurredOn.min(), "first_on")
            .column_as(Column::OccurredOn.max(), "last_on")
            .group_by(Column::Currency)
            .order_by_asc(Column::Currency)
            .into_model()
            .all(op.db.read())
            .await?;
        found.extend(rows.into_iter().map(|Row { currency, n_facts, first_on, last_on }| {
            Unconverted { plan: plan.clone(), currency, n_facts, first_on, last_on }
        }));
    }
    Ok(found)
}

/// What a plan would count more at a rate for a currency that has none: the same arithmetic that counts it once the rate is set.
pub async fn would_count(op: &Op, waiting: &Unconverted, rate: Decimal) -> Result<SliceSums> {
    use activity::Column;
    access::scope(op, Scope::ActivitiesRead)?;
    terms::check_rate(rate)?;
    let plan = &waiting.plan;
    let without = content::lens(op.db.read(), plan).await?;
    let mut with = without.clone();
    with.rates.insert(waiting.currency, rate);
    let (mut sums, mut last) = (SliceSums::default(), String::new());
    loop {
        let subjects: Vec<String> = activity::Entity::visible_to(&op.actor)
            .select_only()
            .column(Column::Subject)
            .distinct()
            .filter(Column::PartnershipId.eq(plan.partnership_id))
            .filter(Column::Currency.eq(waiting.currency))
            .filter(Column::IsSuperseded.eq(false))
            .filter(Column::Subject.gt(last.as_str()))
            .order_by_asc(Column::Subject)
            .limit(u64::try_from(SUBJECTS_AT_ONCE).unwrap_or(u64::MAX))
            .into_tuple()
            .all(op.db.read())
            .await?;
        let Some(furthest) = subjects.last().cloned() else { return Ok(sums) };
        let ledgers = rollups::facts_of(op.db.read(), plan.partnership_id, subjects).await?;
        for facts in ledgers.values() {
            let mut change = with.tally(facts)?;
            change.add(without.tally(facts)?, -1)?;
            let total = change.slices.iter().filter(|((slice, ..), _)| *slice == Slice::Total);
            for (_, more) in total {
                sums = sums.plus(*more, 1).ok_or(crate::domain::tally::TooLarge)?;
            }
        }
        last = furthest;
    }
}

/// When something came last of each feed from each source, the longest silent first. The caller has already seen the partnership.
pub async fn freshness(op: &Op, partnership: &partnership::Model) -> Result<Vec<Freshness>> {
    access::scope(op, Scope::ActivitiesRead)?;
    let rows = feed_total::Entity::visible_to(&op.actor)
        .filter(feed_total::Column::PartnershipId.eq(partnership.id))
        .all(op.db.read())
        .await?;
    let vendor = organization::Entity::visible_to(&Actor::System)
        .filter(organization::Column::Id.eq(partnership.vendor_id))
        .one(op.db.read())
        .await?;
    let gone = || Error::Inconsistent(format!("{} has no vendor", partnership.id));
    let zone = organizations::zone(&vendor.ok_or_else(gone)?)?;
    let today = op.today(zone);
    let policy = programmes::policy_for(op.db.read(), partnership).await?;
    let window = i64::from(policy.windows.silent_feed_days);
    let mut feeds: BTreeMap<(Feed, String), Freshness> = BTreeMap::new();
    // What takes facts back comes when there is something to take back.
    for row in rows.into_iter().filter(|row| row.kind.feed() != Feed::Adjustment) {
        let (feed, source) = (row.kind.feed(), row.source);
        let known = feeds.entry((feed, source.clone())).or_insert_with(|| Freshness {
            feed,
            source,
            n_facts: 0,
            last_occurred_on: row.last_occurred_on,
            last_recorded_at: row.last_recorded_at,
            silent_days: 0,
            is_silent: false,
        });
        known.n_facts += row.n_facts;
        known.last_occurred_on = known.last_occurred_on.max(row.last_occurred_on);
        known.last_recorded_at = known.last_recorded_at.max(row.last_recorded_at);
    }
    let mut feeds: Vec<Freshness> = feeds
        .into_values()
        .map(|known| {
            let last = known.last_recorded_at.with_timezone(&zone).date_naive();
            let silent_days = (today - last).num_days();
            Freshness { silent_days, is_silent: silent_days >= window, ..known }
        })
        .collect();
    feeds.sort_by_key(|known| known.last_recorded_at);
    Ok(feeds)
}

/// How many open deals seem to register another one again.
pub async fn duplicates(op: &Op, partnership: PartnershipId) -> Result<u64> {
    access::scope(op, Scope::ActivitiesRead)?;
    let flagged = deal::Entity::visible_to(&op.actor)
        .filter(deal::Column::PartnershipId.eq(partnership))
        .filter(deal::Column::DuplicateOfId.is_not_null());
    Ok(flagged.count(op.db.read()).await?)
}

/// How many facts one side says are not so, and nobody has decided.
pub async fn disputed(op: &Op, partnership: PartnershipId) -> Result<u64> {
    access::scope(op, Scope::ActivitiesRead)?;
    let open = dispute::Entity::visible_to(&op.actor)
        .filter(dispute::Column::PartnershipId.eq(partnership))
        .filter(dispute::Column::State.eq(DisputeState::Open));
    Ok(open.count(op.db.read()).await?)
}
