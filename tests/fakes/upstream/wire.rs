//! What goes over the wire, and what is read off it.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::Request;

/// What goes over the wire.
pub enum Rendered {
    Reply {
        status: StatusCode,
        headers: HeaderMap,
        body: Content,
    },
    /// The connection is closed instead.
    Closed,
    /// A clip that says it has so many bytes; only its beginning comes.
    Announced(u64),
    /// The test asks for what the real API never answers here.
    Impossible(String),
}

/// The content of an answer.
pub enum Content {
    Json(Value),
    /// Bytes and their media type.
    Bytes(&'static str, Vec<u8>),
}

impl Rendered {
    /// A success with JSON.
    pub fn ok(body: Value) -> Self {
        reply(StatusCode::OK, body)
    }

    /// A file.
    pub fn file(media_type: &'static str, content: Vec<u8>) -> Self {
        Rendered::Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: Content::Bytes(media_type, content) }
    }

    /// The same with a header.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Rendered::Reply { headers, .. } = &mut self {
            let value = HeaderValue::from_str(value).expect("a header's value");
            headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// The same with other content.
    pub fn saying(mut self, media_type: &'static str, content: Vec<u8>) -> Self {
        if let Rendered::Reply { body, .. } = &mut self {
            *body = Content::Bytes(media_type, content);
        }
        self
    }

    pub(super) fn send(self) -> Response {
        match self {
            Rendered::Reply { status, headers, body } => {
                let mut response = match body {
                    Content::Json(body) => (status, axum::Json(body)).into_response(),
                    Content::Bytes(media_type, content) => {
                        (status, [("content-type", media_type)], content).into_response()
                    }
                };
                response.headers_mut().extend(headers);
                response
            }
            Rendered::Announced(bytes) => {
                // A stream, so that nobody counts what really comes.
                let beginning = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(super::media::CLIP)]);
                let headers = [("content-type", "video/mp4".to_owned()), ("content-length", bytes.to_string())];
                (headers, axum::body::Body::from_stream(beginning)).into_response()
            }
            Rendered::Impossible(why) => (StatusCode::NOT_IMPLEMENTED, why).into_response(),
            // An unwinding connection task is a closed connection. Unlike `panic!` this prints nothing.
            Rendered::Closed => std::panic::resume_unwind(Box::new("closed without an answer, as the test wants")),
        }
    }
}

/// An answer of JSON.
pub fn reply(status: StatusCode, body: Value) -> Rendered {
    Rendered::Reply { status, headers: HeaderMap::new(), body: Content::Json(body) }
}

/// The same by the status's number.
pub fn with_status(code: u16, body: Value) -> Rendered {
    reply(StatusCode::from_u16(code).expect("a status"), body)
}

/// The body of a request that must be JSON and say so.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn json_of(request: &Request) -> Result<Value, String> {
    let content_type = request.header("content-type");
    if content_type.split(';').next().map(str::trim) != Some("application/json") {
        return Err(format!("the Content-Type is {content_type:?}, not application/json"));
    }
    serde_json::from_slice(&request.body).map_err(|error| format!("the body cannot be parsed as JSON: {error}"))
}

/// A field of a form.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Field {
    pub filename: Option<String>,
    pub media_type: Option<String>,
    pub content: Vec<u8>,
}

/// The fields of a request that must be a form of several parts.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn form_of(request: &Request) -> Result<BTreeMap<String, Field>, String> {
    let content_type = request.header("content-type");
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").map(|b| b.trim_matches('"'));
    let boundary = boundary.ok_or_else(|| format!("the Content-Type is {content_type:?}, not that of a form"))?;
    // Every delimiter begins with a line's end, but for the first.
    let body = [b"\r\n", request.body.as_ref()].concat();
    let delimiter = format!("\r\n--{boundary}");
    let mut pieces = split(&body, delimiter.as_bytes()).into_iter().skip(1);
    let mut fields = BTreeMap::new();
    loop {
        match pieces.next() {
            Some(piece) if piece.starts_with(b"--") => return Ok(fields),
            Some(piece) => {
                let (name, field) = field(piece).ok_or("a part of the form has no name")?;
                fields.insert(name, field);
            }
            None => return Err("the form has no end".into()),
        }
    }
}

fn field(piece: &[u8]) -> Option<(String, Field)> {
    let end = piece.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&piece[..end]).ok()?;
    let line = |name: &str| head.lines().find(|line| line.to_lowercase().starts_with(name));
    let disposition = line("content-disposition:")?;
    let quoted = |name: &str| {
        let (_, rest) = disposition.split_once(&format!("; {name}=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let media_type = line("content-type:").map(|line| line["content-type:".len()..].trim().to_owned());
    Some((quoted("name")?, Field { filename: quoted("filename"), media_type, content: piece[end + 4..].to_vec() }))
}

fn split<'a>(mut rest: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    while let Some(at) = rest.windows(delimiter.len()).position(|part| part == delimiter) {
        pieces.push(&rest[..at]);
        rest = &rest[at + delimiter.len()..];
    }
    pieces.push(rest);
    pieces
}
