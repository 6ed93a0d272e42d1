//! Settings of issuers whose tokens are believed: `[[oidc]]`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::InvalidConfig;
use crate::{
    domain::{
        actor::Role,
        id::OrganizationId,
        issuer::{ClaimNames, IssuerRules, Mapping, Reach, is_trustworthy, key},
    },
    service::issuers::{Believed, keyring::Source},
};

/// What stands for all organisations.
const ALL: &str = "*";

/// One issuer, as it is written; `config.default.toml` says what each setting means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is explained in config.default.toml, for the operator too")]
pub struct IssuerSettings {
    pub issuer: String,
    pub audiences: Vec<String>,
    pub organizations: Vec<String>,
    #[serde(default)]
    pub keys: String,
    #[serde(default = "email")]
    pub email_claim: String,
    #[serde(default = "email_verified")]
    pub verified_claim: String,
    #[serde(default = "name")]
    pub name_claim: String,
    #[serde(default = "groups")]
    pub groups_claim: String,
    #[serde(default)]
    pub mappings: Vec<MappingSettings>,
}

/// What a group of an issuer means, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is explained in config.default.toml, for the operator too")]
pub struct MappingSettings {
    pub group: String,
    pub organization: OrganizationId,
    pub role: Role,
    #[serde(default)]
    pub provision: bool,
}

fn email() -> String {
    "email".to_owned()
}

fn email_verified() -> String {
    "email_verified".to_owned()
}

fn name() -> String {
    "name".to_owned()
}

fn groups() -> String {
    "groups".to_owned()
}

/// All of them, each once, as the house believes them.
pub fn believed(all: &[IssuerSettings]) -> Result<Vec<Believed>, InvalidConfig> {
    for (at, settings) in all.iter().enumerate() {
        if all.iter().take(at).any(|other| other.issuer == settings.issuer) {
            return Err(nonsense("oidc.issuer", &settings.issuer, "named only once"));
        }
    }
    all.iter().map(IssuerSettings::believed).collect()
}

impl IssuerSettings {
    fn believed(&self) -> Result<Believed, InvalidConfig> {
        let Self { issuer, audiences, .. } = self;
        if !is_trustworthy(issuer) || issuer.contains(['?', '#']) {
            let expected = "an address that begins with https://";
            return Err(nonsense("oidc.issuer", issuer, expected));
        }
        if audiences.is_empty() || audiences.iter().any(String::is_empty) {
            let expected = "a list of names that tokens for this server have as their `aud`";
            return Err(nonsense("oidc.audiences", &format!("{audiences:?}"), expected));
        }
        for (key, claim) in [
            ("oidc.email_claim", &self.email_claim),
            ("oidc.name_claim", &self.name_claim),
            ("oidc.groups_claim", &self.groups_claim),
        ] {
            if claim.is_empty() {
                return Err(nonsense(key, "empty", "the name of a claim"));
            }
        }
        let reach = self.reach()?;
        let rules = IssuerRules {
            issuer: issuer.clone(),
            audiences: audiences.clone(),
            names: ClaimNames {
                email: self.email_claim.clone(),
                verified: Some(self.verified_claim.clone()).filter(|name| !name.is_empty()),
                name: self.name_claim.clone(),
                groups: self.groups_claim.clone(),
            },
            mappings: self.mappings(&reach)?,
            reach,
        };
        Ok(Believed { rules, source: self.source()? })
    }

    fn reach(&self) -> Result<Reach, InvalidConfig> {
        let those: Option<Vec<OrganizationId>> =
            self.organizations.iter().map(|id| id.parse().ok()).collect();
        match those {
            _ if self.organizations == [ALL] => Ok(Reach::All),
            Some(those) if !those.is_empty() => Ok(Reach::These(those)),
            _ => {
                let value = format!("{:?}", self.organizations);
                let expected = "a list of organisations' ids (org_…), or [\"*\"] for all";
                Err(nonsense("oidc.organizations", &value, expected))
            }
        }
    }

    fn mappings(&self, reach: &Reach) -> Result<Vec<Mapping>, InvalidConfig> {
        let mapping = |settings: &MappingSettings| {
            let MappingSettings { group, organization, role, provision } = settings;
            if group.is_empty() {
                return Err(nonsense("oidc.mappings.group", "empty", "the name of a group"));
            }
            if !reach.covers(*organization) {
                let value = organization.to_string();
                let expected = "among the issuer's `organizations`";
                return Err(nonsense("oidc.mappings.organization", &value, expected));
            }
            let (group, organization) = (group.clone(), *organization);
            Ok(Mapping { group, organization, role: *role, provisions: *provision })
        };
        self.mappings.iter().map(mapping).collect()
    }

    /// Keys written into the settings, or into a file, or to be asked for.
    fn source(&self) -> Result<Source, InvalidConfig> {
        if self.keys.is_empty() {
            return Ok(Source::Discovered);
        }
        let is_inline = self.keys.trim_start().starts_with('{');
        let set = if is_inline {
            Some(self.keys.clone())
        } else {
            std::fs::read_to_string(Path::new(&self.keys)).ok()
        };
        let keys = set.and_then(|set| key::read(set.as_bytes())).unwrap_or_default();
        if keys.is_empty() {
            let value = if is_inline { "a text" } else { &self.keys };
            let expected = "a JWK set, or a file of one, with a key for RS256, ES256 or EdDSA";
            return Err(nonsense("oidc.keys", value, expected));
        }
        Ok(Source::Given(keys))
    }
}

fn nonsense(key: &'static str, value: &str, expected: &'static str) -> InvalidConfig {
    InvalidConfig::Nonsense { key, value: value.to_owned(), expected }
}
