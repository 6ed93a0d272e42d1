//! What is remembered of an operation: a line in the log, and the metrics. Never its variables, never a token.

use std::{fmt, net::IpAddr};

use async_graphql::parser::types::OperationType;
use metrics::{counter, gauge, histogram};
use tokio::time::Instant;

use super::{
    answer::{Answer, Code, Refusal},
    guard::Admitted,
    visit::{Door, Visit},
};

/// What is told of a name; who writes longer ones does not write the log.
const LONGEST_NAME: usize = 64;

/// An operation that is under way. It is told when it is dropped, so that one given up is told too.
pub struct Record {
    door: Door,
    request_id: String,
    caller: String,
    kind: OperationType,
    operation: Option<String>,
    requested: u64,
    began: Instant,
    n_answers: u64,
    n_objects: u64,
    /// Empty while nothing was answered.
    outcome: String,
}

impl fmt::Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Record").finish_non_exhaustive()
    }
}

impl Record {
    /// Begins to remember.
    pub fn begin(visit: &Visit, admitted: &Admitted) -> Self {
        if admitted.kind == OperationType::Subscription {
            gauge!("jbp_subscriptions", "door" => visit.door.as_str()).increment(1);
        }
        Self {
            door: visit.door,
            request_id: visit.request_id.clone(),
            caller: caller(visit),
            kind: admitted.kind,
            operation: admitted.name.as_ref().map(|name| name.chars().take(LONGEST_NAME).collect()),
            requested: admitted.nodes.max(1),
            began: Instant::now(),
            n_answers: 0,
            n_objects: 0,
            outcome: String::new(),
        }
    }

    /// Notes an answer; the last one decides how it went.
    pub fn note(&mut self, answer: &Answer) {
        self.note_shared(answer.n_objects(), &answer.outcome());
    }

    /// Notes an answer that others get too, by the objects in it and how it went.
    pub fn note_shared(&mut self, n_objects: u64, outcome: &str) {
        self.n_answers += 1;
        self.n_objects += n_objects;
        if self.outcome != outcome {
            outcome.clone_into(&mut self.outcome);
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let kind = kind(self.kind);
        let seconds = self.began.elapsed().as_secs_f64();
        let outcome = match self.outcome.as_str() {
            "" => "GIVEN_UP".to_owned(),
            outcome => outcome.to_owned(),
        };
        tracing::info!(
            target: "access",
            request_id = self.request_id,
            door = self.door.as_str(),
            kind,
            operation = self.operation.as_deref().unwrap_or("-"),
            caller = self.caller,
            outcome,
            answers = self.n_answers,
            requested = self.requested,
            actual = self.n_objects.max(1),
            seconds,
        );
        let labels = [("door", self.door.as_str()), ("kind", kind)];
        counter!("jbp_operations_total", "door" => self.door.as_str(), "kind" => kind, "outcome" => outcome)
            .increment(1);
        counter!("jbp_objects_total", &labels).increment(self.n_objects);
        histogram!("jbp_operation_seconds", &labels).record(seconds);
        if self.kind == OperationType::Subscription {
            gauge!("jbp_subscriptions", "door" => self.door.as_str()).decrement(1);
        }
    }
}

/// Remembers a request that was not let in.
pub fn refused(visit: &Visit, refusal: &Refusal) {
    let (door, code) = (visit.door.as_str(), refusal.code.as_str());
    tracing::info!(
        target: "access",
        request_id = visit.request_id,
        door,
        caller = caller(visit),
        outcome = code,
        "refused"
    );
    counter!("jbp_refusals_total", "door" => door, "code" => code).increment(1);
}

/// Remembers a request whose token was not good, or was not looked at.
pub fn turned_away(door: Door, address: IpAddr, request_id: &str, code: Code) {
    let (door, code) = (door.as_str(), code.as_str());
    let caller = address.to_string();
    tracing::info!(target: "access", request_id, door, caller, outcome = code, "turned away");
    counter!("jbp_refusals_total", "door" => door, "code" => code).increment(1);
}

fn caller(visit: &Visit) -> String {
    match &visit.caller.id {
        Some(id) => id.as_ref().to_owned(),
        None => visit.address.to_string(),
    }
}

fn kind(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}
