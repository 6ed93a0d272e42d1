//! Mapping files, and what is wrong with them.

use std::fs;

use super::{DEALS, HEADER, PRODUCTS, folder, outcomes};

/// `DEALS` with one text for another is refused, and so.
#[track_caller]
fn check(text: &str, other: &str, expected: &str) {
    assert!(DEALS.contains(text), "{text}");
    let folder = folder(&DEALS.replacen(text, other, 1), HEADER.as_bytes(), PRODUCTS);
    let refused = outcomes(&folder).unwrap_err();
    assert!(refused.starts_with(&format!("mapping mapping.toml: {expected}")), "{refused}");
}

#[test]
fn a_mapping_with_an_unknown_key_is_refused() {
    check("source =", "sauce =", "unknown field `sauce`, expected one of `source`, `date`");
    check("by =", "via =", "unknown field `via`, expected one of `path`, `delimiter`, `key`, `by`");
    check("because =", "why =", "file.deals: unknown field `why`");
    check("path = \"deals.csv\"", "pfad = \"deals.csv\"", "file.deals: unknown field `pfad`");
    check("on = \"{closed}\"", "am = \"{closed}\"", "file.deals, event 2: missing field `on`");
    check(
        "deal = \"{id}\"",
        "deel = \"{id}\"",
        "file.deals, event 1: unknown field `deel`, expected one of `deal`",
    );
    check(
        "deal = \"{id}\"",
        "deal = \"{id}\"\nperson = \"{id}\"",
        "file.deals, event 1: unknown field `person`",
    );
}

#[test]
fn a_mapping_with_a_value_that_means_nothing_is_refused() {
    check("source = \"crm\"", "source = ", "TOML parse error at line 2");
    check(
        "DEAL_WON",
        "DEAL_CLOSED",
        "file.deals, event 2: `DEAL_CLOSED` is no kind of fact; the kinds are DEAL_",
    );
    check("DEAL_WON", "ADJUSTMENT", "file.deals, event 2: `ADJUSTMENT` is no kind of fact");
    check("{id}-won", "{id-won", "file.deals, event 2: `{id-won`: each `{` needs its `}`");
    check("Open = 40", "Open = 140", "a probability of 140 percent is not between 0 and 100");
    check("Open = 40", "Open = 0.4", "invalid type: floating point `0.4`, expected i64");
    check(
        "source = \"crm\"",
        "source = \"crm\"\ndate = \"%d.%m\"",
        "date `%d.%m`: `%Y` must occur once",
    );
    check("source = \"crm\"", "source = \"crm\"\ndelimiter = \"€\"", "'€' cannot separate cells");
    check(
        "stage = \"Won\"",
        "stage = 3",
        "file.deals, event 2: a condition is a text, a list of texts",
    );
    check("amount = \"{amount}\"\n", "", "file.deals, event 2: missing field `amount`");
    check(
        "currency = \"{currency}\"\n",
        "",
        "file.deals, event 1: `amount` needs `currency` beside it",
    );
}

/// What nothing uses is misspelt.
#[test]
fn a_mapping_with_an_alias_or_a_lookup_of_no_use_is_refused() {
    check("[alias.product]", "[alias.produkt]", "alias.\"produkt\": no event names such a cell");
    check(
        "[alias.\"product.series\"]",
        "[alias.\"product.serie\"]",
        "alias.\"product.serie\": no event names",
    );
    let unused =
        "[lookup.account]\npath = \"products.csv\"\nkey = \"name\"\nby = \"id\"\n\n[probability]";
    check("[probability]", unused, "lookup.account: no event names a cell `account.…`");
}

#[test]
fn a_mapping_that_names_a_column_the_file_lacks_is_refused() {
    for (text, other, expected) in [
        ("{closed}", "{close_date}", "deals.csv has no column `close_date`; it has `id`, "),
        ("stage = \"Won\"", "status = \"Won\"", "deals.csv has no column `status`; it has `id`, "),
        (
            "{product.price}",
            "{prodct.price}",
            "deals.csv has no column `prodct.price`; it has `id`, ",
        ),
        (
            "{product.price}",
            "{product.cost}",
            "products.csv has no column `cost`; it has `name`, `series`, `price`",
        ),
        (
            "key = \"name\"",
            "key = \"sku\"",
            "products.csv has no column `sku`; it has `name`, `series`, `price`",
        ),
    ] {
        let folder = folder(&DEALS.replacen(text, other, 1), HEADER.as_bytes(), PRODUCTS);
        let refused = outcomes(&folder).unwrap_err();
        assert!(refused.starts_with(expected), "{refused}");
    }
}

#[test]
fn a_mapping_extends_another_and_says_only_what_differs() {
    let row = "a;acme;MG Special;Open;3/1/2017;;;USD";
    let deals = format!("{}\n{row}\n", HEADER.replace(',', ";"));
    let over = "extends = \"base.toml\"\ndate = \"%m/%d/%Y\"\n[file.deals]\ndelimiter = \";\"\n";
    let folder = folder(over, deals.as_bytes(), PRODUCTS);
    fs::write(folder.path().join("base.toml"), DEALS).unwrap();
    assert_eq!(outcomes(&folder).unwrap(), ["2 acme a-registered 2017-03-01 5550"]);

    fs::write(folder.path().join("base.toml"), over).unwrap();
    let refused = outcomes(&folder).unwrap_err();
    assert_eq!(refused, "mapping mapping.toml: what a mapping extends must not extend another");
    fs::remove_file(folder.path().join("base.toml")).unwrap();
    let refused = outcomes(&folder).unwrap_err();
    assert!(refused.starts_with("base.toml cannot be read: "), "{refused}");
}

/// But for `extends`, which needs its base.
#[test]
fn the_mapping_that_the_readme_explains_is_one() {
    let readme = include_str!("../../../examples/maven/README.md");
    let (_, after) = readme.split_once("```toml\n").unwrap();
    let (mapping, _) = after.split_once("```").unwrap();
    let lines = mapping.lines().filter(|line| !line.starts_with("extends"));
    let mapping = lines.collect::<Vec<_>>().join("\n");
    let deals =
        "id;partner;product;stage;closed;amount\n7;acme;GTXPro;Won;3/1/2017;9.50\n8;acme;;Lead;;\n";
    let folder = folder(&mapping, deals.as_bytes(), "name,series\nGTX Pro,gtx\n");
    assert_eq!(
        outcomes(&folder).unwrap(),
        ["2 acme 7-won 2017-03-01 950", "3 skipped: no deal yet"]
    );
}

#[test]
fn rows_must_fill_the_cells_that_the_mapping_asks_for() {
    let filled = DEALS.replace(
        "path = \"deals.csv\"",
        "path = \"deals.csv\"\nfilled = [\"opened\", \"product.series\"]",
    );
    let rows = "a,acme,MG Special,Lead,,,,\nb,acme,Abacus,Open,2017-03-01,,,USD\nc,acme,,Open,2017-03-01,,,USD\n";
    let folder = folder(&filled, format!("{HEADER}\n{rows}").as_bytes(), PRODUCTS);
    let expected = [
        "2 rejected: opened: is empty",
        "3 rejected: product: `Abacus` is not in products.csv",
        "4 rejected: product: is empty",
    ];
    assert_eq!(outcomes(&folder).unwrap(), expected);
}
