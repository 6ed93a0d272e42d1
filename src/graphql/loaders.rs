//! Edges, loaded in batches on behalf of the request's actor; never shared between callers.

use std::{collections::HashMap, time::Duration};

use async_graphql::{
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use crate::{
    domain::{
        content::Objective,
        id::{
            AgreementId, CommentId, CounterProposalId, DimensionValueId, IntegrationId,
            ObjectiveId, OrganizationId, PartnershipId, PlanId, ReviewId, TierId, UserId,
        },
    },
    entity::{
        action_item, agreement, comment, commitment, counter_proposal, dimension_value,
        integration, organization, partnership, plan, planning_policy, review, review_answer,
        scorecard, target, team_member, tier, user, visit,
    },
    error::Error,
    op::Op,
    service::{
        action_items, agreements, comments, dimensions, integrations, negotiation, objectives,
        organizations, partnerships, plans, programmes, renewals, reviews, scorecards, teams,
        users, versions, visits,
    },
};

/// Loads what one request asks for, as the request's actor.
#[derive(Debug)]
pub struct Loaders(pub Op);

/// The loader of one request.
///
/// It waits for nothing: whatever is asked for before the runtime turns to it is one batch.
pub fn loaders(op: Op) -> DataLoader<Loaders> {
    DataLoader::new(Loaders(op), TokioSpawner::current(), TokioTimer::default())
        .delay(Duration::ZERO)
}

/// `Partnership.team`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TeamOf(pub PartnershipId);

/// `Partnership.agreements`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgreementsOf(pub PartnershipId);

/// `Tier.policies`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoliciesOf(pub TierId);

/// `DimensionValue.aliases`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AliasesOf(pub DimensionValueId);

/// `Plan.targets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TargetsOf(pub PlanId);

/// `Plan.commitments`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CommitmentsOf(pub PlanId);

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
    PlanId => plan::Model, plans::of_ids;
    CommentId => comment::Model, comments::by_ids;
    ObjectiveId => Objective, objectives::by_ids;
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
    TargetsOf => Vec<target::Model>, versions::targets_of_plans;
    CommitmentsOf => Vec<commitment::Model>, versions::commitments_of_plans;
    ReviewsOf => Vec<review::Model>, reviews::of_plans;
    OpenActionsOf => Vec<action_item::Model>, action_items::open_of_plans;
    AnswersOf => Vec<review_answer::Model>, reviews::answers_of;
    ScorecardOf => scorecard::Model, scorecards::of_reviews;
    FinalScorecardOf => scorecard::Model, scorecards::final_of_plans;
    VisitTo => visit::Model, visits::of_plans;
    ThreadOf => Vec<counter_proposal::Model>, negotiation::of_threads;
    MentionsOf => Vec<UserId>, comments::mentions_of;
    RenewalsOf => Vec<plan::Model>, renewals::of_plans;
}
