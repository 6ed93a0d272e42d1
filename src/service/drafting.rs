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
    standards::{self, Beginnings},
};
use crate::{
    db::Tx,
    domain::{
        actor::Role,
        calendar::{Period, PeriodKind},
        content::{AddedRates, PlanContent},
        event::{EventBody, EventKind},
        id::{PartnershipId, PlanId, UserId},
        money::Currency,
        plan::PlanState,
        policy::{PlanningMode, PlanningPolicy},
        renewal::Growth,
    },
    entity::{organization, partnership, plan},
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
    let sheet = Sheet {
        name: new.name.clone(),
        period_kind: new.period_kind,
        period: period_of(&new, &vendor)?,
        currency: new.currency.unwrap_or(vendor.currency),
        policy: offered(&tx, op, &partnership, new.override_reason.as_deref()).await?,
        override_reason: new.override_reason.clone(),
        content: PlanContent::default(),
        vendor_sponsor: None,
        partner_sponsor: None,
        renews: None,
    };
    let plan = begin(&tx, op, &partnership, sheet).await?;
    let mut begun = Beginnings::default();
    standards::fill_in(&tx, op, &plan, &vendor, &mut begun).await?;
    begun.store(&tx).await?;
    let after = json!({ "name": plan.name, "mode": plan.mode, "overrideReason": new.override_reason,
        "filledIn": begun.kept() });
    announce(&tx, op, &plan, EventKind::PlanCreated, "createPlan", EventBody::Plain, Some(after))
        .await?;
    if let Some(asked) = &asked {
        idempotency::keep(&tx, asked, &plan.id).await?;
    }
    tx.commit().await?;
    Ok(plan)
}

/// What a partnership is offered today; where that is no plan, a full one to a vendor admin with a reason.
pub async fn offered(
    tx: &Tx,
    op: &Op,
    partnership: &partnership::Model,
    override_reason: Option<&str>,
) -> Result<PlanningPolicy> {
    let policy = programmes::policy_for(&**tx, partnership).await?;
    if policy.mode != PlanningMode::None {
        return Ok(policy);
    }
    if override_reason.is_none() {
        return Err(Error::PlanningNotOffered);
    }
    if op.member()?.role() != Some(Role::VendorAdmin) {
        return Err(Error::Forbidden("only a vendor admin overrides the programme".into()));
    }
    Ok(PlanningPolicy { mode: PlanningMode::Full, ..policy })
}

/// What a draft says when it begins, beside its targets and commitments.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// What kind of period.
    pub period_kind: PeriodKind,
    /// Its days.
    pub period: Period,
    /// What money is counted in.
    pub currency: Currency,
    /// What it is offered, asked and measured by, whatever happens to the programme later.
    pub policy: PlanningPolicy,
    /// Why it is drafted though the programme offers none.
    pub override_reason: Option<String>,
    /// Narrative, rates and cadence.
    pub content: PlanContent,
    /// The vendor's executive sponsor.
    pub vendor_sponsor: Option<UserId>,
    /// The partner's executive sponsor.
    pub partner_sponsor: Option<UserId>,
    /// The plan that it renews, and the growth that its targets were proposed with.
    pub renews: Option<(PlanId, Growth)>,
}

/// Stores a new draft of the caller's side.
pub async fn begin(
    tx: &Tx,
    op: &Op,
    partnership: &partnership::Model,
    sheet: Sheet,
) -> Result<plan::Model> {
    let now = op.now();
    let row = plan::ActiveModel {
        id: Set(op.mint()),
        vendor_id: Set(partnership.vendor_id),
        partner_id: Set(partnership.partner_id),
        partnership_id: Set(partnership.id),
        name: Set(sheet.name),
        mode: Set(sheet.policy.mode),
        state: Set(PlanState::Draft),
        drafted_by: Set(op.member()?.side),
        period_kind: Set(sheet.period_kind),
        starts_on: Set(sheet.period.start),
        ends_on: Set(sheet.period.end),
        currency: Set(sheet.currency),
        content: Set(sheet.content.into()),
        vendor_sponsor_id: Set(sheet.vendor_sponsor),
        partner_sponsor_id: Set(sheet.partner_sponsor),
        policy: Set(sheet.policy.into()),
        override_reason: Set(sheet.override_reason),
        renews_id: Set(sheet.renews.map(|(plan, _)| plan)),
        renewal_growth: Set(sheet.renews.map(|(_, growth)| growth)),
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
    Ok(row.insert(&**tx).await?)
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
