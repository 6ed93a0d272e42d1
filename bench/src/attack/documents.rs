//! Requests that are to be refused, each with as much in it as it can have.

use serde_json::{Value, json};

/// A kind of hostile request.
pub struct Hostile {
    pub name: &'static str,
    /// Headers beside the usual ones.
    pub headers: &'static str,
    body: String,
    /// What it is refused as.
    pub refusal: &'static str,
}

impl Hostile {
    fn new(name: &'static str, refusal: &'static str, query: &str) -> Self {
        Self::with(name, refusal, query, json!({}))
    }

    fn with(name: &'static str, refusal: &'static str, query: &str, variables: Value) -> Self {
        let mut body = json!({ "query": format!("{query} #NUMBER"), "variables": variables });
        if query.starts_with("query Q0 ") {
            body["operationName"] = json!("Q0");
        }
        Self { name, headers: "", body: body.to_string(), refusal }
    }

    /// Its body, unlike all that was sent before: nothing that was read once helps.
    pub fn body(&self, number: usize) -> String {
        self.body.replacen("NUMBER", &format!("{number:06}"), 1)
    }
}

const COMPLEX: &str = "QUERY_TOO_COMPLEX";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";
const UNREADABLE: &str = "GRAPHQL_PARSE_FAILED";
const LARGE: &str = "PAYLOAD_TOO_LARGE";
const STRANGE: &str = "UNAUTHENTICATED";

/// All of them.
pub fn hostile() -> Vec<Hostile> {
    let mut all = bombs();
    all.extend(walls());
    all.extend(questions());
    all
}

/// What is short and would become long.
fn bombs() -> Vec<Hostile> {
    let endless = bomb(48).replace("viewer { role }", "...Nowhere");
    let circle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    let pages = "{ plans(first: 2147483647) { nodes { alerts(first: 100) { nodes { plan {
        alerts(first: 100) { nodes { id } } } } } } } }";
    let aliases = many(31, |at| format!("a{at}: viewer {{ role }} "));
    let of_variable = many(30, |at| format!("a{at}: nodes(ids: $v) {{ id }} "));
    vec![
        Hostile::new("fragment bomb of 48 links", COMPLEX, &bomb(48)),
        Hostile::new("fragment bomb that ends nowhere", COMPLEX, &endless),
        Hostile::new("fragments in a circle", INVALID, circle),
        Hostile::new("10 operations over a chain of fragments", INVALID, &chain(10)),
        Hostile::new("21 operations", COMPLEX, &chain(21)),
        Hostile::new("31 aliases", COMPLEX, &format!("{{ {aliases} }}")),
        Hostile::new("pages of 2147483647", COMPLEX, pages),
        Hostile::with(
            "a variable of 20,000 values, used 30 times",
            COMPLEX,
            &format!("query ($v: [ID!]!) {{ {of_variable} }}"),
            json!({ "v": vec!["x"; 20_000] }),
        ),
    ]
}

/// What is long.
fn walls() -> Vec<Hostile> {
    let directives = format!("{{ viewer {{ role {} }} }}", "@skip(if: false) ".repeat(280));
    let lists = format!("{{ nodes(ids: {}1{}) {{ id }} }}", "[".repeat(900), "]".repeat(900));
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({ "x": deep });
    }
    let variables = many(10_000, |at| format!("$v{at}: Int "));
    let given = (0..10_000).map(|at| (format!("v{at}"), json!(at))).collect::<Value>();
    vec![
        Hostile::new("280 directives", COMPLEX, &directives),
        Hostile::new(
            "fields 13 deep",
            COMPLEX,
            &format!("{}id{}", "{ a ".repeat(13), "}".repeat(13)),
        ),
        Hostile::new("900 lists in each other", COMPLEX, &lists),
        Hostile::with(
            "a variable 100 deep",
            "BAD_USER_INPUT",
            "query ($v: ID!) { node(id: $v) { x } }",
            json!({ "v": deep }),
        ),
        Hostile::new("10,000 variables declared", COMPLEX, &format!("query ({variables}) {{ a }}")),
        Hostile::with("10,000 variables given", "BAD_USER_INPUT", "{ x }", given),
        Hostile::new("256 KB of braces", COMPLEX, &"{ a ".repeat(64_000)),
        Hostile::new("256 KB of a text", LARGE, &format!("{{ a(b: \"{} }}", "x".repeat(255_000))),
        Hostile::new(
            "32 KB of a text that does not end",
            UNREADABLE,
            &format!("{{ a(b: \"{}", "x".repeat(32_700)),
        ),
        Hostile::new("32 KB of a gap", INVALID, &format!("{{ a {} }}", " ".repeat(32_700))),
        Hostile::new("1 MB", LARGE, &"x".repeat(1_000_000)),
        Hostile::new("1,990 tokens that do not parse", COMPLEX, &"{ a(b: [ ".repeat(330)),
    ]
}

/// What contradicts itself, or asks for what is not a stranger's.
fn questions() -> Vec<Hostile> {
    let names = many(20, |at| format!("x{at}{} ", "x".repeat(120)));
    let against = many(200, |at| format!("plans(first: {}) {{ totalCount }} ", at % 9 + 1));
    let spread = many(50, |at| format!("...F{at} "));
    let fragments = many(50, |at| {
        format!("fragment F{at} on Viewer {{ user {{ id name }} organization {{ id }} x{at}: y }} ")
    });
    let schema = "{ __schema { types { name fields { name } } } }";
    let hidden = "{ ...A } fragment A on Query { ...B } fragment B on Query { ... on Query {
        a: __type(name: \"Plan\") { fields { name type { fields { name } } } } } }";
    let known = Hostile::new("a token of nobody", STRANGE, "{ viewer { role } }");
    vec![
        Hostile::new("20 unknown fields with long names", INVALID, &format!("{{ {names} }}")),
        Hostile::new("200 fields that contradict each other", INVALID, &format!("{{ {against} }}")),
        Hostile::new(
            "50 fragments on each other",
            INVALID,
            &format!("{{ viewer {{ {spread} }} }} {fragments}"),
        ),
        Hostile::new("the schema, by a stranger", STRANGE, schema),
        Hostile::new("the schema, behind fragments and an alias", STRANGE, hidden),
        Hostile { headers: "authorization: Bearer jbps_nobody\r\n", ..known },
    ]
}

fn many(n: usize, part: impl Fn(usize) -> String) -> String {
    (0..n).map(part).collect::<Vec<_>>().concat()
}

/// Each fragment spreads the next one twice.
fn bomb(links: usize) -> String {
    let links = (1..links)
        .map(|at| format!("fragment F{at} on Query {{ ...F{0} ...F{0} }} ", at + 1))
        .chain([format!("fragment F{links} on Query {{ viewer {{ role }} }} ")]);
    format!("{{ ...F1 }} {}", links.collect::<Vec<_>>().concat())
}

/// Operations each of which goes through the same fragments, full of the same fields, the last of which asks for something unknown.
fn chain(operations: usize) -> String {
    let operations = many(operations, |at| format!("query Q{at} {{ ...F0 }} "));
    let links = many(20, |at| {
        let fields = "viewer { role user { id name email } organization { id name } }
            plans(first: 1) { totalCount nodes { id name state } } alerts(first: 1) { totalCount nodes { id state } }";
        format!("fragment F{at} on Query {{ {fields} ...F{} }} ", at + 1)
    });
    format!("{operations} {links} fragment F20 on Query {{ nothing }}")
}
