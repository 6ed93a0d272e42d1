//! Mails on their way: events become notifications, what is due becomes mails, and mails are sent, several at once.
//!
//! It works beside everything else: a mail server that is slow or down keeps its own mails waiting and nothing else.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use metrics::{counter, gauge, histogram};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    domain::id::RequestId,
    error::Result,
    op::Op,
    service::{
        events,
        notifications::{
            noticing,
            sending::{self, Claim, Outcome, Outgoing},
        },
    },
};

/// How often it is looked whether something is due, even if this process has committed nothing.
const GLANCE: Duration = Duration::from_millis(500);

/// How often it is counted what waits.
const COUNT: Duration = Duration::from_secs(15);

/// Mails under way at once.
const MOST_UNDER_WAY: usize = 8;

/// Hands a mail to a server and says why it was not taken; it ends by itself.
pub type Post = Arc<dyn Fn(Outgoing) -> BoxFuture<'static, Reply> + Send + Sync>;

/// What a mail server said: that it has the mail, or why not.
pub type Reply = std::result::Result<(), String>;

/// Tells people by e-mail what concerns them.
#[derive(Clone)]
pub struct Mailer {
    op: Op,
    post: Post,
    public_url: Arc<str>,
    worker: Uuid,
    places: Arc<Semaphore>,
    freed: Arc<Notify>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").finish_non_exhaustive()
    }
}

impl Mailer {
    /// A mailer that sends by `post`; links lead below `public_url`, `op` is the house's own.
    pub async fn start(op: Op, post: Post, public_url: &str) -> Result<Self> {
        sending::begin(&op).await?;
        let worker = op.mint::<RequestId>().0;
        let (places, freed) = (Arc::new(Semaphore::new(MOST_UNDER_WAY)), Arc::default());
        Ok(Self { op, post, public_url: public_url.into(), worker, places, freed })
    }

    /// Tells everybody what they are to be told now, one mail after the other; false when there was nothing.
    pub async fn round(&self) -> Result<bool> {
        let mut was_busy = false;
        while self.notice().await? {
            was_busy = true;
        }
        loop {
            match self.claim().await? {
                Claim::Mail(mail) => self.send(*mail).await?,
                Claim::Again => {}
                Claim::Nothing => return Ok(was_busy),
            }
            was_busy = true;
        }
    }

    /// Makes notifications of some news; false when there is none.
    async fn notice(&self) -> Result<bool> {
        noticing::step(&self.op, &events::heads(&self.op).await?).await
    }

    async fn claim(&self) -> Result<Claim> {
        sending::claim(&self.op, self.worker, &self.public_url).await
    }

    async fn send(&self, mail: Outgoing) -> Result<()> {
        let (id, begun) = (mail.id, self.op.now());
        let reply = (self.post)(mail).await;
        let took = (self.op.now() - begun).to_std().unwrap_or_default();
        tracing::debug!(mail = %id, ?reply, "a mail was tried");
        let outcome = match sending::settle(&self.op, self.worker, id, reply).await? {
            Outcome::Sent => "sent",
            Outcome::Failed => "failed",
            Outcome::Dead => {
                tracing::warn!(mail = %id, "a mail was given up");
                "dead"
            }
            Outcome::Lost => "lost",
        };
        counter!("jbp_mails_total", "outcome" => outcome).increment(1);
        histogram!("jbp_mail_seconds", "outcome" => outcome).record(took.as_secs_f64());
        Ok(())
    }

    /// Sends what is due, as long as there are places for it.
    async fn send_due(&self, tasks: &TaskTracker) -> Result<()> {
        while let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            match self.claim().await? {
                Claim::Mail(mail) => {
                    tasks.spawn(self.clone().send_in(place, *mail));
                }
                Claim::Again => {}
                Claim::Nothing => return Ok(()),
            }
        }
        Ok(())
    }

    async fn send_in(self, place: OwnedSemaphorePermit, mail: Outgoing) {
        if let Err(error) = self.send(mail).await {
            tracing::error!(?error, "what came of a mail could not be noted");
        }
        drop(place);
        self.freed.notify_one();
    }

    /// Tells everybody everything until told to stop; what is under way then is brought to its end.
    pub async fn run(self, tasks: TaskTracker, stop: CancellationToken) {
        let db = self.op.db.clone();
        let (mut glance, mut count) = (tokio::time::interval(GLANCE), tokio::time::interval(COUNT));
        let mut is_time = true;
        loop {
            let committed = db.committed().notified();
            match self.notice().await {
                Ok(true) => {
                    is_time = true;
                    if !stop.is_cancelled() {
                        continue;
                    }
                }
                Ok(false) => {}
                Err(error) => tracing::error!(?error, "notifications could not be written down"),
            }
            if std::mem::take(&mut is_time)
                && let Err(error) = self.send_due(&tasks).await
            {
                tracing::error!(?error, "mails could not be looked at");
            }
            tokio::select! {
                () = committed => {}
                _ = glance.tick() => is_time = true,
                () = self.freed.notified() => is_time = true,
                _ = count.tick() => self.count().await,
                () = stop.cancelled() => return,
            }
        }
    }

    /// Says how much waits.
    async fn count(&self) {
        match sending::count_waiting(&self.op).await {
            Ok(n_waiting) => {
                let n_waiting = u32::try_from(n_waiting).unwrap_or(u32::MAX);
                gauge!("jbp_notifications_waiting").set(f64::from(n_waiting));
            }
            Err(error) => tracing::error!(?error, "it could not be counted what waits"),
        }
    }
}
