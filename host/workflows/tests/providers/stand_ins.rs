//! What the stand-ins refuse, and that a refused request cannot go unnoticed. That for text and pictures of OpenAI has
//! tests of its own beside the black-box tests.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use crate::fake_gemini::{FakeGemini, Google, INTERACTIONS, method};
use crate::fake_openai::{Answer, FakeOpenAi, OpenAi, VIDEOS, job_faults};
use crate::fake_replicate::{Cog, FILES, FakeReplicate, predictions};
use crate::upstream::{Api, Fake};

fn send(build: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> (u16, String) {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tokio.block_on(async {
        let response = build(&reqwest::Client::new()).send().await.expect("it answers");
        (response.status().as_u16(), response.text().await.expect("words"))
    })
}

fn url<A: Api>(fake: &Fake<A>, path: &str) -> String {
    fake.base_url().replace(A::BASE, path)
}

/// The credential as each of them wants it.
fn key<A: Api>(fake: &Fake<A>) -> (&'static str, String) {
    match A::NAME {
        "Gemini" => ("x-goog-api-key", fake.key().to_owned()),
        _ => ("authorization", format!("Bearer {}", fake.key())),
    }
}

fn post<A: Api>(fake: &Fake<A>, path: &str, body: &Value) -> (u16, String) {
    let (name, key) = key(fake);
    send(|client| client.post(url(fake, path)).header(name, key).json(body))
}

/// A request is refused, and is one violation that has these words.
fn refused<A: Api>(path: &str, body: &Value, words: &str) {
    let fake = Fake::<A>::start();
    let (status, said) = post(&fake, path, body);
    let violations = fake.take_violations();
    assert!((400..500).contains(&status), "{status}: {said}");
    assert!(violations.len() == 1 && violations[0].contains(words), "{words:?} is not in {violations:?}");
}

#[test]
fn a_clip_against_the_description_of_openai_is_refused() {
    let clip = json!({"model": "sora-2", "prompt": "Waves", "seconds": "8", "size": "1280x720"});
    let with = |name: &str, value: Value| {
        let mut clip = clip.clone();
        clip[name] = value;
        clip
    };
    let fake = FakeOpenAi::start();
    assert_eq!(post(&fake, VIDEOS, &clip).0, 200);
    refused::<OpenAi>(VIDEOS, &with("seconds", json!("9")), "/seconds");
    refused::<OpenAi>(VIDEOS, &with("seconds", json!(8)), "/seconds");
    refused::<OpenAi>(VIDEOS, &with("size", json!("1920x1080")), "/size");
    refused::<OpenAi>(VIDEOS, &with("seed", json!(1)), "seed");
    refused::<OpenAi>(VIDEOS, &json!({"model": "sora-2"}), "prompt");
    refused::<OpenAi>("/v1/videos/video_1/remix", &clip, "Invalid URL");
}

#[test]
fn every_state_of_a_clip_is_one_that_the_description_of_openai_knows() {
    let fake = FakeOpenAi::start();
    let (_, begun) = post(&fake, VIDEOS, &json!({"model": "sora-2", "prompt": "Waves"}));
    let begun: Value = serde_json::from_str(&begun).expect("JSON");
    assert_eq!(job_faults(&begun), [""; 0]);
    let path = format!("{VIDEOS}/{}", begun["id"].as_str().expect("an id"));
    fake.script_polls([Answer::queued(), Answer::running(9), Answer::failed("moderation_blocked", "Blocked.")]);
    for status in ["queued", "in_progress", "failed", "completed"] {
        let (name, key) = key(&fake);
        let (_, job) = send(|client| client.get(url(&fake, &path)).header(name, key));
        let job: Value = serde_json::from_str(&job).expect("JSON");
        assert_eq!((&job["status"], job_faults(&job)), (&json!(status), vec![]));
    }
}

#[test]
fn a_text_or_picture_against_the_description_of_google_is_refused() {
    let path = method("gemini-3.8-flash", "generateContent");
    let contents = json!([{"role": "user", "parts": [{"text": "x"}]}]);
    assert_eq!(post(&FakeGemini::start(), &path, &json!({"contents": contents})).0, 200);
    refused::<Google>(&path, &json!({"contents": contents, "temperature": 1}), "temperature");
    refused::<Google>(&path, &json!({"contents": []}), "contents is empty");
    refused::<Google>(&path, &json!({"contents": [{"role": "system", "parts": [{"text": "x"}]}]}), "neither user");
    let config = json!({"responseSchema": {"type": "OBJECT"}});
    refused::<Google>(&path, &json!({"contents": contents, "generationConfig": config}), "not to be JSON");
    let config = json!({"imageConfig": {"aspectRatio": "16:9"}});
    refused::<Google>(&path, &json!({"contents": contents, "generationConfig": config}), "no picture is asked for");
    refused::<Google>("/v1beta/models/imagen:predict", &json!({}), "Google has no POST");
}

#[test]
fn a_clip_against_the_descriptions_of_google_is_refused() {
    let input = json!([{"type": "text", "text": "Waves"}]);
    let format = |duration: &str| json!({"type": "video", "duration": duration, "delivery": "uri"});
    let clip = |background: bool, duration: &str| {
        json!({"model": "gemini-omni-1.1-flash", "input": input,
        "background": background, "response_format": format(duration)})
    };
    assert_eq!(post(&FakeGemini::start(), INTERACTIONS, &clip(true, "8s")).0, 200);
    refused::<Google>(INTERACTIONS, &clip(false, "8s"), "in the background only");
    refused::<Google>(INTERACTIONS, &clip(true, "12s"), "duration must be");
    refused::<Google>(INTERACTIONS, &clip(true, "8"), "/response_format/duration");
    let veo = method("veo-3.1-generate-preview", "predictLongRunning");
    let clip = |seconds: u32, resolution: &str| {
        json!({"instances": [{"prompt": "Waves"}],
        "parameters": {"durationSeconds": seconds, "resolution": resolution}})
    };
    assert_eq!(post(&FakeGemini::start(), &veo, &clip(8, "1080p")).0, 200);
    refused::<Google>(&veo, &clip(5, "720p"), "durationSeconds");
    refused::<Google>(&veo, &clip(4, "1080p"), "8 seconds alone");
}

#[test]
fn a_prediction_against_the_descriptions_of_replicate_is_refused() {
    let path = predictions("google/veo-3.1");
    assert_eq!(post(&FakeReplicate::start(), &path, &json!({"input": {"prompt": "Waves"}})).0, 201);
    refused::<Cog>(&path, &json!({"prompt": "Waves"}), "input");
    refused::<Cog>(&path, &json!({"input": {"prompt": "Waves", "colour": "red"}}), "colour");
    refused::<Cog>(&path, &json!({"input": {"prompt": "Waves", "duration": 5}}), "/duration");
    refused::<Cog>("/v1/predictions", &json!({"input": {}}), "version");
    refused::<Cog>(FILES, &json!({"content": "x"}), "not that of a form");
    let lost = json!({"input": {"prompt": "Waves", "image": "https://api.replicate.com/v1/files/lost"}});
    refused::<Cog>(&path, &lost, "no file is at");
    let fake = FakeReplicate::start();
    let (name, key) = key(&fake);
    let sent = send(|client| {
        let post = client.post(url(&fake, &path)).header(name, key).header("prefer", "wait=0");
        post.json(&json!({"input": {"prompt": "Waves"}}))
    });
    assert_eq!(sent.0, 422, "{}", sent.1);
    assert!(fake.take_violations()[0].contains("prefer"));
}

#[test]
fn a_job_that_was_never_begun_is_not_there() {
    fn absent<A: Api>(path: &str) {
        let fake = Fake::<A>::start();
        let (name, key) = key(&fake);
        assert_eq!(send(|client| client.get(url(&fake, path)).header(name, key)).0, 404);
        assert_eq!(fake.take_violations().len(), 1, "{path}");
    }
    absent::<OpenAi>("/v1/videos/video_9");
    absent::<Google>("/v1beta/interactions/v1-clip-9");
    absent::<Google>("/v1beta/files/v1-clip-9:download");
    absent::<Cog>("/v1/predictions/p9");
}

#[test]
fn a_credential_at_the_host_of_the_results_fails_the_test() {
    let fake = FakeReplicate::start();
    let clip = fake.elsewhere() + "/clip.mp4";
    assert_eq!(send(|client| client.get(&clip)).0, 200);
    assert_eq!(send(|client| client.get(&clip).header("authorization", "Bearer x")).0, 403);
    assert_eq!(send(|client| client.get(&clip).header("x-note", fake.key())).0, 403);
    assert_eq!(fake.violations().len(), 2);
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(fake)));
    let said = *dropped.expect_err("dropping it panics").downcast::<String>().expect("with a sentence");
    assert!(said.contains("Replicate would refuse") && said.contains("another host"), "{said}");
}

#[test]
fn without_the_key_nothing_is_read() {
    fn unread<A: Api>(path: &str, status: u16) {
        let fake = Fake::<A>::start();
        assert_eq!(send(|client| client.post(url(&fake, path)).body("no JSON")).0, status);
    }
    unread::<OpenAi>(VIDEOS, 401);
    unread::<Google>(INTERACTIONS, 403);
    unread::<Cog>(FILES, 401);
}
