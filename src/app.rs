//! The composition root: the only place that names concrete adapters and joins them.

mod loads;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context;
use futures_util::future::BoxFuture;
use migration::{Migrator, MigratorTrait};
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    bus::memory::Bus,
    clock::Clock,
    config::Config,
    db::Db,
    domain::{
        actor::Actor,
        sign_in::{SessionLifetimes, SignInRules},
    },
    error::Error,
    fetch,
    graphql::{self, acting::Credential, execution::Execution},
    http::{
        self, HttpState, Now, Timing,
        auth::{AuthFailure, Caller, Shareable, StillHolds, Visibility},
        dashboard::{self, DemoUser},
        guard::{
            documents::Documents,
            outline::{Outline, PageSizes},
        },
        ingest::{self, Loads, MOST_LOADS, Pace},
        knocks::Knocks,
        meter::Meter,
        metrics,
        rooms::Rooms,
        serve::{self, Patience},
        sharing::Sharing,
        unsubscribe::{self, Unsubscribing},
    },
    op::Op,
    post,
    service::{
        issuers::{Issuers, keyring::Outside},
        notifications::unsubscribing,
        page, sessions, token,
    },
    smtp, telemetry,
    worker::{deliver::Courier, forget, mail::Mailer, relay::Relay, watch},
};

/// The SQLite file of a server that names no database.
pub const DATABASE_FILE: &str = "jbp.db";

/// The house with its database open.
#[derive(Debug)]
pub struct App {
    /// The house itself, acting.
    pub op: Op,
    config: Config,
    bus: Bus,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl App {
    /// Opens the database that the settings name, or the file `name` in the data directory, and brings its tables up to date.
    pub async fn open(config: Config, name: &str) -> anyhow::Result<Self> {
        let url = config.database(name);
        if config.database_url.is_empty() {
            std::fs::create_dir_all(&config.data_dir).with_context(|| {
                format!("cannot create the data directory {}", config.data_dir.display())
            })?;
        }
        let db = Db::open(&url, config.database_connections)
            .await
            .with_context(|| format!("cannot open the database {}", without_password(&url)))?;
        Migrator::up(db.admin(), None).await.context("cannot bring the tables up to date")?;
        let lifetimes = SessionLifetimes {
            access: chrono::TimeDelta::minutes(config.access_token_minutes.into()),
            refresh: chrono::TimeDelta::days(config.refresh_token_days.into()),
        };
        let rules = SignInRules { lifetimes, ..SignInRules::default() };
        let op = Op::new(db, Clock::System, Actor::System).with_sign_in(rules);
        Ok(Self::new(op, config))
    }

    /// The house around an operation of its own.
    pub fn new(op: Op, config: Config) -> Self {
        Self {
            op,
            config,
            bus: Bus::default(),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        }
    }

    /// Where the data are kept, for people.
    pub fn home(&self, name: &str) -> PathBuf {
        self.config.data_dir.join(name)
    }

    /// Begins to listen, and to relay events and watch the clock.
    pub async fn listen(mut self, demo_users: Option<Vec<DemoUser>>) -> anyhow::Result<Serving> {
        let reach = self.config.reach();
        self.op = self.op.clone().with_issuers(self.issuers()?).with_reach(reach);
        let bind = self.config.bind;
        let listener = TcpListener::bind(bind)
            .await
            .with_context(|| format!("cannot listen on {bind}; choose another with --bind"))?;
        let address = listener.local_addr()?;
        let relay = Relay::start(self.op.clone(), self.bus.clone()).await?;
        self.tasks.spawn(relay.run(self.shutdown.clone()));
        if self.config.worker {
            self.tasks.spawn(watch::run(self.op.clone(), self.shutdown.clone()));
            let kept = self.config.events_kept();
            self.tasks.spawn(forget::run(self.op.clone(), kept, self.shutdown.clone()));
            let courier = Courier::start(self.op.clone(), post::post(reach)?).await?;
            self.tasks.spawn(courier.run(self.tasks.clone(), self.shutdown.clone()));
            if let Some(mail) = self.config.mail()? {
                let post = smtp::post(&mail, smtp::Patience::default())?;
                let mailer = Mailer::start(self.op.clone(), post, &mail.public_url).await?;
                self.tasks.spawn(mailer.run(self.tasks.clone(), self.shutdown.clone()));
            }
        }
        self.op.issuers.warm(self.op.now());
        let measured = self.listen_for_metrics().await?;
        let doors = self.doors(demo_users.is_some())?;
        let ingest = ingest::routes(self.loads(&doors));
        let links = unsubscribe::routes(unsubscribing(&self.op));
        let router = http::router(doors, [dashboard::routes(demo_users), links, ingest]);
        let (tasks, shutdown) = (self.tasks, self.shutdown);
        let served = serve::serve(listener, router, Patience::default(), shutdown.clone());
        Ok(Serving { address, measured, tasks, shutdown, served: Box::pin(served) })
    }

    /// Shows the metrics, if the settings say where; says where that came to be.
    async fn listen_for_metrics(&self) -> anyhow::Result<Option<SocketAddr>> {
        let Some(bind) = self.config.metrics()? else { return Ok(None) };
        let handle = telemetry::measure()?;
        let listener = TcpListener::bind(bind)
            .await
            .with_context(|| format!("cannot listen on {bind}; choose another `metrics_bind`"))?;
        let address = listener.local_addr()?;
        let router = metrics::routes(Arc::new(move || {
            handle.run_upkeep();
            handle.render()
        }));
        let patience = Patience { connections: 100, ..Patience::default() };
        let served = serve::serve(listener, router, patience, self.shutdown.clone());
        self.tasks.spawn(async {
            if let Err(cause) = served.await {
                tracing::error!(%cause, "metrics are shown no longer");
            }
        });
        Ok(Some(address))
    }

    /// Who else's tokens are believed; their keys are asked for beside everything else.
    fn issuers(&self) -> anyhow::Result<Issuers> {
        let (tasks, shutdown) = (self.tasks.clone(), self.shutdown.clone());
        let spawn = move |work: BoxFuture<'static, ()>| {
            let shutdown = shutdown.clone();
            tasks.spawn(async move { shutdown.run_until_cancelled(work).await });
        };
        let outside = Outside { fetch: fetch::client()?, spawn: Arc::new(spawn) };
        Ok(Issuers::new(self.config.issuers()?, &outside))
    }

    /// The pages' own documents, and those in the folder that the settings name.
    fn trusted_documents(&self) -> anyhow::Result<Vec<String>> {
        let mut documents = dashboard::documents();
        let folder = &self.config.documents_dir;
        if folder.as_os_str().is_empty() {
            return Ok(documents);
        }
        let unreadable = || format!("cannot read the documents in {}", folder.display());
        for entry in std::fs::read_dir(folder).with_context(unreadable)? {
            let path = entry.with_context(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "graphql") {
                documents.push(std::fs::read_to_string(path).with_context(unreadable)?);
            }
        }
        Ok(documents)
    }

    fn loads(&self, doors: &HttpState<Execution>) -> Loads {
        Loads {
            authenticate: Arc::clone(&doors.authenticate),
            meter: doors.meter.clone(),
            knocks: doors.knocks.clone(),
            proxies: doors.proxies,
            open: loads::opener(self.op.clone(), Arc::clone(&doors.outline)),
            places: Arc::new(Semaphore::new(MOST_LOADS)),
            shutdown: doors.shutdown.clone(),
            pace: Pace::default(),
        }
    }

    fn doors(&self, is_demo: bool) -> anyhow::Result<HttpState<Execution>> {
        let pages = PageSizes {
            usual: page::DEFAULT_SIZE.unsigned_abs().into(),
            largest: page::LARGEST_SIZE.into(),
        };
        let stranger = self.op.acting_as(Actor::Stranger);
        let (op, db, ids) = (self.op.clone(), self.op.db.clone(), self.op.clone());
        let clock = self.op.clock.clone();
        let now: Now = Arc::new(move || clock.now());
        Ok(HttpState {
            executor: Execution::new(self.bus.clone()),
            outline: Arc::new(Outline::read(&graphql::sdl(), pages, graphql::scalars::read)?),
            documents: Arc::new(Documents::new(self.trusted_documents()?)),
            is_schema_open: is_demo || self.config.open_schema,
            meter: self.config.rate().map(|rate| Arc::new(Meter::new(rate, Arc::clone(&now)))),
            knocks: self
                .config
                .bad_tokens()
                .map(|rate| Arc::new(Knocks::new(rate, Arc::clone(&now)))),
            proxies: self.config.proxies,
            authenticate: Arc::new(move |bearer| {
                let (op, stranger) = (op.clone(), stranger.clone());
                Box::pin(async move { authenticate(op, stranger, bearer).await })
            }),
            rooms: Rooms::new(self.config.max_sockets, self.config.max_silent_sockets),
            sharing: Sharing::default(),
            is_ready: Arc::new(move || {
                let db = db.clone();
                Box::pin(async move { db.read().ping().await.is_ok() })
            }),
            now,
            mint_request_id: Arc::new(move || {
                ids.mint::<crate::domain::id::RequestId>().to_string()
            }),
            tasks: self.tasks.clone(),
            shutdown: self.shutdown.clone(),
            timing: Timing::default(),
            origins: self.config.origins()?,
        })
    }
}

/// What links in mails do.
fn unsubscribing(op: &Op) -> Unsubscribing {
    let (asked, done) = (op.clone(), op.clone());
    let known = |result: crate::error::Result<bool>| {
        result.inspect_err(|error| tracing::error!(?error, "a link of a mail failed")).ok()
    };
    Unsubscribing {
        is_ours: Arc::new(move |token| {
            let op = asked.clone();
            Box::pin(async move { known(unsubscribing::is_ours(&op, &token).await) })
        }),
        unsubscribe: Arc::new(move |token| {
            let op = done.clone();
            Box::pin(async move { known(unsubscribing::unsubscribe(&op, &token).await) })
        }),
    }
}

async fn authenticate(op: Op, stranger: Op, bearer: Option<String>) -> Result<Caller, AuthFailure> {
    let credential = Credential::new(bearer.as_deref());
    let is_ours = bearer.as_deref().is_some_and(token::is_ours);
    let (op, expires_at, epoch) = match bearer {
        None => (stranger, None, 0),
        Some(bearer) => {
            let found =
                sessions::authenticate(&op, &bearer).await.map_err(|error| match error {
                    Error::Unauthenticated => AuthFailure::Invalid,
                    error => {
                        tracing::error!(?error, "a token could not be checked");
                        AuthFailure::Unavailable
                    }
                })?;
            (op.acting_as(found.actor), found.expires_at, found.epoch)
        }
    };
    let id = op.actor.member().map(|member| member.id().into());
    let still_holds = is_ours.then(|| still_holds(op.clone(), epoch));
    let seen = op.clone();
    let shareable = Shareable::found_by(move || visibility(seen));
    let prepare = Arc::new(move |request| graphql::acting(request, op.clone(), credential.clone()));
    Ok(Caller { id, prepare, expires_at, shareable, epoch, still_holds })
}

/// An issuer may take a key back at any time; of our own tokens the organisation's epoch of access tells.
fn still_holds(op: Op, epoch: i64) -> StillHolds {
    Arc::new(move || {
        let op = op.clone();
        Box::pin(async move {
            let holds = op.kept.callers.still_holds(&op, &op.actor, epoch).await;
            holds.unwrap_or_else(|error| {
                tracing::error!(?error, "access could not be checked");
                false
            })
        })
    })
}

/// What the caller sees, for those who see the same; a stranger sees nothing that could be shared.
fn visibility(op: Op) -> Option<Visibility> {
    let member = op.actor.member()?;
    // Somebody on many teams has a long one.
    let class = hex::encode(Sha256::digest(member.visibility())).into();
    let person = member.id().into();
    let prepare =
        Arc::new(move |request| graphql::acting(request, op.clone(), Credential::default()));
    Some(Visibility { class, person, prepare })
}

/// A house that is being served.
pub struct Serving {
    /// Where.
    pub address: SocketAddr,
    /// Where the metrics are shown, if they are.
    pub measured: Option<SocketAddr>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    served: std::pin::Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>,
}

impl Serving {
    /// Cancelled, it ends the serving.
    pub fn stopper(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// Serves until stopped: requests in flight are answered, then sockets closed. The database stays open.
    pub async fn run(self) -> anyhow::Result<()> {
        self.served.await?;
        self.tasks.close();
        self.tasks.wait().await;
        Ok(())
    }
}

/// A database URL fit to be shown.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            format!("{scheme}://{}:…@{host}", user.split(':').next().unwrap_or_default())
        }
        None => url.to_owned(),
    }
}
