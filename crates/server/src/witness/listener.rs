//! What an auditor may read of a server over its admin listener: the receipts of a period, and the audit trail.
//!
//! **Invariant:** the token goes to the address that was named and nowhere else: to be sent on is an answer that cannot be read.

use super::source::Unread;
use crate::admin::token::Secret;
use crate::store::audit::Cursor;
use placet_model::admin::{AuditPage, Pending};
use placet_model::json;
use placet_model::tree::Read as FromTree;
use std::io::{BufRead, BufReader, Read};
use std::time::Duration;
use ureq::http::{Response, header};
use ureq::{Agent, Body, BodyReader};
use url::Url;

/// How long the listener may take to begin an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most bytes of an answer that comes in one piece: a page of the audit trail.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;
/// The most bytes of a line of an export: a notice in a string, each byte of it escaped at worst.
const MAX_LINE: u64 = 8 * 1024 * 1024;
/// Lines of the audit trail that are asked for at once.
const PAGE: usize = 1000;

/// A server's admin listener, and the token that it knows the auditor by.
pub struct Listener {
    agent: Agent,
    base: Url,
    token: Secret,
}

/// What came of asking for receipts.
pub enum Asked {
    /// A second token has to confirm the request that has this id.
    Waiting(String),
    /// The receipts, line by line.
    Lines(Lines),
}

/// An export, read line by line.
pub struct Lines {
    address: String,
    reader: BufReader<BodyReader<'static>>,
}

impl Listener {
    /// The admin listener at this address, for the bearer of a token.
    pub fn new(base: Url, token: Secret) -> Self {
        let config = Agent::config_builder()
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("placet/", env!("CARGO_PKG_VERSION")));
        Listener { agent: config.build().into(), base, token }
    }

    /// Its address.
    pub fn address(&self) -> &str {
        self.base.as_str()
    }

    /// Asks for the receipts that came from the beginning of one year (UTC) to the end of another.
    ///
    /// # Errors
    /// Where the listener does not answer, or not with that.
    pub fn receipts(&self, first: u32, last: u32, confirmation: Option<&str>) -> Result<Asked, Unread> {
        let path = format!("v1/exports?form=lines&since={first:04}-01-01&until={:04}-01-01", last + 1);
        let (address, mut response) = self.ask(&path, confirmation)?;
        if response.status() == 202 {
            let pending: Pending = read_whole(&address, &mut response)?;
            return Ok(Asked::Waiting(pending.confirmation));
        }
        Ok(Asked::Lines(Lines { address, reader: BufReader::new(response.into_body().into_reader()) }))
    }

    /// The lines of the audit trail that follow a place.
    ///
    /// # Errors
    /// Where the listener does not answer, or not with that.
    pub fn trail(&self, after: Option<Cursor>) -> Result<AuditPage, Unread> {
        let after = after.map_or(String::new(), |cursor| format!("&after={cursor}"));
        let (address, mut response) = self.ask(&format!("v1/audit?limit={PAGE}{after}"), None)?;
        read_whole(&address, &mut response)
    }

    fn ask(&self, path: &str, confirmation: Option<&str>) -> Result<(String, Response<Body>), Unread> {
        let address = [self.base.as_str(), path].concat();
        let mut request =
            self.agent.get(&address).header(header::AUTHORIZATION, format!("Bearer {}", self.token.text()));
        if let Some(id) = confirmation {
            request = request.header("placet-confirmation", id);
        }
        let mut response = request.call().map_err(|error| unread(&address, &error.to_string()))?;
        match response.status().as_u16() {
            200 | 202 => Ok((address, response)),
            status => {
                let told = told_problem(&mut response);
                Err(unread(&address, &format!("the server answers {status}{told}")))
            }
        }
    }
}

impl Lines {
    /// The next line; none after the last one of an export that is whole.
    ///
    /// # Errors
    /// Where the export breaks off.
    pub fn line(&mut self) -> Result<Option<String>, Unread> {
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
        match read.map_err(|error| unread(&self.address, &format!("the export breaks off: {error}")))? {
            0 => Ok(None),
            _ if line.last() == Some(&b'\n') => {
                let text = String::from_utf8(line).map_err(|_| unread(&self.address, "a line of it is not UTF-8"))?;
                Ok(Some(text))
            }
            _ => Err(unread(&self.address, "a line of it does not end")),
        }
    }
}

fn unread(address: &str, why: &str) -> Unread {
    Unread(format!("{address} cannot be read: {why}"))
}

fn read_whole<V: FromTree>(address: &str, response: &mut Response<Body>) -> Result<V, Unread> {
    let text = response.body_mut().with_config().limit(MAX_ANSWER).read_to_string();
    let text = text.map_err(|error| unread(address, &error.to_string()))?;
    let tree = json::parse(&text).ok();
    tree.and_then(|tree| json::from_tree(&tree)).ok_or_else(|| unread(address, "it answers with something else"))
}

/// What a problem says of itself (RFC 9457).
fn told_problem(response: &mut Response<Body>) -> String {
    let text = response.body_mut().with_config().limit(MAX_ANSWER).read_to_string().unwrap_or_default();
    let problem = json::parse(&text).unwrap_or_default();
    problem["detail"].as_str().map_or(String::new(), |detail| format!(": {detail}"))
}
