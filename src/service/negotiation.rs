//! Counter-proposals: one side proposes another value for a single field, the other accepts, rejects or counters (domain §4).

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, Select,
};
use serde_json::json;

use super::{
    access, changes,
    changes::{Editing, for_update},
    check, content, events, fields, history, objectives,
    outdating::event,
    page::{Found, Order, Page},
    plans,
};
use crate::{
    db::Tx,
    domain::{
        actor::Scope,
        event::EventKind,
        id::{CounterProposalId, ObjectiveId, PlanId},
        negotiation::{Answer, CounterProposalState, FieldChange, LONGEST_THREAD, MOST_OPEN},
        plan::PlanAction,
    },
    entity::{counter_proposal, plan},
    error::{Error, Result},
    op::Op,
};

/// A counter-proposal with its plan.
pub type Proposed = (plan::Model, counter_proposal::Model);

/// A counter-proposal to be made.
#[derive(Clone, Debug)]
pub struct NewProposal {
    /// On which plan.
    pub plan: PlanId,
    /// What is proposed: exactly one.
    pub changes: Vec<FieldChange>,
    /// Which objective of the plan each one is that is proposed, unless it is new.
    pub kept: Vec<Option<ObjectiveId>>,
    /// Why.
    pub reason: String,
    /// The other side's proposal that this one counters.
    pub answering: Option<CounterProposalId>,
}

/// Proposes another value for a single field.
///
/// The edit is tried out first, so that nobody is asked to accept what could not be accepted, and what is proposed is the value as the
/// plan would keep it.
pub async fn propose(op: &Op, new: NewProposal) -> Result<Proposed> {
    check::reason(&new.reason)?;
    let change = tried_out(op, new.plan, single(new.changes)?).await?;
    let (tx, plan, _) = for_update(op, new.plan, PlanAction::CounterPropose, None).await?;
    let member = op.member()?;
    objectives::check_kept(&plan.content, "change.plan.objectives", &new.kept)?;
    let before = value_now(&tx, &plan, &change).await?;
    let before = before.ok_or_else(|| gone(&change))?;
    if before == change {
        let message = format!("is {} already", change.text().as_deref().unwrap_or("empty"));
        return Err(Error::invalid(&format!("change.{}", change.path()), message));
    }
    check_open(&tx, &plan).await?;
    let id = op.mint();
    let mut told = Vec::new();
    let thread = match new.answering {
        None => id,
        Some(answered) => {
            let row = held(&tx, &plan, answered).await?;
            check_counter(&tx, &row, &change).await?;
            let answered =
                settle(&tx, op, &plan, row, Answer::Counter, Some(new.reason.clone())).await?;
            told.push(event(&plan, &answered, EventKind::CounterProposalAnswered));
            answered.thread_id
        }
    };
    let row = counter_proposal::ActiveModel {
        id: Set(id),
        plan_id: Set(plan.id),
        thread_id: Set(thread),
        answers_id: Set(new.answering),
        subject: Set(change.part(plan.id).to_string()),
        side: Set(member.side),
        proposed_by: Set(member.user()),
        change: Set(change),
        before: Set(before),
        reason: Set(new.reason),
        state: Set(CounterProposalState::Open),
        proposed_at: Set(op.now()),
        answered_by: Set(None),
        answer_reason: Set(None),
        answered_at: Set(None),
    };
    let row = row.insert(&*tx).await?;
    write(&tx, op, &plan, &row, "counterPropose").await?;
    told.push(event(&plan, &row, EventKind::CounterProposalMade));
    events::record(&tx, op, plan.vendor_id, told).await?;
    tx.commit().await?;
    Ok((plan, row))
}

/// Takes the other side's value: the field is edited as its own mutation would, and the proposal is accepted with it.
pub async fn accept(op: &Op, id: CounterProposalId, expected_revision: i32) -> Result<Proposed> {
    let (plan, _) = get(op, id).await?;
    let action = PlanAction::AnswerCounterProposal;
    let mut editing = Editing::begin_as(op, plan.id, action, expected_revision).await?;
    let row = held(&editing.tx, &editing.plan, id).await?;
    let row = settle(&editing.tx, op, &editing.plan, row, Answer::Accept, None).await?;
    let change = fields::apply(&mut editing, row.change.clone()).await?;
    write(&editing.tx, op, &editing.plan, &row, "acceptCounterProposal").await?;
    editing.told.push(event(&editing.plan, &row, EventKind::CounterProposalAnswered));
    Ok((editing.finish(op, change).await?, row))
}

/// Refuses the other side's value, with a reason.
pub async fn reject(op: &Op, id: CounterProposalId, reason: String) -> Result<Proposed> {
    check::reason(&reason)?;
    end(op, id, Answer::Reject, Some(reason), "rejectCounterProposal").await
}

/// Takes the own side's proposal back.
pub async fn withdraw(op: &Op, id: CounterProposalId) -> Result<Proposed> {
    end(op, id, Answer::Withdraw, None, "withdrawCounterProposal").await
}

async fn end(
    op: &Op,
    id: CounterProposalId,
    answer: Answer,
    reason: Option<String>,
    action: &'static str,
) -> Result<Proposed> {
    let (plan, _) = get(op, id).await?;
    let (tx, plan, _) = for_update(op, plan.id, PlanAction::AnswerCounterProposal, None).await?;
    let row = held(&tx, &plan, id).await?;
    let row = settle(&tx, op, &plan, row, answer, reason).await?;
    write(&tx, op, &plan, &row, action).await?;
    let told = vec![event(&plan, &row, EventKind::CounterProposalAnswered)];
    events::record(&tx, op, plan.vendor_id, told).await?;
    tx.commit().await?;
    Ok((plan, row))
}

/// Gives a proposal its answer; refused for the wrong side, and for what is settled or overtaken, with the value now.
async fn settle(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    row: counter_proposal::Model,
    answer: Answer,
    reason: Option<String>,
) -> Result<counter_proposal::Model> {
    let member = op.member()?;
    let is_own = member.side == row.side;
    if is_own != (answer == Answer::Withdraw) {
        let who = if is_own {
            "only the other side answers a counter-proposal"
        } else {
            "only the side that proposed it takes it back"
        };
        return Err(Error::Forbidden(who.to_owned()));
    }
    let now = value_now(tx, plan, &row.change).await?;
    let settled = |state| Error::CounterProposalSettled {
        id: row.id,
        state,
        now: now.as_ref().and_then(FieldChange::text),
    };
    let state = row.state.after(answer).map_err(|before| settled(before.0))?;
    if now.as_ref() != Some(&row.before) {
        return Err(settled(CounterProposalState::Outdated));
    }
    let mut row = row.into_active_model();
    row.state = Set(state);
    row.answered_by = Set(member.user());
    row.answer_reason = Set(reason);
    row.answered_at = Set(Some(op.now()));
    Ok(row.update(&**tx).await?)
}

/// The change as the plan would keep it; nothing of the trial stays.
async fn tried_out(op: &Op, plan: PlanId, change: FieldChange) -> Result<FieldChange> {
    let mut trial = Editing::begin_as(op, plan, PlanAction::CounterPropose, None).await?;
    let path = format!("change.{}", change.path());
    fields::apply(&mut trial, change.clone()).await.map_err(|error| match error {
        Error::Invalid(invalid) => Error::invalid(&path, invalid.message),
        Error::Unknown(unknown) => Error::unknown(&path, unknown.message),
        other => other,
    })?;
    let kept = value_now(&trial.tx, &trial.plan, &change).await?;
    kept.ok_or_else(|| gone(&change))
}

fn gone(change: &FieldChange) -> Error {
    Error::NotFound(match change {
        FieldChange::Plan { .. } => "plan",
        FieldChange::Target { .. } => "target",
        FieldChange::Commitment { .. } => "commitment",
    })
}

fn single(changes: Vec<FieldChange>) -> Result<FieldChange> {
    let paths: Vec<String> = changes.iter().map(FieldChange::path).collect();
    match <[FieldChange; 1]>::try_from(changes) {
        Ok([change]) => Ok(change),
        Err(none) if none.is_empty() => {
            Err(Error::invalid("change", "names no field; propose a value for exactly one"))
        }
        Err(_several) => {
            let message = format!("names {}; propose a value for exactly one", paths.join(", "));
            Err(Error::invalid("change", message))
        }
    }
}

async fn check_open(tx: &Tx, plan: &plan::Model) -> Result<()> {
    let open = counter_proposal::Entity::find()
        .filter(counter_proposal::Column::PlanId.eq(plan.id))
        .filter(counter_proposal::Column::State.eq(CounterProposalState::Open));
    if open.count(&**tx).await? >= MOST_OPEN {
        let message = format!("has {MOST_OPEN} open counter-proposals, which is the most");
        return Err(Error::invalid("planId", message));
    }
    Ok(())
}

/// A counter is about the same field, in a thread that has room.
async fn check_counter(
    tx: &Tx,
    answered: &counter_proposal::Model,
    change: &FieldChange,
) -> Result<()> {
    let plan = answered.plan_id;
    if (answered.change.part(plan), answered.change.path()) != (change.part(plan), change.path()) {
        let message = format!("`{}` is about {}", answered.id, answered.change.path());
        return Err(Error::invalid("answering", message));
    }
    let thread = counter_proposal::Entity::find()
        .filter(counter_proposal::Column::ThreadId.eq(answered.thread_id));
    if thread.count(&**tx).await? >= LONGEST_THREAD {
        let message = format!("the thread has {LONGEST_THREAD} proposals, which is the most");
        return Err(Error::invalid("answering", message));
    }
    Ok(())
}

/// What the field of a change has now, as the plan was written last; none where what it is of is gone. The caller has seen the plan.
pub async fn now(op: &Op, plan: &plan::Model, change: &FieldChange) -> Result<Option<FieldChange>> {
    let (targets, commitments) = content::of_plan(op.db.read(), plan.id).await?;
    Ok(fields::now(&content::as_written(plan.clone()), &targets, &commitments, change))
}

async fn value_now(
    tx: &Tx,
    plan: &plan::Model,
    change: &FieldChange,
) -> Result<Option<FieldChange>> {
    let (targets, commitments) = content::of_plan(&**tx, plan.id).await?;
    Ok(fields::now(plan, &targets, &commitments, change))
}

/// The proposal, read under the plan's lock.
async fn held(
    tx: &Tx,
    plan: &plan::Model,
    id: CounterProposalId,
) -> Result<counter_proposal::Model> {
    let found = counter_proposal::Entity::find_by_id(id).one(&**tx).await?;
    found.filter(|row| row.plan_id == plan.id).ok_or(Error::NotFound("counter-proposal"))
}

async fn write(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    row: &counter_proposal::Model,
    action: &'static str,
) -> Result<()> {
    let kept = |change: &FieldChange| json!({ "field": change.path(), "value": change.value() });
    let mut after = kept(&row.change);
    after["subject"] = json!(row.subject);
    after["state"] = json!(row.state);
    after["reason"] = json!(row.answer_reason.as_ref().unwrap_or(&row.reason));
    let entry = history::Entry {
        plan: plan.id,
        action,
        subject: row.id.to_string(),
        seen_by: changes::seen_by(plan),
        before: Some(kept(&row.before)),
        after: Some(after),
    };
    history::write(tx, op, entry).await
}

/// A counter-proposal, if the caller may see its plan.
pub async fn find(op: &Op, id: CounterProposalId) -> Result<Option<Proposed>> {
    access::scope(op, Scope::PlansRead)?;
    let found =
        counter_proposal::Entity::visible_to(&op.actor).filter(counter_proposal::Column::Id.eq(id));
    let Some(row) = found.one(op.db.read()).await? else { return Ok(None) };
    Ok(plans::find(op, row.plan_id).await?.map(|plan| (plan, row)))
}

/// A counter-proposal whose plan the caller must be able to see.
async fn get(op: &Op, id: CounterProposalId) -> Result<Proposed> {
    op.member()?;
    find(op, id).await?.ok_or(Error::NotFound("counter-proposal"))
}

/// Which counter-proposals of a plan are wanted.
#[derive(Clone, Debug, Default)]
pub struct ProposalFilter {
    /// Only in these states.
    pub states: Option<Vec<CounterProposalState>>,
    /// Only for fields of this part of the plan.
    pub subject: Option<String>,
}

fn filtered(
    op: &Op,
    plan: PlanId,
    filter: &ProposalFilter,
) -> Result<Select<counter_proposal::Entity>> {
    let mut found = counter_proposal::Entity::visible_to(&op.actor)
        .filter(counter_proposal::Column::PlanId.eq(plan));
    if let Some(states) = &filter.states {
        found = found.filter(counter_proposal::Column::State.is_in(states.iter().copied()));
    }
    if let Some(subject) = &filter.subject {
        check::short("filter.subjectId", subject)?;
        found = found.filter(counter_proposal::Column::Subject.eq(subject));
    }
    Ok(found)
}

/// The counter-proposals on a plan that the caller has already seen, the latest first.
pub async fn of_plan(
    op: &Op,
    plan: PlanId,
    filter: &ProposalFilter,
    page: Page,
) -> Result<Found<counter_proposal::Model>> {
    let found = filtered(op, plan, filter)?;
    page.of(op.db.read(), found, counter_proposal::Column::Id, Order::NewestFirst).await
}

/// How many there are.
pub async fn count(op: &Op, plan: PlanId, filter: &ProposalFilter) -> Result<u64> {
    Ok(filtered(op, plan, filter)?.count(op.db.read()).await?)
}

/// The proposals of each thread, oldest first.
pub async fn of_threads(
    op: &Op,
    threads: &[CounterProposalId],
) -> Result<BTreeMap<CounterProposalId, Vec<counter_proposal::Model>>> {
    let found = counter_proposal::Entity::visible_to(&op.actor)
        .filter(counter_proposal::Column::ThreadId.is_in(threads.iter().copied()))
        .order_by_asc(counter_proposal::Column::Id)
        .all(op.db.read())
        .await?;
    Ok(content::grouped(found, |row| row.thread_id))
}
