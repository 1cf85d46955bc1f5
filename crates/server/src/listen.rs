//! Taking connections: with or without TLS, so many at a time, and no more than its part from one network.
//!
//! **Invariant:** no step of a connection waits for ever: neither the handshake nor the head of a request nor its end, nor that
//! somebody takes the answer.
//! **Invariant:** one network cannot hold all connections, unless it is a proxy that the operator named, or this machine itself.

use crate::address::{Peer, Proxies};
use crate::impatient::Impatient;
use crate::limits::network;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Connections that are open at the same time.
const MOST_CONNECTIONS: usize = 1024;
/// Connections that one network has open at the same time.
const MOST_OF_ONE: usize = 256;
/// How long a handshake or a request's head may take to arrive, and how long an idle connection stays open.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long nothing of an answer may be taken.
const SENDING_TIME: Duration = Duration::from_secs(30);
/// How long running requests may take to end when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// What stands at a listening socket.
#[derive(Clone)]
pub struct Door {
    /// What is served there.
    pub routes: Router,
    /// TLS, where the server speaks it itself.
    pub tls: Option<TlsAcceptor>,
    /// Proxies, which carry many visitors over their connections.
    pub proxies: Proxies,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Door").field("tls", &self.tls.is_some()).field("proxies", &self.proxies).finish()
    }
}

/// Takes connections until told to stop, then lets the running requests end.
pub async fn accept(listener: TcpListener, door: Door, mut stopped: watch::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let networks = Arc::new(Networks::default());
    loop {
        let Ok(permit) = connections.clone().acquire_owned().await else { break };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Most often there are too many open files: waiting lets some close.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = stopped.changed() => break,
        };
        // Dropping the connection is the answer to who has too many.
        let Some(place) = networks.place(peer.ip(), &door.proxies) else { continue };
        let (watcher, door) = (graceful.watcher(), door.clone());
        tokio::spawn(async move {
            connect(stream, peer, door, watcher).await;
            drop((place, permit));
        });
    }
    drop(listener);
    if timeout(LAST_WORDS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
}

/// Serves one connection to its end.
async fn connect(stream: TcpStream, peer: SocketAddr, door: Door, watcher: Watcher) {
    // Answers are small and whole: waiting to fill a packet only delays them.
    stream.set_nodelay(true).ok();
    let ended = match door.tls {
        None => talk(stream, peer, door.routes, watcher).await,
        Some(tls) => match timeout(HEAD_TIME, tls.accept(stream)).await {
            Ok(Ok(stream)) => talk(stream, peer, door.routes, watcher).await,
            Ok(Err(error)) => return tracing::debug!(%error, "a handshake failed"),
            Err(_) => return tracing::debug!("a handshake took too long"),
        },
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn talk<S>(stream: S, peer: SocketAddr, routes: Router, watcher: Watcher) -> Result<(), hyper::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        routes.clone().oneshot(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(32 * 1024)
        .serve_connection(TokioIo::new(Impatient::new(stream, SENDING_TIME)), service);
    watcher.watch(connection).await
}

/// How many connections each network has open.
#[derive(Debug, Default)]
struct Networks(Mutex<HashMap<Ipv6Addr, usize>>);

/// A place among the connections of a network, given back when it is dropped.
#[derive(Debug)]
struct Place(Option<(Arc<Networks>, Ipv6Addr)>);

impl Networks {
    /// A place for a connection from `peer`; none where its network has as many as it may.
    fn place(self: &Arc<Self>, peer: IpAddr, proxies: &Proxies) -> Option<Place> {
        let peer = peer.to_canonical();
        if peer.is_loopback() || proxies.trusts(peer) {
            return Some(Place(None));
        }
        let network = network(peer);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network).or_insert(0);
        if *count >= MOST_OF_ONE {
            return None;
        }
        *count += 1;
        Some(Place(Some((self.clone(), network))))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((networks, network)) = self.0.take() else { return };
        let mut open = networks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                open.remove(&network);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn one_network_cannot_hold_all_connections() {
        let networks = Arc::new(Networks::default());
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        // where connections come from, how many of 300 are taken
        for (peers, taken) in [
            (["192.0.2.1", "192.0.2.9"], 256),
            (["2001:db8:1:2::1", "2001:db8:1:3::1"], 256),
            (["10.0.0.1", "10.0.0.2"], 300),
            (["127.0.0.1", "::1"], 300),
            (["::ffff:127.0.0.1", "::ffff:10.0.0.1"], 300),
            (["192.0.3.1", "192.0.4.1"], 300),
        ] {
            for _ in 0..2 {
                let place = |turn: usize| networks.place(peers[turn % 2].parse().unwrap(), &proxies);
                let places: Vec<Place> = (0..300).filter_map(place).collect();
                assert_eq!(places.len(), taken, "{peers:?}");
            }
            assert!(networks.0.lock().unwrap().is_empty(), "nothing is left of {peers:?}");
        }
    }
}
