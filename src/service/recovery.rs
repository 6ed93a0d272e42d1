//! Recovery actions: what is to bring a figure back on course, with the figure before and after (domain §9).

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use super::{
    action_items, activities, alerts,
    assigning::{self, NewActionItem, Origin},
    changes::for_update,
    events, facts,
    idempotency::{self, Asked},
    progress, reviews,
};
use crate::{
    domain::{
        action_item::{ActionItemKind, Figure},
        alert::{About, AlertRule},
        id::{ActionItemId, AlertId, CommitmentId, ReviewId, TargetId, UserId},
        money::{Unit, ratio},
        plan::PlanAction,
    },
    entity::{action_item, alert, plan},
    error::{Error, Result},
    op::Op,
};

/// Recovery actions that a warning shows at most.
const MOST_SHOWN: u64 = 100;

/// What shows that something is to be brought back on course.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum Source {
    /// A warning of the own side.
    Alert(AlertId),
    /// A target that a review looked at.
    Review(ReviewId, TargetId),
}

/// What is to bring it back.
#[derive(Clone, Debug, Serialize)]
pub struct NewRecovery {
    /// What shows that something is to be done.
    pub source: Source,
    /// What.
    pub title: String,
    /// By whom.
    pub owner: UserId,
    /// By when.
    pub due_on: NaiveDate,
    /// What it is to bring about.
    pub expected_effect: String,
}

/// The figure that a recovery action is to mend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Subject {
    target: Option<TargetId>,
    commitment: Option<CommitmentId>,
    rule: Option<AlertRule>,
}

impl Subject {
    /// What a recovery action is about.
    pub fn of(item: &action_item::Model) -> Self {
        Self { target: item.target_id, commitment: item.commitment_id, rule: item.rule }
    }

    fn of_alert(alert: &alert::Model) -> Self {
        let of_plan = Self { rule: Some(alert.rule), ..Self::default() };
        match alert.rule.about() {
            About::Target => Self { target: Some(TargetId(alert.subject_id)), ..of_plan },
            About::Commitment => {
                Self { commitment: Some(CommitmentId(alert.subject_id)), ..of_plan }
            }
            About::Review | About::ActionItem | About::Plan => of_plan,
        }
    }
}

/// Records what is to bring something back on course, and the figure as it is now.
pub async fn record(
    op: &Op,
    key: Option<&str>,
    new: NewRecovery,
) -> Result<(plan::Model, action_item::Model)> {
    let (plan, subject, review) = match new.source {
        Source::Alert(id) => {
            let alert = alerts::listing::find(op, id).await?.ok_or(Error::NotFound("alert"))?;
            if !alert.state.is_standing() {
                return Err(Error::invalid("source.alertId", "the alert is resolved"));
            }
            (alert.plan_id, Subject::of_alert(&alert), None)
        }
        Source::Review(id, target) => {
            let (plan, review) = reviews::get(op, id).await?;
            let subject = Subject { target: Some(target), ..Subject::default() };
            (plan.id, subject, Some(review.id))
        }
    };
    if new.expected_effect.trim().is_empty() {
        return Err(Error::invalid("expectedEffect", "must not be empty"));
    }
    let (tx, plan, _) = for_update(op, plan, PlanAction::FollowUp, None).await?;
    let asked = key.map(|key| Asked::new(op, "recordRecoveryAction", key, &new)).transpose()?;
    if let Some(asked) = &asked
        && let Some(id) = idempotency::answer::<ActionItemId>(&tx, op, asked).await?
    {
        return action_items::get(op, id).await;
    }
    if let Some(review) = review {
        assigning::held(&tx, plan.id, review).await?;
    }
    let today = activities::today(&tx, op, plan.vendor_id).await?;
    let origin = Origin {
        review,
        kind: ActionItemKind::Recovery,
        rule: subject.rule,
        before: figure(&*tx, &plan, &subject, today).await?,
        ..Origin::of(String::new(), today)
    };
    let item = NewActionItem {
        title: new.title,
        owner: new.owner,
        due_on: new.due_on,
        target: subject.target,
        commitment: subject.commitment,
        expected_effect: Some(new.expected_effect),
    };
    let (item, event) = assigning::insert(&tx, op, &plan, origin, item).await?;
    events::record(&tx, op, plan.vendor_id, vec![event]).await?;
    if let Some(asked) = &asked {
        idempotency::keep(&tx, asked, &item.id).await?;
    }
    tx.commit().await?;
    Ok((plan, item))
}

/// The figure that a recovery action is to mend, on a day; none where the plan no longer has it.
pub(super) async fn figure(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    subject: &Subject,
    as_of: NaiveDate,
) -> Result<Option<Figure>> {
    let figures = progress::of_plan(db, plan, as_of).await?;
    if let Some(id) = subject.target {
        let found = figures.targets.iter().find(|figures| figures.target.id == id);
        return Ok(found.map(|found| {
            let unit = found.target.metric.unit(plan.currency);
            Figure {
                as_of,
                actual: unit.decimal(found.progress.actual),
                expected: unit.round(&found.progress.expected),
                pace: found.progress.pace.as_ref().map(ratio),
                target_status: Some(found.progress.status),
                commitment_status: None,
            }
        }));
    }
    if let Some(id) = subject.commitment {
        let found = figures.commitments.iter().find(|figures| figures.commitment.id == id);
        return Ok(found.map(|found| {
            let unit = found.commitment.terms.unit(plan.currency);
            Figure {
                as_of,
                actual: unit.decimal(found.delivered.sums.delivered),
                expected: unit.decimal(found.commitment.quantity),
                pace: None,
                target_status: None,
                commitment_status: Some(found.status),
            }
        }));
    }
    let (unit, actual, expected) = match subject.rule {
        Some(AlertRule::MdfOverspent | AlertRule::MdfLapsing) => {
            (Unit::Money(plan.currency), figures.total.mdf, figures.mdf_allocated())
        }
        Some(AlertRule::FactsUnconverted) => {
            let n_facts = facts::unconverted(db, plan).await?;
            (Unit::Count, i64::try_from(n_facts).unwrap_or(i64::MAX), 0)
        }
        _ => return Ok(None),
    };
    Ok(Some(Figure {
        as_of,
        actual: unit.decimal(actual),
        expected: unit.decimal(expected),
        pace: None,
        target_status: None,
        commitment_status: None,
    }))
}

/// The recovery actions that either side has recorded for what a warning is about, the latest first; at most a hundred. The caller
/// has already seen the warning.
///
/// A target or commitment keeps them while its warnings come and go; a warning about the plan has those of its own rule.
pub async fn of_alert(op: &Op, alert: &alert::Model) -> Result<Vec<action_item::Model>> {
    use action_item::Column;
    let items = action_item::Entity::visible_to(&op.actor)
        .filter(Column::PlanId.eq(alert.plan_id))
        .filter(Column::Kind.eq(ActionItemKind::Recovery));
    let items = match Subject::of_alert(alert) {
        Subject { target: Some(target), .. } => items.filter(Column::TargetId.eq(target)),
        Subject { commitment: Some(id), .. } => items.filter(Column::CommitmentId.eq(id)),
        Subject { rule, .. } => items
            .filter(Column::TargetId.is_null())
            .filter(Column::CommitmentId.is_null())
            .filter(Column::Rule.eq(rule)),
    };
    Ok(items.order_by_desc(Column::Id).limit(MOST_SHOWN).all(op.db.read()).await?)
}
