//! What a site is called, and where its receipts and its cookie go.

use super::Walk;
use super::values::{is_host, is_or_is_below};
use crate::url::is_safe_link;

impl Walk<'_> {
    pub(super) fn site(&mut self) {
        let site = &self.config.site;
        self.at("site", |w| {
            let (host, port) = site.rsplit_once(':').map_or((site.as_str(), None), |(host, port)| (host, Some(port)));
            let port_is_good = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
            // A receipt names the site, in 128 bytes at most.
            if !is_host(host) || !port_is_good || site.len() > 128 {
                w.problems.error(
                    "invalid-site",
                    format!("“{site}” is not a host name."),
                    "Write the host alone, in small letters: \"shop.example\", without \"https://\" and path.",
                );
            }
        });
    }

    pub(super) fn version(&mut self) {
        let version = &self.config.version;
        self.at("version", |w| {
            if version.is_empty() || version.len() > 64 {
                w.problems.error(
                    "invalid-version",
                    "The version must have 1 to 64 characters.",
                    "A date does well: \"2026-11-01\".",
                );
            }
        });
    }

    pub(super) fn endpoint(&mut self) {
        let endpoint = &self.config.receipts.endpoint;
        let is_path = endpoint.starts_with('/') && !endpoint.contains(['?', '#']);
        let is_full = endpoint.starts_with("https://");
        // A receipt names the full address, in 128 bytes at most.
        if !(is_path || is_full) || !is_safe_link(endpoint) || endpoint.len() > 100 {
            self.problems.error(
                "invalid-endpoint",
                format!("“{endpoint}” cannot take receipts."),
                "Write a path like \"/v1/receipts\" or a full https: address, of at most 100 characters.",
            );
        }
    }

    pub(super) fn cookie_domain(&mut self) {
        let Some(domain) = &self.config.cookie_domain else { return };
        let host = self.config.site.split(':').next().unwrap_or_default();
        self.at("cookieDomain", |w| {
            // A browser refuses a cookie for any other domain, and for one that strangers share.
            if !is_host(domain) || !domain.contains('.') || !is_or_is_below(host, domain) {
                w.problems.error(
                    "invalid-domain",
                    format!("“{domain}” is not a domain that “{host}” belongs to."),
                    "Write the domain that your hosts share, without a leading dot: \"shop.example\".",
                );
            }
        });
    }
}
