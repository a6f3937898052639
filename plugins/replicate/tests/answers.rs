//! What is read out of predictions.

mod common;

use common::{
    answer, clip, image, made, path, picture, prediction, question, recording, start, stored, succeeded, text, video,
    written,
};
use kinora_plugin_replicate::Replicate;
use kinora_sdk::documents::{ImageOperation, MediaItem, TextOperation, Usage};
use kinora_sdk::provider::{Action, Adapter, Event, Sink, Target};
use kinora_sdk::replay::Replay;
use serde_json::{Value, json};

const URI: &str = "https://replicate.delivery/x/out-0.png";

/// The recorded picture: its operation and settings.
fn corgi() -> (ImageOperation, Value) {
    let model = "stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b";
    let operation = ImageOperation {
        prompt: "a studio photo of a rainbow colored corgi".to_owned(),
        width: 512,
        height: 512,
        seed: Some(42_069),
        model: Some(model.to_owned()),
        ..ImageOperation::default()
    };
    let fields = json!({"prompt": "prompt", "width": "width", "height": "height", "seed": "seed"});
    (operation, json!({"models": {"stability-ai/sdxl": {"operation": "image", "fields": fields}}}))
}

#[test]
fn a_recorded_picture_is_asked_for_polled_and_fetched() {
    let exchanges = recording(include_str!("data/picture.json"));
    let (operation, settings) = corgi();
    let mut replay = start(image(operation), settings);
    for exchange in &exchanges {
        assert_eq!(
            (replay.request().method.as_str(), path(replay.request())),
            (&*exchange.request.method, &*exchange.request.path)
        );
        if let Some(body) = &exchange.request.body {
            assert_eq!(common::json_body(replay.request()), *body);
        }
        let response = &exchange.response;
        replay = replay.respond(response.status, &response.headers, response.body.to_string().as_bytes());
        if matches!(replay.step.action, Action::Wait(_)) {
            assert_eq!(replay.step.note.as_deref(), Some("the model is starting"));
            replay = replay.elapse();
        }
        // A host that restarts here has nothing but the step.
        replay = Replay::at(replay.step);
    }
    let request = replay.request();
    assert_eq!((request.method.as_str(), request.sink, &request.credential), ("GET", Sink::Blob, &None));
    let Target::Url(url) = &request.target else { panic!("a URL of the upstream") };
    assert!(url.starts_with("https://replicate.delivery/") && url.ends_with("/out-0.png"), "{url}");
    let outcome = made(stored(replay, "image/png").end().unwrap());
    assert_eq!(outcome.items, [MediaItem::blob("blob-1")]);
    assert_eq!(outcome.usage, Usage { pictures: 1, ..Usage::default() });
    assert!(outcome.made_by.starts_with("Replicate, stability-ai/sdxl:39ed"), "{}", outcome.made_by);
}

#[test]
fn a_recorded_text_that_is_not_done_in_time_is_polled_and_its_pieces_are_joined() {
    let exchange = &recording(include_str!("data/text.json"))[0];
    let model = "meta/meta-llama-3-8b-instruct";
    let settings = json!({"wait_seconds": 10, "text_model": model,
        "models": {model: {"operation": "text", "fields": {"prompt": "prompt", "max_tokens": "max_tokens"}}}});
    let messages = vec![common::message("user", "Please write a haiku about llamas")];
    let begin = |max_tokens| {
        let operation = TextOperation { messages: messages.clone(), max_tokens, ..TextOperation::default() };
        start(text(operation), settings.clone())
    };
    let replay = begin(None);
    assert_eq!(path(replay.request()), exchange.request.path);
    assert_eq!(Some(common::json_body(replay.request())), exchange.request.body);
    let replay = answer(replay, exchange.response.status, &exchange.response.body);
    assert!(matches!(replay.step.action, Action::Wait(2_000)), "a part of an output is no output");
    let replay = replay.elapse();
    assert_eq!(path(replay.request()), "/predictions/kr2d2jhqbsrj60cjb2vtmekgh4");

    // As it ends, with the metrics that official language models have.
    let mut done = exchange.response.body.clone();
    done["status"] = json!("succeeded");
    done["metrics"] = json!({"predict_time": 0.4, "input_token_count": 18, "output_token_count": 30});
    let outcome = written(answer(replay, 200, &done).end().unwrap());
    assert!(
        outcome.text.ends_with("Fuzzy, gentle eyes\nLlama's soft humming fills air\nPeaceful Andean charm"),
        "{}",
        outcome.text
    );
    assert_eq!(outcome.usage, Usage { input_tokens: 18, output_tokens: 30, ..Usage::default() });
    assert_eq!((outcome.truncated, outcome.made_by.as_str()), (false, "Replicate, meta/meta-llama-3-8b-instruct"));
    assert!(written(answer(begin(Some(30)), 201, &done).end().unwrap()).truncated, "all tokens were used up");
}

#[test]
fn a_text_is_a_string_or_a_list_of_them() {
    for (output, expected) in [(json!("A film."), "A film."), (json!(["A ", "film."]), "A film."), (json!(""), "")] {
        assert_eq!(written(succeeded(text(question()), Value::Null, output).end().unwrap()).text, expected);
    }
}

#[test]
fn a_uri_or_the_first_of_a_list_is_fetched() {
    for output in [json!(URI), json!([URI]), json!([URI, "https://replicate.delivery/x/out-1.png"])] {
        let replay = succeeded(image(picture()), Value::Null, output);
        assert_eq!(replay.request().target, Target::Url(URI.to_owned()));
        assert!(stored(replay, "image/webp").end().is_ok());
    }
}

#[test]
fn a_mapping_says_where_in_an_output_the_uri_is() {
    let models = json!({"a/b": {"operation": "image", "fields": {"prompt": "p"}, "output": "/images/1/url"}});
    let settings = json!({"image_model": "a/b", "models": models});
    let output = json!({"seed": 7, "images": [{"url": "https://x.example/no"}, {"url": URI}]});
    let replay = succeeded(image(picture()), settings.clone(), output);
    assert_eq!(replay.request().target, Target::Url(URI.to_owned()));

    let error = succeeded(image(picture()), settings, json!({"files": [], "seed": 7})).end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false), "it was paid for");
    let told =
        "The output of a/b is an object with files, seed, and no URI is there. Its mapping says where with \"output\".";
    assert_eq!(error.message, told);
}

#[test]
fn an_output_that_is_none_is_told_and_not_polled_for_again() {
    for output in [json!(null), json!([]), json!({}), json!(7), json!([7]), json!("nothing"), json!([[URI]])] {
        for operation in [image(picture()), video(clip())] {
            let error = succeeded(operation, Value::Null, output.clone()).end().unwrap_err();
            assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false), "{output}");
        }
    }
    for output in [json!(null), json!({"text": "x"}), json!([1])] {
        assert_eq!(succeeded(text(question()), Value::Null, output).end().unwrap_err().kind, "malformed-output");
    }
    let removed = prediction("succeeded", json!({"data_removed": true}));
    let error = answer(start(image(picture()), Value::Null), 201, &removed).end().unwrap_err();
    assert!(error.message.contains("removed"), "{}", error.message);
}

#[test]
fn a_picture_inside_the_answer_is_an_attachment() {
    let replay = succeeded(image(picture()), Value::Null, json!(["data:image/png;base64,iVBORw0KGgo="]));
    let Action::Done(done) = &replay.step.action else { panic!("it is done, not {:?}", replay.step.action) };
    assert_eq!(done.attachments[0].media_type, "image/png");
    assert_eq!(made(replay.end().unwrap()).items, [MediaItem::Attachment { name: "result".to_owned() }]);
    let clip = succeeded(video(clip()), Value::Null, json!("data:image/png;base64,iVBORw0KGgo=")).end().unwrap_err();
    assert!(clip.message.starts_with("A clip was expected"), "{}", clip.message);
    for uri in ["data:image/png;base64,%%", "data:image/png,x", "data:", "data:text/plain;base64,dGV4dA=="] {
        let error = succeeded(image(picture()), Value::Null, json!(uri)).end().unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false), "{uri}");
    }
}

#[test]
fn the_progress_is_the_last_percentage_of_the_logs() {
    let replay = answer(start(video(clip()), Value::Null), 201, &prediction("starting", json!({}))).elapse();
    let replay = answer(replay, 200, &prediction("processing", json!({"logs": "10%|█\n 38%|███▊ | 19/50"})));
    assert_eq!(replay.step.progress, Some(0.38));
    assert!(matches!(replay.step.action, Action::Wait(2_000)));
}

#[test]
fn a_prediction_is_polled_under_the_endpoint_and_not_where_the_answer_says() {
    let replay = answer(start(video(clip()), Value::Null), 202, &prediction("starting", json!({}))).elapse();
    assert_eq!((replay.request().method.as_str(), path(replay.request())), ("GET", "/predictions/p1"));
    assert_eq!(replay.request().credential.as_deref(), Some("token"));
}

#[test]
fn a_fetch_that_fails_is_repeated_and_its_last_error_is_final() {
    let done = prediction("succeeded", json!({"output": URI}));
    let mut replay = succeeded(image(picture()), Value::Null, json!(URI)).break_off("reset", false);
    for _ in 1..4 {
        replay = replay.elapse();
        assert_eq!(path(replay.request()), "/predictions/p1", "a GET, which costs nothing");
        replay = answer(replay, 200, &done);
        assert_eq!(replay.request().target, Target::Url(URI.to_owned()));
        replay = stored(replay, "text/html");
    }
    let replay = answer(replay.elapse(), 200, &done);
    let error = replay.respond(503, &[], b"").end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", false), "another would be billed");
    assert!(error.message.starts_with("It was made and cannot be fetched"), "{}", error.message);

    let gone = succeeded(image(picture()), Value::Null, json!(URI)).respond(404, &[], b"").end().unwrap_err();
    assert_eq!((gone.kind.as_str(), gone.retryable), ("invalid-request", false));
}

#[test]
fn a_recorded_cancellation_is_sent_to_the_endpoint_and_costs_nothing() {
    let exchanges = recording(include_str!("data/cancel.json"));
    let (operation, settings) = corgi();
    let replay = start(image(operation), settings);
    let created = &exchanges[0].response;
    for waiting in [true, false] {
        let mut replay = answer(Replay::at(replay.step.clone()), created.status, &created.body);
        if !waiting {
            replay = replay.elapse();
        }
        let replay = replay.cancel();
        let request = replay.request();
        assert_eq!((&request.method, path(request)), (&exchanges[1].request.method, &*exchanges[1].request.path));
        assert_eq!((request.exemption.as_deref(), request.credential.as_deref()), (Some("cancel"), Some("token")));
        let response = &exchanges[1].response;
        assert_eq!(answer(replay, response.status, &response.body).end().unwrap_err().kind, "cancelled");
    }
    assert_eq!(replay.cancel().end().unwrap_err().kind, "cancelled", "there is no id yet");
}

#[test]
fn a_foreign_state_or_event_is_an_error_and_no_panic() {
    for state in [&b""[..], b"{}", b"\xff", br#"{"waits_for":"poll","failures":0,"handle":{}}"#] {
        assert!(matches!(Replicate::resume(state.to_vec(), Event::Timer).action, Action::Fail(_)));
    }
    let step = start(image(picture()), Value::Null).step;
    assert!(matches!(Replicate::resume(step.state, Event::Timer).action, Action::Fail(_)));
}
