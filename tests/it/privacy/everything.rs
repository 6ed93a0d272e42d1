//! A query of everything that the schema offers, made from the schema itself: a new field is asked from the day it exists.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::{Client, TestApp};

const SCHEMA: &str = "{ __schema { types { kind name possibleTypes { name } fields {
    name args { type { kind } defaultValue } type { ...T ofType { ...T ofType { ...T ofType { ...T } } } }
} } } }
fragment T on __Type { kind name }";

/// How many objects deep is asked, what is in a page counting as the page.
const DEPTH: usize = 3;

/// All that can be asked.
pub struct Everything {
    of_plan: String,
    of_house: String,
    /// All events after `$after`, and all of each.
    pub subscription: String,
}

impl Everything {
    /// Reads the schema.
    pub async fn learn(app: &TestApp) -> Self {
        let found = app.as_stranger().run(SCHEMA, json!({})).await;
        let types = found["__schema"]["types"].as_array().unwrap();
        let types = Types(
            types.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one)).collect(),
        );
        let plan = types.selection("Plan", DEPTH, &mut Vec::new());
        let house = types.selection("Query", DEPTH, &mut vec!["Plan".to_owned()]);
        let event = types.selection("EventItem", 1, &mut Vec::new());
        Self {
            of_plan: format!("query($id: ID!) {{ plan(id: $id) {{ {plan} }} }}"),
            of_house: format!("{{ {house} }}"),
            subscription: format!(
                "subscription($after: String) {{ planEvents(after: $after) {{ {event} }} }}"
            ),
        }
    }

    /// Everything that somebody gets when asking for everything.
    pub async fn seen_by(&self, client: &Client, plan: &str) -> Value {
        let plan = client.run(&self.of_plan, json!({ "id": plan })).await;
        let house = client.run(&self.of_house, json!({})).await;
        json!({ "plan": plan, "house": house })
    }
}

struct Types<'a>(BTreeMap<String, &'a Value>);

impl Types<'_> {
    /// The fields of a type that can be asked without arguments, and those of what they lead to; no type is asked again below itself.
    fn selection(&self, name: &str, depth: usize, above: &mut Vec<String>) -> String {
        let of_type = self.0[name];
        let mut parts = vec!["__typename".to_owned()];
        if of_type["kind"] == "UNION" || of_type["kind"] == "INTERFACE" {
            for member in of_type["possibleTypes"].as_array().unwrap() {
                let member = member["name"].as_str().unwrap();
                let fields = self.fields(member, depth, above, &format!("{member}_"));
                parts.push(format!("... on {member} {{ __typename {fields} }}"));
            }
        } else {
            parts.push(self.fields(name, depth, above, ""));
        }
        parts.join(" ")
    }

    /// Each field under its own name after `alias`, which keeps fields of different types apart.
    fn fields(&self, name: &str, depth: usize, above: &mut Vec<String>, alias: &str) -> String {
        above.push(name.to_owned());
        let is_page = name.ends_with("Connection");
        let mut parts = Vec::new();
        for field in self.0[name]["fields"].as_array().unwrap() {
            let (field_name, leads_to) = (field["name"].as_str().unwrap(), named(&field["type"]));
            let needs_more = field["args"].as_array().unwrap().iter().any(|argument| {
                argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()
            });
            if needs_more || above.contains(&leads_to) || (is_page && field_name == "edges") {
                continue;
            }
            let label =
                if alias.is_empty() { String::new() } else { format!("{alias}{field_name}: ") };
            match self.0[&leads_to]["kind"].as_str().unwrap() {
                "SCALAR" | "ENUM" => parts.push(format!("{label}{field_name}")),
                _ if depth == 0 => {}
                _ => {
                    let below = if is_page { depth } else { depth - 1 };
                    let inner = self.selection(&leads_to, below, above);
                    parts.push(format!("{label}{field_name} {{ {inner} }}"));
                }
            }
        }
        above.pop();
        parts.join(" ")
    }
}

/// The name of a type under its lists and non-nulls.
fn named(of_type: &Value) -> String {
    match of_type["name"].as_str() {
        Some(name) => name.to_owned(),
        None => named(&of_type["ofType"]),
    }
}

/// An answer with its ids and cursors numbered in the order in which they appear, and without hashes: what two houses that lived
/// the same life agree on.
pub fn anonymous(answer: &Value) -> Value {
    fn walk(name: &str, value: &Value, ids: &mut BTreeMap<String, usize>) -> Value {
        match value {
            Value::String(text) if name.to_lowercase().ends_with("cursor") => {
                json!(format!("cursor {} of {} letters", number(text, ids), text.len()))
            }
            Value::String(text) => Value::String(without_ids(text, ids)),
            Value::Array(items) => items.iter().map(|item| walk(name, item, ids)).collect(),
            Value::Object(fields) => {
                let walked =
                    fields.iter().map(|(name, value)| (name.clone(), walk(name, value, ids)));
                Value::Object(walked.collect::<Map<_, _>>())
            }
            _ => value.clone(),
        }
    }
    walk("", answer, &mut BTreeMap::new())
}

/// The number of an id or cursor, the next one when it is new.
fn number(word: &str, ids: &mut BTreeMap<String, usize>) -> usize {
    let next = ids.len();
    *ids.entry(word.to_owned()).or_insert(next)
}

fn without_ids(text: &str, ids: &mut BTreeMap<String, usize>) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut said = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, others) = rest.split_at(end);
        let is_id = word.rsplit_once('_').is_some_and(|(_, id)| id.len() == 26)
            || (word.len() == 36 && word.matches('-').count() == 4);
        if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            said.push_str("hash");
        } else if is_id {
            said.push_str("id ");
            said.push_str(&number(word, ids).to_string());
        } else {
            said.push_str(word);
        }
        let other = others.find(is_word).unwrap_or(others.len());
        said.push_str(&others[..other]);
        rest = &others[other..];
    }
    said
}
