//! Amendments: a plan in force is changed on a working copy, which counts once both sides have signed it (domain §4).

use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait};
use serde_json::json;

use super::{
    activation, activities, alerts,
    changes::{announce, for_update, moved},
    check, content, events,
    events::NewEvent,
    outdating, rollups, signing, versions,
};
use crate::{
    db::Tx,
    domain::{
        content::WorkingCopy,
        diff,
        event::{EventBody, EventKind},
        id::PlanId,
        plan::PlanAction,
        version::Snapshot,
    },
    entity::{commitment, plan, target},
    error::{Error, Result},
    op::Op,
};

/// Opens a working copy of the version that was signed last; the version in force keeps counting.
pub async fn begin(
    op: &Op,
    id: PlanId,
    expected_revision: i32,
    reason: String,
) -> Result<plan::Model> {
    check::reason(&reason)?;
    let (tx, plan, next) =
        for_update(op, id, PlanAction::BeginAmendment, Some(expected_revision)).await?;
    let base = last_signed(&tx, id).await?;
    let working_copy = WorkingCopy {
        base: base.number,
        reason: reason.clone(),
        begun_by: op.member()?.side,
        begun_at: op.now(),
        effective_on: None,
        head: versions::head_of(&base),
    };
    let plan = plan::Model { working_copy: Some(working_copy), ..plan };
    let plan = moved(&tx, op, plan, next).await?;
    let after = Some(json!({ "base": base.number, "reason": reason }));
    let (kind, body) = (EventKind::AmendmentBegun, EventBody::Version { number: base.number });
    announce(&tx, op, &plan, kind, "beginAmendment", body, after).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Freezes the working copy into the next version, to count from a day, and asks both sides to sign it.
///
/// Refused with the blockers while the working copy is not ready, and while it says nothing new.
pub async fn propose(
    op: &Op,
    id: PlanId,
    expected_revision: i32,
    effective_on: NaiveDate,
) -> Result<plan::Model> {
    let (tx, mut plan, next) =
        for_update(op, id, PlanAction::ProposeAmendment, Some(expected_revision)).await?;
    check_effective_on(&tx, op, &plan, effective_on).await?;
    signing::refuse_unready(&tx, &plan).await?;
    let base = last_signed(&tx, id).await?;
    let as_written = content::snapshot(&*tx, &plan, base.number, None).await?;
    if diff::between(&base, &as_written).is_empty() {
        let message = format!("nothing differs from version {}", base.number);
        return Err(Error::invalid("planId", message));
    }
    if let Some(copy) = &mut plan.working_copy {
        copy.effective_on = Some(effective_on);
    }
    let plan = signing::freeze(&tx, op, plan, next, Some(effective_on)).await?;
    tx.commit().await?;
    Ok(plan)
}

async fn check_effective_on(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    effective_on: NaiveDate,
) -> Result<()> {
    let today = activities::today(tx, op, plan.vendor_id).await?;
    let refused = |why: String| Err(Error::invalid("effectiveOn", why));
    if effective_on < today {
        return refused(format!("{effective_on} is past; today is {today}"));
    }
    if effective_on > plan.ends_on {
        return refused(format!("{effective_on} is after {}, the plan's last day", plan.ends_on));
    }
    let last = versions::of_plan(&**tx, plan.id).await?.last_effective_on();
    match last.filter(|last| effective_on < *last) {
        Some(last) => {
            refused(format!("{effective_on} is before {last}, when the last version counts"))
        }
        None => Ok(()),
    }
}

/// Throws the working copy away; the signed versions stay as they are.
pub async fn withdraw(op: &Op, id: PlanId, reason: &str) -> Result<plan::Model> {
    check::reason(reason)?;
    let (tx, mut plan, next) = for_update(op, id, PlanAction::WithdrawAmendment, None).await?;
    discard(&tx, op, &mut plan).await?;
    let plan = moved(&tx, op, plan, next).await?;
    let after = Some(json!({ "reason": reason }));
    let (kind, body) = (EventKind::AmendmentWithdrawn, EventBody::Plain);
    announce(&tx, op, &plan, kind, "withdrawAmendment", body, after).await?;
    let overtaken = outdating::settle(&tx, op, &plan).await?;
    events::record(&tx, op, plan.vendor_id, overtaken).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Ends an amendment, if there is one: its signatures no longer count, and the plan is written again as it was signed last.
pub async fn discard(tx: &Tx, op: &Op, plan: &mut plan::Model) -> Result<()> {
    if plan.working_copy.take().is_none() {
        return Ok(());
    }
    signing::void(tx, op, plan).await?;
    let signed = last_signed(tx, plan.id).await?;
    restore_targets(tx, plan.id, &signed).await?;
    restore_commitments(tx, plan.id, &signed).await
}

async fn restore_targets(tx: &Tx, plan: PlanId, signed: &Snapshot) -> Result<()> {
    let (targets, _) = content::of_plan(&**tx, plan).await?;
    let is_signed = |row: &target::Model| signed.targets.iter().any(|terms| terms.id == row.id);
    // Parts before wholes: a whole is referred to by its parts.
    for row in targets.into_iter().rev().filter(|row| !is_signed(row)) {
        row.delete(&**tx).await?;
    }
    for row in versions::targets_of(signed) {
        row.into_active_model().reset_all().update(&**tx).await?;
    }
    Ok(())
}

async fn restore_commitments(tx: &Tx, plan: PlanId, signed: &Snapshot) -> Result<()> {
    let rows = content::all_commitments_of(&**tx, &[plan]).await?.remove(&plan);
    let rows: Vec<commitment::Model> = rows.unwrap_or_default();
    let is_new = |row: &&commitment::Model| {
        !row.is_removed && !signed.commitments.iter().any(|terms| terms.id == row.id)
    };
    for row in rows.iter().filter(is_new) {
        commitment::Entity::delete_by_id(row.id).exec(&**tx).await?;
    }
    for row in versions::commitments_of(signed, rows) {
        row.into_active_model().reset_all().update(&**tx).await?;
    }
    Ok(())
}

/// Takes in a version that both sides have signed: it counts from its day on. The caller announces the events.
pub async fn seal(
    tx: &Tx,
    op: &Op,
    plan: plan::Model,
    number: i32,
) -> Result<(plan::Model, Vec<NewEvent>)> {
    let today = activities::today(tx, op, plan.vendor_id).await?;
    let sealed =
        plan.stage().sealed().map_err(|_wrong| Error::Inconsistent("not proposed".into()))?;
    activation::seal(tx, op, plan.id, number).await?;
    let before = plan.working_copy.as_ref().map(|copy| copy.base);
    let plan = plan::Model {
        state: sealed.state,
        amendment: sealed.amendment,
        proposed_version: None,
        working_copy: None,
        ..plan
    };
    let mut events = vec![told(&plan, EventKind::PlanAmended, number)];
    let (plan, begun) = put_in_force(tx, plan, today).await?;
    events.extend(begun);
    let versions = versions::of_plan(&**tx, plan.id).await?;
    let (old, new) = (before.and_then(|base| versions.numbered(base)), versions.numbered(number));
    if let (Some(old), Some(new)) = (old, new) {
        activation::reschedule_reviews(tx, op, &plan, old, new).await?;
    }
    rollups::rebuild_plan(tx, &plan).await?;
    events.extend(alerts::evaluate(tx, op, &plan, today).await?);
    Ok((plan, events))
}

/// Makes the plan say what the version says whose day has come; nothing changes while it is in force already.
pub async fn put_in_force(
    tx: &Tx,
    plan: plan::Model,
    today: NaiveDate,
) -> Result<(plan::Model, Option<NewEvent>)> {
    let versions = versions::of_plan(&**tx, plan.id).await?;
    let begun = versions.on(today).filter(|version| plan.version_in_force != Some(version.number));
    let (number, head) = match begun {
        Some(version) => (Some(version.number), versions::head_of(version)),
        None => (plan.version_in_force, content::head(&plan)),
    };
    let plan = plan::Model { version_in_force: number, ..content::with_head(plan, head) };
    let plan = plan.into_active_model().reset_all().update(&**tx).await?;
    let event = begun.map(|version| told(&plan, EventKind::VersionInForce, version.number));
    Ok((plan, event))
}

fn told(plan: &plan::Model, kind: EventKind, number: i32) -> NewEvent {
    NewEvent {
        kind,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: plan.id.0,
        seen_by: None,
        body: EventBody::Version { number },
    }
}

async fn last_signed(tx: &Tx, plan: PlanId) -> Result<Snapshot> {
    let versions = versions::of_plan(&**tx, plan).await?;
    let last = versions.last().cloned();
    last.ok_or_else(|| Error::Inconsistent(format!("{plan} was never signed")))
}

/// What the working copy changes; nothing while there is none. The caller has already seen the plan.
pub async fn changes_of(op: &Op, plan: &plan::Model) -> Result<Vec<diff::Difference>> {
    let Some(copy) = &plan.working_copy else { return Ok(Vec::new()) };
    let db = op.db.read();
    let versions = versions::of_plan(db, plan.id).await?;
    let as_written = content::snapshot(db, plan, copy.base, None).await?;
    Ok(versions.numbered(copy.base).map_or_else(Vec::new, |base| diff::between(base, &as_written)))
}
