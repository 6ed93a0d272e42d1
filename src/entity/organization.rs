//! `organization`: a company: a vendor that runs a programme, or a partner.

use sea_orm::{ExprTrait, entity::prelude::*, sea_query::Expr};

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
        // Asked of each candidate, of which there are a few; a list of all partners would grow with the programme.
        let own = super::counterparts(member)
            .and_where(Expr::col(super::theirs(member)).equals((Entity, Column::Id)))
            .to_owned();
        Self::find().filter(super::either(Column::Id.eq(member.organization), Expr::exists(own)))
    }
}
