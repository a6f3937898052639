//! Two small adapters, one for each shape with exchanges, driven by recordings: the harness and the shapes' machines
//! at once.

use kinora_sdk::documents::{
    ImageOperation, Manifest, MediaItem, MediaOutcome, Message, Outcome, Role, TextOperation, TextOutcome, Usage,
};
use kinora_sdk::provider::{
    Action, Attachment, Exchanging, HttpRequest, HttpResponse, Polled, Polling, ResponseBody, Target,
};
use kinora_sdk::replay::{Recorded, Replay, run};
use kinora_sdk::{Exchange, LongRunning, Operation, ProviderError, Request};
use serde_json::{Value, json};

fn manifest(id: &str) -> Manifest {
    Manifest { id: id.into(), version: "0.1.0".into(), title: id.into(), role: Role::Provider, ..Manifest::default() }
}

fn upstream_error(response: &HttpResponse) -> ProviderError {
    let body = response.json().unwrap_or_default();
    let code = body["error"]["code"].as_str().unwrap_or_default();
    let kind = match (response.status, code) {
        (429, "insufficient_quota") => "quota-exhausted",
        (429, _) => "rate-limited",
        (500.., _) => "unavailable",
        _ => "unknown",
    };
    ProviderError {
        http_status: Some(response.status),
        upstream_code: Some(code.into()),
        retryable: matches!(kind, "rate-limited" | "unavailable"),
        ..ProviderError::new(kind, body["error"]["message"].as_str().unwrap_or("no message"))
    }
}

/// Chat completions.
struct Chat;

impl Exchange for Chat {
    type Context = String;

    fn manifest() -> Manifest {
        manifest("chat")
    }

    fn request(operation: Operation, _settings: Value) -> Result<(HttpRequest, String), ProviderError> {
        let Request::Text(text) = operation.request else {
            return Err(ProviderError::invalid_request("only text"));
        };
        let body = json!({ "model": "gpt-4o", "messages": text.messages });
        let request = HttpRequest::post_json("api", "/chat/completions", &body).credential("key");
        Ok((request, "chat".into()))
    }

    fn response(context: String, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError> {
        if !response.is_success() {
            return Err(upstream_error(&response));
        }
        let body = response.json()?;
        let text = body["choices"][0]["message"]["content"]
            .as_str()
            .ok_or_else(|| ProviderError::malformed_output("no content"))?;
        let outcome = TextOutcome {
            text: text.into(),
            made_by: context,
            usage: Usage { input_tokens: body["usage"]["prompt_tokens"].as_u64().unwrap_or(0), ..Usage::default() },
            ..TextOutcome::default()
        };
        Ok((Outcome::Text(outcome), Vec::new()))
    }
}

/// Predictions.
struct Predictions;

impl LongRunning for Predictions {
    type Handle = String;

    fn manifest() -> Manifest {
        manifest("predictions")
    }

    fn submit(operation: Operation, settings: Value) -> Result<(HttpRequest, String), ProviderError> {
        let Request::Image(image) = operation.request else {
            return Err(ProviderError::invalid_request("only pictures"));
        };
        let body = json!({
            "version": settings["version"],
            "input": {
                "prompt": image.prompt, "width": image.width, "height": image.height, "seed": image.seed,
            },
        });
        Ok((HttpRequest::post_json("api", "/predictions", &body).credential("key"), String::new()))
    }

    fn submitted(_: String, response: HttpResponse) -> Result<(String, Polled), ProviderError> {
        if !response.is_success() {
            return Err(upstream_error(&response));
        }
        let body = response.json()?;
        if body["uploaded"] == true {
            let request = HttpRequest::post_json("api", "/predictions", &json!({})).credential("key");
            return Ok((String::new(), Polled::Submit(request)));
        }
        let id = body["id"].as_str().ok_or_else(|| ProviderError::malformed_output("the prediction has no id"))?;
        Ok((id.into(), Polled::Pending { progress: None, note: Some("queued".into()) }))
    }

    fn poll(id: &String) -> HttpRequest {
        HttpRequest::get("api", format!("/predictions/{id}")).credential("key")
    }

    fn polled(_: &String, response: HttpResponse) -> Result<Polled, ProviderError> {
        if !response.is_success() {
            return Err(upstream_error(&response));
        }
        let body = response.json()?;
        if body["status"] == "failed" {
            let error = ProviderError { retryable: true, ..ProviderError::new("unavailable", "out of memory") };
            return Ok(Polled::Failed(error));
        }
        match body["output"][0].as_str() {
            Some(url) => Ok(Polled::Fetch(HttpRequest::download(url))),
            None => Ok(Polled::Pending { progress: None, note: None }),
        }
    }

    fn fetched(id: &String, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError> {
        if !response.is_success() {
            return Err(upstream_error(&response));
        }
        let item = match response.body {
            ResponseBody::Blob(blob) => MediaItem::blob(blob.handle),
            ResponseBody::Inline(_) => MediaItem::Attachment { name: id.clone() },
        };
        let outcome = MediaOutcome { items: vec![item], made_by: id.clone(), ..MediaOutcome::default() };
        Ok((Outcome::Media(outcome), Vec::new()))
    }

    fn cancellation(id: &String) -> Option<HttpRequest> {
        Some(HttpRequest::post_json("api", format!("/predictions/{id}/cancel"), &json!({})))
    }
}

fn recording(text: &str) -> Vec<Recorded> {
    serde_json::from_str(text).expect("the recording is readable")
}

fn question() -> Operation {
    Operation {
        id: "op-1".into(),
        request: Request::Text(TextOperation {
            messages: vec![Message { role: "user".into(), content: "The largest city?".into() }],
            ..TextOperation::default()
        }),
    }
}

fn picture() -> Operation {
    Operation {
        id: "op-2".into(),
        request: Request::Image(ImageOperation {
            prompt: "a studio photo of a rainbow colored corgi".into(),
            width: 512,
            height: 512,
            seed: Some(42_069),
            ..ImageOperation::default()
        }),
    }
}

fn version() -> Value {
    json!({ "version": "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b" })
}

#[test]
fn a_recorded_chat_is_replayed_to_its_text_and_usage() {
    let recording = recording(include_str!("data/openai-chat.json"));
    let outcome = run::<Exchanging<Chat>>(question(), Value::Null, &recording).expect("it is read");
    let Outcome::Text(text) = outcome else { panic!("a text") };
    assert_eq!(text.text, r#"{"city":"Mexico City","country":"Mexico"}"#);
    assert_eq!(text.usage.input_tokens, 92);
}

#[test]
fn a_recorded_quota_error_becomes_a_provider_error_that_is_not_retried() {
    let recording = recording(include_str!("data/openai-quota.json"));
    let error = run::<Exchanging<Chat>>(question(), Value::Null, &recording).expect_err("it fails");
    assert_eq!(error.kind, "quota-exhausted");
    assert_eq!(error.http_status, Some(429));
    assert!(!error.retryable);
}

#[test]
#[should_panic(expected = "another request than was recorded")]
fn a_request_that_was_not_recorded_fails_the_test() {
    let mut recording = recording(include_str!("data/openai-chat.json"));
    recording[0].request.path = "/responses".into();
    let _ = run::<Exchanging<Chat>>(question(), Value::Null, &recording);
}

#[test]
fn a_recorded_prediction_is_submitted_once_polled_and_fetched() {
    let exchanges = recording(include_str!("data/replicate-prediction.json"));
    let mut replay = Replay::<Polling<Predictions>>::start(picture(), version());
    assert_eq!(replay.request().method, "POST");
    for exchange in &exchanges {
        let body = exchange.response.body.to_string();
        replay = replay.respond(exchange.response.status, &exchange.response.headers, body.as_bytes());
        if matches!(replay.step.action, Action::Wait(_)) {
            replay = replay.elapse();
        }
        // A host that restarts here has nothing but the step.
        replay = Replay::at(replay.step);
    }
    assert_eq!(replay.request().method, "GET");
    assert!(replay.request().credential.is_none(), "another origin gets no credential");
    let outcome = replay.respond(200, &[], b"png").end().expect("it ends well");
    assert!(matches!(outcome, Outcome::Media(media) if media.items.len() == 1));
}

#[test]
fn the_body_of_a_recorded_submission_is_compared() {
    let exchanges = recording(include_str!("data/replicate-prediction.json"));
    let played =
        std::panic::catch_unwind(|| run::<Polling<Predictions>>(picture(), json!({ "version": "other" }), &exchanges));
    assert!(played.is_err(), "another version is another body");
}

#[test]
fn polls_that_fail_are_repeated_and_a_lost_submission_is_not() {
    let lost = Replay::<Polling<Predictions>>::start(picture(), version()).break_off("reset", true);
    assert_eq!(lost.end().expect_err("it fails").kind, "unavailable");

    let mut replay =
        Replay::<Polling<Predictions>>::start(picture(), version()).respond(201, &[], br#"{"id":"abc"}"#).elapse();
    for _ in 0..4 {
        replay = replay.break_off("timeout", false).elapse();
        assert_eq!(replay.request().method, "GET");
    }
    assert_eq!(replay.break_off("timeout", false).end().expect_err("patience ends").kind, "timeout");
}

/// The adapter after its prediction was accepted, when it polls.
fn polling() -> Replay<Polling<Predictions>> {
    Replay::start(picture(), version()).respond(201, &[], br#"{"id":"abc"}"#).elapse()
}

#[test]
fn what_comes_before_the_submission_is_answered_first() {
    let replay = Replay::<Polling<Predictions>>::start(picture(), version()).respond(201, &[], br#"{"uploaded":true}"#);
    assert_eq!(replay.request().method, "POST");
    let replay = replay.respond(201, &[], br#"{"id":"abc"}"#).elapse();
    let Target::Endpoint(place) = &replay.request().target else { panic!("a path") };
    assert_eq!(place.path, "/predictions/abc");

    let lost = Replay::<Polling<Predictions>>::start(picture(), version()).respond(201, &[], br#"{"uploaded":true}"#);
    assert_eq!(lost.break_off("reset", true).end().expect_err("a submission is not repeated").kind, "unavailable");
}

#[test]
fn work_that_has_failed_is_not_polled_again_and_may_be_asked_for_again() {
    let error = polling().respond(200, &[], br#"{"status":"failed"}"#).end().expect_err("it failed");
    assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", true));
}

#[test]
fn what_was_accepted_is_not_retryable_however_it_is_lost() {
    let unread = Replay::<Polling<Predictions>>::start(picture(), version()).respond(201, &[], b"no json");
    assert!(!unread.end().expect_err("it cannot be read").retryable);

    let mut replay = polling();
    for _ in 0..4 {
        replay = replay.respond(503, &[], b"").elapse();
    }
    let error = replay.respond(503, &[], b"").end().expect_err("patience ends");
    assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", false));
    assert!(error.message.starts_with("It was accepted"), "{}", error.message);
}

#[test]
fn a_fetch_that_always_fails_is_given_up_though_the_polls_between_are_fine() {
    let done = br#"{"output":["https://files.example/1.png"]}"#;
    let mut replay = polling().respond(200, &[], done);
    for _ in 0..4 {
        replay = replay.respond(503, &[], b"").elapse().respond(200, &[], done);
    }
    let error = replay.respond(503, &[], b"").end().expect_err("patience ends");
    assert!(!error.retryable && error.message.starts_with("It was made and cannot be fetched"), "{}", error.message);
}

#[test]
fn cancelling_sends_the_upstreams_cancel_request() {
    let replay =
        Replay::<Polling<Predictions>>::start(picture(), version()).respond(201, &[], br#"{"id":"abc"}"#).cancel();
    assert_eq!(replay.request().method, "POST");
    assert_eq!(replay.respond(200, &[], b"{}").end().expect_err("it ended").kind, "cancelled");
}

#[test]
fn a_foreign_state_or_an_unexpected_event_is_an_error_and_no_panic() {
    use kinora_sdk::provider::{Adapter, Event};
    for state in [&b""[..], b"{}", b"\xff\xff"] {
        let step = Polling::<Predictions>::resume(state.to_vec(), Event::Timer);
        assert!(matches!(step.action, Action::Fail(_)));
    }
    let step = Exchanging::<Chat>::resume(b"\"chat\"".to_vec(), Event::Timer);
    assert!(matches!(step.action, Action::Fail(_)));
}

/// A job whose handle is its pause and what its polls counted.
struct Counted;

impl LongRunning for Counted {
    type Handle = (u64, u64);

    fn manifest() -> Manifest {
        manifest("counted")
    }

    fn submit(_: Operation, settings: Value) -> Result<(HttpRequest, (u64, u64)), ProviderError> {
        let pause = settings["pause_ms"].as_u64().unwrap_or(Self::POLL_MS);
        Ok((HttpRequest::post_json("api", "/jobs", &json!({})), (pause, 0)))
    }

    fn submitted(handle: (u64, u64), _: HttpResponse) -> Result<((u64, u64), Polled), ProviderError> {
        Ok((handle, Polled::Pending { progress: None, note: None }))
    }

    fn poll(_: &(u64, u64)) -> HttpRequest {
        HttpRequest::get("api", "/jobs/1")
    }

    fn poll_ms(handle: &(u64, u64)) -> u64 {
        handle.0
    }

    fn learn(handle: &mut (u64, u64), response: &HttpResponse) {
        handle.1 = response.json().ok().and_then(|body| body["tokens"].as_u64()).unwrap_or(handle.1);
    }

    fn polled(_: &(u64, u64), response: HttpResponse) -> Result<Polled, ProviderError> {
        match response.is_success() {
            true => Ok(Polled::Fetch(HttpRequest::download("https://files.example/1"))),
            false => Err(upstream_error(&response)),
        }
    }

    fn fetched(handle: &(u64, u64), _: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError> {
        let usage = Usage { output_tokens: handle.1, ..Usage::default() };
        Ok((Outcome::Media(MediaOutcome { usage, ..MediaOutcome::default() }), Vec::new()))
    }
}

#[test]
fn a_job_may_say_its_own_pause_and_keep_what_a_poll_counted() {
    let start = |settings: Value| Replay::<Polling<Counted>>::start(picture(), settings).respond(200, &[], b"");
    assert!(matches!(start(json!({})).step.action, Action::Wait(5_000)));
    let replay = start(json!({ "pause_ms": 70 }));
    assert!(matches!(replay.step.action, Action::Wait(70)));
    let replay = replay.elapse().respond(503, &[], b"");
    assert!(matches!(replay.step.action, Action::Wait(70)), "also after a poll that failed");
    let replay = replay.elapse().respond(200, &[], br#"{"tokens":9}"#);
    let Ok(Outcome::Media(media)) = replay.respond(200, &[], b"").end() else { panic!("it is done") };
    assert_eq!(media.usage.output_tokens, 9);
}
