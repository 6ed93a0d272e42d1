//! Rules tried on days gone by: what would have fired, from the sums that are kept by day and from what says when it happened, without
//! writing anything (domain §9).

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{
    access,
    causes::{self, reviews},
    organizations, plans, programmes, progress, readings, reminders,
};
use crate::{
    domain::{
        actor::{Scope, Side},
        alert::{Replay, RuleSettings, Turn},
        id::PlanId,
        policy::{PlanningPolicy, Windows},
        progress::Thresholds,
    },
    entity::plan,
    error::{Error, Result},
    op::Op,
};

/// Plans that can be tried at once.
pub const MOST_PLANS: usize = 50;

/// Days that a trial goes back at most.
const MOST_DAYS: u64 = 400;

/// What is tried; what is none is as the plan has it.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The first day.
    pub since: NaiveDate,
    /// The bands of pace.
    pub thresholds: Option<Thresholds>,
    /// The days by which something is due or late.
    pub windows: Option<Windows>,
    /// Which rules warn.
    pub rules: Option<RuleSettings>,
}

/// What would have fired about a plan.
#[derive(Clone, Debug)]
pub struct Fired {
    /// The plan.
    pub plan: plan::Model,
    /// The first day that was tried; none where the plan was in force on none of the days.
    pub from: Option<NaiveDate>,
    /// The last day that was tried.
    pub to: NaiveDate,
    /// What would have been opened and resolved, day by day.
    pub turns: Vec<Turn>,
}

/// Tries rules on plans; one that the caller may not see is none.
///
/// Days are judged as they look now: by the version that was in force, from all facts that have happened by then.
pub async fn run(op: &Op, ids: &[PlanId], trial: &DryRun) -> Result<Vec<Option<Fired>>> {
    access::scope(op, Scope::PlansRead)?;
    if ids.len() > MOST_PLANS {
        let message = format!("{} are more than {MOST_PLANS}", ids.len());
        return Err(Error::invalid("planIds", message));
    }
    let found = plans::of_ids(op, ids).await?;
    let mut all_fired = Vec::with_capacity(ids.len());
    for id in ids {
        let fired = match found.iter().find(|plan| plan.id == *id) {
            Some(plan) => Some(run_on(op, plan.clone(), trial).await?),
            None => None,
        };
        all_fired.push(fired);
    }
    Ok(all_fired)
}

async fn run_on(op: &Op, plan: plan::Model, trial: &DryRun) -> Result<Fired> {
    let member = op.member()?;
    if member.side != Side::Vendor || !member.works_on(plan.partnership_id) {
        return Err(Error::Forbidden(
            "rules are tried by those of the vendor who work on the plan".to_owned(),
        ));
    }
    let vendor = organizations::find(op, plan.vendor_id).await?;
    let vendor = vendor.ok_or_else(|| Error::Inconsistent(format!("{} has no vendor", plan.id)))?;
    let zone = organizations::zone(&vendor)?;
    let today = op.today(zone);
    check_since(trial.since, today)?;
    let policy = PlanningPolicy {
        thresholds: trial.thresholds.unwrap_or(plan.policy.thresholds),
        windows: trial.windows.unwrap_or(plan.policy.windows),
        alert_rules: trial.rules.clone().unwrap_or_else(|| plan.policy.alert_rules.clone()),
        ..(*plan.policy).clone()
    };
    programmes::check_measures(&policy)?;
    let mut replay = Replay::new(Side::Vendor, policy.alert_rules.clone());
    let over = plan.ends_on.succ_opt().unwrap_or(plan.ends_on);
    let ended = plan.termination.as_ref().map_or(over, |notice| notice.effective_on.min(over));
    let (from, to) = (plan.activated_on.map(|on| on.max(trial.since)), today.min(ended));
    let from = from.filter(|from| *from <= to);
    let tried = plan::Model { policy: policy.into(), ..plan.clone() };
    if let Some(from) = from {
        let db = op.db.read();
        let reading = readings::of_plan(db, plan.id).await?;
        let reviews = reviews::Rows::all(db, &plan).await?;
        let successors = reminders::successors(db, &plan).await?;
        let days = progress::days::of_plan(db, tried.clone(), reading, to).await?;
        for day in from.iter_days().take_while(|day| *day <= to) {
            let by_then = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive() <= day;
            if let Some(figures) = days.on(day)? {
                let mut causes = causes::of_figures(&figures, day);
                causes.extend(reviews.left(&tried, day, by_then).of(Side::Vendor));
                if reminders::is_ending(&tried, day) {
                    let ending = reminders::unrenewed(&tried, &successors, Side::Vendor, by_then);
                    causes.extend(ending);
                }
                replay.day(day, causes);
            }
            // Others are served between two days.
            tokio::task::yield_now().await;
        }
    }
    Ok(Fired { plan, from, to, turns: replay.turns() })
}

fn check_since(since: NaiveDate, today: NaiveDate) -> Result<()> {
    let first = today.checked_sub_days(Days::new(MOST_DAYS)).unwrap_or(today);
    if since > today || since < first {
        let message = format!("{since} is not between {first} and {today}");
        return Err(Error::invalid("since", message));
    }
    Ok(())
}
