//! A vendor's programme: its tiers, and what each is offered and asked (domain §3).

use std::collections::HashMap;

use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, IntoActiveModel, QueryFilter,
    QueryOrder, SqlErr,
};

use super::{access, check};
use crate::{
    db::Held,
    domain::{
        actor::Actor,
        id::{OrganizationId, PolicyId, TierId},
        money::LARGEST_AMOUNT,
        policy::{PartnerType, PlanningPolicy, TierPolicy, choose},
        review::Cadence,
    },
    entity::{partnership, planning_policy, tier},
    error::{Error, Result},
    op::Op,
};

/// Days that a window of a policy has at most.
const LONGEST_WINDOW: u32 = 366;

/// A tier that is to be offered.
#[derive(Clone, Debug)]
pub struct NewTier {
    /// The vendor whose tier it is.
    pub vendor: OrganizationId,
    /// What systems call it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Where it stands among the others; 1 is the highest.
    pub rank: i32,
}

/// The policy of a tier, or of one partner type in it.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// The tier it is for.
    pub tier: TierId,
    /// The partner type it is for; none for every type of the tier.
    pub partner_type: Option<PartnerType>,
    /// What is offered and asked.
    pub policy: PlanningPolicy,
}

/// Those of these tiers that the caller may see.
pub async fn tiers_by_ids(op: &Op, ids: &[TierId]) -> Result<Vec<tier::Model>> {
    let wanted = tier::Column::Id.is_in(ids.iter().copied());
    Ok(tier::Entity::visible_to(&op.actor).filter(wanted).all(op.db.read()).await?)
}

/// A vendor's tiers, the highest first.
pub async fn tiers_of(op: &Op, vendor: OrganizationId) -> Result<Vec<tier::Model>> {
    Ok(tier::Entity::visible_to(&op.actor)
        .filter(tier::Column::VendorId.eq(vendor))
        .order_by_asc(tier::Column::Rank)
        .order_by_asc(tier::Column::Id)
        .all(op.db.read())
        .await?)
}

/// The policies of each tier, the one for all types first; a partner sees none.
pub async fn policies_of_tiers(
    op: &Op,
    tiers: &[TierId],
) -> Result<HashMap<TierId, Vec<planning_policy::Model>>> {
    let mut found = planning_policy::Entity::visible_to(&op.actor)
        .filter(planning_policy::Column::TierId.is_in(tiers.iter().copied()))
        .order_by_asc(planning_policy::Column::Id)
        .all(op.db.read())
        .await?;
    found.sort_by_key(|policy| policy.partner_type.is_some());
    let mut by_tier: HashMap<TierId, Vec<planning_policy::Model>> = HashMap::new();
    for policy in found {
        by_tier.entry(policy.tier_id).or_default().push(policy);
    }
    Ok(by_tier)
}

/// A policy of the own programme; a partner sees none.
pub async fn find_policy(op: &Op, id: PolicyId) -> Result<Option<planning_policy::Model>> {
    let found =
        planning_policy::Entity::visible_to(&op.actor).filter(planning_policy::Column::Id.eq(id));
    Ok(found.one(op.db.read()).await?)
}

/// What a partnership is offered and asked today.
///
/// Both sides are told: it is what a plan between them will be measured by.
pub async fn policy_for(
    db: &impl ConnectionTrait,
    partnership: &partnership::Model,
) -> Result<PlanningPolicy> {
    let policies = planning_policy::Entity::visible_to(&Actor::System)
        .filter(planning_policy::Column::TierId.eq(partnership.tier_id))
        .all(db)
        .await?;
    let policies: Vec<TierPolicy> = policies
        .into_iter()
        .map(|row| TierPolicy {
            tier: row.tier_id,
            partner_type: row.partner_type,
            policy: row.policy,
        })
        .collect();
    Ok(choose(&policies, partnership.tier_id, partnership.partner_type))
}

/// Adds a tier to a vendor's programme.
pub async fn create_tier(op: &Op, new: NewTier) -> Result<tier::Model> {
    access::programme_admin(op, new.vendor)?;
    if new.rank < 1 {
        return Err(Error::invalid("rank", format!("{} is less than 1, the highest", new.rank)));
    }
    let code = check::name("code", &new.code)?;
    let tx = op.db.write().await?;
    let tier = tier::ActiveModel {
        id: Set(op.mint()),
        vendor_id: Set(new.vendor),
        code: Set(code.clone()),
        name: Set(check::name("name", &new.name)?),
        rank: Set(new.rank),
    }
    .insert(&*tx)
    .await
    .map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::invalid("code", format!("a tier `{code}` exists already"))
        }
        _ => error.into(),
    })?;
    tx.commit().await?;
    Ok(tier)
}

/// Sets what a tier, or one partner type in it, is offered and asked; plans that exist keep theirs.
pub async fn set_policy(op: &Op, new: NewPolicy) -> Result<planning_policy::Model> {
    access::signed_in(op)?;
    check_policy(&new.policy)?;
    let tx = op.db.write().await?;
    let tier = tier::Entity::visible_to(&op.actor)
        .filter(tier::Column::Id.eq(new.tier))
        .held()
        .one(&*tx)
        .await?
        .ok_or(Error::NotFound("tier"))?;
    access::programme_admin(op, tier.vendor_id)?;
    let of_type = match new.partner_type {
        Some(partner_type) => planning_policy::Column::PartnerType.eq(partner_type),
        None => planning_policy::Column::PartnerType.is_null(),
    };
    let existing = planning_policy::Entity::visible_to(&op.actor)
        .filter(planning_policy::Column::TierId.eq(tier.id))
        .filter(of_type)
        .one(&*tx)
        .await?;
    let stored = if let Some(existing) = existing {
        let mut row = existing.into_active_model();
        row.policy = Set(new.policy);
        row.update(&*tx).await?
    } else {
        planning_policy::ActiveModel {
            id: Set(op.mint()),
            vendor_id: Set(tier.vendor_id),
            tier_id: Set(tier.id),
            partner_type: Set(new.partner_type),
            policy: Set(new.policy),
        }
        .insert(&*tx)
        .await?
    };
    tx.commit().await?;
    Ok(stored)
}

fn check_policy(policy: &PlanningPolicy) -> Result<()> {
    if policy.minimum_cadence == Some(Cadence::Dates) {
        return Err(Error::invalid("policy.minimumCadence", "`DATES` has no frequency to ask for"));
    }
    let largest = Decimal::new(LARGEST_AMOUNT, 2);
    for (field, amount) in [
        ("policy.standardPipelineTarget", policy.standard_pipeline_target),
        ("policy.standardDealRegistrationTarget", policy.standard_deal_registration_target),
        ("policy.mdfEntitlement", policy.mdf_entitlement),
    ] {
        if let Some(amount) = amount.filter(|amount| *amount < Decimal::ZERO || *amount > largest) {
            return Err(Error::invalid(field, format!("{amount} is not between 0 and {largest}")));
        }
    }
    let registrations = policy.standard_deal_registration_target;
    if let Some(part) = registrations.filter(|target| !target.fract().is_zero()) {
        let message = format!("{part} is not a whole number of registrations");
        return Err(Error::invalid("policy.standardDealRegistrationTarget", message));
    }
    check_measures(policy)
}

/// Refuses bands of pace that do not follow each other, and windows that are too long.
pub fn check_measures(policy: &PlanningPolicy) -> Result<()> {
    policy.thresholds.check().map_err(|error| Error::invalid("policy.thresholds", error))?;
    let windows = &policy.windows;
    for (field, days) in [
        ("policy.thresholds.graceDays", policy.thresholds.grace_days),
        ("policy.windows.dueSoonDays", windows.due_soon_days),
        ("policy.windows.atRiskDays", windows.at_risk_days),
        ("policy.windows.reviewOffsetDays", windows.review_offset_days),
        ("policy.windows.signaturePendingDays", windows.signature_pending_days),
        ("policy.windows.mdfLapsingDays", windows.mdf_lapsing_days),
        ("policy.windows.certificationLapsingDays", windows.certification_lapsing_days),
        ("policy.windows.silentFeedDays", windows.silent_feed_days),
        ("policy.windows.renewalDays", windows.renewal_days),
        ("policy.windows.escalationDays", windows.escalation_days),
    ] {
        if days > LONGEST_WINDOW {
            return Err(Error::invalid(
                field,
                format!("{days} is more than {LONGEST_WINDOW} days"),
            ));
        }
    }
    let share = windows.at_risk_share;
    if share < Decimal::ZERO || share > Decimal::ONE {
        let message = format!("{share} is not between 0 and 1");
        return Err(Error::invalid("policy.windows.atRiskShare", message));
    }
    Ok(())
}
