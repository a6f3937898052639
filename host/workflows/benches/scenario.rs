//! What one scenario costs on its whole way: a job in the store, the strategy's question, the provider's request to a
//! stand-in for OpenAI, the answer read and judged, the job done. Against two floors: the same HTTP exchange alone, and
//! the same calls of plugins alone. Prints tables; `make bench` calls it.
//!
//! The store is measured twice: on the disk, where every commit that must outlive a power cut waits for it, and in
//! memory, which shows what Kinora itself adds.

#[path = "../../../tests/fakes/openai/mod.rs"]
mod openai;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "../../../tests/fakes/upstream/mod.rs"]
mod upstream;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kinora_domain::documents::{Outcome, Role, ScenarioRequest, StrategyRequest};
use kinora_jobs::{Engine, EngineOptions};
use kinora_runtime::egress::{Egress, EgressOptions, Policy};
use kinora_runtime::protocol::{Action, Event, Operation};
use kinora_runtime::{Generations, Plugin};
use kinora_store::{Backend, Blobs, Fuse, JobState};
use openai::{CHAT, FakeOpenAi};
use serde_json::{Value, json};
use support::{Asks, Place};

/// Samples with one client, and those before them that do not count.
const ALONE: usize = 400;
const WARM: usize = 50;
/// Clients at once, and for how long.
const CLIENTS: usize = 32;
const TIME: Duration = Duration::from_secs(5);

/// As in the binary.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    // `cargo test --benches` must not wait for this.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    // The names of threads say in the end who used the processor.
    let tokio = tokio::runtime::Builder::new_multi_thread().thread_name("host").enable_all().build().expect("threads");
    tokio.block_on(measure());
    tokio.shutdown_background();
}

async fn measure() {
    let components = support::components().await;
    // Clients are tasks, and what they share lives as long as the program.
    let upstream: &_ = Box::leak(Box::new(FakeOpenAi::builder().validate(false).keep_bodies(false).start()));
    let disk = tempfile::tempdir().expect("a folder");
    let memory = tempfile::tempdir_in("/dev/shm").ok();
    let body: &_ = Box::leak(request_body(&components).await.into_boxed_slice());

    println!("{:<44} {:>9} {:>9} {:>9}", "one at a time, ms", "p50", "p99", "mean");
    let sync = disk_sync(disk.path());
    row("the disk: 4 KiB written and synced", &sync);
    let client: &_ = Box::leak(Box::new(client()));
    let floor = alone(|| exchange(client, upstream, body)).await;
    row("floor: the HTTP exchange alone", &floor);
    let plugins: &_ = Box::leak(Box::new(Plugins::new(&components, upstream, disk.path())));
    let calls = alone(|| plugins.scenario()).await;
    row("the exchange and five calls of plugins", &calls);
    let mut hosts = Vec::new();
    for (name, folder) in [("disk", Some(&disk)), ("memory", memory.as_ref())] {
        let Some(folder) = folder else { continue };
        let host = host(&components, upstream, folder.path()).await;
        let whole = alone(|| scenario(host.clone())).await;
        row(&format!("a scenario, store on {name}"), &whole);
        row_added(&whole, &floor);
        hosts.push((name, host));
    }

    println!();
    println!(
        "{:<44} {:>9} {:>9} {:>9} {:>9}   of these µs, by thread",
        format!("{CLIENTS} at once for {} s", TIME.as_secs()),
        "per s",
        "p50 ms",
        "p99 ms",
        "cpu µs"
    );
    together("floor: the HTTP exchange alone", || exchange(client, upstream, body)).await;
    together("the exchange and five calls of plugins", || plugins.scenario()).await;
    for (name, host) in &hosts {
        let host = host.clone();
        together(&format!("a scenario, store on {name}"), move || scenario(host.clone())).await;
    }
    for (_, host) in hosts {
        host.stop(Duration::from_secs(5)).await;
        host.store().close().await;
    }
}

/// The body that a scenario's request has.
async fn request_body(components: &[Arc<Plugin>]) -> Vec<u8> {
    let upstream = FakeOpenAi::start();
    let folder = tempfile::tempdir().expect("a folder");
    let host = host(components, &upstream, folder.path()).await;
    scenario(host.clone()).await;
    host.stop(Duration::from_secs(5)).await;
    host.store().close().await;
    let requests = upstream.requests();
    requests.first().expect("it asked").body.to_vec()
}

async fn host(components: &[Arc<Plugin>], upstream: &FakeOpenAi, folder: &Path) -> Engine {
    let place = Place {
        components: components.to_vec(),
        backend: Backend::Sqlite(folder.join("kinora.db")),
        folder: folder.to_owned(),
        base_url: upstream.base_url(),
        key: upstream.key().into(),
        thumbnails: false,
        asks: Asks::default(),
    };
    place.host("bench", Fuse::default(), EngineOptions::default()).await
}

/// The whole way.
async fn scenario(host: Engine) {
    let job = host.submit(support::scenario("a lighthouse")).await.expect("it is taken").job;
    let job = host.ended(&job.id).await.expect("it ends");
    assert_eq!(job.state, JobState::Completed, "{:?}", job.error);
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().pool_max_idle_per_host(64).build().expect("a client")
}

/// The floor: what the upstream takes for the same request.
async fn exchange(client: &reqwest::Client, upstream: &FakeOpenAi, body: &[u8]) {
    let url = format!("{}{}", upstream.base_url().trim_end_matches("/v1"), CHAT);
    let request = client.post(url).bearer_auth(upstream.key()).header("content-type", "application/json");
    let answer = request.body(body.to_vec()).send().await.expect("it answers");
    assert!(answer.status().is_success());
    answer.bytes().await.expect("a body");
}

/// The calls of plugins that make a scenario, without jobs and rows.
struct Plugins {
    generations: Arc<Generations>,
    egress: Egress,
    policy: Policy,
    blobs: Blobs,
    request: StrategyRequest,
    none: Value,
}

impl Plugins {
    fn new(components: &[Arc<Plugin>], upstream: &FakeOpenAi, folder: &Path) -> Self {
        let input = ScenarioRequest {
            prompt: "a lighthouse".into(),
            scene_count: 3,
            style: "cinematic-storytelling".into(),
            mood: "professional".into(),
            resolution: "1920x1080".into(),
            target_language: "en-US".into(),
            environment: None,
            product: None,
            seed: None,
        };
        Plugins {
            generations: support::generations(components, "openai", json!({}), upstream.key(), &upstream.base_url()),
            egress: Egress::new(EgressOptions::default()),
            policy: Policy::default(),
            blobs: Blobs::local(folder.join("plugins-alone")).expect("a folder"),
            request: StrategyRequest {
                kind: "scenario".into(),
                input: serde_json::to_value(input).expect("plain data"),
                attempt: 1,
                problems: Vec::new(),
            },
            none: json!({}),
        }
    }

    async fn scenario(&self) {
        let provider = self.generations.get(Role::Provider, "openai").expect("it is loaded");
        let openai = &provider.plugin;
        let strategy = &self.generations.serving(Role::Strategy, "scenario").expect("it is loaded").plugin;
        let validator = &self.generations.serving(Role::Validator, "scenario").expect("it is loaded").plugin;
        let prompt = strategy.compose_prompt(&self.request, &self.none).await.expect("a prompt");
        let document = serde_json::to_string(&prompt).expect("plain data");
        let asked = Operation { id: "bench".into(), kind: "text".into(), document };
        let mut step = openai.start(&asked, &self.none).await.expect("a step");
        let outcome = loop {
            match step.action {
                Action::Send(request) => {
                    let planned = self.policy.plan(&openai.manifest, &provider.grant, request).expect("it may");
                    let answer = self.egress.send(planned, &self.blobs).await.expect("an answer");
                    step = openai.resume(&step.state, &Event::Response(answer)).await.expect("a step");
                }
                Action::Done(outcome) => break outcome,
                other => panic!("the stand-in answers at once: {other:?}"),
            }
        };
        let Ok(Outcome::Text(answer)) = serde_json::from_str(&outcome.document) else { panic!("no words") };
        let document = strategy.interpret(&self.request, &answer.text, &self.none).await.expect("a scenario");
        let verdict = validator.validate(&document, &self.request.input, &self.none).await.expect("a verdict");
        assert!(verdict.problems.is_empty());
    }
}

/// Runs it again and again, one at a time. Answers the times, sorted.
async fn alone<F: Future>(work: impl Fn() -> F) -> Vec<Duration> {
    for _ in 0..WARM {
        work().await;
    }
    let mut times = Vec::with_capacity(ALONE);
    for _ in 0..ALONE {
        let start = Instant::now();
        work().await;
        times.push(start.elapsed());
    }
    times.sort();
    times
}

/// Runs it by many clients at once and prints how it went.
async fn together<F: Future + Send + 'static>(name: &str, work: impl Fn() -> F + Clone + Send + 'static) {
    let (start, before) = (Instant::now(), processor());
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(client_for(TIME, work.clone()))).collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.expect("no client panics"));
    }
    let (wall, after) = (start.elapsed(), processor());
    times.sort();
    let each = |ticks: f64| ticks * 1e6 / times.len() as f64;
    let used: BTreeMap<&String, f64> = after
        .iter()
        .map(|(thread, ticks)| (thread, each(ticks - before.get(thread).copied().unwrap_or(0.0))))
        .filter(|(_, used)| *used >= 1.0)
        .collect();
    let parts: Vec<String> = used.iter().map(|(thread, used)| format!("{thread} {used:.0}")).collect();
    println!(
        "{name:<44} {:>9.0} {:>9.2} {:>9.2} {:>9.0}   {}",
        times.len() as f64 / wall.as_secs_f64(),
        ms(quantile(&times, 0.5)),
        ms(quantile(&times, 0.99)),
        used.values().sum::<f64>(),
        parts.join(", ")
    );
}

async fn client_for<F: Future>(time: Duration, work: impl Fn() -> F) -> Vec<Duration> {
    let begin = Instant::now();
    let mut times = Vec::new();
    while begin.elapsed() < time {
        let start = Instant::now();
        work().await;
        times.push(start.elapsed());
    }
    times
}

/// Seconds of the processor that the threads of each name have used.
fn processor() -> BTreeMap<String, f64> {
    let mut used = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let Some((head, fields)) = stat.rsplit_once(')') else { continue };
        let name = head.split_once('(').map_or("", |(_, name)| name).trim_end_matches(|c: char| c.is_ascii_digit());
        let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
        *used.entry(name.to_owned()).or_default() += ticks.sum::<f64>() / 100.0;
    }
    used
}

/// What the disk takes to keep something for good.
fn disk_sync(folder: &Path) -> Vec<Duration> {
    let mut file = std::fs::File::create(folder.join("sync")).expect("a file");
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            file.write_all(&[7; 4096]).expect("written");
            let start = Instant::now();
            file.sync_data().expect("synced");
            start.elapsed()
        })
        .collect();
    times.sort();
    times
}

fn row(name: &str, sorted: &[Duration]) {
    let mean = sorted.iter().sum::<Duration>() / sorted.len() as u32;
    let (p50, p99) = (quantile(sorted, 0.5), quantile(sorted, 0.99));
    println!("{name:<44} {:>9.2} {:>9.2} {:>9.2}", ms(p50), ms(p99), ms(mean));
}

fn row_added(whole: &[Duration], floor: &[Duration]) {
    let added = |share| ms(quantile(whole, share)) - ms(quantile(floor, share));
    println!("{:<44} {:>9.2} {:>9.2}", "  added to the exchange", added(0.5), added(0.99));
}

fn quantile(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
