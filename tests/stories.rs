//! The two-step contract through the real binary: sets that add up, characters that stay, models that answer wrongly or
//! too briefly, hosts that are killed, and files that lie where they may.

use std::ops::RangeInclusive;
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use crate::fakes::openai::{Answer, CHAT, FakeOpenAi, Request};
use crate::support::Bench;
use crate::support::house::House;
use crate::support::http::Reply;
use crate::support::server::Server;

const MOVIE: [&str; 2] = ["/generate-movie-metadata", "/generate-movie-segments"];
const STORY: [&str; 2] = ["/generate-story-metadata", "/generate-story-segments-from-metadata"];
const EXPORTS: &str = "/api/exports";

/// What a good model plans.
fn planned(title: &str) -> Value {
    let character = |id: &str, name: &str| {
        json!({"id": id, "name": name, "physical_appearance": {"coat": format!("{name}'s blue coat")},
            "personality": {"trait": "calm"}, "voice_characteristics": {"pitch": "low"}})
    };
    json!({
        "title": title,
        "short_summary": "A keeper climbs his lighthouse for the last time.",
        "description": "A quiet film about work.",
        "hashtags": ["#lighthouse"],
        "narrator_voice": "low and slow",
        "characters_roster": [character("char_001", "Ada"), character("char_002", "Ben")],
        "story_outline": ["The stairs", "The lamp", "The dark"],
    })
}

/// What a good model writes for these numbers.
fn told(numbers: impl IntoIterator<Item = u32>) -> Value {
    let segment = |number: u32| {
        json!({
            "segment_number": number,
            "title": format!("Landing {number}"),
            "narration": format!("They reach landing {number}."),
            "dialogue": [],
            "visual_description": format!("Ada and Ben on landing {number} of a white lighthouse."),
            "characters": ["char_001", "char_002"],
        })
    };
    json!({"segments": numbers.into_iter().map(segment).collect::<Vec<_>>()})
}

/// The segments that a request asks for; none where it asks for metadata.
fn asked_for(request: &Request) -> Option<RangeInclusive<u32>> {
    let function = request.json()["tools"][0]["function"].clone();
    if function["name"] == "create_story_metadata" {
        return None;
    }
    assert_eq!(function["name"], "create_story_segments");
    let number = &function["parameters"]["properties"]["segments"]["items"]["properties"]["segment_number"];
    let words = number["description"].as_str().expect("it is described").replace(',', "");
    let mut numbers = words.split(' ').filter_map(|word| word.parse().ok());
    Some(numbers.next().expect("the first")..=numbers.next().expect("the last"))
}

/// A model that answers as it should.
fn good(request: &Request) -> Answer {
    Answer::arguments(match asked_for(request) {
        None => planned("The Last Keeper").to_string(),
        Some(numbers) => told(numbers).to_string(),
    })
}

/// How often the upstream was asked for exactly these segments.
fn bought(upstream: &FakeOpenAi, numbers: RangeInclusive<u32>) -> usize {
    let asked = upstream.requests();
    asked.iter().filter(|request| asked_for(request).as_ref() == Some(&numbers)).count()
}

fn plan(server: &Server, path: &str, body: &Value) -> Value {
    let reply = server.post(path, body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["metadata"].clone()
}

/// Asks for a set, which is there then.
fn set(server: &Server, path: &str, body: &Value) -> Value {
    let reply = server.post(path, body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["segments"].clone()
}

fn numbers(segments: &Value) -> Vec<u64> {
    let segments = segments.as_array().expect("a list");
    segments.iter().map(|segment| segment["segment_number"].as_u64().expect("a number")).collect()
}

/// The names of the caller's files.
fn exported(server: &Server) -> Vec<String> {
    let listed = server.get(EXPORTS).json();
    let names = listed["exports"].as_array().expect("a list").iter();
    names.map(|export| export["name"].as_str().expect("a name").to_owned()).collect()
}

fn refused(reply: &Reply, status: u16, words: &str) {
    let told = reply.json();
    assert_eq!(reply.status, status, "{told}");
    assert!(told["detail"].as_str().is_some_and(|said| said.contains(words)), "{words:?} is not in {told}");
    assert_eq!(told["detail"], told["message"]);
}

#[test]
fn every_segment_comes_once_and_in_order_and_the_characters_stay_the_same() {
    let house = House::new();
    house.upstream.answer_with(|request, _| good(request));
    let server = house.open();
    let idea = "A lighthouse keeper's last night";
    let metadata = plan(&server, MOVIE[0], &json!({"idea": idea, "total_segments": 50}));
    assert_eq!(
        (&metadata["generation_info"]["total_segments"], &metadata["generation_info"]["idea"]),
        (&json!(50), &json!(idea))
    );
    assert!(metadata["generation_info"]["generated_at"].as_str().is_some_and(|at| at.starts_with("20")), "{metadata}");
    let (mut all, mut next) = (Vec::new(), json!(1));
    while !next.is_null() {
        let made = set(&server, MOVIE[1], &json!({"metadata": metadata, "set_number": next, "segments_per_set": 10}));
        assert_eq!((&made["success"], &made["set_number"], &made["segments_count"]), (&json!(true), &next, &json!(10)));
        assert_eq!(made["story_set"]["title"], "The Last Keeper");
        assert_eq!(made["is_complete"], made["next_set_number"].is_null());
        all.extend(numbers(&made["story_set"]["segments"]));
        next = made["next_set_number"].clone();
    }
    assert_eq!(all, (1..=50).collect::<Vec<_>>());

    let metadata = plan(&server, STORY[0], &json!({"idea": idea, "segments": 23}));
    assert_eq!(metadata["generation_info"]["segments_planned"], 23);
    let mut counts = Vec::new();
    for batch in 1..=3 {
        let body = json!({"metadata": {"metadata": metadata}, "batch_number": batch, "segments_per_batch": 10});
        let made = set(&server, STORY[1], &body);
        counts.push((numbers(&made["segments"]).len(), made["next_batch_number"].clone(), made["is_complete"].clone()));
    }
    let expected = [(10, json!(2), json!(false)), (10, json!(3), json!(false)), (3, Value::Null, json!(true))];
    assert_eq!(counts, expected);

    let asked = house.upstream.requests();
    let sets: Vec<_> = asked.iter().filter_map(|request| Some((request, asked_for(request)?))).collect();
    assert_eq!(sets.len(), 8);
    for (request, numbers) in &sets {
        assert!(request.contains("Ada's blue coat") && request.contains("Ben's blue coat"), "{numbers:?}");
        let before = numbers.start() - 1;
        assert!(before == 0 || request.contains(&format!("They reach landing {before}.")), "the end of the set before");
        let tokens = if *numbers.end() == 23 { 3_800 } else { 8_000 };
        assert_eq!(request.json()["max_completion_tokens"], tokens, "{numbers:?}");
    }
    assert_eq!(exported(&server).len(), 6, "the movie's sets and its metadata, and nothing of the story");
}

#[test]
fn a_killed_host_goes_on_and_buys_no_finished_set_again() {
    let house = House::new();
    house.upstream.answer_with(|request, number| match asked_for(request) {
        Some(numbers) if *numbers.start() == 21 && number == 4 => good(request).held(),
        _ => good(request),
    });
    let server = house.open();
    let begun = server.post("/generate-movie-all", &json!({"idea": "A lighthouse", "total_segments": 50}));
    assert_eq!(begun.status, 202, "{}", begun.text());
    let job = begun.header("location").to_owned();
    house.upstream.wait_for_held(1);
    assert_eq!(exported(&server).len(), 3, "metadata and two sets are there while the third is written");
    server.kill9();
    house.upstream.wait_for_none_held();
    let server = house.open();
    let ended = server.poll(&job, |job| job["completed_at"].is_string());
    assert_eq!((&ended["status"], &ended["progress"]), (&json!("completed"), &json!(100.0)), "{ended}");
    assert_eq!(numbers(&ended["result"]["segments"]), (1..=50).collect::<Vec<_>>());
    let counts = [1..=10, 11..=20, 21..=30, 31..=40, 41..=50].map(|numbers| bought(&house.upstream, numbers));
    assert_eq!(counts, [1, 1, 2, 1, 1], "only what nobody knows of was sent again");

    // The client's own loop finds them too, until it wants them anew.
    let sent = house.upstream.count(CHAT);
    let body = json!({"metadata": ended["result"]["metadata"], "set_number": 2});
    let first = set(&server, MOVIE[1], &body);
    assert_eq!(house.upstream.count(CHAT), sent);
    let mut other = body.clone();
    other["segments_per_set"] = json!(20);
    set(&server, MOVIE[1], &other);
    assert_eq!(house.upstream.count(CHAT), sent + 1, "a set of another size is another set");
    let mut anew = body;
    anew["regenerate"] = json!(true);
    assert_eq!(set(&server, MOVIE[1], &anew), first);
    assert_eq!(house.upstream.count(CHAT), sent + 2);
}

#[test]
fn a_client_that_lost_its_answer_to_a_kill_gets_it_without_paying_twice() {
    let house = House::new();
    house.upstream.answer_with(|request, _| good(request));
    let server = house.open();
    let metadata = plan(&server, MOVIE[0], &json!({"idea": "A lighthouse", "total_segments": 20}));
    let body = json!({"metadata": metadata, "set_number": 1});
    house.upstream.script([good_set(1..=10).held()]);
    let ask = || {
        let reply = server.request(Method::POST, MOVIE[1], |post| post.header("prefer", "respond-async").json(&body));
        assert_eq!(reply.status, 202, "{}", reply.text());
        reply.json()["job_id"].clone()
    };
    let lost = ask();
    house.upstream.wait_for_held(1);
    assert_eq!(ask(), lost, "who asks again waits for the one that is being made");
    server.kill9();
    house.upstream.wait_for_none_held();
    let server = house.open();
    let made = set(&server, MOVIE[1], &body);
    assert_eq!(made["segments_count"], 10);
    assert_eq!(
        bought(&house.upstream, 1..=10),
        2,
        "what was interrupted is sent once more, not once for each who asks"
    );
}

fn good_set(numbers: RangeInclusive<u32>) -> Answer {
    Answer::arguments(told(numbers).to_string())
}

#[test]
fn a_model_that_ends_every_answer_at_2000_tokens_still_writes_the_whole() {
    const LONGEST: usize = 2_000 * 4;
    let house = House::new();
    house.upstream.answer_with(|request, _| {
        let whole = match asked_for(request) {
            None => planned("The Last Keeper"),
            Some(numbers) => {
                let mut whole = told(numbers);
                for segment in whole["segments"].as_array_mut().expect("a list") {
                    segment["visual_description"] = json!("A white lighthouse against the sea. ".repeat(40));
                }
                whole
            }
        };
        let whole = whole.to_string();
        if whole.len() > LONGEST { Answer::cut(&whole[..LONGEST]) } else { Answer::arguments(whole) }
    });
    let server = house.open();
    let story = server.post("/generate-movie-auto", &json!({"idea": "A lighthouse", "total_segments": 20}));
    assert_eq!(story.status, 200, "{}", story.text());
    assert_eq!(numbers(&story.json()["segments"]), (1..=20).collect::<Vec<_>>());
    assert_eq!(story.json()["is_complete"], true);
    assert_eq!(
        (bought(&house.upstream, 1..=10), bought(&house.upstream, 1..=5), bought(&house.upstream, 6..=10)),
        (1, 1, 1)
    );
    let second = house
        .upstream
        .requests()
        .iter()
        .any(|request| asked_for(request) == Some(6..=10) && request.contains("They reach landing 5."));
    assert!(second, "the second half is told the end of the first");
}

#[test]
fn too_many_renumbered_and_repeated_segments_are_mended_without_asking_again() {
    let house = House::new();
    house.upstream.answer_with(|request, _| good(request));
    let server = house.open();
    let metadata = plan(&server, MOVIE[0], &json!({"idea": "A lighthouse", "total_segments": 30}));
    let mut twice = told(11..=20);
    let copy = twice["segments"][3].clone();
    twice["segments"].as_array_mut().expect("a list").insert(4, copy);
    for wrong in [told(11..=23), told(1..=10), told(1..=12), twice] {
        let sent = house.upstream.count(CHAT);
        house.upstream.script([Answer::arguments(wrong.to_string())]);
        let made = set(&server, MOVIE[1], &json!({"metadata": metadata, "set_number": 2, "regenerate": true}));
        assert_eq!(numbers(&made["story_set"]["segments"]), (11..=20).collect::<Vec<_>>());
        assert_eq!(house.upstream.count(CHAT), sent + 1);
    }
}

#[test]
fn too_few_segments_are_asked_for_again_and_then_the_error_names_the_counts() {
    let house = House::new();
    house.upstream.answer_with(|request, _| good(request));
    let server = house.open();
    let metadata = plan(&server, MOVIE[0], &json!({"idea": "A lighthouse", "total_segments": 30}));
    let few = || Answer::arguments(told(11..=18).to_string());
    house.upstream.script([few()]);
    let body = json!({"metadata": metadata, "set_number": 2, "save_to_files": false});
    let made = set(&server, MOVIE[1], &body);
    assert_eq!(made["segments_count"], 10);
    let again = house.upstream.requests();
    assert!(again.last().is_some_and(|request| request.contains("but got 8 segments")), "it is told what was wrong");

    let mut body = body;
    body["set_number"] = json!(3);
    let few = || Answer::arguments(told(21..=28).to_string());
    house.upstream.script([few(), few(), few()]);
    let reply = server.post(MOVIE[1], &body);
    refused(&reply, 500, "Expected 10 segments (21 to 30) but got 8 segments");
    assert_eq!(reply.json()["error"], "validation_failed");
    assert_eq!(exported(&server), [""; 0], "and nothing was written");
    assert_eq!(set(&server, MOVIE[1], &body)["segments_count"], 10, "the next try is a new one");
}

#[test]
fn a_roster_is_used_as_it_was_given() {
    let house = House::new();
    house.upstream.answer_with(|request, _| match asked_for(request) {
        Some(numbers) => {
            let mut whole = told(numbers);
            for segment in whole["segments"].as_array_mut().expect("a list") {
                segment["characters"] = json!(["mia"]);
            }
            Answer::arguments(whole.to_string())
        }
        None => good(request),
    });
    let server = house.open();
    let roster = json!([{"id": "mia", "name": "Mia", "role": "hero", "physical_appearance": {"hair": "red"}}]);
    let metadata =
        plan(&server, STORY[0], &json!({"idea": "A lighthouse", "segments": 5, "custom_character_roster": roster}));
    assert_eq!(metadata["characters_roster"], roster);
    let made = set(&server, STORY[1], &json!({"metadata": metadata}));
    assert_eq!(made["segments"][0]["characters"], json!(["mia"]));
    assert_eq!(house.upstream.count_containing("\\\"role\\\":\\\"hero\\\""), 2, "both steps are told all of it");
}

#[test]
fn what_has_a_wrong_type_is_refused_with_its_path_before_anybody_is_asked() {
    let house = House::new();
    house.upstream.answer_with(|request, _| good(request));
    let server = house.open();
    let metadata = plan(&server, MOVIE[0], &json!({"idea": "A lighthouse", "total_segments": 20}));
    let sent = house.upstream.count(CHAT);
    for (path, body, words) in [
        (
            MOVIE[0],
            json!({"idea": "x", "custom_character_roster": "Mia"}),
            "custom_character_roster must be a list but is a string",
        ),
        (
            MOVIE[0],
            json!({"idea": "x", "custom_character_roster": [{"name": "A"}, {"name": 7}]}),
            "custom_character_roster[1].name must be a string but is a number",
        ),
        (MOVIE[0], json!({"idea": 7}), "idea: invalid type"),
        (MOVIE[0], json!({"idea": "x", "total_segments": 0}), "total_segments is 0"),
        (MOVIE[0], json!({"idea": "x", "total_segments": -1}), "total_segments: invalid value"),
        (MOVIE[0], json!({"total_segments": 5}), "idea is missing or blank"),
        (MOVIE[1], json!({}), "metadata is missing"),
        (MOVIE[1], json!({"metadata": [1]}), "metadata must be an object but is a list"),
        (MOVIE[1], json!({"metadata": {"title": 7}}), "metadata.title must be a string but is a number"),
        (MOVIE[1], json!({"metadata": metadata, "segments_per_set": "ten"}), "segments_per_set: invalid type"),
        ("/generate-movie-all", json!({"metadata": {"title": []}}), "metadata.title must be a string but is a list"),
    ] {
        refused(&server.post(path, &body), 422, words);
    }
    let beyond = server.post(MOVIE[1], &json!({"metadata": metadata, "set_number": 3}));
    refused(&beyond, 400, "20 segments in sets of 10 are the sets 1 to 2");
    assert_eq!(house.upstream.count(CHAT), sent);
}

#[test]
fn files_lie_inside_the_exports_folder_whatever_the_title_and_the_folder_say() {
    let house = House::new();
    house.upstream.answer_with(|request, _| good(request));
    let server = house.open();
    for folder in ["..", "a/../../b", "/etc", "C:/x", "~/x", "a\\..\\b", "", ".git", "nul"] {
        // The folder is judged before the metadata, which is wrong too.
        let reply = server.post(MOVIE[1], &json!({"metadata": 7, "output_directory": folder}));
        refused(&reply, 400, "output_directory");
    }
    let long = "x".repeat(300);
    for (title, stem) in [
        ("../../etc/passwd", "etcpasswd"),
        ("🎬🎉", "story"),
        ("CON", "CON_"),
        ("Été à Paris / 2", "Été à Paris  2"),
        (long.as_str(), &long[..50]),
    ] {
        let mut metadata = planned(title);
        metadata["generation_info"] = json!({"total_segments": 2});
        let made = server.post(MOVIE[1], &json!({"metadata": metadata, "output_directory": "films/spring"}));
        let expected = [format!("films/spring/{stem}_metadata.json"), format!("films/spring/{stem}_set_01.json")];
        assert_eq!(made.json()["files"], json!(expected), "{}", made.text());
        for name in expected {
            let there = house.bench.path("data/exports").join(&name);
            assert!(there.is_file(), "{}", there.display());
        }
    }
    let listed = server.get(EXPORTS).json();
    assert_eq!(listed["exports"].as_array().map(Vec::len), Some(10), "{listed}");
    for title in listed["titles"].as_array().expect("a list") {
        let archive = server.get(title["url"].as_str().expect("a path"));
        assert_eq!((archive.status, archive.header("content-type")), (200, "application/zip"), "{title}");
        assert_eq!(title["files"], 2);
    }
    for escape in
        ["../kinora.db", "%2e%2e/kinora.db", "films/..%2f..%2f..%2fkinora.db", "films", "nothing.json", "x.zip"]
    {
        assert_eq!(server.get(&format!("{EXPORTS}/{escape}")).status, 404, "{escape}");
    }
}

#[test]
fn files_are_fetched_one_by_one_or_together_by_their_owner_alone() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    let run = bench.run(&["token", "create", "--user", "ann", "--role", "user", "--data", "data"]).ok();
    let token = run.stdout.split_whitespace().last().expect("a token").to_owned();
    let ask = |method: Method, path: &str, body: &Value| {
        let body = body.clone();
        server.request(method, path, |request| match body.is_null() {
            true => request.bearer_auth(&token),
            false => request.bearer_auth(&token).json(&body),
        })
    };
    let plan = ask(Method::POST, MOVIE[0], &json!({"idea": "A lighthouse keeper", "total_segments": 4}));
    let body = json!({"metadata": plan.json(), "segments_per_set": 2, "set_number": 2});
    let made = ask(Method::POST, MOVIE[1], &body).json();
    assert_eq!(made["story_id"], plan.json()["story_id"]);
    let listed = ask(Method::GET, EXPORTS, &Value::Null).json();
    assert_eq!(listed["exports"].as_array().map(Vec::len), Some(2), "{listed}");
    let of = |name: &str| {
        let exports = listed["exports"].as_array().expect("a list").iter();
        let found =
            exports.into_iter().find(|export| export["name"].as_str().is_some_and(|known| known.ends_with(name)));
        found.expect("it is listed")["url"].as_str().expect("a path").to_owned()
    };
    let file = ask(Method::GET, &of("_set_02.json"), &Value::Null).json();
    assert_eq!(file["segments"], made["segments"]["story_set"]["segments"]);
    let metadata = ask(Method::GET, &of("_metadata.json"), &Value::Null).json();
    assert_eq!(metadata["metadata"], plan.json()["metadata"], "and it can be posted again as it is");

    let url = listed["titles"][0]["url"].as_str().expect("a path").to_owned();
    let archive = ask(Method::GET, &url, &Value::Null);
    assert!(archive.header("content-disposition").contains(".zip"), "{:?}", archive.headers);
    assert_archive(&bench, &archive.body, 2);
    for path in [&url, &of("_set_02.json")] {
        assert_eq!(server.get(path).status, 404, "it is another's");
    }
    assert_eq!(exported(&server), [""; 0]);
}

/// The archive is one that others read too.
fn assert_archive(bench: &Bench, archive: &[u8], files: usize) {
    let path = bench.path("story.zip");
    std::fs::write(&path, archive).expect("written");
    let listed = Command::new("python3").args(["-m", "zipfile", "-l"]).arg(&path).output().expect("python3 is there");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(listed.lines().filter(|line| line.contains(".json")).count(), files, "{listed}");
}

#[test]
fn stories_for_adults_are_refused_unless_the_settings_allow_them() {
    let flagged = json!({"idea": "A heist", "total_segments": 2, "adult_story": true});
    let worded = json!({"idea": "A heist, 18+", "total_segments": 2});
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    let mut metadata = plan(&server, MOVIE[0], &json!({"idea": "A heist", "total_segments": 2}));
    metadata["generation_info"]["adult_story"] = json!(true);
    let set = json!({"metadata": metadata});
    for (path, body) in
        [(MOVIE[0], &flagged), (MOVIE[0], &worded), ("/generate-movie-auto", &flagged), (MOVIE[1], &set)]
    {
        let reply = server.post(path, body);
        refused(&reply, 400, "Stories for adults are not allowed here");
        assert_eq!(reply.json()["error"], "refused_by_policy");
    }
    drop(server);
    std::fs::write(bench.path("kinora.toml"), "[plugins.prompt-policy.settings]\nallow_adult_story = true\n")
        .expect("written");
    let server = Server::start(&bench, &[], &[]);
    assert_eq!(plan(&server, MOVIE[0], &flagged)["generation_info"]["adult_story"], true);
    assert_eq!(plan(&server, MOVIE[0], &worded)["generation_info"]["adult_story"], true);
}

#[test]
fn every_kind_is_written_in_two_steps_and_in_one_by_whoever_has_no_key() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    for kind in ["movie", "story", "meme", "free-content"] {
        let second = if kind == "movie" { "segments" } else { "segments-from-metadata" };
        let metadata =
            plan(&server, &format!("/api/v1/generate-{kind}-metadata"), &json!({"idea": "Tea", "segments": 7}));
        let made = set(&server, &format!("/generate-{kind}-{second}"), &json!({"metadata": metadata, "set_number": 1}));
        let segments = if kind == "movie" { &made["story_set"]["segments"] } else { &made["segments"] };
        let count = if kind == "movie" { 7 } else { 5 };
        assert_eq!(numbers(segments), (1..=count).collect::<Vec<_>>(), "{kind}");
    }
    for path in [
        "movie-auto",
        "prompt-based-story",
        "story-auto",
        "meme-segments",
        "meme-auto",
        "free-content",
        "free-content-auto",
    ] {
        let reply = server.post(&format!("/generate-{path}"), &json!({"idea": "Tea", "segments": 7}));
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let story = reply.json();
        assert_eq!((numbers(&story["segments"]), &story["is_complete"]), ((1..=7).collect(), &json!(true)), "{path}");
        assert!(story["metadata"]["title"].is_string(), "{story}");
    }
    let surprises: Vec<Value> =
        (0..2).map(|_| plan(&server, "/generate-meme-metadata", &json!({"idea": null, "segments": 3}))).collect();
    assert_eq!(surprises[0]["generation_info"]["idea"], Value::Null);
    assert_ne!(surprises[0]["short_summary"], surprises[1]["short_summary"], "anything is something else each time");
}

#[test]
fn a_whole_story_is_a_job_that_is_watched_cancelled_and_made_once_for_each_key() {
    let house = House::new();
    house.upstream.answer_with(|request, _| match asked_for(request) {
        Some(numbers) if *numbers.start() == 6 => good(request).held(),
        _ => good(request),
    });
    let server = house.open();
    let body = json!({"idea": "A lighthouse", "segments": 15});
    let begin = |key: &str| {
        server.request(Method::POST, "/generate-story-all", |post| post.header("idempotency-key", key).json(&body))
    };
    let begun = begin("one").json();
    assert_eq!(begin("one").json()["job_id"], begun["job_id"]);
    house.upstream.wait_for_held(1);
    let path = format!("/api/jobs/{}", begun["job_id"].as_str().expect("an id"));
    let job = server.poll(&path, |job| job["current_step"] == "Writing segments 6 to 10 of 15");
    assert!((35.0..45.0).contains(&job["progress"].as_f64().expect("a number")), "{job}");
    assert_eq!(server.delete(&path).json()["status"], "cancelled");
    house.upstream.wait_for_none_held();
    assert_eq!(bought(&house.upstream, 11..=15), 0);
    assert_eq!(exported(&server), [""; 0], "files only where they are asked for");
    // What was made before is not lost: the metadata is in the first request's answer, the set on disk.
    house.upstream.release();
    let whole = server.post("/generate-prompt-based-story", &body);
    assert_eq!(whole.status, 200, "{}", whole.text());
    assert_eq!(bought(&house.upstream, 1..=5), 1, "the same plan has the same first set");
}

#[test]
fn what_an_upstream_refuses_is_told_and_nothing_is_half_written() {
    let house = House::new();
    house.upstream.answer_with(|request, _| good(request));
    let server = house.open();
    house.upstream.script([Answer::insufficient_quota()]);
    let reply = server.post(MOVIE[0], &json!({"idea": "A lighthouse"}));
    refused(&reply, 500, "The account's quota is used up.");
    house.upstream.script([Answer::rate_limited(1), Answer::rate_limited(1), Answer::rate_limited(1)]);
    let reply = server.post(MOVIE[0], &json!({"idea": "A lighthouse"}));
    refused(&reply, 500, "Rate limit exceeded.");
    assert_eq!((reply.json()["error"].as_str(), reply.header("retry-after")), (Some("rate_limit_exceeded"), "30"));
    let metadata = plan(&server, MOVIE[0], &json!({"idea": "A lighthouse", "total_segments": 20}));
    house.upstream.script([good_set(1..=10), Answer::refusal()]);
    let whole = server.post("/generate-movie-auto", &json!({"metadata": metadata, "save_to_files": true}));
    assert_eq!(whole.status, 500, "{}", whole.text());
    assert_eq!(
        exported(&server),
        ["generated_movie_script/The Last Keeper_metadata.json", "generated_movie_script/The Last Keeper_set_01.json"]
    );
}

#[test]
fn the_example_writes_a_movie_and_a_story_and_checks_them() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/two-step/test_two_step_generation.py");
    let run = |more: &[&str]| {
        let url = server.url("");
        let mut command = Command::new("python3");
        command.arg(script).args(["--url", &url]).args(more).current_dir(bench.folder.path());
        crate::support::Run::of(command.env("PYTHONDONTWRITEBYTECODE", "1"))
    };
    let first = run(&[]).ok();
    assert_eq!(first.stdout.lines().count(), 2, "{}", first.stdout);
    let story = std::fs::read_to_string(bench.path("movie.json")).expect("it is there");
    let story: Value = serde_json::from_str(&story).expect("JSON");
    assert_eq!(numbers(&story["segments"]), (1..=12).collect::<Vec<_>>());
    let again = run(&["--kinds", "movie", "--metadata", "movie_metadata.json"]).ok();
    assert!(again.stdout.contains("12 segments"), "{}", again.stdout);
    run(&["--kinds", "movie", "--segments", "0"]).fails_with(&["422", "total_segments is 0"]);
}
