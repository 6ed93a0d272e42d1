//! Comments as those hear them whom they are meant for.

use async_graphql::{Context, Description, ID, InputObject, Object};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    loaders::MentionsOf,
    page::{List, PageArgs, Paged, Total},
    plan::{Plan, plan_of},
    user::User,
};
use crate::{
    domain::{
        actor::Side,
        comment::Visibility,
        id::{CommentId, PlanId, UserId},
    },
    entity::comment,
    service::{
        comments::{self, NewComment},
        page::Order,
    },
};

/// What somebody said about a plan or a part of it.
#[derive(Clone, Debug, Description)]
pub struct Comment(pub comment::Model);

#[Object(use_type_description)]
impl Comment {
    /// Its id.
    pub async fn id(&self) -> CommentId {
        self.0.id
    }

    /// The plan that it is about.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
        plan_of(ctx, self.0.plan_id).await
    }

    /// The id of what it is about: the plan, or a target, commitment, review, version or counter-proposal of it.
    async fn subject_id(&self) -> &str {
        &self.0.subject
    }

    /// Who hears it.
    async fn visibility(&self) -> Visibility {
        self.0.visibility
    }

    /// The side of its author.
    async fn side(&self) -> Side {
        self.0.side
    }

    /// Who said it; null where the viewer does not know the person.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        match self.0.author_id {
            Some(id) => Ok(ctx.load(id).await?.map(User)),
            None => Ok(None),
        }
    }

    /// What was said; null once it was taken back.
    async fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// Whom it is meant to reach, as far as the viewer knows them; nobody once it was taken back.
    async fn mentions(&self, ctx: &Context<'_>) -> Result<Vec<User>, ApiError> {
        let ids = ctx.load(MentionsOf(self.0.id)).await?.unwrap_or_default();
        let mut found = ctx.loaders().load_many(ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).map(User).collect())
    }

    /// The comment that it replies to.
    async fn reply_to(&self, ctx: &Context<'_>) -> Result<Option<Self>, ApiError> {
        match self.0.reply_to {
            Some(id) => Ok(ctx.load(id).await?.map(Self)),
            None => Ok(None),
        }
    }

    /// What was said in reply, oldest first.
    async fn replies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Replies from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Replies from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Self>, ApiError> {
        let wanted = comments::CommentFilter {
            reply_to: Some(self.0.id),
            ..comments::CommentFilter::default()
        };
        let args = PageArgs { first, after, last, before };
        Box::pin(page(ctx, "replies", wanted, Order::OldestFirst, args)).await
    }

    /// When it was said.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When its author took it back; null while it stands.
    async fn retracted_at(&self) -> Option<DateTime<Utc>> {
        self.0.retracted_at
    }
}

/// Which comments are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CommentFilter {
    /// Only about this: the plan's own id, or that of a part of it.
    pub subject_id: Option<ID>,
    /// Only those that both sides hear, or only those that the viewer's side keeps to itself.
    pub visibility: Option<Visibility>,
    /// Only those that mention the viewer.
    #[graphql(default)]
    pub mentions_viewer: bool,
}

/// A page of the comments on a plan, the latest first.
pub async fn of_plan(
    ctx: &Context<'_>,
    plan: PlanId,
    filter: CommentFilter,
    args: PageArgs,
) -> Result<Paged<Comment>, ApiError> {
    let wanted = comments::CommentFilter {
        plan: Some(plan),
        subject: filter.subject_id.map(|id| id.0),
        reply_to: None,
        visibility: filter.visibility,
        mentions_caller: filter.mentions_viewer,
    };
    page(ctx, "comments", wanted, Order::NewestFirst, args).await
}

/// A page of the comments that mention the viewer, the latest first.
pub async fn of_viewer(ctx: &Context<'_>, args: PageArgs) -> Result<Paged<Comment>, ApiError> {
    let wanted =
        comments::CommentFilter { mentions_caller: true, ..comments::CommentFilter::default() };
    page(ctx, "mentions", wanted, Order::NewestFirst, args).await
}

async fn page(
    ctx: &Context<'_>,
    name: &str,
    wanted: comments::CommentFilter,
    order: Order,
    args: PageArgs,
) -> Result<Paged<Comment>, ApiError> {
    let list = List::new(name, &wanted);
    let op = ctx.op().clone();
    let found = comments::list(&op, &wanted, list.page(&args)?, order).await?;
    let total = Total::new(move || {
        let (op, wanted) = (op.clone(), wanted.clone());
        async move { comments::count(&op, &wanted).await }
    });
    Ok(list.connection(found, total, |row| row.id.0, Comment))
}

/// Says something about a plan or a part of it.
#[derive(Clone, Debug, InputObject)]
pub struct AddCommentInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The target, commitment, review, version or counter-proposal of it that the comment is about; the plan itself when absent. A
    /// reply is about what it replies to.
    pub subject_id: Option<ID>,
    /// The comment that this one replies to.
    pub reply_to: Option<CommentId>,
    /// Who hears it. A reply to a private comment is private.
    pub visibility: Visibility,
    /// What is said; 10,000 characters at most.
    pub body: String,
    /// People whom it is meant to reach, 20 at most; each must be somebody who hears it.
    #[graphql(default)]
    pub mention_ids: Vec<UserId>,
}

/// Takes an own comment back.
#[derive(Clone, Debug, InputObject)]
pub struct RetractCommentInput {
    /// The comment.
    pub comment_id: CommentId,
}

payloads! {
    /// The comment, or why nothing was said.
    AddCommentPayload {
        /// The comment.
        comment: Comment
    }
    /// The comment without its text, or why it stands.
    RetractCommentPayload {
        /// The comment.
        comment: Comment
    }
}

/// Mutations of comments.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommentMutation;

#[Object]
impl CommentMutation {
    /// Says something about a plan or a part of it, to both sides or to the viewer's own. What is said on a draft is heard by the side
    /// that drafts it, until it is shared.
    async fn add_comment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to say, about what, to whom.")] input: AddCommentInput,
    ) -> Result<AddCommentPayload, ApiError> {
        let new = NewComment {
            plan: input.plan_id,
            subject: input.subject_id.map(|id| id.0),
            reply_to: input.reply_to,
            visibility: input.visibility,
            body: input.body,
            mentions: input.mention_ids,
        };
        AddCommentPayload::of(comments::add(ctx.op(), new).await, Comment)
    }

    /// Takes an own comment back: its text and its mentions are gone for good, its place in the thread stays.
    async fn retract_comment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to take back.")] input: RetractCommentInput,
    ) -> Result<RetractCommentPayload, ApiError> {
        RetractCommentPayload::of(comments::retract(ctx.op(), input.comment_id).await, Comment)
    }
}
