//! Facts of every feed.

use std::fs;

use jbp::{
    domain::{activity::Payload, id::PartnershipId},
    import::{Mapping, Outcome, open},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The details that `event`, a kind and its fields, finds in a row of `key,day,kind,number,other`.
fn details(event: &str, row: &str) -> Result<Value, String> {
    let folder = TempDir::new().unwrap();
    let mapping = format!(
        "source = \"s\"\nprobability = {{ Open = 40 }}\n[file.f]\npath = \"f.csv\"\n[[file.f.event]]\n\
         external_id = \"{{key}}\"\non = \"{{day}}\"\npartner = \"acme\"\n{event}"
    );
    fs::write(folder.path().join("mapping.toml"), mapping).unwrap();
    fs::write(folder.path().join("f.csv"), format!("key,day,kind,number,other\n{row}\n")).unwrap();
    let mapping =
        Mapping::read(&folder.path().join("mapping.toml")).map_err(|error| error.to_string())?;
    let row = open(&mapping, folder.path()).unwrap().rows().next().unwrap().unwrap();
    match row.outcome {
        Outcome::Facts(facts) => {
            let activity = facts[0].clone().about(PartnershipId::default());
            assert_eq!((activity.external_id.as_str(), facts.len()), ("k", 1));
            Ok(serde_json::to_value::<Payload>(activity.payload).unwrap())
        }
        Outcome::Rejected(flaw) => Err(flaw.to_string()),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(event: &str, row: &str, expected: Value) {
    let found = details(event, row).unwrap();
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&found[name], value, "{name} of {found}");
    }
}

#[track_caller]
fn check_rejected(event: &str, row: &str, expected: &str) {
    assert_eq!(details(event, row).unwrap_err(), expected);
}

#[test]
fn a_deal_carries_its_stage_and_what_that_makes_likely() {
    let event = "kind = \"DEAL_UPDATED\"\ndeal = \"d-{key}\"\nstage = \"{kind}\"\nexpected_close_on = \"{other}\"";
    let row = "k,2026-03-01,Open,,2026-06-30";
    check(
        event,
        row,
        json!({ "deal": "d-k", "stage": "Open", "probability": 4_000, "amount": null }),
    );
    check(event, row, json!({ "expected_close_on": "2026-06-30" }));
    let row = "k,2026-03-01,Paused,,";
    check(event, row, json!({ "stage": "Paused", "probability": null, "expected_close_on": null }));
    check_rejected(
        event,
        "k,2026-03-01,Open,,soon",
        "other: `soon` is no day of the form %Y-%m-%d",
    );
}

#[test]
fn a_certification_holds_until_its_day() {
    let event = "kind = \"CERTIFICATION_EARNED\"\nperson = \"{number}\"\ncode = \"{kind}\"\nvalid_until = \"{other}\"";
    let expected = json!({ "person": "7", "code": "PRO", "valid_until": "2027-03-01" });
    check(event, "k,2026-03-01,PRO,7,2027-03-01", expected);
    let expected = "training.validUntil: 2025-03-01 is before 2026-03-01, the day it was earned";
    check_rejected(event, "k,2026-03-01,PRO,7,2025-03-01", expected);
    check_rejected(event, "k,2026-03-01,PRO,,", "number: is empty");
}

#[test]
fn funds_and_leads_are_read_exactly() {
    let event = "kind = \"MDF_SPENT\"\namount = \"{number}\"\ncurrency = \"EUR\"\ncampaign_type = \"{kind}\"";
    let expected =
        json!({ "amount": { "minor": 1_050, "currency": "EUR" }, "campaign_type": "webinar" });
    check(event, "k,2026-03-01,webinar,10.50,", expected);
    check_rejected(event, "k,2026-03-01,,,", "marketing.amount: funds spent need their amount");
    let event = "kind = \"LEADS_DELIVERED\"\nleads = \"{number}\"";
    check(event, "k,2026-03-01,,12,", json!({ "leads": 12 }));
    check_rejected(event, "k,2026-03-01,,0,", "marketing.leads: 0 leads cannot be delivered");
    check_rejected(event, "k,2026-03-01,,1.5,", "number: `1.5` has more than 0 decimal places");
}

#[test]
fn support_and_custom_metrics_have_a_quantity() {
    let event = "kind = \"SUPPORT_DELIVERED\"\nsupport = \"{kind}\"\nquantity = \"{number}\"\ncommitment = \"{other}\"";
    let row = "k,2026-03-01,CO_SELL_RESOURCE,1.5,";
    check(
        event,
        row,
        json!({ "support": "co_sell_resource", "quantity": 1_500, "commitment": null }),
    );
    let expected = "kind: `ADVICE` is no kind of support or resource";
    check_rejected(event, "k,2026-03-01,ADVICE,1.5,", expected);
    let expected = "other: `c-1` is no id of a commitment";
    check_rejected(event, "k,2026-03-01,CO_SELL_RESOURCE,1.5,c-1", expected);
    let event = "kind = \"CUSTOM\"\nmetric_key = \"demos\"\nquantity = \"{number}\"";
    check(event, "k,2026-03-01,,3,", json!({ "metric_key": "demos", "quantity": 3_000 }));
    check_rejected(event, "k,2026-03-01,,,", "number: is empty");
}
