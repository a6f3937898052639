//! Bodies of requests: text and bytes the component gave, and blobs that go from the store to the wire without ever
//! being in memory as a whole. Their length is always known beforehand, because some upstreams refuse chunked bodies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use kinora_store::{BlobError, BlobId, Blobs};
use reqwest::header::HeaderValue;

use crate::protocol::{self, BodyPart};

/// A body, as planned.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Bytes(Bytes),
    Raw(BlobId),
    Base64(BlobId),
}

impl Body {
    /// Reads what a component wants to send; with it the content type, where that is the host's to say.
    ///
    /// # Errors
    /// What is wrong, as the second half of a sentence.
    pub(super) fn read(
        body: protocol::Body,
        most_bytes: usize,
        most_parts: usize,
    ) -> Result<(Self, Option<HeaderValue>), String> {
        let mut pieces = Vec::new();
        let mut content_type = None;
        let count = match &body {
            protocol::Body::Empty => 0,
            protocol::Body::Parts(parts) => parts.len(),
            protocol::Body::Form(fields) => fields.len(),
        };
        if count > most_parts {
            return Err(format!("its body has {count} parts, more than {most_parts}"));
        }
        match body {
            protocol::Body::Empty => {}
            protocol::Body::Parts(parts) => {
                for part in parts {
                    pieces.push(piece(part)?);
                }
            }
            protocol::Body::Form(fields) => {
                // Only for its boundary: it is random, so no content can have been made to contain it.
                let form = reqwest::multipart::Form::new();
                let boundary = form.boundary();
                for field in fields {
                    pieces.push(Piece::Bytes(field_head(boundary, &field)?.into()));
                    pieces.push(piece(field.value)?);
                    pieces.push(Piece::Bytes(Bytes::from_static(b"\r\n")));
                }
                pieces.push(Piece::Bytes(format!("--{boundary}--\r\n").into()));
                let value = format!("multipart/form-data; boundary={boundary}");
                content_type = Some(HeaderValue::from_str(&value).expect("a boundary is hexadecimal digits and `-`"));
            }
        }
        let inline: usize = pieces.iter().map(Piece::inline).sum();
        if inline > most_bytes {
            return Err(format!(
                "its body has {inline} bytes of its own, more than {most_bytes}; large contents are sent as blobs"
            ));
        }
        pieces.retain(|piece| !matches!(piece, Piece::Bytes(bytes) if bytes.is_empty()));
        Ok((Body { pieces }, content_type))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The body's length in bytes.
    ///
    /// # Errors
    /// Where a blob is missing or the store fails.
    pub(super) async fn length(&self, blobs: &Blobs) -> Result<u64, BlobError> {
        let mut length = 0u64;
        for piece in &self.pieces {
            length += match piece {
                Piece::Bytes(bytes) => bytes.len() as u64,
                Piece::Raw(id) => blobs.head(id).await?.size,
                Piece::Base64(id) => blobs.head(id).await?.size.div_ceil(3) * 4,
            };
        }
        Ok(length)
    }

    /// The body for the wire. A blob is opened when its turn comes.
    pub(super) fn into_wire(mut self, blobs: &Blobs) -> reqwest::Body {
        match (&mut self.pieces[..], ()) {
            ([], ()) => return reqwest::Body::default(),
            ([Piece::Bytes(bytes)], ()) => return std::mem::take(bytes).into(),
            _ => {}
        }
        let blobs = blobs.clone();
        let pieces = stream::iter(self.pieces).then(move |piece| {
            let blobs = blobs.clone();
            async move {
                Ok::<_, BlobError>(match piece {
                    Piece::Bytes(bytes) => stream::iter([Ok(bytes)]).boxed(),
                    Piece::Raw(id) => blobs.open(&id).await?.1,
                    Piece::Base64(id) => base64(blobs.open(&id).await?.1).boxed(),
                })
            }
        });
        reqwest::Body::wrap_stream(pieces.try_flatten())
    }
}

impl Piece {
    fn inline(&self) -> usize {
        match self {
            Piece::Bytes(bytes) => bytes.len(),
            Piece::Raw(_) | Piece::Base64(_) => 0,
        }
    }
}

fn piece(part: BodyPart) -> Result<Piece, String> {
    let id = |handle: String| handle.parse::<BlobId>().map_err(|error| error.to_string());
    Ok(match part {
        BodyPart::Text(text) => Piece::Bytes(text.into()),
        BodyPart::Bytes(bytes) => Piece::Bytes(bytes.into()),
        BodyPart::BlobRaw(handle) => Piece::Raw(id(handle)?),
        BodyPart::BlobBase64(handle) => Piece::Base64(id(handle)?),
    })
}

/// What stands before a field's value, with names escaped as browsers do (HTML, "multipart/form-data").
fn field_head(boundary: &str, field: &protocol::FormField) -> Result<String, String> {
    let quoted = |text: &str| text.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22");
    let mut head = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"", quoted(&field.name));
    if let Some(filename) = &field.filename {
        head.push_str(&format!("; filename=\"{}\"", quoted(filename)));
    }
    head.push_str("\r\n");
    // A file out of the store is what the host knows it to be: upstreams refuse files of no type.
    let stored = match &field.value {
        BodyPart::BlobRaw(handle) => handle.parse::<BlobId>().ok().map(|id| id.media_type().to_owned()),
        _ => None,
    };
    if let Some(media_type) = field.media_type.clone().or(stored) {
        if !media_type.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
            return Err(format!("the media type of its field {:?} is malformed", field.name));
        }
        head.push_str(&format!("content-type: {media_type}\r\n"));
    }
    head.push_str("\r\n");
    Ok(head)
}

/// Base64 of a stream. Three bytes make four characters, so what is left of a piece waits for the next one.
fn base64<E>(content: impl Stream<Item = Result<Bytes, E>> + Send) -> impl Stream<Item = Result<Bytes, E>> + Send
where
    E: Send,
{
    let ended = stream::iter([None]);
    content.map(Some).chain(ended).scan(BytesMut::new(), |left, piece| {
        let encoded = match piece {
            Some(Err(error)) => Err(error),
            Some(Ok(piece)) => {
                left.extend_from_slice(&piece);
                let whole = left.len() - left.len() % 3;
                Ok(Bytes::from(STANDARD.encode(left.split_to(whole))))
            }
            None => Ok(Bytes::from(STANDARD.encode(left.split()))),
        };
        std::future::ready(Some(encoded))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_out_of_the_store_has_the_type_of_its_blob_unless_it_says_another() {
        let value = BodyPart::BlobRaw(format!("{}.png", "0".repeat(64)));
        let stored = protocol::FormField { value, ..field("image", Some("a.png"), None) };
        assert!(field_head("b", &stored).expect("a head").contains("content-type: image/png\r\n"));
        let said = protocol::FormField { media_type: Some("image/x-raw".into()), ..stored };
        assert!(field_head("b", &said).expect("a head").contains("content-type: image/x-raw\r\n"));
    }

    #[tokio::test]
    async fn base64_does_not_depend_on_the_pieces() {
        let content: Vec<u8> = (0..=255).collect();
        for length in 0..20 {
            for size in 1..8 {
                let pieces = content[..length].chunks(size).map(|piece| Ok::<_, ()>(Bytes::copy_from_slice(piece)));
                let encoded: Vec<Bytes> = base64(stream::iter(pieces)).try_collect().await.expect("encoded");
                assert_eq!(encoded.concat(), STANDARD.encode(&content[..length]).into_bytes());
            }
        }
    }

    fn field(name: &str, filename: Option<&str>, media_type: Option<&str>) -> protocol::FormField {
        protocol::FormField {
            name: name.into(),
            filename: filename.map(Into::into),
            media_type: media_type.map(Into::into),
            value: BodyPart::Text("x".into()),
        }
    }

    #[test]
    fn a_field_cannot_write_headers() {
        let head = field_head("b", &field("a\"\r\nx: y", Some("f\"\r\n.png"), None)).expect("a head");
        assert_eq!(head.matches("\r\n").count(), 3, "{head}");
        assert!(head.contains("name=\"a%22%0D%0Ax: y\"; filename=\"f%22%0D%0A.png\""), "{head}");
        assert!(field_head("b", &field("a", None, Some("text/plain\r\nx: y"))).is_err());
    }

    #[test]
    fn what_is_no_blob_is_refused() {
        let body = protocol::Body::Parts(vec![BodyPart::BlobRaw("../../etc/passwd".into())]);
        assert!(Body::read(body, 10, 10).is_err());
    }

    #[test]
    fn bodies_are_bounded() {
        let parts = |count| protocol::Body::Parts(vec![BodyPart::Text("12345".into()); count]);
        assert!(Body::read(parts(2), 10, 10).is_ok());
        assert!(Body::read(parts(3), 10, 10).is_err());
        assert!(Body::read(parts(11), 1000, 10).is_err());
    }
}
