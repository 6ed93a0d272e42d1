//! The gaps report: partnerships that should have a plan or an agreement and have none, and plans outside their agreement
//! (domain §3). However many there are, a page of it takes the same few statements.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ExprTrait, FromQueryResult, Order as Direction, QueryFilter,
    sea_query::{Alias, Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    access, content, organizations,
    page::{Found, Order, Page},
};
use crate::{
    domain::{
        actor::{Scope, Side},
        draft::AgreementTerm,
        gap::{GapKind, GapPlace, Outside, since},
        id::{OrganizationId, PartnershipId, PlanId},
        plan::PlanState,
    },
    entity::{agreement, organization, partnership, plan},
    error::Result,
    op::Op,
};

mod places;

/// Which gaps are wanted.
#[derive(Clone, Debug, Default)]
pub struct GapFilter {
    /// Only of these kinds.
    pub kinds: Option<Vec<GapKind>>,
    /// Only of this partnership.
    pub partnership: Option<PartnershipId>,
    /// On this day; today in each vendor's time zone when none.
    pub on: Option<NaiveDate>,
}

/// Something that a partnership lacks.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Where it is in the list.
    pub place: GapPlace,
    /// What is lacking.
    pub kind: GapKind,
    /// To whom.
    pub partnership: partnership::Model,
    /// The plan that is outside, or that is on its way to fill the gap.
    pub plan: Option<plan::Model>,
    /// What is lacking, in a sentence.
    pub message: String,
    /// From which day on.
    pub since: NaiveDate,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    kind: i32,
}

/// The gaps that the caller may see, those of the oldest partnerships and plans first.
pub async fn list(op: &Op, filter: &GapFilter, page: Page) -> Result<Found<Gap>> {
    let days = days(op, filter.on).await?;
    let window = page.window(Order::OldestFirst);
    let Some(gaps) = places::gaps(op, filter, &days).await? else {
        return Ok(page.found(Vec::new()));
    };
    let beyond = |place: Uuid, is_after: bool| {
        let GapPlace { id, number } = place.into();
        let (of_id, of_kind) = (|| Expr::col(Alias::new("id")), || Expr::col(Alias::new("kind")));
        let (id_beyond, kind_beyond) = if is_after {
            (of_id().gt(id), of_kind().gt(i32::from(number)))
        } else {
            (of_id().lt(id), of_kind().lt(i32::from(number)))
        };
        id_beyond.or(of_id().eq(id).and(kind_beyond))
    };
    let mut query = over(gaps);
    query.column(Alias::new("id")).column(Alias::new("kind")).limit(window.limit);
    if let Some(place) = window.greater {
        query.and_where(beyond(place, true));
    }
    if let Some(place) = window.less {
        query.and_where(beyond(place, false));
    }
    let direction = if window.is_ascending { Direction::Asc } else { Direction::Desc };
    query.order_by(Alias::new("id"), direction.clone()).order_by(Alias::new("kind"), direction);

    let db = op.db.read();
    let rows = Row::find_by_statement(db.get_database_backend().build(&query)).all(db).await?;
    let Found { rows, has_previous, has_next } = page.found(rows);
    Ok(Found { rows: described(op, rows, &days).await?, has_previous, has_next })
}

/// How many gaps the caller may see.
pub async fn count(op: &Op, filter: &GapFilter) -> Result<u64> {
    #[derive(FromQueryResult)]
    struct Count {
        n: i64,
    }
    let days = days(op, filter.on).await?;
    let Some(gaps) = places::gaps(op, filter, &days).await? else { return Ok(0) };
    let mut query = over(gaps);
    query.expr_as(Expr::col(Alias::new("id")).count(), Alias::new("n"));
    let db = op.db.read();
    let found = Count::find_by_statement(db.get_database_backend().build(&query)).one(db).await?;
    Ok(found.and_then(|count| u64::try_from(count.n).ok()).unwrap_or_default())
}

fn over(gaps: SelectStatement) -> SelectStatement {
    Query::select().from_subquery(gaps, Alias::new("gap")).to_owned()
}

/// The day of the question for each vendor whose programme the caller takes part in.
async fn days(op: &Op, on: Option<NaiveDate>) -> Result<BTreeMap<OrganizationId, NaiveDate>> {
    access::scope(op, Scope::PlansRead)?;
    let vendors = organization::Entity::visible_to(&op.actor)
        .filter(organization::Column::Kind.eq(Side::Vendor))
        .all(op.db.read())
        .await?;
    let mut days = BTreeMap::new();
    for vendor in vendors {
        let today = op.today(organizations::zone(&vendor)?);
        days.insert(vendor.id, on.unwrap_or(today));
    }
    Ok(days)
}

/// What there is to say about the gaps of a page.
async fn described(
    op: &Op,
    rows: Vec<Row>,
    days: &BTreeMap<OrganizationId, NaiveDate>,
) -> Result<Vec<Gap>> {
    let db = op.db.read();
    let number = i32::from(GapKind::PlanOutsideAgreement.number());
    let (of_plans, of_partnerships): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| row.kind == number);
    let plan_ids = of_plans.iter().map(|row| PlanId(row.id));
    let outside = plan::Entity::visible_to(&op.actor)
        .filter(plan::Column::Id.is_in(plan_ids))
        .all(db)
        .await?;
    let ids: BTreeSet<PartnershipId> = of_partnerships
        .iter()
        .map(|row| PartnershipId(row.id))
        .chain(outside.iter().map(|plan| plan.partnership_id))
        .collect();
    let partnerships = partnership::Entity::visible_to(&op.actor)
        .filter(partnership::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let partnerships: BTreeMap<PartnershipId, partnership::Model> =
        partnerships.into_iter().map(|row| (row.id, row)).collect();
    let plans = plan::Entity::visible_to(&op.actor)
        .filter(plan::Column::PartnershipId.is_in(ids.iter().copied()))
        .filter(plan::Column::State.is_not_in([PlanState::Withdrawn, PlanState::Terminated]))
        .all(db)
        .await?;
    let plans = content::grouped(plans, |plan| plan.partnership_id);
    let agreements = agreement::Entity::visible_to(&op.actor)
        .filter(agreement::Column::PartnershipId.is_in(ids))
        .all(db)
        .await?;
    let agreements = content::grouped(agreements, |agreement| agreement.partnership_id);

    let described = rows.iter().filter_map(|row| {
        let number = u8::try_from(row.kind).ok()?;
        let kind = GapKind::of_number(number)?;
        let plan = outside.iter().find(|plan| plan.id.0 == row.id);
        let id = plan.map_or(PartnershipId(row.id), |plan| plan.partnership_id);
        let partnership = partnerships.get(&id)?.clone();
        let on = days.get(&partnership.vendor_id).copied()?;
        let known = Known {
            begun_on: partnership.created_at.date_naive(),
            plans: plans.get(&id).map(Vec::as_slice).unwrap_or_default(),
            agreements: agreements.get(&id).map(Vec::as_slice).unwrap_or_default(),
        };
        let (plan, message, since) = match kind {
            GapKind::PlanMissing => known.plan_missing(on),
            GapKind::AgreementMissing => known.agreement_missing(on),
            GapKind::PlanOutsideAgreement => known.outside(plan?)?,
        };
        let place = GapPlace { id: row.id, number };
        Some(Gap { place, kind, partnership, plan, message, since })
    });
    Ok(described.collect())
}

/// What the caller may know of a partnership with a gap.
struct Known<'a> {
    begun_on: NaiveDate,
    plans: &'a [plan::Model],
    agreements: &'a [agreement::Model],
}

type Description = (Option<plan::Model>, String, NaiveDate);

impl Known<'_> {
    fn plan_missing(&self, on: NaiveDate) -> Description {
        let signed = self.plans.iter().filter(|plan| plan.state.counts());
        let ends: Vec<NaiveDate> = signed.map(|plan| plan.ends_on).collect();
        let coming = self
            .plans
            .iter()
            .find(|plan| !plan.state.counts() && content::period(plan).contains(on));
        let message = match coming {
            Some(plan) => format!("no plan is in force on {on}; “{}” is {}", plan.name, plan.state),
            None => format!("no plan is in force on {on}"),
        };
        (coming.cloned(), message, since(&ends, on, self.begun_on))
    }

    fn agreement_missing(&self, on: NaiveDate) -> Description {
        let ends: Vec<NaiveDate> =
            self.agreements.iter().filter_map(|agreement| agreement.expires_on).collect();
        (None, format!("no agreement holds on {on}"), since(&ends, on, self.begun_on))
    }

    fn outside(&self, plan: &plan::Model) -> Option<Description> {
        let terms: Vec<AgreementTerm> = self
            .agreements
            .iter()
            .map(|agreement| AgreementTerm {
                effective_on: agreement.effective_on,
                expires_on: agreement.expires_on,
            })
            .collect();
        let (name, period) = (&plan.name, content::period(plan));
        let outside = Outside::of(period, &terms)?;
        let message = match outside {
            Outside::StartsBefore(day) => {
                format!("“{name}” starts on {}, before the agreement does on {day}", period.start)
            }
            Outside::EndsAfter(day) => {
                format!("the agreement expires on {day}, before “{name}” ends on {}", period.end)
            }
        };
        Some((Some(plan.clone()), message, outside.since(period)))
    }
}
