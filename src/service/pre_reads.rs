//! What both sides read before a review: the figures now, what changed since the last one, what is late, what lapses soon.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{progress::PlanFigures, rollups, scorecards};
use crate::{
    domain::{
        activity::{ActivityKind, Fact, Payload},
        certification::{Lapse, lapsing},
        commitment::CommitmentStatus,
        review::ReviewState,
        scorecard::Comparison,
    },
    entity::{activity, commitment, plan, review, scorecard},
    error::Result,
    op::Op,
};

/// Days in which what lapses is named.
pub const SOON_DAYS: u64 = 30;

/// Certifications that are named at most, those that lapse first.
const MOST_LAPSES: usize = 100;

/// The review that was held last, and its scorecard; none before the first.
pub async fn last_held(
    op: &Op,
    plan: &plan::Model,
) -> Result<Option<(review::Model, scorecard::Model)>> {
    let last = review::Entity::visible_to(&op.actor)
        .filter(review::Column::PlanId.eq(plan.id))
        .filter(review::Column::State.is_in([ReviewState::Held, ReviewState::Confirmed]))
        .order_by_desc(review::Column::HeldOn)
        .order_by_desc(review::Column::Number)
        .one(op.db.read())
        .await?;
    let Some(last) = last else { return Ok(None) };
    let card = scorecards::of_reviews(op, &[last.id]).await?.remove(&last.id);
    Ok(card.map(|card| (last, card)))
}

/// What changed from a frozen scorecard to a day.
pub async fn since(
    op: &Op,
    plan: &plan::Model,
    card: &scorecard::Model,
    today: NaiveDate,
) -> Result<Comparison> {
    let now = scorecards::freeze(op.db.read(), plan, today).await?;
    Ok(Comparison::of(&scorecards::read(card)?, &now))
}

/// The commitments of either side whose day has passed without what they promise.
pub fn late_commitments(figures: &PlanFigures) -> Vec<commitment::Model> {
    let is_late = |status| matches!(status, CommitmentStatus::Overdue | CommitmentStatus::Missed);
    let late = figures.commitments.iter().filter(|figures| is_late(figures.status));
    late.map(|figures| figures.commitment.clone()).collect()
}

impl PlanFigures {
    /// Market development funds that lapse with the plan unless they are spent; never below nothing.
    pub fn mdf_unspent(&self) -> i64 {
        (self.mdf_allocated() - self.total.mdf).max(0)
    }
}

/// The certifications of the partnership's people that lapse within [`SOON_DAYS`] after a day, those that lapse first; at most a
/// hundred. The caller has already seen the plan.
pub async fn lapsing_certifications(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    today: NaiveDate,
) -> Result<Vec<Lapse>> {
    let Some(until) = today.checked_add_days(Days::new(SOON_DAYS)) else { return Ok(Vec::new()) };
    let rows = activity::Entity::find()
        .filter(activity::Column::PartnershipId.eq(plan.partnership_id))
        .filter(activity::Column::IsSuperseded.eq(false))
        .filter(activity::Column::OccurredOn.lte(today))
        .filter(
            activity::Column::Kind
                .is_in([ActivityKind::CertificationEarned, ActivityKind::CertificationRevoked]),
        )
        .order_by_asc(activity::Column::Id)
        .all(db)
        .await?;
    let mut by_person: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
    for fact in rows.into_iter().map(rollups::fact) {
        if let Payload::Training(training) = &fact.payload {
            by_person.entry(training.person.clone()).or_default().push(fact);
        }
    }
    let mut lapses: Vec<Lapse> =
        by_person.values().flat_map(|facts| lapsing(facts, today, until)).collect();
    lapses.sort_by(|a, b| (a.last_day, &a.person, &a.code).cmp(&(b.last_day, &b.person, &b.code)));
    lapses.truncate(MOST_LAPSES);
    Ok(lapses)
}
