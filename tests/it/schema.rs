//! The schema as a whole: what holds for every type in it.

use serde_json::{Value, json};

use jbp::{bus::memory::Bus, graphql::acting::Credential};

use crate::support::TestApp;

const EVERYTHING: &str = "{ __schema { types {
  name description
  fields(includeDeprecated: true) { name description args { name description } }
  inputFields { name description }
  enumValues(includeDeprecated: true) { name description }
} } }";

/// The members of a list that may be absent.
fn members<'a>(of: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    of[list].as_array().into_iter().flatten()
}

#[tokio::test]
async fn everything_is_described_to_a_client() {
    let app = TestApp::start().await;
    let answer = app.as_stranger().run(EVERYTHING, json!({})).await;
    let mut undescribed = Vec::new();
    let mut check = |path: &[&Value]| {
        let described = path.last().unwrap()["description"].as_str().unwrap_or_default();
        if described.trim().is_empty() {
            let names: Vec<&str> = path.iter().filter_map(|at| at["name"].as_str()).collect();
            undescribed.push(names.join("."));
        }
    };
    for kind in members(&answer["__schema"], "types") {
        let name = kind["name"].as_str().unwrap();
        if name.starts_with("__") {
            continue;
        }
        // The library leaves these two kinds without a word; their names are the specification's.
        if name != "ID" && !name.ends_with("Connection") {
            check(&[kind]);
        }
        for field in members(kind, "fields") {
            check(&[kind, field]);
            for argument in members(field, "args") {
                check(&[kind, field, argument]);
            }
        }
        for member in members(kind, "inputFields").chain(members(kind, "enumValues")) {
            check(&[kind, member]);
        }
    }
    assert_eq!(undescribed, [""; 0]);
}

/// Whoever holds an id can ask for what has it.
#[test]
fn everything_with_an_id_is_a_node() {
    use async_graphql::parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    };
    let mut others = Vec::new();
    for definition in parse_schema(jbp::graphql::sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let TypeKind::Object(object) = &definition.node.kind else { continue };
        let has_id = object
            .fields
            .iter()
            .any(|field| field.node.name.node == "id" && field.node.ty.node.to_string() == "ID!");
        // An event is told once, and found again by its cursor.
        let known = ["Node", "Event"];
        let is_known = object.implements.iter().any(|name| known.contains(&name.node.as_str()));
        if has_id && !is_known {
            others.push(definition.node.name.node.to_string());
        }
    }
    assert_eq!(others, [""; 0]);
}

/// The committed schema is the contract: reviewers read its diff, and `web/` and integrations their types.
#[test]
fn the_committed_schema_is_the_schema() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == jbp::graphql::sdl(),
        "schema.graphql is stale: run `cargo run -- schema > schema.graphql` and read the difference"
    );
}

/// What GraphiQL offers must be what the schema understands: whatever else is wrong with a stranger's request, it is understood.
#[tokio::test]
async fn every_example_of_graphiql_is_understood() {
    let app = TestApp::start().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/web/src/examples");
    let mut n_examples = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "graphql") {
            continue;
        }
        n_examples += 1;
        let variables = std::fs::read_to_string(path.with_extension("variables.json"));
        let variables = variables.map_or(json!({}), |text| serde_json::from_str(&text).unwrap());
        let document = jbp::graphql::schema(Bus::default());
        let request = async_graphql::Request::new(std::fs::read_to_string(&path).unwrap())
            .variables(async_graphql::Variables::from_json(variables));
        let request = jbp::graphql::acting(
            request,
            app.as_stranger().op().await.unwrap(),
            Credential::default(),
        );
        let mut answers = Box::pin(document.execute_stream(request));
        let answer = futures_util::StreamExt::next(&mut answers).await.unwrap();
        // An error without a path is of the document; one with a path was met on the way.
        let of_document: Vec<_> =
            answer.errors.iter().filter(|error| error.path.is_empty()).collect();
        assert!(of_document.is_empty(), "{}: {of_document:?}", path.display());
    }
    assert!(n_examples > 10, "{n_examples}");
}

/// A scalar of a library that slips in beside ours has other rules, and no client knows it.
#[tokio::test]
async fn there_are_no_scalars_but_those_of_the_contract() {
    let app = TestApp::start().await;
    let query = "{ __schema { types { kind name } } }";
    let answer = app.as_stranger().run(query, json!({})).await;
    let mut scalars: Vec<&str> = members(&answer["__schema"], "types")
        .filter(|kind| kind["kind"] == "SCALAR")
        .map(|kind| kind["name"].as_str().unwrap())
        .collect();
    scalars.sort_unstable();
    let ours = ["CountryCode", "CurrencyCode", "Date", "DateTime", "Decimal"];
    let of_the_specification = ["Boolean", "Float", "ID", "Int", "String"];
    let mut known = [ours, of_the_specification].concat();
    known.sort_unstable();
    assert_eq!(scalars, known);
}
