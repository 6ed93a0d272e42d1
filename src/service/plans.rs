//! Plans: drafting, sharing, editing.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{
    access, alerts,
    changes::{Change, Editing, announce, for_update, moved},
    check, objectives,
    page::{Found, Order, Page},
};
use crate::{
    db::Tx,
    domain::{
        actor::{Role, Scope, Side},
        content::PlanContent,
        event::{EventBody, EventKind},
        id::{ObjectiveId, PartnershipId, PlanId, UserId},
        plan::{PlanAction, PlanState},
    },
    entity::{organization, partnership, plan, user},
    error::{Error, Result},
    op::Op,
};

/// A plan, if the caller may see it.
pub async fn find(op: &Op, id: PlanId) -> Result<Option<plan::Model>> {
    access::scope(op, Scope::PlansRead)?;
    Ok(plan::Entity::visible_to(&op.actor)
        .filter(plan::Column::Id.eq(id))
        .one(op.db.read())
        .await?)
}

/// A plan that the caller must be able to see.
pub async fn get(op: &Op, id: PlanId) -> Result<plan::Model> {
    find(op, id).await?.ok_or(Error::NotFound("plan"))
}

/// Those of the plans that the caller may see.
pub async fn of_ids(op: &Op, ids: &[PlanId]) -> Result<Vec<plan::Model>> {
    access::scope(op, Scope::PlansRead)?;
    let plans =
        plan::Entity::visible_to(&op.actor).filter(plan::Column::Id.is_in(ids.iter().copied()));
    Ok(plans.all(op.db.read()).await?)
}

/// Which plans are wanted.
#[derive(Clone, Debug, Default)]
pub struct PlanFilter {
    /// Only of this partnership.
    pub partnership: Option<PartnershipId>,
    /// Only in these states.
    pub states: Option<Vec<PlanState>>,
    /// Only those whose period holds this day.
    pub on: Option<NaiveDate>,
}

fn filtered(op: &Op, filter: &PlanFilter) -> sea_orm::Select<plan::Entity> {
    let mut plans = plan::Entity::visible_to(&op.actor);
    if let Some(partnership) = filter.partnership {
        plans = plans.filter(plan::Column::PartnershipId.eq(partnership));
    }
    if let Some(states) = &filter.states {
        plans = plans.filter(plan::Column::State.is_in(states.iter().copied()));
    }
    if let Some(on) = filter.on {
        plans = plans.filter(plan::Column::StartsOn.lte(on)).filter(plan::Column::EndsOn.gte(on));
    }
    plans
}

/// The plans that the caller may see, the latest first.
pub async fn list(op: &Op, filter: &PlanFilter, page: Page) -> Result<Found<plan::Model>> {
    access::scope(op, Scope::PlansRead)?;
    page.of(op.db.read(), filtered(op, filter), plan::Column::Id, Order::NewestFirst).await
}

/// How many plans the caller may see.
pub async fn count(op: &Op, filter: &PlanFilter) -> Result<u64> {
    use sea_orm::PaginatorTrait;
    access::scope(op, Scope::PlansRead)?;
    Ok(filtered(op, filter).count(op.db.read()).await?)
}

/// What a plan says in words, and who sponsors it; what is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct PlanEdit {
    /// Its name.
    pub name: Option<String>,
    /// The whole narrative: vision, value proposition, success factors, SWOT and objectives.
    pub content: Option<PlanContent>,
    /// Which objective of the plan each one is that the narrative has, unless it is new.
    pub kept: Vec<Option<ObjectiveId>>,
    /// The vendor's executive sponsor.
    pub vendor_sponsor: Option<UserId>,
    /// The partner's executive sponsor.
    pub partner_sponsor: Option<UserId>,
}

/// Changes name, narrative and sponsors. Review cadence and rates have their own mutations.
pub async fn edit(
    op: &Op,
    id: PlanId,
    expected_revision: i32,
    edit: PlanEdit,
) -> Result<plan::Model> {
    let mut editing = Editing::begin(op, id, expected_revision).await?;
    let change = edit_in(&mut editing, edit).await?;
    editing.finish(op, change).await
}

/// [`edit`], as part of a change under way.
pub async fn edit_in(editing: &mut Editing, edit: PlanEdit) -> Result<Change> {
    let plan = &mut editing.plan;
    let before = json!({ "name": plan.name, "content": *plan.content,
        "vendorSponsor": plan.vendor_sponsor_id, "partnerSponsor": plan.partner_sponsor_id });
    if let Some(name) = edit.name {
        check::short("name", &name)?;
        plan.name = name;
    }
    if let Some(content) = edit.content {
        check_content(&content)?;
        objectives::check_kept(&plan.content, "narrative.objectives", &edit.kept)?;
        let (rates, cadence) = (plan.content.rates.clone(), plan.content.cadence.clone());
        plan.content = PlanContent { rates, cadence, ..content }.into();
    }
    if let Some(sponsor) = edit.vendor_sponsor {
        check_sponsor(&editing.tx, sponsor, Side::Vendor, &editing.plan).await?;
        editing.plan.vendor_sponsor_id = Some(sponsor);
    }
    if let Some(sponsor) = edit.partner_sponsor {
        check_sponsor(&editing.tx, sponsor, Side::Partner, &editing.plan).await?;
        editing.plan.partner_sponsor_id = Some(sponsor);
    }
    let plan = &editing.plan;
    let after = json!({ "name": plan.name, "content": *plan.content,
        "vendorSponsor": plan.vendor_sponsor_id, "partnerSponsor": plan.partner_sponsor_id });
    Ok(Change {
        action: "editPlan",
        subject: plan.id.to_string(),
        before: Some(before),
        after: Some(after),
    })
}

async fn check_sponsor(tx: &Tx, sponsor: UserId, side: Side, plan: &plan::Model) -> Result<()> {
    let (field, organization, role) = match side {
        Side::Vendor => ("vendorSponsorId", plan.vendor_id, Role::VendorExecutive),
        Side::Partner => ("partnerSponsorId", plan.partner_id, Role::PartnerExecutive),
    };
    let found = user::Entity::find_by_id(sponsor).one(&**tx).await?;
    match found.filter(|user| user.organization_id == organization && user.is_active) {
        Some(user) if user.role == role => Ok(()),
        Some(user) => Err(Error::invalid(field, format!("{} is not an executive", user.name))),
        None => Err(Error::unknown(field, format!("`{sponsor}` is nobody of that side"))),
    }
}

/// Throws a draft away; only its history keeps it.
pub async fn discard(op: &Op, id: PlanId, expected_revision: i32) -> Result<plan::Model> {
    let (tx, plan, next) = for_update(op, id, PlanAction::Discard, Some(expected_revision)).await?;
    let plan = moved(&tx, op, plan, next).await?;
    announce(&tx, op, &plan, EventKind::PlanDiscarded, "discardPlan", EventBody::Plain, None)
        .await?;
    alerts::evaluate_renewed(&tx, op, &plan).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Shows a draft to the other side: from now on both edit it.
pub async fn share(op: &Op, id: PlanId, expected_revision: i32) -> Result<plan::Model> {
    let (tx, mut plan, next) =
        for_update(op, id, PlanAction::Share, Some(expected_revision)).await?;
    plan.shared_at = Some(op.now());
    let plan = moved(&tx, op, plan, next).await?;
    announce(&tx, op, &plan, EventKind::PlanShared, "sharePlan", EventBody::Plain, None).await?;
    alerts::evaluate_renewed(&tx, op, &plan).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Gives a plan up before it was signed.
pub async fn withdraw(
    op: &Op,
    id: PlanId,
    expected_revision: i32,
    reason: &str,
) -> Result<plan::Model> {
    check::reason(reason)?;
    let (tx, plan, next) =
        for_update(op, id, PlanAction::Withdraw, Some(expected_revision)).await?;
    let plan = moved(&tx, op, plan, next).await?;
    let after = Some(json!({ "reason": reason }));
    announce(&tx, op, &plan, EventKind::PlanWithdrawn, "withdrawPlan", EventBody::Plain, after)
        .await?;
    alerts::evaluate_renewed(&tx, op, &plan).await?;
    tx.commit().await?;
    Ok(plan)
}

/// The vendor of a partnership, with its calendar.
pub async fn vendor_of(tx: &Tx, partnership: &partnership::Model) -> Result<organization::Model> {
    organization::Entity::find_by_id(partnership.vendor_id)
        .one(&**tx)
        .await?
        .ok_or_else(|| Error::Inconsistent(format!("{} has no vendor", partnership.id)))
}

fn check_content(content: &PlanContent) -> Result<()> {
    let swot = &content.swot;
    let lists = [
        ("narrative.successFactors", &content.success_factors),
        ("narrative.strengths", &swot.strengths),
        ("narrative.weaknesses", &swot.weaknesses),
        ("narrative.opportunities", &swot.opportunities),
        ("narrative.threats", &swot.threats),
    ];
    for (field, list) in lists {
        if list.len() > 50 {
            return Err(Error::invalid(
                field,
                format!("has {} entries; 50 is the most", list.len()),
            ));
        }
        list.iter().try_for_each(|text| check::text(field, text))?;
    }
    for (field, text) in [
        ("narrative.vision", &content.vision),
        ("narrative.valueProposition", &content.value_proposition),
    ] {
        text.as_deref().map_or(Ok(()), |text| check::text(field, text))?;
    }
    for objective in &content.objectives {
        check::short("narrative.objectives.title", &objective.title)?;
        objective
            .description
            .as_deref()
            .map_or(Ok(()), |text| check::text("narrative.objectives.description", text))?;
    }
    Ok(())
}
