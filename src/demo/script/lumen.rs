//! The service provider: a launch plan that is over and was missed, and the next plan under negotiation.

use super::{
    CommitmentScript as Promise, PlanScript, TargetScript as Target, Words, co_marketing, reviews,
};
use crate::{
    demo::{
        people::{Company, JONAS},
        setting::{Setting, currency, label},
    },
    domain::{
        calendar::{Period, PeriodKind},
        commitment::{EnablementKind, OwedBy, ResourceKind, SupportKind},
        review::{Cadence, ReviewFormat, ReviewKind},
        target::Metric,
        terms::Terms,
    },
    error::Result,
};

const DAAN: &str = "daan.visser@lumen.example";

/// Hours that the vendor did not give in time.
pub const LAUNCH: &str = "Launch engineer in Utrecht";
/// The partner's people, in time.
pub const TECHNICIANS: &str = "Service technicians for the first depot";
/// The metric of robots that the partner runs for its customers.
pub const ROBOTS: &str = "robots_under_management";

pub fn plans(setting: &Setting) -> Result<Vec<PlanScript>> {
    Ok(vec![launch(setting)?, next(setting)?])
}

fn launch(setting: &Setting) -> Result<PlanScript> {
    let period = setting.launch();
    let (vendor, partner) = ((OwedBy::Vendor, JONAS), (OwedBy::Partner, DAAN));
    Ok(PlanScript {
        company: Company::Lumen,
        name: "Robots-as-a-service launch plan".to_owned(),
        period_kind: PeriodKind::Custom,
        period,
        currency: currency("EUR")?,
        override_reason: None,
        drafter: JONAS,
        counterpart: DAAN,
        sponsors: None,
        words: Words {
            vision: "A robot by the month, for warehouses that will never buy one.",
            value_proposition: "Lumen runs it, Northwind builds it, the customer pays per move.",
            success_factors: &[
                "A price per move that a warehouse manager understands",
                "Spare robots in Utrecht",
            ],
            swot: [
                &["Lumen's service desk, around the clock"],
                &["No financing partner yet"],
                &["Temporary staff is hard to find in the Benelux"],
                &["The first customers are small"],
            ],
            objectives: &[(
                "Prove the model",
                "Three customers who renew after their first quarter.",
            )],
        },
        rates: &[],
        cadence: Some(reviews(Cadence::Monthly, ReviewKind::CheckIn, ReviewFormat::Remote)),
        targets: vec![
            Target::custom("Robots under management", ROBOTS, 120, 40),
            Target::new("Deals won", Metric::DealsWon, 8, 30).before(0),
            Target::new("New pipeline", Metric::PipelineCreated, 900_000, 30).before(0),
        ],
        splits: Vec::new(),
        commitments: vec![
            Promise::new(
                LAUNCH,
                vendor,
                setting.ago(20),
                160,
                Terms::VendorSupport { kind: SupportKind::CoSellResource },
            ),
            Promise::new(
                TECHNICIANS,
                partner,
                setting.ago(50),
                3,
                Terms::ResourceInvestment { kind: ResourceKind::People },
            ),
            Promise::new(
                "Launch events in Utrecht and Antwerp",
                partner,
                setting.ago(14),
                2,
                co_marketing("launch-event", (9_000, 3_000), 90),
            ),
            Promise::new(
                "Certify the service desk",
                partner,
                period.end,
                6,
                Terms::Enablement {
                    kind: EnablementKind::Certification,
                    code: "NR-CARE-PRO".to_owned(),
                },
            ),
        ],
        open_points: false,
        drafted_on: period.start + chrono::TimeDelta::days(2),
        shared_on: Some(period.start + chrono::TimeDelta::days(4)),
        proposed_on: Some(period.start + chrono::TimeDelta::days(9)),
        signed: vec![
            (period.start + chrono::TimeDelta::days(10), DAAN),
            (period.start + chrono::TimeDelta::days(11), JONAS),
        ],
    })
}

/// From the next month to the end of the fiscal year; much of it is open.
fn next(setting: &Setting) -> Result<PlanScript> {
    let start = setting.year.start.checked_add_months(chrono::Months::new(7));
    let period = Period { start: start.unwrap_or(setting.today), end: setting.year.end };
    Ok(PlanScript {
        name: format!("{} run-and-renew plan", label(setting.year)),
        period,
        words: Words {
            vision: "Two hundred robots under management, and a financing partner who believes in them.",
            value_proposition: "From pilot to contract in thirty days.",
            success_factors: &[
                "Financing signed in the first month",
                "A launch engineer who stays",
            ],
            ..Words::default()
        },
        cadence: None,
        targets: vec![
            Target::custom("Robots under management", ROBOTS, 200, 50),
            Target::new("Joint revenue", Metric::Revenue, 700_000, 35),
        ],
        commitments: vec![Promise {
            owner: None,
            ..Promise::new(
                "Spare-parts stock in Utrecht",
                (OwedBy::Vendor, JONAS),
                period.end,
                60_000,
                Terms::ResourceInvestment { kind: ResourceKind::Money },
            )
        }],
        open_points: true,
        drafted_on: setting.ago(17),
        shared_on: Some(setting.ago(13)),
        proposed_on: None,
        signed: Vec::new(),
        ..launch(setting)?
    })
}
