//! Who asks: a user by an access token or an API token, or somebody on this very machine without one.

mod password;
mod token;

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use kinora_store::Role;

pub use kinora_domain::ANONYMOUS;
pub(crate) use password::Passwords;
pub(crate) use token::AccessTokens;
pub use token::{derive_key, hash_token, new_token};

use crate::door;
use crate::error::ApiError;
use crate::limits::{Class, Key};
use crate::state::ApiState;

/// A user who showed a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// A UUID.
    pub id: String,
    /// What they call themselves.
    pub name: String,
    /// What the token allows.
    pub role: Role,
}

/// As an extractor: only with a token.
impl FromRequestParts<ApiState> for Account {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.account.ok_or_else(|| {
            ApiError::unauthorized("This needs a token, also on this machine: send Authorization: Bearer with one.")
        })
    }
}

/// Who asks, as far as they said. As an extractor it refuses those who must say it and do not, whose token is not
/// valid (even where none is needed), and who call too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user; none where no token was shown.
    pub account: Option<Account>,
}

impl Caller {
    /// Whose the things are that they make and see.
    pub fn owner(&self) -> &str {
        self.account.as_ref().map_or(ANONYMOUS, |account| &account.id)
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Presented { account, refused } = Presented::from_request_parts(parts, state).await?;
        if account.is_none()
            && let Some(refused) = refused
        {
            return Err(refused);
        }
        let key = match &account {
            Some(account) => Key::User(account.id.clone()),
            None => Key::address(peer(parts)),
        };
        state.limits().check(Class::of(&parts.method, parts.uri.path()), &key)?;
        Ok(Caller { account })
    }
}

/// What was presented, whether it suffices or not: for those who only want to know.
pub(crate) struct Presented {
    /// Whose valid token was shown.
    pub account: Option<Account>,
    /// Why somebody without a token would not be let in.
    pub refused: Option<ApiError>,
}

impl FromRequestParts<ApiState> for Presented {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let account = match presented(parts)? {
            None => None,
            Some(token) => match read(state, &token).await? {
                Some(account) => Some(account),
                None => {
                    state.limits().check(Class::Account, &Key::address(peer(parts)))?;
                    return Err(ApiError::unauthorized("The token is not valid, or no longer."));
                }
            },
        };
        let outside = peer(parts).is_some_and(|peer| !peer.is_loopback());
        let refused = match door::refuse_anonymous(state.options(), parts) {
            None if outside => Some(ApiError::unauthorized("Only this machine is served without a token.")),
            refused => refused,
        };
        Ok(Presented { account, refused })
    }
}

/// Lets in who has a link that was signed for this path.
///
/// # Errors
/// 401 where the link is not good, 429 where too many such are tried.
pub(crate) fn follow_link(state: &ApiState, parts: &Parts, token: &str, path: &str) -> Result<(), ApiError> {
    let key = Key::address(peer(parts));
    if state.tokens().opens(token, path) {
        return state.limits().check(Class::Read, &key);
    }
    state.limits().check(Class::Account, &key)?;
    Err(ApiError::unauthorized("The link is not valid, or no longer; ask for a new one."))
}

/// Somebody who wants an account or an access token. As an extractor it refuses those who try too often.
pub(crate) struct Applicant;

impl FromRequestParts<ApiState> for Applicant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        match door::refuse_unknown_host(state.options(), parts) {
            Some(refused) => Err(refused),
            None => state.limits().check(Class::Account, &Key::address(peer(parts))).map(|()| Applicant),
        }
    }
}

/// The longest token that is looked at. An access token is about 300 bytes.
const LONGEST: usize = 4096;

/// The token of the `Authorization` header.
fn presented(parts: &Parts) -> Result<Option<String>, ApiError> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let Some(header) = headers.next() else {
        return Ok(None);
    };
    let token = header.to_str().ok().filter(|_| headers.next().is_none()).and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= LONGEST).then_some(token)
    });
    let wrong = || ApiError::unauthorized("Authorization cannot be read; it is to be Bearer and a token.");
    token.map(|token| Some(token.to_owned())).ok_or_else(wrong)
}

async fn read(state: &ApiState, token: &str) -> Result<Option<Account>, ApiError> {
    if !token.starts_with(token::PREFIX) {
        return Ok(state.tokens().read(token));
    }
    let user = state.store().user_by_token(&hash_token(token)).await?;
    Ok(user.map(|user| Account { id: user.id, name: user.name, role: user.role }))
}

/// Where the connection comes from; unknown where the router is called without one.
fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical())
}
