//! Disputes: either side says that a fact is not so, the vendor decides (domain §6, docs/decisions/disputes.md).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, SqlErr, sea_query::SimpleExpr,
};
use serde_json::json;

use super::{
    access,
    activities::{self, RowOutcome},
    consequences,
    events::{self, NewEvent},
    grounds::Grounds,
    history, portions, rollups,
};
use crate::{
    db::Tx,
    domain::{
        activity::{ActivityKind, Payload, Provenance},
        actor::{Scope, Side},
        dispute::{DisputeOutcome, DisputeState, disputable},
        event::{EventBody, EventKind},
        id::ActivityId,
        recording::{self, LONGEST_TEXT, NewActivity},
    },
    entity::{activity, dispute, partnership},
    error::{Error, Result},
    op::Op,
};

/// The system that takes facts back when a dispute is upheld.
const SOURCE: &str = "dispute";

/// What the vendor decides of a dispute.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// The fact that is disputed.
    pub activity: ActivityId,
    /// What is so.
    pub outcome: DisputeOutcome,
    /// Why.
    pub reason: String,
}

/// Says that a fact is not so. It goes on counting, and is told apart.
///
/// Whoever may record facts about the partnership may dispute one, whoever recorded it.
pub async fn raise(op: &Op, id: ActivityId, reason: &str) -> Result<activity::Model> {
    let reason = because(reason)?;
    let tx = op.db.write().await?;
    let (partnership, fact) = held(&tx, op, id).await?;
    disputable(fact.kind, fact.provenance, fact.is_superseded)
        .map_err(|why| Error::invalid("activityId", why))?;
    let row = dispute::ActiveModel {
        id: Set(op.mint()),
        vendor_id: Set(fact.vendor_id),
        partnership_id: Set(fact.partnership_id),
        activity_id: Set(id),
        state: Set(DisputeState::Open),
        reason: Set(reason.clone()),
        raised_by: Set(events::label(&op.actor)),
        raised_side: Set(op.actor.side()),
        raised_at: Set(op.now()),
        resolution: Set(None),
        resolved_by: Set(None),
        resolved_at: Set(None),
        superseded_by_id: Set(None),
    };
    row.insert(&*tx).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::invalid("activityId", "it is disputed already")
        }
        _ => error.into(),
    })?;
    let former = fact.provenance;
    let (fact, mut told) =
        vouched(&tx, op, &partnership, fact, Provenance::Disputed, Some(former)).await?;
    let after = json!({ "reason": reason });
    let telling = Telling {
        kind: EventKind::ActivityDisputed,
        action: "disputeActivity",
        before: history::kept(&former)?,
        after: Some(after),
    };
    told.extend(tell(&tx, op, &partnership, &fact, telling).await?);
    events::record(&tx, op, fact.vendor_id, told).await?;
    tx.commit().await?;
    Ok(fact)
}

/// Decides a dispute: the fact is taken back by an adjustment, or vouched for as before. For those of the vendor who work on the
/// partnership.
pub async fn resolve(op: &Op, resolution: Resolution) -> Result<activity::Model> {
    let reason = because(&resolution.reason)?;
    let tx = op.db.write().await?;
    let (partnership, fact) = held(&tx, op, resolution.activity).await?;
    if op.actor.side() == Some(Side::Partner) {
        return Err(Error::Forbidden("disputes are resolved by the vendor".to_owned()));
    }
    let open = open_of(&tx, [fact.id]).await?.pop();
    let open = open.ok_or_else(|| Error::invalid("activityId", "it is not disputed"))?;
    let mut row = open.into_active_model();
    row.state = Set(resolution.outcome.into());
    row.resolution = Set(Some(reason.clone()));
    row.resolved_by = Set(Some(events::label(&op.actor)));
    row.resolved_at = Set(Some(op.now()));
    let settled = row.update(&*tx).await?;
    let before = history::kept(&DisputeState::Open)?;
    let after = json!({ "outcome": resolution.outcome, "reason": reason });
    let telling = Telling {
        kind: EventKind::DisputeResolved,
        action: "resolveDispute",
        before,
        after: Some(after),
    };
    let (fact, mut told) = match (resolution.outcome, fact.former_provenance) {
        (DisputeOutcome::Rejected, former) => {
            let former = former.ok_or_else(|| Error::Inconsistent(format!("{}", fact.id)))?;
            vouched(&tx, op, &partnership, fact, former, None).await?
        }
        (DisputeOutcome::Upheld, _) => {
            let by = take_back(&tx, op, &fact, &settled, reason).await?;
            let mut row = settled.into_active_model();
            row.superseded_by_id = Set(Some(by));
            row.update(&*tx).await?;
            (activity::Model { is_superseded: true, ..fact }, Vec::new())
        }
    };
    told.extend(tell(&tx, op, &partnership, &fact, telling).await?);
    events::record(&tx, op, fact.vendor_id, told).await?;
    tx.commit().await?;
    Ok(fact)
}

/// The disputes of each fact, the latest first. The caller has already seen the facts.
pub async fn of_activities(
    op: &Op,
    ids: &[ActivityId],
) -> Result<HashMap<ActivityId, Vec<dispute::Model>>> {
    let found = dispute::Entity::visible_to(&op.actor)
        .filter(dispute::Column::ActivityId.is_in(ids.iter().copied()))
        .order_by_desc(dispute::Column::Id)
        .all(op.db.read())
        .await?;
    let mut disputes: HashMap<ActivityId, Vec<dispute::Model>> = HashMap::new();
    for row in found {
        disputes.entry(row.activity_id).or_default().push(row);
    }
    Ok(disputes)
}

/// Closes the disputes of facts that others take the place of, and says so.
pub async fn close_superseded(
    tx: &Tx,
    op: &Op,
    partnership: &partnership::Model,
    replaced: &[activity::Model],
    by: &[activity::Model],
) -> Result<Vec<NewEvent>> {
    let disputed: BTreeMap<ActivityId, &activity::Model> = replaced
        .iter()
        .filter(|fact| fact.provenance == Provenance::Disputed)
        .map(|fact| (fact.id, fact))
        .collect();
    let mut told = Vec::new();
    for open in open_of(tx, disputed.keys().copied()).await? {
        let Some(fact) = disputed.get(&open.activity_id) else { continue };
        let correction = by.iter().find(|row| row.supersedes_id == Some(fact.id));
        let mut row = open.into_active_model();
        row.state = Set(DisputeState::Corrected);
        row.resolution = Set(correction.and_then(|row| row.reason.clone()));
        row.resolved_by = Set(Some(events::label(&op.actor)));
        row.resolved_at = Set(Some(op.now()));
        row.superseded_by_id = Set(correction.map(|row| row.id));
        row.update(&**tx).await?;
        let telling = Telling {
            kind: EventKind::DisputeResolved,
            action: "recordActivities",
            before: history::kept(&DisputeState::Open)?,
            after: history::kept(&DisputeState::Corrected)?,
        };
        told.extend(tell(tx, op, partnership, fact, telling).await?);
    }
    Ok(told)
}

fn because(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "must not be empty"));
    }
    recording::text("reason", reason, LONGEST_TEXT)?;
    Ok(reason.to_owned())
}

/// The fact under its partnership's lock, if the caller may record facts there.
async fn held(tx: &Tx, op: &Op, id: ActivityId) -> Result<(partnership::Model, activity::Model)> {
    access::scope(op, Scope::ActivitiesWrite)?;
    let find = || activity::Entity::visible_to(&op.actor).filter(activity::Column::Id.eq(id));
    let seen = find().one(&**tx).await?.ok_or(Error::NotFound("activity"))?;
    let partnership = access::hold(tx, op, seen.partnership_id).await?;
    let may = op.actor.member().is_none_or(|member| member.records_for(partnership.id));
    if !may {
        let who = "disputes are for those who work on the partnership";
        return Err(Error::Forbidden(who.to_owned()));
    }
    let fact = find().one(&**tx).await?.ok_or(Error::NotFound("activity"))?;
    Ok((partnership, fact))
}

async fn open_of(
    tx: &Tx,
    facts: impl IntoIterator<Item = ActivityId>,
) -> Result<Vec<dispute::Model>> {
    let mut open = Vec::new();
    for portion in portions::keys(facts) {
        let found = dispute::Entity::find()
            .filter(dispute::Column::ActivityId.is_in(portion))
            .filter(dispute::Column::State.eq(DisputeState::Open));
        open.extend(found.all(&**tx).await?);
    }
    Ok(open)
}

/// Stores who vouches for the fact now, and counts what it is about anew.
async fn vouched(
    tx: &Tx,
    op: &Op,
    partnership: &partnership::Model,
    fact: activity::Model,
    provenance: Provenance,
    former: Option<Provenance>,
) -> Result<(activity::Model, Vec<NewEvent>)> {
    let subject = BTreeSet::from([fact.subject.clone()]);
    let before = rollups::facts_of(&**tx, partnership.id, subject).await?;
    let mut row = fact.into_active_model();
    row.provenance = Set(provenance);
    row.former_provenance = Set(former);
    let fact = row.update(&**tx).await?;
    let events = consequences::reweigh(tx, op, partnership, &before).await?;
    Ok((fact, events))
}

/// Takes the fact back by an adjustment, recorded like any other.
async fn take_back(
    tx: &Tx,
    op: &Op,
    fact: &activity::Model,
    dispute: &dispute::Model,
    reason: String,
) -> Result<ActivityId> {
    let rows = [Ok(NewActivity {
        partnership: fact.partnership_id,
        source: SOURCE.to_owned(),
        external_id: dispute.id.to_string(),
        kind: ActivityKind::Adjustment,
        occurred_on: fact.occurred_on,
        product_line: None,
        segment: None,
        country: None,
        payload: Payload::Adjustment,
        supersedes: Some(fact.id),
        reason: Some(reason),
    })];
    let grounds = Grounds::of(tx, op, BTreeSet::from([fact.partnership_id])).await?;
    let (intake, mut results) = activities::judge(tx, op, &grounds, &rows).await?;
    let result = results.pop().filter(|result| result.outcome == RowOutcome::Superseded);
    let taken = result.and_then(|result| result.activity);
    let taken = taken.ok_or_else(|| Error::Inconsistent(format!("{} stays", fact.id)))?;
    activities::land(tx, op, &grounds, intake).await?;
    Ok(taken)
}

/// What is told of a dispute.
struct Telling {
    kind: EventKind,
    action: &'static str,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
}

/// Writes it into the history of the plans in whose period the fact falls, and gives what both sides hear of it.
async fn tell(
    tx: &Tx,
    op: &Op,
    partnership: &partnership::Model,
    fact: &activity::Model,
    telling: Telling,
) -> Result<Vec<NewEvent>> {
    let mut told = Vec::new();
    for plan in consequences::plans_in_force(tx, partnership).await? {
        if !(plan.starts_on..=plan.ends_on).contains(&fact.occurred_on) {
            continue;
        }
        let entry = history::Entry {
            plan: plan.id,
            action: telling.action,
            subject: fact.id.to_string(),
            seen_by: None,
            before: telling.before.clone(),
            after: telling.after.clone(),
        };
        history::write(tx, op, entry).await?;
        told.push(NewEvent {
            kind: telling.kind,
            plan: plan.id,
            partnership: partnership.id,
            subject: fact.id.0,
            seen_by: None,
            body: EventBody::Activity { activity: fact.id },
        });
    }
    Ok(told)
}

/// Facts that have a dispute in one of these states.
pub fn in_states(states: &[DisputeState]) -> SimpleExpr {
    let disputed = dispute::Entity::find()
        .select_only()
        .column(dispute::Column::ActivityId)
        .filter(dispute::Column::State.is_in(states.iter().copied()));
    activity::Column::Id.in_subquery(disputed.into_query())
}
