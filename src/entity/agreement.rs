//! `agreement`: the legal frame of a partnership.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{AgreementId, PartnershipId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementId,
    pub partnership_id: PartnershipId,
    pub reference: String,
    pub signed_on: NaiveDate,
    pub effective_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Agreements of the own organisation's partnerships. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_partnerships(actor, Column::PartnershipId))
    }
}
