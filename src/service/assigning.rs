//! Action items as somebody agrees on them: what, by whom, by when (domain §8).

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use serde::Serialize;

use super::{
    action_items, activities,
    changes::for_update,
    check, content, events,
    events::NewEvent,
    idempotency::{self, Asked},
    participants,
};
use crate::{
    db::Tx,
    domain::{
        action_item::{ActionItemKind, ActionItemState, Figure, MOST_OPEN},
        alert::AlertRule,
        event::EventKind,
        id::{ActionItemId, CommitmentId, PlanId, ReviewId, TargetId, UserId},
        plan::PlanAction,
    },
    entity::{action_item, plan, review, user},
    error::{Error, Result},
    op::Op,
};

/// Something that is to be done.
#[derive(Clone, Debug, Serialize)]
pub struct NewActionItem {
    /// What.
    pub title: String,
    /// By whom.
    pub owner: UserId,
    /// By when.
    pub due_on: NaiveDate,
    /// The target that it is about.
    pub target: Option<TargetId>,
    /// The commitment that it is about.
    pub commitment: Option<CommitmentId>,
    /// What it is to bring about.
    pub expected_effect: Option<String>,
}

/// Where an action item comes from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// Where in the input it stands: nothing, or `actions.0.`.
    pub path: String,
    /// The first day on which it can be due.
    pub from: NaiveDate,
    /// The review that agreed on it.
    pub review: Option<ReviewId>,
    /// What it is for.
    pub kind: ActionItemKind,
    /// The warning that called for it.
    pub rule: Option<AlertRule>,
    /// The figure that it is to mend, as it is now.
    pub before: Option<Figure>,
}

impl Origin {
    /// Of something agreed on, due on `from` or later.
    pub fn of(path: String, from: NaiveDate) -> Self {
        let kind = ActionItemKind::Action;
        Self { path, from, review: None, kind, rule: None, before: None }
    }
}

/// Adds an action item to a plan, perhaps as agreed on in a review that was held.
pub async fn add(
    op: &Op,
    key: Option<&str>,
    plan: PlanId,
    review: Option<ReviewId>,
    new: NewActionItem,
) -> Result<(plan::Model, action_item::Model)> {
    let (tx, plan, _) = for_update(op, plan, PlanAction::FollowUp, None).await?;
    let asked = key.map(|key| Asked::new(op, "addActionItem", key, &(plan.id, review, &new)));
    let asked = asked.transpose()?;
    if let Some(asked) = &asked
        && let Some(id) = idempotency::answer::<ActionItemId>(&tx, op, asked).await?
    {
        return action_items::get(op, id).await;
    }
    if let Some(review) = review {
        held(&tx, plan.id, review).await?;
    }
    let today = activities::today(&tx, op, plan.vendor_id).await?;
    let origin = Origin { review, ..Origin::of(String::new(), today) };
    let (item, event) = insert(&tx, op, &plan, origin, new).await?;
    events::record(&tx, op, plan.vendor_id, vec![event]).await?;
    if let Some(asked) = &asked {
        idempotency::keep(&tx, asked, &item.id).await?;
    }
    tx.commit().await?;
    Ok((plan, item))
}

/// The review of a plan, which must have been held.
pub(super) async fn held(tx: &Tx, plan: PlanId, id: ReviewId) -> Result<review::Model> {
    let found = review::Entity::find_by_id(id).filter(review::Column::PlanId.eq(plan));
    let review = found.one(&**tx).await?;
    let review = review
        .ok_or_else(|| Error::unknown("reviewId", format!("`{id}` is no review of the plan")))?;
    if review.state.is_held() {
        return Ok(review);
    }
    let message = format!("review {} is {}, not held", review.number, review.state.label());
    Err(Error::invalid("reviewId", message))
}

/// Writes down what is to be done, in a change that somebody else commits and announces.
pub(super) async fn insert(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    origin: Origin,
    new: NewActionItem,
) -> Result<(action_item::Model, NewEvent)> {
    let path = |field: &str| format!("{}{field}", origin.path);
    let title = check::name(&path("title"), &new.title)?;
    if let Some(effect) = &new.expected_effect {
        check::text_at(&path("expectedEffect"), effect)?;
    }
    if new.due_on < origin.from {
        let message = format!("{} is before {}", new.due_on, origin.from);
        return Err(Error::invalid(&path("dueOn"), message));
    }
    check_subject(tx, plan, &new, &origin.path).await?;
    let owner = owner(tx, op, plan, new.owner, &path("ownerId")).await?;
    let n_open = action_item::Entity::find()
        .filter(action_item::Column::PlanId.eq(plan.id))
        .filter(action_item::Column::State.eq(ActionItemState::Open))
        .count(&**tx)
        .await?;
    if n_open >= MOST_OPEN {
        let message = format!("the plan has {MOST_OPEN} open action items, which is the most");
        return Err(Error::invalid(&path("title"), message));
    }
    let row = action_item::ActiveModel {
        id: Set(op.mint()),
        plan_id: Set(plan.id),
        review_id: Set(origin.review),
        kind: Set(origin.kind),
        rule: Set(origin.rule),
        target_id: Set(new.target),
        commitment_id: Set(new.commitment),
        title: Set(title),
        owner_id: Set(owner.id),
        side: Set(participants::side_of(plan, &owner)),
        owner_name: Set(owner.name),
        due_on: Set(new.due_on),
        state: Set(ActionItemState::Open),
        expected_effect: Set(new.expected_effect),
        before: Set(origin.before),
        after: Set(None),
        remark: Set(None),
        created_at: Set(op.now()),
        created_by: Set(op.member()?.user()),
        settled_at: Set(None),
        settled_by: Set(None),
    };
    let item = row.insert(&**tx).await?;
    let action = match item.kind {
        ActionItemKind::Action => "addActionItem",
        ActionItemKind::Recovery => "recordRecoveryAction",
    };
    let told = (EventKind::ActionItemAdded, action);
    let event = action_items::tell(tx, op, plan, &item, told, None).await?;
    Ok((item, event))
}

/// An active person of one of the two parties; anybody else is nobody, whoever they are.
pub(super) async fn owner(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    id: UserId,
    path: &str,
) -> Result<user::Model> {
    let found = participants::among(tx, op, plan, [id]).await?.remove(&id);
    found
        .filter(|user| user.is_active)
        .ok_or_else(|| Error::unknown(path, format!("`{id}` is nobody of the two parties")))
}

async fn check_subject(tx: &Tx, plan: &plan::Model, new: &NewActionItem, path: &str) -> Result<()> {
    let (targets, commitments) = content::of_plan(&**tx, plan.id).await?;
    if let Some(id) = new.target.filter(|id| targets.iter().all(|row| row.id != *id)) {
        let message = format!("`{id}` is no target of the plan");
        return Err(Error::unknown(&format!("{path}targetId"), message));
    }
    if let Some(id) = new.commitment.filter(|id| commitments.iter().all(|row| row.id != *id)) {
        let message = format!("`{id}` is no commitment of the plan");
        return Err(Error::unknown(&format!("{path}commitmentId"), message));
    }
    Ok(())
}
