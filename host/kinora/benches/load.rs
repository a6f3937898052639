//! The server under load, as its clients and its administrator see it: how fast it starts, how fast it takes jobs, what
//! thousands of waiting operations cost. Drives the real binary against a stand-in for OpenAI. Prints tables;
//! `make bench` calls it. `KINORA_BENCH_BINARY` names another binary than the one that was built with this.

#[path = "../../../tests/fakes/openai/mod.rs"]
mod openai;
#[path = "../../../tests/fakes/upstream/mod.rs"]
mod upstream;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use openai::{Answer, FakeOpenAi};
use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// Clients that create jobs at once, each with a connection of its own.
const CLIENTS: usize = 50;
const JOBS: usize = 5_000;
/// Operations in flight.
const HELD: usize = 2_000;
/// Jobs after which a server counts as warm.
const WARM: usize = 300;
/// Clients that read meanwhile, each of them with a pause after each call, and for how long each path.
const READERS: usize = 8;
const PAUSE: Duration = Duration::from_millis(10);
const READING: Duration = Duration::from_secs(3);
const STARTS: usize = 10;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

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
        let server = Server::start(folder.path(), None, &client).await;
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
    let server = Server::start(folder.path(), Some(&upstream), &client).await;
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
    let server = Server::start(folder.path(), Some(&upstream), &client).await;
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

/// Reads a path by some clients for some time. Answers the times, sorted.
async fn read(server: &Server, client: &Client, path: &str) -> Vec<Duration> {
    let url = server.url(path);
    let end = Instant::now() + READING;
    let clients: Vec<_> = (0..READERS)
        .map(|_| {
            let (url, client) = (url.clone(), client.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let start = Instant::now();
                    let reply = client.get(&url).send().await.expect("it answers");
                    assert!(reply.status().is_success());
                    reply.bytes().await.expect("a body");
                    times.push(start.elapsed());
                    tokio::time::sleep(PAUSE).await;
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.expect("no client panics"));
    }
    times.sort();
    times
}

fn client() -> Client {
    Client::builder().no_proxy().pool_max_idle_per_host(CLIENTS).timeout(PATIENCE).build().expect("a client")
}

/// A server in a process of its own. Its log goes to a file, as a service's does.
struct Server {
    process: Child,
    address: String,
    log: PathBuf,
}

impl Server {
    async fn start(folder: &Path, upstream: Option<&FakeOpenAi>, client: &Client) -> Self {
        // A port that was free a moment ago, so that the first question can be asked before the process says anything.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let address = format!("127.0.0.1:{port}");
        let log = folder.join("log");
        let file = std::fs::File::create(&log).expect("a file");
        // A shell sets the limit of open files that most systems have; the stand-in has raised this process's own.
        let mut command = Command::new("sh");
        command
            .args(["-c", "ulimit -S -n 1024; exec \"$0\" \"$@\""])
            .arg(binary())
            .args(["serve", "--listen", &address, "--data"])
            .arg(folder.join("data"))
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("KINORA_SERVER__CREATING_PER_MINUTE", "0")
            .env("KINORA_SERVER__READING_PER_MINUTE", "0")
            .env("KINORA_GENERATION__THUMBNAILS", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        if let Some(upstream) = upstream {
            command.envs(upstream.env());
        }
        let process = command.spawn().expect("the binary runs");
        let mut server = Server { process, address, log };
        let (start, ready) = (Instant::now(), server.url("/readyz"));
        while !client.get(&ready).send().await.is_ok_and(|reply| reply.status() == 200) {
            let ended = server.process.try_wait().expect("it is our child");
            assert!(ended.is_none() && start.elapsed() < PATIENCE, "no server: {}", server.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        server
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its memory, MiB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        resident.and_then(|kb| kb.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
    }

    async fn wait_completed(&self, client: &Client, jobs: &[String]) {
        let start = Instant::now();
        for job in jobs {
            let url = self.url(&format!("/api/jobs/{job}"));
            loop {
                let reply = client.get(&url).send().await.expect("it answers");
                let body: Value = reply.json().await.expect("JSON");
                match body["status"].as_str() {
                    Some("completed") => break,
                    Some("failed" | "cancelled" | "uncertain") => panic!("{body}\n{}", self.log()),
                    _ => assert!(start.elapsed() < PATIENCE, "{body}"),
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    fn stop(mut self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).expect("it still runs");
        assert!(self.process.wait().expect("it ends").success(), "{}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The binary that was built with this, beside the folder that this lies in.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("KINORA_BENCH_BINARY") {
        return path.into();
    }
    let here = std::env::current_exe().expect("a path");
    here.parent().and_then(Path::parent).expect("target/release/deps").join("kinora")
}

fn quantile(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
