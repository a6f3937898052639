//! Accounts: `/api/auth/register`, `/api/auth/login`, `/api/auth/status`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinora_store::{NewUser, Role, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{ANONYMOUS, Applicant, Presented};
use crate::error::ApiError;
use crate::extract::{JsonBody, shown};
use crate::limits::{Class, Key};
use crate::state::ApiState;

/// The longest name, characters.
const LONGEST_NAME: usize = 64;
/// The shortest and the longest password, bytes. The longest is far beyond what people type, and bounds what is hashed.
const PASSWORD: std::ops::RangeInclusive<usize> = 8..=256;

/// A name and a password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Credentials {
    /// 1 to 64 letters, digits, `.`, `_`, `-`, `@` or `+`.
    #[schema(example = "ada")]
    username: String,
    /// 8 to 256 bytes.
    #[schema(example = "correct horse battery", format = Password)]
    password: String,
}

/// An access token.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessToken {
    /// For the header `Authorization: Bearer …`.
    access_token: String,
    /// `bearer`.
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    /// Whose it is.
    user_id: String,
    /// Their name.
    username: String,
    /// `user` or `admin`.
    role: &'static str,
}

/// Who asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthStatus {
    /// Whether a valid token was shown.
    authenticated: bool,
    /// Whose things are seen; null where a token is needed and none was shown.
    user_id: Option<String>,
    /// The user's name.
    username: Option<String>,
    /// `user` or `admin`, as the token says.
    role: Option<&'static str>,
    /// Whether this caller may generate without a token.
    anonymous_allowed: bool,
}

/// Makes an account
///
/// Answers with an access token, so that nobody need log in right away.
#[utoipa::path(post, path = "/auth/register", tag = "accounts", operation_id = "register", request_body = Credentials,
    responses((status = 201, description = "The account is made", body = AccessToken),
              (status = 409, description = "The name is taken", body = crate::error::ErrorBody)))]
pub(crate) async fn register(
    _: Applicant,
    State(state): State<ApiState>,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<(StatusCode, Json<AccessToken>), ApiError> {
    let Credentials { username, password } = credentials;
    check_name(&username)?;
    check_password(&password)?;
    let hash = state.passwords().hash(password).await?;
    let user = NewUser { name: username.clone(), password_hash: Some(hash), role: Role::User };
    match state.store().create_user(user).await {
        Ok(user) => Ok((StatusCode::CREATED, Json(access_token(&state, user)?))),
        Err(StoreError::Conflict(_)) => {
            Err(ApiError::conflict("username_taken", format!("The name {username} is taken; choose another.")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Gives an access token for a name and its password
#[utoipa::path(post, path = "/auth/login", tag = "accounts", operation_id = "log_in", request_body = Credentials,
    responses((status = 200, description = "An access token", body = AccessToken),
              (status = 401, description = "The name or the password is wrong", body = crate::error::ErrorBody)))]
pub(crate) async fn login(
    _: Applicant,
    State(state): State<ApiState>,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Json<AccessToken>, ApiError> {
    let Credentials { username, password } = credentials;
    // What no account can have is answered as what no account has; it only need not be looked up or hashed.
    let wrong = || ApiError::unauthorized("The name or the password is wrong.");
    if check_name(&username).is_err() || !PASSWORD.contains(&password.len()) {
        return Err(wrong());
    }
    state.limits().check(Class::Account, &Key::Name(username.clone()))?;
    let user = state.store().user_by_name(&username).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    match (state.passwords().verify(password, hash).await?, user) {
        (true, Some(user)) => access_token(&state, user).map(Json),
        _ => Err(wrong()),
    }
}

/// Says who asks
#[utoipa::path(get, path = "/auth/status", tag = "accounts", operation_id = "show_auth_status",
    responses((status = 200, description = "Who asks", body = AuthStatus)), security((), ("bearer" = [])))]
pub(crate) async fn status(Presented { account, refused }: Presented) -> Json<AuthStatus> {
    let anonymous_allowed = refused.is_none();
    let (user_id, username, role) = match account {
        Some(account) => (Some(account.id), Some(account.name), Some(account.role.as_str())),
        None => (anonymous_allowed.then(|| ANONYMOUS.into()), None, None),
    };
    Json(AuthStatus { authenticated: username.is_some(), user_id, username, role, anonymous_allowed })
}

fn access_token(state: &ApiState, user: kinora_store::User) -> Result<AccessToken, ApiError> {
    Ok(AccessToken {
        access_token: state.tokens().issue(&user)?,
        token_type: "bearer",
        expires_in: state.tokens().life(),
        user_id: user.id,
        username: user.name,
        role: user.role.as_str(),
    })
}

fn check_name(name: &str) -> Result<(), ApiError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-@+".contains(c);
    if (1..=LONGEST_NAME).contains(&name.chars().count()) && name.chars().all(plain) {
        return Ok(());
    }
    Err(ApiError::invalid(
        "username",
        format!(
            "username is {:?}, and may be 1 to {LONGEST_NAME} letters (a to z), digits, '.', '_', '-', '@' and '+'.",
            shown(name)
        ),
    ))
}

fn check_password(password: &str) -> Result<(), ApiError> {
    if PASSWORD.contains(&password.len()) {
        return Ok(());
    }
    Err(ApiError::invalid(
        "password",
        format!("password has {} bytes, and may have {} to {}.", password.len(), PASSWORD.start(), PASSWORD.end()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_passwords_are_bounded_and_a_password_is_not_repeated() {
        for good in ["a", "ada.lovelace@example.com", &"x".repeat(64)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", " ada", "a\0b", "ада", &"x".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        assert!(check_password("12345678").is_ok() && check_password(&"x".repeat(256)).is_ok());
        assert!(check_password(&"x".repeat(257)).is_err());
        assert!(!check_password("hunter2").unwrap_err().message().contains("hunter2"));
    }
}
