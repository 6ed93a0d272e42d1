//! Counter-proposals as both sides see, make and answer them.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    loaders::ThreadOf,
    page::{List, PageArgs, Paged, Total},
    plan::Plan,
    proposed::CounterProposalChangeInput,
    user::User,
};
use crate::{
    domain::{
        actor::Side,
        id::{CounterProposalId, PlanId, UserId},
        negotiation::{CounterProposalState, FieldChange},
    },
    entity::{counter_proposal, plan},
    service::{
        negotiation::{self, NewProposal, ProposalFilter},
        plans,
    },
};

/// A value that one side proposes for a single field, and what the other side says to it.
#[derive(Clone, Debug, Description)]
pub struct CounterProposal {
    /// The plan that it is on.
    pub plan: Arc<plan::Model>,
    /// The counter-proposal.
    pub row: counter_proposal::Model,
}

/// A value of a field.
#[derive(Clone, Debug, SimpleObject)]
pub struct FieldValue {
    /// As people read it; null where the field is empty.
    pub text: Option<String>,
    /// As JSON: amounts as exact decimals, people and dimension values by id.
    pub json: String,
}

impl FieldValue {
    fn of(change: &FieldChange) -> Self {
        Self { text: change.text(), json: change.value().to_string() }
    }
}

async fn person(ctx: &Context<'_>, id: Option<UserId>) -> Result<Option<User>, ApiError> {
    match id {
        Some(id) => Ok(ctx.load(id).await?.map(User)),
        None => Ok(None),
    }
}

#[Object(use_type_description)]
impl CounterProposal {
    /// Its id.
    pub async fn id(&self) -> CounterProposalId {
        self.row.id
    }

    /// The plan that it is on.
    async fn plan(&self) -> Plan {
        Plan(Arc::clone(&self.plan))
    }

    /// The id of what the field is of: the plan, a target or a commitment.
    async fn subject_id(&self) -> &str {
        &self.row.subject
    }

    /// The field, by what it is of and its name: `target.amount`.
    async fn field(&self) -> String {
        self.row.change.path()
    }

    /// What the field had when this was proposed.
    async fn before(&self) -> FieldValue {
        FieldValue::of(&self.row.before)
    }

    /// What is proposed.
    async fn value(&self) -> FieldValue {
        FieldValue::of(&self.row.change)
    }

    /// What the field has now; null where what it is of has been removed.
    async fn value_now(&self, ctx: &Context<'_>) -> Result<Option<FieldValue>, ApiError> {
        let now = Box::pin(negotiation::now(ctx.op(), &self.plan, &self.row.change)).await?;
        Ok(now.as_ref().map(FieldValue::of))
    }

    /// Why it is proposed.
    async fn reason(&self) -> &str {
        &self.row.reason
    }

    /// The side that proposes it.
    async fn side(&self) -> Side {
        self.row.side
    }

    /// Who proposed it.
    async fn proposed_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, self.row.proposed_by).await
    }

    /// When it was proposed.
    async fn proposed_at(&self) -> DateTime<Utc> {
        self.row.proposed_at
    }

    /// What has become of it.
    async fn state(&self) -> CounterProposalState {
        self.row.state
    }

    /// Who answered it or took it back; null while it is open, and when another change overtook it.
    async fn answered_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, self.row.answered_by).await
    }

    /// Why it was rejected or countered.
    async fn answer_reason(&self) -> Option<&str> {
        self.row.answer_reason.as_deref()
    }

    /// When it ceased to be open.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.row.answered_at
    }

    /// The id of the proposal that it counters; null where it begins a thread.
    async fn answers_id(&self) -> Option<CounterProposalId> {
        self.row.answers_id
    }

    /// The whole exchange about the field that it is part of, oldest first; 100 proposals at most.
    async fn thread(&self, ctx: &Context<'_>) -> Result<Vec<Self>, ApiError> {
        let rows = ctx.load(ThreadOf(self.row.thread_id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(|row| Self { plan: Arc::clone(&self.plan), row }).collect())
    }
}

/// Which counter-proposals are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CounterProposalFilter {
    /// Only in these states.
    pub states: Option<Vec<CounterProposalState>>,
    /// Only for fields of this part of the plan: its own id, a target's or a commitment's.
    pub subject_id: Option<async_graphql::ID>,
}

/// A page of the counter-proposals on a plan.
pub async fn page(
    ctx: &Context<'_>,
    plan: &Arc<plan::Model>,
    filter: CounterProposalFilter,
    args: PageArgs,
) -> Result<Paged<CounterProposal>, ApiError> {
    let list = List::new("counterProposals", &(plan.id, &filter));
    let filter =
        ProposalFilter { states: filter.states, subject: filter.subject_id.map(|id| id.0) };
    let op = ctx.op().clone();
    let found = negotiation::of_plan(&op, plan.id, &filter, list.page(&args)?).await?;
    let id = plan.id;
    let total = Total::new(move || {
        let (op, filter) = (op.clone(), filter.clone());
        async move { negotiation::count(&op, id, &filter).await }
    });
    let wrap = |row| CounterProposal { plan: Arc::clone(plan), row };
    Ok(list.connection(found, total, |row| row.id.0, wrap))
}

/// Proposes another value for a single field.
#[derive(Clone, Debug, InputObject)]
pub struct CounterProposeInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The value, for exactly one field.
    pub change: CounterProposalChangeInput,
    /// Why; 10,000 characters at most.
    pub reason: String,
    /// The other side's open proposal for the same field that this one counters.
    pub answering: Option<CounterProposalId>,
}

/// Takes the other side's value.
#[derive(Clone, Debug, InputObject)]
pub struct AcceptCounterProposalInput {
    /// The counter-proposal.
    pub counter_proposal_id: CounterProposalId,
    /// The plan's revision that the viewer saw.
    pub expected_revision: i32,
}

/// Refuses the other side's value.
#[derive(Clone, Debug, InputObject)]
pub struct RejectCounterProposalInput {
    /// The counter-proposal.
    pub counter_proposal_id: CounterProposalId,
    /// Why; 10,000 characters at most.
    pub reason: String,
}

/// Takes a proposal of the own side back.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawCounterProposalInput {
    /// The counter-proposal.
    pub counter_proposal_id: CounterProposalId,
}

payloads! {
    /// The new counter-proposal, or why there is none.
    CounterProposePayload {
        /// The counter-proposal.
        counter_proposal: CounterProposal
    }
    /// The accepted counter-proposal with the changed plan, or why both are as before.
    AcceptCounterProposalPayload {
        /// The counter-proposal.
        counter_proposal: CounterProposal
    }
    /// The rejected counter-proposal, or why it is as before.
    RejectCounterProposalPayload {
        /// The counter-proposal.
        counter_proposal: CounterProposal
    }
    /// The counter-proposal that was taken back, or why it is as before.
    WithdrawCounterProposalPayload {
        /// The counter-proposal.
        counter_proposal: CounterProposal
    }
}

fn proposal((plan, row): negotiation::Proposed) -> CounterProposal {
    CounterProposal { plan: plan.into(), row }
}

/// Mutations of counter-proposals.
#[derive(Clone, Copy, Debug, Default)]
pub struct NegotiationMutation;

#[Object]
impl NegotiationMutation {
    /// Proposes another value for a single field of a plan that is negotiated or amended; `answering` counters a proposal of the
    /// other side. A value that the field could not have is refused at once.
    async fn counter_propose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to propose, and why.")] input: CounterProposeInput,
    ) -> Result<CounterProposePayload, ApiError> {
        let op = ctx.op();
        let result = async {
            let plan = plans::get(op, input.plan_id).await?;
            let new = NewProposal {
                plan: plan.id,
                kept: input.change.kept(),
                changes: input.change.changes(op, plan.currency)?,
                reason: input.reason,
                answering: input.answering,
            };
            negotiation::propose(op, new).await
        };
        CounterProposePayload::of(result.await, proposal)
    }

    /// Takes the other side's value: the field is edited, and signatures are asked for later, as after any edit. Refused when the
    /// field has got another value since.
    async fn accept_counter_proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to accept.")] input: AcceptCounterProposalInput,
    ) -> Result<AcceptCounterProposalPayload, ApiError> {
        let result =
            negotiation::accept(ctx.op(), input.counter_proposal_id, input.expected_revision).await;
        AcceptCounterProposalPayload::of(result, proposal)
    }

    /// Refuses the other side's value; the field stays as it is.
    async fn reject_counter_proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to reject, and why.")] input: RejectCounterProposalInput,
    ) -> Result<RejectCounterProposalPayload, ApiError> {
        let result = negotiation::reject(ctx.op(), input.counter_proposal_id, input.reason).await;
        RejectCounterProposalPayload::of(result, proposal)
    }

    /// Takes an open proposal of the own side back.
    async fn withdraw_counter_proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to take back.")] input: WithdrawCounterProposalInput,
    ) -> Result<WithdrawCounterProposalPayload, ApiError> {
        let result = negotiation::withdraw(ctx.op(), input.counter_proposal_id).await;
        WithdrawCounterProposalPayload::of(result, proposal)
    }
}
