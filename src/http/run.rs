//! Running what the guard let in: in bounded time, and without letting a panic out.

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{Executor, Response, parser::types::OperationType};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};

use super::{
    HttpState,
    answer::{Answer, Code},
    following::Following,
    guard::Admitted,
    meter::Paid,
    record::Record,
    visit::Visit,
};

/// Runs a query or a mutation.
pub async fn once<E: Executor>(
    house: &HttpState<E>,
    visit: &Visit,
    admitted: Admitted,
    paid: Option<Paid>,
) -> Answer {
    let mut record = Record::begin(visit, &admitted);
    let answer = executed(house, visit, admitted, paid).await;
    record.note(&answer);
    answer
}

async fn executed<E: Executor>(
    house: &HttpState<E>,
    visit: &Visit,
    admitted: Admitted,
    paid: Option<Paid>,
) -> Answer {
    let sees_schema = admitted.sees_schema;
    let execution = house.executor.execute((visit.caller.prepare)(admitted.request));
    let bounded =
        tokio::time::timeout(house.timing.execution, AssertUnwindSafe(execution).catch_unwind());
    let answer = match bounded.await {
        Ok(Ok(response)) => told(response, &visit.request_id, sees_schema),
        Ok(Err(_)) => Answer::internal(&visit.request_id),
        // What did not come to an end is paid for in full.
        Err(_) => return Answer::refused(Code::Timeout.refuse("the operation took too long")),
    };
    let Some(paid) = paid else { return answer };
    let cost = paid.settle(answer.n_objects());
    if answer.has_run() { answer.with_cost(cost) } else { answer }
}

/// What is told of an operation.
#[derive(Debug)]
pub enum Told {
    /// An answer, as JSON.
    Next(Arc<str>),
    /// Why it did not run; nothing follows.
    Refused(Answer),
}

impl Told {
    /// What is told by an answer.
    pub fn of(answer: Answer, request_id: &str) -> Self {
        if answer.has_run() {
            Self::Next(answer.to_json(request_id).into())
        } else {
            Self::Refused(answer)
        }
    }
}

/// Runs an operation of any kind as the stream of its answers: one for a query
/// or a mutation, any number for a subscription.
///
/// An answer that has not run is the last one. What a subscription brings is
/// sent and not asked for: it is paid for once, when it begins.
pub fn all<E: Executor>(
    house: Arc<HttpState<E>>,
    visit: Visit,
    token: Option<String>,
    admitted: Admitted,
    paid: Option<Paid>,
) -> BoxStream<'static, Told> {
    if admitted.kind == OperationType::Subscription {
        let following = Following::begin(house, visit, token, admitted);
        stream::unfold(following, |mut following| async move {
            let told = following.next().await?;
            Some((told, following))
        })
        .boxed()
    } else {
        stream::once(async move {
            let answer = once(&house, &visit, admitted, paid).await;
            Told::of(answer, &visit.request_id)
        })
        .boxed()
    }
}

/// The library's response, as its reader may read it.
pub(super) fn told(response: Response, request_id: &str, sees_schema: bool) -> Answer {
    let answer = Answer::new(response, request_id);
    if sees_schema { answer } else { answer.without_hints() }
}
