//! What a token is: `placet_<id>_<secret>`, an id of 8 random bytes in hex, which may be told, and a secret of 32 in base64url.
//!
//! **Invariant:** the server keeps SHA-256 of a token and not the token. A secret of 256 random bits needs no slow hash:
//! nobody finds it by trying (RFC 9106 is for passwords, which people choose).
//! **Invariant:** a token is compared in a time that does not depend on where it differs.

use crate::hex::hex;
use placet_model::receipt::base64url;
use placet_model::verify::hash;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What every token begins with, so that programs that look for leaked secrets find it.
const MARK: &str = "placet_";
/// The characters of an id.
const ID: usize = 16;
/// The characters of a secret.
const SECRET: usize = 43;

/// A token with its secret. It never prints itself.
pub struct Secret(Zeroizing<String>);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Secret").field(&self.id()).finish()
    }
}

impl Secret {
    /// A new token.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub fn new() -> Result<Self, getrandom::Error> {
        let (mut id, mut secret) = ([0; ID / 2], Zeroizing::new([0; 32]));
        getrandom::fill(&mut id)?;
        getrandom::fill(&mut *secret)?;
        let id = hex(&id);
        let secret = Zeroizing::new(base64url(&*secret));
        Ok(Secret(Zeroizing::new([MARK, &id, "_", &secret].concat())))
    }

    /// Reads a token; none where the text cannot be one.
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(MARK)?;
        let (id, secret) = rest.split_once('_')?;
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let shaped = id.len() == ID && id.bytes().all(hex) && secret.len() == SECRET && secret.bytes().all(url);
        shaped.then(|| Secret(Zeroizing::new(text.to_owned())))
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.0.get(MARK.len()..MARK.len() + ID).unwrap_or_default()
    }

    /// The whole token, to be told once.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> String {
        hash(self.0.as_bytes())
    }

    /// Whether this is the token of which `kept` was kept.
    pub fn is(&self, kept: &str) -> bool {
        self.hash().as_bytes().ct_eq(kept.as_bytes()).into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_as_they_are_made() {
        let (one, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        let read = Secret::read(one.text()).unwrap();
        assert_eq!((read.id(), read.hash()), (one.id(), one.hash()));
        assert!(read.is(&one.hash()) && !read.is(&other.hash()) && !read.is(""));
        assert_eq!(one.text().len(), 67);
        let told = format!("{one:?}");
        assert!(!told.contains(&one.text()[30..]), "{told}");
    }

    #[test]
    fn what_is_no_token_is_not_looked_up() {
        let id = "0123456789abcdef";
        let secret = "A".repeat(43);
        for (text, shaped) in [
            (format!("placet_{id}_{secret}"), true),
            (format!("placet_{id}_-_{}", &secret[2..]), true),
            (format!("placet_{id}_{secret}A"), false),
            (format!("placet_{id}_{}", &secret[1..]), false),
            (format!("placet_{id}_{}+", &secret[1..]), false),
            (format!("placet_{}_{secret}", &id[1..]), false),
            (format!("placet_{}G_{secret}", &id[1..]), false),
            (format!("placet_{}_{secret}", id.to_uppercase()), false),
            (format!("Placet_{id}_{secret}"), false),
            (format!("{id}_{secret}"), false),
            (String::new(), false),
            ("placet_' OR 1=1 --_x".into(), false),
        ] {
            assert_eq!(Secret::read(&text).is_some(), shaped, "{text}");
        }
    }
}
