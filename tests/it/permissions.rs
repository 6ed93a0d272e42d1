//! Who may do what, and when: every mutation, tried by everybody on a plan in every state, as one table to read.

pub mod attempts;
pub mod cast;
pub mod stages;
mod table;

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use self::{
    attempts::{Attempt, On, attempts},
    cast::World,
    stages::Stage,
    table::Table,
};
use crate::support::{Client, TestApp};

/// What became of an attempt, in a word or two.
async fn outcome(who: &Client, attempt: &Attempt, input: Value) -> String {
    let mut answer = who.try_run(&attempt.mutation(), json!({ "input": input })).await;
    if let Some(error) = answer["errors"].get(0) {
        return in_words(&error["extensions"]["code"]);
    }
    let payload = answer["data"][attempt.name].take();
    let of_row = &payload["results"][0]["errors"][0]["code"];
    match payload["errors"].get(0).map_or(of_row, |error| &error["code"]) {
        Value::Null => "done".to_owned(),
        code => in_words(code),
    }
}

fn in_words(code: &Value) -> String {
    match code.as_str().unwrap() {
        "NOT_FOUND" => "hidden".to_owned(),
        "INVALID_TRANSITION" => "not now".to_owned(),
        "UNAUTHENTICATED" => "sign in".to_owned(),
        "VALIDATION_FAILED" => "invalid".to_owned(),
        "COUNTER_PROPOSAL_SETTLED" => "settled".to_owned(),
        "INVALID_CREDENTIALS" => "wrong".to_owned(),
        other => other.to_lowercase().replace('_', " "),
    }
}

/// What becomes of everybody's every attempt in one stage: a row for each attempt, in it a word for each member of the cast.
async fn try_all(stage: Stage, attempts: Vec<Attempt>) -> Vec<Vec<String>> {
    let mut world = stage.begin().await;
    let mut rows = Vec::new();
    for attempt in attempts {
        let mut row = Vec::new();
        for at in 0..world.cast.len() {
            let Some(input) = world.fill(&attempt.input) else {
                row.push("·".to_owned());
                continue;
            };
            let outcome = outcome(&world.cast[at].client, &attempt, input).await;
            if outcome == "done" && !attempt.is_harmless() {
                world = stage.begin().await;
            }
            row.push(outcome);
        }
        rows.push(row);
    }
    rows
}

async fn table(world: &World, stages: Vec<Stage>, on: On) -> Table {
    let attempts: Vec<Attempt> =
        attempts().into_iter().filter(|attempt| attempt.on == on).collect();
    let names: Vec<&str> = stages.iter().map(|stage| stage.name).collect();
    let tasks = TaskTracker::new();
    // Two at a time: each makes databases, one after the other.
    let tried = stream::iter(stages)
        .map(|stage| tasks.spawn(try_all(stage, attempts.clone())))
        .buffered(2)
        .map(Result::unwrap)
        .collect()
        .await;
    Table::new(&names, &world.cast, &attempts, tried)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_does_what_is_theirs_to_do_and_nothing_else() {
    let base = Stage::base().await;
    let world = base.begin().await;
    let stages = Box::pin(base.of_a_plan()).await;
    let of_plan = table(&world, stages, On::Plan).await;
    let of_house = table(&world, vec![base], On::House).await;

    for table in [&of_plan, &of_house] {
        table.check_that_outsiders_find_nothing();
    }
    let text = format!("On a plan, by its state.\n\n{of_plan}\n\nOn all else.\n\n{of_house}");
    insta::with_settings!({ snapshot_path => "permissions", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("who may do what", text);
    });
}

#[tokio::test]
async fn every_mutation_is_in_the_table() {
    let app = TestApp::start().await;
    let asked = "{ __schema { mutationType { fields { name } } } }";
    let found = app.as_stranger().run(asked, json!({})).await;
    let fields = found["__schema"]["mutationType"]["fields"].as_array().unwrap().clone();
    let known: BTreeSet<&str> =
        fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    let tried: BTreeSet<&str> = attempts().iter().map(|attempt| attempt.name).collect();
    assert_eq!(tried, known);
}
