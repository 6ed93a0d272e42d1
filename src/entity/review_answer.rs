//! `review_answer`: what a side says of the minutes of a review; voided when they are amended.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Side,
    id::{AnswerId, ReviewId, UserId},
    review::stage::MinutesAnswer,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_answer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AnswerId,
    pub review_id: ReviewId,
    pub side: Side,
    pub answer: MinutesAnswer,
    pub reason: Option<String>,
    pub user_id: UserId,
    pub user_name: String,
    pub answered_at: DateTimeUtc,
    pub voided_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
