//! The door: CORS, and the rules that keep foreign pages from using a host that only its own machine reaches.
//!
//! A host on loopback asks for no token, so any website that its user opens could spend the user's money: by a
//! request from the page (which the browser marks with its `Origin`), or by a name of its own that it lets point to
//! 127.0.0.1 (which shows in `Host`). Both are refused here, before a handler sees them.

mod host;
mod origins;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub(crate) use host::host;
pub use origins::{InvalidOrigin, Origins};

use crate::error::ApiError;
use crate::extract::shown;
use crate::options::ApiOptions;
use crate::state::ApiState;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const ALLOWED: &str = "Authorization, Content-Type, Idempotency-Key, Prefer, Last-Event-ID, Range, If-None-Match, \
                       If-Range, X-Request-Id";
const EXPOSED: &str = "Location, Retry-After, ETag, Content-Range, Content-Disposition, X-Request-Id";
/// Seconds for which a browser need not ask again.
const MAX_AGE: &str = "600";

/// Middleware: answers preflights, refuses changes from foreign pages, and lets allowed pages read the answers.
pub(crate) async fn door(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return vary(next.run(request).await);
    };
    let allowed = is_allowed(state.options(), &origin, request.headers());
    if is_preflight(&request) {
        return vary(if allowed { preflight(&origin) } else { foreign(&origin).into_response() });
    }
    if !allowed && !request.method().is_safe() {
        return vary(foreign(&origin).into_response());
    }
    let mut response = next.run(request).await;
    if allowed {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    vary(response)
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(origin: &HeaderValue) -> Response {
    let fixed = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
        fixed(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        fixed(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
        fixed(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Caches must keep answers to different origins apart.
fn vary(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

fn foreign(origin: &HeaderValue) -> ApiError {
    let origin = String::from_utf8_lossy(origin.as_bytes());
    ApiError::forbidden(
        "foreign_origin",
        format!(
            "Pages of {} may not call this host. Its administrator can add them to server.cors_origins.",
            shown(&origin)
        ),
    )
}

/// Whether pages of an origin may call: those that the settings name, and those that this host has served itself.
/// A host that only its own machine reaches does not believe a name it does not know.
fn is_allowed(options: &ApiOptions, origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    options.cors_origins.allow(origin)
        || host(headers).is_some_and(|host| {
            origins::is_same(origin, &host)
                && (!options.loopback_only || is_known(options, host.host()) || origins::is_local(origin))
        })
}

fn is_known(options: &ApiOptions, host: &str) -> bool {
    host::is_loopback(host) || options.cors_origins.name(&host.to_ascii_lowercase())
}

/// Why somebody without a token is not let in; `None` where they are.
pub(crate) fn refuse_anonymous(options: &ApiOptions, parts: &Parts) -> Option<ApiError> {
    const TOKEN: &str = "send Authorization: Bearer with a token (POST /api/auth/login, or kinora token create)";
    if !options.loopback_only {
        return Some(ApiError::unauthorized(format!("This host asks for a token: {TOKEN}.")));
    }
    if let Some(name) = host::forwarding(&parts.headers) {
        let message = format!("This request came through a proxy (it has the header {name}), so {TOKEN}.");
        return Some(ApiError::unauthorized(message));
    }
    match host(&parts.headers) {
        Some(host) if host::is_loopback(host.host()) => {}
        _ => return Some(unknown_host(&parts.headers, &format!("use http://localhost, or {TOKEN}"))),
    }
    let origin = parts.headers.get(header::ORIGIN)?;
    (!is_allowed(options, origin, &parts.headers)).then(|| foreign(origin))
}

/// Why somebody who wants an account or a token is not let in: a page that has made its name point to this machine
/// could else make itself an account.
pub(crate) fn refuse_unknown_host(options: &ApiOptions, parts: &Parts) -> Option<ApiError> {
    let known = |host: axum::http::uri::Authority| is_known(options, host.host());
    let refused = options.loopback_only && !host(&parts.headers).is_some_and(known);
    refused.then(|| unknown_host(&parts.headers, "use http://localhost, or have the name added to server.cors_origins"))
}

fn unknown_host(headers: &HeaderMap, remedy: &str) -> ApiError {
    let host = headers.get(header::HOST).map(|host| String::from_utf8_lossy(host.as_bytes())).unwrap_or_default();
    ApiError::forbidden(
        "unknown_host",
        format!("This host is not known as {:?}, and serves nobody by that name: {remedy}.", shown(&host)),
    )
}
