//! `rejected_row`: a row that an integration sent and that was not recorded; the latest of each.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{IntegrationId, RejectedRowId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rejected_row")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RejectedRowId,
    pub integration_id: IntegrationId,
    pub at: DateTimeUtc,
    pub line: i64,
    pub external_id: Option<String>,
    pub code: String,
    pub field: String,
    pub value: Option<String>,
    pub message: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What the own organisation's integrations sent. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        use sea_orm::{QuerySelect, QueryTrait};
        let own = super::integration::Entity::visible_to(actor)
            .select_only()
            .column(super::integration::Column::Id);
        Self::find().filter(Column::IntegrationId.in_subquery(own.into_query()))
    }
}
