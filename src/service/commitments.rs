//! Commitments: what each side promises the other, by a day (domain §7).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter,
};
use serde_json::json;

use super::{
    access,
    changes::{self, Change, Editing, for_update},
    check, consequences, content, events,
    events::NewEvent,
    history, plans, readings, targets,
};
use crate::{
    db::Tx,
    domain::{
        actor::{Scope, Side},
        commitment::OwedBy,
        event::{EventBody, EventKind},
        id::{CommitmentId, PlanId, UserId},
        money::{Currency, Unit},
        plan::PlanAction,
        recording,
        target::Metric,
        terms::Terms,
    },
    entity::{commitment, plan, user},
    error::{Error, Result},
    op::Op,
};

/// Commitments of one plan at most.
const MOST_COMMITMENTS: usize = 200;

/// A commitment, if the caller may see its plan.
pub async fn find(op: &Op, id: CommitmentId) -> Result<Option<(plan::Model, commitment::Model)>> {
    access::scope(op, Scope::PlansRead)?;
    let found = commitment::Entity::visible_to(&op.actor).filter(commitment::Column::Id.eq(id));
    let Some(commitment) = found.one(op.db.read()).await? else { return Ok(None) };
    let Some(plan) = plans::find(op, commitment.plan_id).await? else { return Ok(None) };
    let rows = readings::of_plan(op.db.read(), plan.id).await?.commitments(&plan);
    let signed = rows.into_iter().find(|row| row.id == id);
    Ok(Some((plan, signed.unwrap_or(commitment))))
}

/// A commitment whose plan the caller must be able to see.
pub async fn get(op: &Op, id: CommitmentId) -> Result<(plan::Model, commitment::Model)> {
    find(op, id).await?.ok_or(Error::NotFound("commitment"))
}

/// What a commitment says.
#[derive(Clone, Debug)]
pub struct CommitmentSpec {
    /// Its title.
    pub title: String,
    /// Who owes it.
    pub owed_by: OwedBy,
    /// Who sees to it.
    pub owner: Option<UserId>,
    /// When it begins; with the plan when none.
    pub starts_on: Option<NaiveDate>,
    /// When it is due.
    pub due_on: Option<NaiveDate>,
    /// How much, in the unit of the terms.
    pub quantity: Decimal,
    /// What exactly.
    pub terms: Terms,
}

/// Adds a commitment of either side to a plan.
pub async fn add(
    op: &Op,
    plan: PlanId,
    expected_revision: i32,
    spec: CommitmentSpec,
) -> Result<plan::Model> {
    let editing = Editing::begin(op, plan, expected_revision).await?;
    let (_, commitments) = content::of_plan(&*editing.tx, plan).await?;
    if commitments.len() >= MOST_COMMITMENTS {
        let message = format!("the plan has {MOST_COMMITMENTS} commitments, which is the most");
        return Err(Error::invalid("planId", message));
    }
    let position = commitments.last().map_or(1, |last| last.position + 1);
    let row = checked(&editing.tx, &editing.plan, op.mint(), position, spec).await?;
    let row = row.into_active_model().reset_all().insert(&*editing.tx).await?;
    let subject = row.id.to_string();
    let after = history::kept(&content::commitment_terms(row))?;
    editing.finish(op, Change { action: "addCommitment", subject, before: None, after }).await
}

/// Changes a commitment.
pub async fn edit(
    op: &Op,
    id: CommitmentId,
    expected_revision: i32,
    spec: CommitmentSpec,
) -> Result<plan::Model> {
    let (editing, before) = begin(op, id, expected_revision).await?;
    let change = edit_in(&editing, before, spec).await?;
    editing.finish(op, change).await
}

/// [`edit`], as part of a change under way.
pub async fn edit_in(
    editing: &Editing,
    before: commitment::Model,
    spec: CommitmentSpec,
) -> Result<Change> {
    let id = before.id;
    let row = checked(&editing.tx, &editing.plan, id, before.position, spec).await?;
    let row = row.into_active_model().reset_all().update(&*editing.tx).await?;
    Ok(Change {
        action: "editCommitment",
        subject: id.to_string(),
        before: history::kept(&content::commitment_terms(before))?,
        after: history::kept(&content::commitment_terms(row))?,
    })
}

/// Removes a commitment from a plan that is not signed.
pub async fn remove(op: &Op, id: CommitmentId, expected_revision: i32) -> Result<plan::Model> {
    let (editing, commitment) = begin(op, id, expected_revision).await?;
    if editing.plan.version_in_force.is_none() {
        commitment.clone().delete(&*editing.tx).await?;
    } else {
        let removed = commitment::Model { is_removed: true, ..commitment.clone() };
        removed.into_active_model().reset_all().update(&*editing.tx).await?;
    }
    let before = history::kept(&content::commitment_terms(commitment))?;
    let change =
        Change { action: "removeCommitment", subject: id.to_string(), before, after: None };
    editing.finish(op, change).await
}

/// Agrees, for the own side, that a commitment of a plan in force need not be kept; waived once both sides have.
pub async fn waive(op: &Op, id: CommitmentId, reason: &str) -> Result<plan::Model> {
    check::reason(reason)?;
    let (plan, _) = get(op, id).await?;
    let (tx, plan, _) = for_update(op, plan.id, PlanAction::Waive, None).await?;
    let found = commitment::Entity::find_by_id(id).one(&*tx).await?;
    let mut row = found.ok_or(Error::NotFound("commitment"))?;
    let member = op.member()?;
    match member.side {
        Side::Vendor => row.vendor_waived_by = member.user(),
        Side::Partner => row.partner_waived_by = member.user(),
    }
    row.waive_reason = Some(reason.to_owned());
    let is_agreed = row.vendor_waived_by.is_some() && row.partner_waived_by.is_some();
    if is_agreed && row.waived_at.is_none() {
        row.waived_at = Some(op.now());
    }
    row.into_active_model().reset_all().update(&*tx).await?;
    let after = Some(json!({ "reason": reason, "isAgreed": is_agreed }));
    let entry = history::Entry {
        plan: plan.id,
        action: "waiveCommitment",
        subject: id.to_string(),
        seen_by: changes::seen_by(&plan),
        before: None,
        after,
    };
    history::write(&tx, op, entry).await?;
    if is_agreed {
        let waived = NewEvent {
            kind: EventKind::CommitmentWaived,
            plan: plan.id,
            partnership: plan.partnership_id,
            subject: id.0,
            seen_by: None,
            body: EventBody::Plain,
        };
        let mut events = vec![waived];
        events.extend(consequences::recount(&tx, op, &plan).await?);
        events::record(&tx, op, plan.vendor_id, events).await?;
    }
    tx.commit().await?;
    Ok(plan)
}

async fn begin(
    op: &Op,
    id: CommitmentId,
    expected_revision: i32,
) -> Result<(Editing, commitment::Model)> {
    let (plan, _) = get(op, id).await?;
    let editing = Editing::begin(op, plan.id, expected_revision).await?;
    // Read again under the lock: it may have been removed meanwhile.
    let found = commitment::Entity::find_by_id(id).one(&*editing.tx).await?;
    let commitment = found.filter(|row| !row.is_removed).ok_or(Error::NotFound("commitment"))?;
    Ok((editing, commitment))
}

async fn checked(
    tx: &Tx,
    plan: &plan::Model,
    id: CommitmentId,
    position: i32,
    spec: CommitmentSpec,
) -> Result<commitment::Model> {
    recording::name("title", &spec.title)?;
    check_terms(&spec, plan.currency)?;
    if let Some(owner) = spec.owner {
        check_owner(tx, plan, spec.owed_by, owner).await?;
    }
    let starts_on = spec.starts_on.unwrap_or(plan.starts_on);
    if let Some(due_on) = spec.due_on.filter(|due_on| *due_on < starts_on) {
        return Err(Error::invalid(
            "dueOn",
            format!("{due_on} is before {starts_on}, when it begins"),
        ));
    }
    let quantity = targets::amount(spec.terms.unit(plan.currency), "quantity", spec.quantity)?;
    if quantity <= 0 {
        return Err(Error::invalid(
            "quantity",
            format!("{} is not more than nothing", spec.quantity),
        ));
    }
    Ok(commitment::Model {
        id,
        plan_id: plan.id,
        position,
        owed_by: spec.owed_by,
        title: spec.title,
        owner_id: spec.owner,
        starts_on,
        due_on: spec.due_on,
        quantity,
        terms: spec.terms,
        waived_at: None,
        waive_reason: None,
        vendor_waived_by: None,
        partner_waived_by: None,
        is_removed: false,
    })
}

fn check_terms(spec: &CommitmentSpec, currency: Currency) -> Result<()> {
    match &spec.terms {
        Terms::CoMarketing { campaign_type, mdf_allocated, partner_co_funding, expected_leads } => {
            campaign_type
                .as_deref()
                .map_or(Ok(()), |kind| recording::name("terms.coMarketing.campaignType", kind))?;
            let money = Unit::Money(currency);
            for (field, unit, value) in [
                ("terms.coMarketing.mdfAllocated", money, mdf_allocated),
                ("terms.coMarketing.partnerCoFunding", money, partner_co_funding),
                ("terms.coMarketing.expectedLeads", Unit::Count, expected_leads),
            ] {
                if *value < 0 {
                    let stated = unit.decimal(*value);
                    return Err(Error::invalid(field, format!("{stated} is negative")));
                }
            }
            Ok(())
        }
        Terms::Enablement { code, .. } => Ok(recording::name("terms.enablement.code", code)?),
        Terms::PipelineActivity { accounts, .. } => {
            if accounts.len() > 500 {
                let message = format!("{} accounts; 500 is the most", accounts.len());
                return Err(Error::invalid("terms.pipelineActivity.accounts", message));
            }
            let field = "terms.pipelineActivity.accounts";
            Ok(accounts.iter().try_for_each(|account| recording::name(field, account))?)
        }
        Terms::PipelineMilestone { metric, .. } => match metric {
            Metric::DealsRegistered
            | Metric::PipelineCreated
            | Metric::DealsWon
            | Metric::Revenue => Ok(()),
            _ => {
                Err(Error::invalid("terms.pipelineMilestone.metric", "a milestone measures deals"))
            }
        },
        Terms::VendorSupport { .. } if spec.owed_by != OwedBy::Vendor => {
            Err(Error::invalid("owedBy", "vendor support is owed by the vendor"))
        }
        Terms::VendorSupport { .. } | Terms::ResourceInvestment { .. } => Ok(()),
    }
}

/// The owner is of the side that owes it.
async fn check_owner(tx: &Tx, plan: &plan::Model, owed_by: OwedBy, owner: UserId) -> Result<()> {
    let found = user::Entity::find_by_id(owner).one(&**tx).await?.filter(|user| user.is_active);
    let of_side = found.filter(|user| match owed_by {
        OwedBy::Vendor => user.organization_id == plan.vendor_id,
        OwedBy::Partner => user.organization_id == plan.partner_id,
        OwedBy::Joint => [plan.vendor_id, plan.partner_id].contains(&user.organization_id),
    });
    of_side.map(drop).ok_or_else(|| {
        Error::unknown("ownerId", format!("`{owner}` is nobody of the side that owes it"))
    })
}
