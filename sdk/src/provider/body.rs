//! Bodies of requests.

use serde_json::Value;

/// An object without those of its fields that are null: what was not asked for is left out rather than sent as null,
/// which some servers refuse. What lies deeper stays as it is.
pub fn without_nulls(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::without_nulls;

    #[test]
    fn what_was_not_asked_for_is_left_out() {
        let body = json!({"model": "m", "seed": null, "schema": {"default": null}});
        assert_eq!(without_nulls(body), json!({"model": "m", "schema": {"default": null}}));
        assert_eq!(without_nulls(json!(null)), json!(null));
    }
}
