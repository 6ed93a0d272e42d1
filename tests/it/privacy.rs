//! What one side keeps to itself leaves no trace for the other: whatever is done in private, in whatever state a plan is, the other
//! side's every answer stays what it would have been.
//!
//! Three houses live the same life of a plan. In one nothing private is done, in one the vendor keeps secrets, in one the partner.
//! After each step, everything that the schema lets a side ask is asked in the house without secrets and in that with the other
//! side's secrets, and compared.

mod everything;
mod life;
mod secrets;

use std::time::Duration;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};

use self::{
    everything::{Everything, anonymous},
    life::{Ending, House},
    secrets::{Secret, secret},
};
use crate::support::Client;

/// How long something may take that should be there already.
const SOON: Duration = Duration::from_secs(10);

/// Checks that `client` gets the same answers in both houses, and nothing of what the other side has said in private.
async fn check(everything: &Everything, quiet: &Client, secretive: &Client, plan: [&str; 2]) {
    let (expected, found) =
        (everything.seen_by(quiet, plan[0]).await, everything.seen_by(secretive, plan[1]).await);
    assert!(!found.to_string().contains(secrets::MARK), "{}", quiet.email());
    let (expected, found) = (anonymous(&expected), anonymous(&found));
    if expected != found {
        let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
        let (expected, found) = (pretty(&expected), pretty(&found));
        let differs = expected.lines().zip(found.lines()).find(|(one, other)| one != other);
        panic!("{} sees a difference: {differs:?}", quiet.email());
    }
}

/// Lives a plan's life in three houses, with these secrets after each of its steps.
async fn live(ending: Ending, secrets: &[Vec<Secret>]) -> Vec<String> {
    let mut quiet = Box::pin(House::open(ending)).await;
    let mut vendors = Box::pin(House::open(ending)).await;
    let mut partners = Box::pin(House::open(ending)).await;
    let everything = Everything::learn(&quiet.app).await;
    let mut states = Vec::new();
    for at in 0..life::steps(ending) {
        for house in [&mut quiet, &mut vendors, &mut partners] {
            Box::pin(house.step(at)).await;
        }
        for (n, secret) in secrets[at % secrets.len()].iter().enumerate() {
            vendors.keep(*secret, true, n).await;
            partners.keep(*secret, false, n).await;
        }
        let ids = |other: &House| [quiet.plan.id.clone(), other.plan.id.clone()];
        for (other, who) in [(&vendors, false), (&partners, true)] {
            let [own, theirs] = ids(other);
            // Whoever reads most is asked each time, whoever reads least now and then.
            let n_asked = if at % 5 == 0 { 2 } else { 1 };
            let people = quiet.people(who).into_iter().zip(other.people(who));
            for (one, another) in people.take(n_asked) {
                check(&everything, one, another, [&own, &theirs]).await;
            }
        }
        states.push(quiet.state().await);
    }
    for (house, is_vendor) in [(&vendors, false), (&partners, true)] {
        let own = everything.seen_by(&house.people(!is_vendor)[0].clone(), &house.plan.id).await;
        assert!(own.to_string().contains(secrets::MARK), "there are secrets to keep");
        hears_no_secret(&everything, house, house.people(is_vendor)[0]).await;
    }
    states
}

/// Follows all events from the first on, as a subscriber, and checks that nothing private is among them.
async fn hears_no_secret(everything: &Everything, house: &House, client: &Client) {
    let asked = "{ events(first: 100) { edges { cursor } pageInfo { hasNextPage } } }";
    let found = client.run(asked, json!({})).await["events"].take();
    assert_eq!(found["pageInfo"]["hasNextPage"], false);
    let cursors = found["edges"].as_array().unwrap();
    let (first, n_after) = (&cursors[0]["cursor"], cursors.len() - 1);
    let doors = house.app.open_doors().await;
    let mut socket = doors.socket(client).await;
    let after = json!({ "after": first });
    socket.follow("all", &everything.subscription, after).await;
    for _ in 0..n_after {
        let heard = socket.hears("all", SOON, |_| true).await.unwrap();
        assert!(!heard.to_string().contains(secrets::MARK), "{heard}");
    }
    socket.has_heard_nothing().await;
    doors.close().await;
}

#[test]
fn what_one_side_keeps_to_itself_changes_nothing_that_the_other_can_ask() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::deterministic();
    let some = prop::collection::vec(prop::collection::vec(secret(), 1..3), 20..30);
    let mut states = Vec::new();
    for ending in [Ending::Closed, Ending::Terminated, Ending::Withdrawn] {
        let secrets = some.new_tree(&mut runner).unwrap().current();
        states.extend(runtime.block_on(Box::pin(live(ending, &secrets))));
    }
    states.sort_unstable();
    states.dedup();
    assert_eq!(
        states,
        [
            "ACTIVE",
            "AWAITING_SIGNATURES",
            "COMPLETED",
            "DRAFT",
            "NEGOTIATING",
            "TERMINATED",
            "WITHDRAWN"
        ]
    );
}
