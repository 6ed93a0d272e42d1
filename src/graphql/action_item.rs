//! What somebody of either side is to do by a day.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    commitment::Commitment,
    error::ApiError,
    loaders::{OpenActionsOf, ReviewsOf},
    page::{List, PageArgs, Paged, Total},
    plan::{Plan, reading, today},
    review::Review,
    scalars::{Date, Decimal},
    target::Target,
    user::User,
};
use crate::{
    domain::{
        action_item::{self as rule, ActionItemKind, ActionItemState},
        actor::Side,
        alert::AlertRule,
        commitment::CommitmentStatus,
        id::{ActionItemId, ReviewId, UserId},
        progress::TargetStatus,
    },
    entity::{action_item, plan, review},
    service::action_items,
};

/// Something that a person of either side is to do by a day; both sides see it.
#[derive(Clone, Debug, Description)]
pub struct ActionItem {
    /// The plan that it belongs to.
    pub plan: Arc<plan::Model>,
    /// The action item.
    pub row: action_item::Model,
}

#[Object(use_type_description)]
impl ActionItem {
    /// Its id.
    pub async fn id(&self) -> ActionItemId {
        self.row.id
    }

    /// The plan that it belongs to.
    async fn plan(&self) -> Plan {
        Plan(Arc::clone(&self.plan))
    }

    /// The review that agreed on it; null where none did.
    async fn review(&self, ctx: &Context<'_>) -> Result<Option<Review>, ApiError> {
        let rows = ctx.load(ReviewsOf(self.plan.id)).await?.unwrap_or_default();
        let agreed = rows.into_iter().find(|row| Some(row.id) == self.row.review_id);
        Ok(agreed.map(|row| Review { plan: Arc::clone(&self.plan), row }))
    }

    /// What it is for.
    async fn kind(&self) -> ActionItemKind {
        self.row.kind
    }

    /// What is to be done.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Who is to do it; null where the viewer does not know the person.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, Some(self.row.owner_id)).await
    }

    /// What the person who is to do it was called when they were given it.
    async fn owner_name(&self) -> &str {
        &self.row.owner_name
    }

    /// The side of that person.
    async fn side(&self) -> Side {
        self.row.side
    }

    /// By when.
    async fn due_on(&self) -> Date {
        Date(self.row.due_on)
    }

    /// Where it stands.
    async fn state(&self) -> ActionItemState {
        self.row.state
    }

    /// Whether its day has passed and it is not done.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(self.row.state.is_overdue(self.row.due_on, today(ctx, &self.plan).await?))
    }

    /// What it is to bring about.
    async fn expected_effect(&self) -> Option<&str> {
        self.row.expected_effect.as_deref()
    }

    /// The target that it is about.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<Target>, ApiError> {
        let rows = reading(ctx, &self.plan).await?.targets(&self.plan);
        let about = rows.into_iter().find(|row| Some(row.id) == self.row.target_id);
        Ok(about.map(|row| Target { plan: Arc::clone(&self.plan), row }))
    }

    /// The commitment that it is about.
    async fn commitment(&self, ctx: &Context<'_>) -> Result<Option<Commitment>, ApiError> {
        let rows = reading(ctx, &self.plan).await?.commitments(&self.plan);
        let about = rows.into_iter().find(|row| Some(row.id) == self.row.commitment_id);
        Ok(about.map(|row| Commitment::of(Arc::clone(&self.plan), row)))
    }

    /// What the alert warned of that called for it; null where none did.
    async fn alert_rule(&self) -> Option<AlertRule> {
        self.row.rule
    }

    /// Of a recovery action the figure when it was recorded; it never changes.
    async fn figure_before(&self) -> Option<ActionItemFigure> {
        self.row.before.clone().map(ActionItemFigure::from)
    }

    /// Of a recovery action the figure when it was done; it never changes.
    async fn figure_after(&self) -> Option<ActionItemFigure> {
        self.row.after.clone().map(ActionItemFigure::from)
    }

    /// What came of it, or why it was cancelled.
    async fn outcome(&self) -> Option<&str> {
        self.row.remark.as_deref()
    }

    /// When it was agreed on.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// Who wrote it down.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, self.row.created_by).await
    }

    /// When it was done or cancelled.
    async fn settled_at(&self) -> Option<DateTime<Utc>> {
        self.row.settled_at
    }

    /// Who said so.
    async fn settled_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, self.row.settled_by).await
    }

    /// Whether the viewer can complete, cancel or reassign it now.
    async fn viewer_can_follow_up(&self, ctx: &Context<'_>) -> bool {
        action_items::can_follow_up(ctx.op(), &self.plan, &self.row)
    }
}

async fn person(ctx: &Context<'_>, id: Option<UserId>) -> Result<Option<User>, ApiError> {
    match id {
        Some(id) => Ok(ctx.load(id).await?.map(User)),
        None => Ok(None),
    }
}

/// The figure that a recovery action is to mend, on a day.
#[derive(Clone, Debug, SimpleObject)]
pub struct ActionItemFigure {
    /// The day, which counts whole.
    pub as_of: Date,
    /// What was reached, delivered or spent, in the unit of what it is about.
    pub actual: Decimal,
    /// What a target was to have reached by the day, what a commitment promised, or what was allocated.
    pub expected: Decimal,
    /// Of a target actual ÷ expected, with four decimal places.
    pub pace: Option<Decimal>,
    /// How a target stood.
    pub target_status: Option<TargetStatus>,
    /// How a commitment stood.
    pub commitment_status: Option<CommitmentStatus>,
}

impl From<rule::Figure> for ActionItemFigure {
    fn from(figure: rule::Figure) -> Self {
        Self {
            as_of: Date(figure.as_of),
            actual: Decimal(figure.actual),
            expected: Decimal(figure.expected),
            pace: figure.pace.map(Decimal),
            target_status: figure.target_status,
            commitment_status: figure.commitment_status,
        }
    }
}

/// Which action items are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ActionItemFilter {
    /// Only in these states.
    pub states: Option<Vec<ActionItemState>>,
    /// Only of these kinds.
    pub kinds: Option<Vec<ActionItemKind>>,
    /// Only of this side.
    pub side: Option<Side>,
    /// Only of this person.
    pub owner_id: Option<UserId>,
    /// Only those that this review agreed on.
    pub review_id: Option<ReviewId>,
    /// Whether only those are wanted whose day has passed and which are not done.
    #[graphql(default)]
    pub overdue_only: bool,
}

/// A page of a plan's action items.
pub async fn page(
    ctx: &Context<'_>,
    plan: &Arc<plan::Model>,
    filter: ActionItemFilter,
    args: PageArgs,
) -> Result<Paged<ActionItem>, ApiError> {
    let list = List::new("actionItems", &(plan.id, &filter));
    let page = list.page(&args)?;
    let today = today(ctx, plan).await?;
    let filter = action_items::ActionItemFilter {
        states: filter.states,
        kinds: filter.kinds,
        side: filter.side,
        owner: filter.owner_id,
        review: filter.review_id,
        overdue_on: filter.overdue_only.then_some(today),
    };
    let op = ctx.op().clone();
    let found = action_items::list(&op, plan.id, &filter, page).await?;
    let id = plan.id;
    let total = Total::new(move || {
        let (op, filter) = (op.clone(), filter.clone());
        async move { action_items::count(&op, id, &filter).await }
    });
    let wrap = |row| ActionItem { plan: Arc::clone(plan), row };
    Ok(list.connection(found, total, |row| row.id.0, wrap))
}

/// What earlier reviews left to be done when a review comes, as it is now.
pub async fn carried_to(
    ctx: &Context<'_>,
    plan: &Arc<plan::Model>,
    review: &review::Model,
) -> Result<Vec<ActionItem>, ApiError> {
    let open = ctx.load(OpenActionsOf(plan.id)).await?.unwrap_or_default();
    let reviews = ctx.load(ReviewsOf(plan.id)).await?.unwrap_or_default();
    let carried = action_items::carried_to(review, &reviews, open);
    Ok(carried.into_iter().map(|row| ActionItem { plan: Arc::clone(plan), row }).collect())
}
