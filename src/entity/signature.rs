//! `signature`: a person's name under one version.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Role, Side},
    id::{PlanId, SignatureId, UserId, VersionId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signature")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignatureId,
    pub plan_id: PlanId,
    pub version_id: VersionId,
    pub number: i32,
    pub hash: String,
    pub side: Side,
    pub user_id: UserId,
    pub role: Role,
    pub signed_at: DateTimeUtc,
    pub voided_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Signatures under versions of plans that the actor may see.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_plans(actor, Column::PlanId))
    }
}
