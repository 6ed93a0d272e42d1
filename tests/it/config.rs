//! Settings: flags over environment over file over defaults, and nonsense refused.

use std::path::PathBuf;

use chrono::TimeDelta;
use jbp::{
    config::{Config, DEFAULTS, LogFormat, Overrides},
    domain::{actor::Role, allowance::Rate, webhook::address::Reach},
    service::issuers::keyring::Source,
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
fn webhooks_go_nowhere_but_to_public_addresses_unless_that_is_allowed() {
    let config = Config::read(None, &Overrides::default()).unwrap();
    assert_eq!(config.reach(), Reach::default());
    assert_eq!(config.events_kept(), Some(TimeDelta::days(400)));
    let (_folder, path) = file("event_retention_days = 0\n[webhooks]\nallow_http = true");
    let config = Config::read(Some(&path), &Overrides::default()).unwrap();
    assert_eq!(config.reach(), Reach { allows_private: false, allows_http: true });
    assert_eq!(config.events_kept(), None);
}

#[test]
fn mails_are_sent_where_a_server_is_named() {
    let config = Config::read(None, &Overrides::default()).unwrap();
    assert_eq!(config.mail().unwrap(), None);
    let (_folder, path) = file(
        "smtp_url = 'smtps://jbp:p%40ss@mail.northwind.example'\n\
         mail_from = 'Northwind plans <plans@northwind.example>'\n\
         public_url = 'https://plans.northwind.example/'",
    );
    let mail = Config::read(Some(&path), &Overrides::default()).unwrap().mail().unwrap().unwrap();
    assert_eq!(mail.smtp_url, "smtps://jbp:p%40ss@mail.northwind.example");
    assert_eq!(mail.from.email.to_string(), "plans@northwind.example");
    assert_eq!(mail.public_url, "https://plans.northwind.example");
}

#[test]
fn nonsense_about_mails_is_refused_without_its_password() {
    for (url, shown) in [
        ("mail.example", "mail.example"),
        ("http://ada:secret@mail.example", "http"),
        ("smtp://ada:secret@mail.example?tls=perhaps", "smtp"),
        ("smtps://ada:secret@mail.example?tls=required", "smtps"),
        ("smtp:", "smtp"),
    ] {
        let (_folder, path) = file(&format!("smtp_url = '{url}'"));
        let refused = Config::read(Some(&path), &Overrides::default()).unwrap_err().to_string();
        let expected = format!("`smtp_url` is {shown}, which is not a URL such as smtps://");
        assert!(refused.starts_with(&expected), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    refused("mail_from = 'plans'", "`mail_from` is plans, which is not an address such as");
    refused("public_url = 'plans.example'", "`public_url` is plans.example, which is not");
    refused("public_url = 'ftp://plans.example'", "`public_url` is ftp://plans.example");
    refused("public_url = 'https://plans.example/?a=1'", "`public_url` is");
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
    refused(
        "event_retention_days = 40000",
        "`event_retention_days` is 40000, which is not between 0",
    );
    refused("webhooks = { colour = 'red' }", "colour");
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

/// An issuer with one line more, or another one.
fn issuer(line: &str) -> String {
    let name = line.split(" =").next().unwrap_or_default();
    let usual = [
        "issuer = 'https://login.northwind.example'",
        "audiences = ['jbp']",
        "organizations = ['*']",
    ];
    let lines = usual.into_iter().filter(|usual| !usual.starts_with(&format!("{name} =")));
    lines.fold(format!("[[oidc]]\n{line}\n"), |text, line| text + line + "\n")
}

#[test]
fn an_issuer_is_believed_as_the_settings_say() {
    let (_folder, path) = file(
        "[[oidc]]\nissuer = 'https://login.northwind.example'\naudiences = ['jbp']\n\
         organizations = ['org_00000000000000000000000000']\ngroups_claim = 'realm_access.roles'\n\
         [[oidc.mappings]]\ngroup = 'sales'\norganization = 'org_00000000000000000000000000'\n\
         role = 'channel_account_manager'\nprovision = true\n",
    );
    let config = Config::read(Some(&path), &Overrides::default()).unwrap();
    let believed = config.issuers().unwrap();
    assert_eq!(believed[0].source, Source::Discovered);
    let rules = &believed[0].rules;
    assert_eq!(rules.names.groups, "realm_access.roles");
    assert_eq!(rules.names.verified.as_deref(), Some("email_verified"));
    assert_eq!(rules.mappings[0].role, Role::ChannelAccountManager);
    assert!(rules.mappings[0].provisions);
}

#[test]
fn nonsense_about_an_issuer_is_refused_at_the_start() {
    refused("bad_tokens = 1000001", "`bad_tokens` is 1000001");
    refused("[[oidc]]\nissuer = 'https://login.example'", "audiences");
    for (line, expected) in [
        ("issuer = 'http://login.example'", "`oidc.issuer` is http://login.example, which is not"),
        ("issuer = 'login.example'", "`oidc.issuer` is login.example"),
        ("audiences = []", "`oidc.audiences` is []"),
        ("audiences = ['']", "`oidc.audiences` is"),
        ("organizations = []", "`oidc.organizations` is []"),
        ("organizations = ['northwind']", "`oidc.organizations` is"),
        ("email_claim = ''", "`oidc.email_claim` is empty"),
        ("keys = 'nowhere.json'", "`oidc.keys` is nowhere.json"),
        ("keys = '{\"keys\": [{\"kty\": \"oct\", \"k\": \"AAAA\"}]}'", "`oidc.keys` is a text"),
        ("colour = 'red'", "colour"),
        ("mappings = [{ group = 'a', organization = 'acme', role = 'vendor_viewer' }]", "acme"),
        (
            "mappings = [{ group = 'a', organization = 'org_00000000000000000000000000', role = 'king' }]",
            "king",
        ),
        (
            "mappings = [{ group = '', organization = 'org_00000000000000000000000000', role = 'vendor_viewer' }]",
            "`oidc.mappings.group` is empty",
        ),
    ] {
        refused(&issuer(line), expected);
    }
    let beyond = issuer("organizations = ['org_00000000000000000000000000']")
        + "mappings = [{ group = 'a', organization = 'org_00000000000000000000000001', role = 'vendor_viewer' }]\n";
    refused(&beyond, "`oidc.mappings.organization` is org_00000000000000000000000001");
    let twice = issuer("name_claim = 'name'");
    refused(&format!("{twice}{twice}"), "which is not named only once");
}
