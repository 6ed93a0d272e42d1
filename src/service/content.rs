//! A plan's content as the rules want to see it: to judge its readiness, to freeze it, to hold facts against it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{people, versions};
use crate::{
    domain::{
        activity::{Placement, Rates},
        attribution::PlanLens,
        calendar::Period,
        content::Head,
        draft::{AgreementTerm, Draft, DraftCommitment, DraftTarget, SplitOf},
        id::{CommitmentId, OrganizationId, PlanId},
        lens::{TargetScope, Tree},
        readiness::{self, Finding},
        version::{CommitmentTerms, Snapshot, TargetTerms},
    },
    entity::{agreement, commitment, dimension_value, plan, target},
    error::Result,
};

/// The days that a plan covers.
pub fn period(plan: &plan::Model) -> Period {
    Period { start: plan.starts_on, end: plan.ends_on }
}

/// What a plan says of itself.
pub fn head(plan: &plan::Model) -> Head {
    Head {
        name: plan.name.clone(),
        content: (*plan.content).clone(),
        vendor_sponsor: plan.vendor_sponsor_id,
        partner_sponsor: plan.partner_sponsor_id,
    }
}

/// The plan, saying something else of itself.
pub fn with_head(plan: plan::Model, head: Head) -> plan::Model {
    plan::Model {
        name: head.name,
        content: head.content.into(),
        vendor_sponsor_id: head.vendor_sponsor,
        partner_sponsor_id: head.partner_sponsor,
        ..plan
    }
}

/// The plan as it was written last: as the working copy has it, where there is one.
pub fn as_written(plan: plan::Model) -> plan::Model {
    match plan.working_copy.clone() {
        Some(copy) => with_head(plan, copy.head),
        None => plan,
    }
}

/// The rates that count: the signed ones, and those added since for other currencies.
pub fn rates(plan: &plan::Model) -> Rates {
    let mut rates = plan.added_rates.0.clone();
    rates.extend(plan.content.rates.iter().map(|(currency, rate)| (*currency, *rate)));
    rates
}

/// The targets of each plan, in the order they were written, those that an amendment removed included; the caller has already seen
/// the plans.
pub async fn all_targets_of(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, Vec<target::Model>>> {
    let found = target::Entity::find()
        .filter(target::Column::PlanId.is_in(plans.iter().copied()))
        .order_by_asc(target::Column::PlanId)
        .order_by_asc(target::Column::Position)
        .all(db)
        .await?;
    Ok(grouped(found, |target| target.plan_id))
}

/// The commitments of each plan, in the order they were written, those that an amendment removed included; the caller has already
/// seen the plans.
pub async fn all_commitments_of(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, Vec<commitment::Model>>> {
    let found = commitment::Entity::find()
        .filter(commitment::Column::PlanId.is_in(plans.iter().copied()))
        .order_by_asc(commitment::Column::PlanId)
        .order_by_asc(commitment::Column::Position)
        .all(db)
        .await?;
    Ok(grouped(found, |commitment| commitment.plan_id))
}

/// The commitments of plans that both sides have agreed need not be kept; the caller has already seen the plans.
pub async fn waived_of(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<BTreeSet<CommitmentId>> {
    let waived = commitment::Entity::find()
        .select_only()
        .column(commitment::Column::Id)
        .filter(commitment::Column::PlanId.is_in(plans.iter().copied()))
        .filter(commitment::Column::WaivedAt.is_not_null());
    let waived: Vec<CommitmentId> = waived.into_tuple().all(db).await?;
    Ok(waived.into_iter().collect())
}

/// Rows by key, in their order.
pub fn grouped<K: Ord, M>(rows: Vec<M>, key: impl Fn(&M) -> K) -> BTreeMap<K, Vec<M>> {
    let mut groups: BTreeMap<K, Vec<M>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

/// The targets and commitments of one plan as they were written last: a draft, or the working copy of an amendment.
pub async fn of_plan(
    db: &impl ConnectionTrait,
    id: PlanId,
) -> Result<(Vec<target::Model>, Vec<commitment::Model>)> {
    let mut targets = all_targets_of(db, &[id]).await?.remove(&id).unwrap_or_default();
    targets.retain(|target| !target.is_removed);
    let mut commitments = all_commitments_of(db, &[id]).await?.remove(&id).unwrap_or_default();
    commitments.retain(|commitment| !commitment.is_removed);
    Ok((targets, commitments))
}

/// What keeps a plan from being proposed, and what its parties should know before they do.
pub async fn readiness(db: &impl ConnectionTrait, plan: &plan::Model) -> Result<Vec<Finding>> {
    let plan = &as_written(plan.clone());
    let (targets, commitments) = of_plan(db, plan.id).await?;
    let agreement = agreement::Entity::find()
        .filter(agreement::Column::PartnershipId.eq(plan.partnership_id))
        .filter(agreement::Column::EffectiveOn.lte(plan.ends_on))
        .order_by_desc(agreement::Column::EffectiveOn)
        .one(db)
        .await?;
    let cadence = plan.content.cadence.as_ref();
    let left = people::left(db, plan, &commitments).await?;
    let draft = Draft {
        mode: plan.mode,
        policy: (*plan.policy).clone(),
        period: period(plan),
        currency: plan.currency,
        vendor_sponsor: plan.vendor_sponsor_id,
        partner_sponsor: plan.partner_sponsor_id,
        sponsors_left: left.sponsors,
        owners_left: left.owners,
        targets: targets.iter().map(draft_target).collect(),
        commitments: commitments.iter().map(draft_commitment).collect(),
        cadence: cadence.map(|cadence| cadence.cadence),
        review_dates: cadence.map(|cadence| cadence.dates.clone()).unwrap_or_default(),
        agreement: agreement.map(|agreement| AgreementTerm {
            effective_on: agreement.effective_on,
            expires_on: agreement.expires_on,
        }),
    };
    Ok(readiness::check(&draft))
}

fn draft_target(target: &target::Model) -> DraftTarget {
    DraftTarget {
        id: target.id,
        name: target.name.clone(),
        metric: target.metric,
        split: target
            .parent_id
            .zip(target.split_dimension)
            .map(|(parent, dimension)| SplitOf { parent, dimension }),
        weight: weight(target),
        amount: target.amount,
        baseline: target.baseline,
    }
}

/// A target's weight in percent.
pub fn weight(target: &target::Model) -> Option<u8> {
    target.weight.and_then(|weight| u8::try_from(weight).ok())
}

fn draft_commitment(commitment: &commitment::Model) -> DraftCommitment {
    DraftCommitment {
        id: commitment.id,
        name: commitment.title.clone(),
        kind: commitment.terms.kind(),
        owed_by: commitment.owed_by,
        owner: commitment.owner_id,
        starts_on: Some(commitment.starts_on),
        due_on: commitment.due_on,
        quantity: Some(commitment.quantity),
    }
}

/// Everything that both sides sign, as version `number`; an amendment says from which day it counts.
pub async fn snapshot(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    number: i32,
    effective_on: Option<NaiveDate>,
) -> Result<Snapshot> {
    let plan = as_written(plan.clone());
    let (targets, commitments) = of_plan(db, plan.id).await?;
    Ok(Snapshot {
        plan: plan.id,
        number,
        name: plan.name.clone(),
        mode: plan.mode,
        period_kind: plan.period_kind,
        period: period(&plan),
        currency: plan.currency,
        content: (*plan.content).clone(),
        vendor_sponsor: plan.vendor_sponsor_id,
        partner_sponsor: plan.partner_sponsor_id,
        targets: targets.into_iter().map(target_terms).collect(),
        commitments: commitments.into_iter().map(commitment_terms).collect(),
        effective_on,
    })
}

/// A target as it is signed, and as the history keeps it.
pub fn target_terms(target: target::Model) -> TargetTerms {
    TargetTerms {
        id: target.id,
        parent: target.parent_id,
        name: target.name,
        metric: target.metric,
        metric_key: target.metric_key,
        split: target.split_dimension,
        is_other: target.is_other,
        product_line: target.product_line_id,
        segment: target.segment_id,
        geography: target.geography_id,
        amount: target.amount,
        baseline: target.baseline,
        weight: target.weight,
        phasing: target.phasing,
    }
}

/// A commitment as it is signed, and as the history keeps it.
pub fn commitment_terms(commitment: commitment::Model) -> CommitmentTerms {
    CommitmentTerms {
        id: commitment.id,
        owed_by: commitment.owed_by,
        title: commitment.title,
        owner: commitment.owner_id,
        starts_on: commitment.starts_on,
        due_on: commitment.due_on,
        quantity: commitment.quantity,
        terms: commitment.terms,
    }
}

/// The plan as facts meet it: all its signed versions, less what was waived.
pub async fn lens(db: &impl ConnectionTrait, plan: &plan::Model) -> Result<PlanLens> {
    let versions = versions::of_plan(db, plan.id).await?;
    let waived = waived_of(db, &[plan.id]).await?;
    let mut commitments = versions.commitment_lenses();
    commitments.retain(|lens| !waived.contains(&lens.id));
    Ok(PlanLens {
        period: period(plan),
        currency: plan.currency,
        rates: rates(plan),
        tree: tree(db, plan.vendor_id).await?,
        targets: versions.target_lenses(),
        commitments,
    })
}

/// What a target says of itself about what it looks at.
pub fn scope(target: &target::Model) -> TargetScope {
    TargetScope {
        id: target.id,
        parent: target.parent_id,
        split: target.split_dimension,
        is_other: target.is_other,
        values: Placement {
            product_line: target.product_line_id,
            segment: target.segment_id,
            geography: target.geography_id,
        },
        metric: target.metric,
        metric_key: target.metric_key.clone(),
    }
}

/// The vendor's dimension trees.
pub async fn tree(db: &impl ConnectionTrait, vendor: OrganizationId) -> Result<Tree> {
    let links = dimension_value::Entity::find()
        .select_only()
        .columns([dimension_value::Column::Id, dimension_value::Column::ParentId])
        .filter(dimension_value::Column::VendorId.eq(vendor))
        .filter(dimension_value::Column::ParentId.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(Tree(links.into_iter().collect()))
}
