//! The schema: how the planning core looks from outside, by concept.
//!
//! A resolver translates one use case in and one type out; it decides nothing. The root types are merged from the concepts.

pub mod acting;
pub mod action_item;
pub mod activity;
pub mod alert;
pub mod alert_dry_run;
pub mod alert_rule;
pub mod alerting;
pub mod amendment;
pub mod comment;
pub mod commitment;
pub mod comparison;
pub mod course;
pub mod deal;
pub mod deal_snapshot;
pub mod dimension;
pub mod dispute;
pub mod error;
pub mod event;
pub mod execution;
pub mod following_up;
pub mod gap;
pub mod history;
pub mod id;
pub mod inbox;
pub mod integration;
pub mod live;
pub mod loaders;
pub mod loading;
pub mod negotiation;
pub mod node;
pub mod note;
pub mod notification;
pub mod nulls;
pub mod organization;
pub mod page;
pub mod partnering;
pub mod partnership;
pub mod plan;
pub mod planning;
pub mod policy;
pub mod pre_read;
pub mod programme;
pub mod progress;
pub mod proposed;
pub mod quality;
pub mod rate_limit;
pub mod readiness;
pub mod renewal;
pub mod review;
pub mod reviewing;
pub mod scalars;
pub mod scorecard;
pub mod session;
pub mod signing;
pub mod target;
pub mod user;
pub mod viewer;
pub mod visit;
pub mod webhook;

use std::hash::Hash;

use async_graphql::{
    Context, MergedObject, MergedSubscription, Request, SDLExportOptions, SchemaBuilder,
    dataloader::Loader, parser::types::OperationType,
};
use futures_util::future::BoxFuture;

use crate::{bus::memory::Bus, error::Error, op::Op};
use acting::Credential;
use loaders::{Loaders, Memory, RequestLoader};
use loading::Loads;

/// Everything that can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    viewer::ViewerQuery,
    node::NodeQuery,
    partnership::PartnershipQuery,
    plan::PlanQuery,
    activity::ActivityQuery,
    deal::DealQuery,
    alert::AlertQuery,
    alert_dry_run::AlertDryRunQuery,
    gap::GapQuery,
    live::EventQuery,
    rate_limit::RateLimitQuery,
);

/// Everything that can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    session::SessionMutation,
    user::UserMutation,
    integration::IntegrationMutation,
    webhook::WebhookMutation,
    organization::OrganizationMutation,
    programme::ProgrammeMutation,
    dimension::DimensionMutation,
    partnering::PartnershipMutation,
    planning::PlanMutation,
    target::TargetMutation,
    commitment::CommitmentMutation,
    signing::SigningMutation,
    amendment::AmendmentMutation,
    negotiation::NegotiationMutation,
    comment::CommentMutation,
    visit::VisitMutation,
    renewal::RenewalMutation,
    note::NoteMutation,
    notification::NotificationMutation,
    reviewing::ReviewMutation,
    following_up::FollowUpMutation,
    activity::ActivityMutation,
    deal_snapshot::DealMutation,
    dispute::DisputeMutation,
    alerting::AlertMutation,
    alert_rule::AlertRuleMutation,
    inbox::InboxMutation,
);

/// Everything that can be followed.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(live::Live);

/// The schema of the API.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema of the API, without anything of a single request; streams listen to `bus`.
pub fn schema(bus: Bus) -> Schema {
    without_nulls(bus).extension(nulls::Nulls).finish()
}

/// The schema in which an error reaches as far as the library lets it.
fn without_nulls(bus: Bus) -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        // No field returns it alone, but every item of a stream that is an event implements it.
        .register_output_type::<event::Event>()
        .data(bus)
}

/// The schema as text, as `schema.graphql` keeps it; fields stay in the order of their design.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().include_specified_by().use_space_ident();
    schema(Bus::default()).sdl_with_options(options)
}

/// The request, to be executed as `op` says; `credential` is what a stream asks again while it goes on.
///
/// The one place where a request gets its operation and its loader, which so always agree.
pub fn acting(request: impl Into<Request>, op: Op, credential: Credential) -> Request {
    let mut request = request.into();
    let loads = Loads::default();
    let loader = loaders::loaders(op.clone(), memory(&mut request), &loads);
    request.data(loader).data(loads).data(op).data(credential)
}

/// Only a query finds the house at its end as it was at its beginning.
fn memory(request: &mut Request) -> Memory {
    let only_reads = request.parsed_query().is_ok_and(|document| {
        document.operations.iter().all(|(_, operation)| operation.node.ty == OperationType::Query)
    });
    if only_reads { Memory::WholeRequest } else { Memory::Nothing }
}

/// Something that is being loaded.
pub type Loading<'a, K> = BoxFuture<'a, Result<Option<<Loaders as Loader<K>>::Value>, Error>>;

/// What a resolver finds in its context.
pub trait ContextExt {
    /// The operation under way: who asks, where things are kept, what time it is.
    fn op(&self) -> &Op;

    /// The loader of the request.
    fn loaders(&self) -> &RequestLoader;

    /// Loads one thing, together with what else is asked for now.
    ///
    /// Boxed, as whatever else a field of many siblings waits for: each field of an answer takes as much room as the largest of its
    /// type.
    fn load<K>(&self, key: K) -> Loading<'_, K>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K, Error = Error>,
    {
        Box::pin(self.loaders().load_one(key))
    }
}

impl ContextExt for Context<'_> {
    fn op(&self) -> &Op {
        self.data_unchecked()
    }

    fn loaders(&self) -> &RequestLoader {
        self.data_unchecked()
    }
}
