//! The example mappings on real exports, held against figures that were computed without this program.

use std::{collections::BTreeMap, path::Path};

use chrono::NaiveDate;
use jbp::{
    domain::{
        activity::{ActivityKind, DealFact, MarketingFact, Payload},
        id::PartnershipId,
        recording::NewActivity,
    },
    import::{Mapping, Outcome, Report, open},
};
use serde_json::{Value, json};

use crate::support::data::{self, CUT_OFF, PARTNERS, data, expected};

/// All facts that an example mapping finds, each with its partner's key.
fn read(data: &Path, mapping: &str) -> (Vec<(String, NewActivity)>, Report) {
    let source = open(&Mapping::read(&data::mapping(mapping)).unwrap(), data).unwrap();
    let (mut facts, mut report) = (Vec::new(), Report::default());
    for row in source.rows() {
        let row = row.unwrap();
        report.read(&row);
        if let Outcome::Facts(reported) = row.outcome {
            facts.extend(reported.into_iter().map(|fact| {
                let partner = fact.partner.clone();
                (partner, fact.about(PartnershipId::default()))
            }));
        }
    }
    (facts, report)
}

/// One partner's facts up to the cut-off.
struct Known<'a>(Vec<&'a NewActivity>);

impl<'a> Known<'a> {
    fn of(facts: &'a [(String, NewActivity)], partner: &str) -> Self {
        let cut_off: NaiveDate = CUT_OFF.parse().unwrap();
        let known = facts.iter().filter(|(of, fact)| of == partner && fact.occurred_on <= cut_off);
        Self(known.map(|(_, fact)| fact).collect())
    }

    fn kind(&self, kind: ActivityKind) -> impl Iterator<Item = &'a NewActivity> {
        self.0.iter().copied().filter(move |fact| fact.kind == kind)
    }

    fn in_plan_year(&self, kind: ActivityKind) -> impl Iterator<Item = &'a NewActivity> {
        self.kind(kind).filter(|fact| fact.occurred_on.to_string().starts_with("2017-"))
    }

    fn count(&self, kind: ActivityKind) -> usize {
        self.kind(kind).count()
    }
}

/// Whole dollars of a fact.
fn dollars(fact: &NewActivity) -> i64 {
    let money = fact.payload.money().unwrap();
    assert_eq!((money.currency.to_string().as_str(), money.minor % 100), ("USD", 0));
    money.minor / 100
}

/// Sums of `amount` by `key`, as JSON.
fn sums<'a>(
    facts: impl Iterator<Item = &'a NewActivity>,
    key: impl Fn(&NewActivity) -> String,
    amount: impl Fn(&NewActivity) -> i64,
) -> Value {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for fact in facts {
        *sums.entry(key(fact)).or_default() += amount(fact);
    }
    json!(sums)
}

fn deal(fact: &NewActivity) -> &DealFact {
    let Payload::Deal(deal) = &fact.payload else { panic!("{fact:?}") };
    deal
}

fn marketing(fact: &NewActivity) -> &MarketingFact {
    let Payload::Marketing(marketing) = &fact.payload else { panic!("{fact:?}") };
    marketing
}

#[test]
fn deals_of_the_crm_export_are_those_expected() {
    let Some(data) = data() else { return };
    let (facts, report) = read(&data, "crm.toml");
    assert_eq!((report.n_rows, report.n_reporting, report.n_rejected), (8_800, 8_300, 0));
    assert_eq!(report.skipped, BTreeMap::from([("not engaged yet".to_owned(), 500)]));
    assert_eq!(report.n_facts, 2 * 8_300 + 4_238 + 2_473);

    for partner in PARTNERS {
        use ActivityKind::{DealApproved, DealLost, DealRegistered, DealWon};
        let known = Known::of(&facts, partner);
        let won = || known.kind(DealWon);
        let closed: Vec<&str> =
            won().chain(known.kind(DealLost)).map(|fact| deal(fact).deal.as_str()).collect();
        let open: Vec<_> = known
            .kind(DealApproved)
            .filter(|fact| !closed.contains(&deal(fact).deal.as_str()))
            .collect();
        let series =
            |fact: &NewActivity| fact.product_line.as_deref().unwrap()[..3].trim().to_owned();
        let found = json!({
            "deals_registered_to_date": known.count(DealRegistered),
            "deals_registered_in_plan_year": known.in_plan_year(DealRegistered).count(),
            "deals_registered_in_plan_year_by_product_line": sums(known.in_plan_year(DealRegistered), series, |_| 1),
            "won_deals": won().count(),
            "lost_deals": known.count(DealLost),
            "won_revenue_usd": won().map(dollars).sum::<i64>(),
            "won_revenue_usd_by_product_line": sums(won(), series, dollars),
            "won_revenue_usd_by_product": sums(won(), |fact| fact.product_line.clone().unwrap(), dollars),
            "won_revenue_usd_by_segment": sums(won(), |fact| fact.segment.clone().unwrap(), dollars),
            "won_revenue_usd_by_country": sums(won(), |fact| fact.country.clone().unwrap(), dollars),
            "won_revenue_usd_by_rep": sums(won(), |fact| deal(fact).rep.clone().unwrap(), dollars),
            "won_revenue_usd_by_month": sums(won(), |fact| fact.occurred_on.format("%Y-%m").to_string(), dollars),
            "open_deals": open.len(),
            "open_pipeline_list_value_usd": open.iter().map(|fact| dollars(fact)).sum::<i64>(),
            "open_deals_without_account": open.iter().filter(|fact| deal(fact).customer.is_none()).count(),
        });
        check_figures(&found, &expected(&data, "maven_crm", partner), partner);
    }
}

#[test]
fn the_three_spellings_of_the_crm_export_are_the_same_facts() {
    let Some(data) = data() else { return };
    let (iso, _) = read(&data, "crm.toml");
    for variant in ["crm-us-mdy.toml", "crm-eu-dmy.toml"] {
        let (facts, report) = read(&data, variant);
        assert!(report.is_clean(), "{variant}: {report}");
        assert!(facts == iso, "{variant} gives other facts");
    }
}

#[test]
fn course_completions_are_those_expected() {
    let Some(data) = data() else { return };
    let (facts, report) = read(&data, "training.toml");
    assert_eq!((report.n_rows, report.n_facts), (1_658, 392));
    let rejected: Vec<String> = report.rejected.iter().map(ToString::to_string).collect();
    let place = |line| format!("oulad-training/training-feed.csv:{line} event_date: is empty");
    assert_eq!(rejected, [1_657, 1_658, 1_659].map(place));

    for partner in PARTNERS {
        use ActivityKind::CourseCompleted;
        let known = Known::of(&facts, partner);
        let course = |fact: &NewActivity| {
            let Payload::Training(training) = &fact.payload else { panic!("{fact:?}") };
            training.code.clone()
        };
        let found = json!({
            "completed": known.count(CourseCompleted),
            "completed_in_plan_year": known.in_plan_year(CourseCompleted).count(),
            "completed_in_plan_year_by_course": sums(known.in_plan_year(CourseCompleted), course, |_| 1),
        });
        check_figures(&found, &expected(&data, "training", partner), partner);
    }
}

#[test]
fn programmes_and_leads_are_those_expected() {
    let Some(data) = data() else { return };
    let (facts, report) = read(&data, "marketing.toml");
    assert_eq!((report.n_rows, report.n_repeated, report.n_rejected), (96 + 7_117, 73, 0));
    assert_eq!(report.n_facts, 2 * 89 + 7_044);

    for partner in PARTNERS {
        use ActivityKind::{LeadsDelivered, MdfSpent, ProgrammeExecuted};
        let known = Known::of(&facts, partner);
        let campaign = |fact: &NewActivity| marketing(fact).campaign_type.clone().unwrap();
        let found = json!({
            "programmes_executed": known.count(ProgrammeExecuted),
            "programmes_executed_by_type": sums(known.kind(ProgrammeExecuted), campaign, |_| 1),
            "mdf_claimed_usd": known.kind(MdfSpent).map(dollars).sum::<i64>(),
            "distinct_leads_created":
                known.kind(LeadsDelivered).map(|fact| marketing(fact).leads.unwrap()).sum::<i64>(),
        });
        check_figures(&found, &expected(&data, "marketing", partner), partner);
    }
}

/// Each figure found is the one expected.
#[track_caller]
fn check_figures(found: &Value, expected: &Value, partner: &str) {
    for (name, figure) in found.as_object().unwrap() {
        assert_eq!(figure, &expected[name], "{partner}: {name}");
    }
}
