//! Signatures as Standard Webhooks wants them: an endpoint knows by them who speaks, and that nothing was changed or kept back.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What a secret begins with when it is shown.
const PREFIX: &str = "whsec_";

/// A secret that the house shares with one endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(pub [u8; 32]);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSecret").finish_non_exhaustive()
    }
}

impl WebhookSecret {
    /// As it is shown, once.
    pub fn shown(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }

    /// The signature under a message that is sent at `timestamp`, in seconds.
    fn sign(&self, id: &str, timestamp: i64, body: &str) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [id, ".", &timestamp.to_string(), ".", body] {
            mac.update(part.as_bytes());
        }
        Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
    }
}

/// The header `webhook-signature`: one for each secret that is valid.
pub fn signatures(secrets: &[WebhookSecret], id: &str, timestamp: i64, body: &str) -> String {
    let signed = secrets.iter().filter_map(|secret| secret.sign(id, timestamp, body));
    signed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with another implementation of HMAC: Python's.
    #[test]
    fn a_message_is_signed_with_each_secret() {
        let (one, other) = (WebhookSecret([1; 32]), WebhookSecret([2; 32]));
        assert_eq!(one.shown(), "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
        let body = "{\"test\": 2432232314}";
        assert_eq!(
            signatures(&[one, other], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,d8asl+kiM8rGYv5f96CWaB7DltT12R+GlcKk/tAeKa8= v1,5EfzFTCpaSoBsUpTmplrGscVQQyoOGUl+FR3AUi5ZL0="
        );
    }
}
