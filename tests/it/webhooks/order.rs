//! Many write at once; nobody who follows, polls or is told misses an event, or gets one twice, or in another order.

use std::time::Duration;

use futures_util::future::join_all;
use jbp::{
    domain::{
        event::{EventBody, EventKind},
        id::PlanId,
    },
    service::events::{self, NewEvent},
};
use serde_json::{Value, json};

use super::{House, create};
use crate::support::receiver::Receiver;

const WRITERS: usize = 32;
const ROUNDS: usize = 6;

impl House {
    /// Something that both sides hear of, as any change of the plan announces it.
    pub(super) fn news(&self) -> NewEvent {
        let plan: PlanId = self.plan.id.parse().unwrap();
        NewEvent {
            kind: EventKind::PlanEdited,
            plan,
            partnership: self.acme.partnership.parse().unwrap(),
            subject: plan.0,
            seen_by: None,
            body: EventBody::Edited { change: "editPlan".to_owned(), revision: 1 },
        }
    }

    /// One transaction with so much news; some are undone.
    pub(super) async fn announce(&self, n_news: usize, is_undone: bool) {
        let op = &self.app.op;
        let tx = op.db.write().await.unwrap();
        let news = (0..n_news).map(|_| self.news()).collect();
        events::record(&tx, op, self.vendor.id.parse().unwrap(), news).await.unwrap();
        tokio::task::yield_now().await;
        if !is_undone {
            tx.commit().await.unwrap();
        }
    }

    /// The ids of all events after a cursor, in order.
    pub(super) async fn ids_after(&self, after: &Value) -> Vec<String> {
        let asked = "query($after: String) { events(first: 100, after: $after) {
            edges { node { ... on Event { id } } } pageInfo { hasNextPage endCursor } } }";
        let (mut ids, mut after) = (Vec::new(), after.clone());
        loop {
            let page = self.acme.manager.run(asked, json!({ "after": after })).await;
            let edges = page["events"]["edges"].as_array().unwrap();
            ids.extend(edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()));
            after = page["events"]["pageInfo"]["endCursor"].clone();
            if page["events"]["pageInfo"]["hasNextPage"] == false {
                return ids;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn followers_pollers_and_receivers_get_everything_once_in_one_order() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let (id, _) = create(&house.acme.admin, json!({ "url": receiver.url })).await;
    let start = house.endpoint(&house.acme.admin, &id).await["cursor"].take();
    let doors = house
        .app
        .open_doors_with(|config| {
            config.webhooks.allow_private = true;
            config.webhooks.allow_http = true;
            config.rate_limit = 0;
        })
        .await;
    let mut socket = doors.socket(&house.acme.manager).await;
    let asked =
        "subscription($after: String) { portfolioEvents(after: $after) { ... on Event { id } } }";
    socket.follow("live", asked, json!({ "after": start })).await;

    let is_undone = |writer: usize, round: usize| (writer + round).is_multiple_of(5);
    let n_news = |writer: usize, round: usize| 1 + (writer + round) % 3;
    let mut n_all = 0;
    for writer in 0..WRITERS {
        n_all += (0..ROUNDS)
            .filter(|round| !is_undone(writer, *round))
            .map(|round| n_news(writer, round))
            .sum::<usize>();
    }
    let writers = (0..WRITERS).map(|writer| {
        let house = &house;
        async move {
            for round in 0..ROUNDS {
                house.announce(n_news(writer, round), is_undone(writer, round)).await;
            }
        }
    });
    let polling = async {
        let asked = "query($after: String) { events(first: 7, after: $after) {
            edges { node { ... on Event { id } } } pageInfo { endCursor } } }";
        let (mut ids, mut after) = (Vec::new(), start.clone());
        while ids.len() < n_all {
            let page = doors.ask(&house.acme.manager, asked, json!({ "after": after })).await;
            let edges = page["events"]["edges"].as_array().unwrap();
            ids.extend(edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()));
            after = page["events"]["pageInfo"]["endCursor"].clone();
        }
        ids
    };
    let following = async {
        let mut ids = Vec::new();
        while ids.len() < n_all {
            let within = Duration::from_mins(1);
            let heard = socket.hears("live", within, |_| true).await.unwrap();
            ids.extend(heard["portfolioEvents"]["id"].as_str().map(str::to_owned));
        }
        ids
    };
    let (_, polled, followed, ()) =
        tokio::join!(join_all(writers), polling, following, receiver.has_received(n_all));

    let all = house.ids_after(&start).await;
    assert_eq!(all.len(), n_all);
    assert!(polled == all, "polled");
    assert!(followed == all, "followed");
    let told: Vec<String> = receiver.received().into_iter().map(|taken| taken.id).collect();
    assert!(told == all, "told");
    socket.has_heard_nothing().await;
    drop(socket);
    doors.close().await;
}
