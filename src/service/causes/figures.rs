//! What a plan's figures warn of: targets and commitments that fall behind, funds that are overspent or lapse.

use chrono::{Days, NaiveDate};

use crate::{
    domain::{
        alert::{AlertRule, Cause},
        commitment::{CommitmentKind, CommitmentStatus},
        money::Unit,
    },
    service::progress::{CommitmentFigures, PlanFigures},
};

/// Why both sides are to be warned about a plan's figures on a day.
pub fn of_figures(figures: &PlanFigures, today: NaiveDate) -> Vec<Cause> {
    let mut causes = Vec::new();
    for target in &figures.targets {
        if let Some(rule) = AlertRule::of_target(target.progress.status) {
            let sentence = figures.explanation(target).sentence;
            let message = format!("{}: {sentence}", target.target.name);
            causes.push(Cause { rule, subject: target.target.id.0, message });
        }
    }
    for commitment in &figures.commitments {
        causes.extend(commitment_cause(figures, commitment, today));
    }
    let (allocated, spent) = (figures.mdf_allocated(), figures.total.mdf);
    if allocated > 0 && spent > allocated {
        let unit = Unit::Money(figures.plan.currency);
        let message = format!(
            "{} of market development funds spent, {} allocated",
            unit.decimal(spent),
            unit.decimal(allocated)
        );
        causes.push(Cause { rule: AlertRule::MdfOverspent, subject: figures.plan.id.0, message });
    }
    causes.extend(lapsing_funds(figures, today));
    causes
}

fn commitment_cause(
    plan: &PlanFigures,
    figures: &CommitmentFigures,
    today: NaiveDate,
) -> Option<Cause> {
    let commitment = &figures.commitment;
    let due_on = commitment.due_on?;
    let window = Days::new(u64::from(plan.plan.policy.windows.due_soon_days));
    let is_due_soon =
        today <= due_on && today.checked_add_days(window).is_some_and(|end| end >= due_on);
    let kind = commitment.terms.kind();
    let rule = AlertRule::of_commitment(kind, figures.status, is_due_soon)?;
    let unit = commitment.terms.unit(plan.plan.currency);
    let done = format!(
        "{} of {} delivered",
        unit.decimal(figures.delivered.sums.delivered).normalize(),
        unit.decimal(commitment.quantity).normalize()
    );
    let when = match figures.status {
        CommitmentStatus::Overdue | CommitmentStatus::Missed => format!("was due on {due_on}"),
        _ => format!("due on {due_on}"),
    };
    let what = if kind == CommitmentKind::PipelineMilestone { "milestone " } else { "" };
    Some(Cause {
        rule,
        subject: commitment.id.0,
        message: format!("{what}{}: {done}, {when}", commitment.title),
    })
}

/// Funds that nobody has spent, when the period is about to end.
fn lapsing_funds(figures: &PlanFigures, today: NaiveDate) -> Option<Cause> {
    let plan = &figures.plan;
    let window = Days::new(plan.policy.windows.mdf_lapsing_days.into());
    let is_ending = today.checked_add_days(window).is_none_or(|day| day >= plan.ends_on);
    let unspent = figures.mdf_unspent();
    (unspent > 0 && is_ending && today <= plan.ends_on).then(|| Cause {
        rule: AlertRule::MdfLapsing,
        subject: plan.id.0,
        message: format!(
            "{} of market development funds lapse on {} unless they are spent",
            Unit::Money(plan.currency).decimal(unspent),
            plan.ends_on
        ),
    })
}
