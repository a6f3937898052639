//! Tokens: API tokens, of which only the hash is kept, and access tokens (JWT), which are kept nowhere.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kinora_store::{Role, User};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Account;
use crate::error::ApiError;

/// What every API token begins with, so that people and secret scanners know one when they see it.
pub(super) const PREFIX: &str = "kin_";
const ISSUER: &str = "kinora";
/// The issuer of links, so that a link is no access token and the other way round.
const LINK_ISSUER: &str = "kinora-link";
/// How long a link is good for, at least, and how far its end is rounded up, seconds: a page that asks again gets the
/// same link, and does not load what it shows again.
const LINK_LIFE: u64 = 3600;

/// A new API token: `kin_` and 244 random bits. It is shown once; only its hash is kept.
pub fn new_token() -> String {
    let mut random = [0; 32];
    let (one, two) = random.split_at_mut(16);
    one.copy_from_slice(Uuid::new_v4().as_bytes());
    two.copy_from_slice(Uuid::new_v4().as_bytes());
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random))
}

/// What is kept of an API token: its SHA-256, hexadecimal. A token is random, so nothing slower is needed.
pub fn hash_token(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key to sign access tokens with, from a secret of any form. The same secret gives the same key.
pub fn derive_key(secret: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"kinora access tokens\0");
    hash.update(secret.as_bytes());
    hash.finalize().into()
}

/// Makes and reads access tokens.
pub(crate) struct AccessTokens {
    sign: EncodingKey,
    check: DecodingKey,
    rules: Validation,
    link_rules: Validation,
    life: Duration,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    name: String,
    role: String,
    iat: u64,
    exp: u64,
}

#[derive(Serialize, Deserialize)]
struct Link {
    iss: String,
    sub: String,
    exp: u64,
}

impl AccessTokens {
    pub fn new(secret: &[u8; 32], life: Duration) -> Self {
        let rules = |issuer| {
            let mut rules = Validation::new(Algorithm::HS256);
            rules.set_issuer(&[issuer]);
            rules.set_required_spec_claims(&["exp", "iss", "sub"]);
            rules.leeway = 0;
            rules
        };
        AccessTokens {
            sign: EncodingKey::from_secret(secret),
            check: DecodingKey::from_secret(secret),
            rules: rules(ISSUER),
            link_rules: rules(LINK_ISSUER),
            life,
        }
    }

    /// How long a token is good for, seconds.
    pub fn life(&self) -> u64 {
        self.life.as_secs()
    }

    /// A token for a user from now on.
    pub fn issue(&self, user: &User) -> Result<String, ApiError> {
        self.issue_at(user, jsonwebtoken::get_current_timestamp())
    }

    fn issue_at(&self, user: &User, now: u64) -> Result<String, ApiError> {
        let claims = Claims {
            iss: ISSUER.into(),
            sub: user.id.clone(),
            name: user.name.clone(),
            role: user.role.as_str().into(),
            iat: now,
            exp: now.saturating_add(self.life()),
        };
        self.sign(&claims)
    }

    fn sign(&self, claims: &impl Serialize) -> Result<String, ApiError> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.sign).map_err(|error| {
            tracing::error!("a token cannot be signed: {error}");
            ApiError::internal()
        })
    }

    /// A path with a token that opens it, for what cannot send headers, such as `<img>`.
    pub fn link(&self, path: &str) -> Result<String, ApiError> {
        self.link_at(path, jsonwebtoken::get_current_timestamp())
    }

    fn link_at(&self, path: &str, now: u64) -> Result<String, ApiError> {
        let exp = (now + LINK_LIFE).next_multiple_of(LINK_LIFE);
        let token = self.sign(&Link { iss: LINK_ISSUER.into(), sub: path.into(), exp })?;
        Ok(format!("{path}?token={token}"))
    }

    /// Whether a token opens a path.
    pub fn opens(&self, token: &str, path: &str) -> bool {
        jsonwebtoken::decode::<Link>(token, &self.check, &self.link_rules).is_ok_and(|link| link.claims.sub == path)
    }

    /// Whose token it is; none where it was not made here, was changed or is too old.
    pub fn read(&self, token: &str) -> Option<Account> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.check, &self.rules).ok()?.claims;
        Some(Account { id: claims.sub, name: claims.name, role: Role::parse(&claims.role)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

    fn user() -> User {
        User { id: "u1".into(), name: "ada".into(), password_hash: None, role: Role::User }
    }

    #[test]
    fn an_api_token_is_long_and_never_the_same_and_its_hash_is_a_sha_256() {
        let (one, two) = (new_token(), new_token());
        assert!(one.starts_with("kin_") && one.len() == 47, "{one}");
        assert_ne!(one, two);
        assert_eq!(hash_token("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn an_access_token_is_good_for_a_day_and_not_longer() {
        let tokens = AccessTokens::new(&[7; 32], LIFE);
        let now = jsonwebtoken::get_current_timestamp();
        let account = tokens.read(&tokens.issue(&user()).unwrap()).unwrap();
        assert_eq!((account.id.as_str(), account.name.as_str(), account.role), ("u1", "ada", Role::User));
        assert!(tokens.read(&tokens.issue_at(&user(), now - LIFE.as_secs() + 60).unwrap()).is_some());
        assert!(tokens.read(&tokens.issue_at(&user(), now - LIFE.as_secs() - 1).unwrap()).is_none());
    }

    #[test]
    fn a_link_opens_its_path_for_a_while_and_nothing_else() {
        let tokens = AccessTokens::new(&[7; 32], LIFE);
        let link = tokens.link("/a").unwrap();
        let token = link.strip_prefix("/a?token=").unwrap();
        assert!(tokens.opens(token, "/a") && !tokens.opens(token, "/b"));
        assert!(tokens.read(token).is_none());
        assert!(!tokens.opens(&tokens.issue(&user()).unwrap(), "u1"));
        let old = tokens.link_at("/a", jsonwebtoken::get_current_timestamp() - 2 * LINK_LIFE).unwrap();
        assert!(!tokens.opens(old.strip_prefix("/a?token=").unwrap(), "/a"));
    }

    #[test]
    fn a_token_that_was_changed_or_signed_by_another_is_none() {
        let tokens = AccessTokens::new(&[7; 32], LIFE);
        let token = tokens.issue(&user()).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let forged = |header: &str, claims: &str| {
            format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims), parts[2])
        };
        let claims = r#"{"iss":"kinora","sub":"u1","name":"ada","role":"admin","iat":1,"exp":99999999999}"#;
        assert!(tokens.read(&forged(r#"{"typ":"JWT","alg":"HS256"}"#, claims)).is_none());
        assert!(tokens.read(&forged(r#"{"typ":"JWT","alg":"none"}"#, claims)).is_none());
        assert!(tokens.read(&format!("{}.{}.", parts[0], parts[1])).is_none());
        assert!(AccessTokens::new(&[8; 32], LIFE).read(&token).is_none());
        assert!(tokens.read("").is_none());
    }
}
