//! Facts recorded by those who know them: the channel account manager and the partner's manager.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{cast, people::Company, script::PlanScript, told::Told};
use crate::{
    domain::{
        actor::{Role, Side},
        id::CommitmentId,
        recording::{LARGEST_BATCH, NewActivity},
    },
    error::{Error, Result},
    op::Op,
    service::activities::{self, Batch, RowOutcome, RowResult},
};

/// The days whose facts are recorded together: after the first, up to the second.
pub type Since = (NaiveDate, NaiveDate);

/// Records what has happened with a company in a stretch of days; what is known already stays as it is.
pub async fn record(
    op: &Op,
    company: Company,
    plans: &[PlanScript],
    told: &[Told],
    (after, to): Since,
) -> Result<()> {
    let is_due = |fact: &&Told| fact.day > after && fact.day <= to;
    let partnership = cast::partnership(op, company).await?.id;
    let commitments = commitments(op, company, plans).await?;
    for side in Side::BOTH {
        let mut rows = Vec::new();
        for fact in told.iter().filter(is_due).filter(|fact| fact.by == side) {
            let commitment = match fact.commitment {
                Some(title) => Some(*commitments.get(title).ok_or_else(|| cast::missing(title))?),
                None => None,
            };
            rows.push(fact.activity(partnership, commitment));
        }
        let own = cast::acting(op, recorder(company, side)).await?;
        for chunk in rows.chunks(LARGEST_BATCH) {
            for result in hand_in(&own, chunk.to_vec()).await? {
                accepted(&result)?;
            }
        }
    }
    Ok(())
}

fn recorder(company: Company, side: Side) -> &'static str {
    match side {
        Side::Vendor => company.standing().manager,
        Side::Partner => company.email_of(Role::PartnerManager),
    }
}

async fn hand_in(own: &Op, rows: Vec<NewActivity>) -> Result<Vec<RowResult>> {
    let batch = Batch { rows: rows.into_iter().map(Ok).collect(), ..Batch::default() };
    activities::record(own, batch).await
}

fn accepted(result: &RowResult) -> Result<()> {
    match &result.error {
        Some(error) => Err(Error::Inconsistent(format!(
            "a fact of the demo: {}: {}",
            error.field, error.message
        ))),
        None => Ok(()),
    }
}

/// The commitments of a company's signed plans, by their titles.
async fn commitments(
    op: &Op,
    company: Company,
    plans: &[PlanScript],
) -> Result<BTreeMap<String, CommitmentId>> {
    let own = cast::acting(op, company.standing().manager).await?;
    let partnership = cast::partnership(op, company).await?;
    let mut found = BTreeMap::new();
    for script in plans.iter().filter(|script| script.company == company) {
        let plan = cast::plan(&own, &partnership, &script.name).await?;
        if let Some(plan) = plan.filter(|plan| plan.version_in_force.is_some()) {
            let (_, commitments) = cast::content_of(&own, plan.id).await?;
            found.extend(commitments.into_iter().map(|one| (one.title, one.id)));
        }
    }
    Ok(found)
}

/// Corrects the price of a deal that was won, as it turned out from the invoice.
pub async fn correct(op: &Op, company: Company, told: &[Told], from: NaiveDate) -> Result<()> {
    let is_first = |fact: &&Told| fact.is_win() && fact.by == Side::Vendor && fact.day >= from;
    let Some(fact) = told.iter().find(is_first) else { return Ok(()) };
    let partnership = cast::partnership(op, company).await?.id;
    let own = cast::acting(op, recorder(company, Side::Vendor)).await?;
    let right = fact.clone().repriced(94).activity(partnership, None);
    let results = hand_in(&own, vec![right.clone()]).await?;
    let Some(result) = results.first() else { return Ok(()) };
    let known = result.error.as_ref().and_then(|error| error.existing);
    if result.outcome != RowOutcome::Rejected || known.is_none() {
        return accepted(result);
    }
    let reason = Some("invoiced with the volume discount that the quote had left out".to_owned());
    let right = NewActivity { supersedes: known, reason, ..right };
    hand_in(&own, vec![right]).await?.iter().try_for_each(accepted)
}
