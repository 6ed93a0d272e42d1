//! Holding a review: its figures are frozen, its minutes written down, what was agreed is to be done (domain §8).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::json;

use super::{
    activities,
    assigning::{self, NewActionItem, Origin},
    check, content, participants,
    reviews::{Deed, Reviewing},
    scorecards,
};
use crate::{
    db::Tx,
    domain::{
        event::EventKind,
        id::{ReviewId, TargetId, UserId},
        minutes::{Assessment, Attendee, Minutes, Outlook},
        review::{Meeting, stage::ReviewAction},
    },
    entity::{plan, review},
    error::{Error, Result},
    op::Op,
};

/// People at one review at most.
const MOST_ATTENDEES: usize = 100;

/// Decisions of one review at most.
const MOST_DECISIONS: usize = 100;

/// Action items of one review at most.
const MOST_ACTIONS: usize = 50;

/// What came of a review.
#[derive(Clone, Debug)]
pub struct Holding {
    /// The day; today when none.
    pub held_on: Option<NaiveDate>,
    /// Who was there.
    pub attendees: Vec<NewAttendee>,
    /// What was made of the targets.
    pub assessments: Vec<NewAssessment>,
    /// What was decided.
    pub decisions: Vec<String>,
    /// What was said.
    pub minutes: Option<String>,
    /// What is to be done.
    pub actions: Vec<NewActionItem>,
}

/// Somebody who was there.
#[derive(Clone, Debug)]
pub enum NewAttendee {
    /// A person of either side, perhaps one who has left since.
    Person(UserId),
    /// A guest, by name.
    Guest(String),
}

/// What those who met make of a target.
#[derive(Clone, Debug)]
pub struct NewAssessment {
    /// The target.
    pub target: TargetId,
    /// What was said.
    pub text: String,
    /// How it will go on.
    pub outlook: Outlook,
}

/// Holds a review: freezes the figures of its day, and keeps what came of it.
///
/// Refused for a day to come, and before what the review looks back on is over.
pub async fn hold(op: &Op, id: ReviewId, holding: Holding) -> Result<(plan::Model, review::Model)> {
    let reviewing = Reviewing::begin(op, id, ReviewAction::Hold).await?;
    let Reviewing { tx, plan, review, next } = &reviewing;
    let today = activities::today(tx, op, plan.vendor_id).await?;
    let on = holding.held_on.unwrap_or(today);
    let meeting = Meeting {
        on,
        today,
        in_force_from: plan.activated_on.unwrap_or(plan.starts_on),
        covers_to: review.covers_to,
    };
    meeting.check().map_err(|fault| Error::invalid("heldOn", fault))?;
    let actions = holding.actions.clone();
    check_count("actions", actions.len(), MOST_ACTIONS)?;
    let minutes = checked(tx, op, plan, holding).await?;

    let card = scorecards::freeze(&**tx, plan, on).await?;
    let frozen = scorecards::store(tx, op, plan, Some(id), &card).await?;
    let mut events = Vec::with_capacity(actions.len());
    for (at, action) in actions.into_iter().enumerate() {
        let origin = Origin { review: Some(id), ..Origin::of(format!("actions.{at}."), on) };
        let (_, event) = assigning::insert(tx, op, plan, origin, action).await?;
        events.push(event);
    }
    let deed = Deed {
        kind: EventKind::ReviewHeld,
        action: "holdReview",
        before: None,
        after: Some(json!({ "number": review.number, "heldOn": on, "hash": frozen.hash,
            "minutes": minutes })),
    };
    let row = review::Model {
        state: *next,
        held_on: Some(on),
        held_at: Some(op.now()),
        held_by: op.member()?.user(),
        minutes: Some(minutes),
        ..review.clone()
    };
    reviewing.finish(op, row, deed, events).await
}

async fn checked(tx: &Tx, op: &Op, plan: &plan::Model, holding: Holding) -> Result<Minutes> {
    if let Some(text) = &holding.minutes {
        check::text_at("minutes", text)?;
    }
    check_decisions(&holding.decisions)?;
    Ok(Minutes {
        text: holding.minutes,
        decisions: holding.decisions,
        attendees: attendees(tx, op, plan, holding.attendees).await?,
        assessments: assessments(tx, plan, holding.assessments).await?,
    })
}

/// Checks what was decided, as it is first written down and as it is amended.
pub(super) fn check_decisions(decisions: &[String]) -> Result<()> {
    check_count("decisions", decisions.len(), MOST_DECISIONS)?;
    (0..).zip(decisions).try_for_each(|(at, decision)| {
        let path = format!("decisions.{at}");
        if decision.trim().is_empty() {
            return Err(Error::invalid(&path, "must not be empty"));
        }
        check::text_at(&path, decision)
    })
}

async fn attendees(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    attendees: Vec<NewAttendee>,
) -> Result<Vec<Attendee>> {
    check_count("attendees", attendees.len(), MOST_ATTENDEES)?;
    let ids = attendees.iter().filter_map(|attendee| match attendee {
        NewAttendee::Person(id) => Some(*id),
        NewAttendee::Guest(_) => None,
    });
    let known = participants::among(tx, op, plan, ids.collect::<Vec<_>>()).await?;
    let named = (0..).zip(attendees).map(|(at, attendee)| match attendee {
        NewAttendee::Person(id) => {
            let user = known.get(&id).ok_or_else(|| {
                let message = format!("`{id}` is nobody of the two parties");
                Error::unknown(&format!("attendees.{at}.userId"), message)
            })?;
            let side = Some(participants::side_of(plan, user));
            Ok(Attendee { user: Some(id), name: user.name.clone(), side })
        }
        NewAttendee::Guest(name) => {
            let name = check::name(&format!("attendees.{at}.name"), &name)?;
            Ok(Attendee { user: None, name, side: None })
        }
    });
    named.collect()
}

async fn assessments(
    tx: &Tx,
    plan: &plan::Model,
    assessments: Vec<NewAssessment>,
) -> Result<Vec<Assessment>> {
    let (targets, _) = content::of_plan(&**tx, plan.id).await?;
    let mut seen = BTreeSet::new();
    let named = (0..).zip(assessments).map(|(at, NewAssessment { target, text, outlook })| {
        let path = format!("assessments.{at}.targetId");
        let found = targets
            .iter()
            .find(|row| row.id == target)
            .ok_or_else(|| Error::unknown(&path, format!("`{target}` is no target of the plan")))?;
        if !seen.insert(target) {
            return Err(Error::invalid(&path, format!("`{target}` is assessed twice")));
        }
        check::text_at(&format!("assessments.{at}.text"), &text)?;
        Ok(Assessment { target, name: found.name.clone(), text, outlook })
    });
    named.collect()
}

fn check_count(field: &str, n_given: usize, most: usize) -> Result<()> {
    if n_given <= most {
        return Ok(());
    }
    Err(Error::invalid(field, format!("{n_given} entries; {most} is the most")))
}
