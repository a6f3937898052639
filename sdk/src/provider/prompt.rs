//! Prompts for models that have one field of words and nothing beside it.

/// The prompt, and each remark that says something on a line of its own: `[("Style", "watercolour")]` becomes
/// `Style: watercolour.`
pub fn with_remarks(prompt: &str, remarks: &[(&str, &str)]) -> String {
    let mut whole = prompt.trim().to_owned();
    for (label, words) in remarks {
        let words = words.trim().trim_end_matches('.');
        if !words.is_empty() {
            whole.push_str(&format!("\n{label}: {words}."));
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::with_remarks;

    #[test]
    fn remarks_that_say_something_have_a_line_each() {
        let remarks = [("Style", "watercolour"), ("Mood", " "), ("Do not show", "people, text.")];
        assert_eq!(with_remarks(" A tree ", &remarks), "A tree\nStyle: watercolour.\nDo not show: people, text.");
        assert_eq!(with_remarks("A tree", &[]), "A tree");
    }
}
