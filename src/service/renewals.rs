//! Renewal: the next period's draft, made from what the last one left (domain §4).

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::json;

use super::{
    access, activities, alerts,
    changes::{announce, for_update},
    check, content,
    drafting::{self, Sheet},
    idempotency::{self, Asked},
    people,
    plans::{get, vendor_of},
    progress::{self, CommitmentFigures, PlanFigures, TargetFigures},
    standards::{self, Beginnings},
    tallies,
};
use crate::{
    db::Tx,
    domain::{
        actor::{Scope, Side},
        content::{Objective, PlanContent, ReviewCadence},
        draft::SplitOf,
        event::{EventBody, EventKind},
        id::{PlanId, TargetId},
        phasing::Phasing,
        plan::{PlanAction, PlanState},
        renewal::{self, Growth, NextPeriod, Reached},
        terms::Terms,
    },
    entity::{commitment, partnership, plan, target},
    error::{Error, Result},
    op::Op,
};

/// A renewal to be drafted.
#[derive(Clone, Debug, Serialize)]
pub struct NewRenewal {
    /// The plan whose next period it is for.
    pub plan: PlanId,
    /// What the draft is called.
    pub name: String,
    /// How much more than the actuals its targets ask for, in percent.
    pub growth_percent: Decimal,
    /// Why it is drafted though the programme offers no plan any more.
    pub override_reason: Option<String>,
}

/// Drafts the next period of a plan for the caller's side.
///
/// A side that has a renewal already, or has been shown one, is told which; of a draft that the other side keeps to itself it
/// learns nothing, and drafts its own.
pub async fn renew(op: &Op, key: Option<&str>, new: NewRenewal) -> Result<plan::Model> {
    check::short("name", &new.name)?;
    let growth = Growth::percent(new.growth_percent)
        .map_err(|invalid| Error::invalid("growthPercent", invalid))?;
    new.override_reason
        .as_deref()
        .map_or(Ok(()), |reason| check::short("overrideReason", reason))?;
    let asked = key.map(|key| Asked::new(op, "renewPlan", key, &new)).transpose()?;
    let (tx, old, _) = for_update(op, new.plan, PlanAction::Renew, None).await?;
    if let Some(asked) = &asked
        && let Some(id) = idempotency::answer::<PlanId>(&tx, op, asked).await?
    {
        return get(op, id).await;
    }
    let known = plan::Entity::visible_to(&op.actor)
        .filter(plan::Column::RenewsId.eq(old.id))
        .filter(plan::Column::State.is_not_in([PlanState::Withdrawn, PlanState::Terminated]))
        .one(&*tx)
        .await?;
    if let Some(known) = known {
        return Err(Error::AlreadyRenewed(known.id));
    }

    let today = activities::today(&tx, op, old.vendor_id).await?;
    let figures = progress::of_plan(&*tx, &old, today.min(old.ends_on)).await?;
    let partnership = partnership::Entity::find_by_id(old.partnership_id).one(&*tx).await?;
    let partnership = partnership.ok_or(Error::NotFound("partnership"))?;
    let vendor = vendor_of(&tx, &partnership).await?;
    let first_month = u32::try_from(vendor.fiscal_start_month).unwrap_or(1);
    let next = NextPeriod::after(old.period_kind, content::period(&old), first_month)
        .ok_or_else(|| Error::invalid("planId", "no calendar goes that far"))?;

    let sheet = sheet(&tx, op, &figures, &partnership, next, &new, growth).await?;
    let plan = drafting::begin(&tx, op, &partnership, sheet).await?;
    let mut begun = Beginnings {
        targets: targets(&tx, op, &figures, &plan, growth).await?,
        commitments: commitments(&tx, op, &figures, &plan, next).await?,
    };
    standards::fill_in(&tx, op, &plan, &vendor, &mut begun).await?;
    begun.store(&tx).await?;

    let after = json!({ "name": plan.name, "mode": plan.mode, "renews": old.id,
        "growthPercent": growth.to_string(), "overrideReason": new.override_reason,
        "carriedOver": begun.kept() });
    announce(&tx, op, &plan, EventKind::PlanCreated, "renewPlan", EventBody::Plain, Some(after))
        .await?;
    alerts::evaluate_renewed(&tx, op, &plan).await?;
    if let Some(asked) = &asked {
        idempotency::keep(&tx, asked, &plan.id).await?;
    }
    tx.commit().await?;
    Ok(plan)
}

async fn sheet(
    tx: &Tx,
    op: &Op,
    figures: &PlanFigures,
    partnership: &partnership::Model,
    next: NextPeriod,
    new: &NewRenewal,
    growth: Growth,
) -> Result<Sheet> {
    let old = &figures.plan;
    let left = people::left(&**tx, old, &[]).await?;
    let stays = |side: Side| !left.sponsors.contains(&side);
    let objectives = old.content.objectives.iter().cloned();
    let cadence = old.content.cadence.clone();
    Ok(Sheet {
        name: new.name.clone(),
        period_kind: old.period_kind,
        period: next.period,
        currency: old.currency,
        policy: drafting::offered(tx, op, partnership, new.override_reason.as_deref()).await?,
        override_reason: new.override_reason.clone(),
        content: PlanContent {
            rates: content::rates(old),
            cadence: cadence
                .map(|cadence| ReviewCadence { dates: next.moved_all(&cadence.dates), ..cadence }),
            objectives: objectives
                .map(|objective| Objective { id: op.mint(), ..objective })
                .collect(),
            ..(*old.content).clone()
        },
        vendor_sponsor: old.vendor_sponsor_id.filter(|_| stays(Side::Vendor)),
        partner_sponsor: old.partner_sponsor_id.filter(|_| stays(Side::Partner)),
        renews: Some((old.id, growth)),
    })
}

/// The targets, proposed from what the last period brought; each a target of its own with that as its baseline.
async fn targets(
    tx: &Tx,
    op: &Op,
    figures: &PlanFigures,
    plan: &plan::Model,
    growth: Growth,
) -> Result<Vec<target::Model>> {
    let reached: Vec<Reached> = figures.targets.iter().map(reached).collect();
    let amounts = renewal::propose(&reached, growth);
    let ids: BTreeMap<TargetId, TargetId> =
        reached.iter().map(|target| (target.id, op.mint())).collect();
    let mut renewed = Vec::with_capacity(reached.len());
    for old in &figures.targets {
        let phasing = renewal::phasing(
            &old.target.phasing,
            curve(tx, figures, old).await?,
            plan.period_kind,
            content::period(plan),
        );
        let row = &old.target;
        renewed.push(target::Model {
            id: ids.get(&row.id).copied().unwrap_or(row.id),
            plan_id: plan.id,
            parent_id: row.parent_id.and_then(|parent| ids.get(&parent).copied()),
            amount: amounts.get(&row.id).copied().unwrap_or(row.amount),
            baseline: Some(old.sums.actual),
            phasing,
            ..row.clone()
        });
    }
    Ok(renewed)
}

fn reached(figures: &TargetFigures) -> Reached {
    let target = &figures.target;
    let split = target.parent_id.zip(target.split_dimension);
    Reached {
        id: target.id,
        split: split.map(|(parent, dimension)| SplitOf { parent, dimension }),
        amount: target.amount,
        actual: figures.sums.actual,
    }
}

/// What a target that is phased by its past brought in each month; none while the period is not over, as what is to come would
/// count for nothing.
async fn curve(
    tx: &Tx,
    figures: &PlanFigures,
    target: &TargetFigures,
) -> Result<Option<Vec<Decimal>>> {
    let is_over = figures.as_of >= figures.plan.ends_on;
    if !is_over || !matches!(target.target.phasing, Phasing::Baseline { .. }) {
        return Ok(None);
    }
    let days = tallies::days_of(&**tx, target.target.id, target.lens, figures.as_of).await?;
    let months = content::period(&figures.plan).months().into_iter();
    let of_month = months.map(|month| {
        let in_month = days.iter().filter(|(day, _)| month.contains(*day));
        Decimal::from(in_month.map(|(_, actual)| actual).sum::<i64>())
    });
    Ok(Some(of_month.collect()))
}

/// What was promised and neither kept nor waived, as far as it is left.
async fn commitments(
    tx: &Tx,
    op: &Op,
    figures: &PlanFigures,
    plan: &plan::Model,
    next: NextPeriod,
) -> Result<Vec<commitment::Model>> {
    let open: Vec<&CommitmentFigures> = unfinished(figures).collect();
    let rows: Vec<commitment::Model> = open.iter().map(|open| open.commitment.clone()).collect();
    let left = people::left(&**tx, &figures.plan, &rows).await?;
    let carried = open.into_iter().zip(rows).map(|(figures, row)| commitment::Model {
        id: op.mint(),
        plan_id: plan.id,
        owner_id: row.owner_id.filter(|owner| !left.owners.contains(owner)),
        starts_on: next.moved_inside(row.starts_on),
        due_on: row.due_on.map(|due_on| next.moved_inside(due_on)),
        quantity: renewal::left(row.quantity, figures.delivered.sums.delivered),
        terms: terms_left(figures),
        waived_at: None,
        waive_reason: None,
        vendor_waived_by: None,
        partner_waived_by: None,
        ..row
    });
    Ok(carried.collect())
}

/// Of a campaign, the money and the leads that are left too.
fn terms_left(figures: &CommitmentFigures) -> Terms {
    match figures.commitment.terms.clone() {
        Terms::CoMarketing { campaign_type, mdf_allocated, partner_co_funding, expected_leads } => {
            Terms::CoMarketing {
                campaign_type,
                mdf_allocated: renewal::left(mdf_allocated, figures.delivered.sums.mdf),
                partner_co_funding,
                expected_leads: renewal::left(expected_leads, figures.delivered.sums.leads),
            }
        }
        terms => terms,
    }
}

fn unfinished(figures: &PlanFigures) -> impl Iterator<Item = &CommitmentFigures> {
    figures.commitments.iter().filter(|figures| {
        renewal::carries_over(figures.status)
            && renewal::left(figures.commitment.quantity, figures.delivered.sums.delivered) > 0
    })
}

/// What a plan's period did not bring, or has not brought yet.
#[derive(Clone, Debug)]
pub struct Misses {
    /// The plan that was renewed.
    pub plan: plan::Model,
    /// Whether its period is over, so that nothing can come any more.
    pub is_over: bool,
    /// Targets that were not reached, in the plan's order.
    pub targets: Vec<TargetFigures>,
    /// Commitments that were neither kept nor waived, in the plan's order.
    pub commitments: Vec<CommitmentFigures>,
}

/// What the plan that `renewal` renews did not bring; none if the caller may not see it.
pub async fn misses(op: &Op, renewal: &plan::Model) -> Result<Option<Misses>> {
    let Some(renewed) = renewal.renews_id else { return Ok(None) };
    let Some(plan) = super::plans::find(op, renewed).await? else { return Ok(None) };
    let vendor = super::organizations::find(op, plan.vendor_id).await?;
    let vendor = vendor.ok_or_else(|| Error::Inconsistent(format!("{} has no vendor", plan.id)))?;
    let today = op.today(super::organizations::zone(&vendor)?);
    let mut figures = progress::of_plan(op.db.read(), &plan, today.min(plan.ends_on)).await?;
    let commitments = unfinished(&figures).cloned().collect();
    figures.targets.retain(|figures| figures.sums.actual < figures.target.amount);
    let is_over = today > plan.ends_on;
    Ok(Some(Misses { plan, is_over, targets: figures.targets, commitments }))
}

/// The renewals of each plan that the caller may see, the earliest draft first; those given up are left out.
pub async fn of_plans(op: &Op, plans: &[PlanId]) -> Result<HashMap<PlanId, Vec<plan::Model>>> {
    access::scope(op, Scope::PlansRead)?;
    let found = plan::Entity::visible_to(&op.actor)
        .filter(plan::Column::RenewsId.is_in(plans.iter().copied()))
        .filter(plan::Column::State.ne(PlanState::Withdrawn))
        .order_by_asc(plan::Column::Id)
        .all(op.db.read())
        .await?;
    let mut renewals: HashMap<PlanId, Vec<plan::Model>> = HashMap::new();
    for renewal in found {
        if let Some(renewed) = renewal.renews_id {
            renewals.entry(renewed).or_default().push(renewal);
        }
    }
    Ok(renewals)
}

/// Of several renewals the one that is furthest on its way; of two as far, the later draft.
pub fn foremost(renewals: Vec<plan::Model>) -> Option<plan::Model> {
    let distance = |state: PlanState| match state {
        PlanState::Withdrawn => 0,
        PlanState::Terminated => 1,
        PlanState::Draft => 2,
        PlanState::Negotiating => 3,
        PlanState::AwaitingSignatures => 4,
        PlanState::Active => 5,
        PlanState::Completed => 6,
    };
    renewals.into_iter().max_by_key(|plan| (distance(plan.state), plan.id))
}
