//! What is checked before anything is executed, for every door.
//!
//! The library parses, validates and runs in one go; here the document is
//! parsed first, so that a refusal knows its reason and a limit is compared
//! before the work it limits. [`documents`] keeps what was parsed, [`outline`]
//! what is known of the schema, [`scales`] finds out what the document would
//! cost, [`merging`] how long its rules would take, [`validity`] whether it keeps them, [`variables`] whether its
//! values fit.

pub mod documents;
pub mod merging;
pub mod outline;
pub mod scales;
pub mod tokens;
pub mod validity;
pub mod values;
pub mod variables;
pub mod weight;

use std::{collections::HashMap, fmt, marker::PhantomData, sync::Arc};

use async_graphql::{
    IntrospectionMode, Name, Positioned, Request, Value, Variables,
    parser::{
        self,
        types::{
            DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
            SelectionSet,
        },
    },
};
use async_graphql_value as ast;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::answer::{Code, Refusal};
use documents::{Documents, Known, Wanted};
use outline::Outline;
use scales::Measure;
use tokens::Extent;

/// The longest request: the body of a `POST`, the document of a `GET`, a message of a socket.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;

/// The longest document, in bytes: what a parser needs for a long text and for long gaps grows with them, however few tokens they are.
pub const MAX_DOCUMENT_BYTES: usize = 32 * 1024;

/// Operations of a document: the rules go through what each of them asks, fragments included, whichever is to run.
pub const MAX_OPERATIONS: usize = 20;

/// Tokens of a document.
pub const MAX_TOKENS: usize = 2_000;

/// Values of variables that are given: a document of so many tokens cannot declare more.
pub const MAX_VARIABLES: usize = MAX_TOKENS / 4;

/// Brackets inside each other, of selections, arguments and values.
///
/// Below what the parser itself follows down.
pub const MAX_BRACKETS: usize = 60;

/// Fragments of a document.
pub const MAX_FRAGMENTS: usize = 50;

/// Letters of a name: the library compares a name that it does not know with each that it does.
pub const MAX_NAME: usize = 128;

/// What a client asks for, before anything is believed of it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Asked {
    /// The document.
    pub document: Wanted,
    /// Which of its operations to run.
    pub operation_name: Option<String>,
    /// The values of the operation's variables.
    pub variables: Variables,
    /// What the client says beside the specification.
    pub extensions: Option<HashMap<String, Value>>,
}

/// A request as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    extensions: Option<HashMap<String, Value>>,
}

impl TryFrom<Written> for Asked {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { query, document_id, operation_name, variables, extensions } = written;
        let document = Wanted::either(query, document_id)?;
        Ok(Self { document, operation_name, variables: few(variables)?, extensions })
    }
}

/// The values of variables, unless they are more than any document declares.
pub fn few(variables: Variables) -> Result<Variables, &'static str> {
    if variables.len() > MAX_VARIABLES {
        Err("more than 500 variables are given")
    } else {
        Ok(variables)
    }
}

/// What a request is made of, so that the same can be asked again.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The document, which a shared pointer tells from others: documents that are kept are parsed once.
    pub document: Arc<Known>,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Variables,
    /// Whether its sender may know what the schema holds.
    pub sees_schema: bool,
}

impl Recipe {
    /// The request.
    pub fn request(&self) -> Request {
        // The text is not looked at again.
        let mut request = Request::new("").variables(self.variables.clone());
        request.operation_name.clone_from(&self.operation_name);
        request.set_parsed_query(self.document.document.clone());
        if !self.sees_schema {
            request.introspection_mode = IntrospectionMode::Disabled;
        }
        request
    }

    /// The variables as JSON, less the one that says where a stream begins.
    pub fn variables_without_start(&self) -> String {
        let mut variables = self.variables.clone();
        if let Ok(operation) = select(&self.document.document, self.operation_name.as_deref()) {
            for start in starts(&operation.node.selection_set.node) {
                variables.remove(start);
            }
        }
        serde_json::to_string(&variables).unwrap_or_default()
    }
}

/// The variables that say where the streams of a selection begin.
fn starts(selected: &SelectionSet) -> impl Iterator<Item = &Name> {
    let fields = selected.items.iter().filter_map(|selection| match &selection.node {
        Selection::Field(field) => Some(&field.node),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    });
    fields.filter_map(|field| match &field.get_argument("after")?.node {
        ast::Value::Variable(name) => Some(name),
        _ => None,
    })
}

/// A request that may be executed.
#[derive(Debug)]
pub struct Admitted {
    /// The request, its document already parsed.
    pub request: Request,
    /// What it was made of.
    pub recipe: Recipe,
    /// What kind of operation will run.
    pub kind: OperationType,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Objects that it may bring.
    pub nodes: u64,
    /// Whether its sender may know what the schema holds.
    pub sees_schema: bool,
}

/// Lets a request in, or says why not; `sees_schema` says whether its sender may know what the schema holds.
pub fn admit(
    asked: Asked,
    documents: &Documents,
    outline: &Outline,
    sees_schema: bool,
) -> Result<Admitted, Refusal> {
    let known = documents.find(&asked.document)?;
    let document = &known.document;
    let operation = select(document, asked.operation_name.as_deref())?;
    let n_operations = document.operations.iter().count();
    if n_operations > MAX_OPERATIONS {
        let message =
            format!("the document has {n_operations} operations; {MAX_OPERATIONS} is the most");
        return Err(Code::QueryTooComplex.refuse(message).at(operation.pos));
    }
    if document.fragments.len() > MAX_FRAGMENTS {
        let message = format!("the document has more than {MAX_FRAGMENTS} fragments");
        return Err(Code::QueryTooComplex.refuse(message).at(operation.pos));
    }
    let Measure { nodes, introspects_at } =
        scales::measure(outline, document, operation, &asked.variables)?;
    if let Some(at) = introspects_at
        && !sees_schema
    {
        return Err(Code::Unauthenticated.refuse("sign in to read the schema").at(at));
    }
    variables::check(outline, &operation.node, &asked.variables)?;
    known.validate(outline)?;
    let given = variables::complete(&operation.node, asked.variables);
    let kind = operation.node.ty;
    let name = match &document.operations {
        DocumentOperations::Single(_) => None,
        DocumentOperations::Multiple(operations) => operations
            .iter()
            .find(|(_, candidate)| candidate.pos == operation.pos)
            .map(|(name, _)| name.to_string()),
    };

    let recipe = Recipe {
        document: Arc::clone(&known),
        operation_name: asked.operation_name,
        variables: given,
        sees_schema,
    };
    let mut request = recipe.request();
    request.extensions.0 = asked.extensions.unwrap_or_default();
    Ok(Admitted { request, recipe, kind, name, nodes, sees_schema })
}

/// Parses a document that is not too long to be parsed.
fn read(query: &str) -> Result<ExecutableDocument, Refusal> {
    if query.len() > MAX_REQUEST_BYTES {
        return Err(Code::PayloadTooLarge.refuse("the document is longer than 256 KB"));
    }
    let Extent { tokens, nesting, longest_name } = tokens::measure(query);
    if tokens > MAX_TOKENS {
        let message = format!("the document has {tokens} tokens; {MAX_TOKENS} is the most");
        return Err(Code::QueryTooComplex.refuse(message));
    }
    if longest_name > MAX_NAME {
        let message = format!("a name has {longest_name} letters; {MAX_NAME} is the most");
        return Err(Code::QueryTooComplex.refuse(message));
    }
    if query.len() > MAX_DOCUMENT_BYTES {
        return Err(Code::PayloadTooLarge
            .refuse("the document is longer than 32 KB; long texts belong into variables"));
    }
    if nesting > MAX_BRACKETS {
        return Err(Code::QueryTooComplex.refuse("the document is nested too deeply"));
    }
    parser::parse_query(query).map_err(unreadable)
}

fn unreadable(error: parser::Error) -> Refusal {
    let text = error.to_string();
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
    let refusal = code.refuse(message);
    error.positions().next().map_or(refusal.clone(), |at| refusal.at(at))
}

fn select<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, Refusal> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) => {
            operations.values().next().filter(|_| operations.len() == 1)
        }
    };
    found.ok_or_else(|| {
        let message = match name {
            Some(name) => format!("the document has no operation named \"{name}\""),
            None => "the document has several operations: name one".to_owned(),
        };
        Code::OperationResolutionFailure.refuse(message)
    })
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
mod tests;
