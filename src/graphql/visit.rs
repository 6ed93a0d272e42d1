//! Visits: what is new to the viewer.

use async_graphql::{Context, InputObject, Object};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    history::{self, HistoryEntry},
    loaders::VisitTo,
    page::{PageArgs, Paged},
    plan::Plan,
};
use crate::{domain::id::PlanId, service::visits};

/// A page of what others have done to a plan since the viewer last visited it; null for an integration.
pub async fn changes(
    ctx: &Context<'_>,
    plan: PlanId,
    args: PageArgs,
) -> Result<Option<Paged<HistoryEntry>>, ApiError> {
    let last = ctx.load(VisitTo(plan)).await?;
    match visits::since(ctx.op(), plan, last.as_ref()) {
        Some(wanted) => Ok(Some(history::page(ctx, "changesSinceVisit", wanted, args).await?)),
        None => Ok(None),
    }
}

/// Remembers that the viewer has seen a plan.
#[derive(Clone, Debug, InputObject)]
pub struct MarkPlanVisitedInput {
    /// The plan.
    pub plan_id: PlanId,
}

payloads! {
    /// The visited plan, or why the visit was not noted.
    MarkPlanVisitedPayload {
        /// The plan.
        plan: Plan
    }
}

/// Mutations of visits.
#[derive(Clone, Copy, Debug, Default)]
pub struct VisitMutation;

#[Object]
impl VisitMutation {
    /// Remembers that the viewer has seen a plan as it is now: `changesSinceVisit` begins anew. Nobody else learns of it.
    async fn mark_plan_visited(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was seen.")] input: MarkPlanVisitedInput,
    ) -> Result<MarkPlanVisitedPayload, ApiError> {
        MarkPlanVisitedPayload::of(visits::mark(ctx.op(), input.plan_id).await, Plan::from)
    }
}
