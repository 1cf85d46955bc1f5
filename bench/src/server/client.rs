//! One client: a connection that stays open, one call after the other.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// A connection to the server.
pub(super) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects to the server.
    pub(super) fn connect(authority: &str) -> Result<Self> {
        let stream = TcpStream::connect(authority).context("cannot connect to the server")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Client { stream: BufReader::new(stream) })
    }

    /// Reads what is at an address.
    pub(super) fn get(&mut self, path: &str) -> Result<String> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n");
        let (status, body) = self.ask(request.as_bytes())?;
        match status {
            200 => Ok(body),
            status => bail!("{path} answers {status}: {body}"),
        }
    }

    /// Records receipts, as if they came from the network with this number; how long the answer took.
    pub(super) fn record(&mut self, receipts: &[String], network: u64) -> Result<Duration> {
        let body = format!("{{\"receipts\":[\"{}\"]}}", receipts.join("\",\""));
        let request = format!(
            "POST /v1/receipts HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n\
             X-Forwarded-For: 10.{}.{}.1\r\nContent-Length: {}\r\n\r\n{body}",
            network / 200 % 200,
            network % 200,
            body.len()
        );
        let begun = Instant::now();
        let (status, body) = self.ask(request.as_bytes())?;
        let took = begun.elapsed();
        let acknowledged = body.matches("\"status\":\"recorded\"").count();
        match (status, acknowledged) {
            (200, count) if count == receipts.len() && body.matches("\"checkpoint\":").count() == count => Ok(took),
            _ => bail!("{acknowledged} of {} were acknowledged, with status {status}: {body}", receipts.len()),
        }
    }

    fn ask(&mut self, request: &[u8]) -> Result<(u16, String)> {
        self.stream.get_mut().write_all(request)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no answer")?;
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = told.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body)?))
    }
}
