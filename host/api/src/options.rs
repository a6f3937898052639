//! How the API behaves, as the host's settings say.

use std::path::Path;
use std::time::Duration;

use kinora_workflows::{Choice, StoryFiles};

use crate::door::Origins;

/// How the API behaves.
#[derive(Clone)]
pub struct ApiOptions {
    /// Whose pages may call, beside those served from here.
    pub cors_origins: Origins,
    /// Whether every address that is listened on is a loopback address: only then may anybody come without a token.
    pub loopback_only: bool,
    /// What access tokens are signed with. Who knows it can be anybody, so it is random and never logged.
    pub jwt_secret: [u8; 32],
    /// How long an access token is good for.
    pub token_life: Duration,
    /// The largest JSON body, bytes.
    pub json_limit: usize,
    /// How long a body may take to arrive.
    pub body_patience: Duration,
    /// How often each may call.
    pub rate_limits: RateLimits,
    /// Who writes, by the provider's id; named in errors.
    pub text: String,
    /// Whether somebody plans films: a model, or who was chosen for texts on purpose.
    pub plans: bool,
    /// Who draws, by the provider's id; named in errors.
    pub image: String,
    /// Stories on disk.
    pub stories: StoryFiles,
    /// Who makes clips where a request names nobody.
    pub video: Choice,
    /// The version of Kinora, for people and for `/metrics`.
    pub version: String,
}

impl ApiOptions {
    /// The defaults: a host that only its own machine reaches.
    pub fn new(jwt_secret: [u8; 32]) -> Self {
        ApiOptions {
            cors_origins: Origins::default(),
            loopback_only: true,
            jwt_secret,
            token_life: Duration::from_secs(24 * 60 * 60),
            json_limit: 1 << 20,
            body_patience: Duration::from_secs(30),
            rate_limits: RateLimits::default(),
            text: "offline".into(),
            plans: false,
            image: "offline".into(),
            stories: StoryFiles::in_data(Path::new("kinora-data")),
            video: Choice { provider: "offline".into(), model: None },
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// How often each user, and each address without a token, may call within a minute. 0 means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Calls that ask a provider for something.
    pub generations: u32,
    /// Other calls that make or change something.
    pub changes: u32,
    /// Calls that read.
    pub reads: u32,
    /// Attempts to register, to log in or to use a token that is not valid, by address; attempts to log in also by
    /// name. Tight, because these are what a guesser of passwords does.
    pub accounts: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        RateLimits { generations: 1200, changes: 1200, reads: 12_000, accounts: 30 }
    }
}
