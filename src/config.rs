//! Settings: the embedded defaults, then a file, then the environment, then flags.

use std::{
    borrow::Cow,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use axum::http::HeaderValue;
use chrono::TimeDelta;
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};
use url::Url;

use self::issuer::IssuerSettings;
use crate::{
    domain::{allowance::Rate, webhook::address::Reach},
    service::issuers::Believed,
};

pub mod issuer;

/// The defaults with their explanations.
pub const DEFAULTS: &str = include_str!("config.default.toml");

/// The dearest operation that is let in must be affordable.
const LEAST_RATE_LIMIT: u32 = 10_000;

/// What the schema can still say in an `Int`.
const MOST_RATE_LIMIT: u32 = 1_000_000_000;

/// The file that is read where a command is started, if it is there.
const FILE: &str = "jbp.toml";

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Every setting; `config.default.toml` says what each means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is explained beside its default, for the operator too")]
pub struct Config {
    pub bind: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub database_connections: u32,
    pub worker: bool,
    pub log: String,
    pub log_format: LogFormat,
    pub cors_origins: Vec<String>,
    pub open_schema: bool,
    pub documents_dir: PathBuf,
    pub rate_limit: u32,
    pub rate_restore: u32,
    pub proxies: usize,
    pub max_sockets: usize,
    pub max_silent_sockets: usize,
    pub metrics_bind: String,
    pub access_token_minutes: u32,
    pub refresh_token_days: u32,
    pub bad_tokens: u32,
    pub event_retention_days: u32,
    pub webhooks: WebhookSettings,
    pub smtp_url: String,
    pub mail_from: String,
    pub public_url: String,
    pub oidc: Vec<IssuerSettings>,
}

/// Where webhooks may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is explained beside its default, for the operator too")]
pub struct WebhookSettings {
    pub allow_private: bool,
    pub allow_http: bool,
}

/// How mails are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// The server that takes them.
    pub smtp_url: String,
    /// Whom they come from.
    pub from: Mailbox,
    /// Below which address links lead here, without a slash at its end.
    pub public_url: String,
}

/// What flags of the command line say; what is none says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Overrides {
    /// Where to serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// The database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// Where the SQLite file is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
}

/// A setting that makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum InvalidConfig {
    /// It cannot be read, or has a key that there is not.
    #[error("{0}")]
    Unreadable(Box<figment::Error>),
    /// It has a value that cannot be meant.
    #[error("`{key}` is {value}, which is not {expected}")]
    Nonsense {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
}

impl From<figment::Error> for InvalidConfig {
    fn from(error: figment::Error) -> Self {
        Self::Unreadable(Box::new(error))
    }
}

impl Config {
    /// The settings in force; `file` must exist if it is named.
    pub fn read(file: Option<&Path>, flags: &Overrides) -> Result<Self, InvalidConfig> {
        let defaults = Figment::from(Toml::string(DEFAULTS));
        let keys: Vec<String> = defaults.extract::<toml::Table>()?.keys().cloned().collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let from_file = match file {
            Some(file) => defaults.merge(Toml::file_exact(file)),
            None => defaults.merge(Toml::file(FILE)),
        };
        let config: Self = from_file
            .merge(Env::prefixed("JBP_").only(&keys))
            .merge(Serialized::defaults(flags))
            .extract()?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), InvalidConfig> {
        let bounds = [
            ("database_connections", self.database_connections, 1..=200, "between 1 and 200"),
            ("access_token_minutes", self.access_token_minutes, 1..=1_440, "between 1 and 1440"),
            ("refresh_token_days", self.refresh_token_days, 1..=365, "between 1 and 365"),
            ("rate_restore", self.rate_restore, 1..=1_000_000, "between 1 and 1000000"),
            ("bad_tokens", self.bad_tokens, 0..=1_000_000, "between 0 and 1000000"),
            ("event_retention_days", self.event_retention_days, 0..=36_500, "between 0 and 36500"),
        ];
        for (key, value, range, expected) in bounds {
            if !range.contains(&value) {
                return Err(InvalidConfig::Nonsense { key, value: value.to_string(), expected });
            }
        }
        if (1..LEAST_RATE_LIMIT).contains(&self.rate_limit) || self.rate_limit > MOST_RATE_LIMIT {
            let value = self.rate_limit.to_string();
            let expected = "0 or between 10000 and 1000000000";
            return Err(InvalidConfig::Nonsense { key: "rate_limit", value, expected });
        }
        let schemes = ["sqlite:", "postgres://", "postgresql://"];
        let url = &self.database_url;
        if !url.is_empty() && !schemes.iter().any(|scheme| url.starts_with(scheme)) {
            let value = url.split(':').next().unwrap_or_default().to_owned();
            let expected = "a URL that begins with sqlite: or postgres://";
            return Err(InvalidConfig::Nonsense { key: "database_url", value, expected });
        }
        self.metrics()?;
        self.mail()?;
        self.issuers()?;
        self.origins().map(drop)
    }

    /// How much a caller may ask for, if that is limited.
    pub fn rate(&self) -> Option<Rate> {
        let rate = Rate { limit: self.rate_limit, restore: self.rate_restore };
        (rate.limit > 0).then_some(rate)
    }

    /// How many bad tokens may come from an address, if that is limited: so many at once, and one more each second.
    pub fn bad_tokens(&self) -> Option<Rate> {
        let rate = Rate { limit: self.bad_tokens, restore: 1 };
        (rate.limit > 0).then_some(rate)
    }

    /// How long events are kept; none: for ever.
    pub fn events_kept(&self) -> Option<TimeDelta> {
        let days = self.event_retention_days;
        (days > 0).then(|| TimeDelta::days(days.into()))
    }

    /// Where webhooks may go.
    pub fn reach(&self) -> Reach {
        let WebhookSettings { allow_private, allow_http } = self.webhooks;
        Reach { allows_private: allow_private, allows_http: allow_http }
    }

    /// Who else's tokens are believed.
    pub fn issuers(&self) -> Result<Vec<Believed>, InvalidConfig> {
        issuer::believed(&self.oidc)
    }

    /// Where metrics are shown, if they are.
    pub fn metrics(&self) -> Result<Option<SocketAddr>, InvalidConfig> {
        if self.metrics_bind.is_empty() {
            return Ok(None);
        }
        let value = &self.metrics_bind;
        let address = value.parse().ok().ok_or_else(|| InvalidConfig::Nonsense {
            key: "metrics_bind",
            value: value.clone(),
            expected: "an address such as 127.0.0.1:9090",
        })?;
        Ok(Some(address))
    }

    /// How mails are sent, if they are.
    pub fn mail(&self) -> Result<Option<MailSettings>, InvalidConfig> {
        let nonsense = |key, value: &str, expected| {
            Err(InvalidConfig::Nonsense { key, value: value.to_owned(), expected })
        };
        let Ok(from) = self.mail_from.parse::<Mailbox>() else {
            let expected = "an address such as Joint business plans <plans@northwind.example>";
            return nonsense("mail_from", &self.mail_from, expected);
        };
        let is_web = |url: &Url| {
            ["http", "https"].contains(&url.scheme())
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
        };
        let Some(public_url) = Url::parse(&self.public_url).ok().filter(is_web) else {
            let expected = "an address such as https://plans.northwind.example";
            return nonsense("public_url", &self.public_url, expected);
        };
        if self.smtp_url.is_empty() {
            return Ok(None);
        }
        if !Url::parse(&self.smtp_url).is_ok_and(|url| is_mail_server(&url)) {
            // The rest may have a password in it.
            let scheme = self.smtp_url.split(':').next().unwrap_or_default();
            let expected = "a URL such as smtps://USER:PASSWORD@mail.northwind.example";
            return nonsense("smtp_url", scheme, expected);
        }
        let public_url = public_url.as_str().trim_end_matches('/').to_owned();
        Ok(Some(MailSettings { smtp_url: self.smtp_url.clone(), from, public_url }))
    }

    /// Web origins whose pages may call.
    pub fn origins(&self) -> Result<Vec<HeaderValue>, InvalidConfig> {
        self.cors_origins
            .iter()
            .map(|origin| {
                let is_origin = origin.starts_with("https://") || origin.starts_with("http://");
                let value = HeaderValue::from_str(origin).ok().filter(|_| is_origin);
                value.ok_or_else(|| InvalidConfig::Nonsense {
                    key: "cors_origins",
                    value: origin.clone(),
                    expected: "an origin such as https://partners.example",
                })
            })
            .collect()
    }

    /// The database to open: the one that is named, or the SQLite file `name` in the data directory.
    pub fn database(&self, name: &str) -> String {
        if self.database_url.is_empty() {
            format!("sqlite://{}?mode=rwc", self.data_dir.join(name).display())
        } else {
            self.database_url.clone()
        }
    }
}

/// Whether a URL names a mail server and how it is spoken to.
fn is_mail_server(url: &Url) -> bool {
    let is_safe = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        name == "tls" && (value == "required" || value == "opportunistic")
    };
    let is_known = match url.scheme() {
        "smtps" => url.query().is_none(),
        "smtp" => url.query_pairs().all(is_safe),
        _ => false,
    };
    is_known && url.host_str().is_some_and(|host| !host.is_empty())
}
