//! What every call that a page makes goes through: it is counted, its media type is looked at, its body is read.
//!
//! **Invariant:** a call is counted before anything of it is read, and takes a place only once its body is there.

use crate::address::Peer;
use crate::limits::{Over, Reading};
use crate::observe::Seen;
use crate::problem::Problem;
use crate::state::App;
use axum::Extension;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::{HeaderMap, header};
use std::net::IpAddr;
use std::time::Instant;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

/// The media types of JSON, and of what beacons and plain requests send.
pub const JSON_OR_TEXT: &[&str] = &["application/json", "text/plain"];
/// The media types of a JWS.
pub const JWS_OR_TEXT: &[&str] = &["application/jwt", "application/json", "text/plain"];

/// A call before its body is read.
#[derive(Debug)]
pub struct Call<'a> {
    app: &'a App,
    address: Option<IpAddr>,
    peer: Option<IpAddr>,
    headers: &'a HeaderMap,
}

impl<'a> Call<'a> {
    /// A call from `peer`.
    pub fn new(app: &'a App, peer: Option<Extension<Peer>>, headers: &'a HeaderMap) -> Self {
        let peer = peer.map(|Extension(Peer(address))| address);
        let address = peer.map(|peer| app.proxies.counted(headers, peer));
        Call { app, address, peer, headers }
    }

    /// What may be noted of the call.
    pub fn seen(&self) -> Seen {
        let App { observer, regions, proxies, clock, .. } = self.app;
        observer.see(regions.as_ref(), proxies, self.headers, self.peer, clock())
    }

    /// Counts the call as so many receipts.
    ///
    /// # Errors
    /// [`Problem::TooMany`] for its network, [`Problem::Busy`] for all together.
    pub fn count(&self, receipts: usize) -> Result<(), Problem> {
        let Some(address) = self.address else { return Ok(()) };
        let gauge = &self.app.gauge;
        gauge.count(address, receipts, self.app.is_pressed(), Instant::now()).map_err(|over| match over {
            Over::Network(seconds) => Problem::TooMany(seconds),
            Over::Site(seconds) => Problem::Busy(seconds),
        })
    }

    /// Refuses what would be kept where the disk has no room for it.
    ///
    /// # Errors
    /// [`Problem::NoRoom`].
    pub fn needs_room(&self) -> Result<(), Problem> {
        match self.app.room.is_there() {
            true => Ok(()),
            false => Err(Problem::NoRoom),
        }
    }

    /// Counts an entry of feedback, so that no network writes more than its part of what there is room for.
    ///
    /// # Errors
    /// [`Problem::TooMany`].
    pub fn count_feedback(&self) -> Result<(), Problem> {
        match self.address {
            Some(address) => self.app.gauge.count_feedback(address, Instant::now()).map_err(Problem::TooMany),
            None => Ok(()),
        }
    }

    /// Counts a request of a device that nobody knows.
    ///
    /// # Errors
    /// [`Problem::TooMany`].
    pub fn count_stranger(&self) -> Result<(), Problem> {
        match self.address {
            Some(address) => self.app.gauge.count_stranger(address, Instant::now()).map_err(Problem::TooMany),
            None => Ok(()),
        }
    }

    /// A place to send an answer about the receipts of a device.
    ///
    /// # Errors
    /// [`Problem::Busy`].
    pub fn reading(&self, device: &str) -> Result<Reading, Problem> {
        self.app.gauge.reading(device, self.address).ok_or(Problem::Busy(5))
    }

    /// Reads the body of one of the media types `types`, of `most` bytes at most.
    ///
    /// # Errors
    /// [`Problem::UnsupportedType`], [`Problem::TooLarge`], [`Problem::TooSlow`].
    pub async fn read(&self, body: Body, types: &'static [&'static str], most: usize) -> Result<Bytes, Problem> {
        let given = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = given.split(';').next().unwrap_or("").trim();
        if !types.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
            return Err(Problem::UnsupportedType(types));
        }
        if body.size_hint().lower() > most as u64 {
            return Err(Problem::TooLarge(most));
        }
        match timeout(self.app.gauge.limits.body_time, to_bytes(body, most)).await {
            Ok(Ok(body)) => Ok(body),
            // Reading stops at the limit, or where the client goes away and hears no answer anyway.
            Ok(Err(_)) => Err(Problem::TooLarge(most)),
            Err(_) => Err(Problem::TooSlow),
        }
    }

    /// A place among the calls that are verified and stored at the same time.
    ///
    /// # Errors
    /// [`Problem::Busy`].
    pub fn place(&self) -> Result<SemaphorePermit<'a>, Problem> {
        self.app.gauge.calls.try_acquire().map_err(|_| Problem::Busy(2))
    }
}

/// The text of a body.
///
/// # Errors
/// [`Problem::Malformed`].
pub fn text(body: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(body).map_err(|_| Problem::Malformed("The body is not UTF-8.".into()))
}
