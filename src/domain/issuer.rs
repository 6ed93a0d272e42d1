//! What a token of somebody else's issuer proves: claims in, a person out, or why not.
//!
//! Whose signature it carries has been checked before (`service::issuers`). Here it is decided for whom and until when it speaks, and as
//! whom that person acts: `docs/decisions/issuers.md`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::{actor::Role, id::OrganizationId, sign_in};

pub mod key;

/// How far the issuer's clock and ours may be apart.
const SKEW: TimeDelta = TimeDelta::seconds(60);

/// What an operator says about an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerRules {
    /// Its name, as its tokens say it, and where its discovery document is found.
    pub issuer: String,
    /// Names of this server, of which a token must be for one.
    pub audiences: Vec<String>,
    /// Whose people it may speak for.
    pub reach: Reach,
    /// Where in its claims things stand.
    pub names: ClaimNames,
    /// What membership in a group of the issuer means here; without any, every known person of the reach is let in.
    pub mappings: Vec<Mapping>,
}

/// Organisations whose people an issuer may speak for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All there are: the issuer is the operator's own.
    All,
    /// These.
    These(Vec<OrganizationId>),
}

impl Reach {
    /// Whether this organisation is among them.
    pub fn covers(&self, organization: OrganizationId) -> bool {
        match self {
            Self::All => true,
            Self::These(those) => those.contains(&organization),
        }
    }
}

/// The names of claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// The e-mail address.
    pub email: String,
    /// Whether the issuer has seen that the address is the person's; none for an issuer all of whose addresses are.
    pub verified: Option<String>,
    /// What the person is called.
    pub name: String,
    /// The groups that are mapped.
    pub groups: String,
}

/// What membership in a group means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The group.
    pub group: String,
    /// Whose member somebody of it is.
    pub organization: OrganizationId,
    /// What they may do, while the token says so.
    pub role: Role,
    /// Whether those whom nobody has invited are let in and written down.
    pub provisions: bool,
}

/// What the claims of a token say of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The address, as addresses are kept.
    pub email: String,
    /// What the person is called.
    pub name: Option<String>,
    /// Until when it is believed.
    pub until: DateTime<Utc>,
    /// The groups that the person is in.
    pub groups: Vec<String>,
}

/// Somebody we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whose member.
    pub organization: OrganizationId,
    /// The role that was given here.
    pub role: Role,
    /// Whether they may sign in.
    pub is_active: bool,
}

/// Why a token does not let its holder in: for the log, never for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Somebody else's, or nobody's.
    #[error("it has another issuer")]
    Issuer,
    /// Meant for another server.
    #[error("it is for another audience")]
    Audience,
    /// Without an end, or with one that is no instant.
    #[error("it does not say when it ends")]
    Endless,
    /// Over.
    #[error("it has ended")]
    Ended,
    /// Not yet good.
    #[error("it has not begun")]
    Early,
    /// No address, or none that is one.
    #[error("it has no e-mail address")]
    Nameless,
    /// An address that the person has only claimed.
    #[error("its e-mail address is not verified")]
    Unverified,
    /// Nobody here has this address, and nobody of the groups is let in without an invitation.
    #[error("nobody has its e-mail address")]
    Unknown,
    /// Somebody who was sent away.
    #[error("the person is deactivated")]
    Inactive,
    /// Somebody of an organisation that this issuer has no say in.
    #[error("the person is of an organisation that the issuer does not speak for")]
    OutOfReach,
    /// Nobody of the person's organisation, by any of the groups.
    #[error("none of its groups is mapped to the person's organisation")]
    Unmapped,
}

impl IssuerRules {
    /// What the claims say, if they are of this issuer, for us, and good now.
    pub fn read(
        &self,
        claims: &Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Result<Assertion, Refused> {
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(Refused::Issuer);
        }
        if !texts(claims.get("aud")).iter().any(|audience| self.audiences.contains(audience)) {
            return Err(Refused::Audience);
        }
        let end = instant(claims.get("exp")).and_then(|end| end.checked_add_signed(SKEW));
        let until = end.ok_or(Refused::Endless)?;
        if until <= now {
            return Err(Refused::Ended);
        }
        if let Some(begins) = claims.get("nbf") {
            let begins = instant(Some(begins)).ok_or(Refused::Early)?;
            if begins - SKEW > now {
                return Err(Refused::Early);
            }
        }
        let text = |name: &str| find(claims, name).and_then(Value::as_str);
        let email = text(&self.names.email).and_then(sign_in::email).ok_or(Refused::Nameless)?;
        if let Some(verified) = &self.names.verified {
            // Some issuers write the flag as a text.
            match find(claims, verified) {
                Some(Value::Bool(true)) => {}
                Some(Value::String(text)) if text == "true" => {}
                _ => return Err(Refused::Unverified),
            }
        }
        let name = text(&self.names.name).map(str::to_owned);
        let groups = texts(find(claims, &self.names.groups));
        Ok(Assertion { email, name, until, groups })
    }

    /// The role in which somebody known acts.
    ///
    /// Where groups are mapped, they decide: the first mapping, in the order of the settings, of a group to the person's own organisation.
    /// A group of another organisation says nothing about them.
    pub fn admit(&self, assertion: &Assertion, known: Known) -> Result<Role, Refused> {
        if !known.is_active {
            return Err(Refused::Inactive);
        }
        if !self.reach.covers(known.organization) {
            return Err(Refused::OutOfReach);
        }
        if self.mappings.is_empty() {
            return Ok(known.role);
        }
        let mut fitting = self.mappings.iter().filter(|mapping| {
            mapping.organization == known.organization
                && mapping.role.side() == known.role.side()
                && assertion.groups.contains(&mapping.group)
        });
        fitting.next().map(|mapping| mapping.role).ok_or(Refused::Unmapped)
    }

    /// As whom somebody whom nobody has invited is written down.
    pub fn provision(&self, assertion: &Assertion) -> Result<&Mapping, Refused> {
        let mut fitting = self.mappings.iter().filter(|mapping| {
            mapping.provisions
                && self.reach.covers(mapping.organization)
                && assertion.groups.contains(&mapping.group)
        });
        fitting.next().ok_or(Refused::Unknown)
    }
}

/// Whether keys may be fetched from there: over TLS, or from this machine.
pub fn is_trustworthy(url: &str) -> bool {
    let (rest, is_plain) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (_, Some(rest)) => (rest, true),
        _ => return false,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_host = !host.is_empty() && !authority.contains('@');
    is_host && (!is_plain || ["localhost", "127.0.0.1", "[::1]"].contains(&host))
}

/// A claim by its name, or by the names on the way to it: `realm_access.roles`.
fn find<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(found) = claims.get(name) {
        return Some(found);
    }
    let (first, rest) = name.split_once('.')?;
    find(claims.get(first)?.as_object()?, rest)
}

/// A text, or a list of them.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// Seconds since 1970; the standard allows fractions, which are cut.
fn instant(value: Option<&Value>) -> Option<DateTime<Utc>> {
    let Value::Number(number) = value? else { return None };
    let whole = match number.as_i64() {
        Some(whole) => whole,
        None => number.to_string().split_once('.')?.0.parse().ok()?,
    };
    DateTime::from_timestamp(whole, 0)
}

#[cfg(test)]
mod tests;
