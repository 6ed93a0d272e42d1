//! Somebody with good manners, who asks the same question at an even pace whatever others do.

use std::time::Duration;

use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::task::TaskTracker;

use super::{server::Server, wire::Wire};

/// Connections that are asked on in turn, as a balancer would.
const CONNECTIONS: usize = 8;

/// A dashboard: where the plans in force stand.
const QUESTION: &str = "{ portfolio(first: 10) { totalCount nodes {
    plan { name targets { id name } } progress { score health } } } }";

/// How long answers took, in milliseconds, shortest first.
pub struct Waits(Vec<f64>);

impl Waits {
    /// What all but one in a hundred did not wait longer than.
    pub fn p99(&self) -> f64 {
        let at = (self.0.len() * 99).div_ceil(100).saturating_sub(1);
        self.0.get(at).copied().unwrap_or(f64::INFINITY)
    }
}

/// Asks so many times a second for this long. A wait begins when its turn has come, not when a connection was free.
pub async fn ask(server: &Server, a_second: u32, during: Duration) -> anyhow::Result<Waits> {
    let (told, mut heard) = mpsc::unbounded_channel();
    let (askers, mut turns) = (TaskTracker::new(), Vec::new());
    for _ in 0..CONNECTIONS {
        let (give, mut take) = mpsc::unbounded_channel::<Instant>();
        let mut wire = Wire::open(server.address).await?;
        let headers = format!("authorization: Bearer {}\r\n", server.token);
        let body = json!({ "query": QUESTION }).to_string();
        let told = told.clone();
        askers.spawn(async move {
            while let Some(turn) = take.recv().await {
                let answer = wire.ask(&headers, &body).await;
                let is_good = answer.is_ok_and(|answer| answer.body.starts_with("{\"data\":{"));
                let wait = if is_good { turn.elapsed().as_secs_f64() * 1e3 } else { f64::INFINITY };
                if told.send(wait).is_err() {
                    return;
                }
            }
        });
        turns.push(give);
    }
    drop(told);
    let mut clock = interval(Duration::from_secs(1) / a_second);
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let until = Instant::now() + during;
    for at in 0.. {
        let turn = clock.tick().await;
        if turn > until {
            break;
        }
        turns[at % CONNECTIONS].send(turn)?;
    }
    drop(turns);
    let mut waits = Vec::new();
    while let Some(wait) = heard.recv().await {
        waits.push(wait);
    }
    waits.sort_by(f64::total_cmp);
    Ok(Waits(waits))
}
