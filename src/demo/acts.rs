//! The acts of the demo, in the order of their days.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};

use super::{
    cast, facts, parties,
    people::{Company, JONAS, PRIYA},
    programme, record, script,
    script::PlanScript,
    setting::{self, Setting},
    told::Told,
    write,
};
use crate::{
    clock::Clock,
    domain::{
        actor::Member,
        alert::{AlertRule, AlertState},
    },
    error::Result,
    op::Op,
    service::{
        alerts::{self, listing::AlertFilter},
        commitments, notes,
    },
    worker::watch,
};

/// The demo, ready to be played.
#[derive(Clone, Debug)]
pub struct Play {
    setting: Setting,
    plans: Vec<PlanScript>,
    told: BTreeMap<Company, Vec<Told>>,
    acts: Vec<Act>,
}

/// Something that is done on a day.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    day: NaiveDate,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// The vendor is set up.
    Found,
    /// Its programme is described.
    Describe,
    /// A partnership begins.
    Begin(Company),
    /// A plan is drafted.
    Draft(usize),
    /// It is shared.
    Share(usize),
    /// It is proposed.
    Propose(usize),
    /// Somebody signs it.
    Sign(usize, &'static str),
    /// A day begins for plans in force.
    Watch,
    /// What happened since a day is recorded.
    Record(Company, NaiveDate),
    /// A price is corrected.
    Correct,
    /// Both sides give up a commitment.
    Waive,
    /// Somebody takes note of a warning.
    Acknowledge,
    /// Somebody notes something down.
    Note(Company, &'static str, &'static str),
    /// The last fact is recorded.
    Close,
}

impl Play {
    /// The demo as it is played in a setting.
    pub fn new(setting: Setting) -> Result<Self> {
        let plans = script::plans(&setting)?;
        let mut told = BTreeMap::new();
        for company in Company::PARTNERS {
            told.insert(company, facts::of(company, &setting, &plans)?);
        }
        let mut acts = opening(&setting);
        acts.extend(planning(&plans));
        acts.extend(recording(&setting));
        acts.extend(asides(&setting));
        acts.sort_by_key(|act| act.day);
        acts.push(Act { day: setting.today, what: What::Close });
        Ok(Self { setting, plans, told, acts })
    }

    /// The acts, in order.
    pub fn acts(&self) -> &[Act] {
        &self.acts
    }

    /// How many acts there are.
    pub fn len(&self) -> u64 {
        u64::try_from(self.acts.len()).unwrap_or(u64::MAX)
    }

    /// Whether there is nothing to play; there always is something.
    pub fn is_empty(&self) -> bool {
        self.acts.is_empty()
    }

    /// Plays an act on its day, as far as it has not been played.
    pub async fn perform(&self, op: &Op, act: &Act) -> Result<()> {
        let mut then = op.clone();
        let now = op.now();
        let day = if act.day < self.setting.today { setting::morning(act.day) } else { now };
        then.clock = Clock::manual(day.min(now));
        let (op, plans) = (&then, self.plans.as_slice());
        let plan = |at: usize| plans.get(at).ok_or_else(|| cast::missing("plan"));
        match act.what {
            What::Found => parties::found(op, &self.setting).await,
            What::Describe => programme::describe(op).await,
            What::Begin(company) => parties::begin(op, &self.setting, company).await,
            What::Draft(at) => Box::pin(write::draft(op, plan(at)?)).await,
            What::Share(at) => write::share(op, plan(at)?).await,
            What::Propose(at) => write::propose(op, plan(at)?).await,
            What::Sign(at, email) => write::sign(op, plan(at)?, email).await,
            What::Watch => {
                while watch::step(op).await? {}
                Ok(())
            }
            What::Record(company, after) => {
                let told = self.told_of(company);
                record::record(op, company, plans, told, (after, act.day)).await
            }
            What::Correct => {
                let told = self.told_of(Company::Brandt);
                record::correct(op, Company::Brandt, told, self.setting.day(40)).await
            }
            What::Waive => waive(op, plan(0)?).await,
            What::Acknowledge => acknowledge(op, plan(0)?).await,
            What::Note(company, email, body) => {
                let script = plans.iter().find(|plan| plan.company == company);
                note(op, script.ok_or_else(|| cast::missing(company.name()))?, email, body).await
            }
            What::Close => {
                let since = (self.setting.ago(1), self.setting.today);
                let told = facts::closing(&self.setting);
                record::record(op, Company::Brandt, plans, &told, since).await
            }
        }
    }

    fn told_of(&self, company: Company) -> &[Told] {
        self.told.get(&company).map(Vec::as_slice).unwrap_or_default()
    }
}

fn opening(setting: &Setting) -> Vec<Act> {
    let day = |n| setting.founded_on() + TimeDelta::days(n);
    let mut acts =
        vec![Act { day: day(0), what: What::Found }, Act { day: day(1), what: What::Describe }];
    let partners = (1..).zip(Company::PARTNERS);
    acts.extend(partners.map(|(n, company)| Act { day: day(5 * n), what: What::Begin(company) }));
    acts
}

fn planning(plans: &[PlanScript]) -> Vec<Act> {
    let mut acts = Vec::new();
    for (at, plan) in plans.iter().enumerate() {
        acts.push(Act { day: plan.drafted_on, what: What::Draft(at) });
        acts.extend(plan.shared_on.map(|day| Act { day, what: What::Share(at) }));
        acts.extend(plan.proposed_on.map(|day| Act { day, what: What::Propose(at) }));
        let signed = plan.signed.iter();
        acts.extend(signed.map(|(day, email)| Act { day: *day, what: What::Sign(at, email) }));
    }
    acts
}

/// All that came before is imported when the year begins; then facts come month by month, and lately more often.
fn recording(setting: &Setting) -> Vec<Act> {
    let mut days = vec![setting.day(2), setting.day(14)];
    days.extend((1..).map(|n| setting.day(30 * n)).take_while(|day| *day < setting.ago(16)));
    days.extend([setting.ago(14), setting.ago(7), setting.ago(1), setting.today]);
    let mut acts = Vec::new();
    let mut after = setting.before.start - TimeDelta::days(400);
    for day in days {
        let record = |company| Act { day, what: What::Record(company, after) };
        acts.extend(Company::PARTNERS.map(record));
        acts.push(Act { day, what: What::Watch });
        after = day;
    }
    acts
}

fn asides(setting: &Setting) -> Vec<Act> {
    let note = |n, company, email, body| Act {
        day: setting.ago(n),
        what: What::Note(company, email, body),
    };
    vec![
        Act { day: setting.ago(33), what: What::Correct },
        Act { day: setting.ago(26), what: What::Waive },
        Act { day: setting.ago(2), what: What::Acknowledge },
        note(
            95,
            Company::Brandt,
            JONAS,
            "Ulrich hinted that a second carrier maker was in the showroom last week. Keep the demo cell busy.",
        ),
        note(
            60,
            Company::Brandt,
            "lena.keller@brandt-keller.example",
            "Do not let the roadshow budget slip into next year: ask for the second half of it before the quarter ends.",
        ),
        note(
            18,
            Company::Brandt,
            JONAS,
            "The decks are ours to deliver and they are late. Get a date from marketing before the executive review.",
        ),
        note(
            41,
            Company::Orchard,
            PRIYA,
            "Many small registrations, few big ones. Ask Callum for the parcel hubs, not for more bakeries.",
        ),
        note(
            12,
            Company::Orchard,
            "callum.reid@orchard.example",
            "Funds are overspent by the mailing. Offer to carry it if they add a third reseller day.",
        ),
        note(
            6,
            Company::Lumen,
            "daan.visser@lumen.example",
            "We missed the hundred and twenty because the launch engineer left. Say so before they say it.",
        ),
    ]
}

/// Both sides agree that one thing need not be done.
async fn waive(op: &Op, script: &PlanScript) -> Result<()> {
    for email in [script.drafter, script.counterpart] {
        let own = cast::acting(op, email).await?;
        let plan = write::get(&own, op, script).await?;
        let (_, known) = cast::content_of(op, plan.id).await?;
        let wanted = known.into_iter().find(|one| one.title == script::BOOKLET);
        let wanted = wanted.ok_or_else(|| cast::missing(script::BOOKLET))?;
        let waived = [wanted.vendor_waived_by, wanted.partner_waived_by];
        if waived.iter().all(|by| *by != own.actor.member().and_then(Member::user)) {
            let reason = "The fair is held online this year; nobody will carry a booklet home.";
            commitments::waive(&own, wanted.id, reason).await?;
        }
    }
    Ok(())
}

/// The vendor takes note of what it owes itself.
async fn acknowledge(op: &Op, script: &PlanScript) -> Result<()> {
    let own = cast::acting(op, script.drafter).await?;
    let plan = write::get(&own, op, script).await?;
    let rules = Some(vec![AlertRule::CommitmentOverdue]);
    let filter = AlertFilter { plan: Some(plan.id), rules, ..AlertFilter::default() };
    let found = alerts::listing::list(&own, &filter, cast::page()?).await?.rows;
    if found.iter().any(|alert| alert.state == AlertState::Acknowledged) {
        return Ok(());
    }
    let ours = found
        .iter()
        .find(|alert| alert.state == AlertState::Open && alert.message.starts_with(script::DECKS));
    if let Some(alert) = ours {
        alerts::acting::acknowledge(&own, alert.id).await?;
    }
    Ok(())
}

async fn note(op: &Op, script: &PlanScript, email: &str, body: &str) -> Result<()> {
    let own = cast::acting(op, email).await?;
    let plan = write::get(&own, op, script).await?;
    let known = notes::of_plan(&own, &plan, cast::page()?).await?;
    if known.rows.iter().all(|note| note.body != body) {
        notes::add(&own, plan.id, body.to_owned()).await?;
    }
    Ok(())
}
