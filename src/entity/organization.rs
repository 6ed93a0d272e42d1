//! `organization`: a company: a vendor that runs a programme, or a partner.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Side},
    id::OrganizationId,
    money::Currency,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    pub kind: Side,
    pub name: String,
    pub country: Option<String>,
    pub time_zone: String,
    pub fiscal_start_month: i32,
    pub currency: Currency,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The own organisation, and those it has a partnership with. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        let Some(member) = actor.member() else {
            return Self::find().filter(super::house_only(actor));
        };
        let counterparts = super::counterparts(member);
        Self::find().filter(super::either(
            Column::Id.eq(member.organization),
            Column::Id.in_subquery(counterparts),
        ))
    }
}
