//! Executing what has been asked: without the extension that keeps errors in their place first, and with it where there are errors.
//!
//! An extension is called for every field, with a future of its own, and most queries have no errors. So a query runs without; if an
//! error turns up, it is asked again with. What changes something, and what goes on for long, runs once and with it.

use std::{any::TypeId, fmt, sync::Arc};

use async_graphql::{Data, Executor, Request, Response, ValidationMode};
use futures_util::stream::BoxStream;

use super::{Schema, acting, acting::Credential, loading::Loads, schema, without_nulls};
use crate::{bus::memory::Bus, op::Op};

/// Makes a request once more. What has it is a query, and may be asked twice.
#[derive(Clone)]
pub struct Again(Arc<dyn Fn() -> Request + Send + Sync>);

impl Again {
    /// Makes it like this.
    pub fn new(make: impl Fn() -> Request + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }
}

impl fmt::Debug for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Again").finish_non_exhaustive()
    }
}

/// The schema as it is served.
#[derive(Clone)]
pub struct Execution {
    quick: Schema,
    careful: Schema,
}

impl Execution {
    /// Streams listen to `bus`.
    pub fn new(bus: Bus) -> Self {
        // What comes through the doors was found valid there.
        let quick = without_nulls(bus.clone()).validation_mode(ValidationMode::Fast).finish();
        Self { quick, careful: schema(bus) }
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution").finish_non_exhaustive()
    }
}

impl Executor for Execution {
    async fn execute(&self, request: Request) -> Response {
        let Some(asking) = Asking::of(&request.data) else {
            return run(&self.careful, request).await;
        };
        let response = run(&self.quick, request).await;
        if response.errors.is_empty() {
            return response;
        }
        run(&self.careful, asking.again()).await
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        Executor::execute_stream(&self.careful, request, session_data)
    }
}

/// Runs a request together with what it loads.
async fn run(schema: &Schema, request: Request) -> Response {
    match get::<Loads>(&request.data) {
        Some(loads) => loads.drive(schema.execute(request)).await,
        None => schema.execute(request).await,
    }
}

/// What is needed to ask the same again.
struct Asking {
    again: Again,
    op: Op,
    credential: Credential,
}

impl Asking {
    fn of(data: &Data) -> Option<Self> {
        Some(Self { again: get(data)?, op: get(data)?, credential: get(data)? })
    }

    fn again(self) -> Request {
        acting((self.again.0)(), self.op, self.credential)
    }
}

fn get<T: Clone + 'static>(data: &Data) -> Option<T> {
    data.get(&TypeId::of::<T>())?.downcast_ref().cloned()
}
