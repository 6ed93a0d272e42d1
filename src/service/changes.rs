//! What every change of a plan has in common: the lock, the permission, the state, the revision, the telling.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{alerts, content, events, events::NewEvent, history, outdating, signing};
use crate::{
    db::{Held, Tx},
    domain::{
        actor::Side,
        content::{Head, WorkingCopy},
        event::{EventBody, EventKind},
        id::{PartnershipId, PlanId},
        plan::{PlanAction, PlanStage, PlanStanding},
    },
    entity::{partnership, plan},
    error::{Error, Result},
    op::Op,
};

/// Begins a change: the plan under its partnership's lock, and the stage it will move to.
///
/// The lock keeps changes of one partnership's plans and facts one after the other; nothing else is locked before it.
pub async fn for_update(
    op: &Op,
    id: PlanId,
    action: PlanAction,
    expected_revision: Option<i32>,
) -> Result<(Tx, plan::Model, PlanStage)> {
    let member = op.member()?;
    let tx = op.db.write().await?;
    let seen =
        plan::Entity::visible_to(&op.actor).filter(plan::Column::Id.eq(id)).one(&*tx).await?;
    let seen = seen.ok_or(Error::NotFound("plan"))?;
    lock(&tx, seen.partnership_id).await?;
    let plan =
        plan::Entity::visible_to(&op.actor).filter(plan::Column::Id.eq(id)).one(&*tx).await?;
    let plan = plan.ok_or(Error::NotFound("plan"))?;

    let standing = standing(&plan);
    if !standing.allows(member, action) {
        return Err(Error::Forbidden(format!("{action} is not for your role")));
    }
    let next = plan.stage().after(action).map_err(|_wrong| Error::InvalidTransition {
        action,
        from: plan.state,
        allowed: allowed(op, &plan),
    })?;
    match expected_revision.filter(|expected| *expected != plan.revision) {
        Some(expected) => {
            Err(Error::RevisionConflict { plan: id, expected, current: plan.revision })
        }
        None => Ok((tx, plan, next)),
    }
}

/// Takes the lock under which a partnership's plans and facts change; PostgreSQL alone needs it.
pub async fn lock(tx: &Tx, partnership: PartnershipId) -> Result<()> {
    partnership::Entity::find_by_id(partnership).held().one(&**tx).await?;
    Ok(())
}

/// What decides who may act on a plan.
pub fn standing(plan: &plan::Model) -> PlanStanding {
    let plan = content::as_written(plan.clone());
    PlanStanding {
        partnership: plan.partnership_id,
        mode: plan.mode,
        vendor_sponsor: plan.vendor_sponsor_id,
        partner_sponsor: plan.partner_sponsor_id,
    }
}

/// What the caller can do to a plan now.
pub fn allowed(op: &Op, plan: &plan::Model) -> Vec<PlanAction> {
    let Some(member) = op.actor.member() else { return Vec::new() };
    let standing = standing(plan);
    PlanAction::ALL
        .into_iter()
        .filter(|action| plan.stage().after(*action).is_ok() && standing.allows(member, *action))
        .collect()
}

/// The one side that may know of what happens to a plan: the drafting one, until it is shared.
pub fn seen_by(plan: &plan::Model) -> Option<Side> {
    plan.shared_at.is_none().then_some(plan.drafted_by)
}

/// Stores a plan that has moved to another state.
pub async fn moved(tx: &Tx, op: &Op, plan: plan::Model, next: PlanStage) -> Result<plan::Model> {
    let plan = plan::Model {
        state: next.state,
        amendment: next.amendment,
        revision: plan.revision + 1,
        updated_at: op.now(),
        ..plan
    };
    Ok(plan.into_active_model().reset_all().update(&**tx).await?)
}

/// Writes the event and the history entry of something done to a plan as a whole.
pub async fn announce(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    kind: EventKind,
    action: &'static str,
    body: EventBody,
    after: Option<serde_json::Value>,
) -> Result<()> {
    let subject = plan.id.to_string();
    let seen_by = seen_by(plan);
    history::write(
        tx,
        op,
        history::Entry { plan: plan.id, action, subject, seen_by, before: None, after },
    )
    .await?;
    let event = NewEvent {
        kind,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: plan.id.0,
        seen_by,
        body,
    };
    events::record(tx, op, plan.vendor_id, vec![event]).await
}

/// What a change of content did, for the history.
#[derive(Clone, Debug)]
pub struct Change {
    /// The mutation: `addTarget`.
    pub action: &'static str,
    /// The id of what it changed.
    pub subject: String,
    /// What it was before.
    pub before: Option<serde_json::Value>,
    /// What it is now.
    pub after: Option<serde_json::Value>,
}

/// A change of content under way: begun on the revision that the editor saw, finished with the next one.
#[derive(Debug)]
pub struct Editing {
    /// The transaction.
    pub tx: Tx,
    /// The plan as it was written last, already in the stage that editing leads to.
    pub plan: plan::Model,
    /// What is told beside the change itself.
    pub told: Vec<NewEvent>,
    was_proposed: bool,
    /// What the plan in force says of itself while a working copy of it is edited.
    in_force: Option<Head>,
}

impl Editing {
    /// Begins to change the content of a plan.
    pub async fn begin(op: &Op, id: PlanId, expected_revision: i32) -> Result<Self> {
        Self::begin_as(op, id, PlanAction::Edit, expected_revision).await
    }

    /// Begins to change a plan by an action of its own; at whatever revision, when none is expected.
    pub async fn begin_as(
        op: &Op,
        id: PlanId,
        action: PlanAction,
        expected_revision: impl Into<Option<i32>>,
    ) -> Result<Self> {
        let (tx, plan, next) = for_update(op, id, action, expected_revision.into()).await?;
        let was_proposed = plan.stage().is_proposed();
        let plan = plan::Model { state: next.state, amendment: next.amendment, ..plan };
        let in_force = plan.working_copy.is_some().then(|| content::head(&plan));
        Ok(Self { tx, plan: content::as_written(plan), told: Vec::new(), was_proposed, in_force })
    }

    /// Stores the plan, tells what was changed, and makes it last. Signatures under a proposal no longer count.
    pub async fn finish(mut self, op: &Op, change: Change) -> Result<plan::Model> {
        let (tx, mut events) = (&self.tx, Vec::new());
        let to_event = |plan: &plan::Model, kind, body| NewEvent {
            kind,
            plan: plan.id,
            partnership: plan.partnership_id,
            subject: plan.id.0,
            seen_by: seen_by(plan),
            body,
        };
        if self.was_proposed {
            signing::void(tx, op, &mut self.plan).await?;
            events.push(to_event(&self.plan, EventKind::ProposalEnded, EventBody::Plain));
        }
        if let (Some(in_force), Some(copy)) = (self.in_force, self.plan.working_copy.take()) {
            let head = content::head(&self.plan);
            let working_copy = Some(WorkingCopy { head, effective_on: None, ..copy });
            let plan = plan::Model { working_copy, ..self.plan };
            self.plan = content::with_head(plan, in_force);
        }
        let next = self.plan.stage();
        let plan = moved(tx, op, self.plan, next).await?;
        let entry = history::Entry {
            plan: plan.id,
            action: change.action,
            subject: change.subject,
            seen_by: seen_by(&plan),
            before: change.before,
            after: change.after,
        };
        history::write(tx, op, entry).await?;
        let body = EventBody::Edited { change: change.action.to_owned(), revision: plan.revision };
        events.push(to_event(&plan, EventKind::PlanEdited, body));
        events.extend(self.told);
        events.extend(outdating::settle(tx, op, &plan).await?);
        if self.was_proposed {
            events.extend(alerts::evaluate_today(tx, op, &plan).await?);
        }
        events::record(tx, op, plan.vendor_id, events).await?;
        self.tx.commit().await?;
        Ok(plan)
    }
}
