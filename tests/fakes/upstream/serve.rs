//! The HTTP side: one handler for both ports.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::serve::ListenerExt;
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{oneshot, watch};

use super::answer::{Answer, What};
use super::memory::{Memory, Request};
use super::wire::{Rendered, with_status};
use super::{Api, Asks, Queue, Read, media};

/// As many connections may ask at the same moment: a load test opens thousands at once.
const BACKLOG: u32 = 4096;

type Decide<K> = Arc<dyn Fn(&Request, usize) -> Answer<K> + Send + Sync>;

/// What handler and test share.
pub struct State<A: Api> {
    api: A,
    pub key: String,
    pub validate: bool,
    pub keep_bodies: bool,
    pub memory: Memory,
    script: Mutex<Script<A::Kind>>,
    /// Whether held answers may go.
    pub gate: watch::Sender<bool>,
    elsewhere: OnceLock<String>,
}

struct Script<K> {
    making: VecDeque<Answer<K>>,
    polls: VecDeque<Answer<K>>,
    files: VecDeque<Answer<K>>,
    decide: Option<Decide<K>>,
    /// How many requests each path has answered.
    numbers: HashMap<String, usize>,
}

impl<K> Script<K> {
    fn queue(&mut self, queue: Queue) -> &mut VecDeque<Answer<K>> {
        match queue {
            Queue::Making => &mut self.making,
            Queue::Polls => &mut self.polls,
            Queue::Files => &mut self.files,
        }
    }
}

impl<A: Api> State<A> {
    pub fn new(key: String) -> Self {
        let script = Script {
            making: VecDeque::new(),
            polls: VecDeque::new(),
            files: VecDeque::new(),
            decide: None,
            numbers: HashMap::new(),
        };
        State {
            api: A::default(),
            key,
            validate: true,
            keep_bodies: true,
            memory: Memory::default(),
            script: Mutex::new(script),
            gate: watch::Sender::new(false),
            elsewhere: OnceLock::new(),
        }
    }

    /// The base URL of the host on which results lie.
    pub fn elsewhere(&self) -> &str {
        self.elsewhere.get().expect("it is set before anyone can ask")
    }

    fn locked(&self) -> MutexGuard<'_, Script<A::Kind>> {
        self.script.lock().expect("nothing panics while it is locked")
    }

    pub fn script(&self, queue: Queue, answers: impl IntoIterator<Item = Answer<A::Kind>>) {
        self.locked().queue(queue).extend(answers);
    }

    pub fn decide(&self, decide: Decide<A::Kind>) {
        self.locked().decide = Some(decide);
    }

    fn next_answer(&self, request: &Request, queue: Queue) -> Answer<A::Kind> {
        let (decide, number) = {
            let mut script = self.locked();
            let number = script.numbers.entry(request.path.clone()).or_default();
            *number += 1;
            let number = *number;
            if let Some(answer) = script.queue(queue).pop_front() {
                return answer;
            }
            (script.decide.clone(), number)
        };
        decide.map_or_else(|| A::right().into(), |decide| decide(request, number))
    }

    fn violated(&self, request: &Request, told: &str) {
        self.memory.violated(format!("request {} to {}: {told}", request.order, request.path));
    }

    /// Reads what is asked of the host on which results lie.
    fn fetched(&self, request: &Request) -> Read {
        let mut faults = Vec::new();
        for (name, value) in &request.headers {
            let carries = value.as_bytes().windows(self.key.len()).any(|part| part == self.key.as_bytes());
            if carries || ["authorization", "cookie", "x-api-key", "x-goog-api-key"].contains(&name.as_str()) {
                faults.push(format!("a credential arrived at another host, in the header {name}"));
            }
        }
        if request.method != "GET" {
            faults.push(format!("a {} request, where there are only files", request.method));
        }
        match (faults.is_empty(), media::file(&request.path)) {
            (true, Some(_)) => Read::Asks(Asks { queue: Queue::Files, body: Value::Null }),
            (true, None) => Read::Answered(with_status(404, json!({"message": "there is no such file"}))),
            (false, _) => Read::Against(faults, with_status(403, json!({"message": "that is not allowed"}))),
        }
    }
}

/// One of the two ports.
struct Port<A: Api> {
    state: Arc<State<A>>,
    elsewhere: bool,
}

impl<A: Api> Clone for Port<A> {
    fn clone(&self) -> Self {
        Port { state: Arc::clone(&self.state), elsewhere: self.elsewhere }
    }
}

/// Serves until the other end of `stopped` is dropped; tells the port of the API as soon as connections are taken.
pub fn run<A: Api>(state: Arc<State<A>>, told: &Sender<u16>, stopped: oneshot::Receiver<()>) {
    allow_many_files();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let (listener, port) = listen();
        let (files, files_port) = listen();
        state.elsewhere.set(format!("http://127.0.0.1:{files_port}")).expect("it is served once");
        let api = serve(listener, Port { state: Arc::clone(&state), elsewhere: false });
        let files = serve(files, Port { state, elsewhere: true });
        told.send(port).expect("the starter waits");
        tokio::select! {
            () = api => {}
            () = files => {}
            _ = stopped => {}
        }
    });
    // Dropping the runtime closes every connection, held ones too.
}

fn listen() -> (TcpListener, u16) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let listener = socket.listen(BACKLOG).expect("it listens");
    let port = listener.local_addr().expect("bound").port();
    (listener, port)
}

async fn serve<A: Api>(listener: TcpListener, port: Port<A>) {
    let listener = listener.tap_io(|stream| {
        // Without this an answer in two packets waits for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
    });
    let router = Router::new().fallback(handle::<A>).layer(DefaultBodyLimit::disable()).with_state(port);
    axum::serve(listener, router).await.expect("it serves for ever");
}

/// Thousands of waiting requests are thousands of sockets in this process; the usual soft limit is 1024.
fn allow_many_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where this is refused, only the largest load tests notice.
    let _ = setrlimit(Resource::Nofile, limit);
}

async fn handle<A: Api>(
    Shared(Port { state, elsewhere }): Shared<Port<A>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let make =
        |order| Request { order, method: method.to_string(), path: uri.path().to_owned(), headers, body: body.clone() };
    let request = state.memory.arrived(make, state.keep_bodies);
    let read = match elsewhere {
        true => state.fetched(&request),
        false => state.api.read(&request, &state.key, state.validate),
    };
    let asks = match read {
        Read::Asks(asks) => asks,
        Read::Answered(rendered) => return rendered.send(),
        Read::Against(faults, refusal) => {
            state.violated(&request, &faults.join("; "));
            return refusal.send();
        }
    };
    let answer = state.next_answer(&request, asks.queue);
    if answer.held {
        let _held = state.memory.hold();
        let mut gate = state.gate.subscribe();
        // It ends in an error only when the stand-in is gone, and then nobody reads the answer.
        let _ = gate.wait_for(|open| *open).await;
    }
    let rendered = match &answer.what {
        What::Closed => Rendered::Closed,
        What::Announced(bytes) => Rendered::Announced(*bytes),
        What::Words(status, words) => with_status(*status, Value::Null).saying("text/html", words.clone()),
        What::Kind(_) if elsewhere => {
            let (media_type, content) = media::file(&request.path).expect("it was looked for");
            Rendered::file(media_type, content)
        }
        What::Kind(kind) => state.api.render(kind, &request, &asks, state.elsewhere()),
    };
    if let Rendered::Impossible(why) = &rendered {
        state.violated(&request, why);
    }
    rendered.send()
}
