//! Numbers as a person writes them.

use serde_json::{Value, json};

/// 0.7 as 0.7: widened to 64 bits it would be 0.699999988079071. What is no number becomes null.
pub fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, |number| json!(number))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::decimal;

    #[test]
    fn a_number_keeps_its_digits() {
        assert_eq!(decimal(0.7).to_string(), "0.7");
        assert_eq!(decimal(2.0), json!(2.0));
        assert_eq!(decimal(f32::NAN), Value::Null);
    }
}
