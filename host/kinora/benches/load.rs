//! The server under load, as its clients and its administrator see it: how fast it starts, how fast it takes jobs, what
//! thousands of waiting operations cost. Drives the real binary against a stand-in for OpenAI. Prints tables;
//! `make bench` calls it. `KINORA_BENCH_BINARY` names another binary than the one that was built with this.

#[path = "../../../tests/fakes/openai/mod.rs"]
mod openai;
mod server;
#[path = "../../../tests/fakes/upstream/mod.rs"]
mod upstream;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use openai::{Answer, FakeOpenAi};
use reqwest::Client;
use serde_json::{Value, json};
use server::{PATIENCE, READERS, Server, client, ms, quantile, read};

/// Clients that create jobs at once, each with a connection of its own.
const CLIENTS: usize = 50;
const JOBS: usize = 5_000;
/// Operations in flight.
const HELD: usize = 2_000;
/// Jobs after which a server counts as warm.
const WARM: usize = 300;
const STARTS: usize = 10;

const CREATE: &str = "/api/scenario/generate";
/// What stands before a job's id in the id of a task.
const TASK: &str = "task_scenario_generation_";

fn main() {
    // `cargo test --benches` must not wait for this.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    tokio.block_on(async {
        starts().await;
        creation().await;
        waiting().await;
    });
}

/// From the start of the process until it says that it is ready.
async fn starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    let start = async || {
        let start = Instant::now();
        let server = Server::start(folder.path(), &[], &client).await;
        (start.elapsed(), server)
    };
    let (cold, server) = start().await;
    server.stop();
    let mut warm = Vec::new();
    let mut idle = 0.0;
    for _ in 0..STARTS {
        let (time, server) = start().await;
        warm.push(time);
        tokio::time::sleep(Duration::from_secs(1)).await;
        idle = server.memory();
        server.stop();
    }
    warm.sort();
    println!("{:<52} {:>9} {:>9} {:>9}", "start to ready, ms", "p50", "max", "");
    println!("{:<52} {:>9.0}", "cold: the components are compiled", ms(cold));
    let (p50, max) = (quantile(&warm, 0.5), quantile(&warm, 1.0));
    println!("{:<52} {:>9.0} {:>9.0}", format!("warm, {STARTS} runs"), ms(p50), ms(max));
    println!("{:<52} {:>9.1}", "memory of a server that has done nothing, MiB", idle);
}

/// Clients create jobs; the upstream answers at once, so that the jobs run beside it.
async fn creation() {
    println!();
    println!("{:<52} {:>9} {:>9} {:>9}", format!("{CLIENTS} clients create jobs, ms"), "p50", "p99", "per s");
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeOpenAi::builder().validate(false).keep_bodies(false).start();
    let client = client();
    let server = Server::start(folder.path(), &upstream.env(), &client).await;
    let (warm, _) = create(&server, &client, WARM).await;
    server.wait_completed(&client, &warm).await;
    let start = Instant::now();
    let (jobs, mut times) = create(&server, &client, JOBS).await;
    created("the upstream answers at once", &mut times, start.elapsed());
    server.wait_completed(&client, &jobs).await;
    let whole = start.elapsed().as_secs_f64();
    println!(
        "{:<52} {:>9} {:>9} {:>9.0}",
        format!("  all {} scenarios done after {whole:.1} s", jobs.len()),
        "",
        "",
        jobs.len() as f64 / whole
    );
    server.stop();
}

/// The upstream keeps thousands waiting.
async fn waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeOpenAi::builder().validate(false).keep_bodies(false).start();
    let holding = Arc::new(AtomicBool::new(false));
    let holds = holding.clone();
    upstream.answer_with(move |_, _| match holds.load(Ordering::Relaxed) {
        true => Answer::hang_until_released(),
        false => Answer::right(),
    });
    let client = client();
    let server = Server::start(folder.path(), &upstream.env(), &client).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let fresh = server.memory();
    let (warm, _) = create(&server, &client, HELD).await;
    server.wait_completed(&client, &warm).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = server.memory();

    holding.store(true, Ordering::Relaxed);
    let start = Instant::now();
    let (jobs, mut times) = create(&server, &client, HELD).await;
    created("the upstream keeps them waiting", &mut times, start.elapsed());
    while upstream.held() < HELD {
        assert!(start.elapsed() < PATIENCE, "{} requests have arrived\n{}", upstream.held(), server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all_there = start.elapsed();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let held = server.memory();

    println!();
    println!("{:<52} {:>9} {:>9}", format!("{HELD} operations in flight"), "", "");
    println!("{:<52} {:>9.1}", "memory after the start, MiB", fresh);
    println!("{:<52} {:>9.1}", "memory after as many that were answered at once, MiB", idle);
    println!("{:<52} {:>9.1}", "memory with them in flight, MiB", held);
    println!("{:<52} {:>9.1}", "  more than before, MiB", held - idle);
    println!("{:<52} {:>9.1}", "all of them at the upstream after, s", all_there.as_secs_f64());
    println!("{:<52} {:>9} {:>9} {:>9}", format!("  {READERS} clients read meanwhile, ms"), "p50", "p99", "calls");
    let job = &jobs[HELD / 2];
    for (name, path) in [
        ("  GET /health", "/health".to_owned()),
        ("  GET /api/jobs/ID", format!("/api/jobs/{job}")),
        ("  GET /api/scenario/generate/tasks/ID", format!("{CREATE}/tasks/{TASK}{job}")),
        ("  GET /api/jobs", "/api/jobs".to_owned()),
    ] {
        let times = read(&server, &client, &path).await;
        let (p50, p99) = (quantile(&times, 0.5), quantile(&times, 0.99));
        println!("{name:<52} {:>9.2} {:>9.2} {:>9}", ms(p50), ms(p99), times.len());
    }

    let start = Instant::now();
    upstream.release();
    server.wait_completed(&client, &jobs).await;
    println!("{:<52} {:>9.1}", "released: all completed after, s", start.elapsed().as_secs_f64());
    assert_eq!(upstream.count(openai::CHAT), 2 * HELD, "each was sent once");
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("{:<52} {:>9.1}", "memory afterwards, MiB", server.memory());
    server.stop();
}

fn created(name: &str, times: &mut [Duration], whole: Duration) {
    times.sort();
    let rate = times.len() as f64 / whole.as_secs_f64();
    println!("{name:<52} {:>9.2} {:>9.2} {rate:>9.0}", ms(quantile(times, 0.5)), ms(quantile(times, 0.99)));
}

/// Creates so many jobs. Answers their ids and how long each creation took.
async fn create(server: &Server, client: &Client, count: usize) -> (Vec<String>, Vec<Duration>) {
    let next = Arc::new(AtomicUsize::new(0));
    let url = server.url(CREATE);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (next, url, client) = (next.clone(), url.clone(), client.clone());
            tokio::spawn(async move {
                let mut made = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return made;
                    }
                    let body = json!({"product_id": format!("p{number}"), "user_id": "bench",
                        "prompt": "A lighthouse keeper's last night before the light goes automatic"});
                    let start = Instant::now();
                    let reply = client.post(&url).json(&body).send().await.expect("it answers");
                    let status = reply.status();
                    let body: Value = reply.json().await.expect("JSON");
                    let time = start.elapsed();
                    assert!(status.is_success(), "{status}: {body}");
                    let job = body["task_id"].as_str().and_then(|task| task.strip_prefix(TASK)).expect("an id");
                    made.push((job.to_owned(), time));
                }
            })
        })
        .collect();
    let mut made = Vec::new();
    for client in clients {
        made.extend(client.await.expect("no client panics"));
    }
    made.into_iter().unzip()
}
