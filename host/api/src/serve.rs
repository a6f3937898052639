//! Answering on any number of addresses, until it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long requests that are under way may take to finish after the word to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers on all listeners. When `shutdown` is cancelled, nothing more is accepted, streams of events end, and
/// requests under way have ten seconds to finish.
///
/// # Errors
/// Where a listener fails. One that only refuses a connection (too many open files) tries again.
pub async fn serve(listeners: Vec<TcpListener>, router: Router, shutdown: CancellationToken) -> io::Result<()> {
    let mut servers = JoinSet::new();
    for listener in listeners {
        // Answers are small and written at once; waiting for more of them to send together would only delay them.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!("a connection cannot be told not to delay: {error}");
            }
        });
        let service = router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let stop = shutdown.clone().cancelled_owned();
        servers.spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stop).await });
    }
    let all = async {
        while let Some(ended) = servers.join_next().await {
            ended.map_err(io::Error::other)??;
        }
        Ok(())
    };
    let too_late = async {
        shutdown.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = all => ended,
        () = too_late => {
            tracing::warn!("some requests did not finish in time and are dropped");
            Ok(())
        }
    }
}
