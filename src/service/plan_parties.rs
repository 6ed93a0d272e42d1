//! A plan together with the companies that it is between: whoever opens a plan wants to know whose it is and what day it is there.

use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, JoinType, QueryFilter,
    QueryResult, QuerySelect, Select, sea_query::Expr,
};

use super::access;
use crate::{
    domain::{actor::Scope, id::PlanId},
    entity::{organization, plan},
    error::Result,
    op::Op,
};

/// What the columns of the companies are called.
const VENDOR: &str = "vendor";
const PARTNER: &str = "partner";

/// A plan and its companies.
#[derive(Clone, Debug)]
pub struct PlanParties {
    /// The plan.
    pub plan: plan::Model,
    /// Its vendor.
    pub vendor: organization::Model,
    /// Its partner.
    pub partner: organization::Model,
}

impl FromQueryResult for PlanParties {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            plan: plan::Model::from_query_result(row, prefix)?,
            vendor: organization::Model::from_query_result(row, VENDOR)?,
            partner: organization::Model::from_query_result(row, PARTNER)?,
        })
    }
}

/// A plan with its companies in one statement, if the caller may see it: whoever sees a plan sees both.
pub async fn find(op: &Op, id: PlanId) -> Result<Option<PlanParties>> {
    access::scope(op, Scope::PlansRead)?;
    let found = plan::Entity::visible_to(&op.actor).filter(plan::Column::Id.eq(id));
    let found = joined(found, plan::Column::VendorId, VENDOR);
    let found = joined(found, plan::Column::PartnerId, PARTNER);
    Ok(found.into_model().one(op.db.read()).await?)
}

/// With the company that a column names, its own columns behind a prefix.
fn joined(
    plans: Select<plan::Entity>,
    of: plan::Column,
    company: &'static str,
) -> Select<plan::Entity> {
    let relation =
        plan::Entity::belongs_to(organization::Entity).from(of).to(organization::Column::Id);
    let joined = plans.join_as(JoinType::InnerJoin, relation.into(), company);
    organization::Column::iter().fold(joined, |select, column| {
        let name = format!("{company}{}", column.as_str());
        select.expr_as(Expr::col((company, column)), name)
    })
}
