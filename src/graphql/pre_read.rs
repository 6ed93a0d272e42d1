//! What both sides read before a review.

use std::sync::Arc;

use async_graphql::{Context, Description, Object, SimpleObject};

use super::{
    ContextExt,
    action_item::{self, ActionItem},
    alert::{self, Alert, AlertFilter},
    commitment::Commitment,
    comparison::ScorecardComparison,
    error::ApiError,
    page::{PageArgs, Paged},
    plan::today,
    progress::{PlanProgress, figures},
    review::Review,
    scalars::{Date, Money},
};
use crate::{domain::alert::AlertState, service::pre_reads};

/// What both sides read before a review, as it is now.
#[derive(Clone, Debug, Description)]
pub struct PreRead(pub Review);

#[Object(use_type_description)]
impl PreRead {
    /// Where the plan stands today.
    async fn progress(&self, ctx: &Context<'_>) -> Result<Option<PlanProgress>, ApiError> {
        PlanProgress::of(ctx, &self.0.plan, None).await
    }

    /// The review that was held last; null before the first.
    async fn last_review(&self, ctx: &Context<'_>) -> Result<Option<Review>, ApiError> {
        let last = pre_reads::last_held(ctx.op(), &self.0.plan).await?;
        Ok(last.map(|(row, _)| Review { plan: Arc::clone(&self.0.plan), row }))
    }

    /// What changed from that review's scorecard to today; null before the first.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Option<ScorecardComparison>, ApiError> {
        let plan = &self.0.plan;
        let Some((_, card)) = pre_reads::last_held(ctx.op(), plan).await? else { return Ok(None) };
        let today = today(ctx, plan).await?;
        Ok(Some(pre_reads::since(ctx.op(), plan, &card, today).await?.into()))
    }

    /// The commitments of either side whose day has passed without what they promise.
    async fn late_commitments(&self, ctx: &Context<'_>) -> Result<Vec<Commitment>, ApiError> {
        let plan = &self.0.plan;
        let Some(figures) = figures(ctx, plan, None).await? else { return Ok(Vec::new()) };
        let late = pre_reads::late_commitments(&figures);
        Ok(late.into_iter().map(|row| Commitment::of(Arc::clone(plan), row)).collect())
    }

    /// What earlier reviews left to be done, and is still open on either side, due first first.
    async fn open_actions(&self, ctx: &Context<'_>) -> Result<Vec<ActionItem>, ApiError> {
        action_item::carried_to(ctx, &self.0.plan, &self.0.row).await
    }

    /// The open alerts of the viewer's side about the plan, the latest first.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Alerts from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Alerts from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Alert>, ApiError> {
        let filter = AlertFilter {
            plan_id: Some(self.0.plan.id),
            states: Some(AlertState::STANDING.to_vec()),
            ..AlertFilter::default()
        };
        alert::page(ctx, filter, PageArgs { first, after, last, before }).await
    }

    /// Certifications of the partner's people that lapse within 30 days, those that lapse first; at most a hundred.
    async fn lapsing_certifications(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<LapsingCertification>, ApiError> {
        let today = today(ctx, &self.0.plan).await?;
        let db = ctx.op().db.read();
        let found = pre_reads::lapsing_certifications(db, &self.0.plan, today).await?;
        Ok(found
            .into_iter()
            .map(|lapse| LapsingCertification {
                person: lapse.person,
                code: lapse.code,
                valid_until: Date(lapse.last_day),
            })
            .collect())
    }

    /// Market development funds that lapse with the plan unless they are spent; never below 0.
    async fn mdf_unspent(&self, ctx: &Context<'_>) -> Result<Option<Money>, ApiError> {
        let figures = figures(ctx, &self.0.plan, None).await?;
        Ok(figures.map(|figures| Money::new(figures.mdf_unspent(), self.0.plan.currency)))
    }

    /// The plan's last day: what is unspent or undone then lapses.
    async fn plan_ends_on(&self) -> Date {
        Date(self.0.plan.ends_on)
    }

    /// Days until then; 0 on the last day and after it.
    async fn days_left(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let days = (self.0.plan.ends_on - today(ctx, &self.0.plan).await?).num_days();
        Ok(i32::try_from(days.max(0)).unwrap_or(i32::MAX))
    }
}

/// A certification that will not be valid for long.
#[derive(Clone, Debug, SimpleObject)]
pub struct LapsingCertification {
    /// Whose, by the pseudonym under which it was reported.
    pub person: String,
    /// Which.
    pub code: String,
    /// The last day on which it holds.
    pub valid_until: Date,
}
