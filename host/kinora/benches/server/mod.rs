//! The real binary as a server in a process of its own, and clients of it: what the benchmarks of this folder share.

#![allow(dead_code, reason = "every benchmark that includes this uses a part of it")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Longer than anything takes that is waited for.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Clients that read meanwhile, each of them with a pause after each call, and for how long each path.
pub const READERS: usize = 8;
const PAUSE: Duration = Duration::from_millis(10);
const READING: Duration = Duration::from_secs(3);
/// Connections of a client that are kept.
const KEPT: usize = 50;

/// A server in a process of its own. Its log goes to a file, as a service's does.
pub struct Server {
    process: Child,
    address: String,
    log: PathBuf,
}

impl Server {
    pub async fn start(folder: &Path, env: &[(&'static str, String)], client: &Client) -> Self {
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
            .env("KINORA_SERVER__GENERATING_PER_MINUTE", "0")
            .env("KINORA_SERVER__CREATING_PER_MINUTE", "0")
            .env("KINORA_SERVER__READING_PER_MINUTE", "0")
            .env("KINORA_GENERATION__THUMBNAILS", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .envs(env.iter().map(|(name, value)| (name, value)));
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

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its memory, MiB.
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most memory that it has had since [`Server::forget_peak`], MiB.
    pub fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    /// Lets the most memory be what it has now.
    pub fn forget_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5").expect("the system forgets it");
    }

    fn status(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let found = status.lines().find_map(|line| line.strip_prefix(name));
        found.and_then(|kb| kb.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
    }

    pub async fn wait_completed(&self, client: &Client, jobs: &[String]) {
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

    pub fn stop(mut self) {
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

pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Reads a path by some clients for some time. Answers the times, sorted.
pub async fn read(server: &Server, client: &Client, path: &str) -> Vec<Duration> {
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

pub fn client() -> Client {
    Client::builder().no_proxy().pool_max_idle_per_host(KEPT).timeout(PATIENCE).build().expect("a client")
}
