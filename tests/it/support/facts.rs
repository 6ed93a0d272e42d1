//! Facts, recorded by those who would report them.

use serde_json::{Value, json};

use super::Client;

/// Records a batch and tells what became of each row.
pub const RECORD: &str =
    "mutation($input: RecordActivitiesInput!) { recordActivities(input: $input) {
    results { index outcome activityId errors { code message path existingId } }
    recorded duplicates superseded rejected
    errors { code message path }
} }";

/// A fact, as `recordActivities` takes it.
#[derive(Clone, Debug)]
pub struct Fact(pub Value);

impl Fact {
    fn new(kind: &str, on: &str, about: &str, details: Value) -> Self {
        Self(json!({
            "source": "crm",
            "externalId": format!("{about} {kind} {on}"),
            "kind": kind,
            "occurredOn": on,
            "details": details,
        }))
    }

    /// A fact of a deal: `deal("DEAL_WON", "D-1", "2026-05-03")`.
    pub fn deal(kind: &str, reference: &str, on: &str) -> Self {
        Self::new(kind, on, reference, json!({ "deal": { "reference": reference } }))
    }

    /// A fact of a person's training.
    pub fn training(kind: &str, person: &str, code: &str, on: &str) -> Self {
        let details = json!({ "training": { "person": person, "code": code } });
        Self::new(kind, on, &format!("{person} {code}"), details)
    }

    /// A fact of a marketing programme.
    pub fn marketing(kind: &str, programme: &str, on: &str) -> Self {
        let details = json!({ "marketing": { "programme": programme } });
        Self::new(kind, on, programme, details)
    }

    /// Leads that came in.
    pub fn leads(count: i32, on: &str) -> Self {
        Self::new(
            "LEADS_DELIVERED",
            on,
            &format!("{count} leads"),
            json!({ "marketing": { "leads": count } }),
        )
    }

    /// Market development funds that were spent.
    pub fn spent(amount: &str, on: &str) -> Self {
        Self::new("MDF_SPENT", on, amount, json!({ "marketing": {} })).amount(amount, "USD")
    }

    /// Support that the vendor gave.
    pub fn support(kind: &str, quantity: &str, on: &str) -> Self {
        let details = json!({ "support": { "kind": kind, "quantity": quantity } });
        Self::new("SUPPORT_DELIVERED", on, &format!("{kind} {quantity}"), details)
    }

    /// Something that a custom metric counts.
    pub fn custom(key: &str, quantity: &str, on: &str) -> Self {
        let details = json!({ "custom": { "metricKey": key, "quantity": quantity } });
        Self::new("CUSTOM", on, key, details)
    }

    /// A fact taken back.
    pub fn adjustment(of: &str, on: &str) -> Self {
        let fact = Self::new("ADJUSTMENT", on, of, json!({ "adjustment": true }));
        fact.superseding(of).with("reason", json!("counted twice"))
    }

    /// With another field of the fact.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.0[field] = value;
        self
    }

    /// With another field of its details.
    #[must_use]
    pub fn saying(mut self, field: &str, value: Value) -> Self {
        let details = self.0["details"].as_object_mut().unwrap();
        let of_feed = details.values_mut().next().unwrap();
        of_feed[field] = value;
        self
    }

    /// With an amount.
    #[must_use]
    pub fn amount(self, amount: &str, currency: &str) -> Self {
        self.saying("amount", json!({ "amount": amount, "currency": currency }))
    }

    /// Under another external id.
    #[must_use]
    pub fn called(self, external_id: &str) -> Self {
        self.with("externalId", json!(external_id))
    }

    /// In place of an earlier fact.
    #[must_use]
    pub fn superseding(self, id: &str) -> Self {
        self.with("supersedes", json!(id))
    }
}

impl Client {
    /// Records facts about a partnership; gives the whole payload.
    pub async fn record(&self, partnership: &str, facts: &[Fact]) -> Value {
        self.record_with(partnership, facts, json!({})).await
    }

    /// Records facts with more to say about the batch: `dryRun`, `mode`, `idempotencyKey`.
    pub async fn record_with(&self, partnership: &str, facts: &[Fact], options: Value) -> Value {
        let mut input = options;
        input["activities"] = facts
            .iter()
            .map(|fact| fact.clone().with("partnershipId", json!(partnership)).0)
            .collect();
        let answer = self.run(RECORD, json!({ "input": input })).await;
        answer["recordActivities"].clone()
    }

    /// Records facts all of which must be new, or take the place of others; gives their ids.
    pub async fn recorded(&self, partnership: &str, facts: &[Fact]) -> Vec<String> {
        let payload = self.record(partnership, facts).await;
        let taken = payload["recorded"].as_i64().unwrap() + payload["superseded"].as_i64().unwrap();
        assert_eq!(taken, i64::try_from(facts.len()).unwrap(), "{payload}");
        ids(&payload)
    }
}

/// The ids of what a batch has become.
pub fn ids(payload: &Value) -> Vec<String> {
    let results = payload["results"].as_array().unwrap();
    results.iter().map(|row| row["activityId"].as_str().unwrap_or_default().to_owned()).collect()
}

/// What became of each row, a line each: `1 REJECTED NOT_FOUND at activities.1.supersedes: …`.
pub fn outcomes(payload: &Value) -> String {
    let Some(results) = payload["results"].as_array() else {
        let error = &payload["errors"][0];
        return format!("refused {}: {}", text(&error["code"]), text(&error["message"]));
    };
    let line = |row: &Value| {
        let mut line = format!("{} {}", row["index"], text(&row["outcome"]));
        for error in row["errors"].as_array().unwrap() {
            let path: Vec<&str> = error["path"].as_array().unwrap().iter().map(text).collect();
            line = format!(
                "{line} {} at {}: {}",
                text(&error["code"]),
                path.join("."),
                text(&error["message"])
            );
        }
        line
    };
    results.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
