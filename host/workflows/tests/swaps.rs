//! Providers are exchanged while they are asked, and nobody notices but by what is new.

mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use support::swaps::Swaps;

/// Exchanges while calls run.
const SWAPS: u32 = 30;
/// Who asks meanwhile.
const CLIENTS: usize = 8;

fn cache() -> Option<PathBuf> {
    Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("components"))
}

/// Asks again and again until it is enough, at least once. Gives what was said.
fn asking(swaps: &Arc<Swaps>, words: &'static str, enough: &Arc<AtomicBool>) -> tokio::task::JoinHandle<Vec<String>> {
    let (swaps, enough) = (swaps.clone(), enough.clone());
    tokio::spawn(async move {
        let mut said = Vec::new();
        loop {
            said.push(swaps.ask(words).await.expect("no call fails because of a swap"));
            if enough.load(Ordering::SeqCst) {
                return said;
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_fails_while_providers_are_exchanged_and_none_goes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let swaps = Arc::new(Swaps::start(folder.path(), cache()).await);
    let enough = Arc::new(AtomicBool::new(false));
    let quick: Vec<_> = (0..CLIENTS).map(|_| asking(&swaps, "who?", &enough)).collect();
    let slow: Vec<_> = (0..CLIENTS).map(|_| asking(&swaps, "slow", &enough)).collect();
    for number in 2..=SWAPS {
        swaps.swap(10_000_000 + number).await;
        assert_eq!(swaps.ask("who?").await.as_deref(), Ok(&*(10_000_000 + number).to_string()), "it serves at once");
    }
    enough.store(true, Ordering::SeqCst);
    for client in quick {
        let said = client.await.expect("it ends");
        assert!(said.is_sorted(), "who asks later is never served by an older one: {said:?}");
    }
    let mut across = 0;
    for client in slow {
        for said in client.await.expect("it ends") {
            let (begun, ended) = said.split_once(", ").expect("two sides");
            let number = begun.strip_prefix("begun by ").expect("a number");
            assert_eq!(ended, format!("ended by {number}"), "it ends on the generation that began it");
            across += 1;
        }
    }
    assert!(across >= CLIENTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_ends_on_its_own_generation_however_many_came_after() {
    let folder = tempfile::tempdir().expect("a folder");
    let swaps = Arc::new(Swaps::start(folder.path(), cache()).await);
    let asked = tokio::spawn({
        let swaps = swaps.clone();
        async move { swaps.ask("slow 100").await }
    });
    // More than are kept ready.
    for number in 2..=8 {
        swaps.swap(10_000_000 + number).await;
    }
    let said = asked.await.expect("it ends").expect("it does not fail");
    let (begun, ended) = said.split_once(", ").expect("two sides");
    assert_eq!(begun.strip_prefix("begun by "), ended.strip_prefix("ended by "));
}
