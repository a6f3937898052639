//! Clips under load: a thousand of them in flight, and one of 200 MB fetched. Drives the real binary against a stand-in
//! for Replicate. Prints tables; `make bench` calls it. `KINORA_BENCH_BINARY` names another binary than the one that was
//! built with this.

#[path = "../../../tests/fakes/replicate/mod.rs"]
mod replicate;
mod server;
#[path = "../../../tests/fakes/upstream/mod.rs"]
mod upstream;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use replicate::{Answer, FakeReplicate, predictions};
use reqwest::Client;
use serde_json::{Value, json};
use server::{PATIENCE, READERS, Server, client, ms, quantile, read};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use upstream::media;

const GENERATE: &str = "/api/mv/generate_video";
const VEO: &str = "google/veo-3.1";
/// Clips in flight, how many are begun at once, and how long the upstream keeps them.
const CLIPS: usize = 1_000;
const AT_ONCE: usize = 50;
const HELD: Duration = Duration::from_secs(120);
/// The size of a large result, bytes.
const LARGE: usize = 200 << 20;

fn main() {
    // `cargo test --benches` must not wait for this.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    tokio.block_on(async {
        in_flight().await;
        large().await;
    });
}

/// The upstream works on a thousand clips for minutes; each is polled as often as the adapter wants.
async fn in_flight() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeReplicate::builder().validate(false).keep_bodies(false).start();
    let working = Arc::new(AtomicBool::new(true));
    let works = working.clone();
    upstream.answer_with(move |request, _| match request.method == "GET" && works.load(Ordering::Relaxed) {
        true => Answer::processing(10),
        false => Answer::right(),
    });
    let client = client();
    let server = Server::start(folder.path(), &upstream.env(), &client).await;
    // What a first use loads is no cost of being in flight.
    working.store(false, Ordering::Relaxed);
    let warm = begin(&server, &client, AT_ONCE).await;
    server.wait_completed(&client, &warm).await;
    working.store(true, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = server.memory();
    let start = Instant::now();
    let jobs = begin(&server, &client, CLIPS).await;
    let taken = start.elapsed();
    while upstream.count(&predictions(VEO)) < CLIPS + AT_ONCE {
        assert!(start.elapsed() < PATIENCE, "{}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let there = start.elapsed();
    println!("{:<56} {:>9}", format!("{CLIPS} clips in flight, the upstream works {} s on them", HELD.as_secs()), "");
    println!("{:<56} {:>9.1}", "all taken after, s", taken.as_secs_f64());
    println!("{:<56} {:>9.1}", "all at the upstream after, s", there.as_secs_f64());
    println!("{:<56} {:>9} {:>9} {:>9}", format!("  {READERS} clients read meanwhile, ms"), "p50", "p99", "calls");
    let (mut most, before) = (0.0_f64, upstream.requests().len());
    let polling = Instant::now();
    while start.elapsed() < HELD {
        for (name, path) in [
            ("  GET /health", "/health".to_owned()),
            ("  GET /api/jobs/ID", format!("/api/jobs/{}", jobs[CLIPS / 2])),
            ("  GET /api/mv/get_video/ID/info", format!("/api/mv/get_video/{}/info", jobs[CLIPS / 3])),
            ("  GET /api/mv/videos", "/api/mv/videos".to_owned()),
        ] {
            let times = read(&server, &client, &path).await;
            most = most.max(server.memory());
            let (p50, p99) = (quantile(&times, 0.5), quantile(&times, 0.99));
            println!("{name:<56} {:>9.2} {:>9.2} {:>9}", ms(p50), ms(p99), times.len());
        }
    }
    let polls = (upstream.requests().len() - before) as f64 / polling.elapsed().as_secs_f64();
    println!("{:<56} {:>9.1}", "polls a second", polls);
    println!("{:<56} {:>9.1}", "memory before, MiB", idle);
    println!("{:<56} {:>9.1}", "  more with them in flight, at most, MiB", most - idle);
    working.store(false, Ordering::Relaxed);
    let start = Instant::now();
    server.wait_completed(&client, &jobs).await;
    println!("{:<56} {:>9.1}", "the upstream has them: all fetched and probed after, s", start.elapsed().as_secs_f64());
    assert_eq!(upstream.count(&predictions(VEO)), CLIPS + AT_ONCE, "each was paid for once");
    server.stop();
}

/// Begins so many clips. Gives their ids.
async fn begin(server: &Server, client: &Client, count: usize) -> Vec<String> {
    let url = server.url(GENERATE);
    let mut ids = Vec::new();
    for first in (0..count).step_by(AT_ONCE) {
        let clients: Vec<_> = (first..count.min(first + AT_ONCE))
            .map(|number| {
                let (client, url) = (client.clone(), url.clone());
                tokio::spawn(async move {
                    let body = json!({"prompt": format!("Waves at lighthouse {number}"), "duration": 8});
                    let sent = client.post(url).header("prefer", "respond-async").json(&body).send();
                    let reply = sent.await.expect("it answers");
                    let status = reply.status();
                    let body: Value = reply.json().await.expect("JSON");
                    assert_eq!(status, 202, "{body}");
                    body["job_id"].as_str().expect("an id").to_owned()
                })
            })
            .collect();
        for client in clients {
            ids.push(client.await.expect("no client panics"));
        }
    }
    ids
}

/// One result of 200 MB.
async fn large() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = FakeReplicate::builder().validate(false).keep_bodies(false).start();
    let results = serve_large().await;
    upstream.answer_with(move |request, _| match request.method.as_str() {
        "GET" => Answer::output(json!(results)),
        _ => Answer::right(),
    });
    let client = client();
    let mut env = upstream.env().to_vec();
    env.push(("KINORA_PROVIDERS__POLL_INTERVAL_MS", "20".into()));
    let server = Server::start(folder.path(), &env, &client).await;
    let make = async |prompt: &str| {
        let body = json!({"prompt": prompt, "duration": 8});
        let reply = client.post(server.url(GENERATE)).json(&body).send().await.expect("it answers");
        let status = reply.status();
        let body: Value = reply.json().await.expect("JSON");
        assert_eq!(status, 200, "{body}\n{}", server.log());
        body["video_id"].as_str().expect("an id").to_owned()
    };
    make("The first one, which loads what later ones need").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.forget_peak();
    let before = server.memory();
    let start = Instant::now();
    let id = make("The second one").await;
    println!();
    println!("{:<56} {:>9}", "a result of 200 MB", "");
    println!("{:<56} {:>9.1}", "fetched, probed and ready after, s", start.elapsed().as_secs_f64());
    println!("{:<56} {:>9.1}", "  more memory at most, MiB", server.peak() - before);
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.forget_peak();
    let before = server.memory();
    let start = Instant::now();
    let url = server.url(&format!("/api/mv/get_video/{id}"));
    let mut reply = client.get(url).send().await.expect("it answers");
    let mut size = 0;
    while let Some(piece) = reply.chunk().await.expect("the file") {
        size += piece.len();
    }
    assert!(size > LARGE);
    println!("{:<56} {:>9.1}", "given to a client after, s", start.elapsed().as_secs_f64());
    println!("{:<56} {:>9.1}", "  more memory at most, MiB", server.peak() - before);
    server.stop();
}

/// Serves one clip with 200 MB of free space at its end, as often as it is asked for. Gives its address.
async fn serve_large() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/large.mp4", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = client.read(&mut request).await;
                let mut head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    media::CLIP.len() + LARGE
                )
                .into_bytes();
                head.extend_from_slice(media::CLIP);
                head.extend_from_slice(&(LARGE as u32).to_be_bytes());
                head.extend_from_slice(b"free");
                let _ = client.write_all(&head).await;
                let zeros = vec![0; 1 << 20];
                let mut left = LARGE - 8;
                while left > 0 {
                    let piece = left.min(zeros.len());
                    if client.write_all(&zeros[..piece]).await.is_err() {
                        return;
                    }
                    left -= piece;
                }
            });
        }
    });
    address
}
