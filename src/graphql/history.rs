//! What was done to a plan, as far as the viewer may know.

use async_graphql::{Context, Description, Object};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::ApiError,
    page::{List, PageArgs, Paged, Total},
};
use crate::{
    domain::{actor::Side, id::HistoryId},
    entity::{history, plan},
    service::history as log,
};

/// Something that was done to a plan, by whom and when.
#[derive(Clone, Debug, Description)]
pub struct HistoryEntry(pub history::Model);

#[Object(use_type_description)]
impl HistoryEntry {
    /// Its id.
    async fn id(&self) -> HistoryId {
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

/// A page of a plan's history.
pub async fn page(
    ctx: &Context<'_>,
    plan: &plan::Model,
    args: PageArgs,
) -> Result<Paged<HistoryEntry>, ApiError> {
    let list = List::new("history", &plan.id);
    let op = ctx.op().clone();
    let found = log::of_plan(&op, plan, list.page(&args)?).await?;
    let id = plan.id;
    let total = Total::new(move || {
        let op = op.clone();
        async move { log::count(&op, id).await }
    });
    Ok(list.connection(found, total, |row| row.id.0, HistoryEntry))
}
