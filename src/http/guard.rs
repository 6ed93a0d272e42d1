//! What is checked before anything is executed, for every door.
//!
//! The library parses, validates and runs in one go; here the document is
//! parsed first, so that a refusal knows its reason and a limit is compared
//! before the work it limits.

use std::{collections::HashMap, fmt, marker::PhantomData};

use async_graphql::{
    Request, Value, Variables,
    parser::{
        self,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::answer::{Code, Refusal};

/// The longest request: the body of a `POST`, the document of a `GET`, a message of a socket.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;

/// What a client asks for, before anything is believed of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// The document.
    pub query: String,
    /// Which of its operations to run.
    pub operation_name: Option<String>,
    /// The values of the operation's variables.
    #[serde(default)]
    pub variables: Variables,
    /// What the client says beside the specification.
    pub extensions: Option<HashMap<String, Value>>,
}

/// A request that may be executed.
#[derive(Debug)]
pub struct Admitted {
    /// The request, its document already parsed.
    pub request: Request,
    /// What kind of operation will run.
    pub kind: OperationType,
}

/// Lets a request in, or says why not.
pub fn admit(asked: Asked) -> Result<Admitted, Refusal> {
    if asked.query.len() > MAX_REQUEST_BYTES {
        return Err(Code::PayloadTooLarge.refuse("the document is longer than 256 KB"));
    }
    let document = parser::parse_query(&asked.query).map_err(unreadable)?;
    let operation = select(&document, asked.operation_name.as_deref())?;
    require_variables(operation, &asked.variables)?;
    let kind = operation.ty;

    let mut request = Request::new(asked.query).variables(asked.variables);
    request.operation_name = asked.operation_name;
    request.extensions.0 = asked.extensions.unwrap_or_default();
    request.set_parsed_query(document);
    Ok(Admitted { request, kind })
}

fn unreadable(error: parser::Error) -> Refusal {
    let text = error.to_string();
    if error == parser::Error::RecursionLimitExceeded || text.contains("stack limit reached") {
        return Code::QueryTooComplex.refuse("the document is nested too deeply");
    }
    let code = match error {
        parser::Error::MultipleOperations { .. }
        | parser::Error::OperationDuplicated { .. }
        | parser::Error::FragmentDuplicated { .. } => Code::GraphqlValidationFailed,
        _ => Code::GraphqlParseFailed,
    };
    // The parser draws the line and points at it; `at` already does.
    let message = match text.rsplit_once("= ") {
        Some((_, expectation)) => format!("syntax error: {expectation}"),
        None => text,
    };
    Refusal { code, message, at: error.positions().next() }
}

fn select<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refusal> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) => {
            operations.values().next().filter(|_| operations.len() == 1)
        }
    };
    found.map(|operation| &operation.node).ok_or_else(|| {
        let message = match name {
            Some(name) => format!("the document has no operation named \"{name}\""),
            None => "the document has several operations: name one".to_owned(),
        };
        Code::OperationResolutionFailure.refuse(message)
    })
}

/// The library lets a missing variable pass where nothing reads it.
fn require_variables(operation: &OperationDefinition, given: &Variables) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
        if kind.nullable {
            continue;
        }
        let lack = match given.get(name) {
            None if definition.node.default_value.is_none() => "is required",
            Some(Value::Null) => "must not be null",
            _ => continue,
        };
        let message = format!("variable \"${name}\" of type \"{kind}\" {lack}");
        return Err(Code::BadUserInput.refuse(message).at(definition.pos));
    }
    Ok(())
}

/// A JSON object, and nothing else.
///
/// A derived `Deserialize` also reads an array as the fields in order, which
/// would make `["{ viewer { id } }"]` a request.
#[derive(Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(body: serde_json::Value, expected: Result<OperationType, &str>) {
        let Object(asked) = serde_json::from_value(body).unwrap();
        let found = admit(asked)
            .map(|admitted| admitted.kind)
            .map_err(|refusal| format!("{} {}", refusal.code.as_str(), refusal.message));
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn a_document_is_read_before_it_runs() {
        check(json!({ "query": "{ a }" }), Ok(OperationType::Query));
        check(json!({ "query": "mutation { a }" }), Ok(OperationType::Mutation));
        check(json!({ "query": "subscription { a }" }), Ok(OperationType::Subscription));
        check(
            json!({ "query": "{" }),
            Err("GRAPHQL_PARSE_FAILED syntax error: expected selection"),
        );
        check(
            json!({ "query": "fragment F on Q { a }" }),
            Err("GRAPHQL_PARSE_FAILED document does not contain an operation"),
        );
        check(
            json!({ "query": "query A { a } query A { b }" }),
            Err("GRAPHQL_VALIDATION_FAILED operation A is defined twice"),
        );
        for (open, again) in [("", "{ a "), ("", "{ ... "), ("{ a(b: ", "[")] {
            check(
                json!({ "query": format!("{open}{}", again.repeat(30_000)) }),
                Err("QUERY_TOO_COMPLEX the document is nested too deeply"),
            );
        }
        check(
            json!({ "query": format!("{}{}", "{ a ".repeat(70), "}".repeat(70)) }),
            Err("QUERY_TOO_COMPLEX the document is nested too deeply"),
        );
        check(
            json!({ "query": "{ a } ".repeat(50_000) }),
            Err("PAYLOAD_TOO_LARGE the document is longer than 256 KB"),
        );
    }

    #[test]
    fn an_operation_is_found_by_name_or_because_it_is_the_only_one() {
        let two = "query A { a } mutation B { b }";
        check(json!({ "query": two, "operationName": "A" }), Ok(OperationType::Query));
        check(json!({ "query": two, "operationName": "B" }), Ok(OperationType::Mutation));
        check(json!({ "query": "query A { a }" }), Ok(OperationType::Query));
        check(
            json!({ "query": two, "operationName": "C" }),
            Err("OPERATION_RESOLUTION_FAILURE the document has no operation named \"C\""),
        );
        check(
            json!({ "query": "{ a }", "operationName": "A" }),
            Err("OPERATION_RESOLUTION_FAILURE the document has no operation named \"A\""),
        );
        check(
            json!({ "query": two }),
            Err("OPERATION_RESOLUTION_FAILURE the document has several operations: name one"),
        );
    }

    #[test]
    fn a_required_variable_is_required_even_if_nothing_reads_it() {
        let query = "query ($n: Int!, $m: Int! = 1, $o: Int) { a }";
        check(json!({ "query": query, "variables": { "n": 1 } }), Ok(OperationType::Query));
        check(
            json!({ "query": query }),
            Err("BAD_USER_INPUT variable \"$n\" of type \"Int!\" is required"),
        );
        check(
            json!({ "query": query, "variables": { "n": 1, "m": null } }),
            Err("BAD_USER_INPUT variable \"$m\" of type \"Int!\" must not be null"),
        );
    }

    #[test]
    fn only_an_object_is_a_request() {
        serde_json::from_value::<Object<Asked>>(json!({ "query": "{ a }", "variables": null }))
            .unwrap();
        for body in [
            json!(["{ a }"]),
            json!([{ "query": "{ a }" }]),
            json!("{ a }"),
            json!({}),
            json!({ "query": 1 }),
            json!({ "query": "{ a }", "variables": [] }),
            json!({ "query": "{ a }", "operationName": 1 }),
            json!({ "query": "{ a }", "extensions": [] }),
        ] {
            serde_json::from_value::<Object<Asked>>(body).unwrap_err();
        }
    }
}
