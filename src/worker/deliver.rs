//! Webhooks on their way: endpoints that have something to be told are told it, each one thing at a time, many at once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use metrics::{counter, histogram};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    domain::{
        id::{OrganizationId, RequestId, WebhookEndpointId},
        webhook::Verdict,
    },
    error::Result,
    op::Op,
    service::{
        events,
        webhooks::{
            delivering::{self, Claim, Letter, Reply},
            waiting,
        },
    },
};

/// How often it is looked whether something is due, even if this process has committed nothing.
const GLANCE: Duration = Duration::from_millis(500);

/// Letters under way at once.
const MOST_UNDER_WAY: usize = 64;

/// How long an endpoint rests after the house itself has failed.
const REST: TimeDelta = TimeDelta::seconds(5);

/// Sends a letter and brings the answer; it ends by itself.
pub type Post = Arc<dyn Fn(Letter) -> BoxFuture<'static, Reply> + Send + Sync>;

/// Tells endpoints what happens.
#[derive(Clone)]
pub struct Courier {
    op: Op,
    post: Post,
    worker: Uuid,
    slots: Arc<Semaphore>,
    rounds: Arc<Mutex<Rounds>>,
}

/// Which endpoints are being looked at, and which are to be.
#[derive(Debug, Default)]
struct Rounds {
    /// How far each vendor's events have been noticed.
    heads: BTreeMap<OrganizationId, i64>,
    /// Endpoints that somebody is at, and whether to look again after that.
    under_way: BTreeMap<WebhookEndpointId, bool>,
    /// Endpoints to be looked at later.
    later: BTreeMap<WebhookEndpointId, DateTime<Utc>>,
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Courier").finish_non_exhaustive()
    }
}

impl Courier {
    /// A courier that sends by `post`; `op` is the house's own.
    pub async fn start(op: Op, post: Post) -> Result<Self> {
        delivering::begin(&op).await?;
        let worker = op.mint::<RequestId>().0;
        let (slots, rounds) = (Arc::new(Semaphore::new(MOST_UNDER_WAY)), Arc::default());
        Ok(Self { op, post, worker, slots, rounds })
    }

    /// Tells all endpoints what they are to be told now, one after the other; false when there was nothing.
    pub async fn round(&self) -> Result<bool> {
        let mut was_busy = false;
        for id in self.look().await? {
            while self.step(id).await? {
                was_busy = true;
            }
            self.rounds().under_way.remove(&id);
        }
        Ok(was_busy)
    }

    /// Tells one endpoint the next thing, if there is one; false when there is nothing more to do for now.
    async fn step(&self, id: WebhookEndpointId) -> Result<bool> {
        match delivering::claim(&self.op, self.worker, id).await? {
            Claim::Letter(letter) => {
                self.deliver(*letter).await?;
                Ok(true)
            }
            Claim::Again => Ok(true),
            Claim::Nothing => Ok(false),
            Claim::Taken(until) => {
                self.rounds().later.insert(id, until);
                Ok(false)
            }
        }
    }

    async fn deliver(&self, letter: Letter) -> Result<()> {
        let begun = self.op.now();
        let reply = (self.post)(letter.clone()).await;
        let outcome = match Verdict::of(reply.as_ref().ok().copied()) {
            Verdict::Taken => "taken",
            Verdict::Gone => "gone",
            Verdict::Failed => "failed",
        };
        let took = (self.op.now() - begun).to_std().unwrap_or_default();
        counter!("jbp_webhook_attempts_total", "outcome" => outcome).increment(1);
        histogram!("jbp_webhook_attempt_seconds", "outcome" => outcome).record(took.as_secs_f64());
        tracing::debug!(endpoint = %letter.delivery.endpoint_id, delivery = %letter.delivery.id, ?reply, "a webhook was tried");
        delivering::settle(&self.op, self.worker, &letter, reply).await
    }

    /// The endpoints that something may have to be told, and that nobody here is at; each is taken on.
    async fn look(&self) -> Result<Vec<WebhookEndpointId>> {
        let heads = events::heads(&self.op).await?;
        let moved: Vec<OrganizationId> = {
            let known = &self.rounds().heads;
            let is_news =
                |(vendor, head): &(&OrganizationId, &i64)| known.get(vendor) != Some(*head);
            heads.iter().filter(is_news).map(|(vendor, _)| *vendor).collect()
        };
        let now = self.op.now();
        let mut wanted = waiting::to_look_at(&self.op, &moved, now).await?;
        let mut rounds = self.rounds();
        rounds.heads = heads;
        let later = rounds.later.extract_if(.., |_, at| *at <= now).map(|(id, _)| id);
        wanted.extend(later.collect::<Vec<_>>());
        wanted.retain(|id| {
            let again = rounds.under_way.get_mut(id).map(|again| *again = true);
            if again.is_none() {
                rounds.under_way.insert(*id, false);
            }
            again.is_none()
        });
        Ok(wanted)
    }

    /// Tells an endpoint that was taken on all that it is to be told now.
    async fn serve(self, id: WebhookEndpointId, stop: CancellationToken) {
        loop {
            // Waiting for a place comes first, so that what is claimed is sent.
            let Ok(_slot) = self.slots.acquire().await else { return };
            if stop.is_cancelled() {
                return;
            }
            match self.step(id).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(?error, endpoint = %id, "a webhook could not be delivered");
                    self.rounds().later.insert(id, self.op.now() + REST);
                }
            }
            let mut rounds = self.rounds();
            if rounds.under_way.get(&id) == Some(&true) {
                rounds.under_way.insert(id, false);
            } else {
                rounds.under_way.remove(&id);
                return;
            }
        }
    }

    fn rounds(&self) -> MutexGuard<'_, Rounds> {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody everything until told to stop; what is under way then is brought to its end.
    pub async fn run(self, tasks: TaskTracker, stop: CancellationToken) {
        let db = self.op.db.clone();
        let mut glance = tokio::time::interval(GLANCE);
        loop {
            let committed = db.committed().notified();
            match self.look().await {
                Ok(wanted) => {
                    for id in wanted {
                        tasks.spawn(self.clone().serve(id, stop.clone()));
                    }
                }
                Err(error) => tracing::error!(?error, "webhooks could not be looked at"),
            }
            tokio::select! {
                () = committed => {}
                _ = glance.tick() => {}
                () = stop.cancelled() => return,
            }
        }
    }
}
