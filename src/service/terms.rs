//! The plan's review cadence and planning rates.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::json;

use super::{
    changes::{Change, Editing, for_update, moved},
    consequences, events, history,
};
use crate::{
    domain::{
        content::ReviewCadence,
        id::PlanId,
        money::Currency,
        plan::{PlanAction, PlanState},
        reference_rates::RATE_PLACES,
        review::Cadence,
    },
    entity::plan,
    error::{Error, Result},
    op::Op,
};

/// Days from the end of what a review looks back on to its day, at most.
const LARGEST_OFFSET: u32 = 90;

/// Why a number of days after what is reviewed is refused.
pub fn bad_offset(days: impl std::fmt::Display) -> Error {
    Error::invalid("offsetDays", format!("{days} is not between 0 and {LARGEST_OFFSET}"))
}

/// Says how often, and in what form, the plan is reviewed.
pub async fn set_cadence(
    op: &Op,
    id: PlanId,
    expected_revision: i32,
    cadence: ReviewCadence,
) -> Result<plan::Model> {
    let mut editing = Editing::begin(op, id, expected_revision).await?;
    let change = set_cadence_in(&mut editing, cadence)?;
    editing.finish(op, change).await
}

/// [`set_cadence`], as part of a change under way.
pub fn set_cadence_in(editing: &mut Editing, cadence: ReviewCadence) -> Result<Change> {
    check(&cadence)?;
    let before = history::kept(&editing.plan.content.cadence)?;
    let after = history::kept(&cadence)?;
    editing.plan.content.cadence = Some(cadence);
    let subject = editing.plan.id.to_string();
    Ok(Change { action: "setReviewCadence", subject, before, after })
}

fn check(cadence: &ReviewCadence) -> Result<()> {
    if cadence.offset_days > LARGEST_OFFSET {
        return Err(bad_offset(cadence.offset_days));
    }
    let n_days = cadence.dates.iter().collect::<BTreeSet<_>>().len();
    match cadence.cadence {
        Cadence::Dates if cadence.dates.is_empty() => {
            Err(Error::invalid("dates", "name at least one day"))
        }
        Cadence::Dates if n_days != cadence.dates.len() => {
            Err(Error::invalid("dates", "a day is named twice"))
        }
        Cadence::Dates if n_days > 60 => {
            Err(Error::invalid("dates", format!("{n_days} days; 60 is the most")))
        }
        Cadence::Dates => Ok(()),
        _ if !cadence.dates.is_empty() => {
            Err(Error::invalid("dates", "only the cadence DATES names days"))
        }
        _ => Ok(()),
    }
}

/// States what one unit of another currency is worth in the plan's, and counts the facts that waited for it.
///
/// While a plan is negotiated the rate is part of what is signed. Once it is in force, only a currency that the signed version does
/// not name can be given a rate; a signed one changes by amendment.
pub async fn set_rate(
    op: &Op,
    id: PlanId,
    expected_revision: i32,
    currency: Currency,
    rate: Decimal,
) -> Result<plan::Model> {
    check_rate(rate)?;
    let (tx, mut plan, next) =
        for_update(op, id, PlanAction::SetExchangeRate, Some(expected_revision)).await?;
    check_currency(&plan, currency)?;
    if plan.state != PlanState::Active {
        drop(tx);
        let mut editing =
            Editing::begin_as(op, id, PlanAction::SetExchangeRate, expected_revision).await?;
        let change = set_rate_in(&mut editing, currency, rate)?;
        return editing.finish(op, change).await;
    }
    if plan.content.rates.contains_key(&currency) {
        return Err(Error::invalid(
            "currency",
            format!("the rate of `{currency}` is signed; amend the plan"),
        ));
    }
    let before = plan.added_rates.0.insert(currency, rate);
    let plan = moved(&tx, op, plan, next).await?;
    let entry = history::Entry {
        plan: id,
        action: "setExchangeRate",
        subject: currency.to_string(),
        seen_by: None,
        before: Some(json!(before)),
        after: Some(json!(rate)),
    };
    history::write(&tx, op, entry).await?;
    let events = consequences::recount(&tx, op, &plan).await?;
    events::record(&tx, op, plan.vendor_id, events).await?;
    tx.commit().await?;
    Ok(plan)
}

/// A rate that will be part of what is signed, as part of a change under way.
pub fn set_rate_in(editing: &mut Editing, currency: Currency, rate: Decimal) -> Result<Change> {
    check_rate(rate)?;
    check_currency(&editing.plan, currency)?;
    let before = editing.plan.content.rates.insert(currency, rate);
    Ok(Change {
        action: "setExchangeRate",
        subject: currency.to_string(),
        before: history::kept(&before)?,
        after: history::kept(&rate)?,
    })
}

/// Refuses what is no rate.
pub fn check_rate(rate: Decimal) -> Result<()> {
    if rate <= Decimal::ZERO
        || rate.normalize().scale() > RATE_PLACES
        || rate > Decimal::from(1_000_000)
    {
        let message =
            format!("{rate} is not a rate above 0 with at most {RATE_PLACES} decimal places");
        return Err(Error::invalid("rate", message));
    }
    Ok(())
}

/// Refuses a rate of the plan's own currency.
pub fn check_currency(plan: &plan::Model, currency: Currency) -> Result<()> {
    if currency == plan.currency {
        return Err(Error::invalid("currency", format!("`{currency}` is the plan's own currency")));
    }
    Ok(())
}
