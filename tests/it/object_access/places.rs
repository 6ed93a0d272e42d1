//! Every place of the schema in which an id can stand, found in the schema itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::TestApp;

const SCHEMA: &str = "{ __schema {
    mutationType { name }
    types { kind name possibleTypes { name }
        fields { name args { name type { ...T } } } inputFields { name type { ...T } } }
} }
fragment T on __Type { kind name ofType { name ofType { name ofType { name } } } }";

/// What the schema says of ids.
pub struct Places {
    /// `Plan.comments.filter.subjectId`, `addTarget.input.target.productLineId`.
    pub all: BTreeSet<String>,
    /// The types of what can be found by its id alone.
    pub nodes: BTreeSet<String>,
}

impl Places {
    /// Reads the schema.
    pub async fn learn(app: &TestApp) -> Self {
        let found = app.as_stranger().run(SCHEMA, json!({})).await;
        let schema = &found["__schema"];
        let types = schema["types"].as_array().unwrap();
        let inputs: Inputs<'_> = types
            .iter()
            .filter(|one| one["kind"] == "INPUT_OBJECT")
            .map(|one| (text(&one["name"]), of(&one["inputFields"])))
            .collect();
        let mut all = BTreeSet::new();
        for one in types.iter().filter(|one| one["kind"] == "OBJECT") {
            let is_mutation = one["name"] == schema["mutationType"]["name"];
            for field in of(&one["fields"]) {
                // A mutation's name says enough.
                let name = text(&field["name"]).to_owned();
                let name =
                    if is_mutation { name } else { format!("{}.{name}", text(&one["name"])) };
                for argument in of(&field["args"]) {
                    walk(&inputs, &name, argument, &mut Vec::new(), &mut all);
                }
            }
        }
        let node = types.iter().find(|one| one["name"] == "Node").unwrap();
        let nodes = of(&node["possibleTypes"]).iter().map(|one| text(&one["name"]).to_owned());
        Self { all, nodes: nodes.collect() }
    }
}

type Inputs<'a> = BTreeMap<&'a str, &'a [Value]>;

/// Notes the ids in an argument or a field of an input; no input is walked again inside itself.
fn walk<'a>(
    inputs: &Inputs<'a>,
    above: &str,
    part: &'a Value,
    walked: &mut Vec<&'a str>,
    found: &mut BTreeSet<String>,
) {
    let (place, kind) = (format!("{above}.{}", text(&part["name"])), named(&part["type"]));
    if kind == "ID" {
        found.insert(place);
    } else if let Some(fields) = inputs.get(kind).filter(|_| !walked.contains(&kind)) {
        walked.push(kind);
        for field in *fields {
            walk(inputs, &place, field, walked, found);
        }
        walked.pop();
    }
}

/// The name of a type under its lists and non-nulls.
fn named(of_type: &Value) -> &str {
    of_type["name"].as_str().unwrap_or_else(|| named(&of_type["ofType"]))
}

fn of(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
