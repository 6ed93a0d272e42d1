//! Signed versions: what counts, on which day (domain §4).
//!
//! What is in force is read from the version that both sides signed, never from the rows that an amendment works on.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use super::content;
use crate::{
    domain::{
        content::Head,
        diff,
        id::{CommitmentId, PlanId, TargetId},
        lens::{CommitmentLens, TargetLens, TargetScope, kept_under, merged, target_lenses},
        version::{CommitmentTerms, Snapshot, TargetTerms},
    },
    entity::{commitment, parsed::Parsed, plan, plan_version, target},
    error::{Error, Result},
    op::Op,
};

/// A version that both sides signed.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The day from which it counts; none for the first, which counts from the beginning.
    pub effective_on: Option<NaiveDate>,
    /// What was signed.
    pub snapshot: Parsed<Snapshot>,
}

/// The signed versions of a plan, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Versions(pub Vec<Sealed>);

impl Versions {
    /// The version in force on a day; none while nothing is signed.
    pub fn on(&self, day: NaiveDate) -> Option<&Snapshot> {
        let begun = self.0.iter().rfind(|sealed| sealed.effective_on.is_none_or(|on| on <= day));
        begun.or(self.0.first()).map(|sealed| &*sealed.snapshot)
    }

    /// The version that was signed last, be it in force already or not.
    pub fn last(&self) -> Option<&Snapshot> {
        self.0.last().map(|sealed| &*sealed.snapshot)
    }

    /// The version of this number.
    pub fn numbered(&self, number: i32) -> Option<&Snapshot> {
        self.0.iter().map(|sealed| &*sealed.snapshot).find(|snapshot| snapshot.number == number)
    }

    /// The first day on which the version that was signed last counts.
    pub fn last_effective_on(&self) -> Option<NaiveDate> {
        self.0.last().and_then(|sealed| sealed.effective_on)
    }

    /// What the targets of all versions look at.
    pub fn target_lenses(&self) -> Vec<TargetLens> {
        merged(self.0.iter().map(|sealed| {
            let Snapshot { number, plan, targets, .. } = &*sealed.snapshot;
            let scopes: Vec<TargetScope> =
                targets.iter().map(|terms| content::scope(&target_of(*plan, 0, terms))).collect();
            target_lenses(*number, &scopes)
        }))
    }

    /// What the commitments of all versions look at.
    pub fn commitment_lenses(&self) -> Vec<CommitmentLens> {
        merged(self.0.iter().map(|sealed| {
            let Snapshot { number, period, commitments, .. } = &*sealed.snapshot;
            let lens = |terms: &CommitmentTerms| CommitmentLens {
                id: terms.id,
                version: *number,
                starts_on: terms.starts_on,
                due_on: terms.due_on.unwrap_or(period.end),
                terms: terms.terms.clone(),
            };
            commitments.iter().map(lens).collect()
        }))
    }
}

impl Versions {
    /// What counts on a day; nothing while nothing is signed.
    pub fn counting_on(&self, day: NaiveDate) -> Option<Counting<'_>> {
        let snapshot = self.on(day)?;
        let targets = self.sums_of_targets(snapshot.number);
        let commitments = self.sums_of_commitments(snapshot.number);
        Some(Counting { snapshot, targets, commitments })
    }

    /// The version of the lens under which the sums of each target of version `number` are kept.
    fn sums_of_targets(&self, number: i32) -> BTreeMap<TargetId, i32> {
        match self.0.as_slice() {
            [Sealed { snapshot, .. }] => {
                snapshot.targets.iter().map(|terms| (terms.id, number)).collect()
            }
            _ => kept_under(&self.target_lenses(), number),
        }
    }

    /// The version of the lens under which the sums of each commitment of version `number` are kept.
    fn sums_of_commitments(&self, number: i32) -> BTreeMap<CommitmentId, i32> {
        match self.0.as_slice() {
            [Sealed { snapshot, .. }] => {
                snapshot.commitments.iter().map(|terms| (terms.id, number)).collect()
            }
            _ => kept_under(&self.commitment_lenses(), number),
        }
    }
}

/// A version with where its sums are kept.
#[derive(Clone, Debug)]
pub struct Counting<'a> {
    /// What was signed.
    pub snapshot: &'a Snapshot,
    /// The version of the lens under which the sums of each target are kept.
    pub targets: BTreeMap<TargetId, i32>,
    /// The version of the lens under which the sums of each commitment are kept.
    pub commitments: BTreeMap<CommitmentId, i32>,
}

/// The signed versions of each plan; nothing for plans that were never signed. The caller has already seen the plans.
pub async fn of_plans(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, Versions>> {
    let mut found: BTreeMap<PlanId, Versions> = BTreeMap::new();
    for row in signed(plans).all(db).await? {
        let sealed = Sealed { effective_on: row.effective_on, snapshot: read(&row)? };
        found.entry(row.plan_id).or_default().0.push(sealed);
    }
    Ok(found)
}

/// The rows of the signed versions of plans, oldest first.
pub fn signed(plans: &[PlanId]) -> Select<plan_version::Entity> {
    plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.is_in(plans.iter().copied()))
        .filter(plan_version::Column::SealedAt.is_not_null())
        .order_by_asc(plan_version::Column::PlanId)
        .order_by_asc(plan_version::Column::Number)
}

/// The signed versions of one plan.
pub async fn of_plan(db: &impl ConnectionTrait, plan: PlanId) -> Result<Versions> {
    Ok(of_plans(db, &[plan]).await?.remove(&plan).unwrap_or_default())
}

/// What a stored version says.
pub fn read(row: &plan_version::Model) -> Result<Parsed<Snapshot>> {
    parsed(row.plan_id, &row.content)
}

/// What a version's content says.
pub fn parsed(plan: PlanId, content: &str) -> Result<Parsed<Snapshot>> {
    Parsed::read(content)
        .map_err(|error| Error::Inconsistent(format!("a version of {plan} is unreadable: {error}")))
}

/// The targets of a version, as rows.
pub fn targets_of(snapshot: &Snapshot) -> Vec<target::Model> {
    (1..)
        .zip(&snapshot.targets)
        .map(|(position, terms)| target_of(snapshot.plan, position, terms))
        .collect()
}

/// The commitments of a version, as rows; `rows` are those of the plan, removed ones included, which know what was waived.
pub fn commitments_of(snapshot: &Snapshot, rows: Vec<commitment::Model>) -> Vec<commitment::Model> {
    let mut known: BTreeMap<CommitmentId, commitment::Model> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    (1..)
        .zip(&snapshot.commitments)
        .map(|(position, terms)| {
            commitment_of(snapshot.plan, position, terms, known.remove(&terms.id))
        })
        .collect()
}

fn target_of(plan_id: PlanId, position: i32, terms: &TargetTerms) -> target::Model {
    let terms = terms.clone();
    target::Model {
        id: terms.id,
        plan_id,
        parent_id: terms.parent,
        position,
        name: terms.name,
        metric: terms.metric,
        metric_key: terms.metric_key,
        split_dimension: terms.split,
        is_other: terms.is_other,
        product_line_id: terms.product_line,
        segment_id: terms.segment,
        geography_id: terms.geography,
        amount: terms.amount,
        baseline: terms.baseline,
        weight: terms.weight,
        phasing: terms.phasing,
        is_removed: false,
    }
}

fn commitment_of(
    plan_id: PlanId,
    position: i32,
    terms: &CommitmentTerms,
    known: Option<commitment::Model>,
) -> commitment::Model {
    let terms = terms.clone();
    let (waived_at, waive_reason, vendor_waived_by, partner_waived_by) = known
        .map(|row| (row.waived_at, row.waive_reason, row.vendor_waived_by, row.partner_waived_by))
        .unwrap_or_default();
    commitment::Model {
        id: terms.id,
        plan_id,
        position,
        owed_by: terms.owed_by,
        title: terms.title,
        owner_id: terms.owner,
        starts_on: terms.starts_on,
        due_on: terms.due_on,
        quantity: terms.quantity,
        terms: terms.terms,
        waived_at,
        waive_reason,
        vendor_waived_by,
        partner_waived_by,
        is_removed: false,
    }
}

/// What a version says of the plan itself.
pub fn head_of(snapshot: &Snapshot) -> Head {
    Head {
        name: snapshot.name.clone(),
        content: snapshot.content.clone(),
        vendor_sponsor: snapshot.vendor_sponsor,
        partner_sponsor: snapshot.partner_sponsor,
    }
}

/// What differs between two versions, signed or not. The caller has already seen the plan.
pub async fn differences(
    op: &Op,
    plan: &plan::Model,
    from: i32,
    to: i32,
) -> Result<Vec<diff::Difference>> {
    let found = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.eq(plan.id))
        .filter(plan_version::Column::Number.is_in([from, to]))
        .all(op.db.read())
        .await?;
    let version = |field: &str, number: i32| {
        let row = found.iter().find(|row| row.number == number);
        row.ok_or_else(|| Error::invalid(field, format!("{number} is no version of the plan")))
    };
    let (from, to) = (read(version("from", from)?)?, read(version("to", to)?)?);
    Ok(diff::between(&from, &to))
}
