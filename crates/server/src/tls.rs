//! TLS by the server itself, where no proxy does it.
//!
//! **Invariant:** the versions and ciphers are rustls' own safe ones; there is nothing to set, so nothing to set wrong.
//! **Invariant:** a key that everybody on the machine may read, or that others may change, is not used.

use crate::secret_file::{self, Readers, SecretFileError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The most bytes that the file of a key has: some hold the chain as well.
const MOST_KEY: u64 = 64 * 1024;

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as PEM.
    #[error("cannot read {path}: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The key's file is not what a key's file has to be.
    #[error("cannot use the key of the certificate: {0}")]
    Key(#[from] SecretFileError),
    /// Certificate and key are not good together.
    #[error("the certificate and its key are not good: {0}")]
    Refused(#[from] tokio_rustls::rustls::Error),
}

impl TlsError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            TlsError::Key(error @ SecretFileError::Open { path, .. }) => format!(
                "{}, or chmod 640 {path} where a group shares it. A Docker secret takes `mode: 0400` and the server's `uid`.",
                error.help()
            ),
            TlsError::Key(error) => error.help(),
            _ => "Give the whole chain in PEM, the server's own certificate first, and the key that belongs to it."
                .into(),
        }
    }
}

/// Reads a chain of certificates, the server's own first, and its key, both in PEM.
///
/// # Errors
/// [`TlsError`].
pub fn acceptor(chain: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let unreadable = |path: &Path, why: String| TlsError::Unreadable { path: path.to_owned(), why };
    let read = CertificateDer::pem_file_iter(chain).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = read.map_err(|error| unreadable(chain, error.to_string()))?;
    if certificates.is_empty() {
        return Err(unreadable(chain, "there is no certificate in it".into()));
    }
    let text = secret_file::read_of(key, Readers::Group, MOST_KEY)?;
    let text = text.ok_or_else(|| unreadable(key, "there is no such file".into()))?;
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|error| unreadable(key, error.to_string()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
