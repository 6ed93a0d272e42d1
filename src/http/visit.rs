//! Somebody at one of the doors: who, from where, and under which name the visit is remembered.

use std::net::{IpAddr, Ipv4Addr};

use async_graphql::{Request, parser::types::OperationType};
use axum::http::{Extensions, HeaderMap};

use super::{
    HttpState,
    answer::Refusal,
    auth::Caller,
    guard,
    meter::{Paid, Payer},
    record,
    serve::Peer,
};
use crate::graphql::execution::Again;

/// Where a request comes from that came by no connection.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// The way somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A request and its answer.
    Http,
    /// A request and a stream of answers.
    Stream,
    /// A socket.
    Socket,
}

impl Door {
    /// As the log and the metrics call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Stream => "stream",
            Self::Socket => "socket",
        }
    }
}

/// One operation's sender.
#[derive(Clone)]
pub struct Visit {
    /// Who asks.
    pub caller: Caller,
    /// From where.
    pub address: IpAddr,
    /// By which door.
    pub door: Door,
    /// The name under which it is remembered.
    pub request_id: String,
}

impl Visit {
    /// Lets what is asked in and has it paid for, or says why not.
    ///
    /// Asking costs a point whatever becomes of it, so that nobody refuses to stop.
    pub fn admit<E>(
        &self,
        house: &HttpState<E>,
        asked: guard::Asked,
    ) -> Result<(guard::Admitted, Option<Paid>), Refusal> {
        let admitted = self.weigh(house, asked);
        if let Err(refusal) = &admitted {
            record::refused(self, refusal);
        }
        admitted
    }

    fn weigh<E>(
        &self,
        house: &HttpState<E>,
        asked: guard::Asked,
    ) -> Result<(guard::Admitted, Option<Paid>), Refusal> {
        let payer = Payer::new(self.caller.id.as_ref(), self.address);
        if let Some(meter) = &house.meter {
            meter.take(&payer, 1)?;
        }
        let sees_schema = house.is_schema_open || self.caller.id.is_some();
        let mut admitted = guard::admit(asked, &house.documents, &house.outline, sees_schema)?;
        let meter = house.meter.as_ref();
        let paid = meter.map(|meter| Paid::in_advance(meter, payer, admitted.nodes)).transpose()?;
        let standing = paid.as_ref().map(|paid| paid.standing);
        let told = move |request: Request| match standing {
            Some(standing) => request.data(standing),
            None => request,
        };
        admitted.request = told(admitted.request);
        if admitted.kind == OperationType::Query {
            let recipe = admitted.recipe.clone();
            let again = Again::new(move || told(recipe.request()));
            admitted.request = admitted.request.data(again);
        }
        Ok((admitted, paid))
    }
}

/// Where a request comes from: the peer, or what the last `proxies` that it passed say of it.
pub fn address(extensions: &Extensions, headers: &HeaderMap, proxies: usize) -> IpAddr {
    let peer = extensions.get().map_or(UNKNOWN, |Peer(peer)| peer.ip());
    let Some(place) = proxies.checked_sub(1) else { return peer };
    let told = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = told.flat_map(|value| value.split(',')).map(str::trim).collect();
    told.iter().rev().nth(place).and_then(|address| address.parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(told: &[&'static str], proxies: usize, expected: &str) {
        let mut extensions = Extensions::new();
        extensions.insert(Peer("192.0.2.9:4000".parse().unwrap()));
        let mut headers = HeaderMap::new();
        for told in told {
            headers.append("x-forwarded-for", told.parse().unwrap());
        }
        assert_eq!(address(&extensions, &headers, proxies).to_string(), expected);
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        check(&["198.51.100.1"], 0, "192.0.2.9");
        check(&["198.51.100.1"], 1, "198.51.100.1");
        check(&["203.0.113.7, 198.51.100.1"], 1, "198.51.100.1");
        check(&["203.0.113.7", "198.51.100.1"], 2, "203.0.113.7");
        check(&["203.0.113.7"], 2, "192.0.2.9");
        check(&["unknown"], 1, "192.0.2.9");
        check(&[], 1, "192.0.2.9");
    }
}
