//! The HTTP side: one handler, in the order in which the real API judges: the key, the path, the body, and only then
//! what the test wants answered.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio::sync::{oneshot, watch};

use super::answer::{Answer, Rendered, error_body, reply};
use super::memory::{Memory, Request};
use super::rules::{self, Fault};
use super::{CHAT, IMAGES, MODELS};

/// As many connections may ask at the same moment: a load test opens thousands at once.
const BACKLOG: u32 = 4096;

type Decide = Arc<dyn Fn(&Request, usize) -> Answer + Send + Sync>;

/// What handler and test share.
pub struct State {
    pub key: String,
    validate: bool,
    keep_bodies: bool,
    pub memory: Memory,
    pub script: Mutex<Script>,
    /// Whether held answers may go.
    pub gate: watch::Sender<bool>,
}

#[derive(Default)]
pub struct Script {
    pub queue: VecDeque<Answer>,
    pub decide: Option<Decide>,
    /// How many requests each path has answered.
    numbers: HashMap<String, usize>,
}

impl State {
    pub fn new(key: String, validate: bool, keep_bodies: bool) -> Self {
        State {
            key,
            validate,
            keep_bodies,
            memory: Memory::default(),
            script: Mutex::default(),
            gate: watch::Sender::new(false),
        }
    }

    fn next_answer(&self, request: &Request) -> Answer {
        let (decide, number) = {
            let mut script = self.script.lock().expect("nothing panics while it is locked");
            let number = script.numbers.entry(request.path.clone()).or_default();
            *number += 1;
            let number = *number;
            if let Some(answer) = script.queue.pop_front() {
                return answer;
            }
            (script.decide.clone(), number)
        };
        decide.map_or_else(Answer::right, |decide| decide(request, number))
    }
}

/// Serves until the other end of `stopped` is dropped; tells the port as soon as connections are taken.
pub fn run(state: Arc<State>, told: &Sender<u16>, stopped: oneshot::Receiver<()>) {
    allow_many_files();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let listener = socket.listen(BACKLOG).expect("it listens");
        let port = listener.local_addr().expect("bound").port();
        let listener = listener.tap_io(|stream| {
            // Without this an answer in two packets waits for the client's delayed acknowledgement.
            let _ = stream.set_nodelay(true);
        });
        let router = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(state);
        told.send(port).expect("the starter waits");
        tokio::select! {
            served = axum::serve(listener, router) => served.expect("it serves for ever"),
            _ = stopped => {}
        }
    });
    // Dropping the runtime closes every connection, held ones too.
}

/// Thousands of waiting requests are thousands of sockets in this process; the usual soft limit is 1024.
fn allow_many_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where this is refused, only the largest load tests notice.
    let _ = setrlimit(Resource::Nofile, limit);
}

async fn handle(
    Shared(state): Shared<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let make =
        |order| Request { order, method: method.to_string(), path: uri.path().to_owned(), headers, body: body.clone() };
    let request = state.memory.arrived(make, state.keep_bodies);

    let Some(key) = request.header("authorization").strip_prefix("Bearer ") else {
        let message = "No API key was sent: an Authorization header with Bearer and the key is needed.";
        return refuse(StatusCode::UNAUTHORIZED, Fault::of(message));
    };
    if key != state.key {
        return respond(Answer::unauthorized().render(&request, &Value::Null));
    }
    let judge = match (request.method.as_str(), request.path.as_str()) {
        ("POST", CHAT) => rules::chat_faults,
        ("POST", IMAGES) => rules::image_faults,
        ("GET", MODELS) => return respond(Rendered::ok(models())),
        (method, path) => {
            return refuse(StatusCode::NOT_FOUND, Fault::of(format!("Invalid URL ({method} {path})")));
        }
    };

    let body = if state.validate {
        match judged(&request, judge) {
            Ok(body) => body,
            Err(faults) => {
                let told: Vec<String> = faults.iter().map(Fault::to_string).collect();
                state.memory.violated(format!("request {} to {}: {}", request.order, request.path, told.join("; ")));
                return refuse(StatusCode::BAD_REQUEST, faults.into_iter().next().expect("there is one"));
            }
        }
    } else {
        request.json()
    };

    let answer = state.next_answer(&request);
    if answer.is_held() {
        let _held = state.memory.hold();
        let mut gate = state.gate.subscribe();
        // It ends in an error only when the stand-in is gone, and then nobody reads the answer.
        let _ = gate.wait_for(|open| *open).await;
    }
    let rendered = answer.render(&request, &body);
    if let Rendered::Impossible(why) = &rendered {
        state.memory.violated(format!("request {} to {}: {why}", request.order, request.path));
    }
    respond(rendered)
}

fn judged(request: &Request, judge: fn(&Value) -> Vec<Fault>) -> Result<Value, Vec<Fault>> {
    let content_type = request.header("content-type");
    if content_type.split(';').next().map(str::trim) != Some("application/json") {
        return Err(vec![Fault::of(format!("the Content-Type is {content_type:?}, not application/json"))]);
    }
    let body = serde_json::from_slice(&request.body)
        .map_err(|error| vec![Fault::of(format!("the body cannot be parsed as JSON: {error}"))])?;
    let faults = judge(&body);
    if faults.is_empty() { Ok(body) } else { Err(faults) }
}

fn models() -> Value {
    let model = |id: &str| json!({"id": id, "object": "model", "created": 1_721_172_741, "owned_by": "system"});
    json!({"object": "list", "data": [model("gpt-4o-mini"), model("gpt-image-2")]})
}

fn refuse(status: StatusCode, fault: Fault) -> Response {
    respond(reply(status, error_body(&fault.message, "invalid_request_error", fault.param.as_deref(), fault.code)))
}

fn respond(rendered: Rendered) -> Response {
    match rendered {
        Rendered::Reply { status, headers, body } => {
            let mut response = (status, axum::Json(body)).into_response();
            response.headers_mut().extend(headers);
            response
        }
        Rendered::Impossible(why) => (StatusCode::NOT_IMPLEMENTED, why).into_response(),
        // An unwinding connection task is a closed connection. Unlike `panic!` this prints nothing.
        Rendered::Closed => std::panic::resume_unwind(Box::new("closed without an answer, as the test wants")),
    }
}
