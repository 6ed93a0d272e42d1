//! Where the gaps are, as a query for their places: each is found by its own `SELECT`, scoped to the caller from the start.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    Select,
    sea_query::{Expr, SelectStatement, UnionType},
};

use super::GapFilter;
use crate::{
    domain::{
        actor::Actor,
        gap::GapKind,
        id::{OrganizationId, TierId},
        plan::PlanState,
        policy::{PartnerType, PlanningMode, TierPolicy, choose},
    },
    entity::{agreement, partnership, plan, planning_policy, tier},
    error::Result,
    op::Op,
};

/// Places of all wanted gaps as `id` and `kind`; none where no kind is wanted.
pub async fn gaps(
    op: &Op,
    filter: &GapFilter,
    days: &BTreeMap<OrganizationId, NaiveDate>,
) -> Result<Option<SelectStatement>> {
    let wanted: BTreeSet<GapKind> =
        filter.kinds.clone().unwrap_or_else(|| GapKind::ALL.to_vec()).into_iter().collect();
    let mut by_day: BTreeMap<NaiveDate, Vec<OrganizationId>> = BTreeMap::new();
    for (vendor, day) in days {
        by_day.entry(*day).or_default().push(*vendor);
    }
    let mut all: Option<SelectStatement> = None;
    for kind in wanted {
        let select = match kind {
            GapKind::PlanMissing => {
                let offered = offered(op).await?;
                lacking(op, filter, kind, &by_day, in_force).filter(offered).into_query()
            }
            GapKind::AgreementMissing => lacking(op, filter, kind, &by_day, framed).into_query(),
            GapKind::PlanOutsideAgreement => outside(op, filter, &by_day).into_query(),
        };
        match &mut all {
            None => all = Some(select),
            Some(all) => {
                all.union(UnionType::All, select);
            }
        }
    }
    Ok(all)
}

/// Partnerships that are not among those that have something on the day.
fn lacking(
    op: &Op,
    filter: &GapFilter,
    kind: GapKind,
    by_day: &BTreeMap<NaiveDate, Vec<OrganizationId>>,
    having: impl Fn(NaiveDate) -> SelectStatement,
) -> Select<partnership::Entity> {
    use partnership::Column;
    let mut lacking = Condition::any();
    for (day, vendors) in by_day {
        let of_vendors = Column::VendorId.is_in(vendors.iter().copied());
        lacking = lacking.add(of_vendors.and(Column::Id.not_in_subquery(having(*day))));
    }
    let mut select = partnership::Entity::visible_to(&op.actor)
        .select_only()
        .column_as(Column::Id, "id")
        .column_as(Expr::value(i32::from(kind.number())), "kind")
        .filter(lacking);
    if let Some(partnership) = filter.partnership {
        select = select.filter(Column::Id.eq(partnership));
    }
    select
}

/// Partnerships with a plan that is, or was, in force on the day.
fn in_force(day: NaiveDate) -> SelectStatement {
    let plans = plan::Entity::find().select_only().column(plan::Column::PartnershipId);
    plans
        .filter(plan::Column::State.is_in([PlanState::Active, PlanState::Completed]))
        .filter(plan::Column::StartsOn.lte(day))
        .filter(plan::Column::EndsOn.gte(day))
        .into_query()
}

/// Partnerships with an agreement that holds on the day.
fn framed(day: NaiveDate) -> SelectStatement {
    let expires_on = agreement::Column::ExpiresOn;
    agreement::Entity::find()
        .select_only()
        .column(agreement::Column::PartnershipId)
        .filter(agreement::Column::EffectiveOn.lte(day))
        .filter(expires_on.is_null().or(expires_on.gte(day)))
        .into_query()
}

/// Partnerships of a tier and type that the programme offers a plan.
async fn offered(op: &Op) -> Result<Condition> {
    let tiers: Vec<TierId> = tier::Entity::visible_to(&op.actor)
        .select_only()
        .column(tier::Column::Id)
        .into_tuple()
        .all(op.db.read())
        .await?;
    let policies = planning_policy::Entity::visible_to(&Actor::System)
        .filter(planning_policy::Column::TierId.is_in(tiers.iter().copied()))
        .all(op.db.read())
        .await?;
    let policies: Vec<TierPolicy> = policies
        .into_iter()
        .map(|row| TierPolicy {
            tier: row.tier_id,
            partner_type: row.partner_type,
            policy: row.policy,
        })
        .collect();
    let mut offered = Condition::any();
    for partner_type in PartnerType::iter() {
        let is_offered =
            |tier: &TierId| choose(&policies, *tier, partner_type).mode != PlanningMode::None;
        let tiers: Vec<TierId> = tiers.iter().copied().filter(is_offered).collect();
        let of_type = partnership::Column::PartnerType.eq(partner_type);
        offered = offered.add(of_type.and(partnership::Column::TierId.is_in(tiers)));
    }
    Ok(offered)
}

/// Plans that are not over on the day, and leave every agreement that their partnership has.
fn outside(
    op: &Op,
    filter: &GapFilter,
    by_day: &BTreeMap<NaiveDate, Vec<OrganizationId>>,
) -> Select<plan::Entity> {
    let of_agreement = |column: agreement::Column| Expr::col((agreement::Entity, column));
    let of_plan = |column: plan::Column| (plan::Entity, column);
    let own = || {
        let agreements = agreement::Entity::find().select_only().column(agreement::Column::Id);
        agreements.filter(
            of_agreement(agreement::Column::PartnershipId)
                .equals(of_plan(plan::Column::PartnershipId)),
        )
    };
    let starts_inside = of_agreement(agreement::Column::EffectiveOn)
        .lte(Expr::col(of_plan(plan::Column::StartsOn)));
    let ends_inside =
        agreement::Column::ExpiresOn.is_null().or(of_agreement(agreement::Column::ExpiresOn)
            .gte(Expr::col(of_plan(plan::Column::EndsOn))));
    let holds = own().filter(starts_inside).filter(ends_inside).into_query();

    let mut is_open = Condition::any();
    for (day, vendors) in by_day {
        let of_vendors = plan::Column::VendorId.is_in(vendors.iter().copied());
        is_open = is_open.add(of_vendors.and(plan::Column::EndsOn.gte(*day)));
    }
    let number = i32::from(GapKind::PlanOutsideAgreement.number());
    let mut select = plan::Entity::visible_to(&op.actor)
        .select_only()
        .column_as(plan::Column::Id, "id")
        .column_as(Expr::value(number), "kind")
        .filter(plan::Column::State.is_in(OPEN))
        .filter(is_open)
        .filter(Expr::exists(own().into_query()))
        .filter(Expr::exists(holds).not());
    if let Some(partnership) = filter.partnership {
        select = select.filter(plan::Column::PartnershipId.eq(partnership));
    }
    select
}

/// The states of plans that are, or may come, in force.
const OPEN: [PlanState; 4] =
    [PlanState::Draft, PlanState::Negotiating, PlanState::AwaitingSignatures, PlanState::Active];
