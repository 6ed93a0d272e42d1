//! What both sides say of the minutes of a review, and amending them. The frozen scorecard never changes.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr,
};
use serde_json::json;

use super::{
    check, holding,
    reviews::{Deed, Reviewing},
};
use crate::{
    db::Tx,
    domain::{
        actor::Side,
        event::EventKind,
        id::ReviewId,
        minutes::Minutes,
        review::stage::{MinutesAnswer, ReviewAction},
    },
    entity::{plan, review, review_answer, user},
    error::{Error, Result},
    op::Op,
};

/// Confirms the minutes for the own side; with the second side the review is confirmed.
pub async fn confirm(op: &Op, id: ReviewId) -> Result<(plan::Model, review::Model)> {
    let reviewing = Reviewing::begin(op, id, ReviewAction::Confirm).await?;
    let Reviewing { tx, review, next, .. } = &reviewing;
    let side = answer(tx, op, id, MinutesAnswer::Confirmed, None).await?;
    let confirmed = review_answer::Entity::find()
        .filter(review_answer::Column::ReviewId.eq(id))
        .filter(review_answer::Column::Answer.eq(MinutesAnswer::Confirmed))
        .filter(review_answer::Column::VoidedAt.is_null())
        .all(&**tx)
        .await?;
    let state = match next.agreed() {
        Some(agreed) if confirmed.len() == Side::BOTH.len() => agreed,
        _ => *next,
    };
    let deed = Deed {
        kind: EventKind::ReviewConfirmed,
        action: "confirmReview",
        before: None,
        after: Some(json!({ "number": review.number, "side": side, "state": state })),
    };
    let row = review::Model { state, ..review.clone() };
    reviewing.finish(op, row, deed, Vec::new()).await
}

/// Disputes the minutes for the own side, with a reason; a confirmation that it gave before no longer counts.
pub async fn dispute(op: &Op, id: ReviewId, reason: &str) -> Result<(plan::Model, review::Model)> {
    check::reason(reason)?;
    let reviewing = Reviewing::begin(op, id, ReviewAction::Dispute).await?;
    let Reviewing { tx, review, next, .. } = &reviewing;
    void(tx, op, id, &[op.member()?.side]).await?;
    let side = answer(tx, op, id, MinutesAnswer::Disputed, Some(reason)).await?;
    let deed = Deed {
        kind: EventKind::ReviewDisputed,
        action: "disputeReview",
        before: None,
        after: Some(json!({ "number": review.number, "side": side, "reason": reason })),
    };
    let row = review::Model { state: *next, ..review.clone() };
    reviewing.finish(op, row, deed, Vec::new()).await
}

/// What is amended; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct Amended {
    /// What was said.
    pub text: Option<String>,
    /// What was decided.
    pub decisions: Option<Vec<String>>,
}

/// Corrects the minutes. What either side said of the old ones no longer counts: both confirm anew.
pub async fn amend(
    op: &Op,
    id: ReviewId,
    amended: Amended,
) -> Result<(plan::Model, review::Model)> {
    if amended.text.is_none() && amended.decisions.is_none() {
        return Err(Error::invalid("minutes", "says nothing, and neither do the decisions"));
    }
    if let Some(text) = &amended.text {
        check::text_at("minutes", text)?;
    }
    amended.decisions.as_deref().map_or(Ok(()), holding::check_decisions)?;
    let reviewing = Reviewing::begin(op, id, ReviewAction::AmendMinutes).await?;
    let Reviewing { tx, review, next, .. } = &reviewing;
    void(tx, op, id, &Side::BOTH).await?;
    let before = review.minutes.clone().unwrap_or_default();
    let after = Minutes {
        text: amended.text.or_else(|| before.text.clone()),
        decisions: amended.decisions.unwrap_or_else(|| before.decisions.clone()),
        ..before.clone()
    };
    let told = |minutes: &Minutes| {
        Some(json!({ "minutes": minutes.text, "decisions": minutes.decisions }))
    };
    let deed = Deed {
        kind: EventKind::ReviewMinutesAmended,
        action: "amendMinutes",
        before: told(&before),
        after: told(&after),
    };
    let row = review::Model { state: *next, minutes: Some(after), ..review.clone() };
    reviewing.finish(op, row, deed, Vec::new()).await
}

/// Writes down what the own side says.
async fn answer(
    tx: &Tx,
    op: &Op,
    review: ReviewId,
    answer: MinutesAnswer,
    reason: Option<&str>,
) -> Result<Side> {
    let member = op.member()?;
    let person = match member.user() {
        Some(id) => user::Entity::find_by_id(id).one(&**tx).await?,
        None => None,
    };
    let person = person
        .ok_or_else(|| Error::Forbidden("people confirm minutes, not integrations".into()))?;
    let row = review_answer::ActiveModel {
        id: Set(op.mint()),
        review_id: Set(review),
        side: Set(member.side),
        answer: Set(answer),
        reason: Set(reason.map(str::to_owned)),
        user_id: Set(person.id),
        user_name: Set(person.name),
        answered_at: Set(op.now()),
        voided_at: Set(None),
    };
    row.insert(&**tx).await?;
    Ok(member.side)
}

async fn void(tx: &Tx, op: &Op, review: ReviewId, sides: &[Side]) -> Result<()> {
    review_answer::Entity::update_many()
        .col_expr(review_answer::Column::VoidedAt, Expr::value(op.now()))
        .filter(review_answer::Column::ReviewId.eq(review))
        .filter(review_answer::Column::Side.is_in(sides.iter().copied()))
        .filter(review_answer::Column::VoidedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}
