//! Proposing and signing: content frozen into a version, signatures bound to its hash (domain §4).

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, SqlErr,
    sea_query::Expr,
};
use serde_json::json;

use super::{
    access, activation, activities, alerts, amendments,
    changes::{announce, for_update, moved, seen_by},
    check, content, events,
    events::NewEvent,
    history,
};
use crate::{
    db::Tx,
    domain::{
        actor::{Scope, Side, Who},
        event::{EventBody, EventKind},
        id::{PlanId, SignatureId, VersionId},
        plan::{PlanAction, PlanStage},
        readiness,
    },
    entity::{plan, plan_version, signature},
    error::{Error, Result},
    op::Op,
};

/// Freezes the content into the next version and asks both sides to sign it.
///
/// Refused with the blockers while the plan is not ready, and while another plan of the partnership covers some of the same days.
pub async fn propose(op: &Op, id: PlanId, expected_revision: i32) -> Result<plan::Model> {
    let (tx, plan, next) = for_update(op, id, PlanAction::Propose, Some(expected_revision)).await?;
    refuse_unready(&tx, &plan).await?;
    refuse_overlap(&tx, &plan).await?;
    let plan = freeze(&tx, op, plan, next, None).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Refuses what is written while something keeps it from being proposed.
pub async fn refuse_unready(tx: &Tx, plan: &plan::Model) -> Result<()> {
    let mut blockers = content::readiness(&**tx, plan).await?;
    blockers.retain(|finding| !readiness::is_ready(std::slice::from_ref(finding)));
    if blockers.is_empty() { Ok(()) } else { Err(Error::NotReady(blockers)) }
}

/// Freezes what is written into the next version, and tells of it.
pub async fn freeze(
    tx: &Tx,
    op: &Op,
    plan: plan::Model,
    next: PlanStage,
    effective_on: Option<NaiveDate>,
) -> Result<plan::Model> {
    let number = last_number(tx, plan.id).await? + 1;
    let snapshot = content::snapshot(&**tx, &plan, number, effective_on).await?;
    let (content, hash) =
        snapshot.seal().map_err(|error| Error::Inconsistent(error.to_string()))?;
    let member = op.member()?;
    let version = plan_version::ActiveModel {
        id: Set(op.mint()),
        plan_id: Set(plan.id),
        number: Set(number),
        content: Set(content),
        hash: Set(hash.clone()),
        proposed_by: Set(member.user()),
        proposed_side: Set(member.side),
        proposed_at: Set(op.now()),
        effective_on: Set(effective_on),
        sealed_at: Set(None),
    };
    version.insert(&**tx).await?;
    let plan = moved(tx, op, plan::Model { proposed_version: Some(number), ..plan }, next).await?;
    let after = Some(json!({ "version": number, "hash": hash, "effectiveOn": effective_on }));
    let body = EventBody::Version { number };
    let action = if effective_on.is_some() { "proposeAmendment" } else { "proposePlan" };
    announce(tx, op, &plan, EventKind::PlanProposed, action, body, after).await?;
    Ok(plan)
}

/// A signature to be given: to exactly one version, known by its hash.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The version's number.
    pub version: i32,
    /// The version's hash, as the signer saw it.
    pub hash: String,
}

/// Signs the proposed version; the second side's signature puts the plan in force.
pub async fn sign(op: &Op, id: PlanId, signing: Signing) -> Result<plan::Model> {
    let (tx, plan, next) = for_update(op, id, PlanAction::Sign, None).await?;
    let version = proposed(&tx, &plan).await?;
    if version.number != signing.version {
        let message = format!("version {} is not proposed; {} is", signing.version, version.number);
        return Err(Error::invalid("version", message));
    }
    if version.hash != signing.hash {
        let message = format!("`{}` is not the hash of version {}", signing.hash, version.number);
        return Err(Error::invalid("hash", message));
    }
    refuse_late(&tx, op, &plan, &version).await?;
    let member = op.member()?;
    let Who::User { id: user, role, .. } = &member.who else {
        return Err(Error::Forbidden("people sign, not integrations".into()));
    };
    let row = signature::ActiveModel {
        id: Set(op.mint()),
        plan_id: Set(id),
        version_id: Set(version.id),
        number: Set(version.number),
        hash: Set(version.hash.clone()),
        side: Set(member.side),
        user_id: Set(*user),
        role: Set(*role),
        signed_at: Set(op.now()),
        voided_at: Set(None),
    };
    row.insert(&*tx).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::invalid("version", "your side has signed it")
        }
        _ => error.into(),
    })?;

    let plan = moved(&tx, op, plan, next).await?;
    let body = EventBody::Version { number: version.number };
    let after =
        Some(json!({ "version": version.number, "hash": version.hash, "side": member.side }));
    let entry = history::Entry {
        plan: id,
        action: "signPlan",
        subject: id.to_string(),
        seen_by: seen_by(&plan),
        before: None,
        after,
    };
    history::write(&tx, op, entry).await?;
    let signed = NewEvent {
        kind: EventKind::PlanSigned,
        plan: id,
        partnership: plan.partnership_id,
        subject: id.0,
        seen_by: None,
        body,
    };
    let mut told = vec![signed];
    let plan = if signatures_of(&tx, &version).await?.len() == Side::BOTH.len() {
        let (plan, events) = if plan.version_in_force.is_some() {
            amendments::seal(&tx, op, plan, version.number).await?
        } else {
            activation::activate(&tx, op, plan, version.number).await?
        };
        told.extend(events);
        plan
    } else {
        told.extend(alerts::evaluate_today(&tx, op, &plan).await?);
        plan
    };
    events::record(&tx, op, plan.vendor_id, told).await?;
    tx.commit().await?;
    Ok(plan)
}

/// An amendment whose day has passed unsigned would change the past: it has to be proposed anew.
async fn refuse_late(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    version: &plan_version::Model,
) -> Result<()> {
    let today = activities::today(tx, op, plan.vendor_id).await?;
    match version.effective_on.filter(|on| *on < today) {
        Some(on) => {
            let number = version.number;
            let message = format!("version {number} was to count from {on}, which is past");
            Err(Error::invalid("version", message))
        }
        None => Ok(()),
    }
}

/// Refuses the proposed version with a reason; both go on negotiating.
pub async fn reject(op: &Op, id: PlanId, reason: &str) -> Result<plan::Model> {
    end_proposal(op, id, PlanAction::Reject, "rejectPlan", reason).await
}

/// Takes the proposal back; both go on negotiating.
pub async fn withdraw_proposal(op: &Op, id: PlanId, reason: &str) -> Result<plan::Model> {
    end_proposal(op, id, PlanAction::WithdrawProposal, "withdrawProposal", reason).await
}

async fn end_proposal(
    op: &Op,
    id: PlanId,
    action: PlanAction,
    name: &'static str,
    reason: &str,
) -> Result<plan::Model> {
    check::reason(reason)?;
    let (tx, mut plan, next) = for_update(op, id, action, None).await?;
    void(&tx, op, &mut plan).await?;
    let plan = moved(&tx, op, plan, next).await?;
    let after = Some(json!({ "reason": reason }));
    announce(&tx, op, &plan, EventKind::ProposalEnded, name, EventBody::Plain, after).await?;
    let told = alerts::evaluate_today(&tx, op, &plan).await?;
    events::record(&tx, op, plan.vendor_id, told).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Voids the signatures under the proposal, and ends it.
pub async fn void(tx: &Tx, op: &Op, plan: &mut plan::Model) -> Result<()> {
    let number = plan.proposed_version.take();
    if let Some(copy) = &mut plan.working_copy {
        copy.effective_on = None;
    }
    signature::Entity::update_many()
        .col_expr(signature::Column::VoidedAt, Expr::value(op.now()))
        .filter(signature::Column::PlanId.eq(plan.id))
        .filter(signature::Column::Number.eq(number))
        .filter(signature::Column::VoidedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The signatures that a plan has, voided ones included, oldest first. The caller has already seen the plan.
pub async fn of_plan(op: &Op, plan: &plan::Model) -> Result<Vec<signature::Model>> {
    let found = signature::Entity::find().filter(signature::Column::PlanId.eq(plan.id));
    Ok(found.order_by_asc(signature::Column::Id).all(op.db.read()).await?)
}

/// A signature, if the caller may see its plan.
pub async fn find_signature(op: &Op, id: SignatureId) -> Result<Option<signature::Model>> {
    access::scope(op, Scope::PlansRead)?;
    let found = signature::Entity::visible_to(&op.actor).filter(signature::Column::Id.eq(id));
    Ok(found.one(op.db.read()).await?)
}

/// A version, if the caller may see its plan.
pub async fn find_version(op: &Op, id: VersionId) -> Result<Option<plan_version::Model>> {
    access::scope(op, Scope::PlansRead)?;
    let found = plan_version::Entity::visible_to(&op.actor).filter(plan_version::Column::Id.eq(id));
    Ok(found.one(op.db.read()).await?)
}

/// The versions that a plan has, oldest first. The caller has already seen the plan.
pub async fn versions_of(op: &Op, plan: &plan::Model) -> Result<Vec<plan_version::Model>> {
    let found = plan_version::Entity::find().filter(plan_version::Column::PlanId.eq(plan.id));
    Ok(found.order_by_asc(plan_version::Column::Number).all(op.db.read()).await?)
}

async fn proposed(tx: &Tx, plan: &plan::Model) -> Result<plan_version::Model> {
    plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.eq(plan.id))
        .filter(plan_version::Column::Number.eq(plan.proposed_version))
        .one(&**tx)
        .await?
        .ok_or_else(|| Error::Inconsistent(format!("{} has no proposed version", plan.id)))
}

async fn signatures_of(tx: &Tx, version: &plan_version::Model) -> Result<Vec<signature::Model>> {
    let found = signature::Entity::find()
        .filter(signature::Column::VersionId.eq(version.id))
        .filter(signature::Column::VoidedAt.is_null());
    Ok(found.all(&**tx).await?)
}

async fn last_number(tx: &Tx, id: PlanId) -> Result<i32> {
    let last = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.eq(id))
        .order_by_desc(plan_version::Column::Number)
        .one(&**tx)
        .await?;
    Ok(last.map_or(0, |version| version.number))
}

/// At most one plan of a partnership holds any day. The partnership's lock keeps two proposals apart.
async fn refuse_overlap(tx: &Tx, plan: &plan::Model) -> Result<()> {
    let others = plan::Entity::find()
        .filter(plan::Column::PartnershipId.eq(plan.partnership_id))
        .filter(plan::Column::Id.ne(plan.id))
        .filter(plan::Column::StartsOn.lte(plan.ends_on))
        .filter(plan::Column::EndsOn.gte(plan.starts_on))
        .all(&**tx)
        .await?;
    match others.into_iter().find(|other| other.state.holds_period()) {
        Some(other) => Err(Error::PeriodTaken { from: other.starts_on, to: other.ends_on }),
        None => Ok(()),
    }
}
