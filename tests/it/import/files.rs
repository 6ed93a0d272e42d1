//! Files that are damaged, in another encoding, or not what the mapping takes them for.

use std::fs;

use super::{DEALS, HEADER, PRODUCTS, check, check_refused, folder, outcomes};

#[test]
fn good_rows_land_around_bad_ones_and_lines_are_counted_as_editors_do() {
    let rows = "a,acme,,Open,2017-03-01,,,USD,\n\
                b,acme,,Open,?,,,USD,\n\
                \n\
                c,acme,,Open,?,,,USD,\"a note\n\nof three lines\"\n\
                d,acme,,Open,2017-03-04,,,USD,\"another\nof two\"\n\
                e,acme,,Open,2017-03-05,,,USD,\n";
    let expected = [
        "2 acme a-registered 2017-03-01 –",
        "3 rejected: opened: `?` is no day of the form %Y-%m-%d",
        "5 rejected: opened: `?` is no day of the form %Y-%m-%d",
        "8 acme d-registered 2017-03-04 –",
        "10 acme e-registered 2017-03-05 –",
    ];
    let unix = format!("{HEADER},note\n{rows}");
    check(&unix, &expected);
    check(unix.replace('\n', "\r\n"), &expected);
    check(unix.replace('\n', "\r"), &expected);
    check(format!("\u{feff}{unix}"), &expected);
    check(unix.trim_end(), &expected);
}

#[test]
fn a_last_line_that_was_still_being_written_is_rejected() {
    let whole = format!("{HEADER}\na,acme,,Open,2017-03-01,,,USD\n");
    let first = "2 acme a-registered 2017-03-01 –";
    check(
        format!("{whole}b,acme,,Op"),
        &[first, "3 rejected: is cut off: 4 of 8 cells, and no line end"],
    );
    check(format!("{whole}b,acme,,Op\n"), &[first, "3 rejected: has 4 cells instead of 8"]);
    let open = "3 rejected: has a quotation mark that is never closed; nothing after it was read";
    check(format!("{whole}b,acme,\"G"), &[first, open]);
    check(
        format!("{whole}b,acme,\"G,Open,2017-03-01,,,USD\nc,acme,,Open,2017-03-01,,,USD\n"),
        &[first, open],
    );
}

#[test]
fn a_quotation_mark_too_many_is_told_with_the_lines_it_took() {
    let rows = "a,acme,\"GTX,Open,2017-03-01,,,USD\nb,ac\"me,,Open,2017-03-01,,,USD\n";
    let expected =
        "2 rejected: has 9 cells instead of 8 and goes on to line 3: a quotation mark too many?";
    check(format!("{HEADER}\n{rows}"), &[expected]);
    // The two rows make one with the right number of cells.
    let rows = "a,acme,\"GTX,Open\nb,acme,G\"TX,Open,2017-03-01,,,USD\n";
    let expected = "2 rejected: product: `GTX,Open\\nb,acme,GTX` goes over a line break: a quotation mark too many?";
    check(format!("{HEADER}\n{rows}"), &[expected]);
}

#[test]
fn a_row_in_another_encoding_is_rejected() {
    let mut deals = format!("{HEADER}\na,M").into_bytes();
    deals.extend(b"\xfcller,,Open,2017-03-01,,,USD\nb,acme,,Open,2017-03-01,,,USD\n");
    check(
        deals,
        &["2 rejected: partner: `M\u{fffd}ller` is not UTF-8", "3 acme b-registered 2017-03-01 –"],
    );
}

#[test]
fn a_file_that_cannot_be_used_is_refused_before_anything_is_read() {
    check(HEADER, &[]);
    check_refused("", "deals.csv is empty; its first line must name its columns");
    check_refused("\u{feff}\n\n", "deals.csv is empty; its first line must name its columns");
    check_refused(
        HEADER.replace("opened", "engage_date"),
        "deals.csv has no column `opened`; it has `id`, `partner`, `product`, `stage`, `engage_date`, `closed`, \
         `amount`, `currency`",
    );
    let semicolons = HEADER.replace(',', ";");
    let expected = format!("deals.csv has no column `opened`; it has `{semicolons}`");
    check_refused(&semicolons, &expected);
    check_refused(format!("{HEADER},id"), "deals.csv has two columns `id`");
    check_refused(
        b"id,gr\xf6sse\n",
        "the header of deals.csv is not UTF-8; save the file as UTF-8",
    );

    let utf16 = |mark: &[u8], to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter().copied().chain(HEADER.encode_utf16().flat_map(to_bytes)).collect()
    };
    for deals in [
        utf16(b"\xFF\xFE", u16::to_le_bytes),
        utf16(b"\xFE\xFF", u16::to_be_bytes),
        utf16(b"", u16::to_le_bytes),
        utf16(b"", u16::to_be_bytes),
    ] {
        check_refused(deals, "deals.csv is UTF-16; save it as UTF-8");
    }
}

#[test]
fn a_row_without_an_end_does_not_fill_the_memory() {
    let endless = format!("{HEADER}\na,\"{}", "x,y\n".repeat(1 << 19));
    check_refused(
        endless,
        "deals.csv:2 is longer than a row can be; is a quotation mark left open?",
    );
}

#[test]
fn a_file_that_is_absent_is_named() {
    let folder = folder(DEALS, b"", PRODUCTS);
    fs::remove_file(folder.path().join("deals.csv")).unwrap();
    let refused = outcomes(&folder).unwrap_err();
    assert!(refused.starts_with("deals.csv cannot be read: "), "{refused}");
}

/// A lookup serves many rows, so one bad row of it is bad for the whole import.
#[test]
fn a_bad_row_of_a_lookup_refuses_the_import() {
    for (products, expected) in [
        ("name,series\n", "products.csv has no column `price`; it has `name`, `series`"),
        ("", "products.csv is empty; its first line must name its columns"),
        ("name,series,price\nA,B\n", "lookup products.csv:2 has 2 cells instead of 3"),
        ("name,series,price\n,B,1\n", "lookup products.csv:2 name: is empty"),
        (
            "name,series,price\nA,B,1\nA,B,2\n",
            "lookup products.csv:3 name: `A` stands on an earlier line too",
        ),
    ] {
        let folder = folder(DEALS, HEADER.as_bytes(), products);
        assert_eq!(outcomes(&folder).unwrap_err(), expected);
    }
    let folder = folder(DEALS, HEADER.as_bytes(), "name,series,price\nA,B,1\nA,B,1\n");
    assert_eq!(outcomes(&folder), Ok(Vec::new()));
}
