//! Real sockets.

use std::time::Duration;

use kinora_api::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::kit::{Kit, job_of};

async fn ask(address: std::net::SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        let mut piece = [0; 1024];
        let count = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut piece)).await.unwrap().unwrap();
        assert_ne!(count, 0, "{}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&read).into_owned()
}

#[tokio::test]
async fn it_answers_on_every_address_and_an_open_stream_does_not_keep_it_from_ending() {
    let kit = Kit::idle().await;
    let task = kit.begin("").await;
    let listeners = [TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap()];
    let addresses = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
    let serving = tokio::spawn(serve(listeners.into(), kit.router.clone(), kit.shutdown.clone()));
    for address in addresses {
        read_until(&mut ask(address, "/health").await, "200 OK").await;
    }
    let mut events = ask(addresses[0], &format!("/api/jobs/{}/events", job_of(&task))).await;
    read_until(&mut events, "text/event-stream").await;
    let idle = TcpStream::connect(addresses[1]).await.unwrap();
    kit.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap().unwrap();
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), events.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&rest));
    assert!(TcpStream::connect(addresses[0]).await.is_err());
    drop(idle);
}
