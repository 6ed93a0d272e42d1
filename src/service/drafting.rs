//! Beginning to draft a plan.

use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde::Serialize;
use serde_json::json;

use super::{
    access,
    changes::announce,
    check,
    idempotency::{self, Asked},
    plans::{get, vendor_of},
    programmes,
};
use crate::{
    domain::{
        actor::Role,
        calendar::{Period, PeriodKind},
        content::{AddedRates, PlanContent},
        event::{EventBody, EventKind},
        id::{PartnershipId, PlanId},
        money::Currency,
        plan::PlanState,
        policy::PlanningMode,
    },
    entity::{organization, plan},
    error::{Error, Result},
    op::Op,
};

/// A plan to be drafted.
#[derive(Clone, Debug, Serialize)]
pub struct NewPlan {
    /// For which partnership.
    pub partnership: PartnershipId,
    /// Its name.
    pub name: String,
    /// What kind of period.
    pub period_kind: PeriodKind,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day; a fiscal period knows it.
    pub ends_on: Option<NaiveDate>,
    /// What money is counted in; the vendor's currency when none.
    pub currency: Option<Currency>,
    /// Why a plan is drafted though the programme offers none.
    pub override_reason: Option<String>,
}

/// Begins to draft a plan; until it is shared only the own side sees it.
///
/// The planning mode comes from the programme and stays with the plan, whatever happens to the programme later. Where it offers
/// none, a vendor admin can draft a full plan with a reason, which stays in the history.
pub async fn create(op: &Op, key: Option<&str>, new: NewPlan) -> Result<plan::Model> {
    let member = op.member()?;
    check::short("name", &new.name)?;
    new.override_reason
        .as_deref()
        .map_or(Ok(()), |reason| check::short("overrideReason", reason))?;
    let tx = op.db.write().await?;
    let asked = key.map(|key| Asked::new(op, "createPlan", key, &new)).transpose()?;
    if let Some(asked) = &asked
        && let Some(id) = idempotency::answer::<PlanId>(&tx, op, asked).await?
    {
        return get(op, id).await;
    }
    let partnership = access::hold(&tx, op, new.partnership).await?;
    if !member.works_on(partnership.id) {
        return Err(Error::Forbidden(
            "plans are drafted by admins and the partnership's managers".into(),
        ));
    }
    let vendor = vendor_of(&tx, &partnership).await?;
    let period = period_of(&new, &vendor)?;
    let mut policy = programmes::policy_for(&*tx, &partnership).await?;
    if policy.mode == PlanningMode::None {
        if new.override_reason.is_none() {
            return Err(Error::PlanningNotOffered);
        }
        if member.role() != Some(Role::VendorAdmin) {
            return Err(Error::Forbidden("only a vendor admin overrides the programme".into()));
        }
        policy.mode = PlanningMode::Full;
    }

    let now = op.now();
    let row = plan::ActiveModel {
        id: Set(op.mint()),
        vendor_id: Set(partnership.vendor_id),
        partner_id: Set(partnership.partner_id),
        partnership_id: Set(partnership.id),
        name: Set(new.name),
        mode: Set(policy.mode),
        state: Set(PlanState::Draft),
        drafted_by: Set(member.side),
        period_kind: Set(new.period_kind),
        starts_on: Set(period.start),
        ends_on: Set(period.end),
        currency: Set(new.currency.unwrap_or(vendor.currency)),
        content: Set(PlanContent::default()),
        vendor_sponsor_id: Set(None),
        partner_sponsor_id: Set(None),
        policy: Set(policy),
        override_reason: Set(new.override_reason.clone()),
        revision: Set(1),
        proposed_version: Set(None),
        version_in_force: Set(None),
        activated_on: Set(None),
        added_rates: Set(AddedRates::default()),
        amendment: Set(None),
        working_copy: Set(None),
        termination: Set(None),
        shared_at: Set(None),
        watch_on: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let plan = row.insert(&*tx).await?;
    let after =
        json!({ "name": plan.name, "mode": plan.mode, "overrideReason": new.override_reason });
    announce(&tx, op, &plan, EventKind::PlanCreated, "createPlan", EventBody::Plain, Some(after))
        .await?;
    if let Some(asked) = &asked {
        idempotency::keep(&tx, op, asked, &plan.id).await?;
    }
    tx.commit().await?;
    Ok(plan)
}

fn period_of(new: &NewPlan, vendor: &organization::Model) -> Result<Period> {
    let first_month = u32::try_from(vendor.fiscal_start_month).unwrap_or(1);
    let ends_on = new.ends_on.or_else(|| {
        let n_months = match new.period_kind {
            PeriodKind::FiscalYear => 12,
            PeriodKind::HalfYear => 6,
            PeriodKind::Custom => return None,
        };
        Period::of_months(new.starts_on, n_months).map(|period| period.end)
    });
    let ends_on =
        ends_on.ok_or_else(|| Error::invalid("endsOn", "a custom period needs its last day"))?;
    Period::try_new(new.period_kind, new.starts_on, ends_on, first_month).map_err(|invalid| {
        let field = if invalid.field == "end" { "endsOn" } else { "startsOn" };
        Error::invalid(field, format!("{} {}", invalid.value, invalid.reason))
    })
}
