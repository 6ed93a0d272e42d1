//! What the period before achieved: for baselines and for phasing by last period's curve.

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;

use super::{content, rollups};
use crate::{
    domain::{
        attribution::PlanLens, calendar::Period, id::TargetId, lens::target_lenses,
        phasing::Phasing, tally::Tally,
    },
    entity::{plan, target},
    error::{Error, Result},
};

/// The period of the same length just before a plan's.
pub fn period_before(period: Period) -> Period {
    let n_months = u32::try_from(period.months().len()).unwrap_or(12);
    let back = |day: NaiveDate| day.checked_sub_months(Months::new(n_months)).unwrap_or(day);
    Period { start: back(period.start), end: period.start.pred_opt().unwrap_or(period.start) }
}

async fn tally(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    targets: &[target::Model],
    period: Period,
) -> Result<Tally> {
    let scopes: Vec<_> = targets.iter().map(content::scope).collect();
    let lens = PlanLens {
        period,
        currency: plan.currency,
        rates: content::rates(plan),
        tree: content::tree(db, plan.vendor_id).await?,
        targets: target_lenses(1, &scopes),
        commitments: Vec::new(),
    };
    rollups::tally_through(db, plan.partnership_id, &lens).await
}

/// What each of `parts` achieved in the period before; `targets` are all targets of the plan, the parts included.
pub async fn actuals(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    targets: &[target::Model],
    parts: &[target::Model],
) -> Result<Vec<i64>> {
    let tally = tally(db, plan, targets, period_before(content::period(plan))).await?;
    let actual = |id: TargetId| {
        tally.targets.iter().filter(|((of, _, _), _)| *of == id).map(|(_, sums)| sums.actual).sum()
    };
    Ok(parts.iter().map(|part| actual(part.id)).collect())
}

/// A target phased by last period's curve gets that curve from the facts, unless it brings one.
pub async fn with_curve(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    others: &[target::Model],
    row: target::Model,
) -> Result<target::Model> {
    if !matches!(&row.phasing, Phasing::Baseline { curve } if curve.is_empty()) {
        return Ok(row);
    }
    let period = content::period(plan);
    let before = period_before(period);
    let targets: Vec<_> = others.iter().cloned().chain([row.clone()]).collect();
    let tally = tally(db, plan, &targets, before).await?;
    let curve: Vec<Decimal> = before
        .months()
        .into_iter()
        .map(|month| {
            let of_month = tally
                .targets
                .iter()
                .filter(|((id, _, day), _)| *id == row.id && month.contains(*day))
                .map(|(_, sums)| sums.actual);
            Decimal::from(of_month.sum::<i64>())
        })
        .collect();
    if curve.iter().all(|month| *month <= Decimal::ZERO) {
        return Err(Error::invalid(
            "phasing",
            "nothing was achieved in the period before; give the curve",
        ));
    }
    Ok(target::Model { phasing: Phasing::Baseline { curve }, ..row })
}
