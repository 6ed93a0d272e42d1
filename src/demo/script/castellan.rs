//! The ally: a full plan in dollars that waits for the vendor's signature.

use super::{
    CommitmentScript as Promise, PlanScript, TargetScript as Target, Words, co_marketing, reviews,
};
use crate::{
    demo::{
        people::{Company, PRIYA},
        setting::{Setting, currency, label},
    },
    domain::{
        calendar::PeriodKind,
        commitment::{EnablementKind, OwedBy, PipelineActivityKind, SupportKind},
        review::{Cadence, ReviewFormat, ReviewKind},
        target::Metric,
        terms::Terms,
    },
    error::Result,
};

const MARCUS: &str = "marcus.hill@castellan.example";
const HELENA: &str = "helena.brooks@northwind.example";
const OLIVIA: &str = "olivia.tran@castellan.example";

pub fn plans(setting: &Setting) -> Result<Vec<PlanScript>> {
    let (vendor, partner) = ((OwedBy::Vendor, PRIYA), (OwedBy::Partner, MARCUS));
    let end = setting.year.end;
    Ok(vec![PlanScript {
        company: Company::Castellan,
        name: format!("{} alliance plan", label(setting.year)),
        period_kind: PeriodKind::FiscalYear,
        period: setting.year,
        currency: currency("USD")?,
        override_reason: None,
        drafter: MARCUS,
        counterpart: PRIYA,
        sponsors: Some([HELENA, OLIVIA]),
        words: Words {
            vision: "Fleet Manager runs where the customer's data is: in Castellan's regions, billed through its marketplace.",
            value_proposition: "A robot fleet that the chief information officer approves in one meeting.",
            success_factors: &[
                "Marketplace listing with committed-spend drawdown",
                "A joint reference architecture, kept current",
                "Field teams that are paid for each other's deals",
            ],
            swot: [
                &["Castellan is in nine of ten target accounts"],
                &["Two sales cultures", "No shared forecast yet"],
                &["Committed cloud spend looks for workloads"],
                &["Castellan invests in a start-up of the same kind"],
            ],
            objectives: &[
                (
                    "Through the marketplace",
                    "Half of all joint deals are billed through the marketplace.",
                ),
                (
                    "One architecture",
                    "The reference architecture passes the review of both security teams.",
                ),
            ],
        },
        rates: &[("EUR", 10_850), ("CAD", 7_300)],
        cadence: Some(reviews(
            Cadence::Quarterly,
            ReviewKind::ExecutiveReview,
            ReviewFormat::Hybrid,
        )),
        targets: vec![
            Target::new("Marketplace revenue", Metric::Revenue, 2_600_000, 45)
                .quarterly([15, 20, 25, 40]),
            Target::new("Co-sell pipeline", Metric::PipelineCreated, 7_500_000, 30),
            Target::new("Opportunities shared", Metric::DealsRegistered, 110, 15),
            Target::new("Certified cloud architects", Metric::CertifiedPeople, 20, 10),
        ],
        splits: Vec::new(),
        commitments: vec![
            Promise::new(
                "Alliance architect",
                vendor,
                end,
                800,
                Terms::VendorSupport { kind: SupportKind::CoSellResource },
            ),
            Promise::new(
                "Marketplace launch campaign",
                partner,
                end,
                3,
                co_marketing("webinar", (60_000, 60_000), 500),
            ),
            Promise::new(
                "Certify cloud architects on Fleet Manager",
                partner,
                end,
                20,
                Terms::Enablement {
                    kind: EnablementKind::Certification,
                    code: "NR-FLEET-PRO".to_owned(),
                },
            ),
            Promise::new(
                "Account planning days",
                (OwedBy::Joint, MARCUS),
                end,
                4,
                Terms::PipelineActivity {
                    kind: PipelineActivityKind::AccountMapping,
                    accounts: Vec::new(),
                },
            ),
        ],
        open_points: false,
        drafted_on: setting.ago(38),
        shared_on: Some(setting.ago(33)),
        proposed_on: Some(setting.ago(9)),
        signed: vec![(setting.ago(5), OLIVIA)],
    }])
}
