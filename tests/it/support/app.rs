//! The house of a test, and those who speak to it.

use std::{fmt, sync::Arc};

use async_graphql::{Request, Variables};
use chrono::{DateTime, TimeDelta, Utc};
use jbp::{
    bus::memory::Bus,
    clock::Clock,
    domain::{
        actor::Actor,
        sign_in::{PasswordCost, SignInRules},
    },
    error::Error,
    graphql::{self, Schema, acting::Credential},
    op::Op,
    service::{rollups, sessions},
    worker::watch,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::backend::{Backend, Frozen};

/// When every test begins.
const NOW: &str = "2026-06-30T12:00:00Z";

/// A house of its own: a fresh database, a clock that stands still, the schema. Clones are the same house.
#[derive(Clone)]
pub struct TestApp {
    /// The clock, which moves when told to.
    pub clock: Clock,
    /// The house itself, acting.
    pub op: Op,
    /// What outsiders speak to.
    pub schema: Schema,
    backend: Arc<Backend>,
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestApp").finish_non_exhaustive()
    }
}

impl TestApp {
    /// A house in which nobody lives yet, at noon of 30 June 2026.
    pub async fn start() -> Self {
        let backend = Backend::start().await;
        let clock = Clock::manual(NOW.parse().unwrap());
        let rules = SignInRules { password_cost: PasswordCost::CHEAPEST, ..SignInRules::default() };
        let op = Op::new(backend.db.clone(), clock.clone(), Actor::System).with_sign_in(rules);
        Self { clock, op, schema: graphql::schema(Bus::default()), backend: Arc::new(backend) }
    }

    /// Where its database is, for another process.
    pub fn database_url(&self) -> &str {
        &self.backend.url
    }

    /// Closes this house, and keeps what is in it.
    pub async fn freeze(&self) -> FrozenApp {
        FrozenApp { app: self.clone(), now: self.clock.now(), data: self.backend.freeze().await }
    }

    /// Moves the clock to an instant: `2026-07-01T00:00:00Z`.
    pub fn set_time(&self, instant: &str) {
        self.clock.set(instant.parse::<DateTime<Utc>>().unwrap());
    }

    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.set(self.clock.now() + by);
    }

    /// What `asking` is answered, and the statements that this took.
    pub async fn overhear<T>(&self, asking: impl Future<Output = T>) -> (T, Vec<String>) {
        self.backend.statements.listen();
        let answer = asking.await;
        (answer, self.backend.statements.heard())
    }

    /// Lets the watch judge every plan whose day has come.
    pub async fn settle(&self) {
        while watch::step(&self.op).await.unwrap() {}
    }

    /// Checks that what is kept of every plan in force is what its facts add up to.
    ///
    /// # Panics
    ///
    /// When it is not.
    pub async fn check_sums(&self) {
        for plan in rollups::plans_in_force(&self.op).await.unwrap() {
            let differences = rollups::differences(&self.op, &plan).await.unwrap();
            assert_eq!(differences, Vec::<String>::new(), "{}", plan.name);
        }
    }

    /// Somebody who signs in with this address, whenever they first say something.
    pub fn as_user(&self, email: &str) -> Client {
        Client::new(self, Caller::Person(email.to_owned(), OnceCell::new()))
    }

    /// Whoever holds this token: of a session or of an integration.
    pub fn as_bearer(&self, token: &str) -> Client {
        Client::new(self, Caller::Bearer(token.to_owned()))
    }

    /// Somebody who has not signed in.
    pub fn as_stranger(&self) -> Client {
        Client::new(self, Caller::Stranger)
    }
}

/// A house as it was at one moment, for any number of houses to begin with.
#[derive(Debug)]
pub struct FrozenApp {
    app: TestApp,
    now: DateTime<Utc>,
    data: Frozen,
}

impl FrozenApp {
    /// A house in which everything is as it was, with a clock of its own.
    pub async fn thaw(&self) -> TestApp {
        let backend = Arc::new(self.data.thaw().await);
        let clock = Clock::manual(self.now);
        let op = Op::new(backend.db.clone(), clock.clone(), Actor::System)
            .with_sign_in(self.app.op.sign_in);
        TestApp { clock, op, backend, schema: self.app.schema.clone() }
    }
}

/// Somebody who speaks to the house through its schema.
#[derive(Clone, Debug)]
pub struct Client {
    app: TestApp,
    caller: Arc<Caller>,
}

#[derive(Debug)]
enum Caller {
    /// With the access token of a long session, opened when first needed.
    Person(String, OnceCell<String>),
    Bearer(String),
    Stranger,
}

impl Client {
    fn new(app: &TestApp, caller: Caller) -> Self {
        Self { app: app.clone(), caller: Arc::new(caller) }
    }

    /// The same caller, in a house that is a copy of the other.
    #[must_use]
    pub fn at(&self, app: &TestApp) -> Self {
        Self { app: app.clone(), caller: Arc::clone(&self.caller) }
    }

    /// What the person signs in with.
    pub fn email(&self) -> &str {
        match &*self.caller {
            Caller::Person(email, _) => email,
            Caller::Bearer(_) | Caller::Stranger => panic!("only a person has an address"),
        }
    }

    /// The operation in which this caller acts now: role, teams and scopes as they are.
    pub async fn op(&self) -> Result<Op, Error> {
        let token = match &*self.caller {
            Caller::Person(email, token) => token.get_or_try_init(|| self.open(email)).await?,
            Caller::Bearer(token) => token,
            Caller::Stranger => return Ok(self.app.op.acting_as(Actor::Stranger)),
        };
        let authenticated = sessions::authenticate(&self.app.op, token).await?;
        Ok(self.app.op.acting_as(authenticated.actor))
    }

    /// The token that this caller shows at the doors.
    pub async fn bearer(&self) -> String {
        match &*self.caller {
            Caller::Person(email, token) => {
                token.get_or_try_init(|| self.open(email)).await.unwrap().clone()
            }
            Caller::Bearer(token) => token.clone(),
            Caller::Stranger => panic!("a stranger has no token"),
        }
    }

    /// The answer's data.
    ///
    /// # Panics
    ///
    /// When there are errors.
    pub async fn run(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.try_run(query, variables).await;
        assert!(answer.get("errors").is_none(), "{}", answer["errors"]);
        answer["data"].take()
    }

    /// The whole answer, errors included; a token that has ended is one of them.
    pub async fn try_run(&self, query: &str, variables: Value) -> Value {
        let op = match self.op().await {
            Ok(op) => op,
            Err(error) => {
                let extensions = json!({ "code": "UNAUTHENTICATED" });
                let error = json!({ "message": error.to_string(), "extensions": extensions });
                return json!({ "data": null, "errors": [error] });
            }
        };
        let request = Request::new(query).variables(Variables::from_json(variables));
        let response =
            self.app.schema.execute(graphql::acting(request, op, Credential::default())).await;
        serde_json::to_value(response).unwrap()
    }

    /// The payload of the only mutation in `query`, which must have done what was asked.
    pub async fn done(&self, query: &str, variables: Value) -> Value {
        let payload = only_field(self.run(query, variables).await);
        assert_eq!(payload["errors"], json!([]), "{query}");
        payload
    }

    /// Why the only mutation in `query` was refused: `CODE at path: message`, whether in its payload or at the top.
    pub async fn refused(&self, query: &str, variables: Value) -> String {
        let mut answer = self.try_run(query, variables).await;
        if let Some(error) = answer["errors"].get(0) {
            return format!("{}: {}", text(&error["extensions"]["code"]), text(&error["message"]));
        }
        let payload = only_field(answer["data"].take());
        let error = payload["errors"].get(0).unwrap_or_else(|| panic!("not refused: {payload}"));
        let at = match error["path"].as_array() {
            Some(path) => format!(" at {}", path.iter().map(text).collect::<Vec<_>>().join(".")),
            None => String::new(),
        };
        format!("{}{at}: {}", text(&error["code"]), text(&error["message"]))
    }

    async fn open(&self, email: &str) -> Result<String, Error> {
        let session = sessions::open_session_for(&self.app.op, email, TimeDelta::days(3650)).await;
        Ok(session?.access_token)
    }
}

fn only_field(data: Value) -> Value {
    let Value::Object(fields) = data else { panic!("no data: {data}") };
    assert_eq!(fields.len(), 1, "one mutation at a time");
    fields.into_iter().next().unwrap().1
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
