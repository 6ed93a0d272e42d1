//! `user`: a person of an organisation.

use sea_orm::{Condition, entity::prelude::*};

use crate::domain::{
    actor::Side,
    actor::{Actor, Role},
    id::{OrganizationId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub organization_id: OrganizationId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password_hash: Option<String>,
    pub is_active: bool,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// People of the own organisation; for a vendor those of its partners; for a partner a vendor's executives and team members.
    /// The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        let Some(member) = actor.member() else {
            return Self::find().filter(super::house_only(actor));
        };
        let theirs =
            Condition::all().add(Column::OrganizationId.in_subquery(super::counterparts(member)));
        let known = match member.side {
            Side::Vendor => theirs,
            Side::Partner => theirs.add(super::either(
                Column::Role.eq(Role::VendorExecutive),
                Column::Id.in_subquery(super::team_of(member)),
            )),
        };
        let own = Column::OrganizationId.eq(member.organization);
        Self::find().filter(Condition::any().add(own).add(known))
    }
}
