//! Loads: facts as lines of JSON and as tables, streamed in, recorded chunk by chunk, and told of as they land.

mod load;
mod mappings;
mod streams;

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{Client, Fact, GivenPlan, house::House};

const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv";

/// Facts about a partnership, a line each.
fn lines(partnership: &str, facts: impl IntoIterator<Item = Fact>) -> String {
    let line = |fact: Fact| format!("{}\n", fact.with("partnershipId", json!(partnership)).0);
    facts.into_iter().map(line).collect()
}

/// So many facts, each of one lead.
fn leads(partnership: &str, n_facts: usize) -> String {
    let fact = |number| Fact::leads(1, "2026-02-01").called(&format!("lead {number}"));
    lines(partnership, (1..=n_facts).map(fact))
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A load to be; `query` follows the path: `?dryRun=true`.
async fn load(house: &House, who: &Client, kind: &str, query: &str) -> reqwest::RequestBuilder {
    let url = format!("http://{}/ingest/activities{query}", house.address);
    let request = reqwest::Client::new().post(url).header("content-type", kind);
    request.bearer_auth(who.bearer().await)
}

/// The lines of an answer.
async fn answered(response: Response) -> Vec<Value> {
    assert_eq!(response.headers()["content-type"], NDJSON);
    let text = response.text().await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Sends a whole body; gives the lines of the answer.
async fn loaded(house: &House, who: &Client, kind: &str, query: &str, body: &str) -> Vec<Value> {
    let request = load(house, who, kind, query).await.body(body.to_owned());
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    answered(response).await
}

/// Each line, short: `2 REJECTED VALIDATION_FAILED occurredOn=2027-01-01: …`, `chunk 1: 3 read, …`, `complete: …`.
fn told(lines: &[Value]) -> String {
    lines.iter().map(told_line).collect::<Vec<_>>().join("\n")
}

fn told_line(line: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(outcome) = line["outcome"].as_str() {
        let errors = line["errors"].as_array().into_iter().flatten().map(|error| {
            let value = error["value"].as_str().map(|value| format!("={value}"));
            format!(
                " {} {}{}: {}",
                text(&error["code"]),
                text(&error["field"]),
                value.unwrap_or_default(),
                text(&error["message"])
            )
        });
        return format!("{} {outcome}{}", line["line"], errors.collect::<String>());
    }
    let counted = ["read", "recorded", "duplicates", "superseded", "rejected", "skipped"]
        .into_iter()
        .filter(|name| line[name] != 0)
        .map(|name| format!("{} {name}", line[name]))
        .collect::<Vec<_>>()
        .join(", ");
    match (line.get("chunk"), line["complete"].as_bool()) {
        (Some(chunk), _) => format!("chunk {chunk}: {counted}"),
        (_, Some(true)) => format!("complete: {counted}"),
        _ => {
            let error = &line["error"];
            format!("{} {}: {counted}", text(&error["code"]), text(&error["message"]))
        }
    }
}

async fn n_facts(plan: &GivenPlan) -> Value {
    let answer = plan.vendor.viewer.run("{ activities { totalCount } }", json!({})).await;
    answer["activities"]["totalCount"].clone()
}
