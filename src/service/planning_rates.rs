//! The planning rates of a plan, set together: those that a central bank published for a day.

use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::{
    changes::{Change, Editing, for_update, moved},
    consequences, content, events, history, terms,
};
use crate::{
    domain::{
        activity::Rates,
        id::PlanId,
        money::Currency,
        plan::{PlanAction, PlanState},
    },
    entity::plan,
    error::{Error, Result},
    op::Op,
};

/// A plan with new rates.
#[derive(Clone, Debug)]
pub struct Rated {
    /// The plan.
    pub plan: plan::Model,
    /// The rates that it has now and had not before.
    pub set: Rates,
    /// Currencies whose rate is signed, and stays.
    pub signed: Vec<Currency>,
}

/// What setting rates would change: those that differ, and the currencies whose rate is signed and stays.
pub async fn preview(op: &Op, id: PlanId, rates: &Rates) -> Result<Rated> {
    let found = plan::Entity::visible_to(&op.actor).filter(plan::Column::Id.eq(id));
    let plan = found.one(op.db.read()).await?.ok_or(Error::NotFound("plan"))?;
    Ok(sorted(plan, rates))
}

/// States what one unit of each of some currencies is worth in the plan's, and counts the facts that waited for it.
///
/// As with a single rate: once a plan is in force, those that were signed stay; they change by amendment.
pub async fn set(op: &Op, id: PlanId, rates: &Rates) -> Result<Rated> {
    for rate in rates.values() {
        terms::check_rate(*rate)?;
    }
    let (tx, plan, next) = for_update(op, id, PlanAction::SetExchangeRate, None).await?;
    for currency in rates.keys() {
        terms::check_currency(&plan, *currency)?;
    }
    let mut changed = sorted(plan, rates);
    if changed.set.is_empty() {
        return Ok(changed);
    }
    let before = json!(content::rates(&changed.plan));
    let (action, after) = ("setExchangeRates", json!(changed.set));
    if changed.plan.state != PlanState::Active {
        drop(tx);
        let mut editing = Editing::begin_as(op, id, PlanAction::SetExchangeRate, None).await?;
        editing.plan.content.rates.extend(changed.set.clone());
        let (subject, before, after) = (id.to_string(), Some(before), Some(after));
        changed.plan = editing.finish(op, Change { action, subject, before, after }).await?;
        return Ok(changed);
    }
    changed.plan.added_rates.0.extend(changed.set.clone());
    let plan = moved(&tx, op, changed.plan, next).await?;
    let entry = history::Entry {
        plan: id,
        action,
        subject: id.to_string(),
        seen_by: None,
        before: Some(before),
        after: Some(after),
    };
    history::write(&tx, op, entry).await?;
    let events = consequences::recount(&tx, op, &plan).await?;
    events::record(&tx, op, plan.vendor_id, events).await?;
    tx.commit().await?;
    Ok(Rated { plan, ..changed })
}

fn sorted(plan: plan::Model, rates: &Rates) -> Rated {
    let known = content::rates(&plan);
    let is_signed = |currency: &Currency| {
        plan.state == PlanState::Active && plan.content.rates.contains_key(currency)
    };
    let signed = rates.keys().copied().filter(is_signed).collect();
    let set = rates
        .iter()
        .filter(|(currency, rate)| !is_signed(currency) && known.get(currency) != Some(rate))
        .map(|(currency, rate)| (*currency, *rate))
        .collect();
    Rated { plan, set, signed }
}
