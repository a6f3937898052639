//! The server in bad company: broken requests, foreign pages, a full disk, a database that goes away; and what its
//! people use to look after it.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::fakes::openai::{Answer, CHAT};
use crate::fakes::postgres::Postgres;
use crate::support::house::{self, GENERATE, House, begin, doubtful, end, job_path, request, task_path};
use crate::support::http::{self, Reply};
use crate::support::server::Server;
use crate::support::{Bench, Run};

/// Longer than a host's lease.
const LONG_AWAY: Duration = Duration::from_secs(17);

fn post_text(server: &Server, body: &str) -> Reply {
    post_as(server, "application/json", body)
}

fn post_as(server: &Server, media_type: &str, body: &str) -> Reply {
    let body = body.to_owned();
    server.request(Method::POST, GENERATE, |post| post.header("content-type", media_type).body(body))
}

fn post_with(server: &Server, name: &str, value: &str) -> Reply {
    server.request(Method::POST, GENERATE, |post| post.header(name, value).json(&request("headphones")))
}

/// It is answered with a status, a code and a sentence, and with nothing of the machine's.
fn assert_refused(reply: &Reply, status: u16, code: &str, words: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    let error = reply.json();
    assert_eq!((&error["error"], &error["detail"]), (&json!(code), &error["message"]), "{error}");
    let said = error["message"].as_str().expect("a sentence");
    assert!(said.contains(words) && said.ends_with('.'), "{said}");
    assert!(!said.contains("/tmp") && !said.contains("panicked"), "{said}");
}

#[test]
fn bodies_that_cannot_be_read_are_refused_with_the_reason() {
    let house = House::new();
    let server = house.open();
    assert_refused(&post_text(&server, "{\"product_id\": }"), 400, "invalid_json", "line 1 column 16");
    assert_refused(&post_text(&server, "{\"product_id\": \"p\""), 400, "invalid_json", "line 1 column 18");
    assert_refused(&post_text(&server, ""), 400, "invalid_json", "empty");
    assert_refused(&post_text(&server, &"[".repeat(100_000)), 400, "invalid_json", "line 1");
    assert_refused(&post_text(&server, "[]"), 422, "invalid_value", "object");
    for (body, field) in [
        (json!({"product_id": 5, "user_id": "u"}), "product_id"),
        (json!({"product_id": "p", "user_id": "u", "video_length": "long"}), "video_length"),
        (json!({"product_id": "p", "user_id": "u", "product": {"title": [1]}}), "product.title"),
        (json!({"product_id": "p", "user_id": "u", "product": {"image_urls": ["ok"]}}), "product.image_urls[0]"),
    ] {
        let reply = server.post(GENERATE, &body);
        assert_refused(&reply, 422, "invalid_value", field);
        assert_eq!(reply.json()["details"]["field"], field);
    }
    let form = post_as(&server, "application/x-www-form-urlencoded", "product_id=p");
    assert_refused(&form, 415, "unsupported_media_type", "application/json");
    assert_eq!(server.get("/api/jobs").json()["jobs"], json!([]), "nothing was begun");
    let run = server.terminate();
    assert!(run.code == Some(0) && !run.stderr.contains("panicked"), "{}", run.stderr);
}

#[test]
fn a_body_of_5_mb_is_refused_and_its_sender_is_told() {
    let house = House::new();
    let server = house.open();
    let huge = request(&"x".repeat(5_000_000));
    // A connection that is closed too early breaks only now and then.
    for _ in 0..20 {
        assert_refused(&server.post(GENERATE, &huge), 413, "body_too_large", "larger than");
    }
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn a_setting_that_nobody_knows_keeps_the_server_from_starting() {
    let bench = Bench::new();
    let serve = |name: &str| {
        let mut command = bench.command(&["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
        Run::of(command.env(name, "1"))
    };
    serve("KINORA_GENERATION__RETRY_DELAY")
        .fails_with(&["generation.retry_delay\"", "did you mean \"generation.retry_delay_ms\""]);
    serve("KINORA_SERVER__LISTN").fails_with(&["server.listn", "did you mean \"server.listen\""]);
    assert_eq!(bench.files(), [""; 0], "nothing was begun");
}

#[test]
fn what_keeps_a_server_from_starting_is_told_in_a_sentence() {
    let bench = Bench::new();
    let serve = |listen: &str, data: &str| bench.run(&["serve", "--listen", listen, "--data", data]);
    serve("127.0.0.1:0", "/proc/nowhere").fails_with(&["data folder /proc/nowhere", "--data DIR"]);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().map(|address| (taken, address.to_string())).expect("bound");
    serve(&taken.1, "data").fails_with(&[&taken.1, "cannot be listened on", "in use"]);
    serve("nonsense", "data").fails_with(&["nonsense", "cannot be listened on"]);
    bench
        .run(&["serve", "--listen", "127.0.0.1:0", "--data", "data", "--database", "mysql://x"])
        .fails_with(&["storage.database", "postgres://"]);

    let first = Server::start(&bench, &[], &[]);
    serve("127.0.0.1:0", "data").fails_with(&["data folder data is in use by another kinora", "--data DIR"]);
    assert_eq!(first.get("/health").status, 200, "the first is not disturbed");
}

#[test]
fn pages_proxies_and_names_from_elsewhere_do_not_spend_the_money_of_an_open_host() {
    let house = House::new();
    let server = house.open();
    assert_refused(&post_with(&server, "origin", "https://evil.example"), 403, "foreign_origin", "evil.example");
    assert_refused(&post_with(&server, "origin", "null"), 403, "foreign_origin", "null");
    assert_refused(&post_with(&server, "host", "rebound.example:80"), 403, "unknown_host", "rebound.example");
    for header in ["x-forwarded-for", "forwarded", "x-real-ip", "via"] {
        let refused = post_with(&server, header, "203.0.113.9");
        assert_refused(&refused, 401, "unauthorized", header);
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    assert_refused(&post_with(&server, "authorization", "Bearer nonsense"), 401, "unauthorized", "not valid");
    assert_eq!(server.get("/api/jobs").json()["jobs"], json!([]), "nothing was begun");

    let token = token(&house.bench, "ada");
    let trusted = server.request(Method::POST, GENERATE, |post| {
        post.header("x-forwarded-for", "203.0.113.9").bearer_auth(&token).json(&request("headphones"))
    });
    assert_eq!(trusted.status, 200, "with a token a proxy is no hindrance: {}", trusted.text());
    let page = post_with(&server, "origin", "http://localhost:3000");
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(page.header("access-control-allow-origin"), "http://localhost:3000");
}

/// A token, made beside whatever runs.
fn token(bench: &Bench, user: &str) -> String {
    let run = bench.run(&["token", "create", "--user", user, "--data", "data"]).ok();
    run.stdout.trim().to_owned()
}

#[test]
fn a_token_works_at_once_and_things_belong_to_who_made_them() {
    let house = House::new().with_thumbnails();
    let server = house.open();
    let (ada, bob) = (token(&house.bench, "ada"), token(&house.bench, "bob"));
    let ask = |method: Method, path: &str, token: Option<&str>| {
        server.request(method, path, |request| match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    };
    let status = ask(Method::GET, "/api/auth/status", Some(&ada)).json();
    assert_eq!(status["authenticated"], true, "{status}");
    let made = server.request(Method::POST, GENERATE, |post| post.bearer_auth(&ada).json(&request("headphones")));
    let of_ada = house::task_id(&made);
    let of_nobody = begin(&server, "headphones");
    end(&server, &of_nobody);
    server.wait_until("ada's task", |_| {
        ask(Method::GET, &task_path(&of_ada), Some(&ada)).json()["status"] == "completed"
    });
    for (task, owner) in [(&of_ada, Some(ada.as_str())), (&of_nobody, None)] {
        for caller in [Some(ada.as_str()), Some(&bob), None] {
            let expected = if caller == owner { 200 } else { 404 };
            for path in [task_path(task), job_path(task), format!("{}/events", job_path(task))] {
                assert_eq!(ask(Method::GET, &path, caller).status, expected, "{path}");
            }
            let listed = ask(Method::GET, "/api/jobs", caller).text();
            assert_eq!(listed.contains(house::job_id(task)), caller == owner);
            if caller != owner {
                assert_eq!(ask(Method::DELETE, &task_path(task), caller).status, 404);
            }
        }
    }
    // The link in an answer to ada shows the picture in a page, which sends no token.
    let task = ask(Method::GET, &task_path(&of_ada), Some(&ada)).json();
    let link = task["scenario"]["thumbnail_url"].as_str().expect("a link").to_owned();
    assert_eq!(http::send(|client| client.get(&link)).expect("an answer").status, 200);
    let bare = link.split('?').next().expect("a path").to_owned();
    assert_eq!(http::send(|client| client.get(&bare)).expect("an answer").status, 404);
    assert_eq!(http::send(|client| client.get(format!("{bare}?token=x"))).expect("an answer").status, 401);
}

#[test]
fn the_api_describes_itself_without_asking_anybody_else() {
    let house = House::new();
    let server = house.open();
    let described = server.get("/openapi.json").json();
    assert!(described["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    for (path, method) in [
        ("/api/scenario/generate", "post"),
        ("/api/scenario/generate/tasks/{task_id}", "get"),
        ("/api/scenario/generate/tasks/{task_id}", "delete"),
        ("/api/jobs", "get"),
        ("/api/jobs/{job_id}/events", "get"),
        ("/api/jobs/{job_id}/resubmit", "post"),
        ("/api/usage", "get"),
        ("/api/models", "get"),
        ("/api/auth/login", "post"),
        ("/metrics", "get"),
    ] {
        assert!(described["paths"][path][method]["responses"].is_object(), "{method} {path}");
    }
    let moved = server.get("/docs");
    assert_eq!((moved.status, moved.header("location")), (303, "/docs/"));
    let page = server.get("/docs/");
    assert!(page.status == 200 && page.header("content-type").starts_with("text/html"));
    let html = page.text();
    assert!(html.contains("<html") && !html.contains("http://") && !html.contains("https://"), "{html}");
    let named = html.split(['"', '\'']).filter(|word| word.ends_with(".js") || word.ends_with(".css"));
    let named: Vec<&str> = named.map(|file| file.trim_start_matches("./")).collect();
    assert!(!named.is_empty(), "{html}");
    for file in named {
        assert_eq!(server.get(&format!("/docs/{file}")).status, 200, "{file}");
    }
}

#[test]
fn metrics_count_jobs_and_requests() {
    let house = House::new();
    house.upstream.script([Answer::right(), Answer::refusal()]);
    let server = house.open();
    for _ in 0..2 {
        end(&server, &begin(&server, "headphones"));
    }
    let metrics = server.get("/metrics").text();
    for line in ["kinora_jobs{state=\"completed\"} 1", "kinora_jobs{state=\"failed\"} 1", "kinora_operations_open 0"] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in: {metrics}");
    }
    assert!(metrics.contains("route=\"/api/scenario/generate\",status=\"200\"} 2"), "{metrics}");
}

#[test]
fn a_server_listens_on_every_address_it_is_given_and_ends_well_when_asked() {
    let house = House::new();
    let server = house.open_with(&["--listen", "127.0.0.2:0"]);
    let said = server.stdout();
    let second = said.split_whitespace().find(|word| word.starts_with("http://127.0.0.2:")).expect("a second address");
    let task = begin(&server, "headphones");
    end(&server, &task);
    let second = format!("{second}{}", task_path(&task));
    assert_eq!(http::send(|client| client.get(&second)).expect("an answer").status, 200);
    let run = server.terminate();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(http::send(|client| client.get(&second)).is_err(), "nobody listens any more");
}

#[test]
fn a_database_that_goes_away_and_comes_back_costs_nothing() {
    let Some(mut postgres) = Postgres::start() else {
        return;
    };
    let house = House::new().on_database(&postgres.url("away"));
    house.upstream.script([Answer::hang_until_released()]);
    let server = house.open();
    let task = begin(&server, "headphones");
    house.upstream.wait_for_held(1);
    postgres.stop();
    let left = Instant::now();
    for reply in [server.get(&task_path(&task)), server.post(GENERATE, &request("another"))] {
        assert_refused(&reply, 503, "unavailable", "database");
        assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    }
    assert_refused(&server.get("/readyz"), 503, "not_ready", "the database does not answer");
    assert_eq!(server.get("/health").status, 200, "the process itself is well");
    assert_eq!(server.get("/metrics").status, 200);
    // The answer that is paid for comes while nobody can write it down, for longer than a lease lasts.
    house.upstream.release();
    house.upstream.wait_for_none_held();
    server.wait_until("a long absence", |server| {
        assert_eq!(server.get("/readyz").status, 503);
        left.elapsed() > LONG_AWAY
    });
    postgres.start_again();
    server.wait_ready();
    let ended = end(&server, &task);
    assert_eq!((&ended["status"], &ended["error_message"]), (&json!("completed"), &Value::Null));
    assert_eq!((house.upstream.count(CHAT), doubtful(&server)), (1, 0), "the answer was kept");
    let next = begin(&server, "another");
    assert_eq!(end(&server, &next)["status"], "completed");
    let run = server.terminate();
    assert!(run.code == Some(0) && !run.stderr.contains("panicked"), "{}", run.stderr);
}

#[test]
fn a_full_disk_is_told_and_after_making_room_everything_goes_on() {
    let bench = Bench::new();
    let script = "mkdir data; mount -t tmpfs -o size=12m tmpfs data; head -c 4m /dev/zero >data/ballast; \
                  exec \"$KINORA\" serve --listen 127.0.0.1:0 --data data";
    let Some(mut command) = bench.in_namespace(script) else {
        return;
    };
    for (name, value) in [
        ("KINORA_GENERATION__THUMBNAILS", "false"),
        ("KINORA_SERVER__GENERATING_PER_MINUTE", "0"),
        ("KINORA_SERVER__CREATING_PER_MINUTE", "0"),
        ("KINORA_SERVER__READING_PER_MINUTE", "100000"),
    ] {
        command.env(name, value);
    }
    let server = Server::of(&mut command);
    server.wait_ready();
    // The folder as the server sees it: its mounts are not ours.
    let data = format!("/proc/{}/cwd/data", server.pid().as_raw_nonzero());
    let large = request(&"long words ".repeat(1_500));
    let mut tasks = Vec::new();
    let refused = loop {
        let reply = server.post(GENERATE, &large);
        match reply.status {
            200 => tasks.push(house::task_id(&reply)),
            _ => break reply,
        }
        assert!(tasks.len() < 2_000, "the disk does not become full");
    };
    assert_refused(&refused, 507, "storage_full", "The disk is full");
    assert!(!tasks.is_empty());
    assert_eq!(server.get(&task_path(&tasks[0])).status, 200, "what is there can be read");
    assert_eq!(server.get("/health").status, 200);

    std::fs::remove_file(format!("{data}/ballast")).expect("room is made");
    server.wait_until("a task to be taken again", |server| {
        let reply = server.post(GENERATE, &request("small"));
        let taken = reply.status == 200;
        if taken {
            tasks_are_made(server, &[house::task_id(&reply)]);
        }
        taken
    });
    tasks_are_made(&server, &tasks);
    let run = server.terminate();
    assert!(run.code == Some(0) && !run.stderr.contains("panicked"), "{}", run.stderr);
}

fn tasks_are_made(server: &Server, tasks: &[String]) {
    for task in tasks {
        let ended = end(server, task);
        assert_eq!(ended["status"], "completed", "{}", ended["error_message"]);
    }
}
