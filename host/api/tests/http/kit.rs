//! A host in a temporary folder, with a workflow that does what a request's prompt says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use kinora_api::{ApiOptions, ApiState, Inspector, ModelInfo, ModelSource, Sources};
use kinora_jobs::{
    Driven, Driver, Engine, EngineOptions, Failure, HeldOperation, OperationRequest, Run, Stop, Workflow,
};
use kinora_plugins::{Given, Manager, ManagerOptions};
use kinora_runtime::egress::Policy;
use kinora_runtime::{Runtime, RuntimeOptions};
use kinora_store::{Backend, Blobs, DataFolder, Ending, Job, OperationState, Role, Store};
use kinora_workflows::Uninspected;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// What `scenario` jobs of the kit make.
pub fn scenario() -> Value {
    json!({
        "title": "Mug", "description": "A mug", "scenes": [{
            "scene_id": "scene_1", "scene_number": 1, "description": "The mug", "duration": 8, "image_prompt": "a",
            "visual_prompt": "b", "image_reasoning": "c", "generated_image_url": null, "text_overlay_prompt": "d"}],
        "detected_demographics": {"target_gender": "unisex", "age_group": "adults", "product_type": "home",
            "demographic_context": "All"},
        "total_duration": 8, "style": "s", "mood": "m", "resolution": "1920x1080", "environment": "studio",
        "thumbnail_prompt": "t", "thumbnail_url": null, "thumbnail_text_overlay_prompt": "o"
    })
}

pub struct Kit {
    pub router: Router,
    pub state: ApiState,
    pub shutdown: CancellationToken,
    /// Each permit lets one waiting job go on.
    pub gate: Arc<Semaphore>,
    folder: TempDir,
}

impl Kit {
    pub async fn new() -> Self {
        Kit::with(|_| {}, 8).await
    }

    /// A host that begins no job.
    pub async fn idle() -> Self {
        Kit::with(|_| {}, 0).await
    }

    pub async fn with(change: impl FnOnce(&mut ApiOptions), jobs: usize) -> Self {
        Kit::showing(change, jobs, Arc::new(|| vec![ModelInfo { provider: "offline".into(), ..ModelInfo::default() }]))
            .await
    }

    pub async fn showing(change: impl FnOnce(&mut ApiOptions), jobs: usize, models: ModelSource) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Backend::Sqlite(folder.path().join("kinora.db"))).await.unwrap();
        let held = DataFolder::lock(folder.path()).unwrap().unwrap();
        let gate = Arc::new(Semaphore::new(0));
        let play = Arc::new(Play { gate: gate.clone(), thumbnail: Blobs::local(folder.path().join("blobs")).unwrap() });
        let options = EngineOptions { jobs, ..EngineOptions::default() };
        let driver = Arc::new(FirstUncertain::default());
        let runtime = Runtime::new(RuntimeOptions::default()).unwrap();
        let options_of_plugins = ManagerOptions {
            data: folder.path().to_owned(),
            shipped: &[],
            keep: 3,
            policy: Policy::default(),
            configure: Arc::new(|_| Ok(Given::default())),
        };
        let plugins = Manager::open(runtime, store.clone(), options_of_plugins).await.unwrap();
        let engine = Engine::start(store, held.host(), vec![play.clone()], driver, options).await.unwrap();
        let shutdown = CancellationToken::new();
        let mut api = ApiOptions::new([7; 32]);
        api.version = "1.2.3".into();
        change(&mut api);
        let inspect: Inspector =
            Arc::new(|_| Box::pin(async { Err(Uninspected::Unusable("nobody looks into files here".into())) }));
        let sources = Sources { models, inspect };
        let state = ApiState::new(engine, play.thumbnail.clone(), api, sources, plugins, shutdown.clone());
        Kit { router: kinora_api::router(state.clone()), state, shutdown, gate, folder }
    }

    pub fn engine(&self) -> &Engine {
        self.state.engine()
    }

    pub fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub async fn answer(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Call) -> Answer {
        let response = self.answer(request.build()).await;
        let (parts, body) = response.into_parts();
        let text = axum::body::to_bytes(body, 16 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&text).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body, text }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(call("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(call("POST", path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(call("DELETE", path)).await
    }

    /// Begins a scenario whose workflow does what `prompt` says; the id of its task.
    pub async fn begin(&self, prompt: &str) -> String {
        let answer = self.post("/api/scenario/generate", body(prompt)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["task_id"].as_str().unwrap().into()
    }

    pub async fn ended(&self, task: &str) -> Job {
        tokio::time::timeout(Duration::from_secs(20), self.engine().ended(job_of(task))).await.unwrap().unwrap()
    }

    /// Waits until the job of a task shows a step.
    pub async fn reached(&self, task: &str, step: &str) {
        let mut changes = self.engine().watch(job_of(task));
        while self.state.store().job(job_of(task)).await.unwrap().current_step != step {
            tokio::time::timeout(Duration::from_secs(20), changes.next()).await.unwrap();
        }
    }

    /// A user with a token: the token, and their id.
    pub async fn user(&self, name: &str) -> (String, String) {
        self.account(name, Role::User).await
    }

    /// An administrator's token.
    pub async fn administrator(&self) -> String {
        self.account("admin", Role::Admin).await.0
    }

    async fn account(&self, name: &str, role: Role) -> (String, String) {
        let token = kinora_api::new_token();
        let hash = kinora_api::hash_token(&token);
        let user = self.state.store().create_token(name, &hash, role).await.unwrap();
        (token, user.id)
    }
}

pub fn body(prompt: &str) -> Value {
    json!({"product_id": "p1", "user_id": "u1", "prompt": prompt})
}

pub fn job_of(task: &str) -> &str {
    task.strip_prefix("task_scenario_generation_").unwrap()
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// That it is an error as all errors are, with a code.
    #[track_caller]
    pub fn is_error(&self, status: u16, code: &str) -> &str {
        assert_eq!((self.status.as_u16(), &self.body["error"]), (status, &json!(code)), "{}", self.text);
        let message = self.body["message"].as_str().unwrap();
        assert_eq!(self.body["detail"], message);
        assert!(message.ends_with('.') && message.len() > 10, "{message}");
        assert!(!self.text.contains("/tmp/") && !self.text.contains(".rs:"), "{}", self.text);
        message
    }
}

/// A request, as a client on this machine sends it.
pub struct Call {
    builder: axum::http::request::Builder,
    host: bool,
    body: Body,
}

pub fn call(method: &str, path: &str) -> Call {
    Call { builder: Request::builder().method(method).uri(path), host: true, body: Body::empty() }
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.host &= !name.eq_ignore_ascii_case("host");
        self.builder = self.builder.header(name, value);
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").raw(body.to_string())
    }

    pub fn raw(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub fn build(self) -> Request<Body> {
        let builder = if self.host { self.builder.header(header::HOST, "localhost:8080") } else { self.builder };
        builder.body(self.body).unwrap()
    }
}

/// A `scenario` workflow that does what the prompt says.
struct Play {
    gate: Arc<Semaphore>,
    thumbnail: Blobs,
}

impl Workflow for Play {
    fn kind(&self) -> &'static str {
        "scenario"
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        async move {
            let input: Value = run.input()?;
            run.enter_step("Starting scenario generation", 20.0);
            match input["prompt"].as_str().unwrap_or_default() {
                "fail" => Err(Failure { recoverable: true, ..Failure::new("rate-limited", "It said no.") }.into()),
                "wait" => {
                    run.log(kinora_jobs::Level::Info, "Waiting for the gate");
                    run.enter_step("Generating AI scenario", 60.0);
                    run.flush().await?;
                    self.gate.acquire().await.unwrap().forget();
                    Ok(scenario())
                }
                "doubt" => {
                    run.enter_step("Generating AI scenario", 60.0);
                    let request = OperationRequest {
                        kind: "text".into(),
                        plugin: "fake".into(),
                        digest: String::new(),
                        document: "{}".into(),
                    };
                    run.begin("ask", async { Ok(request) }).await?;
                    run.ended("ask")?;
                    Ok(scenario())
                }
                "draw" => {
                    let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 64]].concat();
                    let blob = self.thumbnail.put(picture.into()).await.unwrap();
                    let mut made = scenario();
                    made["thumbnail_blob"] = blob.id.to_string().into();
                    Ok(made)
                }
                _ => {
                    run.enter_step("Finalizing scenario", 100.0);
                    Ok(scenario())
                }
            }
        }
        .boxed()
    }
}

/// A driver whose first operation is uncertain and whose others go well.
#[derive(Default)]
struct FirstUncertain(AtomicBool);

impl Driver for FirstUncertain {
    fn drive(&self, _held: HeldOperation) -> BoxFuture<'_, Result<Driven, Stop>> {
        let again = self.0.swap(true, Ordering::SeqCst);
        let state = if again { OperationState::Done } else { OperationState::Uncertain };
        let ending = Ending { state, outcome: Some("{}".into()), error: None, unknown: 0, ledger: Vec::new() };
        async { Ok(Driven::Ended(ending)) }.boxed()
    }
}
