//! Settings: flags over environment over file over defaults, and nonsense refused.

use std::path::PathBuf;

use jbp::{
    config::{Config, DEFAULTS, LogFormat, Overrides},
    domain::allowance::Rate,
};

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jbp.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let (_folder, path) = file(text);
    let message = Config::read(Some(&path), &Overrides::default()).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
}

#[test]
fn without_anything_the_defaults_hold() {
    let config = Config::read(None, &Overrides::default()).unwrap();
    assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database("jbp.db"), "sqlite://jbp-data/jbp.db?mode=rwc");
    assert_eq!(
        (config.log_format, config.worker, config.access_token_minutes),
        (LogFormat::Text, true, 15)
    );
}

#[test]
fn what_callers_ask_for_is_counted_unless_the_limit_is_zero() {
    let config = Config::read(None, &Overrides::default()).unwrap();
    assert_eq!(config.rate(), Some(Rate { limit: 50_000, restore: 1_000 }));
    assert_eq!(config.metrics().unwrap(), None);
    let (_folder, path) = file("rate_limit = 0\nmetrics_bind = '127.0.0.1:9090'");
    let config = Config::read(Some(&path), &Overrides::default()).unwrap();
    assert_eq!(config.rate(), None);
    assert_eq!(config.metrics().unwrap(), Some("127.0.0.1:9090".parse().unwrap()));
}

#[test]
fn a_flag_goes_before_a_file() {
    let (_folder, path) = file("bind = '127.0.0.1:1'\naccess_token_minutes = 5");
    let flags = Overrides { bind: Some("127.0.0.1:2".to_owned()), ..Overrides::default() };
    let config = Config::read(Some(&path), &flags).unwrap();
    assert_eq!((config.bind.port(), config.access_token_minutes), (2, 5));
}

#[test]
fn nonsense_is_refused_by_name_and_value() {
    refused("bind = 'here'", "bind");
    refused("colour = 'red'", "colour");
    refused(
        "database_connections = 0",
        "`database_connections` is 0, which is not between 1 and 200",
    );
    refused("refresh_token_days = 999", "`refresh_token_days` is 999");
    refused("database_url = 'mysql://root@host/db'", "`database_url` is mysql");
    refused("cors_origins = ['partners']", "`cors_origins` is partners");
    refused("rate_limit = 9999", "`rate_limit` is 9999, which is not 0 or between 10000 and");
    refused("rate_restore = 0", "`rate_restore` is 0");
    refused("metrics_bind = 'here'", "`metrics_bind` is here, which is not an address such as");
    refused("bind = ", "jbp.toml");
    let missing =
        Config::read(Some(&PathBuf::from("nowhere.toml")), &Overrides::default()).unwrap_err();
    assert!(missing.to_string().contains("nowhere.toml"), "{missing}");
}

#[test]
fn every_setting_is_explained() {
    let lines: Vec<&str> = DEFAULTS.lines().collect();
    for (at, line) in
        lines.iter().enumerate().filter(|(_, line)| line.contains(" = ") && !line.starts_with('#'))
    {
        assert!(lines[at - 1].starts_with("# "), "{line}");
    }
}
