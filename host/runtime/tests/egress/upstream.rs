//! A server that answers exactly the bytes it is told to, misbehaves on demand, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// One request, as it was received.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// What to write, and what to do then.
#[derive(Clone, Debug)]
pub struct Answer {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    KeepAlive,
    Close,
    Reset,
    Silence,
    Flood,
}

impl Answer {
    /// A whole answer, after which the connection stays open.
    pub fn new(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut bytes = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: {}\r\n", body.len()).into_bytes();
        for (name, value) in headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
        Answer { bytes, then: Then::KeepAlive }
    }

    pub fn ok(body: &[u8]) -> Self {
        Answer::new(200, &[], body)
    }

    pub fn redirect(status: u16, location: &str) -> Self {
        Answer::new(status, &[("location", location)], b"elsewhere")
    }

    /// A body in chunks, whose bounds the reader sees.
    pub fn chunked(chunks: &[&[u8]]) -> Self {
        let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        for chunk in chunks {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        Answer { bytes, then: Then::KeepAlive }
    }

    /// These bytes, whatever they mean.
    pub fn raw(bytes: &[u8]) -> Self {
        Answer { bytes: bytes.to_vec(), then: Then::KeepAlive }
    }

    pub fn nothing() -> Self {
        Answer::raw(b"")
    }

    pub fn then_close(self) -> Self {
        Answer { then: Then::Close, ..self }
    }

    pub fn then_reset(self) -> Self {
        Answer { then: Then::Reset, ..self }
    }

    pub fn then_silence(self) -> Self {
        Answer { then: Then::Silence, ..self }
    }

    /// Go on with zeros for as long as anyone reads.
    pub fn then_flood(self) -> Self {
        Answer { then: Then::Flood, ..self }
    }
}

/// A running server; it ends when it is dropped.
pub struct Upstream {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Upstream {
    pub async fn start(script: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_async(move |seen| {
            let answer = script(&seen);
            std::future::ready(answer)
        })
        .await
    }

    pub async fn start_async<F>(script: impl Fn(Seen) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        let (all, count, script) = (seen.clone(), connections.clone(), Arc::new(script));
        tasks.spawn(async move {
            let mut serving = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                count.fetch_add(1, Ordering::SeqCst);
                let (all, script) = (all.clone(), script.clone());
                serving.spawn(serve(stream, all, move |seen| script(seen)));
            }
        });
        Upstream { address, seen, connections, _tasks: tasks }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test panics in here").clone()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve<F: Future<Output = Answer>>(
    mut stream: TcpStream,
    all: Arc<Mutex<Vec<Seen>>>,
    script: impl Fn(Seen) -> F,
) {
    let mut buffer = Vec::new();
    while let Some(seen) = request(&mut stream, &mut buffer).await {
        all.lock().expect("no test panics in here").push(seen.clone());
        let answer = script(seen).await;
        if stream.write_all(&answer.bytes).await.is_err() {
            return;
        }
        match answer.then {
            Then::KeepAlive => {}
            Then::Close => return,
            Then::Reset => {
                let _ = stream.set_zero_linger();
                return;
            }
            Then::Silence => std::future::pending().await,
            Then::Flood => while stream.write_all(&[0; 10_000]).await.is_ok() {},
        }
    }
}

async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer[..end].to_vec()).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut seen = Seen { method, path, headers, body: Vec::new() };
    let length: usize = seen.header("content-length").map_or(0, |length| length.parse().expect("a length"));
    while buffer.len() < end + 4 + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = buffer.drain(..end + 4 + length).skip(end + 4).collect();
    Some(seen)
}
