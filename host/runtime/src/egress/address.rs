//! Which addresses are whose. The ranges are those of the IANA special-purpose registries (RFC 6890 and what followed
//! it), plus the few public-looking addresses behind which clouds keep their metadata services.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who may be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// The internet: globally reachable addresses only.
    Public,
    /// This machine only: an override on loopback.
    Loopback,
    /// What the administrator marked `allow_private`: the internet, private networks and this machine.
    Private,
}

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Loopback,
    Private,
    /// For nobody, whatever was allowed: no model is served from there, but a cloud's keys may be.
    Never,
}

use Class::{Loopback, Never, Private};

const V4: &[(Ipv4Addr, u32, Class, &str)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, Never, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Private, "a private network"),
    (Ipv4Addr::new(100, 100, 100, 200), 32, Never, "a cloud's metadata service"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Private, "a carrier's shared network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Loopback, "this machine"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, Never, "a cloud's metadata service"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Never, "link-local, where clouds keep their metadata service"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Private, "a private network"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Never, "reserved for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Never, "for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Never, "6to4 relays"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Private, "a private network"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Private, "a test network"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Never, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Never, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Never, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Never, "reserved"),
];

/// Only these are globally reachable; all the rest of IPv6 is not.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

const V6: &[(Ipv6Addr, u32, Class, &str)] = &[
    (Ipv6Addr::LOCALHOST, 128, Loopback, "this machine"),
    (Ipv6Addr::UNSPECIFIED, 128, Never, "no address"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, Never, "an IPv4 address in disguise"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0, 0, 0), 96, Never, "an IPv4 address in disguise"),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, Never, "an IPv4 address behind NAT64"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, Never, "an IPv4 address behind NAT64"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Never, "reserved for protocols"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Never, "for documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Never, "an IPv4 address behind 6to4"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Never, "for documentation"),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128, Never, "a cloud's metadata service"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Private, "a private network"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Never, "link-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Never, "multicast"),
];

/// The class of an address and what it is in words; none where it is globally reachable.
fn special(address: IpAddr) -> Option<(Class, &'static str)> {
    match address {
        IpAddr::V4(address) => V4
            .iter()
            .find(|(base, prefix, ..)| (address.to_bits() ^ base.to_bits()) >> (32 - prefix) == 0)
            .map(|&(_, _, class, words)| (class, words)),
        IpAddr::V6(address) => {
            let within =
                |base: Ipv6Addr, prefix: u32| (address.to_bits() ^ base.to_bits()).checked_shr(128 - prefix) == Some(0);
            let found = V6.iter().find(|(base, prefix, ..)| within(*base, *prefix));
            match found {
                Some(&(_, _, class, words)) => Some((class, words)),
                None if within(GLOBAL_V6.0, GLOBAL_V6.1) => None,
                None => Some((Never, "not globally reachable")),
            }
        }
    }
}

/// Whether an address may be connected to.
///
/// # Errors
/// What the address is, in words that end a sentence: "a private network".
pub(super) fn check(address: IpAddr, scope: Scope) -> Result<(), &'static str> {
    match (special(address), scope) {
        (None, Scope::Public | Scope::Private) => Ok(()),
        (Some((Loopback, _)), Scope::Loopback) => Ok(()),
        (Some((Loopback | Private, _)), Scope::Private) => Ok(()),
        (None, Scope::Loopback) => Err("not this machine"),
        (Some((_, words)), _) => Err(words),
    }
}

/// Whether an address is this machine's own.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    matches!(special(address), Some((Loopback, _)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(address: &str, scope: Scope) -> bool {
        check(address.parse().expect("an address"), scope).is_ok()
    }

    #[test]
    fn the_internet_is_public() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:82a::200e",
            "2001:4860:4860::8888",
        ] {
            assert!(allowed(address, Scope::Public), "{address}");
            assert!(allowed(address, Scope::Private), "{address}");
            assert!(!allowed(address, Scope::Loopback), "{address}");
        }
    }

    #[test]
    fn private_networks_and_this_machine_need_the_administrators_word() {
        for address in [
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.254",
            "127.0.0.1",
            "127.255.255.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "::1",
            "fc00::1",
            "fd00::1",
            "fd12:3456:789a::1",
            "fdff:ffff::1",
        ] {
            assert!(!allowed(address, Scope::Public), "{address}");
            assert!(allowed(address, Scope::Private), "{address}");
        }
    }

    #[test]
    fn some_addresses_are_for_nobody() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "100.100.100.200",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "169.254.170.2",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::127.0.0.1",
            "::ffff:0.0.0.0",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            for scope in [Scope::Public, Scope::Loopback, Scope::Private] {
                assert!(!allowed(address, scope), "{address} in {scope:?}");
            }
        }
    }

    #[test]
    fn an_override_on_loopback_reaches_this_machine_and_no_further() {
        for address in ["127.0.0.1", "127.8.8.8", "::1"] {
            assert!(allowed(address, Scope::Loopback), "{address}");
            assert!(is_loopback(address.parse().expect("an address")));
        }
        for address in ["8.8.8.8", "10.0.0.1", "192.168.0.1", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0"] {
            assert!(!allowed(address, Scope::Loopback), "{address}");
        }
    }
}
