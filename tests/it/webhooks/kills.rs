//! The process is killed while it delivers, again and again; what was begun is finished by the next one.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use jbp::entity::webhook_endpoint;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::json;

use super::{House, create};
use crate::support::receiver::{Received, Receiver};

/// How many lives end early; `JBP_TEST_KILLS` says otherwise.
fn n_kills() -> usize {
    std::env::var("JBP_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20)
}

/// A server, as an operator starts it, on the house's database.
struct Server(Child);

impl Server {
    fn start(house: &House) -> Self {
        let server = Command::new(env!("CARGO_BIN_EXE_jbp"))
            .args(["--database-url", house.app.database_url(), "serve", "--bind", "127.0.0.1:0"])
            .env("JBP_WEBHOOKS", "{allow_private=true,allow_http=true}")
            .env("JBP_EVENT_RETENTION_DAYS", "0")
            .env("JBP_DATABASE_CONNECTIONS", "4")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(server.unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// What a receiver makes of it that knows what it has taken: each id once, where it came first. What comes again is what came last, to
/// the letter: whoever was killed had not noted yet that it was taken.
fn without_repeats(taken: Vec<Received>) -> Vec<String> {
    let mut kept: Vec<Received> = Vec::new();
    for taken in taken {
        match kept.last().filter(|last| last.id == taken.id) {
            Some(last) => assert_eq!(last.body, taken.body),
            None => kept.push(taken),
        }
    }
    kept.into_iter().map(|taken| taken.id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_while_delivering_everything_arrives_in_order() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let (id, _) = create(&house.acme.admin, json!({ "url": receiver.url })).await;
    let start = house.endpoint(&house.acme.admin, &id).await["cursor"].take();
    let mut dice: u64 = 0x9e37_79b9_7f4a_7c15;
    for life in 0..n_kills() {
        // Enough that a life does not get to the end of it.
        for _ in 0..4 {
            house.announce(20, false).await;
        }
        let n_before = receiver.n_received();
        let server = Server::start(&house);
        let within = Duration::from_mins(1);
        tokio::time::timeout(within, receiver.has_received(n_before + 1)).await.unwrap();
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let n_more = usize::try_from(dice >> 58).unwrap();
        let n_turns = (dice >> 40) % 500;
        let more = receiver.has_received(n_before + 1 + n_more);
        tokio::time::timeout(within, more).await.unwrap();
        for _ in 0..n_turns {
            tokio::task::yield_now().await;
        }
        drop(server);
        end_of_lease(&house).await;
        assert!(receiver.n_received() > n_before, "life {life}");
    }
    let all = house.ids_after(&start).await;
    let server = Server::start(&house);
    let within = Duration::from_mins(5);
    let last = all.last().cloned();
    let until_the_end = async {
        loop {
            let n_received = receiver.n_received();
            if receiver.last_id() == last {
                return;
            }
            receiver.has_received(n_received + 1).await;
        }
    };
    tokio::time::timeout(within, until_the_end).await.unwrap();
    drop(server);
    assert!(without_repeats(receiver.received()) == all, "everything, once, in order");
}

/// Whoever was killed had the endpoint on lease; another process would wait until that is over.
async fn end_of_lease(house: &House) {
    webhook_endpoint::Entity::update_many()
        .col_expr(
            webhook_endpoint::Column::LeasedUntil,
            Expr::value(None::<chrono::DateTime<chrono::Utc>>),
        )
        .exec(house.app.op.db.admin())
        .await
        .unwrap();
}
