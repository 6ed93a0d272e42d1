//! Scorecards: the figures of a plan on a day, frozen with the names in them, and the facts that arrived too late for them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    action_items, content, facts,
    page::{Found, Page},
    progress::{self, CommitmentFigures, PlanFigures, TargetFigures},
    tallies,
};
use crate::{
    db::Tx,
    domain::{
        id::{DimensionValueId, OrganizationId, PlanId, ReviewId, UserId},
        money::{Currency, Unit, ratio},
        scorecard::{
            ActionLine, CommitmentLine, Cut, MarketingLine, PlanLine, Scorecard, TargetLine,
            TargetStanding, Totals,
        },
        tally::{Slice, SliceSums},
    },
    entity::{action_item, activity, dimension_value, organization, plan, scorecard, user},
    error::{Error, Result},
    op::Op,
};

/// The ways in which a scorecard cuts the totals.
const CUTS: [Slice; 6] = [
    Slice::ProductLine,
    Slice::Segment,
    Slice::Geography,
    Slice::Course,
    Slice::CampaignType,
    Slice::Rep,
];

/// The figures of a plan on a day, from the facts that are known now. Nothing is stored; the caller has already seen the plan.
pub async fn freeze(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    as_of: NaiveDate,
) -> Result<Scorecard> {
    let figures = progress::of_plan(db, plan, as_of).await?;
    let currency = plan.currency;
    let parties = names_of_parties(db, plan).await?;
    let party = |id: OrganizationId| parties.get(&id).cloned().unwrap_or_default();
    let owners = names_of_owners(db, &figures).await?;
    let open = action_items::open_of(db, &[plan.id]).await?.remove(&plan.id).unwrap_or_default();
    let rate = |value: &Option<_>| value.as_ref().map(ratio);
    Ok(Scorecard {
        as_of,
        plan: PlanLine {
            id: plan.id,
            name: plan.name.clone(),
            vendor: party(plan.vendor_id),
            partner: party(plan.partner_id),
            period: content::period(plan),
            currency,
            version: Some(figures.version),
        },
        score: rate(&figures.score.score),
        health: figures.score.health,
        worst: figures.score.worst,
        targets: figures.targets.iter().map(|target| target_line(&figures, target)).collect(),
        commitments: figures
            .commitments
            .iter()
            .map(|figures| commitment_line(figures, currency, &owners))
            .collect(),
        vendor_kept: rate(&figures.kept.vendor),
        partner_kept: rate(&figures.kept.partner),
        marketing: marketing_line(&figures),
        totals: totals(figures.total, currency),
        deals_carried_in: figures.carried_in,
        cuts: cuts(db, plan, as_of).await?,
        open_actions: open.iter().map(action_line).collect(),
    })
}

/// Keeps a scorecard for good, with how many facts it was computed from; at most one of a review.
pub async fn store(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    review: Option<ReviewId>,
    card: &Scorecard,
) -> Result<scorecard::Model> {
    let (content, hash) = card.seal().map_err(|error| Error::Inconsistent(error.to_string()))?;
    let known = || {
        activity::Entity::find()
            .filter(activity::Column::PartnershipId.eq(plan.partnership_id))
            .filter(activity::Column::OccurredOn.lte(card.as_of))
    };
    let n_facts = known().count(&**tx).await?;
    let last: Option<DateTime<Utc>> = known()
        .select_only()
        .column(activity::Column::RecordedAt)
        .order_by_desc(activity::Column::RecordedAt)
        .into_tuple()
        .one(&**tx)
        .await?;
    let row = scorecard::ActiveModel {
        id: Set(op.mint()),
        plan_id: Set(plan.id),
        review_id: Set(review),
        as_of: Set(card.as_of),
        content: Set(content),
        hash: Set(hash),
        n_facts: Set(i64::try_from(n_facts).unwrap_or(i64::MAX)),
        last_recorded_at: Set(last),
        frozen_at: Set(op.now()),
    };
    Ok(row.insert(&**tx).await?)
}

/// The scorecards of reviews that the caller has already seen.
pub async fn of_reviews(
    op: &Op,
    reviews: &[ReviewId],
) -> Result<BTreeMap<ReviewId, scorecard::Model>> {
    let found = scorecard::Entity::visible_to(&op.actor)
        .filter(scorecard::Column::ReviewId.is_in(reviews.iter().copied()))
        .all(op.db.read())
        .await?;
    Ok(found.into_iter().filter_map(|card| Some((card.review_id?, card))).collect())
}

/// The final scorecards of plans that have ended, which the caller has already seen.
pub async fn final_of_plans(
    op: &Op,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, scorecard::Model>> {
    let found = scorecard::Entity::visible_to(&op.actor)
        .filter(scorecard::Column::PlanId.is_in(plans.iter().copied()))
        .filter(scorecard::Column::ReviewId.is_null())
        .all(op.db.read())
        .await?;
    Ok(found.into_iter().map(|card| (card.plan_id, card)).collect())
}

/// The scorecard of a review of a plan; none where the plan has no such review, or it was not held.
pub async fn of_plan_review(
    op: &Op,
    plan: &plan::Model,
    review: ReviewId,
) -> Result<Option<scorecard::Model>> {
    let card = scorecard::Entity::visible_to(&op.actor)
        .filter(scorecard::Column::PlanId.eq(plan.id))
        .filter(scorecard::Column::ReviewId.eq(review));
    Ok(card.one(op.db.read()).await?)
}

/// What a kept scorecard says.
pub fn read(card: &scorecard::Model) -> Result<Scorecard> {
    Scorecard::read(&card.content).map_err(|error| Error::Inconsistent(error.to_string()))
}

fn late(plan: &plan::Model, card: &scorecard::Model) -> facts::ActivityFilter {
    facts::ActivityFilter {
        partnership: Some(plan.partnership_id),
        occurred_to: Some(card.as_of),
        recorded_after: Some(card.frozen_at),
        ..facts::ActivityFilter::default()
    }
}

/// The facts of the scorecard's days that arrived after it was frozen, the latest first.
pub async fn late_facts(
    op: &Op,
    plan: &plan::Model,
    card: &scorecard::Model,
    page: Page,
) -> Result<Found<activity::Model>> {
    facts::list(op, &late(plan, card), page).await
}

/// How many facts of the scorecard's days arrived after it was frozen. The caller has already seen the plan.
pub async fn count_late(op: &Op, plan: &plan::Model, card: &scorecard::Model) -> Result<u64> {
    let late = activity::Entity::visible_to(&op.actor)
        .filter(activity::Column::PartnershipId.eq(plan.partnership_id))
        .filter(activity::Column::OccurredOn.lte(card.as_of))
        .filter(activity::Column::RecordedAt.gt(card.frozen_at));
    Ok(late.count(op.db.read()).await?)
}

fn target_line(plan: &PlanFigures, figures: &TargetFigures) -> TargetLine {
    let TargetFigures { target, progress, .. } = figures;
    let unit = target.metric.unit(plan.plan.currency);
    TargetLine {
        id: target.id,
        parent: target.parent_id,
        name: target.name.clone(),
        metric: target.metric,
        amount: unit.decimal(target.amount),
        weight: target.weight,
        standing: TargetStanding {
            actual: unit.decimal(progress.actual),
            attainment: progress.attainment.as_ref().map(ratio),
            pace: progress.pace.as_ref().map(ratio),
            status: progress.status,
        },
        expected: unit.round(&progress.expected),
        explanation: plan.explanation(figures).sentence,
    }
}

fn commitment_line(
    figures: &CommitmentFigures,
    currency: Currency,
    owners: &BTreeMap<UserId, String>,
) -> CommitmentLine {
    let commitment = &figures.commitment;
    let unit = commitment.terms.unit(currency);
    CommitmentLine {
        id: commitment.id,
        title: commitment.title.clone(),
        kind: commitment.terms.kind(),
        owed_by: commitment.owed_by,
        owner: commitment.owner_id.and_then(|owner| owners.get(&owner).cloned()),
        starts_on: commitment.starts_on,
        due_on: commitment.due_on,
        quantity: unit.decimal(commitment.quantity),
        delivered: unit.decimal(figures.delivered.sums.delivered),
        reached_on: figures.delivered.reached_on,
        status: figures.status,
    }
}

fn marketing_line(figures: &PlanFigures) -> MarketingLine {
    let money = |minor: i64| Unit::Money(figures.plan.currency).decimal(minor);
    let (allocated, spent) = (figures.mdf_allocated(), figures.total.mdf);
    MarketingLine {
        mdf_allocated: money(allocated),
        mdf_spent: money(spent),
        mdf_remaining: money(allocated - spent),
        leads_expected: figures.leads_expected(),
        leads_delivered: figures.total.leads,
    }
}

fn totals(sums: SliceSums, currency: Currency) -> Totals {
    let money = |minor: i64| -> Decimal { Unit::Money(currency).decimal(minor) };
    Totals {
        revenue: money(sums.revenue),
        deals_won: sums.won,
        deals_lost: sums.lost,
        deals_registered: sums.registered,
        pipeline_created: money(sums.pipeline),
        deals_open: sums.open_deals,
        open_value: money(sums.open_value),
        training_completions: sums.completions,
        certified_people: sums.certified,
        programmes_executed: sums.programmes,
        leads: sums.leads,
        mdf_spent: money(sums.mdf),
    }
}

fn action_line(item: &action_item::Model) -> ActionLine {
    ActionLine {
        id: item.id,
        title: item.title.clone(),
        owner: item.owner_name.clone(),
        side: item.side,
        due_on: item.due_on,
    }
}

async fn cuts(db: &impl ConnectionTrait, plan: &plan::Model, as_of: NaiveDate) -> Result<Vec<Cut>> {
    let mut found = Vec::new();
    for by in CUTS {
        let slices = tallies::slices(db, &[plan.id], by, as_of).await?;
        found.extend(slices.into_iter().map(|((_, key), sums)| (by, key, sums)));
    }
    let ids: BTreeSet<DimensionValueId> =
        found.iter().filter_map(|(_, key, _)| key.parse().ok()).collect();
    let values = dimension_value::Entity::find()
        .filter(dimension_value::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let names: BTreeMap<String, String> =
        values.into_iter().map(|value| (value.id.to_string(), value.name)).collect();
    let to_cut = |(by, key, sums)| Cut {
        by,
        name: names.get(&key).cloned().unwrap_or(key),
        totals: totals(sums, plan.currency),
    };
    Ok(found.into_iter().map(to_cut).collect())
}

async fn names_of_parties(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
) -> Result<BTreeMap<OrganizationId, String>> {
    let parties = organization::Entity::find()
        .filter(organization::Column::Id.is_in([plan.vendor_id, plan.partner_id]))
        .all(db)
        .await?;
    Ok(parties.into_iter().map(|party| (party.id, party.name)).collect())
}

async fn names_of_owners(
    db: &impl ConnectionTrait,
    figures: &PlanFigures,
) -> Result<BTreeMap<UserId, String>> {
    let ids: BTreeSet<UserId> =
        figures.commitments.iter().filter_map(|figures| figures.commitment.owner_id).collect();
    let owners = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(db).await?;
    Ok(owners.into_iter().map(|owner| (owner.id, owner.name)).collect())
}
