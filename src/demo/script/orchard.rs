//! The distributor: a light plan under way, the next half-year signed, and a draft of the partner's own.

use super::{
    CommitmentScript as Promise, PlanScript, SplitScript, TargetScript as Target, Words,
    co_marketing, reviews,
};
use crate::{
    demo::{
        people::{Company, PRIYA},
        setting::{Setting, currency, label},
    },
    domain::{
        calendar::{Period, PeriodKind},
        commitment::{EnablementKind, OwedBy, PipelineActivityKind, SupportKind},
        review::{Cadence, ReviewFormat, ReviewKind},
        target::{Dimension, Metric},
        terms::Terms,
    },
    error::Result,
    service::splits::Basis,
};

const CALLUM: &str = "callum.reid@orchard.example";

/// Hours of the vendor's desk, under way.
pub const DESK: &str = "Quoting desk hours for the resellers";
/// What the vendor delivered in time.
pub const LAUNCH_KIT: &str = "Launch kits for the reseller days";

pub fn plans(setting: &Setting) -> Result<Vec<PlanScript>> {
    Ok(vec![this_year(setting)?, first_half(setting)?, second_half(setting)?])
}

fn this_year(setting: &Setting) -> Result<PlanScript> {
    let (vendor, partner) = ((OwedBy::Vendor, PRIYA), (OwedBy::Partner, CALLUM));
    let end = setting.year.end;
    Ok(PlanScript {
        company: Company::Orchard,
        name: format!("{} distribution plan", label(setting.year)),
        period_kind: PeriodKind::FiscalYear,
        period: setting.year,
        currency: currency("EUR")?,
        override_reason: None,
        drafter: PRIYA,
        counterpart: CALLUM,
        sponsors: None,
        words: Words {
            vision: "Forty active resellers in the United Kingdom and Ireland who quote a Drift 150 without asking us.",
            value_proposition: "Robots from stock in Daventry in five days, with credit lines that a reseller can live with.",
            success_factors: &[
                "Stock of twelve Drift 150 at all times",
                "A quote within the day",
                "Two reseller days in each half-year",
            ],
            swot: [
                &["Reach into 400 resellers", "Stock and credit"],
                &["Little technical presales"],
                &["Parcel hubs are automating for peak season"],
                &["Sterling", "A competing line in the same catalogue"],
            ],
            objectives: &[(
                "Widen the base",
                "Forty resellers with at least one registration in the year.",
            )],
        },
        rates: &[("GBP", 11_700)],
        cadence: Some(reviews(
            Cadence::Quarterly,
            ReviewKind::BusinessReview,
            ReviewFormat::Remote,
        )),
        targets: vec![
            Target::new("New pipeline", Metric::PipelineCreated, 6_000_000, 40)
                .before(4_500_000)
                .monthly([7, 7, 8, 9, 10, 9, 8, 6, 8, 9, 10, 9]),
            Target::new("Deals registered", Metric::DealsRegistered, 320, 30)
                .before(110)
                .like_before(),
            Target::new("Leads from reseller days", Metric::Leads, 500, 20).before(310),
            Target::new("Resellers trained", Metric::TrainingCompletions, 60, 10),
        ],
        splits: vec![SplitScript {
            of: "New pipeline",
            dimension: Dimension::ProductLine,
            values: &["MOBILE", "SOFTWARE"],
            basis: Basis::Baseline,
        }],
        commitments: vec![
            Promise::new(
                DESK,
                vendor,
                end,
                240,
                Terms::VendorSupport { kind: SupportKind::CoSellResource },
            ),
            Promise::new(
                LAUNCH_KIT,
                vendor,
                setting.ago(33),
                6,
                Terms::VendorSupport { kind: SupportKind::MarketingMaterials },
            ),
            Promise::new(
                "Reseller days",
                partner,
                setting.ago(-12),
                4,
                co_marketing("reseller-day", (16_000, 8_000), 260),
            ),
            Promise::new(
                "Telemarketing to warehouse managers",
                partner,
                end,
                6,
                co_marketing("telemarketing", (8_000, 4_000), 240),
            ),
            Promise::new(
                "Train the inside sales team",
                partner,
                setting.ago(40),
                24,
                Terms::Enablement {
                    kind: EnablementKind::Training,
                    code: "NR-SELL-200".to_owned(),
                },
            ),
            Promise::new(
                "Quarterly account mapping",
                (OwedBy::Joint, CALLUM),
                end,
                4,
                Terms::PipelineActivity {
                    kind: PipelineActivityKind::AccountMapping,
                    accounts: Vec::new(),
                },
            ),
        ],
        open_points: false,
        drafted_on: setting.day(5),
        shared_on: Some(setting.day(8)),
        proposed_on: Some(setting.day(18)),
        signed: vec![(setting.day(19), PRIYA), (setting.day(20), CALLUM)],
    })
}

/// Signed early: nothing of it is due yet.
fn first_half(setting: &Setting) -> Result<PlanScript> {
    let period = Period::of_months(setting.after.start, 6).unwrap_or(setting.after);
    let vendor = (OwedBy::Vendor, PRIYA);
    Ok(PlanScript {
        name: format!("{} first-half stocking plan", label(setting.after)),
        period_kind: PeriodKind::HalfYear,
        period,
        words: Words {
            vision: "Peak season from stock: every parcel hub that orders by the end of the half-year runs by November.",
            value_proposition: "Guaranteed lead times, agreed before the season starts.",
            success_factors: &["Forecast by reseller, six weeks ahead"],
            ..Words::default()
        },
        targets: vec![
            Target::new("New pipeline", Metric::PipelineCreated, 3_600_000, 60),
            Target::new("Deals registered", Metric::DealsRegistered, 180, 40),
        ],
        splits: Vec::new(),
        commitments: vec![
            Promise::new(
                "Consignment stock of Drift 150",
                vendor,
                period.end,
                400_000,
                Terms::ResourceInvestment { kind: crate::domain::commitment::ResourceKind::Money },
            ),
            Promise::new(
                "Reseller days",
                (OwedBy::Partner, CALLUM),
                period.end,
                2,
                co_marketing("reseller-day", (8_000, 4_000), 130),
            ),
        ],
        drafted_on: setting.ago(24),
        shared_on: Some(setting.ago(22)),
        proposed_on: Some(setting.ago(9)),
        signed: vec![(setting.ago(8), CALLUM), (setting.ago(6), PRIYA)],
        ..this_year(setting)?
    })
}

/// What the partner thinks of in private.
fn second_half(setting: &Setting) -> Result<PlanScript> {
    let start = Period::of_months(setting.after.start, 6).and_then(|half| half.end.succ_opt());
    let period = start.and_then(|start| Period::of_months(start, 6)).unwrap_or(setting.after);
    Ok(PlanScript {
        name: format!("{} second-half growth plan", label(setting.after)),
        period_kind: PeriodKind::HalfYear,
        period,
        drafter: CALLUM,
        counterpart: PRIYA,
        words: Words {
            vision: "Orchard as the only distributor for Vision Studio in the islands.",
            value_proposition: "One price list, one certification path, one support desk.",
            success_factors: &["Exclusivity for two years", "A second technical presales"],
            ..Words::default()
        },
        cadence: None,
        targets: vec![
            Target::new("New pipeline", Metric::PipelineCreated, 4_800_000, 70),
            Target::new("Leads from reseller days", Metric::Leads, 300, 30),
        ],
        splits: Vec::new(),
        commitments: vec![Promise::new(
            "Reseller days",
            (OwedBy::Partner, CALLUM),
            period.end,
            3,
            co_marketing("reseller-day", (15_000, 7_500), 200),
        )],
        drafted_on: setting.ago(4),
        shared_on: None,
        proposed_on: None,
        signed: Vec::new(),
        ..this_year(setting)?
    })
}
