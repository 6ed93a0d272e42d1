//! Who has asked for how much lately.
//!
//! One bucket a person or integration, whichever of their tokens they use; strangers are told apart by their address. There are so many
//! buckets at most, and the one that was not used for longest makes room: its owner begins anew.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::Value;
use lru::LruCache;

use super::{
    Now,
    answer::{Code, Refusal},
};
use crate::domain::allowance::{Bucket, Exhausted, Rate, Standing};

/// Callers remembered at a time, of about a hundred bytes each.
pub const MOST_CALLERS: NonZeroUsize = NonZeroUsize::new(65_536).unwrap();

/// Whose bucket it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    /// A person or an integration.
    Member(Arc<str>),
    /// A stranger, by the address: of IPv6, by the network that one customer has.
    Stranger(IpAddr),
}

impl Payer {
    /// Who pays for what `member` asks from `address`.
    pub fn new(member: Option<&Arc<str>>, address: IpAddr) -> Self {
        match (member, address) {
            (Some(id), _) => Self::Member(Arc::clone(id)),
            (None, IpAddr::V6(address)) => {
                let network = address.to_bits() & (u128::MAX << 64);
                Self::Stranger(Ipv6Addr::from_bits(network).into())
            }
            (None, address) => Self::Stranger(address),
        }
    }
}

/// The buckets of all callers.
pub struct Meter {
    rate: Rate,
    now: Now,
    buckets: Mutex<LruCache<Payer, Bucket>>,
}

impl Meter {
    /// A meter on which nobody has asked for anything.
    pub fn new(rate: Rate, now: Now) -> Self {
        Self { rate, now, buckets: Mutex::new(LruCache::new(MOST_CALLERS)) }
    }

    /// Lets `payer` pay, or says when there will be enough.
    pub fn take(&self, payer: &Payer, points: u64) -> Result<Standing, Refusal> {
        let now = (self.now)();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get_or_insert_mut_ref(payer, || Bucket::new(now));
        match bucket.take(self.rate, points, now) {
            Ok(fuller) => {
                *bucket = fuller;
                Ok(fuller.standing(self.rate, now))
            }
            Err(Exhausted(wait)) => Err(Code::RateLimited
                .refuse("too much was asked for lately; wait, then go on more slowly")
                .after(wait)),
        }
    }

    fn refund(&self, payer: &Payer, points: u64) -> Standing {
        let now = (self.now)();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get_or_insert_mut_ref(payer, || Bucket::new(now));
        *bucket = bucket.refund(points);
        bucket.standing(self.rate, now)
    }
}

/// What was paid for an operation before it runs.
pub struct Paid {
    meter: Arc<Meter>,
    payer: Payer,
    requested: u64,
    /// What was left then.
    pub standing: Standing,
}

impl Paid {
    /// Pays for an operation that may bring so many objects; one point was paid for asking.
    pub fn in_advance(meter: &Arc<Meter>, payer: Payer, nodes: u64) -> Result<Self, Refusal> {
        let requested = nodes.max(1);
        let standing = meter.take(&payer, requested - 1)?;
        Ok(Self { meter: Arc::clone(meter), payer, requested, standing })
    }

    /// Gives back what was not used; what `extensions.cost` says.
    pub fn settle(self, nodes: u64) -> Value {
        let actual = nodes.max(1);
        let left = self.meter.refund(&self.payer, self.requested.saturating_sub(actual));
        async_graphql::value!({
            "requested": self.requested,
            "actual": actual,
            "limit": left.limit,
            "remaining": left.remaining,
            "restoreRate": left.restore,
        })
    }
}
