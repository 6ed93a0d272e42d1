//! Anything with an id, found by it.

use std::hash::Hash;

use async_graphql::{Context, ID, Interface, Object, dataloader::Loader};
use futures_util::future::try_join_all;

use super::{
    ContextExt,
    action_item::ActionItem,
    activity::Activity,
    alert::Alert,
    comment::Comment,
    commitment::{
        CoMarketingCommitment, Commitment, EnablementCommitment, PipelineActivityCommitment,
        PipelineMilestone, ResourceInvestment, VendorSupportCommitment,
    },
    deal::Deal,
    dimension::DimensionValue,
    error::ApiError,
    history::HistoryEntry,
    integration::Integration,
    loaders::Loaders,
    negotiation::CounterProposal,
    note::Note,
    organization::Organization,
    partnership::{PartnerAgreement, Partnership},
    plan::{Plan, PlanObjective},
    programme::{Tier, TierPolicy},
    review::Review,
    signing::{PlanVersion, Signature},
    target::Target,
    user::User,
    webhook::{WebhookDelivery, WebhookEndpoint},
};
use crate::{
    domain::id::{
        ActionItemId, ActivityId, AgreementId, AlertId, CommentId, CommitmentId, CounterProposalId,
        DealId, DimensionValueId, HistoryId, Id, IntegrationId, NoteId, ObjectiveId,
        OrganizationId, PartnershipId, PlanId, PolicyId, ReviewId, SignatureId, TargetId, TierId,
        UserId, VersionId, WebhookDeliveryId, WebhookEndpointId,
    },
    error::Error,
    service::{
        access, action_items, alerts, comments, commitments, deals, facts, history, negotiation,
        notes, plans, programmes, reviews, signing, targets, webhooks,
    },
};

/// Ids that one call may ask for.
const MOST_IDS: usize = 100;

/// Something with an id.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its id, which no other object has."))]
pub enum Node {
    /// A company.
    Organization(Organization),
    /// A person.
    User(User),
    /// A service account.
    Integration(Integration),
    /// A vendor's relation with a partner.
    Partnership(Partnership),
    /// A legal frame.
    PartnerAgreement(PartnerAgreement),
    /// A level of a programme.
    Tier(Tier),
    /// A product line, market segment or geography.
    DimensionValue(DimensionValue),
    /// A joint business plan.
    Plan(Plan),
    /// A target of a plan.
    Target(Target),
    /// A co-marketing commitment of a plan.
    CoMarketing(CoMarketingCommitment),
    /// An enablement commitment of a plan.
    Enablement(EnablementCommitment),
    /// A pipeline activity of a plan.
    PipelineActivity(PipelineActivityCommitment),
    /// A pipeline milestone of a plan.
    PipelineMilestone(PipelineMilestone),
    /// A vendor support commitment of a plan.
    VendorSupport(VendorSupportCommitment),
    /// A resource investment of a plan.
    ResourceInvestment(ResourceInvestment),
    /// A review of a plan.
    Review(Review),
    /// An action item of a plan.
    ActionItem(ActionItem),
    /// A deal.
    Deal(Deal),
    /// A fact of partner activity.
    Activity(Activity),
    /// An alert.
    Alert(Alert),
    /// A value proposed for a single field of a plan.
    CounterProposal(CounterProposal),
    /// What somebody said about a plan.
    Comment(Comment),
    /// What a tier, or one partner type in it, is offered and asked.
    TierPolicy(TierPolicy),
    /// An objective of a plan.
    PlanObjective(PlanObjective),
    /// A version of a plan.
    PlanVersion(PlanVersion),
    /// A person's name under a version.
    Signature(Signature),
    /// Something that was done to a plan.
    HistoryEntry(HistoryEntry),
    /// What one side keeps to itself about a plan.
    Note(Note),
    /// Where a company is told what happens.
    WebhookEndpoint(WebhookEndpoint),
    /// Something that an endpoint is told.
    WebhookDelivery(WebhookDelivery),
}

impl From<Commitment> for Node {
    fn from(commitment: Commitment) -> Self {
        match commitment {
            Commitment::CoMarketing(commitment) => commitment.into(),
            Commitment::Enablement(commitment) => commitment.into(),
            Commitment::PipelineActivity(commitment) => commitment.into(),
            Commitment::PipelineMilestone(commitment) => commitment.into(),
            Commitment::VendorSupport(commitment) => commitment.into(),
            Commitment::ResourceInvestment(commitment) => commitment.into(),
        }
    }
}

/// An id, told apart by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKey {
    /// Of an organisation.
    Organization(OrganizationId),
    /// Of a person.
    User(UserId),
    /// Of a service account.
    Integration(IntegrationId),
    /// Of a partnership.
    Partnership(PartnershipId),
    /// Of an agreement.
    PartnerAgreement(AgreementId),
    /// Of a tier.
    Tier(TierId),
    /// Of a product line, market segment or geography.
    DimensionValue(DimensionValueId),
    /// Of a plan.
    Plan(PlanId),
    /// Of a target.
    Target(TargetId),
    /// Of a commitment.
    Commitment(CommitmentId),
    /// Of a review.
    Review(ReviewId),
    /// Of an action item.
    ActionItem(ActionItemId),
    /// Of a deal.
    Deal(DealId),
    /// Of a fact.
    Activity(ActivityId),
    /// Of an alert.
    Alert(AlertId),
    /// Of a counter-proposal.
    CounterProposal(CounterProposalId),
    /// Of a comment.
    Comment(CommentId),
    /// Of a tier's policy.
    TierPolicy(PolicyId),
    /// Of an objective.
    PlanObjective(ObjectiveId),
    /// Of a version.
    PlanVersion(VersionId),
    /// Of a signature.
    Signature(SignatureId),
    /// Of an entry of a plan's history.
    HistoryEntry(HistoryId),
    /// Of a private note.
    Note(NoteId),
    /// Of a webhook's endpoint.
    WebhookEndpoint(WebhookEndpointId),
    /// Of a webhook's delivery.
    WebhookDelivery(WebhookDeliveryId),
}

impl NodeKey {
    /// The key that `text` spells; none when it is no id of a kind that can be looked up.
    fn parse(text: &str) -> Option<Self> {
        let (prefix, _) = text.rsplit_once('_')?;
        match prefix {
            OrganizationId::PREFIX => text.parse().ok().map(Self::Organization),
            UserId::PREFIX => text.parse().ok().map(Self::User),
            IntegrationId::PREFIX => text.parse().ok().map(Self::Integration),
            PartnershipId::PREFIX => text.parse().ok().map(Self::Partnership),
            AgreementId::PREFIX => text.parse().ok().map(Self::PartnerAgreement),
            TierId::PREFIX => text.parse().ok().map(Self::Tier),
            DimensionValueId::PREFIX => text.parse().ok().map(Self::DimensionValue),
            PlanId::PREFIX => text.parse().ok().map(Self::Plan),
            TargetId::PREFIX => text.parse().ok().map(Self::Target),
            CommitmentId::PREFIX => text.parse().ok().map(Self::Commitment),
            ReviewId::PREFIX => text.parse().ok().map(Self::Review),
            ActionItemId::PREFIX => text.parse().ok().map(Self::ActionItem),
            DealId::PREFIX => text.parse().ok().map(Self::Deal),
            ActivityId::PREFIX => text.parse().ok().map(Self::Activity),
            AlertId::PREFIX => text.parse().ok().map(Self::Alert),
            CounterProposalId::PREFIX => text.parse().ok().map(Self::CounterProposal),
            CommentId::PREFIX => text.parse().ok().map(Self::Comment),
            PolicyId::PREFIX => text.parse().ok().map(Self::TierPolicy),
            ObjectiveId::PREFIX => text.parse().ok().map(Self::PlanObjective),
            VersionId::PREFIX => text.parse().ok().map(Self::PlanVersion),
            SignatureId::PREFIX => text.parse().ok().map(Self::Signature),
            HistoryId::PREFIX => text.parse().ok().map(Self::HistoryEntry),
            NoteId::PREFIX => text.parse().ok().map(Self::Note),
            WebhookEndpointId::PREFIX => text.parse().ok().map(Self::WebhookEndpoint),
            WebhookDeliveryId::PREFIX => text.parse().ok().map(Self::WebhookDelivery),
            _ => None,
        }
    }

    fn try_parse(id: &ID) -> Result<Self, ApiError> {
        Self::parse(id).ok_or_else(|| {
            let shown: String = id.chars().take(64).collect();
            ApiError::bad_input(format!("`{shown}` is not an id of anything that can be looked up"))
        })
    }
}

/// The object with this id, if the viewer may see it.
pub async fn find(ctx: &Context<'_>, key: NodeKey) -> Result<Option<Node>, ApiError> {
    let op = ctx.op();
    Ok(match key {
        NodeKey::Organization(id) => load(ctx, id, |row| Organization(row).into()).await?,
        NodeKey::User(id) => load(ctx, id, |row| User(row).into()).await?,
        NodeKey::Integration(id) => load(ctx, id, |row| Integration(row).into()).await?,
        NodeKey::Partnership(id) => load(ctx, id, |row| Partnership(row).into()).await?,
        NodeKey::PartnerAgreement(id) => load(ctx, id, |row| PartnerAgreement(row).into()).await?,
        NodeKey::Tier(id) => load(ctx, id, |row| Tier(row).into()).await?,
        NodeKey::DimensionValue(id) => load(ctx, id, |row| DimensionValue(row).into()).await?,
        NodeKey::Plan(id) => plans::find(op, id).await?.map(|row| Plan::from(row).into()),
        NodeKey::Target(id) => {
            targets::find(op, id).await?.map(|(plan, row)| Target { plan: plan.into(), row }.into())
        }
        NodeKey::Commitment(id) => {
            commitments::find(op, id).await?.map(|(plan, row)| Commitment::of(plan, row).into())
        }
        NodeKey::Review(id) => {
            reviews::find(op, id).await?.map(|(plan, row)| Review { plan: plan.into(), row }.into())
        }
        NodeKey::ActionItem(id) => action_items::find(op, id)
            .await?
            .map(|(plan, row)| ActionItem { plan: plan.into(), row }.into()),
        NodeKey::Deal(id) => deals::find(op, id).await?.map(|row| Deal(row).into()),
        NodeKey::Activity(id) => facts::find(op, id).await?.map(|row| Activity(row).into()),
        NodeKey::Alert(id) => alerts::listing::find(op, id).await?.map(|row| Alert(row).into()),
        NodeKey::CounterProposal(id) => negotiation::find(op, id)
            .await?
            .map(|(plan, row)| CounterProposal { plan: plan.into(), row }.into()),
        NodeKey::Comment(id) => comments::find(op, id).await?.map(|row| Comment(row).into()),
        NodeKey::TierPolicy(id) => {
            programmes::find_policy(op, id).await?.map(|row| TierPolicy::from(row).into())
        }
        NodeKey::PlanObjective(id) => {
            load(ctx, id, |objective| PlanObjective::from(objective).into()).await?
        }
        NodeKey::PlanVersion(id) => {
            signing::find_version(op, id).await?.map(|row| PlanVersion(row).into())
        }
        NodeKey::Signature(id) => {
            signing::find_signature(op, id).await?.map(|row| Signature(row).into())
        }
        NodeKey::HistoryEntry(id) => {
            history::find(op, id).await?.map(|row| HistoryEntry(row).into())
        }
        NodeKey::Note(id) => notes::find(op, id).await?.map(|row| Note(row).into()),
        NodeKey::WebhookEndpoint(id) => {
            webhooks::listing::find(op, id).await?.map(|row| WebhookEndpoint(row).into())
        }
        NodeKey::WebhookDelivery(id) => {
            webhooks::listing::find_delivery(op, id).await?.map(|row| WebhookDelivery(row).into())
        }
    })
}

async fn load<I, M>(
    ctx: &Context<'_>,
    id: I,
    wrap: impl FnOnce(M) -> Node,
) -> Result<Option<Node>, ApiError>
where
    I: Copy + Eq + Hash + Send + Sync + 'static,
    Loaders: Loader<I, Value = M, Error = Error>,
{
    Ok(ctx.load(id).await?.map(wrap))
}

/// Finding anything by its id.
#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id; null when there is none or the viewer may not see it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The object's id.")] id: ID,
    ) -> Result<Option<Node>, ApiError> {
        access::signed_in(ctx.op())?;
        find(ctx, NodeKey::try_parse(&id)?).await
    }

    /// The objects with these ids, in the same order, with null where there is none or the viewer may not see it.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The objects' ids; at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, ApiError> {
        access::signed_in(ctx.op())?;
        if ids.len() > MOST_IDS {
            let message = format!("ids: {} ids are more than {MOST_IDS}", ids.len());
            return Err(ApiError::bad_input(message));
        }
        let keys = ids.iter().map(NodeKey::try_parse).collect::<Result<Vec<_>, _>>()?;
        try_join_all(keys.into_iter().map(|key| find(ctx, key))).await
    }
}
