//! What an endpoint is told: the event as a subscriber gets it, thin, with ids where a subscriber could ask for more.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    domain::{event::EventBody, webhook::WebhookPurpose},
    entity::{event, webhook_delivery},
    error::{Error, Result},
    service::cursors::Sealer,
};

/// Ids of changed targets, and of changed commitments, at most; above, the list is null and the plan is to be read.
const MOST_CHANGED: usize = 200;

/// A message to an endpoint, the same at each try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// By which the receiver knows that it has taken it before: the event's, or the delivery's.
    pub id: String,
    /// What is signed and sent.
    pub body: String,
}

/// The message of a delivery; `event` is what it tells of, if it tells of one.
pub fn write(
    sealer: &Sealer,
    delivery: &webhook_delivery::Model,
    event: Option<&event::Model>,
) -> Result<Message> {
    let cursor = sealer.seal(&super::position(&delivery.cursor)?)?;
    let at = event.map_or(delivery.created_at, |event| event.occurred_at);
    let (kind, data) = match (delivery.purpose, event) {
        (WebhookPurpose::Event, Some(event)) => (name(&event.kind), of_event(event, &cursor)),
        (WebhookPurpose::Event, None) => {
            return Err(Error::Inconsistent(format!("{} has no event", delivery.id)));
        }
        (WebhookPurpose::Test, _) => {
            (json!("TEST"), json!({ "__typename": "Heartbeat", "cursor": cursor }))
        }
        (WebhookPurpose::StreamReset, _) => {
            let data =
                json!({ "__typename": "StreamReset", "reason": "EXPIRED", "cursor": cursor });
            (json!("STREAM_RESET"), data)
        }
    };
    let id = event.map_or_else(|| delivery.id.to_string(), |event| event.id.to_string());
    let body = json!({ "type": kind, "timestamp": at.to_rfc3339(), "data": data });
    Ok(Message { id, body: body.to_string() })
}

/// A value of an enum as the schema spells it.
fn name(value: &impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => Value::String(name.to_uppercase()),
        _ => Value::Null,
    }
}

fn of_event(event: &event::Model, cursor: &str) -> Value {
    let mut data = Map::new();
    let mut say = |name: &str, value: Value| {
        data.insert(name.to_owned(), value);
    };
    say("__typename", json!(event.payload.type_name()));
    say("id", json!(event.id));
    say("cursor", json!(cursor));
    say("occurredAt", json!(event.occurred_at.to_rfc3339()));
    say("kind", name(&event.kind));
    say("actor", json!({ "id": event.actor, "side": name(&event.actor_side) }));
    say("plan", event.plan_id.map_or(Value::Null, thing));
    match &event.payload {
        EventBody::Plain => say("version", Value::Null),
        EventBody::Version { number } => say("version", json!(number)),
        EventBody::Edited { change, revision } => {
            say("change", json!(change));
            say("revision", json!(revision));
        }
        EventBody::Progress { recorded, targets, commitments } => {
            say("recorded", json!(recorded));
            say("targets", things(targets));
            say("commitments", things(commitments));
        }
        EventBody::Alert { alert, people, until } => {
            say("alert", thing(alert));
            say("people", things(people));
            say("snoozedUntilOn", json!(until));
        }
        EventBody::Review { review } => say("review", thing(review)),
        EventBody::ActionItem { item } => say("actionItem", thing(item)),
        EventBody::CounterProposal { proposal, state } => {
            say("counterProposal", thing(proposal));
            say("state", name(state));
        }
        EventBody::Comment { comment } => say("comment", thing(comment)),
        EventBody::Activity { activity } => say("activity", thing(activity)),
    }
    Value::Object(data)
}

fn thing(id: impl Serialize) -> Value {
    json!({ "id": id })
}

fn things(ids: &[impl Serialize]) -> Value {
    if ids.len() > MOST_CHANGED { Value::Null } else { ids.iter().map(thing).collect() }
}
