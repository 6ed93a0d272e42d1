//! The reseller: its tier is offered no plan, and it has one all the same, for a reason.

use super::{
    CommitmentScript as Promise, PlanScript, TargetScript as Target, Words, co_marketing, reviews,
};
use crate::{
    demo::{
        people::Company,
        setting::{Setting, currency, label},
    },
    domain::{
        calendar::PeriodKind,
        commitment::{EnablementKind, OwedBy, SupportKind},
        review::{Cadence, ReviewFormat, ReviewKind},
        target::Metric,
        terms::Terms,
    },
    error::Result,
};

const MARTA: &str = "marta.lindqvist@northwind.example";
const ANNA: &str = "anna.wojcik@ridgeline.example";
const HELENA: &str = "helena.brooks@northwind.example";
const KAROL: &str = "karol.nowak@ridgeline.example";

/// What the vendor lends, as the facts name it.
pub const STARTER: &str = "Starter kit: two demo robots on loan";

pub fn plans(setting: &Setting) -> Result<Vec<PlanScript>> {
    let (vendor, partner) = ((OwedBy::Vendor, MARTA), (OwedBy::Partner, ANNA));
    Ok(vec![PlanScript {
        company: Company::Ridgeline,
        name: format!("{} Poland entry plan", label(setting.year)),
        period_kind: PeriodKind::FiscalYear,
        period: setting.year,
        currency: currency("EUR")?,
        override_reason: Some(
            "Only partner in Poland; the board wants the market opened this year.",
        ),
        drafter: MARTA,
        counterpart: ANNA,
        sponsors: Some([HELENA, KAROL]),
        words: Words {
            vision: "Ten reference sites between Poznan and Katowice.",
            value_proposition: "A local team that knows every warehouse park along the motorway.",
            success_factors: &[
                "Demo robots on site from the first month",
                "Documentation in Polish",
            ],
            swot: [
                &["Local presence", "Fast decisions"],
                &["Three salespeople in all"],
                &["New warehouse parks in Silesia"],
                &["Wages that still compete with robots"],
            ],
            objectives: &[("Open the market", "First revenue in each of three voivodeships.")],
        },
        rates: &[("PLN", 2_350)],
        cadence: Some(reviews(Cadence::Quarterly, ReviewKind::CheckIn, ReviewFormat::Remote)),
        targets: vec![
            Target::new("Joint revenue", Metric::Revenue, 420_000, 60),
            Target::new("Deals registered", Metric::DealsRegistered, 40, 40),
        ],
        splits: Vec::new(),
        commitments: vec![
            Promise::new(
                STARTER,
                vendor,
                setting.day(75),
                2,
                Terms::VendorSupport { kind: SupportKind::MarketingMaterials },
            ),
            Promise::new(
                "Certify the sales engineers",
                partner,
                setting.ago(12),
                3,
                Terms::Enablement {
                    kind: EnablementKind::Certification,
                    code: "NR-FLEET-PRO".to_owned(),
                },
            ),
            Promise::new(
                "Stand at the Poznan logistics fair",
                partner,
                setting.ago(-60),
                1,
                co_marketing("trade-show", (6_000, 2_000), 80),
            )
            .from(setting.ago(-50)),
        ],
        open_points: false,
        drafted_on: setting.day(30),
        shared_on: Some(setting.day(34)),
        proposed_on: Some(setting.day(41)),
        signed: vec![(setting.day(43), KAROL), (setting.day(44), HELENA)],
    }])
}
