//! Single values: names for machines, durations, hosts, regions, addresses.

use super::Walk;
use crate::duration::Duration;
use crate::problem::Problems;
use crate::url::is_safe_link;

impl Walk<'_> {
    /// An id: what may stand in an attribute, a receipt and a program alike.
    pub(super) fn id<'b>(&mut self, id: &str, all: impl Iterator<Item = &'b str>) {
        let good = id.len() <= 64
            && id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
            && id != "constructor";
        let count = all.filter(|other| *other == id).count();
        self.at("id", |w| {
            if !good {
                w.problems.error(
                    "invalid-id",
                    format!("“{id}” cannot be a name for machines."),
                    "Small letters, digits, - and _, beginning with a letter, at most 64.",
                );
            } else if count > 1 {
                w.problems.error("duplicate-id", format!("“{id}” is there {count} times."), "Give each its own id.");
            }
        });
    }

    pub(super) fn duration(&mut self, name: &str, text: &str) {
        self.at(name, |w| {
            if Duration::parse(text).is_none() {
                w.problems.error(
                    "invalid-duration",
                    format!("“{text}” is not a duration."),
                    "Write whole days, weeks, months or years as ISO 8601 does: \"P30D\", \"P6M\", \"P1Y\".",
                );
            }
        });
    }
}

pub(super) fn link(problems: &mut Problems, address: &str) {
    if !is_safe_link(address) {
        problems.error(
            "invalid-link",
            format!("“{address}” cannot be a link."),
            "Write an https:, mailto: or tel: address, or a path of your site.",
        );
    }
}

pub(super) fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Whether `host` is `domain` or a subdomain of it.
pub(super) fn is_or_is_below(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

pub(super) fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    parts
        .next()
        .is_some_and(|primary| (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase()))
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

pub(super) fn is_region(text: &str) -> bool {
    let (country, part) = text.split_once('-').map_or((text, None), |(country, part)| (country, Some(part)));
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && part.is_none_or(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
}

pub(super) fn is_email(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && !text.contains([':', '/', '<', '>', '"'])
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && is_host(&host.to_ascii_lowercase()) && host.contains('.'))
}

pub(super) fn is_phone(text: &str) -> bool {
    text.starts_with('+')
        && text.len() > 4
        && text[1..].bytes().all(|byte| byte.is_ascii_digit() || b" -()".contains(&byte))
}
