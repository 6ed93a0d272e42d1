//! Where a webhook may go: an address that anybody in the world could reach, and nothing inside the operator's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Characters of an address at most.
const LONGEST: usize = 2_000;

/// What the operator allows beside the public internet over TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Private, loopback and link-local addresses too.
    pub allows_private: bool,
    /// `http://` too.
    pub allows_http: bool,
}

impl Reach {
    /// The address that `text` spells, or what is wrong with it. What a name resolves to is seen only when it is called.
    pub fn parse(self, text: &str) -> Result<Url, String> {
        if text.len() > LONGEST {
            return Err(format!("an address has at most {LONGEST} characters"));
        }
        let url = Url::parse(text).map_err(|error| format!("not an address: {error}"))?;
        match url.scheme() {
            "https" => {}
            "http" if self.allows_http => {}
            "http" => return Err("the address must begin with https://".to_owned()),
            other => return Err(format!("`{other}` is no way to deliver anything")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address must not carry a name or password".to_owned());
        }
        if url.fragment().is_some() {
            return Err("an address must not have a fragment".to_owned());
        }
        let ip: Option<IpAddr> = match url.host() {
            None => return Err("an address names a host".to_owned()),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(ip)) => Some(ip.into()),
            Some(Host::Ipv6(ip)) => Some(ip.into()),
        };
        match ip.filter(|ip| !self.admits(*ip)) {
            Some(ip) => Err(format!("{ip} is not a public address")),
            None => Ok(url),
        }
    }

    /// Whether an address may be connected to.
    pub fn admits(self, ip: IpAddr) -> bool {
        self.allows_private || is_public(ip)
    }
}

/// Whether an address is one of the public internet: neither private, loopback, link-local, shared by carriers, multicast, reserved
/// nor unspecified, and no way round to one that is.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Only 2000::/3 is given out; what carries an IPv4 address in it is outside, or is refused here.
    let is_given_out = a & 0xe000 == 0x2000;
    let is_tunnel = a == 0x2002 || (a == 0x2001 && b < 0x0200);
    let is_example = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    is_given_out && !is_tunnel && !is_example
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_admitted() {
        for (ip, expected) in [
            ("93.184.216.34", true),
            ("8.8.8.8", true),
            ("100.63.255.255", true),
            ("100.128.0.1", true),
            ("172.15.0.1", true),
            ("172.32.0.1", true),
            ("192.0.1.1", true),
            ("2606:2800:220:1:248:1893:25c8:1946", true),
            ("2a00:1450:4001:81b::200e", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.255.255", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.1", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::127.0.0.1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:8.8.8.8", false),
            ("64:ff9b::7f00:1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::1", false),
            ("3fff::1", false),
            ("fc00::1", false),
            ("fd12:3456::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(ip.parse().unwrap()), expected, "{ip}");
        }
    }

    #[test]
    fn an_address_is_an_https_url_of_a_public_host() {
        let (strict, open) = (Reach::default(), Reach { allows_private: true, allows_http: true });
        for (text, is_strict, is_open) in [
            ("https://crm.acme.example/hooks?key=1", true, true),
            ("https://8.8.8.8:8443/", true, true),
            ("https://localhost/", true, true),
            ("http://crm.acme.example/", false, true),
            ("https://127.0.0.1/", false, true),
            ("https://2130706433/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://[::1]/", false, true),
            ("https://[::ffff:169.254.169.254]/", false, true),
            ("https://10.1.2.3/", false, true),
            ("https://ada:secret@crm.acme.example/", false, false),
            ("https://crm.acme.example/#part", false, false),
            ("ftp://crm.acme.example/", false, false),
            ("file:///etc/passwd", false, false),
            ("crm.acme.example", false, false),
            ("https://", false, false),
            ("", false, false),
        ] {
            assert_eq!(strict.parse(text).is_ok(), is_strict, "{text}");
            assert_eq!(open.parse(text).is_ok(), is_open, "{text}");
        }
        let long = format!("https://crm.acme.example/{}", "a".repeat(2_000));
        assert!(open.parse(&long).is_err());
    }
}
