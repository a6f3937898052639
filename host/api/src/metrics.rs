//! What `/metrics` shows, in the text format of Prometheus.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Method;
use kinora_jobs::Engine;
use kinora_store::{JobState, StoreError};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// The media type of what [`Metrics::encode`] gives.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What `/metrics` shows. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    requests: Family<Answer, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
    jobs: Family<State, Gauge>,
    open: Gauge,
    workflows: Gauge,
    driven: Gauge,
    memory: Gauge<u64, AtomicU64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

impl Metrics {
    pub(crate) fn new(version: &str) -> Self {
        let mut registry = Registry::default();
        let build = Info::new([("version", version.to_owned())]);
        registry.register("kinora_build", "Which Kinora this is", build);
        let metrics = Metrics {
            requests: Family::default(),
            latency: Family::new_with_constructor(histogram),
            jobs: Family::default(),
            open: Gauge::default(),
            workflows: Gauge::default(),
            driven: Gauge::default(),
            memory: Gauge::default(),
            registry: Arc::default(),
        };
        let Metrics { requests, latency, jobs, open, workflows, driven, memory, .. } = &metrics;
        registry.register("kinora_http_requests", "Requests answered", requests.clone());
        registry.register("kinora_http_request_duration_seconds", "Until the answer began", latency.clone());
        registry.register("kinora_jobs", "Jobs in each state, of all hosts", jobs.clone());
        registry.register("kinora_operations_open", "Operations in flight, of all hosts", open.clone());
        registry.register("kinora_workflows_running", "Workflows that run on this host now", workflows.clone());
        registry.register("kinora_operations_driven", "Operations that this host drives now", driven.clone());
        registry.register("process_resident_memory_bytes", "Memory of this process", memory.clone());
        *metrics.lock() = registry;
        metrics
    }

    /// Lets others add what they count. Names are full names, such as `kinora_plugin_calls`.
    pub fn register<T>(&self, with: impl FnOnce(&mut Registry) -> T) -> T {
        with(&mut self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request.
    pub(crate) fn answered(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let method = known(method);
        // Both names of a path are one route.
        let route = route.strip_prefix("/api/v1/").map_or_else(|| route.to_owned(), |rest| format!("/api/{rest}"));
        self.latency.get_or_create(&Route { method, route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answer { method, route, status }).inc();
    }

    /// Looks at what is not counted as it happens, and writes everything down. What the database does not say just now
    /// is left as it was.
    pub(crate) async fn encode(&self, engine: &Engine) -> String {
        if let Err(error) = self.look(engine).await {
            tracing::debug!("the metrics of jobs are old: {error}");
        }
        let (workflows, driven) = engine.busy();
        self.workflows.set(workflows as i64);
        self.driven.set(driven as i64);
        self.memory.set(resident_memory().await);
        let mut out = String::with_capacity(16 << 10);
        // Writing to a string cannot fail.
        let _ = text::encode(&mut out, &self.lock());
        out
    }

    async fn look(&self, engine: &Engine) -> Result<(), StoreError> {
        let counts = engine.store().job_counts().await?;
        for state in [
            JobState::Queued,
            JobState::Running,
            JobState::Waiting,
            JobState::Completed,
            JobState::Failed,
            JobState::Cancelled,
            JobState::Uncertain,
        ] {
            let count = counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
            self.jobs.get_or_create(&State { state: state.as_str() }).set(count);
        }
        self.open.set(engine.store().open_operations().await?);
        Ok(())
    }
}

/// From half a millisecond to a quarter of a minute.
fn histogram() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0])
}

/// Clients may send any word as a method; each would be a series of its own.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// 0 where the system does not say.
async fn resident_memory() -> u64 {
    let status = tokio::fs::read_to_string("/proc/self/status").await.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_a_path_and_all_strange_methods_are_one_series() {
        let metrics = Metrics::new("1.2.3");
        for route in ["/api/jobs", "/api/v1/jobs"] {
            metrics.answered(&Method::GET, route, 200, Duration::from_millis(1));
        }
        for method in ["BREW", "WHEN"] {
            metrics.answered(&method.parse().unwrap(), "unmatched", 405, Duration::ZERO);
        }
        let mut out = String::new();
        text::encode(&mut out, &metrics.lock()).unwrap();
        assert!(out.contains(r#"kinora_http_requests_total{method="GET",route="/api/jobs",status="200"} 2"#), "{out}");
        assert!(
            out.contains(r#"kinora_http_requests_total{method="other",route="unmatched",status="405"} 2"#),
            "{out}"
        );
        assert!(out.contains(r#"kinora_build_info{version="1.2.3"} 1"#), "{out}");
    }

    #[test]
    fn others_can_register_what_they_count() {
        let metrics = Metrics::new("1");
        let traps = Counter::<u64>::default();
        metrics.register(|registry| registry.register("kinora_plugin_traps", "Traps", traps.clone()));
        traps.inc();
        let mut out = String::new();
        text::encode(&mut out, &metrics.lock()).unwrap();
        assert!(out.contains("kinora_plugin_traps_total 1"), "{out}");
    }
}
