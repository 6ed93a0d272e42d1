//! What is let in and what is not, against a schema of a few lines.

use std::collections::HashSet;

use serde_json::json;

use super::{outline::PageSizes, *};

const SDL: &str = "
    type Q {
      a(b: [Int]): Int
      one: Q
      few: [Q!]!
      page(first: Int, last: Int): Page!
      sized(first: Int): [Q!]!
      byIds(ids: [ID!]!): [Q]!
      thing: Thing
      boxed(box: Box): Int
      takes(
        int: Int float: Float string: String boolean: Boolean id: ID kind: Kind day: Day box: Box
        either: Either ints: [Int!] rows: [[Int]]
      ): Int
    }
    interface Thing { more: Thing x: Int y: Int }
    type A implements Thing { more: Thing x: Int y: Int }
    type B implements Thing { more: Thing x: Int y: Int }
    type C implements Thing { more: Thing x: Int y: Int }
    type D implements Thing { more: Thing x: Int y: Int }
    directive @oneOf on INPUT_OBJECT
    type M { a: Int }
    type S { a: Int b: Int }
    type Page { edges: [Edge!]! nodes: [Q!]! pageInfo: Q! }
    type Edge { node: Q! }
    enum Kind { GOOD }
    scalar Day
    input Box { kind: Kind! size: Int! = 1 boxes: [Box!] }
    input Either @oneOf { left: Int right: Int }
    schema { query: Q mutation: M subscription: S }
";

fn outline() -> Outline {
    Outline::read(SDL, PageSizes { usual: 20, largest: 100 }, |_, value| match value {
        Value::String(text) if text.contains('-') => Ok(()),
        _ => Err("not a day".to_owned()),
    })
    .unwrap()
}

#[track_caller]
fn check(body: serde_json::Value, expected: Result<OperationType, &str>) {
    let Object(asked) = serde_json::from_value(body).unwrap();
    let found = admit(asked, &Documents::new([]), &outline(), true)
        .map(|admitted| admitted.kind)
        .map_err(|refusal| format!("{} {}", refusal.code.as_str(), refusal.message));
    assert_eq!(found, expected.map_err(str::to_owned));
}

#[test]
fn a_name_has_an_end() {
    check(json!({ "query": format!("{{ {}: a }}", "n".repeat(128)) }), Ok(OperationType::Query));
    check(
        json!({ "query": format!("{{ {} }}", "n".repeat(12_000)) }),
        Err("QUERY_TOO_COMPLEX a name has 12000 letters; 128 is the most"),
    );
}

#[test]
fn a_document_is_read_before_it_runs() {
    check(json!({ "query": "{ a }" }), Ok(OperationType::Query));
    check(json!({ "query": "mutation { a }" }), Ok(OperationType::Mutation));
    check(json!({ "query": "subscription { a }" }), Ok(OperationType::Subscription));
    check(json!({ "query": "{" }), Err("GRAPHQL_PARSE_FAILED syntax error: expected selection"));
    check(
        json!({ "query": "fragment F on Q { a }" }),
        Err("GRAPHQL_PARSE_FAILED document does not contain an operation"),
    );
    check(
        json!({ "query": "query A { a } query A { b }" }),
        Err("GRAPHQL_VALIDATION_FAILED operation A is defined twice"),
    );
    for open in ["{ a ", "{ ... "] {
        check(
            json!({ "query": format!("{}{}", open.repeat(600), "}".repeat(600)) }),
            Err("QUERY_TOO_COMPLEX the document is nested too deeply"),
        );
    }
    check(
        json!({ "query": "{ a ".repeat(30_000) }),
        Err("QUERY_TOO_COMPLEX the document has 60000 tokens; 2000 is the most"),
    );
    check(
        json!({ "query": format!("{}{}", "{ a ".repeat(70), "}".repeat(70)) }),
        Err("QUERY_TOO_COMPLEX the document is nested too deeply"),
    );
    for long in
        [format!("{{ a(b: \"{} }}", "x".repeat(70_000)), format!("{{ a {} }}", " ".repeat(70_000))]
    {
        check(
            json!({ "query": long }),
            Err(
                "PAYLOAD_TOO_LARGE the document is longer than 32 KB; long texts belong into variables",
            ),
        );
    }
    check(
        json!({ "query": "{ a } ".repeat(50_000) }),
        Err("PAYLOAD_TOO_LARGE the document is longer than 256 KB"),
    );
}

#[test]
fn an_operation_is_found_by_name_or_because_it_is_the_only_one() {
    let two = "query A { a } mutation B { a }";
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
fn a_document_has_so_many_operations() {
    let of =
        |n: usize| (0..n).map(|at| format!("query Q{at} {{ a }} ")).collect::<Vec<_>>().concat();
    check(json!({ "query": of(20), "operationName": "Q0" }), Ok(OperationType::Query));
    check(
        json!({ "query": of(21), "operationName": "Q0" }),
        Err("QUERY_TOO_COMPLEX the document has 21 operations; 20 is the most"),
    );
}

#[test]
fn a_variable_fits_its_type() {
    let query = "query ($n: Int!, $m: Int! = 1, $o: Int) {
        n: takes(int: $n) m: takes(int: $m) o: takes(int: $o)
    }";
    check(json!({ "query": query, "variables": { "n": 1 } }), Ok(OperationType::Query));
    check(
        json!({ "query": query }),
        Err("BAD_USER_INPUT variable \"$n\" of type \"Int!\" is required"),
    );
    check(
        json!({ "query": query, "variables": { "n": 1, "m": null } }),
        Err("BAD_USER_INPUT variable \"$m\" of type \"Int!\" must not be null"),
    );
    let unread = "query ($n: Int!) { a }";
    check(
        json!({ "query": unread }),
        Err("BAD_USER_INPUT variable \"$n\" of type \"Int!\" is required"),
    );
    check(
        json!({ "query": unread, "variables": { "n": 1 } }),
        Err("GRAPHQL_VALIDATION_FAILED unused variable: `$n`"),
    );
    for (kind, value, expected) in [
        ("Int", json!(2_147_483_647), ""),
        ("Int", json!(2_147_483_648_i64), "$v\": expected type \"Int\""),
        ("Int", json!(1.5), "$v\": expected type \"Int\""),
        ("Int", json!("1"), "$v\": expected type \"Int\""),
        ("Float", json!(1), ""),
        ("String", json!(1), "$v\": expected type \"String\""),
        ("Boolean", json!("true"), "$v\": expected type \"Boolean\""),
        ("ID", json!(1), ""),
        ("ID", json!(true), "$v\": expected type \"ID\""),
        ("[Int!]", json!(1), ""),
        ("[Int!]", json!([1, null]), "$v[1]\": must not be null"),
        ("[[Int]]", json!([[1], [2, "x"]]), "$v[1][1]\": expected type \"Int\""),
        ("Kind", json!("GOOD"), ""),
        ("Kind", json!("BAD"), "$v\": expected type \"Kind\""),
        ("Day", json!("2026-01-01"), ""),
        ("Day", json!("today"), "$v\": not a day"),
        ("Box", json!({ "kind": "GOOD" }), ""),
        ("Box", json!("GOOD"), "$v\": expected type \"Box\""),
        ("Box", json!({}), "$v.kind\": is required"),
        ("Box", json!({ "kind": null }), "$v.kind\": must not be null"),
        ("Box", json!({ "kind": "GOOD", "size": null }), "$v.size\": must not be null"),
        ("Box", json!({ "kind": "GOOD", "lid": 1 }), "$v\": \"Box\" has no field \"lid\""),
        (
            "Box",
            json!({ "kind": "GOOD", "boxes": [{ "kind": "GOOD" }, { "kind": "BAD" }] }),
            "$v.boxes[1].kind\": expected type \"Kind\"",
        ),
        ("Either", json!({ "left": 1 }), ""),
        ("Either", json!({}), "$v\": \"Either\" takes exactly one field"),
        ("Either", json!({ "left": 1, "right": 1 }), "$v\": \"Either\" takes exactly one field"),
        ("Either", json!({ "left": null }), "$v\": \"Either\" takes exactly one field"),
    ] {
        let expected = match expected {
            "" => Ok(OperationType::Query),
            reason => Err(format!("BAD_USER_INPUT variable \"{reason}")),
        };
        let argument = match kind {
            "[Int!]" => "ints".to_owned(),
            "[[Int]]" => "rows".to_owned(),
            named => named.to_lowercase(),
        };
        let query = format!("query ($v: {kind}) {{ takes({argument}: $v) }}");
        let body = json!({ "query": query, "variables": { "v": value } });
        check(body, expected.as_ref().map(|kind| *kind).map_err(String::as_str));
    }
}

#[track_caller]
fn brings(query: &str, variables: serde_json::Value, expected: u64) {
    let Object(asked) =
        serde_json::from_value(json!({ "query": query, "variables": variables })).unwrap();
    assert_eq!(
        admit(asked, &Documents::new([]), &outline(), true).unwrap().nodes,
        expected,
        "{query}"
    );
}

#[test]
fn objects_are_multiplied_by_the_lists_that_they_stand_in() {
    brings("{ a }", json!({}), 0);
    brings("{ one { a } }", json!({}), 1);
    brings("{ few { a } }", json!({}), 5);
    brings("{ few { one { a } } }", json!({}), 10);
    brings("{ page { nodes { a } } }", json!({}), 21);
    brings("{ page(first: 3) { nodes { a one { a } } pageInfo { a } } }", json!({}), 8);
    brings("{ page(last: 3) { edges { node { a } } } }", json!({}), 7);
    brings("{ page(first: 3) { nodes { page(first: 4) { nodes { a } } } } }", json!({}), 19);
    brings("{ page(first: 3) { nodes { few { a } } } }", json!({}), 19);
    brings("{ sized(first: 7) { a } }", json!({}), 7);
    brings("{ byIds(ids: [\"1\", \"2\"]) { a } }", json!({}), 2);
    brings("query ($ids: [ID!]!) { byIds(ids: $ids) { a } }", json!({ "ids": ["1", "2", "3"] }), 3);
    brings("query ($ids: [ID!]!) { byIds(ids: $ids) { a } }", json!({ "ids": "1" }), 1);
    brings("query ($n: Int) { page(first: $n) { nodes { a } } }", json!({ "n": 3 }), 4);
    brings("query ($n: Int = 2) { page(first: $n) { nodes { a } } }", json!({}), 3);
    brings("query ($n: Int) { page(first: $n) { nodes { a } } }", json!({}), 21);
    brings("query ($n: Int) { page(first: $n) { nodes { a } } }", json!({ "n": null }), 21);
    brings("{ page(first: -1) { nodes { a } } }", json!({}), 1);
    brings("{ page(first: 2147483647) { nodes { a } } }", json!({}), 101);
    check(
        json!({ "query": "{ page(first: 18446744073709551615) { nodes { a } } }" }),
        Err("GRAPHQL_VALIDATION_FAILED int cannot represent non 32-bit signed integer value"),
    );
    brings("{ page(first: 1, last: 50) { nodes { a } } }", json!({}), 51);
    brings(
        "{ page(first: 3) { ...P ... on Page { nodes { a } } } } fragment P on Page { nodes { a } }",
        json!({}),
        7,
    );
}

#[test]
fn what_is_too_much_is_refused_by_its_name() {
    let aliases = |n: usize| (0..n).map(|at| format!("x{at}: a ")).collect::<Vec<_>>().concat();
    let nested = |n: usize| format!("{{ {}a{} }}", "one { ".repeat(n - 1), " }".repeat(n - 1));
    let fragments = |n: usize| {
        let spread: String = (0..n).map(|at| format!("...F{at} ")).collect::<Vec<_>>().concat();
        let defined: String =
            (0..n).map(|at| format!("fragment F{at} on Q {{ a }} ")).collect::<Vec<_>>().concat();
        format!("{{ {spread} }} {defined}")
    };
    let most = Ok(OperationType::Query);
    for (query, expected) in [
        (format!("{{ {} }}", aliases(30)), most),
        (format!("{{ {} }}", aliases(31)), Err("the field \"a\" has more than 30 aliases")),
        (format!("{{ {} }}", "a @skip(if: true) ".repeat(50)), most),
        (
            format!("{{ {} }}", "a @skip(if: true) ".repeat(51)),
            Err("the document has more than 50 directives"),
        ),
        (fragments(50), most),
        (fragments(51), Err("the document has more than 50 fragments")),
        (nested(12), most),
        (nested(13), Err("the operation is 13 fields deep; 12 is the most")),
        ("{ page(first: 100) { nodes { page(first: 97) { nodes { a } } } } }".to_owned(), most),
        (
            "{ page(first: 100) { nodes { page(first: 98) { nodes { a } } } } }".to_owned(),
            Err("the operation may bring 10001 objects; 10000 is the most: ask for shorter pages"),
        ),
    ] {
        let expected = expected.map_err(|reason| format!("QUERY_TOO_COMPLEX {reason}"));
        let body = json!({ "query": query });
        check(body, expected.as_ref().map(|kind| *kind).map_err(String::as_str));
    }
    let ten = "mutation { a a a a a a a a a a }";
    check(json!({ "query": ten }), Ok(OperationType::Mutation));
    check(
        json!({ "query": "mutation { ...F ...F } fragment F on M { a a a a a a }" }),
        Err("QUERY_TOO_COMPLEX a mutation does at most 10 things at once"),
    );
    check(
        json!({ "query": "subscription { a b }" }),
        Err("GRAPHQL_VALIDATION_FAILED a subscription follows one field"),
    );
    let unknown: String = (0..21).map(|at| format!("x{at} ")).collect::<Vec<_>>().concat();
    check(
        json!({ "query": format!("{{ {unknown} }}") }),
        Err("GRAPHQL_VALIDATION_FAILED more than 20 fields are not in the schema"),
    );
    let uses: String = (0..30).map(|at| format!("x{at}: a(b: $v) ")).collect::<Vec<_>>().concat();
    check(
        json!({
            "query": format!("query ($v: [Int]) {{ {uses} }}"), "variables": { "v": vec![1; 3_400] },
        }),
        Err("QUERY_TOO_COMPLEX the operation uses more than 100000 values"),
    );
}

#[test]
fn a_fragment_is_walked_once_however_often_it_is_spread() {
    let bomb = |operation: &str, n: usize, last: &str| {
        let links = (1..n).map(|at| format!("fragment F{at} on Q {{ ...F{0} ...F{0} }} ", at + 1));
        format!("{operation} {} fragment F{n} on Q {{ {last} }}", links.collect::<String>())
    };
    check(
        json!({ "query": bomb("{ ...F1 }", 30, "a") }),
        Err("QUERY_TOO_COMPLEX with its fragments the document has more than 5000 selections"),
    );
    check(
        json!({ "query": bomb("{ ...F1 }", 30, "...Nowhere") }),
        Err("QUERY_TOO_COMPLEX with its fragments the document has more than 5000 selections"),
    );
    check(
        json!({ "query": bomb("{ ...F1 }", 50, "a") }),
        Err("QUERY_TOO_COMPLEX the document is nested too deeply"),
    );
    check(
        json!({ "query": bomb("{ ...F1 }", 30, "one { a }") }),
        Err(
            "QUERY_TOO_COMPLEX the operation may bring 536870912 objects; 10000 is the most: ask for shorter pages",
        ),
    );
    check(
        json!({ "query": bomb("query A { a } query B { ...F1 }", 30, "a"), "operationName": "A" }),
        Err("QUERY_TOO_COMPLEX with its fragments the document has more than 5000 selections"),
    );
    check(
        json!({ "query": bomb("{ a }", 50, "a") }),
        Err("QUERY_TOO_COMPLEX the document is nested too deeply"),
    );
    for query in [
        "{ ...F } fragment F on Q { ...F }",
        "{ ...F } fragment F on Q { one { ...F } }",
        "{ a } fragment F on Q { ... { ...F } }",
    ] {
        check(
            json!({ "query": query }),
            Err("GRAPHQL_VALIDATION_FAILED the fragment \"F\" spreads itself"),
        );
    }
    check(
        json!({ "query": "{ ...F } fragment F on Q { ...G } fragment G on Q { ...F }" }),
        Err("GRAPHQL_VALIDATION_FAILED the fragment \"F\" spreads itself"),
    );
}

#[test]
fn the_schema_is_shown_to_those_who_may_see_it() {
    for (query, is_valid) in [
        ("{ __schema { types { name } } }", true),
        ("{ a: __type(name: \"Q\") { name } }", true),
        (
            "{ ... { ...F } } fragment F on Q { ... on Q { __schema @include(if: false) { description } } }",
            true,
        ),
        ("query A { a } query B { __schema { description } }", true),
        ("{ a } fragment F on Q { __schema { description } }", false),
    ] {
        let body =
            json!({ "query": query, "operationName": query.starts_with("query").then_some("A") });
        let asked = || serde_json::from_value::<Object<Asked>>(body.clone()).unwrap().0;
        let friend = admit(asked(), &Documents::new([]), &outline(), true);
        assert_eq!(friend.is_ok(), is_valid, "{query}");
        let refusal = admit(asked(), &Documents::new([]), &outline(), false).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.message.as_str()),
            (Code::Unauthenticated, "sign in to read the schema")
        );
    }
    let body = json!({ "query": "{ __typename }" });
    let Object(asked) = serde_json::from_value(body).unwrap();
    assert!(admit(asked, &Documents::new([]), &outline(), false).is_ok());
}

#[test]
fn a_document_is_valid_by_all_rules() {
    let refused = |query: &str| {
        let Object(asked) = serde_json::from_value(json!({ "query": query })).unwrap();
        admit(asked, &Documents::new([]), &outline(), false).unwrap_err()
    };
    let refusal = refused("{\n  a one { x: a x: __typename }\n  a(b: \"1\") }");
    assert_eq!(refusal.code, Code::GraphqlValidationFailed);
    let places = refusal.also.iter().map(|flaw| flaw.at).chain([refusal.at]);
    let lines: HashSet<usize> = places.flatten().map(|at| at.line).collect();
    assert_eq!(lines, HashSet::from([2, 3]), "{refusal:?}");
    for query in [
        "query ($b: [String]) { a(b: $b) }",
        "{ thing { ... on A { z: x } ... on B { z: __typename } } }",
        "{ thing { ... on Q { a } } }",
        "query ($b: Box = { kind: GOOD, size: 1, size: 2 }) { a @include(if: true) boxed(box: $b) }",
        "{ boxed(box: { kind: GOOD, boxes: [{ kind: GOOD, kind: GOOD }] }) }",
        "{ one }",
        "{ a { b } }",
        "{ aa }",
    ] {
        let refusal = refused(query);
        assert_eq!(refusal.code, Code::GraphqlValidationFailed, "{query}");
        assert!(!refusal.message.to_lowercase().contains("did you mean"), "{}", refusal.message);
    }
}

/// Each level asks something of every kind of thing, and of each kind apart, down to the end.
fn kinds_in_kinds(levels: usize) -> String {
    let chain = |links: usize| format!("{}x{}", "more { ".repeat(links), " }".repeat(links));
    let mut query = "x".to_owned();
    for level in 0..levels {
        let apart = ["A", "B", "C", "D"].map(|kind| {
            let below = chain(level);
            format!("... on {kind} {{ more {{ {below} }} }} ")
        });
        query = format!("more {{ {query} }} {}", apart.concat());
    }
    format!("{{ thing {{ {query} }} }}")
}

#[test]
fn kinds_in_kinds_come_to_an_end() {
    check(json!({ "query": kinds_in_kinds(3) }), Ok(OperationType::Query));
    check(
        json!({ "query": kinds_in_kinds(10) }),
        Err(
            "QUERY_TOO_COMPLEX fields of one name are asked for in too many kinds inside each other",
        ),
    );
}

#[test]
fn only_an_object_is_a_request() {
    serde_json::from_value::<Object<Asked>>(json!({ "query": "{ a }", "variables": null }))
        .unwrap();
    let too_many: serde_json::Map<_, _> =
        (0..501).map(|at| (format!("v{at}"), json!(at))).collect();
    for body in [
        json!(["{ a }"]),
        json!([{ "query": "{ a }" }]),
        json!("{ a }"),
        json!({}),
        json!({ "query": 1 }),
        json!({ "query": "{ a }", "variables": [] }),
        json!({ "query": "{ a }", "variables": too_many }),
        json!({ "query": "{ a }", "operationName": 1 }),
        json!({ "query": "{ a }", "extensions": [] }),
    ] {
        serde_json::from_value::<Object<Asked>>(body).unwrap_err();
    }
}

#[test]
fn a_few_contradictions_are_all_named_and_many_are_counted() {
    let refused = |n: usize| {
        let fields = (0..n).map(|at| format!("x: a(b: {at}) ")).collect::<Vec<_>>().concat();
        let Object(asked) =
            serde_json::from_value(json!({ "query": format!("{{ {fields} }}") })).unwrap();
        admit(asked, &Documents::new([]), &outline(), false).unwrap_err()
    };
    let few = refused(20);
    assert_eq!((few.code, few.also.len()), (Code::GraphqlValidationFailed, 18));
    let many = refused(22);
    assert_eq!(
        (many.code, many.message.as_str(), many.also),
        (
            Code::GraphqlValidationFailed,
            "more than 20 fields contradict another of their name: give them aliases",
            Vec::new(),
        )
    );
}
