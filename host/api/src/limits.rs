//! How often each may call. The defaults are far above what a person or a frontend does; they stop loops and guessers.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{Method, StatusCode};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::error::ApiError;
use crate::options::RateLimits;

/// After so many checks, those who have been away for a minute are forgotten.
const SWEEP: u32 = 4096;

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A user, by id.
    User(String),
    /// Whoever calls from an address; of IPv6 the /64, which is what one customer has.
    Address(Option<IpAddr>),
    /// Whoever tries to be this user.
    Name(String),
}

impl Key {
    pub fn address(address: Option<IpAddr>) -> Self {
        Key::Address(address.map(|address| match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
            v4 => v4,
        }))
    }
}

/// How the paths end whose calls ask a provider.
const GENERATING: [&str; 6] = [
    "/scenario/generate",
    "/mv/create_scenes",
    "/mv/generate_character_reference",
    "/mv/generate_video",
    "/ai/plan",
    "/ai/plan_and_apply",
];

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Asks a provider for something, which costs money.
    Generate,
    Change,
    Read,
    Account,
}

impl Class {
    /// The class of a call that is not about accounts.
    pub fn of(method: &Method, path: &str) -> Self {
        match method {
            method if method.is_safe() => Class::Read,
            &Method::POST if is_generating(path) => Class::Generate,
            _ => Class::Change,
        }
    }
}

/// Whether a call of this path asks a provider.
fn is_generating(path: &str) -> bool {
    // Those of the two-step contract have a name of their own each.
    GENERATING.iter().any(|end| path.ends_with(end))
        || path.rsplit('/').next().is_some_and(|name| name.starts_with("generate-"))
}

pub(crate) struct Limits {
    generations: Option<Limiter>,
    changes: Option<Limiter>,
    reads: Option<Limiter>,
    accounts: Option<Limiter>,
}

struct Limiter {
    limiter: DefaultKeyedRateLimiter<Key>,
    checks: AtomicU32,
}

impl Limits {
    pub fn new(limits: RateLimits) -> Self {
        let limiter = |per_minute: u32| {
            NonZeroU32::new(per_minute).map(|per_minute| Limiter {
                limiter: DefaultKeyedRateLimiter::keyed(Quota::per_minute(per_minute)),
                checks: AtomicU32::new(0),
            })
        };
        Limits {
            generations: limiter(limits.generations),
            changes: limiter(limits.changes),
            reads: limiter(limits.reads),
            accounts: limiter(limits.accounts),
        }
    }

    /// Counts a call.
    pub fn check(&self, class: Class, key: &Key) -> Result<(), ApiError> {
        let limiter = match class {
            Class::Generate => &self.generations,
            Class::Change => &self.changes,
            Class::Read => &self.reads,
            Class::Account => &self.accounts,
        };
        limiter.as_ref().map_or(Ok(()), |limiter| limiter.check(key))
    }
}

impl Limiter {
    fn check(&self, key: &Key) -> Result<(), ApiError> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            let per_minute = until.quota().burst_size();
            ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                format!("More than {per_minute} such calls came within a minute. Try again in {seconds} s."),
            )
            .retry_after(seconds)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Key {
        Key::address(Some(text.parse().unwrap()))
    }

    #[test]
    fn who_calls_too_often_is_told_when_to_come_back_and_others_are_served() {
        let limits = Limits::new(RateLimits { changes: 2, generations: 1, reads: 0, accounts: 1 });
        let (one, other) = (Key::User("one".into()), Key::User("other".into()));
        assert!(limits.check(Class::Change, &one).is_ok());
        assert!(limits.check(Class::Change, &one).is_ok());
        let refused = limits.check(Class::Change, &one).unwrap_err();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.message().ends_with("Try again in 30 s."), "{refused:?}");
        assert!(limits.check(Class::Change, &other).is_ok());
        assert!(limits.check(Class::Account, &one).is_ok());
        // Each class is counted apart.
        assert!(limits.check(Class::Generate, &one).is_ok());
        assert!(limits.check(Class::Generate, &one).is_err());
    }

    #[test]
    fn what_asks_a_provider_is_a_class_of_its_own() {
        assert_eq!(Class::of(&Method::POST, "/api/v1/mv/generate_video"), Class::Generate);
        assert_eq!(Class::of(&Method::POST, "/api/mv/merge"), Class::Change);
        assert_eq!(Class::of(&Method::DELETE, "/api/jobs/x"), Class::Change);
        assert_eq!(Class::of(&Method::GET, "/api/mv/generate_video"), Class::Read);
    }

    #[test]
    fn zero_means_no_limit() {
        let limits = Limits::new(RateLimits { changes: 0, generations: 0, reads: 0, accounts: 0 });
        assert!((0..10_000).all(|_| limits.check(Class::Change, &address("127.0.0.1")).is_ok()));
    }

    #[test]
    fn the_addresses_of_one_ipv6_customer_are_one() {
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:192.0.2.7"), address("192.0.2.7"));
        assert_ne!(address("192.0.2.7"), address("192.0.2.8"));
    }
}
