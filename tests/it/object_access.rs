//! Whoever names what is not theirs gets the answer, and costs the statements, of whoever names what does not exist: in every place
//! of the schema in which an id can stand.

mod calls;
mod houses;
mod life;
mod places;
mod streams;
mod trial;

use std::collections::{BTreeMap, BTreeSet};

use self::{calls::NODES, places::Places, trial::Trial};
use crate::support::TestApp;

#[tokio::test]
async fn every_place_for_an_id_says_what_stands_in_it() {
    let places = Places::learn(&TestApp::start().await).await;
    let calls = calls::mutations().into_iter().chain(calls::queries());
    let mut filled: BTreeSet<String> =
        calls.flat_map(|call| call.places).map(|(place, _)| place).collect();
    filled.extend(streams::PLACES.map(str::to_owned));
    let missing: Vec<&String> = places.all.difference(&filled).collect();
    assert_eq!(missing, [""; 0], "to be called in tests/it/object_access/calls.rs");
    let nodes = NODES.map(|(name, _)| name.to_owned());
    assert_eq!(places.nodes, BTreeSet::from(nodes));
}

/// What is answered, and where.
type Answers = BTreeMap<String, BTreeSet<String>>;

fn in_words(answers: &Answers) -> String {
    let block = |(answer, places): (&String, &BTreeSet<String>)| {
        let places = places.iter().map(|place| format!("    {place}\n"));
        let places = places.collect::<Vec<_>>().concat();
        format!("{answer}\n{places}\n")
    };
    answers.iter().map(block).collect()
}

#[tokio::test]
async fn what_is_not_theirs_is_answered_and_costs_as_what_does_not_exist() {
    let mut trial = Box::pin(Trial::begin()).await;
    let mut answers = Answers::new();
    for call in calls::queries() {
        Box::pin(trial.ask(&call, &mut answers)).await;
    }
    let asked = in_words(&answers);
    answers.clear();
    for call in calls::mutations() {
        Box::pin(trial.attempt(&call, &mut answers)).await;
    }
    assert_eq!(trial.leaks, [""; 0]);
    let text = format!("Asked for.\n\n{asked}\nTo do something with.\n\n{}", in_words(&answers));
    insta::with_settings!({ snapshot_path => "object_access", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("what is not theirs", text);
    });
}
