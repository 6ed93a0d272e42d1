//! Who only brings bad tokens is asked to wait, before anybody looks them up.
//!
//! Each bad token is noted for the address that it came from; an address with too many of them has to wait until some are forgotten. Many
//! people may share an address: whose token was good lately is looked up all the same, and the wait has an end.

use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
};

use lru::LruCache;

use super::{
    Now,
    auth::{AuthFailure, Authenticator, Caller},
    meter::{MOST_CALLERS, Payer},
};
use crate::domain::allowance::{Bucket, Exhausted, Rate};

/// How many times the limit is remembered of an address at most: what comes at the same time is not waited for longer.
const MOST_REMEMBERED: u32 = 5;

/// Tokens remembered that were good, of sixteen bytes each.
const MOST_TOKENS: NonZeroUsize = NonZeroUsize::new(65_536).unwrap();

/// Bad tokens by address, and good ones.
pub struct Knocks {
    rate: Rate,
    now: Now,
    bad: Mutex<LruCache<Payer, Bucket>>,
    /// Of good tokens only a keyed hash is kept, which is of no use to anybody else.
    good: Mutex<LruCache<u64, ()>>,
    hasher: RandomState,
}

impl Knocks {
    /// Nobody has knocked yet; from each address so many bad tokens may come.
    pub fn new(rate: Rate, now: Now) -> Self {
        Self {
            rate,
            now,
            bad: Mutex::new(LruCache::new(MOST_CALLERS)),
            good: Mutex::new(LruCache::new(MOST_TOKENS)),
            hasher: RandomState::new(),
        }
    }

    /// Whether the token may be looked up.
    fn admit(&self, token: &str, address: IpAddr) -> Result<(), AuthFailure> {
        let wait = {
            let mut bad = self.bad.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(bucket) = bad.get(&Payer::new(None, address)) else { return Ok(()) };
            match bucket.take(self.rate, 1, (self.now)()) {
                Ok(_) => return Ok(()),
                Err(Exhausted(wait)) => wait,
            }
        };
        let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = good.get(&self.hasher.hash_one(token)).is_some();
        if is_known { Ok(()) } else { Err(AuthFailure::TooMany(wait)) }
    }

    fn note_good(&self, token: &str) {
        let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        good.put(self.hasher.hash_one(token), ());
    }

    fn note_bad(&self, token: &str, address: IpAddr) {
        let now = (self.now)();
        self.good.lock().unwrap_or_else(PoisonError::into_inner).pop(&self.hasher.hash_one(token));
        let mut bad = self.bad.lock().unwrap_or_else(PoisonError::into_inner);
        let payer = Payer::new(None, address);
        let bucket = bad.get_or_insert_mut_ref(&payer, || Bucket::new(now));
        let most = self.rate.limit.saturating_mul(MOST_REMEMBERED);
        *bucket = bucket.pour(self.rate, 1, most, now);
    }
}

/// Finds out whose the token is that was shown at `address`.
///
/// One that could not be looked up says nothing about who brought it.
pub async fn identify(
    knocks: Option<&Knocks>,
    authenticate: &Authenticator,
    token: Option<String>,
    address: IpAddr,
) -> Result<Caller, AuthFailure> {
    let (Some(knocks), Some(shown)) = (knocks, token.clone()) else {
        return authenticate(token).await;
    };
    knocks.admit(&shown, address)?;
    let found = authenticate(token).await;
    match &found {
        Ok(_) => knocks.note_good(&shown),
        Err(AuthFailure::Invalid) => knocks.note_bad(&shown, address),
        Err(AuthFailure::Unavailable | AuthFailure::TooMany(_)) => {}
    }
    found
}
