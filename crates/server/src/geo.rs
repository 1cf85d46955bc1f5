//! A local file that tells the country of an address, in the format of MaxMind.
//!
//! **Invariant:** the file is read whole at the start and asked in memory: no address leaves this machine.

use maxminddb::{MaxMindDbError, Reader, WithinOptions, path};
use placet_model::region::region;
use std::net::IpAddr;
use std::path::Path;
use std::{fs, io};

/// A country or city database.
#[derive(Debug)]
pub struct Geo(Reader<Vec<u8>>);

/// Why a file cannot tell countries.
#[derive(Debug, thiserror::Error)]
pub enum GeoError {
    /// It cannot be read.
    #[error("cannot read the geo file {path}: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// It is in another format, or damaged.
    #[error("the geo file {path} is not in MaxMind's format, or damaged: {error}")]
    Broken {
        /// The file.
        path: String,
        /// What is wrong.
        error: MaxMindDbError,
    },
    /// It is about something else than countries.
    #[error("the geo file {path} tells no countries: it is of the type {kind:?}")]
    WithoutCountries {
        /// The file.
        path: String,
        /// What it says of itself.
        kind: String,
    },
}

impl GeoError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            GeoError::Unreadable { .. } => "Check the path of --geo, and that this user may read the file.",
            GeoError::Broken { .. } => "Give --geo the .mmdb file itself, unpacked; if it is that, download it again.",
            GeoError::WithoutCountries { .. } => {
                "Give --geo a country or city database, for example GeoLite2-Country.mmdb."
            }
        }
    }
}

/// Networks that are looked at when a file is opened, to see whether it tells countries. Not each one has to.
const SAMPLE: usize = 1000;

impl Geo {
    /// Reads a file.
    ///
    /// # Errors
    /// [`GeoError`].
    pub fn open(path: &Path) -> Result<Self, GeoError> {
        let name = || path.display().to_string();
        let bytes = fs::read(path).map_err(|error| GeoError::Unreadable { path: name(), error })?;
        let broken = |error| GeoError::Broken { path: name(), error };
        let reader = Reader::from_source(bytes).map_err(broken)?;
        let mut tells = false;
        for network in reader.networks(WithinOptions::default()).map_err(broken)?.take(SAMPLE) {
            let country: Option<&str> =
                network.map_err(broken)?.decode_path(&path!["country", "iso_code"]).unwrap_or_default();
            tells = tells || country.is_some();
        }
        if !tells {
            return Err(GeoError::WithoutCountries { path: name(), kind: reader.metadata().database_type.clone() });
        }
        Ok(Geo(reader))
    }

    /// The region of an address: its country, and the largest part of it that the file tells.
    pub fn region(&self, address: IpAddr) -> Option<String> {
        // An IPv4-only file has no answer for IPv6, and a damaged record none for anybody.
        let found = self.0.lookup(address.to_canonical()).ok()?;
        let country: &str = found.decode_path(&path!["country", "iso_code"]).ok()??;
        let part: Option<&str> = found.decode_path(&path!["subdivisions", 0, "iso_code"]).unwrap_or_default();
        region(country, part)
    }
}
