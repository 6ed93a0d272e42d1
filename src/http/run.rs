//! Running what the guard let in: in bounded time, and without letting a panic out.

use std::{panic::AssertUnwindSafe, pin::Pin, sync::Arc};

use async_graphql::{Executor, Response, parser::types::OperationType};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};

use super::{
    HttpState,
    answer::{Answer, Code},
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

/// Runs an operation of any kind as the stream of its answers: one for a query
/// or a mutation, any number for a subscription.
///
/// An answer that has not run is the last one. What a subscription brings is
/// sent and not asked for: it is paid for once, when it begins.
pub fn all<E: Executor>(
    house: Arc<HttpState<E>>,
    visit: Visit,
    admitted: Admitted,
    paid: Option<Paid>,
) -> BoxStream<'static, Answer> {
    if admitted.kind == OperationType::Subscription {
        let record = Record::begin(&visit, &admitted);
        let sees_schema = admitted.sees_schema;
        let responses =
            house.executor.execute_stream((visit.caller.prepare)(admitted.request), None);
        follow(responses, visit.request_id, sees_schema, record)
    } else {
        stream::once(async move { once(&house, &visit, admitted, paid).await }).boxed()
    }
}

/// The library's response, as its reader may read it.
fn told(response: Response, request_id: &str, sees_schema: bool) -> Answer {
    let answer = Answer::new(response, request_id);
    if sees_schema { answer } else { answer.without_hints() }
}

/// The library reports a source that could not be opened like an event that
/// could not be resolved. Only the first answer can be the former, and then
/// nothing follows it: such a subscription never began.
fn follow(
    responses: BoxStream<'static, Response>,
    request_id: String,
    sees_schema: bool,
    record: Record,
) -> BoxStream<'static, Answer> {
    let answers = AssertUnwindSafe(responses)
        .catch_unwind()
        .map(move |outcome: std::thread::Result<Response>| match outcome {
            Ok(response) => told(response, &request_id, sees_schema),
            Err(_) => Answer::internal(&request_id),
        })
        .boxed()
        .peekable();
    stream::unfold((answers, true, record), |(mut answers, is_first, mut record)| async move {
        let answer = answers.next().await?;
        let mut is_over = || matches!(Pin::new(&mut answers).peek().now_or_never(), Some(None));
        let answer =
            if is_first && answer.is_void() && is_over() { answer.not_begun() } else { answer };
        record.note(&answer);
        Some((answer, (answers, false, record)))
    })
    .boxed()
}
