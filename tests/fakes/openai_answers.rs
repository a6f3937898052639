//! What the stand-in for OpenAI answers, and how it keeps tests waiting.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::openai::{Answer, CHAT, FakeOpenAi, IMAGES, KEY, MODELS, response_faults};
use crate::support::http::{self, Reply};

/// A request for a film of so many scenes, as Kinora's scenario strategy asks it.
pub fn scenario_request(scenes: usize, prompt: &str) -> Value {
    let object = |properties: Value| {
        let names: Vec<String> = properties.as_object().expect("an object").keys().cloned().collect();
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
    };
    let (text, count) = (json!({"type": "string"}), json!({"type": "integer"}));
    let scene = object(json!({
        "sceneId": text, "sceneNumber": count, "description": text, "duration": count, "imagePrompt": text,
        "visualPrompt": text, "imageReasoning": text, "textOverlayPrompt": text,
    }));
    let demographics = object(json!({
        "targetGender": {"type": "string", "enum": ["male", "female", "unisex"]}, "ageGroup": text,
        "productType": text, "demographicContext": text,
    }));
    let scenario = object(json!({
        "title": text, "description": text, "detectedDemographics": demographics, "thumbnailPrompt": text,
        "thumbnailTextOverlayPrompt": text,
        "scenes": {"type": "array", "minItems": scenes, "maxItems": scenes, "items": scene},
    }));
    json!({
        "model": "gpt-4o-mini",
        "messages": [{"role": "system", "content": "You plan films."}, {"role": "user", "content": prompt}],
        "tools": [{"type": "function", "function":
            {"name": "create_scenario", "description": "A film.", "parameters": scenario, "strict": true}}],
        "tool_choice": {"type": "function", "function": {"name": "create_scenario"}},
    })
}

pub fn try_post(fake: &FakeOpenAi, path: &str, body: &Value) -> reqwest::Result<Reply> {
    let url = fake.base_url().replace("/v1", path);
    http::send(|client| client.post(url).bearer_auth(fake.key()).json(body))
}

pub fn post(fake: &FakeOpenAi, path: &str, body: &Value) -> Reply {
    try_post(fake, path, body).expect("it answers")
}

fn arguments(reply: &Reply) -> String {
    let answer = reply.json();
    let call = &answer["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(call["name"], "create_scenario", "{answer}");
    call["arguments"].as_str().expect("the arguments are a string").to_owned()
}

/// What a scenario must be, checked here in other words than the stand-in's own.
fn assert_scenario(document: &Value, scenes: usize) {
    for name in ["title", "description", "thumbnailPrompt", "thumbnailTextOverlayPrompt"] {
        assert!(document[name].as_str().is_some_and(|text| !text.is_empty()), "{name} in {document}");
    }
    for name in ["targetGender", "ageGroup", "productType", "demographicContext"] {
        assert!(document["detectedDemographics"][name].is_string(), "{name} in {document}");
    }
    let list = document["scenes"].as_array().expect("a list");
    assert_eq!(list.len(), scenes);
    for (index, scene) in list.iter().enumerate() {
        assert_eq!((&scene["sceneNumber"], &scene["duration"]), (&json!(index + 1), &json!(8)));
        for name in ["sceneId", "description", "imagePrompt", "visualPrompt", "imageReasoning", "textOverlayPrompt"] {
            assert!(scene[name].as_str().is_some_and(|text| !text.is_empty()), "{name} in {scene}");
        }
    }
}

#[test]
fn unscripted_it_answers_a_right_scenario_of_the_size_asked_for() {
    let fake = FakeOpenAi::start();
    for scenes in [1, 3, 15] {
        let reply = post(&fake, CHAT, &scenario_request(scenes, "a lighthouse"));
        assert_eq!(reply.status, 200);
        assert_scenario(&serde_json::from_str(&arguments(&reply)).expect("JSON"), scenes);
        assert_eq!(reply.json()["choices"][0]["finish_reason"], "stop", "the call was forced");
    }
}

#[test]
fn a_scenario_asked_for_by_response_format_comes_as_content_and_counts_by_the_words() {
    let fake = FakeOpenAi::start();
    let mut body = scenario_request(5, "Plan a film of 5 scenes");
    let mut schema = body["tools"][0]["function"]["parameters"].take();
    schema["properties"]["scenes"].as_object_mut().expect("an object").remove("minItems");
    let fields = body.as_object_mut().expect("an object");
    fields.remove("tools");
    fields.remove("tool_choice");
    body["response_format"] =
        json!({"type": "json_schema", "json_schema": {"name": "scenario", "schema": schema, "strict": true}});
    let answer = post(&fake, CHAT, &body).json();
    let message = &answer["choices"][0]["message"];
    assert!(message.get("tool_calls").is_none());
    assert_scenario(&serde_json::from_str(message["content"].as_str().expect("text")).expect("JSON"), 5);
}

#[test]
fn for_any_other_schema_it_answers_an_instance() {
    let fake = FakeOpenAi::start();
    let schema = json!({"type": "object", "properties": {
        "segments": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/segment"}},
        "mood": {"enum": ["calm", "wild"]},
        "note": {"anyOf": [{"type": "string", "minLength": 20}, {"type": "null"}]},
    }, "$defs": {"segment": {"type": "object", "properties": {"number": {"type": "integer", "minimum": 4}}}}});
    let body = json!({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "a story"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "story", "schema": schema}}});
    let answer = post(&fake, CHAT, &body).json();
    let content = answer["choices"][0]["message"]["content"].as_str().expect("text").to_owned();
    let content: Value = serde_json::from_str(&content).expect("JSON");
    let told = jsonschema::validate(&schema, &content);
    assert!(told.is_ok(), "{told:?}: {content}");
    assert_eq!(content["segments"], json!([{"number": 4}, {"number": 4}]));
}

#[test]
fn every_answer_is_one_that_the_official_description_knows() {
    let fake = FakeOpenAi::start();
    let chat = [
        Answer::right(),
        Answer::scenario(1),
        Answer::arguments("{"),
        Answer::refusal(),
        Answer::truncated(),
        Answer::rate_limited(1500),
        Answer::insufficient_quota(),
        Answer::status(500),
        Answer::model_not_found(),
        Answer::unauthorized(),
        Answer::echo_key(),
    ];
    for answer in chat {
        fake.script([answer]);
        let reply = post(&fake, CHAT, &scenario_request(3, "a lighthouse"));
        let schema = if reply.status == 200 { "CreateChatCompletionResponse" } else { "ErrorResponse" };
        assert_eq!(response_faults(schema, &reply.json()), [""; 0], "{}", reply.text());
    }
    for (model, answer, schema) in [
        ("gpt-image-2", Answer::picture(), "ImagesResponse"),
        ("dall-e-2", Answer::right(), "ImagesResponse"),
        ("gpt-image-2", Answer::refusal(), "ErrorResponse"),
    ] {
        fake.script([answer]);
        let reply = post(&fake, IMAGES, &json!({"model": model, "prompt": "a lighthouse", "n": 2}));
        assert_eq!(response_faults(schema, &reply.json()), [""; 0], "{}", reply.text());
    }
    let models = http::send(|client| client.get(fake.base_url() + "/models").bearer_auth(KEY)).expect("it answers");
    assert_eq!(response_faults("ListModelsResponse", &models.json()), [""; 0]);
    assert_eq!(fake.count(MODELS), 1);
    let strange = post(&fake, "/v1/audio/transmogrify", &json!({}));
    assert_eq!(strange.status, 404);
    assert_eq!(response_faults("ErrorResponse", &strange.json()), [""; 0]);
}

#[test]
fn scripted_answers_come_in_order_and_then_the_right_ones() {
    let fake = FakeOpenAi::start();
    fake.script([Answer::rate_limited(1500), Answer::insufficient_quota(), Answer::status(503)]);
    fake.script([Answer::model_not_found(), Answer::scenario(1), Answer::arguments("{\"title\": ")]);
    let replies: Vec<Reply> = (0..7).map(|_| post(&fake, CHAT, &scenario_request(3, "a lighthouse"))).collect();
    assert_eq!(replies.iter().map(|reply| reply.status).collect::<Vec<_>>(), [429, 429, 503, 404, 200, 200, 200]);
    assert_eq!((replies[0].header("retry-after-ms"), replies[0].header("retry-after")), ("1500", "2"));
    assert_eq!(replies[0].json()["error"]["code"], "rate_limit_exceeded");
    assert_eq!(replies[1].json()["error"]["code"], "insufficient_quota");
    assert_eq!(replies[3].json()["error"]["code"], "model_not_found");
    assert_scenario(&serde_json::from_str(&arguments(&replies[4])).expect("JSON"), 1);
    assert_eq!(arguments(&replies[5]), "{\"title\": ");
    assert_scenario(&serde_json::from_str(&arguments(&replies[6])).expect("JSON"), 3);
    assert_eq!(replies[6].header("x-ratelimit-limit-requests"), "10000", "a recorded header");
}

#[test]
fn a_test_can_decide_by_the_request_and_count_by_a_marker() {
    let fake = FakeOpenAi::start();
    fake.answer_with(|request, number| match number {
        1 => Answer::status(500),
        _ if request.contains("harbour") => Answer::refusal(),
        _ => Answer::right(),
    });
    let asked = |prompt: &str| post(&fake, CHAT, &scenario_request(3, prompt));
    assert_eq!(asked("a harbour").status, 500);
    assert!(asked("a harbour").json()["choices"][0]["message"]["refusal"].is_string());
    assert_eq!(asked("a bakery").status, 200);
    assert_eq!((fake.count_containing("a harbour"), fake.count_containing("a bakery")), (2, 1));
    let requests = fake.requests();
    assert_eq!(requests.iter().map(|request| request.order).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", CHAT));
    assert_eq!(requests[2].json()["messages"][1]["content"], "a bakery");
}

#[test]
fn a_truncated_answer_says_so_and_is_no_json() {
    let fake = FakeOpenAi::start();
    fake.script([Answer::truncated()]);
    let reply = post(&fake, CHAT, &scenario_request(3, "a lighthouse"));
    assert_eq!(reply.json()["choices"][0]["finish_reason"], "length");
    assert!(serde_json::from_str::<Value>(&arguments(&reply)).is_err());
}

#[test]
fn a_wrong_key_is_shown_by_its_end_only_unless_the_test_wants_a_leak() {
    let fake = FakeOpenAi::start();
    fake.script([Answer::unauthorized(), Answer::echo_key()]);
    let masked = post(&fake, CHAT, &scenario_request(3, "a lighthouse"));
    assert_eq!(masked.status, 401);
    assert!(!masked.text().contains(KEY) && masked.text().contains(&KEY[KEY.len() - 4..]), "{}", masked.text());
    let leaking = post(&fake, CHAT, &scenario_request(3, "a lighthouse"));
    assert_eq!(leaking.status, 400);
    assert!(leaking.text().contains(KEY));
}

#[test]
fn a_dropped_connection_is_no_answer_and_the_next_request_gets_one() {
    let fake = FakeOpenAi::start();
    fake.script([Answer::drop_connection()]);
    let error = try_post(&fake, CHAT, &scenario_request(3, "a lighthouse")).expect_err("no answer");
    assert!(!error.is_timeout() && !error.is_connect(), "{error:?}");
    assert_eq!(fake.count(CHAT), 1, "it was read, and not sent again by the client");
    assert_eq!(post(&fake, CHAT, &scenario_request(3, "a lighthouse")).status, 200);
}

#[test]
fn two_thousand_requests_wait_together_and_are_released_together() {
    const MANY: usize = 2_000;
    let fake = FakeOpenAi::start();
    fake.answer_with(|_, _| Answer::hang_until_released());
    let (url, body) = (fake.base_url() + "/chat/completions", scenario_request(3, "a lighthouse"));
    let ask = |_| http::begin(|client| client.post(&url).bearer_auth(KEY).json(&body));
    let asked: Vec<_> = (0..MANY).map(ask).collect();
    fake.wait_for(MANY);
    fake.wait_for_held(MANY);
    assert!(asked.iter().all(|request| !request.is_finished()));
    fake.release();
    for request in asked {
        assert_eq!(http::wait(request).expect("no panic").expect("an answer").status, 200);
    }
    assert_eq!(fake.held(), 0);
    assert_eq!(post(&fake, CHAT, &body).status, 200, "nothing hangs after the release");
}

#[test]
fn who_goes_away_waits_no_longer() {
    let fake = FakeOpenAi::start();
    fake.script([Answer::status(429).held()]);
    let url = fake.base_url() + "/chat/completions";
    let body = scenario_request(3, "a lighthouse");
    let asked = http::begin(|client| client.post(url).bearer_auth(KEY).json(&body));
    fake.wait_for_held(1);
    asked.abort();
    fake.wait_for_none_held();
}

#[test]
fn each_stand_in_has_its_own_port_and_answers_have_ids_of_their_own() {
    let (one, other) = (FakeOpenAi::start(), FakeOpenAi::builder().key("sk-another").start());
    assert_ne!(one.base_url(), other.base_url());
    let id = |fake: &FakeOpenAi| post(fake, CHAT, &scenario_request(3, "x")).json()["id"].to_string();
    let ids: BTreeSet<String> = (0..3).map(|_| id(&one)).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(other.env()[0], ("OPENAI_API_KEY", "sk-another".to_owned()));
    id(&other);
}
