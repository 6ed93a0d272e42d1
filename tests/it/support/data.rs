//! Real exports and the figures that somebody else computed from them.
//!
//! They are not part of the repository: their folder is named by `JBP_REALDATA`, or found beside the working copy.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Once,
};

use serde_json::Value;

/// The partners whose figures are expected.
pub const PARTNERS: [&str; 2] = ["prt-brinkmann", "prt-neubert"];

/// The day of the expected figures.
pub const CUT_OFF: &str = "2017-06-30";

/// That there is no data is said once, and not by `println`, which a passing test keeps to itself.
static TOLD: Once = Once::new();

/// The folder of the data, if there is one.
pub fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = env::var_os("JBP_REALDATA").map_or_else(beside, PathBuf::from);
    if folder.join("maven-crm").is_dir() {
        return Some(folder);
    }
    TOLD.call_once(|| {
        let line = format!("realdata: skipped, no folder {}\n", folder.display());
        io::stderr().write_all(line.as_bytes()).unwrap();
    });
    None
}

/// An example mapping.
pub fn mapping(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/maven").join(name)
}

/// Everything that is expected: definitions, plans and figures.
pub fn expectations(data: &Path) -> Value {
    let text = fs::read_to_string(data.join("expected-2017-06-30.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What is expected of a partner in a feed.
pub fn expected(data: &Path, feed: &str, partner: &str) -> Value {
    expectations(data)[feed][partner][CUT_OFF].take()
}
