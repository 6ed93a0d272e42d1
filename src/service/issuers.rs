//! People who sign in elsewhere: whose token an issuer has signed, and as whom they act here.
//!
//! A token is a JWT of one of the issuers that the operator believes. Its signature is checked with the issuer's keys ([`keyring`]), its
//! claims by rules (`domain::issuer`); who it speaks for is read from the database each time, as for every other token.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm as Library, DecodingKey, crypto};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use serde_json::{Map, Value};

use self::keyring::{Keyring, Outside, Source};
use super::{
    check,
    sessions::{self, Authenticated},
    users::{self, NewUser},
};
use crate::{
    db::Held,
    domain::{
        actor::Actor,
        issuer::{
            Assertion, IssuerRules, Known, Mapping, Refused,
            key::{Algorithm, Key, Material},
        },
    },
    entity::{organization, user},
    error::{Error, Result},
    op::Op,
};

pub mod keyring;

/// A token longer than this is nobody's.
const LONGEST_TOKEN: usize = 16 * 1024;

/// Whose tokens are believed.
#[derive(Debug)]
pub struct Issuers(Vec<Issuer>);

/// One whose tokens are believed, as settings say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Believed {
    /// What its tokens open.
    pub rules: IssuerRules,
    /// Where its keys come from.
    pub source: Source,
}

#[derive(Debug)]
struct Issuer {
    rules: IssuerRules,
    keyring: Arc<Keyring>,
}

impl Issuers {
    /// Nobody else's tokens.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// The tokens of these.
    pub fn new(believed: Vec<Believed>, outside: &Outside) -> Self {
        let issuer = |Believed { rules, source }| {
            let keyring = Keyring::new(rules.issuer.clone(), source, outside.clone());
            Issuer { rules, keyring: Arc::new(keyring) }
        };
        Self(believed.into_iter().map(issuer).collect())
    }

    /// Asks every issuer for its keys, so that the first caller need not wait for them.
    pub fn warm(&self, now: DateTime<Utc>) {
        for issuer in &self.0 {
            issuer.keyring.renew(now);
        }
    }
}

/// The person that a token of an issuer speaks for; nobody when there is anything wrong with it.
///
/// Why is for the operator, in the log of debugging: callers are told nothing.
pub async fn person_by_token(op: &Op, bearer: &str) -> Result<Option<Authenticated>> {
    let Some(written) = Written::read(bearer) else { return Ok(None) };
    let name = written.claims.get("iss").and_then(Value::as_str);
    let mut believed = op.issuers.0.iter();
    let Some(issuer) = believed.find(|issuer| Some(issuer.rules.issuer.as_str()) == name) else {
        return Ok(None);
    };
    let Header { alg, kid, .. } = &written.header;
    let Some(key) = issuer.keyring.find(kid.as_deref(), alg, op.now()).await else {
        tracing::debug!(issuer = name, "a token was refused: none of the keys is its own");
        return Ok(None);
    };
    if !written.is_signed_by(&key) {
        tracing::debug!(issuer = name, "a token was refused: its signature is wrong");
        return Ok(None);
    }
    let found = match issuer.rules.read(&written.claims, op.now()) {
        Ok(assertion) => person(op, &issuer.rules, assertion).await?,
        Err(refused) => Err(refused),
    };
    Ok(found
        .inspect_err(|refused| tracing::debug!(issuer = name, %refused, "a token was refused"))
        .ok())
}

/// Whoever has the address, in the role that the rules say.
async fn person(
    op: &Op,
    rules: &IssuerRules,
    assertion: Assertion,
) -> Result<std::result::Result<Authenticated, Refused>> {
    let known = match sessions::user_by_email(op, &assertion.email).await? {
        Some(known) => known,
        None => match rules.provision(&assertion) {
            Ok(mapping) => match provision(op, &assertion, mapping).await? {
                Some(known) => known,
                None => return Ok(Err(Refused::Unknown)),
            },
            Err(refused) => return Ok(Err(refused)),
        },
    };
    let user::Model { organization_id: organization, role, is_active, .. } = known;
    let role = match rules.admit(&assertion, Known { organization, role, is_active }) {
        Ok(role) => role,
        Err(refused) => return Ok(Err(refused)),
    };
    let actor = sessions::actor_of(op.db.read(), &user::Model { role, ..known }).await?;
    Ok(Ok(Authenticated { actor, expires_at: Some(assertion.until), epoch: 0 }))
}

/// Writes somebody down whom nobody has invited; nobody when the organisation has no such role, or is not there.
///
/// Two first requests at once write one row: the later one finds the earlier one's.
async fn provision(
    op: &Op,
    assertion: &Assertion,
    mapping: &Mapping,
) -> Result<Option<user::Model>> {
    let tx = op.db.write().await?;
    let wanted = organization::Column::Id.eq(mapping.organization);
    let organizations = organization::Entity::visible_to(&Actor::System).filter(wanted);
    let organization = organizations.held().one(&*tx).await?;
    if organization.is_none_or(|organization| organization.kind != mapping.role.side()) {
        let Mapping { group, organization, .. } = mapping;
        tracing::warn!(group, %organization, "is mapped to a role that the organisation does not have");
        return Ok(None);
    }
    let name = assertion.name.as_deref().and_then(|name| check::name("name", name).ok());
    let new = NewUser {
        organization: mapping.organization,
        email: assertion.email.clone(),
        name: name.unwrap_or_else(|| assertion.email.clone()),
        role: mapping.role,
    };
    match users::insert(&tx, op, new, None, "email").await {
        Ok(user) => {
            tx.commit().await?;
            tracing::info!(user = %user.id, organization = %mapping.organization, "a person came by an issuer");
            Ok(Some(user))
        }
        Err(Error::Invalid(_)) => {
            drop(tx);
            sessions::user_by_email(op, &assertion.email).await
        }
        Err(error) => Err(error),
    }
}

/// The first part of a token.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// What one must understand to believe it; we understand none.
    crit: Option<Value>,
}

/// A token as it was written, of which nothing is believed yet.
struct Written<'a> {
    header: Header,
    claims: Map<String, Value>,
    /// What was signed.
    message: &'a str,
    signature: &'a str,
}

impl<'a> Written<'a> {
    fn read(token: &'a str) -> Option<Self> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header: Header = part(header)?;
        let claims = part(claims)?;
        header.crit.is_none().then_some(Self { header, claims, message, signature })
    }

    /// The key was chosen by the header's algorithm; that it is the key's own is looked at again here, where it matters.
    fn is_signed_by(&self, key: &Key) -> bool {
        let (algorithm, library) = match key.algorithm() {
            Algorithm::Rs256 => (Algorithm::Rs256, Library::RS256),
            Algorithm::Es256 => (Algorithm::Es256, Library::ES256),
            Algorithm::EdDsa => (Algorithm::EdDsa, Library::EdDSA),
        };
        let decoding = match &key.material {
            Material::Rsa { n, e } => DecodingKey::from_rsa_components(n, e),
            Material::P256 { x, y } => DecodingKey::from_ec_components(x, y),
            Material::Ed25519 { x } => DecodingKey::from_ed_components(x),
        };
        self.header.alg == algorithm.as_str()
            && decoding.is_ok_and(|decoding| {
                crypto::verify(self.signature, self.message.as_bytes(), &decoding, library)
                    .unwrap_or(false)
            })
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
