//! Comments: what people say about a plan and its parts, to both sides or to their own.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, SimpleExpr},
};
use serde_json::json;

use super::{
    access, changes,
    changes::for_update,
    check, content, events,
    events::NewEvent,
    history,
    page::{Found, Order, Page},
    parts,
};
use crate::{
    db::Tx,
    domain::{
        actor::{Member, Scope, Side},
        comment::{MOST_MENTIONS, Setting, Visibility},
        event::{EventBody, EventKind},
        id::{CommentId, PlanId, UserId},
        part::PlanPart,
        plan::PlanAction,
    },
    entity::{comment, mention, plan, user},
    error::{Error, Result},
    op::Op,
};

/// Something to be said.
#[derive(Clone, Debug)]
pub struct NewComment {
    /// About which plan.
    pub plan: PlanId,
    /// About which part of it; about the whole when none.
    pub subject: Option<String>,
    /// The comment that it replies to.
    pub reply_to: Option<CommentId>,
    /// Who is to hear it.
    pub visibility: Visibility,
    /// What is said.
    pub body: String,
    /// Whom it is meant to reach.
    pub mentions: Vec<UserId>,
}

/// Says something about a plan or a part of it.
pub async fn add(op: &Op, new: NewComment) -> Result<comment::Model> {
    check::said("body", &new.body)?;
    let (tx, plan, _) = for_update(op, new.plan, PlanAction::Comment, None).await?;
    let member = op.member()?;
    let subject = match new.reply_to {
        Some(answered) => replied(&tx, op, &plan, answered, &new).await?,
        None => match &new.subject {
            Some(subject) => parts::find(&*tx, &plan, "subjectId", subject).await?.to_string(),
            None => PlanPart::Plan(plan.id).to_string(),
        },
    };
    let setting = Setting {
        side: member.side,
        visibility: new.visibility,
        is_plan_shared: plan.shared_at.is_some(),
    };
    let mentioned = mentioned(&tx, op, &plan, setting, &new.mentions).await?;
    let row = comment::ActiveModel {
        id: Set(op.mint()),
        plan_id: Set(plan.id),
        subject: Set(subject),
        reply_to: Set(new.reply_to),
        side: Set(member.side),
        visibility: Set(new.visibility),
        author_id: Set(member.user()),
        body: Set(Some(new.body)),
        created_at: Set(op.now()),
        retracted_at: Set(None),
    };
    let row = row.insert(&*tx).await?;
    if !mentioned.is_empty() {
        let rows = mentioned
            .into_iter()
            .map(|user| mention::ActiveModel { user_id: Set(user), comment_id: Set(row.id) });
        mention::Entity::insert_many(rows).exec_without_returning(&*tx).await?;
    }
    tell(&tx, op, &plan, &row, "addComment", EventKind::CommentAdded).await?;
    tx.commit().await?;
    Ok(row)
}

/// Takes an own comment back; that there was one stays, what it said does not.
pub async fn retract(op: &Op, id: CommentId) -> Result<comment::Model> {
    op.member()?;
    let row = find(op, id).await?.ok_or(Error::NotFound("comment"))?;
    let (tx, plan, _) = for_update(op, row.plan_id, PlanAction::Comment, None).await?;
    let row = visible(&tx, op, id).await?.ok_or(Error::NotFound("comment"))?;
    if row.author_id != op.member()?.user() {
        return Err(Error::Forbidden("only its author takes a comment back".to_owned()));
    }
    if row.retracted_at.is_some() {
        return Err(Error::invalid("commentId", format!("`{id}` has been taken back")));
    }
    mention::Entity::delete_many().filter(mention::Column::CommentId.eq(id)).exec(&*tx).await?;
    let mut row = row.into_active_model();
    row.body = Set(None);
    row.retracted_at = Set(Some(op.now()));
    let row = row.update(&*tx).await?;
    tell(&tx, op, &plan, &row, "retractComment", EventKind::CommentRetracted).await?;
    tx.commit().await?;
    Ok(row)
}

/// What a reply is about: what the comment is about that it replies to.
async fn replied(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    answered: CommentId,
    new: &NewComment,
) -> Result<String> {
    let found = visible(tx, op, answered).await?.filter(|row| row.plan_id == plan.id);
    let row = found.ok_or_else(|| {
        Error::unknown("replyTo", format!("`{answered}` is no comment on this plan"))
    })?;
    if new.subject.as_ref().is_some_and(|subject| *subject != row.subject) {
        let message = format!("a reply is about `{}`, as what it replies to", row.subject);
        return Err(Error::invalid("subjectId", message));
    }
    if row.visibility == Visibility::Private && new.visibility == Visibility::Shared {
        return Err(Error::invalid("visibility", "a reply to a private comment is private"));
    }
    Ok(row.subject)
}

/// The people to be mentioned. Who is not known here, and who would not hear it, are refused alike.
async fn mentioned(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    setting: Setting,
    ids: &[UserId],
) -> Result<BTreeSet<UserId>> {
    let wanted: BTreeSet<UserId> = ids.iter().copied().collect();
    if wanted.len() > MOST_MENTIONS {
        let message = format!("{} people; {MOST_MENTIONS} is the most", wanted.len());
        return Err(Error::invalid("mentionIds", message));
    }
    let known = user::Entity::visible_to(&op.actor)
        .filter(user::Column::Id.is_in(wanted.iter().copied()))
        .filter(user::Column::OrganizationId.is_in([plan.vendor_id, plan.partner_id]))
        .filter(user::Column::IsActive.eq(true))
        .all(&**tx)
        .await?;
    let reached: BTreeSet<UserId> =
        known.iter().filter(|user| setting.reaches(user.role)).map(|user| user.id).collect();
    match wanted.difference(&reached).next() {
        Some(other) => {
            let message = format!("`{other}` is nobody who would hear this");
            Err(Error::unknown("mentionIds", message))
        }
        None => Ok(wanted),
    }
}

/// The one side that may know of a comment; both when none.
fn seen_by(plan: &plan::Model, row: &comment::Model) -> Option<Side> {
    let own = (row.visibility == Visibility::Private).then_some(row.side);
    own.or(changes::seen_by(plan))
}

/// Writes history and event; neither repeats what was said, so that it can be taken back.
async fn tell(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    row: &comment::Model,
    action: &'static str,
    kind: EventKind,
) -> Result<()> {
    let seen_by = seen_by(plan, row);
    let entry = history::Entry {
        plan: plan.id,
        action,
        subject: row.id.to_string(),
        seen_by,
        before: None,
        after: Some(json!({ "subject": row.subject, "replyTo": row.reply_to,
            "visibility": row.visibility })),
    };
    history::write(tx, op, entry).await?;
    let told = NewEvent {
        kind,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: row.id.0,
        seen_by,
        body: EventBody::Comment { comment: row.id },
    };
    events::record(tx, op, plan.vendor_id, vec![told]).await
}

async fn visible(tx: &Tx, op: &Op, id: CommentId) -> Result<Option<comment::Model>> {
    let found = comment::Entity::visible_to(&op.actor).filter(comment::Column::Id.eq(id));
    Ok(found.one(&**tx).await?)
}

/// A comment, if the caller may hear it.
pub async fn find(op: &Op, id: CommentId) -> Result<Option<comment::Model>> {
    Ok(by_ids(op, &[id]).await?.pop())
}

/// Those of the comments that the caller may hear.
pub async fn by_ids(op: &Op, ids: &[CommentId]) -> Result<Vec<comment::Model>> {
    access::scope(op, Scope::PlansRead)?;
    let found = comment::Entity::visible_to(&op.actor)
        .filter(comment::Column::Id.is_in(ids.iter().copied()));
    Ok(found.all(op.db.read()).await?)
}

/// Which comments are wanted.
#[derive(Clone, Debug, Default)]
pub struct CommentFilter {
    /// Only on this plan.
    pub plan: Option<PlanId>,
    /// Only about this part of it.
    pub subject: Option<String>,
    /// Only replies to this comment.
    pub reply_to: Option<CommentId>,
    /// Only those that both sides hear, or those that the own side alone does.
    pub visibility: Option<Visibility>,
    /// Only those that mention the caller.
    pub mentions_caller: bool,
}

fn filtered(op: &Op, filter: &CommentFilter) -> Result<Select<comment::Entity>> {
    let mut wanted = Condition::all();
    if let Some(plan) = filter.plan {
        wanted = wanted.add(comment::Column::PlanId.eq(plan));
    }
    if let Some(subject) = &filter.subject {
        check::short("filter.subjectId", subject)?;
        wanted = wanted.add(comment::Column::Subject.eq(subject));
    }
    if let Some(answered) = filter.reply_to {
        wanted = wanted.add(comment::Column::ReplyTo.eq(answered));
    }
    if let Some(visibility) = filter.visibility {
        wanted = wanted.add(comment::Column::Visibility.eq(visibility));
    }
    if filter.mentions_caller {
        wanted = wanted.add(mentions_caller(op));
    }
    Ok(comment::Entity::visible_to(&op.actor).filter(wanted))
}

fn mentions_caller(op: &Op) -> SimpleExpr {
    match op.actor.member().and_then(Member::user) {
        Some(caller) => comment::Column::Id.in_subquery(
            mention::Entity::find()
                .filter(mention::Column::UserId.eq(caller))
                .select_only()
                .column(mention::Column::CommentId)
                .into_query(),
        ),
        None => Expr::value(false),
    }
}

/// The comments that the caller may hear, in the given order of their making.
pub async fn list(
    op: &Op,
    filter: &CommentFilter,
    page: Page,
    order: Order,
) -> Result<Found<comment::Model>> {
    access::scope(op, Scope::PlansRead)?;
    page.of(op.db.read(), filtered(op, filter)?, comment::Column::Id, order).await
}

/// How many comments the caller may hear.
pub async fn count(op: &Op, filter: &CommentFilter) -> Result<u64> {
    access::scope(op, Scope::PlansRead)?;
    Ok(filtered(op, filter)?.count(op.db.read()).await?)
}

/// Whom each of the comments is meant to reach. The caller has already heard them.
pub async fn mentions_of(
    op: &Op,
    comments: &[CommentId],
) -> Result<BTreeMap<CommentId, Vec<UserId>>> {
    let found = mention::Entity::find()
        .filter(mention::Column::CommentId.is_in(comments.iter().copied()))
        .all(op.db.read())
        .await?;
    let found = content::grouped(found, |mention| mention.comment_id);
    let people = |rows: Vec<mention::Model>| rows.into_iter().map(|row| row.user_id).collect();
    Ok(found.into_iter().map(|(comment, rows)| (comment, people(rows))).collect())
}
