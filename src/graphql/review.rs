//! Reviews as both sides see them.

use async_graphql::{Context, Description, Object};

use super::{
    error::ApiError,
    plan::{Plan, today},
    scalars::Date,
};
use crate::{
    domain::{
        calendar::Period,
        id::ReviewId,
        review::{ReviewFormat, ReviewKind, ReviewState, ScheduledReview},
    },
    entity::{plan, review},
};

/// A dated meeting at which both sides look at the plan.
#[derive(Clone, Debug, Description)]
pub struct Review {
    /// The plan that it reviews.
    pub plan: plan::Model,
    /// The review.
    pub row: review::Model,
}

#[Object(use_type_description)]
impl Review {
    /// Its id.
    pub async fn id(&self) -> ReviewId {
        self.row.id
    }

    /// The plan that it reviews.
    async fn plan(&self) -> Plan {
        Plan(self.plan.clone())
    }

    /// Its number in the plan, from 1.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// The first day of what it looks back on.
    async fn covers_from(&self) -> Date {
        Date(self.row.covers_from)
    }

    /// The last day of what it looks back on.
    async fn covers_to(&self) -> Date {
        Date(self.row.covers_to)
    }

    /// The day of the meeting.
    async fn scheduled_on(&self) -> Date {
        Date(self.row.scheduled_on)
    }

    /// What kind of review it is.
    async fn kind(&self) -> ReviewKind {
        self.row.kind
    }

    /// How the people meet.
    async fn format(&self) -> ReviewFormat {
        self.row.format
    }

    /// Where it stands.
    async fn state(&self) -> ReviewState {
        self.row.state
    }

    /// Whether its day has passed without the meeting.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        let covers = Period { start: self.row.covers_from, end: self.row.covers_to };
        let scheduled = ScheduledReview { covers, on: self.row.scheduled_on };
        Ok(scheduled.is_overdue(self.row.state, today(ctx, &self.plan).await?))
    }
}
