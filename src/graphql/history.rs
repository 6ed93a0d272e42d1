//! What was done to a plan, as far as the viewer may know.

use async_graphql::{Context, Description, ID, InputObject, Object};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::ApiError,
    page::{List, PageArgs, Paged, Total},
};
use crate::{
    domain::{
        actor::Side,
        id::{HistoryId, PlanId},
        part::PlanPart,
    },
    entity::history,
    service::history as log,
};

/// Something that was done to a plan, by whom and when.
#[derive(Clone, Debug, Description)]
pub struct HistoryEntry(pub history::Model);

#[Object(use_type_description)]
impl HistoryEntry {
    /// Its id.
    pub async fn id(&self) -> HistoryId {
        self.0.id
    }

    /// When.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who: the id of a person or integration, or `system`.
    async fn actor_id(&self) -> &str {
        &self.0.actor
    }

    /// For which side; null for the system.
    async fn side(&self) -> Option<Side> {
        self.0.side
    }

    /// The mutation that did it: `addTarget`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// The id of what it was done to.
    async fn subject_id(&self) -> &str {
        &self.0.subject
    }

    /// What it was before, as JSON; null where nothing was.
    async fn before(&self) -> Option<String> {
        self.0.before.as_ref().map(ToString::to_string)
    }

    /// What it was then, as JSON; null where nothing was left.
    async fn after(&self) -> Option<String> {
        self.0.after.as_ref().map(ToString::to_string)
    }
}

/// Which entries are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct HistoryFilter {
    /// Only what was done to this: the plan's own id, or that of a target, commitment, comment or counter-proposal.
    pub subject_id: Option<ID>,
    /// Only these actions, by the name of their mutation: `addTarget`; 50 at most.
    pub actions: Option<Vec<String>>,
    /// Only what this side did.
    pub side: Option<Side>,
    /// Only from this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Only before this instant.
    pub to: Option<DateTime<Utc>>,
}

/// A page of a plan's history.
pub async fn of_plan(
    ctx: &Context<'_>,
    plan: PlanId,
    filter: HistoryFilter,
    args: PageArgs,
) -> Result<Paged<HistoryEntry>, ApiError> {
    let wanted = log::HistoryFilter {
        subject: filter.subject_id.map(|id| id.0),
        actions: filter.actions,
        side: filter.side,
        from: filter.from,
        to: filter.to,
        ..log::HistoryFilter::of(plan)
    };
    page(ctx, "history", wanted, args).await
}

/// A page of what was done to one part of a plan.
pub async fn of_part(
    ctx: &Context<'_>,
    plan: PlanId,
    part: PlanPart,
    args: PageArgs,
) -> Result<Paged<HistoryEntry>, ApiError> {
    let filter =
        HistoryFilter { subject_id: Some(part.to_string().into()), ..HistoryFilter::default() };
    of_plan(ctx, plan, filter, args).await
}

/// A page of the entries that `wanted` lets through, as the list called `name`.
pub async fn page(
    ctx: &Context<'_>,
    name: &str,
    wanted: log::HistoryFilter,
    args: PageArgs,
) -> Result<Paged<HistoryEntry>, ApiError> {
    let list = List::new(name, &wanted);
    let op = ctx.op().clone();
    let found = log::list(&op, &wanted, list.page(&args)?).await?;
    let total = Total::new(move || {
        let (op, wanted) = (op.clone(), wanted.clone());
        async move { log::count(&op, &wanted).await }
    });
    Ok(list.connection(found, total, |row| row.id.0, HistoryEntry))
}
