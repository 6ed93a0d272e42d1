//! What exactly a commitment promises, by its kind (domain §7).

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{
    activity::Feed,
    commitment::{
        CommitmentKind, EnablementKind, MilestoneKind, PipelineActivityKind, ResourceKind,
        SupportKind,
    },
    money::{Currency, Unit},
    target::Metric,
};

/// The particulars of a commitment; amounts are in the smallest unit of the plan's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Terms {
    /// Programmes to carry out; the quantity counts executions.
    CoMarketing {
        /// The kind of campaign; none for any.
        campaign_type: Option<String>,
        /// Market development funds the vendor gives.
        mdf_allocated: i64,
        /// What the partner adds.
        partner_co_funding: i64,
        /// Leads that both expect.
        expected_leads: i64,
    },
    /// People to train or certify; the quantity counts people.
    Enablement {
        /// Training or certification.
        kind: EnablementKind,
        /// The course's or certification's code.
        code: String,
    },
    /// Pipeline work; the quantity counts mappings, calls or registered deals.
    PipelineActivity {
        /// Which work.
        kind: PipelineActivityKind,
        /// Named accounts, for [`PipelineActivityKind::TargetAccounts`].
        accounts: Vec<String>,
    },
    /// A figure to reach; the quantity is in the metric's unit.
    PipelineMilestone {
        /// Which pipeline stage it is about.
        kind: MilestoneKind,
        /// What is measured.
        metric: Metric,
    },
    /// Support that the vendor owes; the quantity is in thousandths of hours, people or assets.
    VendorSupport {
        /// Which support.
        kind: SupportKind,
    },
    /// People, money or time of either side; the quantity is in thousandths.
    ResourceInvestment {
        /// Which resource.
        kind: ResourceKind,
    },
}

impl Terms {
    /// The kind of commitment.
    pub fn kind(&self) -> CommitmentKind {
        match self {
            Self::CoMarketing { .. } => CommitmentKind::CoMarketing,
            Self::Enablement { .. } => CommitmentKind::Enablement,
            Self::PipelineActivity { .. } => CommitmentKind::PipelineActivity,
            Self::PipelineMilestone { .. } => CommitmentKind::PipelineMilestone,
            Self::VendorSupport { .. } => CommitmentKind::VendorSupport,
            Self::ResourceInvestment { .. } => CommitmentKind::ResourceInvestment,
        }
    }

    /// Where the facts come from that keep it; none where any of several will do.
    pub fn feed(&self) -> Option<Feed> {
        match self {
            Self::CoMarketing { .. } => Some(Feed::Marketing),
            Self::Enablement { .. } => Some(Feed::Training),
            Self::PipelineActivity { .. } => None,
            Self::PipelineMilestone { metric, .. } => Some(metric.feed()),
            Self::VendorSupport { .. } | Self::ResourceInvestment { .. } => {
                Some(Feed::VendorSupport)
            }
        }
    }

    /// What the quantity counts, in a plan of `currency`.
    pub fn unit(&self, currency: Currency) -> Unit {
        match self {
            Self::CoMarketing { .. } | Self::Enablement { .. } | Self::PipelineActivity { .. } => {
                Unit::Count
            }
            Self::PipelineMilestone { metric, .. } => metric.unit(currency),
            Self::VendorSupport { .. } | Self::ResourceInvestment { .. } => Unit::Quantity,
        }
    }
}
