//! `mention`: somebody whom a comment is meant to reach.

use sea_orm::entity::prelude::*;

use crate::domain::id::{CommentId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mention")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub comment_id: CommentId,
}

impl ActiveModelBehavior for ActiveModel {}
