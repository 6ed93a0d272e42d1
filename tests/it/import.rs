//! Files of other systems, good and bad, as facts.

use std::{error::Error, fs};

use jbp::{
    domain::id::PartnershipId,
    import::{ImportError, Landing, Mapping, Outcome, Report, Rows, open},
};
use tempfile::TempDir;

mod files;
mod kinds;
mod mappings;
mod realdata;
mod runs;

/// Deals of one file, with a lookup and most of what the language has.
const DEALS: &str = r#"
source = "crm"

[lookup.product]
path = "products.csv"
key = "name"
by = "product"

[alias.product]
GTXPro = "GTX Pro"

[alias."product.series"]
Gtx = "GTX"

[probability]
Open = 40

[file.deals]
path = "deals.csv"

[file.deals.fact]
partner = "{partner}"
product_line = "{product.series}"
deal = "{id}"
currency = "{currency}"

[[file.deals.skip]]
when = { stage = "Lead", opened = "" }
because = "no deal yet"

[[file.deals.event]]
kind = "DEAL_REGISTERED"
when = { stage = ["Open", "Won"] }
external_id = "{id}-registered"
on = "{opened}"
amount = "{product.price}"
stage = "Open"

[[file.deals.event]]
kind = "DEAL_WON"
when = { stage = "Won" }
external_id = "{id}-won"
on = "{closed}"
amount = "{amount}"
"#;

const HEADER: &str = "id,partner,product,stage,opened,closed,amount,currency";

const PRODUCTS: &str = "name,series,price\nGTX Pro,Gtx,4821\nMG Special,MG,55.50\n";

/// A folder with a mapping, deals and products.
fn folder(mapping: &str, deals: &[u8], products: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mapping.toml"), mapping).unwrap();
    fs::write(folder.path().join("deals.csv"), deals).unwrap();
    fs::write(folder.path().join("products.csv"), products).unwrap();
    folder
}

/// The error with its causes, the folder's own name left out.
fn told(folder: &TempDir, error: &ImportError) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}").replace(&format!("{}/", folder.path().display()), "")
}

/// What becomes of each row, in short.
fn outcomes(folder: &TempDir) -> Result<Vec<String>, String> {
    let telling = |error| told(folder, &error);
    let mapping = Mapping::read(&folder.path().join("mapping.toml")).map_err(telling)?;
    let source = open(&mapping, folder.path()).map_err(telling)?;
    source
        .rows()
        .map(|row| row.map(|row| short(row.at.line, &row.outcome)).map_err(telling))
        .collect()
}

fn short(line: u64, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Facts(facts) => {
            let facts = facts.iter().map(|fact| {
                let activity = fact.clone().about(PartnershipId::default());
                let money = activity
                    .payload
                    .money()
                    .map_or("–".to_owned(), |money| money.minor.to_string());
                format!(
                    "{} {} {} {money}",
                    fact.partner, activity.external_id, activity.occurred_on
                )
            });
            format!("{line} {}", facts.collect::<Vec<_>>().join(", "))
        }
        Outcome::Skipped(reason) => format!("{line} skipped: {reason}"),
        Outcome::Repeated => format!("{line} repeated"),
        Outcome::Rejected(flaw) => format!("{line} rejected: {flaw}"),
    }
}

/// The rows of a deals file become `expected`.
#[track_caller]
fn check(deals: impl AsRef<[u8]>, expected: &[&str]) {
    let folder = folder(DEALS, deals.as_ref(), PRODUCTS);
    assert_eq!(outcomes(&folder).unwrap(), expected);
}

/// One row of a deals file becomes `expected`.
#[track_caller]
fn check_row(row: &str, expected: &str) {
    check(format!("{HEADER}\n{row}\n"), &[expected]);
}

/// A deals file cannot be used at all.
#[track_caller]
fn check_refused(deals: impl AsRef<[u8]>, expected: &str) {
    let folder = folder(DEALS, deals.as_ref(), PRODUCTS);
    assert_eq!(outcomes(&folder).unwrap_err(), expected);
}

#[test]
fn a_row_reports_all_that_its_cells_say() {
    check_row("a,acme,GTXPro,Open,2017-03-01,,,USD", "2 acme a-registered 2017-03-01 482100");
    check_row(
        "a,acme,MG Special,Won,2017-03-01,2017-04-02,54.25,USD",
        "2 acme a-registered 2017-03-01 5550, acme a-won 2017-04-02 5425",
    );
    check_row("a,acme,GTXPro,Lead,,,,", "2 skipped: no deal yet");
    // No lookup knows the product: the deal is one all the same.
    check_row("a,acme,Abacus,Open,2017-03-01,,,USD", "2 acme a-registered 2017-03-01 –");
    check_row("a,acme,,Open,2017-03-01,,,USD", "2 acme a-registered 2017-03-01 –");
    check_row(
        "\"a\", acme ,\"MG Special\",Open,2017-03-01 ,,,USD",
        "2 acme a-registered 2017-03-01 5550",
    );
}

#[test]
fn a_row_that_cannot_be_read_is_rejected_as_a_whole_and_says_why() {
    for (row, expected) in [
        ("a,acme,,Open,,,,USD", "opened: is empty"),
        ("a,acme,,Open,01.03.2017,,,USD", "opened: `01.03.2017` is no day of the form %Y-%m-%d"),
        ("a,acme,,Open,2017-02-30,,,USD", "opened: `2017-02-30` is no day of the form %Y-%m-%d"),
        ("a,acme,,Open,1917-03-01,,,USD", "occurredOn: 1917-03-01 is before the year 2000"),
        ("a,,,Open,2017-03-01,,,USD", "partner: is empty"),
        (",acme,,Open,2017-03-01,,,USD", "id: is empty"),
        // The registration alone would do, and must not land without the win.
        ("a,acme,,Won,2017-03-01,,9,USD", "closed: is empty"),
        ("a,acme,,Won,2017-03-01,2017-04-02,,USD", "deal.amount: a won deal needs its amount"),
        (
            "a,acme,,Won,2017-03-01,2017-04-02,9.999,USD",
            "amount: `9.999` has more than 2 decimal places",
        ),
        (
            "a,acme,,Won,2017-03-01,2017-04-02,9.5,JPY",
            "amount: `9.5` has more than 0 decimal places",
        ),
        (
            "a,acme,,Won,2017-03-01,2017-04-02,\"1,054\",USD",
            "amount: `1,054` is no plain decimal number, as 1054.50",
        ),
        (
            "a,acme,,Won,2017-03-01,2017-04-02,-9,USD",
            "deal.amount: -9.00 is negative; use a reopened deal or an adjustment",
        ),
        (
            "a,acme,,Won,2017-03-01,2017-04-02,9,EURO",
            "currency: `EURO` is no currency code of ISO 4217",
        ),
        ("a,acme,,Won,2017-03-01,2017-04-02,9,", "currency: is empty"),
        (
            "a,acme,,Wonn,2017-03-01,,,USD",
            "stage: `Wonn` is neither an event nor a skip rule of the mapping",
        ),
        ("a,acme,,Open,2017-03-01,,", "has 7 cells instead of 8"),
        ("a,acme,,Open,2017-03-01,,,USD,", "has 9 cells instead of 8"),
        ("a\0b,acme,,Open,2017-03-01,,,USD", "id: `a\\0b` has a NUL character"),
        ("a\u{1b}[2J,acme,,Open,x,,,USD", "opened: `x` is no day of the form %Y-%m-%d"),
        ("a\u{7}b,acme,,Open,2017-03-01,,,USD", "externalId: has the control character U+0007"),
    ] {
        check_row(row, &format!("2 rejected: {expected}"));
    }
}

#[test]
fn rows_equal_in_every_cell_count_once_where_the_mapping_says_so() {
    let distinct = DEALS.replace("path = \"deals.csv\"", "path = \"deals.csv\"\ndistinct = true");
    let rows = "a,acme,,Open,2017-03-01,,,USD\n\
                a,acme,,Open,2017-03-01,,,USD\n\
                a,acme,,Open,2017-03-01,,1,USD\n";
    let deals = format!("{HEADER}\n{rows}");
    let once = outcomes(&folder(&distinct, deals.as_bytes(), PRODUCTS)).unwrap();
    let fact = "acme a-registered 2017-03-01 –";
    assert_eq!(once, [format!("2 {fact}"), "3 repeated".to_owned(), format!("4 {fact}")]);
    let twice = outcomes(&folder(DEALS, deals.as_bytes(), PRODUCTS)).unwrap();
    assert_eq!(twice[1], format!("3 {fact}"));
}

/// An import reads while it awaits the recording of what it has read.
#[test]
fn rows_can_be_carried_across_an_await() {
    fn check<T: Send>() {}
    check::<Rows>();
    check::<ImportError>();
}

#[test]
fn the_bytes_read_end_at_the_size_of_the_files() {
    let deals = format!("{HEADER}\na,acme,,Open,2017-03-01,,,USD\nb,acme,,Open,2017-03-01,,,USD\n");
    let folder = folder(DEALS, deals.as_bytes(), PRODUCTS);
    let mapping = Mapping::read(&folder.path().join("mapping.toml")).unwrap();
    let source = open(&mapping, folder.path()).unwrap();
    assert_eq!(source.total_bytes(), 115);
    let read: Vec<u64> = source.rows().map(|row| row.unwrap().bytes_read).collect();
    assert_eq!(read, [85, 115]);
}

#[test]
fn the_report_counts_all_and_lists_some() {
    let mut deals = format!("{HEADER}\na,acme,,Open,2017-03-01,,,USD\nb,acme,,Lead,,,,\n");
    deals.push_str(&"c,acme,,Open,?,,,USD\n".repeat(102));
    let folder = folder(DEALS, deals.as_bytes(), PRODUCTS);
    let mapping = Mapping::read(&folder.path().join("mapping.toml")).unwrap();
    let mut report = Report::default();
    for row in open(&mapping, folder.path()).unwrap().rows() {
        report.read(&row.unwrap());
    }
    report.landed(Landing::Recorded);
    assert!(!report.is_clean());
    report.rejected.truncate(1);
    insta::assert_snapshot!(report, @r"
          104 rows read
            1 gave 1 facts
            1 skipped: no deal yet
            0 repeated an earlier row
          102 rejected
    facts: 1 recorded, 0 known already, 0 refused
      deals.csv:4 opened: `?` is no day of the form %Y-%m-%d
      … and 101 more
    ");
}
