//! What the fuzzer has found out: each file of its corpus goes through the same function as there.

use std::{fs, path::Path};

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

#[track_caller]
fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 5, "the corpus of {target} is gone");
    for file in files {
        run(&fs::read(file).unwrap());
    }
}

#[test]
fn requests() {
    replay("guard", fuzz::guard);
}

#[test]
fn cursors_of_lists() {
    replay("page_cursor", fuzz::page_cursor);
}

#[test]
fn cursors_of_streams() {
    replay("event_cursor", fuzz::event_cursor);
}

#[test]
fn ids() {
    replay("id", fuzz::id);
}

#[test]
fn decimals() {
    replay("decimal", fuzz::decimal);
}

#[test]
fn days() {
    replay("date", fuzz::date);
}
