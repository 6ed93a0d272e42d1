//! The main job on real exports: six partners, two signed plans, three feeds, and every figure held against what others computed.
//!
//! The expected figures of 30 June 2017 were computed without this program. Those of other days, and the standing of targets and
//! commitments on all days, the test computes itself from the raw files (`raw`, `rules`).

mod figures;
mod house;
mod plan;
mod raw;
mod rules;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use self::{figures::Seen, house::House, raw::Raw, rules::Rules};
use crate::support::{
    data::{CUT_OFF, PARTNERS, data, expectations, expected},
    sums::{head, n_facts, sums},
};

/// What the expected file counts and the domain has no concept for.
const NO_CONCEPT: [&str; 11] = [
    // Enablement counts what was completed; who is still learning, or gave up, is the training system's own.
    "enrolled",
    "enrolled_without_outcome",
    "failed",
    "withdrawn",
    // What a programme costs is between the partner and its agencies; the plan knows the funds allocated to it and claimed.
    "planned_spend_usd",
    "actual_spend_usd",
    // A commitment or target expects leads as a whole, and those that came in are counted one by one.
    "expected_leads",
    "leads_reported_on_executions",
    // Leads and deals are not linked.
    "leads_converted_to_deals",
    "converted_deals_won",
    "won_revenue_usd_from_converted_deals",
];

const MAPPINGS: [&str; 3] = ["crm.toml", "training.toml", "marketing.toml"];

/// Days inside the grace, at ends of months and quarters, inside months, and on both sides of what is due.
const DAYS: [&str; 9] = [
    "2017-01-10",
    "2017-03-01",
    "2017-03-31",
    "2017-05-31",
    "2017-06-15",
    CUT_OFF,
    "2017-08-17",
    "2017-09-30",
    "2017-12-31",
];

/// Each figure found is the one expected, and none is missing; how many they are.
#[track_caller]
fn check(found: &Value, expected: &Value, what: &str) -> usize {
    let (Value::Object(found), Value::Object(expected)) = (found, expected) else {
        assert_eq!(found, expected, "{what}");
        return 1;
    };
    let names: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let figure =
        |of: &Map<String, Value>, name: &String| of.get(name).cloned().unwrap_or(json!("nothing"));
    let count =
        |name| check(&figure(found, name), &figure(expected, name), &format!("{what}: {name}"));
    names.into_iter().map(count).sum()
}

#[tokio::test]
async fn the_figures_are_those_expected() {
    let Some(data) = data() else { return };
    let raw = Raw::read(&data);
    let house = House::start(&data, &raw).await;
    house.co_sell().await;
    let mut n_recorded = 0;
    for mapping in MAPPINGS {
        let report = house.import(&data, mapping).await;
        assert_eq!(
            (report.n_recorded, report.n_refused),
            (report.n_facts, 0),
            "{mapping}: {report}"
        );
        n_recorded += report.n_recorded;
    }
    assert_eq!(n_facts(&house.app).await, n_recorded + 2);
    for dimension in ["PRODUCT_LINE", "SEGMENT", "GEOGRAPHY"] {
        let asked = format!("{{ unmappedValues(dimension: {dimension}) {{ text }} }}");
        let unmapped = house.vendor.admin.run(&asked, json!({})).await;
        assert_eq!(unmapped, json!({ "unmappedValues": [] }), "{dimension}");
    }

    let planned = expectations(&data)["plans"].take();
    let (mut n_figures, mut n_others) = (0, 0);
    for partner in PARTNERS {
        let plan = &house.plans[partner];
        let deals = figures::deals(&house.vendor.viewer, plan).await;
        let seen = Seen::by(&house.partners[partner].viewer, plan, &deals, CUT_OFF).await;
        for (feed, found) in [
            ("maven_crm", seen.crm()),
            ("training", seen.training()),
            ("marketing", seen.marketing()),
        ] {
            let mut expected = expected(&data, feed, partner);
            expected
                .as_object_mut()
                .unwrap()
                .retain(|name, _| !NO_CONCEPT.contains(&name.as_str()));
            n_figures += check(&found, &expected, &format!("{partner}, {feed}"));
        }

        let rules = Rules { raw: &raw, partner, planned: &planned[partner] };
        for day in DAYS {
            let seen = Seen::by(&house.vendor.viewer, plan, &deals, day).await;
            for (feed, found, expected) in [
                ("crm", seen.crm(), raw.crm(partner, day)),
                ("training", seen.training(), raw.training(partner, day)),
                ("marketing", seen.marketing(), raw.marketing(partner, day)),
                ("standing", seen.standing(), rules.standing(day)),
            ] {
                n_others += check(&found, &expected, &format!("{partner} on {day}, {feed}"));
            }
        }
    }

    assert_eq!((n_figures, n_others), (138, 3_734), "figures compared");

    let before = (head(&house.app, &house.vendor).await, n_facts(&house.app).await);
    let mut kept = Vec::new();
    for partner in PARTNERS {
        kept.push(sums(&house.app, &house.plans[partner]).await);
    }
    for mapping in MAPPINGS {
        let report = house.import(&data, mapping).await;
        assert_eq!((report.n_known, report.n_recorded), (report.n_facts, 0), "{mapping}: {report}");
    }
    assert_eq!((head(&house.app, &house.vendor).await, n_facts(&house.app).await), before);
    for (partner, kept) in PARTNERS.into_iter().zip(kept) {
        assert_eq!(sums(&house.app, &house.plans[partner]).await, kept, "{partner}");
    }
}

/// Days written as in America and as in Europe are the same days.
#[tokio::test]
async fn the_three_spellings_of_the_export_give_the_same_sums() {
    let Some(data) = data() else { return };
    let raw = Raw::read(&data);
    let mut iso = None;
    for mapping in ["crm.toml", "crm-us-mdy.toml", "crm-eu-dmy.toml"] {
        let house = House::start(&data, &raw).await;
        let report = house.import(&data, mapping).await;
        assert!(report.is_clean(), "{mapping}: {report}");
        let mut kept = Vec::new();
        for partner in PARTNERS {
            kept.push(sums(&house.app, &house.plans[partner]).await);
        }
        match &iso {
            None => iso = Some(kept),
            Some(iso) => assert!(*iso == kept, "{mapping} gives other sums"),
        }
    }
}
