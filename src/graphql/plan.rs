//! Plans as both sides see them.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    ContextExt,
    action_item::{self, ActionItem, ActionItemFilter},
    activity::{self, Activity, ActivityFilter},
    alert::{self, Alert, AlertFilter},
    amendment::{Amendment, Difference, PlanTermination},
    comment::{self, Comment, CommentFilter},
    commitment::Commitment,
    error::ApiError,
    history::{self, HistoryEntry, HistoryFilter},
    loaders::{FinalScorecardOf, ReadingOf, StandingAlertsOf, VisitTo},
    negotiation::{self, CounterProposal, CounterProposalFilter},
    note::{self, Note},
    organization::Organization,
    page::{List, PageArgs, Paged, Total},
    partnership::Partnership,
    policy::PlanningPolicy,
    progress::{PlanProgress, progress_of},
    readiness::Finding,
    renewal::{self, PlanRenewal},
    review::Review,
    scalars::{CurrencyCode, Date, Decimal},
    scorecard::Scorecard,
    signing::{PlanVersion, Signature},
    target::Target,
    user::User,
    visit,
};
use crate::{
    domain::{
        actor::Side,
        calendar::PeriodKind,
        commitment::CommitmentKind,
        content::{Objective, ReviewCadence, Swot},
        id::{ObjectiveId, OrganizationId, PartnershipId, PlanId, UserId},
        plan::{PlanAction, PlanState},
        policy::PlanningMode,
        review::{Cadence, ReviewFormat, ReviewKind},
    },
    entity::plan,
    error::Error,
    op::Op,
    service::{
        changes, content, organizations,
        plan_parties::{self, PlanParties},
        plans,
        readings::Reading,
        renewals, reviews, signing, versions,
    },
};

/// A joint business plan: what vendor and partner agree that both will do in a period, and how far they are.
#[derive(Clone, Debug, Description)]
pub struct Plan(pub Arc<plan::Model>);

impl From<plan::Model> for Plan {
    fn from(row: plan::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A plan, if the viewer may see it.
pub async fn plan_of(ctx: &Context<'_>, id: PlanId) -> Result<Option<Plan>, ApiError> {
    Ok(ctx.load(id).await?.map(Plan))
}

/// Today in the time zone of the plan's vendor.
pub async fn today(ctx: &Context<'_>, plan: &plan::Model) -> Result<NaiveDate, ApiError> {
    let vendor = ctx.load(plan.vendor_id).await?;
    let vendor = vendor.ok_or_else(|| Error::Inconsistent(format!("{} has no vendor", plan.id)))?;
    Ok(ctx.op().today(organizations::zone(&vendor)?))
}

/// Today in the time zone of the plan's vendor, outside of a request.
pub async fn today_of(op: &Op, plan: &plan::Model) -> crate::error::Result<NaiveDate> {
    let vendor = organizations::find(op, plan.vendor_id).await?;
    let vendor = vendor.ok_or_else(|| Error::Inconsistent(format!("{} has no vendor", plan.id)))?;
    Ok(op.today(organizations::zone(&vendor)?))
}

async fn organization(
    ctx: &Context<'_>,
    id: OrganizationId,
) -> Result<Option<Organization>, ApiError> {
    Ok(ctx.load(id).await?.map(Organization))
}

/// What the plan's versions and rows say.
pub async fn reading(ctx: &Context<'_>, plan: &plan::Model) -> Result<Arc<Reading>, ApiError> {
    Ok(ctx.load(ReadingOf(plan.id)).await?.unwrap_or_default())
}

/// A person, if there is one.
pub async fn person(ctx: &Context<'_>, id: Option<UserId>) -> Result<Option<User>, ApiError> {
    match id {
        Some(id) => Ok(ctx.load(id).await?.map(User)),
        None => Ok(None),
    }
}

#[Object(use_type_description)]
impl Plan {
    /// Its id.
    pub async fn id(&self) -> PlanId {
        self.0.id
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How it is planned and signed.
    async fn mode(&self) -> PlanningMode {
        self.0.mode
    }

    /// Where it stands in its life.
    async fn state(&self) -> PlanState {
        self.0.state
    }

    /// What kind of period it covers.
    async fn period_kind(&self) -> PeriodKind {
        self.0.period_kind
    }

    /// Its first day.
    async fn starts_on(&self) -> Date {
        Date(self.0.starts_on)
    }

    /// Its last day.
    async fn ends_on(&self) -> Date {
        Date(self.0.ends_on)
    }

    /// What money is counted in.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency)
    }

    /// Counts the changes; a change says which revision its editor saw.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// The side that began to draft it.
    async fn drafted_by(&self) -> Side {
        self.0.drafted_by
    }

    /// The partnership that it belongs to.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>, ApiError> {
        Ok(ctx.load(self.0.partnership_id).await?.map(Partnership))
    }

    /// The vendor.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Organization>, ApiError> {
        organization(ctx, self.0.vendor_id).await
    }

    /// The partner.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<Organization>, ApiError> {
        organization(ctx, self.0.partner_id).await
    }

    /// The vendor's executive sponsor.
    async fn vendor_sponsor(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, self.0.vendor_sponsor_id).await
    }

    /// The partner's executive sponsor.
    async fn partner_sponsor(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, self.0.partner_sponsor_id).await
    }

    /// Where both want to be.
    async fn vision(&self) -> Option<&str> {
        self.0.content.vision.as_deref()
    }

    /// Why customers buy from both together.
    async fn value_proposition(&self) -> Option<&str> {
        self.0.content.value_proposition.as_deref()
    }

    /// What has to go right.
    async fn success_factors(&self) -> &[String] {
        &self.0.content.success_factors
    }

    /// Strengths, weaknesses, opportunities and threats.
    async fn swot(&self) -> PlanSwot {
        let Swot { strengths, weaknesses, opportunities, threats } = self.0.content.swot.clone();
        PlanSwot { strengths, weaknesses, opportunities, threats }
    }

    /// What it is to achieve, in words.
    async fn objectives(&self) -> Vec<PlanObjective> {
        self.0.content.objectives.iter().cloned().map(PlanObjective::from).collect()
    }

    /// What other currencies are worth in the plan's: the signed rates, and those added since.
    async fn exchange_rates(&self) -> Vec<ExchangeRate> {
        let signed = &self.0.content.rates;
        content::rates(&self.0)
            .into_iter()
            .map(|(currency, rate)| ExchangeRate {
                currency: CurrencyCode(currency),
                rate: Decimal(rate),
                is_signed: signed.contains_key(&currency),
            })
            .collect()
    }

    /// When it is reviewed; null until somebody says.
    async fn review_cadence(&self) -> Option<PlanCadence> {
        self.0.content.cadence.clone().map(PlanCadence::from)
    }

    /// Its targets in the order they were written, the parts of a split included.
    async fn targets(&self, ctx: &Context<'_>) -> Result<Vec<Target>, ApiError> {
        let rows = reading(ctx, &self.0).await?.targets(&self.0);
        Ok(rows.into_iter().map(|row| Target { plan: Arc::clone(&self.0), row }).collect())
    }

    /// What both sides have promised, milestones included, in the order they were written.
    async fn commitments(&self, ctx: &Context<'_>) -> Result<Vec<Commitment>, ApiError> {
        let rows = reading(ctx, &self.0).await?.commitments(&self.0);
        Ok(rows.into_iter().map(|row| Commitment::of(Arc::clone(&self.0), row)).collect())
    }

    /// The pipeline milestones among the commitments.
    async fn milestones(&self, ctx: &Context<'_>) -> Result<Vec<Commitment>, ApiError> {
        let rows = reading(ctx, &self.0).await?.commitments(&self.0);
        let milestones =
            rows.into_iter().filter(|row| row.terms.kind() == CommitmentKind::PipelineMilestone);
        Ok(milestones.map(|row| Commitment::of(Arc::clone(&self.0), row)).collect())
    }

    /// Its reviews in order of their days; there are none before it is signed.
    async fn reviews(&self, ctx: &Context<'_>) -> Result<Vec<Review>, ApiError> {
        let mut found = Box::pin(reviews::of_plans(ctx.op(), &[self.0.id])).await?;
        let rows = found.remove(&self.0.id).unwrap_or_default();
        Ok(rows.into_iter().map(|row| Review { plan: Arc::clone(&self.0), row }).collect())
    }

    /// What somebody of either side is to do, or was to do, the latest first.
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which action items are wanted; of this plan in any case.")]
        filter: Option<ActionItemFilter>,
        #[graphql(desc = "Action items from the beginning: 20 unless said, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Action items from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<ActionItem>, ApiError> {
        let args = PageArgs { first, after, last, before };
        Box::pin(action_item::page(ctx, &self.0, filter.unwrap_or_default(), args)).await
    }

    /// Where it stands on a day; null until it is signed.
    async fn progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in the vendor's time zone when absent.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<PlanProgress>, ApiError> {
        Box::pin(PlanProgress::of(ctx, &self.0, as_of)).await
    }

    /// What keeps it from being proposed, and what its parties should know before they do.
    async fn readiness(&self, ctx: &Context<'_>) -> Result<Vec<Finding>, ApiError> {
        let found = Box::pin(content::readiness(ctx.op().db.read(), &self.0)).await?;
        Ok(found.into_iter().map(Finding::from).collect())
    }

    /// The versions that were proposed, oldest first.
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<PlanVersion>, ApiError> {
        let found = Box::pin(signing::versions_of(ctx.op(), &self.0)).await?;
        Ok(found.into_iter().map(PlanVersion).collect())
    }

    /// The number of the version that awaits signatures.
    async fn proposed_version(&self) -> Option<i32> {
        self.0.proposed_version
    }

    /// The number of the version in force.
    async fn version_in_force(&self) -> Option<i32> {
        self.0.version_in_force
    }

    /// The number of the signed version that counts on a day; null while nothing is signed.
    async fn version_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day.")] day: Date,
    ) -> Result<Option<i32>, ApiError> {
        let versions = Box::pin(versions::of_plan(ctx.op().db.read(), self.0.id)).await?;
        Ok(versions.on(day.0).map(|version| version.number))
    }

    /// What differs between two of its versions, field by field.
    async fn differences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The number of the version to begin with.")] from: i32,
        #[graphql(desc = "The number of the version to compare it with.")] to: i32,
    ) -> Result<Vec<Difference>, ApiError> {
        let found = Box::pin(versions::differences(ctx.op(), &self.0, from, to)).await?;
        Ok(found.into_iter().map(Difference::from).collect())
    }

    /// The amendment under way; null while there is none.
    async fn amendment(&self) -> Option<Amendment> {
        self.0.amendment.map(|_| Amendment(Arc::clone(&self.0)))
    }

    /// Notice that it ends before its time, or has ended; null unless a side gave it.
    async fn termination(&self) -> Option<PlanTermination> {
        self.0.termination.clone().map(PlanTermination::from)
    }

    /// The figures of its last day, frozen when it was closed or terminated; null until then. What is recorded later does not move
    /// them.
    async fn final_scorecard(&self, ctx: &Context<'_>) -> Result<Option<Scorecard>, ApiError> {
        let found = ctx.load(FinalScorecardOf(self.0.id)).await?;
        found.map(Scorecard::try_of).transpose()
    }

    /// The signatures under its versions, oldest first, those that no longer count included.
    async fn signatures(&self, ctx: &Context<'_>) -> Result<Vec<Signature>, ApiError> {
        let found = Box::pin(signing::of_plan(ctx.op(), &self.0)).await?;
        Ok(found.into_iter().map(Signature).collect())
    }

    /// The alerts of the viewer's side about it, the latest first.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alerts are wanted; of this plan in any case.")] filter: Option<
            AlertFilter,
        >,
        #[graphql(desc = "Alerts from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Alerts from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Alert>, ApiError> {
        let filter = AlertFilter { plan_id: Some(self.0.id), ..filter.unwrap_or_default() };
        Box::pin(alert::page(ctx, filter, PageArgs { first, after, last, before })).await
    }

    /// How many alerts of the viewer's side about it stand, acknowledged or not.
    async fn open_alert_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let found = ctx.load(StandingAlertsOf(self.0.id)).await?;
        Ok(i32::try_from(found.unwrap_or_default()).unwrap_or(i32::MAX))
    }

    /// The facts of its partnership that occurred in its period, the latest recorded first.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which facts are wanted; of this partnership in any case.")]
        filter: Option<ActivityFilter>,
        #[graphql(desc = "Facts from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Facts from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Activity>, ApiError> {
        let filter = filter.unwrap_or_default();
        let within = ActivityFilter {
            partnership_id: Some(self.0.partnership_id),
            occurred_from: filter.occurred_from.or(Some(Date(self.0.starts_on))),
            occurred_to: filter.occurred_to.or(Some(Date(self.0.ends_on))),
            ..filter
        };
        Box::pin(activity::page(ctx, within, PageArgs { first, after, last, before })).await
    }

    /// What was done to it, by whom, the latest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries are wanted.")] filter: Option<HistoryFilter>,
        #[graphql(desc = "Entries from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<HistoryEntry>, ApiError> {
        let args = PageArgs { first, after, last, before };
        Box::pin(history::of_plan(ctx, self.0.id, filter.unwrap_or_default(), args)).await
    }

    /// When the viewer last said that it was seen; null before the first time, and for an integration.
    async fn last_visited_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>, ApiError> {
        Ok(ctx.load(VisitTo(self.0.id)).await?.map(|visit| visit.at))
    }

    /// What others have done to it since the viewer's last visit, the latest first; all that they ever did before the first. Null for
    /// an integration, which makes no visits.
    async fn changes_since_visit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Paged<HistoryEntry>>, ApiError> {
        Box::pin(visit::changes(ctx, self.0.id, PageArgs { first, after, last, before })).await
    }

    /// Values that one side has proposed for single fields, with their answers, the latest first.
    async fn counter_proposals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which counter-proposals are wanted.")] filter: Option<
            CounterProposalFilter,
        >,
        #[graphql(desc = "Counter-proposals from the beginning: 20 unless said, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Counter-proposals from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<CounterProposal>, ApiError> {
        let args = PageArgs { first, after, last, before };
        Box::pin(negotiation::page(ctx, &self.0, filter.unwrap_or_default(), args)).await
    }

    /// What was said about it and its parts, replies included, the latest first: what both sides hear, and what the viewer's side
    /// keeps to itself.
    async fn comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which comments are wanted.")] filter: Option<CommentFilter>,
        #[graphql(desc = "Comments from the beginning: 20 unless said, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Comments from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Comment>, ApiError> {
        let args = PageArgs { first, after, last, before };
        Box::pin(comment::of_plan(ctx, self.0.id, filter.unwrap_or_default(), args)).await
    }

    /// Notes that the viewer's side keeps to itself, the latest first; the other side never learns of them.
    async fn private_notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Notes from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Notes from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Note>, ApiError> {
        Box::pin(note::page(ctx, &self.0, PageArgs { first, after, last, before })).await
    }

    /// What it is offered, asked and measured by: the programme's policy of the day on which its draft was begun.
    async fn planning_policy(&self) -> PlanningPolicy {
        PlanningPolicy((*self.0.policy).clone())
    }

    /// The plan of the period before that it renews; null if it renews none.
    async fn renews(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
        Box::pin(renewal::renewed(ctx, &self.0)).await
    }

    /// The plan that renews it; null while the viewer may see none. Of several, the one that is furthest on its way.
    async fn renewed_by(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
        let found = ctx.load(super::loaders::RenewalsOf(self.0.id)).await?;
        Ok(found.and_then(renewals::foremost).map(Plan::from))
    }

    /// What it takes up from the period before; null if it renews no plan.
    async fn renewal(&self) -> Option<PlanRenewal> {
        self.0.renews_id.is_some().then(|| PlanRenewal(Arc::clone(&self.0)))
    }

    /// What the viewer can do to it now.
    async fn viewer_actions(&self, ctx: &Context<'_>) -> Vec<PlanAction> {
        changes::allowed(ctx.op(), &self.0)
    }

    /// The day on which it came in force.
    async fn activated_on(&self) -> Option<Date> {
        self.0.activated_on.map(Date)
    }

    /// When it was shared with the other side.
    async fn shared_at(&self) -> Option<DateTime<Utc>> {
        self.0.shared_at
    }

    /// When its draft was begun.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// Strengths, weaknesses, opportunities and threats.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanSwot {
    /// What both do well.
    pub strengths: Vec<String>,
    /// What both lack.
    pub weaknesses: Vec<String>,
    /// What the market offers.
    pub opportunities: Vec<String>,
    /// What could go wrong.
    pub threats: Vec<String>,
}

/// Something that a plan is to achieve.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanObjective {
    /// Its id.
    pub id: ObjectiveId,
    /// In a few words.
    pub title: String,
    /// In more words.
    pub description: Option<String>,
}

impl From<Objective> for PlanObjective {
    fn from(Objective { id, title, description }: Objective) -> Self {
        Self { id, title, description }
    }
}

/// What a unit of another currency is worth in the plan's.
#[derive(Clone, Debug, SimpleObject)]
pub struct ExchangeRate {
    /// The other currency.
    pub currency: CurrencyCode,
    /// Units of the plan's currency for one of it.
    pub rate: Decimal,
    /// Whether it is part of what is, or will be, signed; a rate added later is not.
    pub is_signed: bool,
}

/// When a plan is reviewed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "ReviewCadence")]
pub struct PlanCadence {
    /// How often.
    pub cadence: Cadence,
    /// What kind of review.
    pub kind: ReviewKind,
    /// How the people meet.
    pub format: ReviewFormat,
    /// Days after the end of what is reviewed.
    pub offset_days: i32,
    /// The days, where they are named.
    pub dates: Vec<Date>,
}

impl From<ReviewCadence> for PlanCadence {
    fn from(cadence: ReviewCadence) -> Self {
        Self {
            cadence: cadence.cadence,
            kind: cadence.kind,
            format: cadence.format,
            offset_days: i32::try_from(cadence.offset_days).unwrap_or(i32::MAX),
            dates: cadence.dates.into_iter().map(Date).collect(),
        }
    }
}

/// Which plans are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PlanFilter {
    /// Only of this partnership.
    pub partnership_id: Option<PartnershipId>,
    /// Only in these states.
    pub states: Option<Vec<PlanState>>,
    /// Only those whose period holds this day.
    pub on: Option<Date>,
}

/// A page of plans.
pub async fn page(
    ctx: &Context<'_>,
    filter: PlanFilter,
    args: PageArgs,
) -> Result<Paged<Plan>, ApiError> {
    let list = List::new("plans", &filter);
    let page = list.page(&args)?;
    let filter = plans::PlanFilter {
        partnership: filter.partnership_id,
        states: filter.states,
        on: filter.on.map(|day| day.0),
    };
    let op = ctx.op().clone();
    let found = plans::list(&op, &filter, page).await?;
    let total = Total::new(move || {
        let (op, filter) = (op.clone(), filter.clone());
        async move { plans::count(&op, &filter).await }
    });
    Ok(list.connection(found, total, |row| row.id.0, Plan::from))
}

/// A day's view over plans in force.
#[derive(Clone, Debug, SimpleObject)]
pub struct PortfolioEntry {
    /// The plan.
    pub plan: Plan,
    /// Where it stands.
    pub progress: PlanProgress,
}

/// Queries of plans.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanQuery;

#[Object]
impl PlanQuery {
    /// A plan; null if there is none or the viewer may not see it.
    async fn plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: PlanId,
    ) -> Result<Option<Plan>, ApiError> {
        let found = plan_parties::find(ctx.op(), id).await?;
        let Some(PlanParties { plan, vendor, partner }) = found else { return Ok(None) };
        let companies = [(vendor.id, vendor), (partner.id, partner)];
        ctx.loaders().feed_many(companies).await;
        Ok(Some(plan.into()))
    }

    /// The plans that the viewer may see, the latest first.
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plans are wanted.")] filter: Option<PlanFilter>,
        #[graphql(desc = "Plans from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Plans from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Plan>, ApiError> {
        page(ctx, filter.unwrap_or_default(), PageArgs { first, after, last, before }).await
    }

    /// The plans in force that the viewer may see, each with where it stands, the latest first.
    async fn portfolio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in each vendor's time zone when absent.")] as_of: Option<
            Date,
        >,
        #[graphql(desc = "Plans from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Plans from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<PortfolioEntry>, ApiError> {
        let op = ctx.op().clone();
        let pages = List::new("portfolio", &as_of);
        let filter = plans::PlanFilter {
            states: Some(vec![PlanState::Active]),
            ..plans::PlanFilter::default()
        };
        let found =
            plans::list(&op, &filter, pages.page(&PageArgs { first, after, last, before })?)
                .await?;
        // Both sides at once: the vendor tells the day, and the partner is what a portfolio is read for.
        let parties = found.rows.iter().flat_map(|plan| [plan.vendor_id, plan.partner_id]);
        ctx.loaders().load_many(parties).await?;
        let mut plans = Vec::with_capacity(found.rows.len());
        for plan in found.rows {
            let day = match as_of {
                Some(day) => day.0,
                None => today(ctx, &plan).await?,
            };
            plans.push((Arc::new(plan), day));
        }
        let entry = |progress: PlanProgress| PortfolioEntry {
            plan: Plan(Arc::clone(&progress.plan)),
            progress,
        };
        let rows = progress_of(ctx, plans).await?.into_iter().map(entry).collect();
        let total = Total::new(move || {
            let (op, filter) = (op.clone(), filter.clone());
            async move { plans::count(&op, &filter).await }
        });
        let found = crate::service::page::Found {
            rows,
            has_previous: found.has_previous,
            has_next: found.has_next,
        };
        Ok(pages.connection(found, total, |entry| entry.plan.0.id.0, |entry| entry))
    }
}
