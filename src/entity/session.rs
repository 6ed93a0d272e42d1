//! `session`: a signed-in person; of the tokens only hashes.

use sea_orm::entity::prelude::*;

use crate::domain::id::{SessionId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub user_id: UserId,
    pub access_hash: String,
    pub access_expires_at: DateTimeUtc,
    pub refresh_hash: String,
    pub previous_refresh_hash: Option<String>,
    pub refresh_expires_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
