//! Bodies of JSON with files inside. A file never enters this component: it stands in the JSON as [`blob`], and the
//! host puts its bytes there in base64.

use kinora_sdk::provider::{Body, BodyPart, HttpRequest};
use serde_json::{Value, json};

use crate::ENDPOINT;

/// Stands for a blob inside a body. What a person writes becomes strings and never an object, so nothing that is
/// written can stand for a blob.
const BLOB: &str = "$blob-base64";

/// The content of a blob, in base64.
pub fn blob(handle: &str) -> Value {
    json!({BLOB: handle})
}

/// The media type of a blob. The host names blobs by their content and ends the name as a file would end; a name that
/// says nothing is taken for a PNG.
pub fn media_type(handle: &str) -> &'static str {
    match handle.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "heif" => "image/heif",
        "avif" => "image/avif",
        "bmp" => "image/bmp",
        "tif" => "image/tiff",
        _ => "image/png",
    }
}

/// A POST of JSON with blobs inside.
pub fn post(path: &str, body: &Value) -> HttpRequest {
    let mut parts = Vec::new();
    let mut text = String::new();
    write(body, &mut text, &mut parts);
    parts.push(BodyPart::Text(text));
    HttpRequest { body: Body::Parts(parts), ..HttpRequest::post_json(ENDPOINT, path, &Value::Null) }
}

fn write(value: &Value, text: &mut String, parts: &mut Vec<BodyPart>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(handle)) = fields.get(BLOB) {
                text.push('"');
                parts.push(BodyPart::Text(std::mem::take(text)));
                parts.push(BodyPart::BlobBase64(handle.clone()));
                text.push('"');
                return;
            }
            let mut before = '{';
            for (name, field) in fields {
                text.push(before);
                text.push_str(&json!(name).to_string());
                text.push(':');
                write(field, text, parts);
                before = ',';
            }
            text.push_str(if before == '{' { "{}" } else { "}" });
        }
        Value::Array(items) => {
            let mut before = '[';
            for item in items {
                text.push(before);
                write(item, text, parts);
                before = ',';
            }
            text.push_str(if before == '[' { "[]" } else { "]" });
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_without_blobs_is_the_json_itself() {
        let body = json!({"a": [1, "two\n\"", null, {}, []], "b": {"c": true, "d": 0.5}});
        assert_eq!(post("/x", &body).body_text(), Some(body.to_string()));
    }

    #[test]
    fn a_blob_stands_between_its_quotes() {
        let body = post("/x", &json!({"a": [blob("b.png"), 1]})).body;
        let text = |text: &str| BodyPart::Text(text.to_owned());
        assert_eq!(
            body,
            Body::Parts(vec![text("{\"a\":[\""), BodyPart::BlobBase64("b.png".to_owned()), text("\",1]}")])
        );
    }

    #[test]
    fn words_that_look_like_a_blob_are_words() {
        let body = json!({"text": "{\"$blob-base64\":\"b.png\"}"});
        assert_eq!(post("/x", &body).body_text(), Some(body.to_string()));
    }

    #[test]
    fn the_media_type_is_read_off_the_name() {
        for (handle, expected) in
            [("ab12.jpg", "image/jpeg"), ("ab12.webp", "image/webp"), ("ab12.png", "image/png"), ("blob", "image/png")]
        {
            assert_eq!(media_type(handle), expected);
        }
    }
}
