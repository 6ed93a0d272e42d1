//! What follows from facts: sums, deals, warnings and events, in the transaction that stores them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    activities, alerts, content, deals, disputes, events::NewEvent, facts, rollups, summaries,
};
use crate::{
    db::Tx,
    domain::{
        activity::Fact,
        alert::Ground,
        event::{EventBody, EventKind},
        id::{CommitmentId, TargetId},
        plan::PlanState,
        tally::Tally,
    },
    entity::{activity, partnership, plan},
    error::Result,
    op::Op,
};

/// Facts of one partnership that have been accepted.
#[derive(Clone, Debug, Default)]
pub struct Landed {
    /// The new facts.
    pub rows: Vec<activity::Model>,
    /// The facts in force that they replace.
    pub replaced: Vec<activity::Model>,
}

/// Facts by subject.
pub type Ledgers = BTreeMap<String, Vec<Fact>>;

/// Stores facts and draws what follows; the caller announces the events.
pub async fn draw(
    tx: &Tx,
    op: &Op,
    partnership: &partnership::Model,
    today: NaiveDate,
    landed: Landed,
) -> Result<Vec<NewEvent>> {
    let subjects: BTreeSet<String> =
        landed.rows.iter().chain(&landed.replaced).map(|row| row.subject.clone()).collect();
    // A fact that stands alone has no earlier ones, unless it replaces one.
    let replaced: BTreeSet<&str> = landed.replaced.iter().map(|row| row.subject.as_str()).collect();
    let with_past = subjects
        .iter()
        .filter(|subject| !subject.starts_with("fact:") || replaced.contains(subject.as_str()))
        .cloned();
    let before = rollups::facts_of(&**tx, partnership.id, with_past).await?;
    let after = ledgers_after(&before, &landed);
    activities::store(tx, &landed).await?;
    let mut events =
        disputes::close_superseded(tx, op, partnership, &landed.replaced, &landed.rows).await?;
    deals::keep(tx, op, partnership, &after, &subjects).await?;

    let n_recorded = u32::try_from(landed.rows.len()).unwrap_or(u32::MAX);
    for plan in plans_in_force(tx, partnership).await? {
        let change = difference(&content::lens(&**tx, &plan).await?, &before, &after)?;
        let touched = landed.rows.iter().chain(&landed.replaced);
        let grounds: &[Ground] = if facts::trouble_feeds(&plan, touched) {
            &[Ground::Figures, Ground::Feeds]
        } else {
            &[Ground::Figures]
        };
        events.extend(settle(tx, op, &plan, today, change, n_recorded, grounds).await?);
    }
    Ok(events)
}

/// Counts the facts of some subjects anew, of which somebody else vouches for one by now than `before`.
pub async fn reweigh(
    tx: &Tx,
    op: &Op,
    partnership: &partnership::Model,
    before: &Ledgers,
) -> Result<Vec<NewEvent>> {
    let today = activities::today(tx, op, partnership.vendor_id).await?;
    let after = rollups::facts_of(&**tx, partnership.id, before.keys().cloned()).await?;
    let mut events = Vec::new();
    for plan in plans_in_force(tx, partnership).await? {
        let change = difference(&content::lens(&**tx, &plan).await?, before, &after)?;
        events.extend(settle(tx, op, &plan, today, change, 0, &[Ground::Figures]).await?);
    }
    Ok(events)
}

/// Counts all facts of a plan anew, because what they count by has changed, and draws what follows from it.
pub async fn recount(tx: &Tx, op: &Op, plan: &plan::Model) -> Result<Vec<NewEvent>> {
    let today = activities::today(tx, op, plan.vendor_id).await?;
    // What is kept knows of waivers, which need not move a sum.
    summaries::forget(tx, plan.id).await?;
    let mut change = rollups::tally(&**tx, plan).await?;
    change.add(rollups::stored(&**tx, plan.id).await?, -1)?;
    settle(tx, op, plan, today, change, 0, &[Ground::Figures, Ground::Feeds]).await
}

/// Adds a change to a plan's sums and draws what follows from it: the warnings that follow from `grounds` among it.
async fn settle(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    today: NaiveDate,
    change: Tally,
    n_recorded: u32,
    grounds: &[Ground],
) -> Result<Vec<NewEvent>> {
    let mut events = Vec::new();
    if change != Tally::default() {
        events.push(progressed(plan, &change, n_recorded));
        rollups::apply(tx, plan.id, change).await?;
    }
    events.extend(alerts::evaluate_on(tx, op, plan, today, grounds).await?);
    Ok(events)
}

/// The plans of a partnership whose figures move.
pub async fn plans_in_force(tx: &Tx, partnership: &partnership::Model) -> Result<Vec<plan::Model>> {
    let plans = plan::Entity::find()
        .filter(plan::Column::PartnershipId.eq(partnership.id))
        .filter(plan::Column::State.eq(PlanState::Active));
    Ok(plans.all(&**tx).await?)
}

fn ledgers_after(before: &Ledgers, landed: &Landed) -> Ledgers {
    let gone: BTreeSet<_> = landed.replaced.iter().map(|row| row.id).collect();
    let mut after: Ledgers = before.clone();
    for facts in after.values_mut() {
        facts.retain(|fact| !gone.contains(&fact.id));
    }
    for row in landed.rows.iter().filter(|row| !row.is_superseded) {
        after.entry(row.subject.clone()).or_default().push(rollups::fact(row.clone()));
    }
    after
}

/// What changes in a plan's sums when its facts change from `before` to `after`.
fn difference(
    lens: &crate::domain::attribution::PlanLens,
    before: &Ledgers,
    after: &Ledgers,
) -> Result<Tally> {
    let mut change = Tally::default();
    for facts in after.values() {
        change.add(lens.tally(facts)?, 1)?;
    }
    for facts in before.values() {
        change.add(lens.tally(facts)?, -1)?;
    }
    Ok(change)
}

fn progressed(plan: &plan::Model, change: &Tally, n_recorded: u32) -> NewEvent {
    let targets: BTreeSet<TargetId> = change.targets.keys().map(|(target, _, _)| *target).collect();
    let commitments: BTreeSet<CommitmentId> =
        change.commitments.keys().map(|(commitment, _, _)| *commitment).collect();
    NewEvent {
        kind: EventKind::ProgressChanged,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: plan.id.0,
        seen_by: None,
        body: EventBody::Progress {
            recorded: n_recorded,
            targets: targets.into_iter().collect(),
            commitments: commitments.into_iter().collect(),
        },
    }
}
