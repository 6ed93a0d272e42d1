//! What facts deliver on a commitment (domain §7).

use chrono::NaiveDate;

use super::{PlanLens, execution::executions};
use crate::domain::{
    activity::{ActivityKind, Fact, MarketingFact, Payload, SupportFact},
    certification,
    commitment::{EnablementKind, PipelineActivityKind},
    deal::{Deal, DealChange, DealStep},
    id::CommitmentId,
    lens::CommitmentLens,
    tally::CommitmentSums,
    target::Metric,
    terms::Terms,
};

/// All facts of one subject, and the deal that they leave if they are about one.
pub struct Subject<'a> {
    pub facts: &'a [Fact],
    pub deal: &'a Deal,
    pub steps: &'a [DealStep],
}

/// Something delivered on a day.
pub type Delivery = (NaiveDate, CommitmentSums);

fn delivered(day: NaiveDate, delivered: i64) -> Delivery {
    (day, CommitmentSums { delivered, ..CommitmentSums::default() })
}

impl PlanLens {
    /// What the facts of one subject deliver on a commitment, from its start to the end of the plan.
    pub(super) fn deliveries(&self, lens: &CommitmentLens, subject: &Subject<'_>) -> Vec<Delivery> {
        let mut found = match &lens.terms {
            Terms::CoMarketing { campaign_type, .. } => {
                self.marketing(lens, subject.facts, campaign_type.as_deref())
            }
            Terms::Enablement { kind: EnablementKind::Training, code } => {
                trained(lens, subject.facts, code)
            }
            Terms::Enablement { kind: EnablementKind::Certification, code } => {
                certified(lens, subject.facts, code)
            }
            Terms::PipelineActivity { kind: PipelineActivityKind::TargetAccounts, accounts } => {
                registered_with(accounts, subject)
            }
            Terms::PipelineActivity { kind, .. } => worked(lens, subject.facts, *kind),
            Terms::PipelineMilestone { metric, .. } => self.reached(lens, subject, *metric),
            Terms::VendorSupport { kind } => {
                given(lens, subject.facts, |support| support.support == Some(*kind))
            }
            Terms::ResourceInvestment { kind } => {
                given(lens, subject.facts, |support| support.resource == Some(*kind))
            }
        };
        found.retain(|(day, _)| *day >= lens.starts_on && *day <= self.period.end);
        found
    }

    fn marketing(
        &self,
        lens: &CommitmentLens,
        facts: &[Fact],
        campaign: Option<&str>,
    ) -> Vec<Delivery> {
        let takes = |fact: &Fact, marketing: &MarketingFact| {
            let is_such =
                campaign.is_none_or(|kind| marketing.campaign_type.as_deref() == Some(kind));
            lens.takes(fact, marketing.commitment, is_such)
        };
        // What was not counted when it was carried out is not taken back when it is cancelled.
        let executed = executions(facts)
            .into_iter()
            .filter(|execution| execution.fact.occurred_on >= lens.starts_on)
            .filter(|execution| takes(execution.fact, execution.marketing))
            .map(|execution| delivered(execution.day, execution.times));
        let brought = facts.iter().filter_map(|fact| {
            let Payload::Marketing(marketing) = &fact.payload else { return None };
            let (leads, mdf) = match fact.kind {
                ActivityKind::LeadsDelivered => (marketing.leads.unwrap_or(0), 0),
                ActivityKind::MdfSpent => (0, self.value(marketing.amount)),
                _ => return None,
            };
            let sums = CommitmentSums { delivered: 0, leads, mdf };
            takes(fact, marketing).then_some((fact.occurred_on, sums))
        });
        executed.chain(brought).collect()
    }

    /// A win from before the start was not counted, so a reopening does not take it back.
    fn reached(
        &self,
        lens: &CommitmentLens,
        subject: &Subject<'_>,
        metric: Metric,
    ) -> Vec<Delivery> {
        let mut is_counted = false;
        let mut found = Vec::new();
        for step in subject.steps {
            match step.change {
                DealChange::Won(times, _) if times > 0 => is_counted = step.day >= lens.starts_on,
                DealChange::Won(..) if !is_counted => continue,
                _ => {}
            }
            let entry = self.deal_entry(subject.deal, step);
            found.push(delivered(step.day, entry.sums.measure(metric)));
        }
        found
    }
}

impl CommitmentLens {
    /// A fact that names a commitment counts for it alone; one that names none counts where it matches, from start to due.
    fn takes(&self, fact: &Fact, named: Option<CommitmentId>, matches: bool) -> bool {
        named.map_or(matches && fact.occurred_on <= self.due_on, |id| id == self.id)
    }
}

/// A person counts on the day of the first completion after the start.
fn trained(lens: &CommitmentLens, facts: &[Fact], code: &str) -> Vec<Delivery> {
    let completions = facts.iter().filter(|fact| {
        fact.kind == ActivityKind::CourseCompleted
            && fact.occurred_on >= lens.starts_on
            && matches!(&fact.payload, Payload::Training(training) if training.code == code)
    });
    completions
        .map(|fact| fact.occurred_on)
        .min()
        .map(|day| delivered(day, 1))
        .into_iter()
        .collect()
}

/// A person counts while certified; who is certified before the start is so on its first day.
fn certified(lens: &CommitmentLens, facts: &[Fact], code: &str) -> Vec<Delivery> {
    certification::steps(&certification::spans(facts, Some(code)))
        .into_iter()
        .map(|(day, change)| delivered(day.max(lens.starts_on), change))
        .collect()
}

fn registered_with(accounts: &[String], subject: &Subject<'_>) -> Vec<Delivery> {
    let written = |name: &str| name.trim().to_lowercase();
    let is_named = subject.deal.customer.as_deref().is_some_and(|customer| {
        accounts.iter().any(|account| written(account) == written(customer))
    });
    let registrations = subject.steps.iter().filter(|step| step.change == DealChange::Registered);
    registrations.filter(|_| is_named).map(|step| delivered(step.day, 1)).collect()
}

fn worked(lens: &CommitmentLens, facts: &[Fact], kind: PipelineActivityKind) -> Vec<Delivery> {
    let mine = facts.iter().filter_map(|fact| {
        let Payload::Custom(custom) = &fact.payload else { return None };
        let is_mine = custom.commitment.map_or_else(
            || metric_key(kind) == Some(custom.metric_key.as_str()),
            |id| id == lens.id,
        );
        is_mine.then(|| delivered(fact.occurred_on, custom.quantity / 1_000))
    });
    mine.collect()
}

fn given(
    lens: &CommitmentLens,
    facts: &[Fact],
    matches: impl Fn(&SupportFact) -> bool,
) -> Vec<Delivery> {
    let mine = facts.iter().filter_map(|fact| {
        let Payload::Support(support) = &fact.payload else { return None };
        lens.takes(fact, support.commitment, matches(support))
            .then(|| delivered(fact.occurred_on, support.quantity))
    });
    mine.collect()
}

/// The custom metric that counts pipeline work where a fact names no commitment.
fn metric_key(kind: PipelineActivityKind) -> Option<&'static str> {
    match kind {
        PipelineActivityKind::AccountMapping => Some("account_mapping"),
        PipelineActivityKind::JointCalls => Some("joint_calls"),
        PipelineActivityKind::TargetAccounts => None,
    }
}
