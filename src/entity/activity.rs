//! `activity`: a fact; never changed but to say that a later one supersedes it.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{
    activity::{ActivityKind, Payload, Provenance},
    actor::Actor,
    id::{ActivityId, DimensionValueId, OrganizationId, PartnershipId},
    money::Currency,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActivityId,
    pub vendor_id: OrganizationId,
    pub partnership_id: PartnershipId,
    pub source: String,
    pub external_id: String,
    pub kind: ActivityKind,
    pub subject: String,
    pub sequence_id: ActivityId,
    pub occurred_on: NaiveDate,
    pub recorded_at: DateTimeUtc,
    pub recorded_by: String,
    pub provenance: Provenance,
    pub content_hash: String,
    pub supersedes_id: Option<ActivityId>,
    pub is_superseded: bool,
    pub reason: Option<String>,
    pub product_line: Option<String>,
    pub product_line_id: Option<DimensionValueId>,
    pub segment: Option<String>,
    pub segment_id: Option<DimensionValueId>,
    pub country: Option<String>,
    pub geography_id: Option<DimensionValueId>,
    pub currency: Option<Currency>,
    pub payload: Payload,
    pub former_provenance: Option<Provenance>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Facts of the own organisation's partnerships. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_partnerships(actor, Column::PartnershipId))
    }
}
