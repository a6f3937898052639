//! What a request for text wants to get: through which door, in which form, by which words.

use serde_json::Value;

/// The form of the answer.
pub enum Wanted {
    /// The arguments of a call of this function. Where the request forces the call, the answer ends otherwise.
    Call { name: String, forced: bool },
    /// JSON as the content.
    Json,
    /// Text as the content.
    Prose,
}

/// The form that a request wants.
pub fn wanted(body: &Value) -> Wanted {
    if let Some(name) = forced_tool(body) {
        return Wanted::Call { name: name.to_owned(), forced: true };
    }
    let first = body["tools"][0]["function"]["name"].as_str();
    match first {
        Some(name) if body["tool_choice"] != "none" => Wanted::Call { name: name.to_owned(), forced: false },
        _ if body["response_format"]["type"].as_str().is_some_and(|kind| kind != "text") => Wanted::Json,
        _ => Wanted::Prose,
    }
}

/// The function that the request insists on.
pub fn forced_tool(body: &Value) -> Option<&str> {
    body["tool_choice"]["function"]["name"].as_str()
}

/// The functions that the request offers, by name and schema.
pub fn tools(body: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let functions = body["tools"].as_array().into_iter().flatten().map(|tool| &tool["function"]);
    functions.filter_map(|function| Some((function["name"].as_str()?, &function["parameters"])))
}

/// The schema of the wanted JSON; null where there is none.
pub fn schema<'b>(body: &'b Value, wanted: &Wanted) -> &'b Value {
    match wanted {
        Wanted::Call { name, .. } => {
            tools(body).find(|(known, _)| known == name).map_or(&Value::Null, |(_, schema)| schema)
        }
        Wanted::Json => &body["response_format"]["json_schema"]["schema"],
        Wanted::Prose => &Value::Null,
    }
}

/// The texts of all messages, which are strings or lists of parts.
pub fn texts(body: &Value) -> String {
    let contents = body["messages"].as_array().into_iter().flatten().map(|message| &message["content"]);
    let texts = contents.flat_map(|content| {
        let parts = content.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
        content.as_str().into_iter().chain(parts)
    });
    texts.collect::<Vec<_>>().join("\n")
}
