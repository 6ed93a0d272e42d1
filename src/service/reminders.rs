//! Reminders of what people have yet to do with a plan as a whole: to sign it, to renew it. What a side is told depends on what
//! it has done and may know, so each side has causes of its own.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::organizations;
use crate::{
    db::Tx,
    domain::{
        actor::Side,
        alert::{AlertRule, Cause},
        plan::PlanState,
    },
    entity::{organization, plan, plan_version, signature},
    error::{Error, Result},
};

/// What of a plan has been left undone for too long.
#[derive(Clone, Debug, Default)]
pub struct Reminders {
    unsigned: Option<Unsigned>,
    /// Where the plan is about to end, what may follow it.
    successors: Option<Vec<plan::Model>>,
}

#[derive(Clone, Debug)]
struct Unsigned {
    version: i32,
    since: NaiveDate,
    signed: Vec<Side>,
}

/// What has been left undone on a day.
pub async fn due(tx: &Tx, plan: &plan::Model, today: NaiveDate) -> Result<Reminders> {
    let successors = match plan.state {
        PlanState::Active if is_ending(plan, today) => Some(successors(&**tx, plan).await?),
        _ => None,
    };
    Ok(Reminders { unsigned: unsigned(tx, plan, today).await?, successors })
}

impl Reminders {
    /// Why a side is to be reminded.
    pub fn causes(&self, plan: &plan::Model, side: Side) -> Vec<Cause> {
        let signature = self.unsigned.as_ref().map(|unsigned| Cause {
            rule: AlertRule::SignaturePending,
            subject: plan.id.0,
            message: unsigned.message(side),
        });
        let successors = self.successors.as_ref();
        let renewal = successors.and_then(|next| unrenewed(plan, next, side, |_| true));
        signature.into_iter().chain(renewal).collect()
    }
}

impl Unsigned {
    fn message(&self, side: Side) -> String {
        let whose = match side {
            own if !self.signed.contains(&own) => "your",
            Side::Vendor => "the partner's",
            Side::Partner => "the vendor's",
        };
        format!("version {} has awaited {whose} signature since {}", self.version, self.since)
    }
}

/// The proposal that has awaited a signature for as long as the policy lets it.
async fn unsigned(tx: &Tx, plan: &plan::Model, today: NaiveDate) -> Result<Option<Unsigned>> {
    if !plan.stage().is_proposed() {
        return Ok(None);
    }
    let proposed = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.eq(plan.id))
        .filter(plan_version::Column::Number.eq(plan.proposed_version))
        .one(&**tx)
        .await?;
    let Some(proposed) = proposed else { return Ok(None) };
    let vendor = organization::Entity::find_by_id(plan.vendor_id).one(&**tx).await?;
    let vendor = vendor.ok_or_else(|| Error::Inconsistent(format!("{} has no vendor", plan.id)))?;
    let since = proposed.proposed_at.with_timezone(&organizations::zone(&vendor)?).date_naive();
    let window = Days::new(plan.policy.windows.signature_pending_days.into());
    if since.checked_add_days(window).is_none_or(|end| end > today) {
        return Ok(None);
    }
    let signatures = signature::Entity::find()
        .filter(signature::Column::VersionId.eq(proposed.id))
        .filter(signature::Column::VoidedAt.is_null())
        .all(&**tx)
        .await?;
    let signed = signatures.into_iter().map(|signature| signature.side).collect();
    Ok(Some(Unsigned { version: proposed.number, since, signed }))
}

/// Plans for the day after this one, whoever may know of them.
pub async fn successors(db: &impl ConnectionTrait, plan: &plan::Model) -> Result<Vec<plan::Model>> {
    let Some(next_day) = plan.ends_on.succ_opt() else { return Ok(Vec::new()) };
    let covers = Condition::all()
        .add(plan::Column::StartsOn.lte(next_day))
        .add(plan::Column::EndsOn.gte(next_day));
    let next = plan::Entity::find()
        .filter(plan::Column::PartnershipId.eq(plan.partnership_id))
        .filter(plan::Column::Id.ne(plan.id))
        .filter(plan::Column::State.is_not_in([PlanState::Withdrawn, PlanState::Terminated]))
        .filter(Condition::any().add(plan::Column::RenewsId.eq(plan.id)).add(covers));
    Ok(next.all(db).await?)
}

/// Whether a plan is about to end on a day, as its policy says.
pub fn is_ending(plan: &plan::Model, day: NaiveDate) -> bool {
    let window = Days::new(plan.policy.windows.renewal_days.into());
    day.checked_add_days(window).is_none_or(|day| day >= plan.ends_on)
}

/// Why a side is to be reminded that a plan is about to end, unless it may know of one of the `successors` when only what `has_happened`
/// says had happened.
///
/// A draft that the other side keeps to itself is no renewal: that the reminder went away would tell of it.
pub fn unrenewed(
    plan: &plan::Model,
    successors: &[plan::Model],
    side: Side,
    has_happened: impl Fn(DateTime<Utc>) -> bool,
) -> Option<Cause> {
    let is_known = successors.iter().any(|next| {
        next.shared_at.is_some_and(&has_happened)
            || (next.drafted_by == side && has_happened(next.created_at))
    });
    (!is_known).then(|| Cause {
        rule: AlertRule::PlanEnding,
        subject: plan.id.0,
        message: format!("the plan ends on {} and has no renewal", plan.ends_on),
    })
}
