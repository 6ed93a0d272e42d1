//! One thing to add on one day, and where it is added.

use chrono::NaiveDate;

use crate::domain::{
    activity::{Placement, Provenance},
    lens::TargetLens,
    tally::{Slice, SliceSums},
    target::Metric,
};

/// One thing to add on one day.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub day: NaiveDate,
    pub is_level: bool,
    pub provenance: Provenance,
    pub placement: Placement,
    pub rep: Option<&'a str>,
    pub course: Option<&'a str>,
    pub campaign: Option<&'a str>,
    pub metric_key: Option<&'a str>,
    pub sums: SliceSums,
    pub quantity: i64,
    pub won_value: i64,
    pub open_weighted: i64,
}

impl Entry<'_> {
    pub fn new(day: NaiveDate, provenance: Provenance, placement: Placement) -> Self {
        Self {
            day,
            is_level: false,
            provenance,
            placement,
            rep: None,
            course: None,
            campaign: None,
            metric_key: None,
            sums: SliceSums::default(),
            quantity: 0,
            won_value: 0,
            open_weighted: 0,
        }
    }

    pub fn measure(&self, lens: &TargetLens) -> i64 {
        match lens.metric {
            Metric::Custom
                if self.metric_key.is_some() && self.metric_key == lens.metric_key.as_deref() =>
            {
                self.quantity
            }
            metric => self.sums.measure(metric),
        }
    }

    pub fn slices(&self) -> Vec<(Slice, String)> {
        let mut slices = vec![(Slice::Total, String::new())];
        let placed = [
            (Slice::ProductLine, self.placement.product_line),
            (Slice::Segment, self.placement.segment),
            (Slice::Geography, self.placement.geography),
        ];
        slices.extend(placed.into_iter().filter_map(|(slice, id)| Some((slice, id?.to_string()))));
        let named = [
            (Slice::Course, self.course),
            (Slice::CampaignType, self.campaign),
            (Slice::Rep, self.rep),
        ];
        slices.extend(named.into_iter().filter_map(|(slice, key)| Some((slice, key?.to_owned()))));
        slices
    }
}

impl SliceSums {
    /// The sum that a metric counts.
    pub fn measure(&self, metric: Metric) -> i64 {
        match metric {
            Metric::Revenue => self.revenue,
            Metric::PipelineCreated => self.pipeline,
            Metric::DealsRegistered => self.registered,
            Metric::DealsWon => self.won,
            Metric::Leads => self.leads,
            Metric::TrainingCompletions => self.completions,
            Metric::CertifiedPeople | Metric::Custom => 0,
        }
    }
}

/// Whether open deals say something about the metric's future.
pub fn is_about_deals(metric: Metric) -> bool {
    match metric {
        Metric::Revenue | Metric::PipelineCreated | Metric::DealsRegistered | Metric::DealsWon => {
            true
        }
        Metric::Leads | Metric::TrainingCompletions | Metric::CertifiedPeople | Metric::Custom => {
            false
        }
    }
}
