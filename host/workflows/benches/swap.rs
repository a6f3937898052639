//! A provider that is exchanged every second while it is asked 200 times a second for a minute, and what a swap, a
//! compilation and a call cost by themselves. Every answer is checked. Prints tables; `make bench` calls it.

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kinora_domain::documents::Role;
use kinora_runtime::protocol::{Action, Operation};
use serde_json::json;
use support::swaps::Swaps;
use tokio::task::JoinSet;

/// Calls in a second, for how many seconds, and one in how many takes several steps.
const RATE: u32 = 200;
const SECONDS: u32 = 60;
const SLOW: u32 = 10;
/// Compilations and swaps that are measured by themselves.
const SWAPS: u32 = 50;
/// How long calls alone are counted.
const TIME: Duration = Duration::from_secs(5);

/// As in the binary.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    // `cargo test --benches` must not wait for this.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    tokio.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let swaps = Arc::new(Swaps::start(folder.path(), Some(folder.path().join("cache"))).await);
        alone(&swaps).await;
        calls(&swaps).await;
        under_load(&swaps).await;
    });
    tokio.shutdown_background();
}

/// Compilations and swaps with nothing else to do.
async fn alone(swaps: &Swaps) {
    let (mut compiled, mut cached, mut digests) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..SWAPS {
        let begun = Instant::now();
        let digest = swaps.install(11_000_000 + number).await;
        compiled.push(begun.elapsed());
        let begun = Instant::now();
        swaps.activate(&digest).await;
        cached.push(begun.elapsed());
        digests.push(digest);
    }
    let mut ready = Vec::new();
    for turn in 0..SWAPS {
        let digest = &digests[digests.len() - 1 - (turn as usize + 1) % 2];
        let begun = Instant::now();
        swaps.activate(digest).await;
        ready.push(begun.elapsed());
    }
    println!("{:<64} {:>8} {:>8}", "alone, ms", "p50", "slowest");
    row("install: compiled (180 kB), tested, kept", compiled);
    row("swap, compiled code from the cache: loaded, tested, switched", cached);
    row("swap to one that is kept ready", ready);
}

/// One adapter alone.
async fn calls(swaps: &Arc<Swaps>) {
    println!("\n{:<64} {:>8} {:>8}", "one adapter, calls for 5 s", "per s", "MiB");
    for clients in [1, 2, 8, 64] {
        let (before, done) = (resident(), Arc::new(AtomicUsize::new(0)));
        let end = Instant::now() + TIME;
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            let (swaps, done) = (swaps.clone(), done.clone());
            tasks.spawn(async move {
                let document = json!({"messages": [{"role": "user", "content": "who?"}]}).to_string();
                let operation = Operation { id: "o".into(), kind: "text".into(), document };
                while Instant::now() < end {
                    let active = swaps.manager.generations().get(Role::Provider, "generation").expect("one is active");
                    let step = active.plugin.start(&operation, &active.settings).await.expect("a step");
                    assert!(matches!(step.action, Action::Done(_)));
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        tasks.join_all().await;
        let rate = done.load(Ordering::Relaxed) as f64 / TIME.as_secs_f64();
        println!("{:<64} {:>8.0} {:>+8.1}", format!("{clients} at once"), rate, resident() - before);
    }
}

/// A swap every second under a steady load.
async fn under_load(swaps: &Arc<Swaps>) {
    let serving = Arc::new(AtomicU32::new(12_000_000));
    swaps.swap(12_000_000).await;
    let (failed, late) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut calls = JoinSet::new();
    let mut memory = Vec::new();
    let swapping = tokio::spawn({
        let (swaps, serving) = (swaps.clone(), serving.clone());
        async move {
            let mut every = tokio::time::interval(Duration::from_secs(1));
            let mut took = Vec::new();
            for number in 1..=SECONDS {
                every.tick().await;
                let begun = Instant::now();
                swaps.swap(12_000_000 + number).await;
                serving.store(12_000_000 + number, Ordering::SeqCst);
                took.push(begun.elapsed());
            }
            took
        }
    });
    let (mut quick, mut slow) = (Vec::with_capacity(12_000), Vec::with_capacity(12_000));
    let mut note = |(is_slow, time)| if is_slow { slow.push(time) } else { quick.push(time) };
    let mut every = tokio::time::interval(Duration::from_secs(1) / RATE);
    for call in 0..RATE * SECONDS {
        every.tick().await;
        if call % (RATE * 5) == 0 {
            memory.push(resident());
        }
        // An ended task keeps its memory until it is asked.
        while let Some(ended) = calls.try_join_next() {
            note(ended.expect("no call panics"));
        }
        let (swaps, serving, failed, late) = (swaps.clone(), serving.clone(), failed.clone(), late.clone());
        calls.spawn(async move {
            let begun = Instant::now();
            let is_slow = call % SLOW == 0;
            let oldest = serving.load(Ordering::SeqCst);
            match swaps.ask(if is_slow { "slow" } else { "who?" }).await {
                Ok(said) if is_slow => {
                    let (begun_by, ended_by) = said.split_once(", ended by ").unwrap_or(("", "?"));
                    if begun_by.strip_prefix("begun by ") != Some(ended_by) {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
                // Served by one that was replaced before the call began.
                Ok(said) if said.parse().unwrap_or(0) < oldest => {
                    late.fetch_add(1, Ordering::Relaxed);
                }
                Ok(_) => {}
                Err(error) => {
                    println!("failed: {error}");
                    failed.fetch_add(1, Ordering::Relaxed);
                }
            }
            (is_slow, begun.elapsed())
        });
    }
    let took = swapping.await.expect("it ends");
    calls.join_all().await.into_iter().for_each(&mut note);
    memory.push(resident());
    let all = quick.len() + slow.len();
    println!("\n{all} calls at {RATE} per s, {} swaps in {SECONDS} s (each a component never seen before)", took.len());
    println!("failed, or ended on another generation than they began on: {}", failed.load(Ordering::Relaxed));
    println!("served by a generation that was replaced before they began: {}", late.load(Ordering::Relaxed));
    println!("{:<64} {:>8} {:>8}", "under load, ms", "p50", "slowest");
    row("a swap, from the file's bytes to the first call it serves", took);
    row("a call of one step, as a job on disk", quick);
    row("a call of four steps, three waits of 20 ms", slow);
    let line: Vec<String> = memory.iter().map(|mib| format!("{mib:.0}")).collect();
    println!("resident memory every 5 s, MiB: {}", line.join(" "));
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let (middle, last) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{name:<64} {:>8.1} {:>8.1}", ms(middle), ms(last));
}

/// Resident memory of this process in MiB.
fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0.0);
    pages * rustix::param::page_size() as f64 / 1_048_576.0
}
