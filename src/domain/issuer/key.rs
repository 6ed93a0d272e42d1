//! Keys that an issuer publishes, and which signatures they are good for.
//!
//! The key decides the algorithm, never the token: a public key that is taken for the secret of an HMAC, or `none`, has nowhere to come in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

/// Bytes of an RSA modulus at least: 2,048 bits.
const LEAST_MODULUS: usize = 256;

/// Keys of one issuer at most that are looked at.
const MOST_KEYS: usize = 100;

/// The signatures that are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA with SHA-256, padded as PKCS #1 v1.5 says.
    Rs256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// As the header of a token calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// What a key is made of, in base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    /// Modulus and exponent.
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// A point of P-256.
    P256 {
        /// One coordinate.
        x: String,
        /// The other.
        y: String,
    },
    /// A point of Ed25519.
    Ed25519 {
        /// The only coordinate.
        x: String,
    },
}

/// A key that verifies signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What tokens call it.
    pub id: Option<String>,
    /// What it is made of.
    pub material: Material,
}

impl Key {
    /// The only signatures that it is good for.
    pub fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256 { .. } => Algorithm::Es256,
            Material::Ed25519 { .. } => Algorithm::EdDsa,
        }
    }
}

/// The key that a token with this header was signed with, if it is one of these and the header fits it.
///
/// A token that names no key is believed only where there is no choice.
pub fn choose<'a>(keys: &'a [Key], id: Option<&str>, algorithm: &str) -> Option<&'a Key> {
    let mut fitting = keys.iter().filter(|key| key.algorithm().as_str() == algorithm);
    match id {
        Some(id) => fitting.find(|key| key.id.as_deref() == Some(id)),
        None => fitting.next().filter(|_| fitting.next().is_none()),
    }
}

/// The keys of a JWK set that verify signatures; those of other kinds are passed over. None for what is no such set.
pub fn read(set: &[u8]) -> Option<Vec<Key>> {
    let Set { keys } = serde_json::from_slice(set).ok()?;
    let known = keys.into_iter().take(MOST_KEYS);
    Some(known.filter_map(|key| serde_json::from_value::<Published>(key).ok()?.key()).collect())
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    key_ops: Option<Vec<String>>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Published {
    fn key(self) -> Option<Key> {
        let is_for_signatures = self.used_for.as_deref().is_none_or(|used_for| used_for == "sig")
            && self.key_ops.is_none_or(|operations| operations.iter().any(|one| one == "verify"));
        if !is_for_signatures {
            return None;
        }
        let material = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => Material::Rsa {
                n: of_bytes(self.n, LEAST_MODULUS..=1024)?,
                e: of_bytes(self.e, 1..=8)?,
            },
            ("EC", Some("P-256")) => {
                Material::P256 { x: of_bytes(self.x, 32..=32)?, y: of_bytes(self.y, 32..=32)? }
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519 { x: of_bytes(self.x, 32..=32)? },
            _ => return None,
        };
        let key = Key { id: self.kid, material };
        self.alg.is_none_or(|alg| alg == key.algorithm().as_str()).then_some(key)
    }
}

/// A text that is so many bytes in base64url.
fn of_bytes(text: Option<String>, length: std::ops::RangeInclusive<usize>) -> Option<String> {
    let text = text?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&text).ok()?;
    length.contains(&bytes.len()).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base64(length: usize) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(vec![7; length])
    }

    #[track_caller]
    fn check(key: Value, expected: Option<Algorithm>) {
        let set = json!({ "keys": [key] }).to_string();
        let found = read(set.as_bytes()).unwrap();
        assert_eq!(found.first().map(Key::algorithm), expected, "{key}");
    }

    #[test]
    fn a_key_is_good_for_one_algorithm_and_says_no_other() {
        let rsa = || json!({ "kty": "RSA", "n": base64(256), "e": "AQAB" });
        let with = |mut key: Value, name: &str, value: Value| {
            key[name] = value;
            key
        };
        let ec = || json!({ "kty": "EC", "crv": "P-256", "x": base64(32), "y": base64(32) });
        check(rsa(), Some(Algorithm::Rs256));
        check(with(rsa(), "alg", json!("RS256")), Some(Algorithm::Rs256));
        check(with(rsa(), "use", json!("sig")), Some(Algorithm::Rs256));
        check(with(rsa(), "key_ops", json!(["verify"])), Some(Algorithm::Rs256));
        check(with(rsa(), "alg", json!("RS512")), None);
        check(with(rsa(), "alg", json!("HS256")), None);
        check(with(rsa(), "use", json!("enc")), None);
        check(with(rsa(), "key_ops", json!(["encrypt"])), None);
        check(with(rsa(), "n", json!(base64(255))), None);
        check(with(rsa(), "e", json!("*")), None);
        check(ec(), Some(Algorithm::Es256));
        check(with(ec(), "crv", json!("P-384")), None);
        check(with(ec(), "y", Value::Null), None);
        check(json!({ "kty": "OKP", "crv": "Ed25519", "x": base64(32) }), Some(Algorithm::EdDsa));
        check(json!({ "kty": "OKP", "crv": "Ed448", "x": base64(57) }), None);
        check(json!({ "kty": "oct", "k": base64(32) }), None);
        check(json!("no key"), None);
    }

    #[test]
    fn what_is_no_set_is_none() {
        for text in ["", "{}", "[]", "{\"keys\": 1}", "<html>"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read(b"{\"keys\": []}"), Some(Vec::new()));
    }

    #[test]
    fn the_key_is_chosen_by_name_and_must_fit_the_algorithm() {
        let key =
            |id: Option<&str>, material: Material| Key { id: id.map(str::to_owned), material };
        let rsa = || Material::Rsa { n: base64(256), e: "AQAB".to_owned() };
        let ed = || Material::Ed25519 { x: base64(32) };
        let keys = [key(Some("a"), rsa()), key(Some("b"), rsa()), key(Some("c"), ed())];
        let chosen = |id: Option<&str>, algorithm: &str| {
            choose(&keys, id, algorithm).and_then(|key| key.id.as_deref())
        };
        assert_eq!(chosen(Some("a"), "RS256"), Some("a"));
        assert_eq!(chosen(Some("b"), "RS256"), Some("b"));
        assert_eq!(chosen(Some("c"), "EdDSA"), Some("c"));
        assert_eq!(chosen(None, "EdDSA"), Some("c"));
        for (id, algorithm) in [
            (None, "RS256"),
            (Some("a"), "EdDSA"),
            (Some("a"), "HS256"),
            (Some("a"), "none"),
            (Some("a"), "rs256"),
            (Some("a"), "RS512"),
            (Some("d"), "RS256"),
        ] {
            assert_eq!(chosen(id, algorithm), None, "{id:?} {algorithm}");
        }
    }
}
