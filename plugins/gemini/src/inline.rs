//! Pictures and clips that come inside an answer, in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kinora_sdk::ProviderError;
use kinora_sdk::provider::{Attachment, media_type};

/// Decodes one. `what` (`image`, `video`) names it and is the kind of media it must be.
///
/// # Errors
/// `malformed-output` where it is not base64, or not what it should be.
pub fn attachment(what: &str, encoded: &str) -> Result<Attachment, ProviderError> {
    let content = STANDARD.decode(encoded.trim()).map_err(|error| {
        ProviderError::malformed_output(format!("The {what} in the answer is not base64 as it should be: {error}."))
    })?;
    let of_its_kind = |kind: &&str| kind.strip_prefix(what).is_some_and(|rest| rest.starts_with('/'));
    let media_type = media_type(&content).filter(of_its_kind).ok_or_else(|| {
        ProviderError::malformed_output(format!("The {what} in the answer is of no kind that is known here."))
    })?;
    Ok(Attachment { name: what.to_owned(), media_type: media_type.to_owned(), content })
}
