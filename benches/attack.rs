//! What a hostile request costs: the guard's time for each refusal, and the library's for the worst that is let in.
//!
//! `cargo bench --bench attack` prints a table; `docs/operations.md` keeps one.

use std::{
    hint::black_box,
    io::{self, Write},
    time::{Duration, Instant},
};

use async_graphql::{Request, Variables};
use jbp::{
    bus::memory::Bus,
    graphql,
    http::guard::{
        self, Asked, Object,
        documents::Documents,
        outline::{Outline, PageSizes},
    },
};
use serde_json::{Value, json};

/// How long each case is repeated.
const WHILE: Duration = Duration::from_millis(300);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pages = PageSizes { usual: 20, largest: 100 };
    let outline = Outline::read(&graphql::sdl(), pages, graphql::scalars::read)?;
    let mut table = io::stdout().lock();
    writeln!(table, "{:<46} {:>9} {:>12}  answer", "refused", "bytes", "µs")?;
    for (name, body) in refused() {
        let text = body.to_string();
        let mut answer = String::new();
        let micros = time(|| {
            // Unknown documents: nothing that was parsed before helps.
            let documents = Documents::new([]);
            answer = match serde_json::from_str::<Object<Asked>>(&text) {
                Err(_) => "malformed".to_owned(),
                Ok(Object(asked)) => match guard::admit(asked, &documents, &outline, false) {
                    Ok(_) => "let in".to_owned(),
                    Err(refusal) => refusal.code.as_str().to_owned(),
                },
            };
        });
        writeln!(table, "{name:<46} {:>9} {micros:>12.1}  {answer}", text.len())?;
    }
    writeln!(
        table,
        "\n{:<46} {:>9} {:>12}  answer",
        "let in, and what the library makes of it", "bytes", "µs"
    )?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let schema = graphql::schema(Bus::default());
    for (name, query, variables) in let_in() {
        let mut answer = String::new();
        let micros = time(|| {
            let request = Request::new(&query).variables(Variables::from_json(variables.clone()));
            let response = runtime.block_on(schema.execute(request));
            answer = response.errors.first().map_or_else(
                || "answered".to_owned(),
                |error| error.message.chars().take(60).collect(),
            );
        });
        writeln!(table, "{name:<46} {:>9} {micros:>12.1}  {answer}", query.len())?;
    }
    Ok(())
}

/// Microseconds of one of many runs.
fn time(mut run: impl FnMut()) -> f64 {
    let began = Instant::now();
    let mut n_runs = 0_u32;
    while began.elapsed() < WHILE {
        run();
        black_box(());
        n_runs += 1;
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(n_runs)
}

fn refused() -> Vec<(&'static str, Value)> {
    let query = |query: String| json!({ "query": query });
    let aliases = |n: usize| {
        (0..n).map(|at| format!("a{at}: viewer {{ role }} ")).collect::<Vec<_>>().concat()
    };
    vec![
        ("fragment bomb of 30 links", query(bomb(30))),
        ("fragment bomb of 48 links", query(bomb(48))),
        (
            "fragment bomb that ends nowhere",
            query(bomb(30).replace("viewer { role }", "...Nowhere")),
        ),
        (
            "fragments in a circle",
            query("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned()),
        ),
        ("31 aliases", query(format!("{{ {} }}", aliases(31)))),
        (
            "51 directives",
            query(format!("{{ viewer {{ role {} }} }}", "@skip(if: false) ".repeat(51))),
        ),
        ("256 KB of braces", query("{ a ".repeat(65_000))),
        ("256 KB of one name", query(format!("{{ {} }}", "x".repeat(255_000)))),
        (
            "250 KB of a text that is not closed",
            query(format!("{{ a(b: \"{} }}", "x".repeat(250_000))),
        ),
        (
            "900 lists in each other",
            query(format!("{{ nodes(ids: {}1{}) {{ id }} }}", "[".repeat(900), "]".repeat(900))),
        ),
        (
            "10,000 variables",
            query(format!(
                "query ({}) {{ a }}",
                (0..10_000).map(|at| format!("$v{at}: Int ")).collect::<Vec<_>>().concat()
            )),
        ),
        ("1,990 tokens that do not parse", query("{ a(b: [ ".repeat(330))),
        (
            "pages in pages",
            query(format!(
                "{{ plans(first: 2147483647) {{ nodes {{ {} }} }} }}",
                "alerts(first: 100) { nodes { plan { alerts(first: 100) { nodes { id } } } } }"
            )),
        ),
        (
            "the schema, by a stranger",
            query("{ __schema { types { name fields { name } } } }".to_owned()),
        ),
        (
            "21 fields that there are not",
            query(format!(
                "{{ {} }}",
                (0..21).map(|at| format!("x{at} ")).collect::<Vec<_>>().concat()
            )),
        ),
        (
            "200 fields of one name that contradict each other",
            query(format!(
                "{{ {} }}",
                (0..200).map(|at| format!("plans(first: {}) {{ totalCount }} ", at % 9 + 1)).collect::<Vec<_>>().concat()
            )),
        ),
        (
            "50 fragments of fields on each other",
            query(format!(
                "{{ viewer {{ {} }} }} {}",
                (0..50).map(|at| format!("...F{at} ")).collect::<Vec<_>>().concat(),
                (0..50).map(|at| format!("fragment F{at} on Viewer {{ user {{ id name email }} organization {{ id name }} role }} ")).collect::<Vec<_>>().concat(),
            )),
        ),
        (
            "a variable of 20,000 values used 30 times",
            json!({
                "query": format!("query ($v: [ID!]!) {{ {} }}", (0..30).map(|at| format!("a{at}: nodes(ids: $v) {{ id }} ")).collect::<Vec<_>>().concat()),
                "variables": { "v": vec!["x"; 20_000] },
            }),
        ),
    ]
}

/// Each fragment spreads the next one twice.
fn bomb(links: usize) -> String {
    let links = (1..links)
        .map(|at| format!("fragment F{at} on Query {{ ...F{0} ...F{0} }} ", at + 1))
        .chain([format!("fragment F{links} on Query {{ viewer {{ role }} }} ")]);
    format!("{{ ...F1 }} {}", links.collect::<String>())
}

/// Each just within the limits, and each refused by the library at last, or answered without a table.
fn let_in() -> Vec<(&'static str, String, Value)> {
    vec![
        ("fragments written out to 8,191 selections", format!("{} fragment Unused on Query {{ x }}", bomb(12)), json!({})),
        ("20 fields with names of 12 KB", format!("{{ {} }}", (0..20).map(|at| format!("x{at}{} ", "x".repeat(12_000))).collect::<Vec<_>>().concat()), json!({})),
        ("640 fields of a mutation's payload", format!("mutation {{ {} x }}", (0..10).map(|at| format!("a{at}: signOut(input: {{ refreshToken: \"\" }}) {{ errors {{ {} }} }} ", "code ".repeat(64))).collect::<Vec<_>>().concat()), json!({})),
        ("the whole schema, as GraphiQL asks", include_str!("../tests/it/limits/introspection.graphql").to_owned(), json!({})),
        ("types, fields, types, fields, types", "{ __schema { types { fields { type { fields { type { name fields { name } } } } } } } }".to_owned(), json!({})),
        ("100,000 values in variables", format!("query ($v: [ID!]!) {{ {} x }}", (0..5).map(|at| format!("a{at}: nodes(ids: $v) {{ id }} ")).collect::<Vec<_>>().concat()), json!({ "v": vec!["x"; 20_000] })),
    ]
}
