//! What a log publishes, by HTTP.

use placet_model::log::checkpoint::{Checkpoint, CheckpointFault, Keys, MAX_CHECKPOINT, site_of};
use std::fmt;
use std::time::Duration;
use ureq::Agent;
use url::Url;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// More moves than an honest server asks for.
const MOST_REDIRECTS: u32 = 3;
/// The most bytes that a list of keys may have.
const MAX_KEYS: u64 = 256 * 1024;

/// Something that a log publishes could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread(pub String);

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A checkpoint that counts, with its text; or why it does not.
pub type Opened = Result<(Checkpoint, String), String>;

/// The place where the logs of a site are published.
#[derive(Debug, Clone)]
pub struct Source {
    agent: Agent,
    base: Url,
}

impl Source {
    /// The logs at this address, for example `https://consent.shop.example/log/`; without a path, `/log/` is meant.
    pub fn new(mut base: Url) -> Self {
        match base.path() {
            "/" | "" => base.set_path("/log/"),
            path if !path.ends_with('/') => {
                let path = format!("{path}/");
                base.set_path(&path);
            }
            _ => {}
        }
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(MOST_REDIRECTS)
            .http_status_as_error(false)
            .user_agent(concat!("placet/", env!("CARGO_PKG_VERSION")));
        Source { agent: config.build().into(), base }
    }

    /// The address of something that the logs publish.
    pub fn address(&self, path: &str) -> String {
        [self.base.as_str(), path].concat()
    }

    /// Reads something of `most` bytes at most; none where the server has no such thing.
    ///
    /// # Errors
    /// Where the server does not answer, or not with that.
    pub fn read(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Unread> {
        let address = self.address(path);
        let cannot = |error: ureq::Error| Unread(format!("{address} cannot be read: {error}"));
        let mut response = self.agent.get(&address).call().map_err(cannot)?;
        match response.status().as_u16() {
            200 => response.body_mut().with_config().limit(most + 1).read_to_vec().map_err(cannot).map(Some),
            404 | 410 => Ok(None),
            status => Err(Unread(format!("{address} cannot be read: the server answers {status}"))),
        }
    }

    /// The keys that the server says the logs were signed with.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn keys(&self) -> Result<Keys, Unread> {
        let address = self.address("keys");
        let bytes = self.read("keys", MAX_KEYS)?.ok_or_else(|| Unread(format!("{address} is not there")))?;
        let text = String::from_utf8(bytes).map_err(|_| Unread(format!("{address} is not UTF-8")))?;
        Keys::parse(&text).map_err(|fault| Unread(format!("{address} cannot be read: {fault}")))
    }

    /// The checkpoint of a log, and its text: none where there is no such log, an error inside where it does not count. A log is
    /// named by its year, or, where it is that of a former site, by its whole name.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn checkpoint(&self, log: &str, keys: &Keys) -> Result<Option<Opened>, Unread> {
        let Some(bytes) = self.read(&format!("{log}/checkpoint"), MAX_CHECKPOINT as u64)? else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let opened = keys.open(&text).map_err(|fault| self.told(fault, &text, keys)).and_then(|checkpoint| {
            let is_it = checkpoint.origin == log
                || site_of(&checkpoint.origin).is_some_and(|site| checkpoint.origin == format!("{site}/{log}"));
            match is_it {
                true => Ok((checkpoint, text)),
                false => Err(format!("The checkpoint is that of another log: {}.", checkpoint.origin)),
            }
        });
        Ok(Some(opened))
    }

    /// Why a checkpoint does not count, and what to do where the site has changed its key: what it lists itself says so.
    fn told(&self, fault: CheckpointFault, text: &str, known: &Keys) -> String {
        let listed = match fault {
            CheckpointFault::KeyUnknown => self.keys().unwrap_or_default(),
            _ => Keys::default(),
        };
        let Ok(Checkpoint { key, .. }) = listed.open(text) else { return fault.to_string() };
        let names = listed.names();
        let address = self.address("keys");
        match known.names().into_iter().find(|name| names.contains(name)) {
            Some(known) => format!(
                "{fault} {key} has, which {address} lists beside {known}: the site has changed its key, or somebody has who can change \
                 what it serves. Learn the new key where you learned the old one, and give both: --log-key KEY --log-key KEY."
            ),
            None => format!("{fault} {key} has, and {address} lists none that you know."),
        }
    }
}
