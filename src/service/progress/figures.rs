//! Where plans, their targets and their commitments stand on a day, and what that tells.

use std::sync::Arc;

use chrono::NaiveDate;

use super::judging;
use crate::{
    domain::{
        commitment::CommitmentStatus,
        explanation::Explanation,
        forecast,
        id::CommitmentId,
        money::{Exact, exact},
        phasing::Phase,
        progress::Progress,
        promise::KeptPromises,
        score::PlanScore,
        summary::Delivered,
        tally::{SliceSums, TargetSums},
        target::Metric,
        terms::Terms,
    },
    entity::{commitment, plan, target},
};

/// Where a target stands on a day.
#[derive(Clone, Debug)]
pub struct TargetFigures {
    /// The target.
    pub target: target::Model,
    /// The version of the lens under which its sums are kept.
    pub lens: i32,
    /// How its amount spreads over the period.
    pub phases: Vec<Phase>,
    /// What its facts add up to.
    pub sums: TargetSums,
    /// Judged against what was due.
    pub progress: Progress,
}

impl TargetFigures {
    /// Where it ends if it goes on as it went; in the target's unit.
    pub fn run_rate(&self) -> Option<Exact> {
        forecast::run_rate(self.sums.actual, self.target.amount, &self.progress.expected)
    }

    /// Where it ends with what is open, by probability; in the target's unit, and only of revenue.
    pub fn pipeline(&self) -> Option<Exact> {
        let weighted = || exact(self.sums.open_weighted) / exact(10_000);
        (self.target.metric == Metric::Revenue)
            .then(|| forecast::pipeline(self.sums.actual, weighted()))
    }
}

/// Where a commitment stands on a day.
#[derive(Clone, Debug)]
pub struct CommitmentFigures {
    /// The commitment.
    pub commitment: commitment::Model,
    /// What was delivered of it.
    pub delivered: Delivered,
    /// Judged against its due day.
    pub status: CommitmentStatus,
}

/// Where a plan stands on a day.
#[derive(Clone, Debug)]
pub struct PlanFigures {
    /// The plan.
    pub plan: Arc<plan::Model>,
    /// The number of the version in force on the day.
    pub version: i32,
    /// The day.
    pub as_of: NaiveDate,
    /// Its targets, in the plan's order.
    pub targets: Vec<TargetFigures>,
    /// Its commitments, in the plan's order.
    pub commitments: Vec<CommitmentFigures>,
    /// The score over its top-level targets.
    pub score: PlanScore,
    /// How each side keeps its promises.
    pub kept: KeptPromises,
    /// What all its facts add up to.
    pub total: SliceSums,
    /// The deals that were open when the period began.
    pub carried_in: i64,
}

impl PlanFigures {
    /// Why one of its targets stands as it does, and what brings it back.
    pub fn explanation(&self, of: &TargetFigures) -> Explanation {
        let input = judging::input(&self.plan, &of.target, &of.phases, of.sums, self.as_of);
        Explanation::of(&input, &of.progress)
    }

    /// Where one of its commitments stands.
    pub fn commitment(&self, id: CommitmentId) -> Option<&CommitmentFigures> {
        self.commitments.iter().find(|figures| figures.commitment.id == id)
    }

    /// Market development funds that the plan allocates, in the currency's smallest unit.
    pub fn mdf_allocated(&self) -> i64 {
        self.co_marketing().map(|(mdf, _)| mdf).sum()
    }

    /// Leads that the plan's programmes are expected to bring.
    pub fn leads_expected(&self) -> i64 {
        self.co_marketing().map(|(_, leads)| leads).sum()
    }

    fn co_marketing(&self) -> impl Iterator<Item = (i64, i64)> {
        self.commitments.iter().filter_map(|figures| match &figures.commitment.terms {
            Terms::CoMarketing { mdf_allocated, expected_leads, .. }
                if figures.status != CommitmentStatus::Waived =>
            {
                Some((*mdf_allocated, *expected_leads))
            }
            _ => None,
        })
    }
}
