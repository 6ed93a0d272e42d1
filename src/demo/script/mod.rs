//! What the plans of the demo say, and when each of their steps is taken.

mod brandt;
mod castellan;
mod lumen;
mod orchard;
mod ridgeline;

use chrono::NaiveDate;
use num_traits::ToPrimitive;
use rust_decimal::Decimal;

use super::{people::Company, setting::Setting};
use crate::{
    domain::{
        calendar::{Period, PeriodKind},
        commitment::OwedBy,
        content::ReviewCadence,
        money::{Currency, exact},
        phasing::{self, Phasing},
        review::{Cadence, DEFAULT_OFFSET_DAYS, ReviewFormat, ReviewKind},
        target::{Dimension, Metric},
        terms::Terms,
    },
    error::Result,
    service::splits::Basis,
};

pub use brandt::{BOOKLET, CONNECTOR, DECKS, DEMO_CELL, ENGINEER, PRESALES, WORKSHOPS};
pub use lumen::{LAUNCH, ROBOTS, TECHNICIANS};
pub use orchard::{DESK, LAUNCH_KIT};
pub use ridgeline::STARTER;

/// A plan of the demo and its way through life.
#[derive(Clone, Debug)]
pub struct PlanScript {
    /// With whom.
    pub company: Company,
    /// Its name.
    pub name: String,
    /// What kind of period.
    pub period_kind: PeriodKind,
    /// Its days.
    pub period: Period,
    /// What money is counted in.
    pub currency: Currency,
    /// Why it is planned though the programme offers no plan.
    pub override_reason: Option<&'static str>,
    /// Who drafts it.
    pub drafter: &'static str,
    /// Who adds the other side's commitments once it is shared.
    pub counterpart: &'static str,
    /// The executive sponsors, the vendor's first.
    pub sponsors: Option<[&'static str; 2]>,
    /// What it says in words.
    pub words: Words,
    /// What other currencies are worth, in ten-thousandths.
    pub rates: &'static [(&'static str, i64)],
    /// When it is reviewed.
    pub cadence: Option<ReviewCadence>,
    /// Its top-level targets.
    pub targets: Vec<TargetScript>,
    /// How they are split.
    pub splits: Vec<SplitScript>,
    /// What is promised.
    pub commitments: Vec<CommitmentScript>,
    /// What is not settled yet: added by hand in the other direction once shared.
    pub open_points: bool,
    /// When it is drafted.
    pub drafted_on: NaiveDate,
    /// When it is shared.
    pub shared_on: Option<NaiveDate>,
    /// When it is proposed.
    pub proposed_on: Option<NaiveDate>,
    /// Who signs when.
    pub signed: Vec<(NaiveDate, &'static str)>,
}

/// The narrative of a plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words {
    /// Where both want to be.
    pub vision: &'static str,
    /// Why customers buy from both together.
    pub value_proposition: &'static str,
    /// What has to go right.
    pub success_factors: &'static [&'static str],
    /// Strengths, weaknesses, opportunities and threats.
    pub swot: [&'static [&'static str]; 4],
    /// Title and description of each objective.
    pub objectives: &'static [(&'static str, &'static str)],
}

/// A top-level target; amounts are in whole units.
#[derive(Clone, Debug)]
pub struct TargetScript {
    /// Its name.
    pub name: &'static str,
    /// What is measured.
    pub metric: Metric,
    /// Which custom metric.
    pub metric_key: Option<&'static str>,
    /// What is to be reached.
    pub amount: i64,
    /// Last period's actual.
    pub baseline: Option<i64>,
    /// Its share of the score.
    pub weight: Option<i32>,
    /// How it spreads.
    pub phasing: Phasing,
}

impl TargetScript {
    /// A target that spreads evenly, without a baseline.
    pub fn new(name: &'static str, metric: Metric, amount: i64, weight: i32) -> Self {
        let (weight, phasing) = (Some(weight), Phasing::Even);
        Self { name, metric, metric_key: None, amount, baseline: None, weight, phasing }
    }

    /// A target of the vendor's own metric.
    pub fn custom(name: &'static str, key: &'static str, amount: i64, weight: i32) -> Self {
        Self { metric_key: Some(key), ..Self::new(name, Metric::Custom, amount, weight) }
    }

    fn before(self, baseline: i64) -> Self {
        Self { baseline: Some(baseline), ..self }
    }

    fn quarterly(self, weights: [i64; 4]) -> Self {
        let weights = weights.map(Decimal::from).to_vec();
        Self { phasing: Phasing::Quarterly { weights }, ..self }
    }

    fn monthly(self, weights: [i64; 12]) -> Self {
        let weights = weights.map(Decimal::from).to_vec();
        Self { phasing: Phasing::Monthly { weights }, ..self }
    }

    /// As the period before went, by its facts.
    fn like_before(self) -> Self {
        Self { phasing: Phasing::Baseline { curve: Vec::new() }, ..self }
    }
}

/// A split of a target.
#[derive(Clone, Copy, Debug)]
pub struct SplitScript {
    /// The name of the target that is split.
    pub of: &'static str,
    /// By what.
    pub dimension: Dimension,
    /// The codes that get a part each; the rest gets one too.
    pub values: &'static [&'static str],
    /// In what proportion.
    pub basis: Basis,
}

/// A commitment; its quantity is in whole units.
#[derive(Clone, Debug)]
pub struct CommitmentScript {
    /// Its title.
    pub title: &'static str,
    /// Who owes it.
    pub owed_by: OwedBy,
    /// Who sees to it.
    pub owner: Option<&'static str>,
    /// When it begins; with the plan when none.
    pub starts_on: Option<NaiveDate>,
    /// When it is due.
    pub due_on: Option<NaiveDate>,
    /// How much.
    pub quantity: i64,
    /// What exactly.
    pub terms: Terms,
}

impl CommitmentScript {
    fn new(
        title: &'static str,
        (owed_by, owner): (OwedBy, &'static str),
        due_on: NaiveDate,
        quantity: i64,
        terms: Terms,
    ) -> Self {
        let (owner, due_on) = (Some(owner), Some(due_on));
        Self { title, owed_by, owner, starts_on: None, due_on, quantity, terms }
    }

    fn from(self, starts_on: NaiveDate) -> Self {
        Self { starts_on: Some(starts_on), ..self }
    }
}

impl PlanScript {
    /// What is due of a metric by the end of a day, in its smallest unit. A curve that only the facts know counts as even.
    pub fn due(&self, metric: Metric, on: NaiveDate) -> i64 {
        let Some(target) = self.targets.iter().find(|target| target.metric == metric) else {
            return 0;
        };
        let total = target.amount * 10_i64.pow(metric.unit(self.currency).places());
        let phasing = match &target.phasing {
            Phasing::Baseline { .. } => &Phasing::Even,
            phasing => phasing,
        };
        let Ok(phases) = phasing.phases(self.period_kind, self.period, total) else { return 0 };
        let due = if metric.is_level() {
            exact(phasing::level_due(&phases, on))
        } else {
            phasing::expected(&phases, on)
        };
        due.to_i64().unwrap_or_default()
    }

    /// So many hundredths of what is due of a metric by the end of a day.
    pub fn pace(&self, metric: Metric, on: NaiveDate, percent: i64) -> i64 {
        self.due(metric, on) * percent / 100
    }
}

/// All plans of the demo.
pub fn plans(setting: &Setting) -> Result<Vec<PlanScript>> {
    let mut plans = brandt::plans(setting)?;
    plans.extend(orchard::plans(setting)?);
    plans.extend(lumen::plans(setting)?);
    plans.extend(castellan::plans(setting)?);
    plans.extend(ridgeline::plans(setting)?);
    Ok(plans)
}

fn reviews(cadence: Cadence, kind: ReviewKind, format: ReviewFormat) -> ReviewCadence {
    ReviewCadence { cadence, kind, format, offset_days: DEFAULT_OFFSET_DAYS, dates: Vec::new() }
}

fn co_marketing(
    campaign_type: &'static str,
    (mdf, co_funding): (i64, i64),
    expected_leads: i64,
) -> Terms {
    Terms::CoMarketing {
        campaign_type: Some(campaign_type.to_owned()),
        mdf_allocated: mdf * 100,
        partner_co_funding: co_funding * 100,
        expected_leads,
    }
}
