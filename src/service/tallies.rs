//! What facts add up to, read from the roll-ups by day; never from the facts themselves, so its cost does not grow with them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::content;
use crate::{
    domain::{
        id::{CommitmentId, PlanId, TargetId},
        tally::{Slice, SliceSums, TargetSums},
    },
    entity::{commitment_rollup, plan, slice_rollup, sums, target_rollup},
    error::Result,
};

/// What the facts of targets add up to by a day, by target and version of the lens.
pub async fn of_targets(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
    as_of: NaiveDate,
) -> Result<BTreeMap<(TargetId, i32), TargetSums>> {
    #[derive(FromQueryResult)]
    struct Row {
        target_id: TargetId,
        version: i32,
        actual: i64,
        verified: i64,
        disputed: i64,
        won: i64,
        won_value: i64,
        open_deals: i64,
        open_value: i64,
        open_weighted: i64,
    }
    use target_rollup::Column;
    let columns = [
        Column::Actual,
        Column::Verified,
        Column::Disputed,
        Column::Won,
        Column::WonValue,
        Column::OpenDeals,
        Column::OpenValue,
        Column::OpenWeighted,
    ];
    let query = target_rollup::Entity::find()
        .select_only()
        .columns([Column::TargetId, Column::Version])
        .filter(Column::PlanId.is_in(plans.iter().copied()))
        .filter(Column::Day.lte(as_of))
        .group_by(Column::TargetId)
        .group_by(Column::Version);
    let rows: Vec<Row> = sums::summed(query, &columns).into_model().all(db).await?;
    let to_sums = |row: Row| {
        let sums = TargetSums {
            actual: row.actual,
            verified: row.verified,
            disputed: row.disputed,
            won: row.won,
            won_value: row.won_value,
            open_deals: row.open_deals,
            open_value: row.open_value,
            open_weighted: row.open_weighted,
        };
        ((row.target_id, row.version), sums)
    };
    Ok(rows.into_iter().map(to_sums).collect())
}

/// What was delivered of commitments by a day, day by day, by commitment and version of the lens.
pub async fn of_commitments(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
    as_of: NaiveDate,
) -> Result<BTreeMap<(CommitmentId, i32), Vec<commitment_rollup::Model>>> {
    let rows = commitment_rollup::Entity::find()
        .filter(commitment_rollup::Column::PlanId.is_in(plans.iter().copied()))
        .filter(commitment_rollup::Column::Day.lte(as_of))
        .order_by_asc(commitment_rollup::Column::Day)
        .all(db)
        .await?;
    Ok(content::grouped(rows, |row| (row.commitment_id, row.version)))
}

/// What facts add up to in a slice.
#[derive(FromQueryResult)]
struct SliceRow {
    plan_id: PlanId,
    key: String,
    revenue: i64,
    won: i64,
    lost: i64,
    registered: i64,
    pipeline: i64,
    open_deals: i64,
    open_value: i64,
    completions: i64,
    certified: i64,
    programmes: i64,
    leads: i64,
    mdf: i64,
}

impl SliceRow {
    fn sums(&self) -> SliceSums {
        SliceSums {
            revenue: self.revenue,
            won: self.won,
            lost: self.lost,
            registered: self.registered,
            pipeline: self.pipeline,
            open_deals: self.open_deals,
            open_value: self.open_value,
            completions: self.completions,
            certified: self.certified,
            programmes: self.programmes,
            leads: self.leads,
            mdf: self.mdf,
        }
    }
}

fn of_slice(plans: &[PlanId], slice: Slice, as_of: NaiveDate) -> Select<slice_rollup::Entity> {
    use slice_rollup::Column;
    let columns = [
        Column::Revenue,
        Column::Won,
        Column::Lost,
        Column::Registered,
        Column::Pipeline,
        Column::OpenDeals,
        Column::OpenValue,
        Column::Completions,
        Column::Certified,
        Column::Programmes,
        Column::Leads,
        Column::Mdf,
    ];
    let query = slice_rollup::Entity::find()
        .select_only()
        .columns([Column::PlanId, Column::Key])
        .filter(Column::PlanId.is_in(plans.iter().copied()))
        .filter(Column::Slice.eq(slice))
        .filter(Column::Day.lte(as_of))
        .group_by(Column::PlanId)
        .group_by(Column::Key);
    sums::summed(query, &columns)
}

/// What facts add up to by the keys of a slice, as of a day.
pub async fn slices(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
    slice: Slice,
    as_of: NaiveDate,
) -> Result<BTreeMap<(PlanId, String), SliceSums>> {
    let rows: Vec<SliceRow> = of_slice(plans, slice, as_of).into_model().all(db).await?;
    Ok(rows.into_iter().map(|row| ((row.plan_id, row.key.clone()), row.sums())).collect())
}

/// What all facts of each plan add up to, and the deals that were open on the eve of its period.
pub async fn totals(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
    as_of: NaiveDate,
) -> Result<BTreeMap<PlanId, (SliceSums, i64)>> {
    #[derive(FromQueryResult)]
    struct Row {
        #[sea_orm(nested)]
        slice: SliceRow,
        carried_in: i64,
    }
    let open = Expr::col((slice_rollup::Entity, slice_rollup::Column::OpenDeals));
    let starts_on = Expr::col((plan::Entity, plan::Column::StartsOn));
    let is_before = Expr::col((slice_rollup::Entity, slice_rollup::Column::Day)).lt(starts_on);
    let carried_in = Expr::case(is_before, open).finally(0);
    let to_plan = slice_rollup::Entity::belongs_to(plan::Entity)
        .from(slice_rollup::Column::PlanId)
        .to(plan::Column::Id);
    let query = of_slice(plans, Slice::Total, as_of)
        .join(JoinType::InnerJoin, to_plan.into())
        .column_as(Expr::expr(carried_in).sum().cast_as("bigint"), "carried_in");
    let rows: Vec<Row> = query.into_model().all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.slice.plan_id, (row.slice.sums(), row.carried_in)))
        .collect())
}

/// Days of a target on which its facts, seen through a version's lens, changed something, with what they changed, up to a day.
pub async fn days_of(
    db: &impl ConnectionTrait,
    target: TargetId,
    lens: i32,
    as_of: NaiveDate,
) -> Result<Vec<(NaiveDate, i64)>> {
    let rows = target_rollup::Entity::find()
        .filter(target_rollup::Column::TargetId.eq(target))
        .filter(target_rollup::Column::Version.eq(lens))
        .filter(target_rollup::Column::Day.lte(as_of))
        .order_by_asc(target_rollup::Column::Day)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.day, row.actual)).collect())
}

/// Days of a plan on which its facts changed something, with what they changed, up to a day.
pub async fn days_of_plan(
    db: &impl ConnectionTrait,
    plan: PlanId,
    as_of: NaiveDate,
) -> Result<Vec<slice_rollup::Model>> {
    let rows = slice_rollup::Entity::find()
        .filter(slice_rollup::Column::PlanId.eq(plan))
        .filter(slice_rollup::Column::Slice.eq(Slice::Total))
        .filter(slice_rollup::Column::Day.lte(as_of))
        .order_by_asc(slice_rollup::Column::Day);
    Ok(rows.all(db).await?)
}
