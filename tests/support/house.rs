//! A place where scenarios are made: a working folder, a stand-in for OpenAI, and what a server needs to use both.

use serde_json::{Value, json};

use super::server::Server;
use super::{Bench, http};
use crate::fakes::openai::FakeOpenAi;
use crate::fakes::postgres::Postgres;

/// Where tasks are made and shown.
pub const GENERATE: &str = "/api/scenario/generate";
const PREFIX: &str = "task_scenario_generation_";

/// Everything around a server, which may end and be started again.
pub struct House {
    pub bench: Bench,
    pub upstream: FakeOpenAi,
    args: Vec<String>,
    env: Vec<(&'static str, String)>,
}

impl House {
    /// With the default store, short pauses and no thumbnails.
    pub fn new() -> Self {
        let upstream = FakeOpenAi::start();
        let mut env = upstream.env().to_vec();
        env.push(("KINORA_GENERATION__RETRY_DELAY_MS", "10".into()));
        env.push(("KINORA_GENERATION__THUMBNAILS", "false".into()));
        House { bench: Bench::new(), upstream, args: Vec::new(), env }
    }

    /// The same on a fresh database of the shared Postgres; none where there is none.
    pub fn on_postgres() -> Option<Self> {
        Some(House::new().on_database(&Postgres::shared()?.url("house")))
    }

    pub fn on_database(mut self, url: &str) -> Self {
        self.args.extend(["--database".into(), url.into()]);
        self
    }

    /// With a setting, in place of what was there.
    pub fn set(mut self, name: &'static str, value: &str) -> Self {
        self.env.retain(|(known, _)| *known != name);
        self.env.push((name, value.into()));
        self
    }

    pub fn with_thumbnails(self) -> Self {
        self.set("KINORA_GENERATION__THUMBNAILS", "true")
    }

    /// Starts a server, and waits until it is ready.
    pub fn open(&self) -> Server {
        self.open_in(&self.bench)
    }

    /// Starts a server with more arguments.
    pub fn open_with(&self, args: &[&str]) -> Server {
        let all: Vec<&str> = self.args.iter().map(String::as_str).chain(args.iter().copied()).collect();
        Server::start(&self.bench, &all, &self.env)
    }

    /// Starts a server with the same settings and a data folder elsewhere.
    pub fn open_in(&self, bench: &Bench) -> Server {
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        Server::start(bench, &args, &self.env)
    }
}

/// What a task is asked for with, around a prompt.
pub fn request(prompt: &str) -> Value {
    json!({"product_id": "prod_123", "user_id": "user_xyz789", "prompt": prompt})
}

/// Makes a task and gives its id.
pub fn begin(server: &Server, prompt: &str) -> String {
    let reply = server.post(GENERATE, &request(prompt));
    assert_eq!(reply.status, 200, "{}", reply.text());
    task_id(&reply)
}

pub fn task_id(reply: &http::Reply) -> String {
    reply.json()["task_id"].as_str().expect("a task has an id").to_owned()
}

pub fn task_path(task: &str) -> String {
    format!("{GENERATE}/tasks/{task}")
}

/// The path of the job behind a task.
pub fn job_path(task: &str) -> String {
    format!("/api/jobs/{}", job_id(task))
}

pub fn job_id(task: &str) -> &str {
    task.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{task} is no task's id"))
}

/// Waits for the end of a task.
pub fn end(server: &Server, task: &str) -> Value {
    server.poll(&task_path(task), |task| task["status"] == "completed" || task["status"] == "failed")
}

/// How many requests the ledger has of which nobody knows whether they were accepted.
pub fn doubtful(server: &Server) -> u64 {
    server.get("/api/usage").json()["possibly_double"]["total"]["operations"].as_u64().expect("a number")
}
