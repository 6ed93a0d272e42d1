//! The real doors before a schema small enough to see through.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
};

use async_graphql::{Context, Error, ErrorExtensions, Object, Schema, Subscription};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, Stream, StreamExt, future, stream};
use jbp::domain::allowance::Rate;
use jbp::http::{
    HttpState, Timing,
    auth::{AuthFailure, Caller, Shareable},
    guard::{
        documents::Documents,
        outline::{Outline, PageSizes},
    },
    meter::Meter,
    rooms::Rooms,
    serve::{self, Patience},
    sharing::Sharing,
};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

pub type ToySchema = Schema<Query, Mutation, Subscriptions>;

/// The test's end of a running operation; closed when the operation is over.
pub type Feed = mpsc::UnboundedSender<i32>;

/// The doors, served on a port of their own.
pub struct Server {
    pub address: SocketAddr,
    pub toy: Arc<Toy>,
    /// A feed for each operation that has begun and waits.
    pub feeds: mpsc::UnboundedReceiver<Feed>,
    pub tasks: TaskTracker,
    pub shutdown: CancellationToken,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn timed(timing: Timing) -> Self {
        Self::with(|state| state.timing = timing).await
    }

    pub async fn with(change: impl FnOnce(&mut HttpState<ToySchema>)) -> Self {
        Self::open(Patience::default(), change).await
    }

    /// A server that counts: `limit` points at once, one comes back in a second.
    pub async fn metered(limit: u32) -> Self {
        Self::with(|state| {
            let rate = Rate { limit, restore: 1 };
            state.meter = Some(Arc::new(Meter::new(rate, Arc::new(now))));
            state.proxies = 1;
        })
        .await
    }

    pub async fn open(patience: Patience, change: impl FnOnce(&mut HttpState<ToySchema>)) -> Self {
        let (announce, feeds) = mpsc::unbounded_channel();
        let toy = Arc::new(Toy::new(announce));
        let schema = Schema::build(Query, Mutation, Subscriptions).data(Arc::clone(&toy)).finish();
        let pages = PageSizes { usual: 20, largest: 100 };
        let outline = Outline::read(&schema.sdl(), pages, |_, _| Ok(())).unwrap();
        let mut state = HttpState {
            executor: schema,
            outline: Arc::new(outline),
            documents: Arc::new(Documents::new(["{ hello }".to_owned()])),
            is_schema_open: false,
            meter: None,
            knocks: None,
            proxies: 0,
            authenticate: {
                let toy = Arc::clone(&toy);
                Arc::new(move |token| Arc::clone(&toy).identify(token).boxed())
            },
            sharing: Sharing::default(),
            rooms: Rooms::default(),
            is_ready: {
                let toy = Arc::clone(&toy);
                Arc::new(move || future::ready(!toy.is_down.load(Ordering::SeqCst)).boxed())
            },
            now: Arc::new(now),
            mint_request_id: Arc::new(|| "req-1".to_owned()),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            timing: Timing::default(),
            origins: Vec::new(),
        };
        change(&mut state);

        let (tasks, shutdown) = (state.tasks.clone(), state.shutdown.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = jbp::http::router(state, []);
        let serving = serve::serve(listener, router, patience, shutdown.clone());
        tasks.spawn(async { serving.await.unwrap() });
        Self { address, toy, feeds, tasks, shutdown }
    }

    /// The feed of the operation that begins next.
    pub async fn feed(&mut self) -> Feed {
        self.feeds.recv().await.unwrap()
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_323_200, 0).unwrap()
}

/// What the test and the resolvers share.
pub struct Toy {
    /// How often `bump` has run.
    pub bumps: AtomicI32,
    /// Whether no token is good any more.
    pub is_revoked: AtomicBool,
    /// Whether nobody can tell about tokens.
    pub is_down: AtomicBool,
    /// How often somebody has asked about a token.
    pub n_questions: AtomicI32,
    announce: mpsc::UnboundedSender<Feed>,
}

impl Toy {
    fn new(announce: mpsc::UnboundedSender<Feed>) -> Self {
        Self {
            bumps: AtomicI32::new(0),
            is_revoked: AtomicBool::new(false),
            is_down: AtomicBool::new(false),
            n_questions: AtomicI32::new(0),
            announce,
        }
    }

    /// A token is its owner's name: `ada`'s has no end, `brief`'s a near one, and
    /// nobody ever finds out about `riddle`'s.
    async fn identify(self: Arc<Self>, token: Option<String>) -> Result<Caller, AuthFailure> {
        self.n_questions.fetch_add(1, Ordering::SeqCst);
        let name = token.unwrap_or_else(|| "nobody".to_owned());
        if self.is_down.load(Ordering::SeqCst) {
            return Err(AuthFailure::Unavailable);
        }
        let expires_at = match name.as_str() {
            "riddle" => future::pending().await,
            "ada" if self.is_revoked.load(Ordering::SeqCst) => return Err(AuthFailure::Invalid),
            "ada" | "nobody" => None,
            "brief" if self.n_questions.load(Ordering::SeqCst) > 1 => {
                return Err(AuthFailure::Invalid);
            }
            "brief" => Some(now() + TimeDelta::milliseconds(20)),
            _ => return Err(AuthFailure::Invalid),
        };
        let id = (name != "nobody").then(|| name.as_str().into());
        let prepare =
            Arc::new(move |request: async_graphql::Request| request.data(Actor(name.clone())));
        Ok(Caller {
            id,
            prepare,
            expires_at,
            shareable: Shareable::nothing(),
            epoch: 0,
            still_holds: None,
        })
    }

    fn announced(&self) -> mpsc::UnboundedReceiver<i32> {
        let (feed, numbers) = mpsc::unbounded_channel();
        self.announce.send(feed).unwrap();
        numbers
    }
}

struct Actor(String);

fn toy<'a>(ctx: &Context<'a>) -> &'a Toy {
    ctx.data_unchecked::<Arc<Toy>>()
}

fn coded(message: &str, code: &str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

pub struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn whoami(&self, ctx: &Context<'_>) -> String {
        ctx.data_unchecked::<Actor>().0.clone()
    }

    async fn shout(&self, times: usize) -> String {
        "A".repeat(times)
    }

    async fn double(&self, n: i32) -> i32 {
        n * 2
    }

    async fn id(&self, id: Uuid) -> Uuid {
        id
    }

    async fn boom(&self) -> i32 {
        "the toy breaks, as it should".parse().unwrap()
    }

    /// Answers with the number that it is fed, if ever.
    async fn wait(&self, ctx: &Context<'_>) -> i32 {
        let mut numbers = toy(ctx).announced();
        match numbers.recv().await {
            Some(number) => number,
            None => future::pending().await,
        }
    }

    /// Inside out, because the library takes `Result<Option<_>>` for non-null.
    async fn forbidden(&self) -> Option<Result<i32, Error>> {
        Some(Err(coded("not yours", "FORBIDDEN")))
    }

    /// A stray `?` on somebody else's error, which even sounds like one of the library's.
    async fn leak(&self) -> Result<i32, Error> {
        Err(std::io::Error::other("Failed to parse \"a row of the database\""))?
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn bump(&self, ctx: &Context<'_>) -> i32 {
        toy(ctx).bumps.fetch_add(1, Ordering::SeqCst) + 1
    }
}

pub struct Subscriptions;

#[Subscription]
impl Subscriptions {
    /// What the test feeds it.
    async fn counter(&self, ctx: &Context<'_>) -> impl Stream<Item = i32> + use<> {
        UnboundedReceiverStream::new(toy(ctx).announced())
    }

    /// The same, and odd numbers cannot be resolved.
    async fn even(&self, ctx: &Context<'_>) -> impl Stream<Item = Result<i32, Error>> + use<> {
        UnboundedReceiverStream::new(toy(ctx).announced()).map(|number| match number % 2 {
            0 => Ok(number),
            _ => Err(coded("odd", "FORBIDDEN")),
        })
    }

    /// A stream that cannot be opened.
    async fn closed(&self) -> Result<stream::Empty<i32>, Error> {
        Err(coded("members only", "UNAUTHENTICATED"))
    }

    /// A stream that breaks after its first event.
    async fn bomb(&self) -> impl Stream<Item = i32> + use<> {
        stream::iter([1, 2]).map(|number| match number {
            1 => number,
            _ => panic!("the toy breaks, as it should"),
        })
    }

    /// Much, for ever.
    async fn flood(&self, ctx: &Context<'_>) -> impl Stream<Item = String> + use<> {
        let numbers = toy(ctx).announced();
        stream::repeat("A".repeat(64 * 1024)).map(move |text| {
            let _held = &numbers;
            text
        })
    }
}
