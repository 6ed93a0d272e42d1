//! What the feeds warn of: silence, facts that are not understood, certifications about to lapse.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    db::Tx,
    domain::{
        activity::Feed,
        alert::{AlertRule, Cause},
        target::Metric,
    },
    entity::{organization, plan, target_rollup},
    error::{Error, Result},
    service::{
        facts, feeds, organizations,
        progress::{PlanFigures, TargetFigures},
    },
};

/// Why both sides are to be warned about what comes in for a plan, on a day.
pub async fn of_feeds(tx: &Tx, figures: &PlanFigures, today: NaiveDate) -> Result<Vec<Cause>> {
    let plan = &figures.plan;
    let mut causes = Vec::new();
    for target in &figures.targets {
        causes.extend(lapsing(tx, plan, target, today).await?);
    }
    causes.extend(silent(tx, figures, today).await?);
    let about_plan = |rule, message| Cause { rule, subject: plan.id.0, message };
    let unconverted = match facts::unconverted(&**tx, plan).await? {
        0 => None,
        1 => Some("1 fact is in a currency without a planning rate and does not count".to_owned()),
        n => Some(format!("{n} facts are in a currency without a planning rate and do not count")),
    };
    causes.extend(unconverted.map(|told| about_plan(AlertRule::FactsUnconverted, told)));
    let unmapped = facts::unmapped_texts(&**tx, plan).await?;
    causes.extend((!unmapped.is_empty()).then(|| {
        let told = format!(
            "facts name {}; until that is mapped they count in no named slice",
            unmapped.join(", ")
        );
        about_plan(AlertRule::FactsUnmapped, told)
    }));
    Ok(causes)
}

/// Certifications that a target counts and that lapse within the policy's window: what the sums say of days to come.
async fn lapsing(
    tx: &Tx,
    plan: &plan::Model,
    figures: &TargetFigures,
    today: NaiveDate,
) -> Result<Option<Cause>> {
    if figures.target.metric != Metric::CertifiedPeople {
        return Ok(None);
    }
    let window = Days::new(plan.policy.windows.certification_lapsing_days.into());
    let until = today.checked_add_days(window).unwrap_or(today);
    let to_come = target_rollup::Entity::find()
        .filter(target_rollup::Column::TargetId.eq(figures.target.id))
        .filter(target_rollup::Column::Version.eq(figures.lens))
        .filter(target_rollup::Column::Day.gt(today))
        .filter(target_rollup::Column::Day.lte(until))
        .order_by_asc(target_rollup::Column::Day)
        .all(&**tx)
        .await?;
    let left = figures.progress.actual + to_come.iter().map(|day| day.actual).sum::<i64>();
    let first = to_come.iter().find(|day| day.actual < 0).and_then(|day| day.day.pred_opt());
    Ok(first.map(|first| Cause {
        rule: AlertRule::CertificationLapsing,
        subject: figures.target.id.0,
        message: format!(
            "{}: certifications lapse from {first} on; {left} of {} people remain on {until}",
            figures.target.name, figures.progress.actual
        ),
    }))
}

/// The feeds that a plan counts and of which nothing has been recorded for the policy's days.
async fn silent(tx: &Tx, figures: &PlanFigures, today: NaiveDate) -> Result<Option<Cause>> {
    let plan = &figures.plan;
    let Some(in_force_from) = plan.activated_on.filter(|_| today <= plan.ends_on) else {
        return Ok(None);
    };
    let window = Days::new(plan.policy.windows.silent_feed_days.into());
    let Some(long_ago) = today.checked_sub_days(window) else { return Ok(None) };
    let vendor = organization::Entity::find_by_id(plan.vendor_id).one(&**tx).await?;
    let vendor = vendor.ok_or_else(|| Error::Inconsistent(format!("{} has no vendor", plan.id)))?;
    let zone = organizations::zone(&vendor)?;
    let last_recorded = feeds::last_recorded(&**tx, plan.partnership_id).await?;
    let mut silent = Vec::new();
    for feed in counted(figures) {
        let since = last_recorded.get(&feed).map_or(in_force_from, |last| {
            last.with_timezone(&zone).date_naive().max(in_force_from)
        });
        if since <= long_ago {
            silent.push(format!("{} since {since}", feed.label()));
        }
    }
    Ok((!silent.is_empty()).then(|| Cause {
        rule: AlertRule::FeedSilent,
        subject: plan.id.0,
        message: format!("nothing was reported of {}", silent.join(", ")),
    }))
}

/// The feeds that targets and commitments count.
fn counted(figures: &PlanFigures) -> BTreeSet<Feed> {
    let targets = figures.targets.iter().map(|target| target.target.metric.feed());
    let commitments =
        figures.commitments.iter().filter_map(|figures| figures.commitment.terms.feed());
    targets.chain(commitments).collect()
}
