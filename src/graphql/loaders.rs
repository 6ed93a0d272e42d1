//! Edges, loaded in batches on behalf of the request's actor; never shared between callers.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};

use super::loading::Loads;
use crate::{
    domain::{
        content::Objective,
        id::{
            ActionItemId, ActivityId, AgreementId, AlertId, AskId, CommentId, CounterProposalId,
            DimensionValueId, IntegrationId, ObjectiveId, OrganizationId, PartnershipId, PlanId,
            ReviewId, TierId, UserId, WebhookDeliveryId,
        },
    },
    entity::{
        action_item, agreement, alert, comment, counter_proposal, dimension_value, dispute,
        integration, organization, partnership, plan, planning_policy, rejected_row, review,
        review_answer, scorecard, team_member, tier, user, visit, webhook_attempt,
    },
    error::Error,
    op::Op,
    service::{
        action_items, agreements, alerts, comments, dimensions, disputes, inbox, integrations,
        negotiation, objectives, organizations, partnerships, plans, programmes,
        readings::{self, Reading},
        rejections, renewals, reviews, scorecards, teams, users, visits, webhooks,
    },
};

/// Loads what one request asks for, as the request's actor.
#[derive(Debug)]
pub struct Loaders(pub Op);

/// The loader of one request.
pub type RequestLoader = DataLoader<Loaders, HashMapCache>;

/// How long what was loaded is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// As long as the request runs, which is a query and changes nothing.
    WholeRequest,
    /// Not at all: between two loads the request itself, or the time that a stream goes on, changes things.
    Nothing,
}

/// The loader of one request, whose loads are run by `loads`.
///
/// It waits for nothing: whatever is asked for before the request can go no further is one batch.
pub fn loaders(op: Op, memory: Memory, loads: &Loads) -> RequestLoader {
    let (spawner, timer) = (loads.clone(), loads.clone());
    let loader = DataLoader::with_cache(Loaders(op), spawner, timer, HashMapCache::default());
    let loader = loader.delay(Duration::ZERO);
    loader.enable_all_cache(memory == Memory::WholeRequest);
    loader
}

/// `Partnership.team`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TeamOf(pub PartnershipId);

/// `Partnership.agreements`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgreementsOf(pub PartnershipId);

/// `Activity.disputes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DisputesOf(pub ActivityId);

/// `Integration.rejectedRows`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RejectionsOf(pub IntegrationId);

/// `Tier.policies`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoliciesOf(pub TierId);

/// `DimensionValue.aliases`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AliasesOf(pub DimensionValueId);

/// What a plan's versions and rows say: its targets, its commitments, and what its figures are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReadingOf(pub PlanId);

impl Loader<ReadingOf> for Loaders {
    type Value = Arc<Reading>;
    type Error = Error;

    async fn load(&self, keys: &[ReadingOf]) -> Result<HashMap<ReadingOf, Self::Value>, Error> {
        let ids: Vec<PlanId> = keys.iter().map(|key| key.0).collect();
        let found = readings::of_plans(self.0.db.read(), &ids).await?;
        Ok(found.into_iter().map(|(id, reading)| (ReadingOf(id), Arc::new(reading))).collect())
    }
}

/// `Alert.isRead`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReadOf(pub AlertId);

/// `Plan.openAlertCount`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StandingAlertsOf(pub PlanId);

/// `Plan.reviews`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReviewsOf(pub PlanId);

/// What is to be done of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenActionsOf(pub PlanId);

/// `Review.answers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnswersOf(pub ReviewId);

/// `Review.scorecard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScorecardOf(pub ReviewId);

/// `Plan.finalScorecard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FinalScorecardOf(pub PlanId);

/// `Plan.lastVisitedAt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VisitTo(pub PlanId);

/// `CounterProposal.thread`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadOf(pub CounterProposalId);

/// `Comment.mentions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MentionsOf(pub CommentId);

/// `WebhookDelivery.attempts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AttemptsOf(pub WebhookDeliveryId);

/// `Plan.renewedBy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RenewalsOf(pub PlanId);

macro_rules! by_id {
    ($($id:ty => $model:ty, $find:path;)*) => {$(
        impl Loader<$id> for Loaders {
            type Value = $model;
            type Error = Error;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, $model>, Error> {
                Ok($find(&self.0, keys).await?.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )*};
}

by_id! {
    OrganizationId => organization::Model, organizations::by_ids;
    UserId => user::Model, users::by_ids;
    IntegrationId => integration::Model, integrations::by_ids;
    TierId => tier::Model, programmes::tiers_by_ids;
    PartnershipId => partnership::Model, partnerships::by_ids;
    AgreementId => agreement::Model, agreements::by_ids;
    DimensionValueId => dimension_value::Model, dimensions::by_ids;
    CommentId => comment::Model, comments::by_ids;
    ObjectiveId => Objective, objectives::by_ids;
    AlertId => alert::Model, alerts::listing::by_ids;
    ActionItemId => action_item::Model, action_items::by_ids;
}

/// Shared, because a plan is large and many things are of the same one.
impl Loader<PlanId> for Loaders {
    type Value = Arc<plan::Model>;
    type Error = Error;

    async fn load(&self, keys: &[PlanId]) -> Result<HashMap<PlanId, Self::Value>, Error> {
        let found = plans::of_ids(&self.0, keys).await?;
        Ok(found.into_iter().map(|plan| (plan.id, Arc::new(plan))).collect())
    }
}

macro_rules! edges {
    ($($edge:ident => $value:ty, $find:path;)*) => {$(
        impl Loader<$edge> for Loaders {
            type Value = $value;
            type Error = Error;

            async fn load(&self, keys: &[$edge]) -> Result<HashMap<$edge, $value>, Error> {
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let found = $find(&self.0, &ids).await?;
                Ok(found.into_iter().map(|(id, value)| ($edge(id), value)).collect())
            }
        }
    )*};
}

edges! {
    TeamOf => Vec<team_member::Model>, teams::of_partnerships;
    AgreementsOf => Vec<agreement::Model>, agreements::of_partnerships;
    PoliciesOf => Vec<planning_policy::Model>, programmes::policies_of_tiers;
    AliasesOf => Vec<String>, dimensions::aliases_of_values;
    RejectionsOf => Vec<rejected_row::Model>, rejections::of_integrations;
    DisputesOf => Vec<dispute::Model>, disputes::of_activities;
    ReadOf => AskId, inbox::read_of_alerts;
    StandingAlertsOf => i64, alerts::listing::standing_of_plans;
    ReviewsOf => Vec<review::Model>, reviews::of_plans;
    OpenActionsOf => Vec<action_item::Model>, action_items::open_of_plans;
    AnswersOf => Vec<review_answer::Model>, reviews::answers_of;
    ScorecardOf => scorecard::Model, scorecards::of_reviews;
    FinalScorecardOf => scorecard::Model, scorecards::final_of_plans;
    VisitTo => visit::Model, visits::of_plans;
    ThreadOf => Vec<counter_proposal::Model>, negotiation::of_threads;
    MentionsOf => Vec<UserId>, comments::mentions_of;
    RenewalsOf => Vec<plan::Model>, renewals::of_plans;
    AttemptsOf => Vec<webhook_attempt::Model>, webhooks::listing::attempts_of;
}
