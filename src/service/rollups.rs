//! Roll-ups: what facts add up to, per day, kept beside the facts and always equal to them.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IdenStatic, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, OnConflict},
};

use super::{changes, content, feeds, portions, summaries};
use crate::{
    db::Tx,
    domain::{
        activity::{Fact, Placement},
        attribution::PlanLens,
        id::{PartnershipId, PlanId},
        plan::PlanState,
        tally::{CommitmentSums, SliceSums, Tally, TargetSums, TooLarge},
    },
    entity::{activity, commitment_rollup, plan, slice_rollup, target_rollup},
    error::{Error, Result},
    op::Op,
};

/// Subjects whose facts are held in memory at once.
const SUBJECTS_AT_ONCE: usize = 500;

impl From<TooLarge> for Error {
    fn from(too_large: TooLarge) -> Self {
        Self::invalid("activities", too_large)
    }
}

/// A stored fact as the rules see it.
pub fn fact(row: activity::Model) -> Fact {
    Fact {
        id: row.id,
        sequence: row.sequence_id,
        kind: row.kind,
        occurred_on: row.occurred_on,
        provenance: row.provenance,
        placement: Placement {
            product_line: row.product_line_id,
            segment: row.segment_id,
            geography: row.geography_id,
        },
        payload: row.payload,
    }
}

/// The facts in force of some subjects of a partnership, by subject.
pub async fn facts_of(
    db: &impl ConnectionTrait,
    partnership: PartnershipId,
    subjects: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, Vec<Fact>>> {
    let mut facts: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
    for portion in portions::keys(subjects) {
        let rows = in_force(partnership)
            .filter(activity::Column::Subject.is_in(portion))
            .order_by_asc(activity::Column::Id)
            .all(db)
            .await?;
        for row in rows {
            facts.entry(row.subject.clone()).or_default().push(fact(row));
        }
    }
    Ok(facts)
}

fn in_force(partnership: PartnershipId) -> Select<activity::Entity> {
    activity::Entity::find()
        .filter(activity::Column::PartnershipId.eq(partnership))
        .filter(activity::Column::IsSuperseded.eq(false))
}

/// What all facts in force add to a plan.
pub async fn tally(db: &impl ConnectionTrait, plan: &plan::Model) -> Result<Tally> {
    tally_through(db, plan.partnership_id, &content::lens(db, plan).await?).await
}

/// What all facts in force of a partnership add up to through a lens.
pub async fn tally_through(
    db: &impl ConnectionTrait,
    partnership: PartnershipId,
    lens: &PlanLens,
) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut last = String::new();
    loop {
        let subjects: Vec<String> = in_force(partnership)
            .select_only()
            .column(activity::Column::Subject)
            .distinct()
            .filter(activity::Column::Subject.gt(last.as_str()))
            .order_by_asc(activity::Column::Subject)
            .limit(u64::try_from(SUBJECTS_AT_ONCE).unwrap_or(u64::MAX))
            .into_tuple()
            .all(db)
            .await?;
        let Some(furthest) = subjects.last().cloned() else { return Ok(tally) };
        for facts in facts_of(db, partnership, subjects).await?.into_values() {
            tally.add(lens.tally(&facts)?, 1)?;
        }
        last = furthest;
    }
}

/// Adds a tally to the stored sums.
pub async fn apply(tx: &Tx, plan: PlanId, tally: Tally) -> Result<()> {
    use commitment_rollup::Column as C;
    use slice_rollup::Column as S;
    use target_rollup::Column as T;

    summaries::forget(tx, plan).await?;
    let targets = tally.targets.into_iter().map(|((target_id, version, day), sums)| {
        target_rollup::ActiveModel {
            target_id: Set(target_id),
            version: Set(version),
            day: Set(day),
            plan_id: Set(plan),
            actual: Set(sums.actual),
            verified: Set(sums.verified),
            won: Set(sums.won),
            won_value: Set(sums.won_value),
            open_deals: Set(sums.open_deals),
            open_value: Set(sums.open_value),
            open_weighted: Set(sums.open_weighted),
            disputed: Set(sums.disputed),
        }
    });
    let sums = [
        T::Actual,
        T::Verified,
        T::Disputed,
        T::Won,
        T::WonValue,
        T::OpenDeals,
        T::OpenValue,
        T::OpenWeighted,
    ];
    upsert::<target_rollup::Entity, _>(
        tx,
        targets.collect(),
        &[T::TargetId, T::Version, T::Day],
        &sums,
    )
    .await?;

    let commitments = tally.commitments.into_iter().map(|((commitment_id, version, day), sums)| {
        commitment_rollup::ActiveModel {
            commitment_id: Set(commitment_id),
            version: Set(version),
            day: Set(day),
            plan_id: Set(plan),
            delivered: Set(sums.delivered),
            leads: Set(sums.leads),
            mdf: Set(sums.mdf),
        }
    });
    let sums = [C::Delivered, C::Leads, C::Mdf];
    upsert::<commitment_rollup::Entity, _>(
        tx,
        commitments.collect(),
        &[C::CommitmentId, C::Version, C::Day],
        &sums,
    )
    .await?;

    let slices =
        tally.slices.into_iter().map(|((slice, key, day), sums)| slice_rollup::ActiveModel {
            plan_id: Set(plan),
            slice: Set(slice),
            key: Set(key),
            day: Set(day),
            revenue: Set(sums.revenue),
            won: Set(sums.won),
            lost: Set(sums.lost),
            registered: Set(sums.registered),
            pipeline: Set(sums.pipeline),
            open_deals: Set(sums.open_deals),
            open_value: Set(sums.open_value),
            completions: Set(sums.completions),
            certified: Set(sums.certified),
            programmes: Set(sums.programmes),
            leads: Set(sums.leads),
            mdf: Set(sums.mdf),
        });
    let sums = [
        S::Revenue,
        S::Won,
        S::Lost,
        S::Registered,
        S::Pipeline,
        S::OpenDeals,
        S::OpenValue,
        S::Completions,
        S::Certified,
        S::Programmes,
        S::Leads,
        S::Mdf,
    ];
    let key = [S::PlanId, S::Slice, S::Key, S::Day];
    upsert::<slice_rollup::Entity, _>(tx, slices.collect(), &key, &sums).await
}

/// Inserts rows, or adds their sums to the rows that are there. Rows come sorted by key.
async fn upsert<E, A>(tx: &Tx, rows: Vec<A>, key: &[E::Column], sums: &[E::Column]) -> Result<()>
where
    E: EntityTrait,
    A: sea_orm::ActiveModelTrait<Entity = E>,
{
    let mut conflict = OnConflict::columns(key.iter().copied());
    for sum in sums {
        let stored = Expr::col((E::default(), *sum));
        let added = Expr::col(("excluded", sum.as_str()));
        conflict.value(*sum, stored.add(added));
    }
    for portion in portions::rows(rows, 50) {
        E::insert_many(portion).on_conflict(conflict.clone()).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Throws a plan's sums away and counts its facts anew.
pub async fn rebuild_plan(tx: &Tx, plan: &plan::Model) -> Result<()> {
    target_rollup::Entity::delete_many()
        .filter(target_rollup::Column::PlanId.eq(plan.id))
        .exec(&**tx)
        .await?;
    commitment_rollup::Entity::delete_many()
        .filter(commitment_rollup::Column::PlanId.eq(plan.id))
        .exec(&**tx)
        .await?;
    slice_rollup::Entity::delete_many()
        .filter(slice_rollup::Column::PlanId.eq(plan.id))
        .exec(&**tx)
        .await?;
    let tally = tally(&**tx, plan).await?;
    apply(tx, plan.id, tally).await
}

/// What is stored for a plan.
pub async fn stored(db: &impl ConnectionTrait, plan: PlanId) -> Result<Tally> {
    let mut tally = Tally::default();
    let targets = target_rollup::Entity::find().filter(target_rollup::Column::PlanId.eq(plan));
    for row in targets.all(db).await? {
        let sums = target_sums(&row);
        if !sums.is_zero() {
            tally.targets.insert((row.target_id, row.version, row.day), sums);
        }
    }
    let commitments =
        commitment_rollup::Entity::find().filter(commitment_rollup::Column::PlanId.eq(plan));
    for row in commitments.all(db).await? {
        let sums = CommitmentSums { delivered: row.delivered, leads: row.leads, mdf: row.mdf };
        if !sums.is_zero() {
            tally.commitments.insert((row.commitment_id, row.version, row.day), sums);
        }
    }
    for row in
        slice_rollup::Entity::find().filter(slice_rollup::Column::PlanId.eq(plan)).all(db).await?
    {
        let sums = slice_sums(&row);
        if !sums.is_zero() {
            tally.slices.insert((row.slice, row.key, row.day), sums);
        }
    }
    Ok(tally)
}

/// The sums of a stored row.
pub fn target_sums(row: &target_rollup::Model) -> TargetSums {
    TargetSums {
        actual: row.actual,
        verified: row.verified,
        disputed: row.disputed,
        won: row.won,
        won_value: row.won_value,
        open_deals: row.open_deals,
        open_value: row.open_value,
        open_weighted: row.open_weighted,
    }
}

/// The sums of a stored row.
pub fn slice_sums(row: &slice_rollup::Model) -> SliceSums {
    SliceSums {
        revenue: row.revenue,
        won: row.won,
        lost: row.lost,
        registered: row.registered,
        pipeline: row.pipeline,
        open_deals: row.open_deals,
        open_value: row.open_value,
        completions: row.completions,
        certified: row.certified,
        programmes: row.programmes,
        leads: row.leads,
        mdf: row.mdf,
    }
}

/// The plans in force, for jobs that look at all of them.
pub async fn plans_in_force(op: &Op) -> Result<Vec<plan::Model>> {
    let plans =
        plan::Entity::visible_to(&op.actor).filter(plan::Column::State.eq(PlanState::Active));
    Ok(plans.order_by_asc(plan::Column::Id).all(op.db.read()).await?)
}

/// Counts the facts of one plan anew: `jbp rebuild`.
pub async fn rebuild(op: &Op, plan: &plan::Model) -> Result<()> {
    let tx = op.db.write().await?;
    changes::lock(&tx, plan.partnership_id).await?;
    rebuild_plan(&tx, plan).await?;
    feeds::rebuild(&tx, plan.partnership_id).await?;
    tx.commit().await?;
    Ok(())
}

/// The sums of a plan that do not equal its facts: `jbp verify`. Under the partnership's lock, so that it is right under load.
pub async fn differences(op: &Op, plan: &plan::Model) -> Result<Vec<String>> {
    let tx = op.db.write().await?;
    changes::lock(&tx, plan.partnership_id).await?;
    let (facts, kept) = (tally(&*tx, plan).await?, stored(&*tx, plan.id).await?);
    let mut differences = Vec::new();
    compare(&mut differences, "target", &facts.targets, &kept.targets);
    compare(&mut differences, "commitment", &facts.commitments, &kept.commitments);
    compare(&mut differences, "slice", &facts.slices, &kept.slices);
    differences.extend(summaries::difference(&tx, plan).await?);
    differences.extend(feeds::difference(&tx, plan.partnership_id).await?);
    Ok(differences)
}

fn compare<K, V>(
    differences: &mut Vec<String>,
    what: &str,
    facts: &BTreeMap<K, V>,
    kept: &BTreeMap<K, V>,
) where
    K: Ord + std::fmt::Debug,
    V: PartialEq + Copy + Default + std::fmt::Debug,
{
    let keys: std::collections::BTreeSet<&K> = facts.keys().chain(kept.keys()).collect();
    for key in keys {
        let (counted, stored) = (
            facts.get(key).copied().unwrap_or_default(),
            kept.get(key).copied().unwrap_or_default(),
        );
        if counted != stored {
            differences
                .push(format!("{what} {key:?}: facts give {counted:?}, stored is {stored:?}"));
        }
    }
}
