//! The integrator: a full plan in the middle of its year, and next year's as the vendor drafts it.

use super::{
    CommitmentScript as Promise, PlanScript, SplitScript, TargetScript as Target, Words,
    co_marketing, reviews,
};
use crate::{
    demo::{
        people::{Company, JONAS},
        setting::{Setting, currency, label},
    },
    domain::{
        calendar::PeriodKind,
        commitment::{
            EnablementKind, MilestoneKind, OwedBy, PipelineActivityKind, ResourceKind, SupportKind,
        },
        review::{Cadence, ReviewFormat, ReviewKind},
        target::{Dimension, Metric},
        terms::Terms,
    },
    error::Result,
    service::splits::Basis,
};

const LENA: &str = "lena.keller@brandt-keller.example";
const HELENA: &str = "helena.brooks@northwind.example";
const ULRICH: &str = "ulrich.sommer@brandt-keller.example";

/// Hours of the vendor's engineer, under way.
pub const ENGINEER: &str = "Solution engineer for joint pursuits";
/// What the vendor is late with.
pub const DECKS: &str = "Localised pitch decks and a return-on-investment calculator";
/// What the vendor has paid for in time.
pub const DEMO_CELL: &str = "Demo cell for the Stuttgart showroom";
/// What the vendor is about to be late with.
pub const WORKSHOPS: &str = "Architecture workshops for the automotive accounts";
/// What the vendor delivered too late.
pub const CONNECTOR: &str = "Warehouse-system connector, made with the integration team";
/// The partner's people.
pub const PRESALES: &str = "Two presales consultants for mobile robots";
/// What both agree not to need.
pub const BOOKLET: &str = "Printed case-study booklet for the autumn fair";

const WORDS: Words = Words {
    vision: "By the end of the year every second intralogistics tender in southern Germany is answered by the two of us together, \
             with one proposal, one demo cell and one project plan.",
    value_proposition: "Northwind brings robots that are in operation within a week; Brandt & Keller brings the material-flow \
                        engineers who know the plant. Customers get one contract and one number to call.",
    success_factors: &[
        "A named solution engineer who is in the first customer meeting, not the third",
        "Certified fleet engineers on both sites of Brandt & Keller before the summer",
        "Deal registrations answered within three working days",
        "One reference per quarter that may be quoted by name",
    ],
    swot: [
        &[
            "Twelve years of plant engineering in automotive",
            "Shared demo cell in Stuttgart",
            "Trust between both delivery teams",
        ],
        &["Few software sellers at Brandt & Keller", "Pitch material in German comes late"],
        &[
            "Driverless transport is funded again in three states",
            "Three competitors' service contracts run out this year",
        ],
        &[
            "Two automotive groups freeze investments until the new year",
            "A low-cost carrier from overseas in every tender",
        ],
    ],
    objectives: &[
        (
            "Win the supplier parks",
            "Be on the shortlist of every supplier park within 200 km of Stuttgart.",
        ),
        (
            "Sell software with every robot",
            "Fleet Manager in at least 70 % of all quotes that have more than three robots.",
        ),
        (
            "Be able to deliver alone",
            "Brandt & Keller commissions the Drift series without Northwind staff on site.",
        ),
    ],
};

pub fn plans(setting: &Setting) -> Result<Vec<PlanScript>> {
    Ok(vec![this_year(setting)?, next_year(setting)?])
}

fn this_year(setting: &Setting) -> Result<PlanScript> {
    Ok(PlanScript {
        company: Company::Brandt,
        name: format!("{} joint business plan", label(setting.year)),
        period_kind: PeriodKind::FiscalYear,
        period: setting.year,
        currency: currency("EUR")?,
        override_reason: None,
        drafter: JONAS,
        counterpart: LENA,
        sponsors: Some([HELENA, ULRICH]),
        words: WORDS,
        rates: &[("CHF", 10_450), ("USD", 9_200)],
        cadence: Some(reviews(
            Cadence::Quarterly,
            ReviewKind::ExecutiveReview,
            ReviewFormat::OnSite,
        )),
        targets: targets(),
        splits: splits(),
        commitments: commitments(setting),
        open_points: false,
        drafted_on: setting.day(3),
        shared_on: Some(setting.day(6)),
        proposed_on: Some(setting.day(12)),
        signed: vec![(setting.day(15), ULRICH), (setting.day(16), HELENA)],
    })
}

fn targets() -> Vec<Target> {
    vec![
        Target::new("Joint revenue", Metric::Revenue, 4_200_000, 30)
            .before(3_500_000)
            .quarterly([20, 25, 25, 30]),
        Target::new("New pipeline", Metric::PipelineCreated, 11_000_000, 15)
            .before(8_600_000)
            .like_before(),
        Target::new("Deals registered", Metric::DealsRegistered, 260, 10).before(130),
        Target::new("Deals won", Metric::DealsWon, 90, 15)
            .before(62)
            .monthly([6, 6, 8, 8, 10, 10, 9, 7, 8, 9, 10, 9]),
        Target::new("Leads from joint campaigns", Metric::Leads, 1_200, 10),
        Target::new("Courses completed", Metric::TrainingCompletions, 80, 5),
        Target::new("Certified engineers", Metric::CertifiedPeople, 60, 10)
            .quarterly([30, 20, 25, 25]),
        Target::custom("Proofs of concept", "proofs_of_concept", 24, 5),
    ]
}

fn splits() -> Vec<SplitScript> {
    let split = |of, dimension, values, basis| SplitScript { of, dimension, values, basis };
    vec![
        split(
            "Joint revenue",
            Dimension::ProductLine,
            &["MOBILE", "ARMS", "SOFTWARE", "SERVICES"],
            Basis::Baseline,
        ),
        split(
            "Joint revenue",
            Dimension::Segment,
            &["MANUFACTURING", "LOGISTICS", "FOOD"],
            Basis::Baseline,
        ),
        split("Joint revenue", Dimension::Geography, &["EMEA", "AMER"], Basis::Baseline),
        split("Joint revenue · EMEA", Dimension::Geography, &["DE", "AT", "CH"], Basis::Baseline),
        split("Deals registered", Dimension::Segment, &["MANUFACTURING", "LOGISTICS"], Basis::Even),
    ]
}

fn commitments(setting: &Setting) -> Vec<Promise> {
    let (vendor, partner) = ((OwedBy::Vendor, JONAS), (OwedBy::Partner, LENA));
    let joint = (OwedBy::Joint, JONAS);
    let support = |kind| Terms::VendorSupport { kind };
    let resource = |kind| Terms::ResourceInvestment { kind };
    let learning = |kind, code: &str| Terms::Enablement { kind, code: code.to_owned() };
    let work = |kind, accounts: &[&str]| Terms::PipelineActivity {
        kind,
        accounts: accounts.iter().map(|account| (*account).to_owned()).collect(),
    };
    let end = setting.year.end;
    vec![
        Promise::new(ENGINEER, vendor, end, 600, support(SupportKind::CoSellResource)),
        Promise::new(DECKS, vendor, setting.ago(20), 8, support(SupportKind::MarketingMaterials)),
        Promise::new(DEMO_CELL, vendor, setting.ago(62), 120_000, resource(ResourceKind::Money)),
        Promise::new(WORKSHOPS, vendor, setting.ago(-9), 40, support(SupportKind::CoSellResource))
            .from(setting.ago(80)),
        Promise::new(CONNECTOR, vendor, setting.ago(75), 80, support(SupportKind::CoSellResource)),
        Promise::new(
            BOOKLET,
            vendor,
            setting.ago(-30),
            1,
            support(SupportKind::MarketingMaterials),
        )
        .from(setting.ago(40)),
        Promise::new(
            "Certify the fleet engineers",
            partner,
            setting.ago(15),
            26,
            learning(EnablementKind::Certification, "NR-FLEET-PRO"),
        ),
        Promise::new(
            "Safety course for commissioning teams",
            partner,
            setting.ago(-20),
            12,
            learning(EnablementKind::Training, "NR-SAFE-101"),
        ),
        Promise::new(PRESALES, partner, setting.ago(100), 2, resource(ResourceKind::People)),
        Promise::new(
            "Smart-factory roadshow",
            partner,
            end,
            4,
            co_marketing("roadshow", (48_000, 24_000), 420),
        ),
        Promise::new(
            "Webinar series “Material flow in a week”",
            partner,
            setting.ago(-10),
            6,
            co_marketing("webinar", (18_000, 6_000), 360),
        ),
        Promise::new(
            "Year-end open house in Stuttgart",
            partner,
            end,
            1,
            co_marketing("open-house", (15_000, 15_000), 120),
        )
        .from(setting.ago(-45)),
        Promise::new(
            "Joint customer calls",
            joint,
            end,
            60,
            work(PipelineActivityKind::JointCalls, &[]),
        ),
        Promise::new(
            "Map the accounts of both sales teams",
            joint,
            setting.ago(120),
            3,
            work(PipelineActivityKind::AccountMapping, &[]),
        ),
        Promise::new(
            "Open the ten named supplier parks",
            partner,
            end,
            10,
            work(
                PipelineActivityKind::TargetAccounts,
                &[
                    "Falken Automotive",
                    "Kessler Drives",
                    "Aurel Foods",
                    "Hansa Parcel",
                    "Nordlicht Pharma",
                ],
            ),
        ),
        Promise::new(
            "A hundred registrations by half-time",
            joint,
            setting.ago(25),
            100,
            Terms::PipelineMilestone {
                kind: MilestoneKind::DealRegistration,
                metric: Metric::DealsRegistered,
            },
        ),
        Promise::new(
            "Nine million of approved pipeline",
            joint,
            setting.ago(-40),
            9_000_000,
            Terms::PipelineMilestone {
                kind: MilestoneKind::OpportunityDevelopment,
                metric: Metric::PipelineCreated,
            },
        ),
    ]
}

/// A draft that the partner does not see yet.
fn next_year(setting: &Setting) -> Result<PlanScript> {
    let end = setting.after.end;
    Ok(PlanScript {
        company: Company::Brandt,
        name: format!("{} joint business plan", label(setting.after)),
        period_kind: PeriodKind::FiscalYear,
        period: setting.after,
        currency: currency("EUR")?,
        override_reason: None,
        drafter: JONAS,
        counterpart: LENA,
        sponsors: Some([HELENA, ULRICH]),
        words: Words {
            vision: "Software and services make up a third of what we sell together.",
            value_proposition: "A plant that is planned, built and run by one team.",
            success_factors: &["A second demo cell in Linz", "Care plans quoted by default"],
            ..Words::default()
        },
        rates: &[("CHF", 10_400)],
        cadence: Some(reviews(
            Cadence::Quarterly,
            ReviewKind::ExecutiveReview,
            ReviewFormat::Hybrid,
        )),
        targets: vec![
            Target::new("Joint revenue", Metric::Revenue, 5_100_000, 60)
                .quarterly([20, 25, 25, 30]),
            Target::new("New pipeline", Metric::PipelineCreated, 13_500_000, 40),
        ],
        splits: Vec::new(),
        commitments: vec![Promise::new(
            "Solution engineers for joint pursuits",
            (OwedBy::Vendor, JONAS),
            end,
            900,
            Terms::VendorSupport { kind: SupportKind::CoSellResource },
        )],
        open_points: false,
        drafted_on: setting.ago(3),
        shared_on: None,
        proposed_on: None,
        signed: Vec::new(),
    })
}
