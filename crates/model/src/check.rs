//! Checks a config: all problems at once, each with its place and what to do about it.
//!
//! **Invariant:** a config without errors can be published; publishing has no further rules.

use crate::config::{Basis, Config, Mode, Purpose, Recipient, Service};
use crate::duration::Duration;
use crate::problem::{Problem, Problems, Severity, nearest};
use crate::regime::{REGIMES, RegimeId};
use crate::rich::{RichFault, compile};
use crate::text::Text;
use crate::tree::Read;
use crate::url::is_safe_link;
use crate::{labels, vendor};

/// The largest config that is read, in bytes.
pub const MAX_CONFIG: usize = 1024 * 1024;

/// The most purposes that fit into a receipt of 4 KB, with ids of 64 bytes.
const MOST_PURPOSES: usize = 24;

/// A config and everything that is wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// What could be read; parts that could not are empty.
    pub config: Config,
    /// What is wrong, in the order of the config.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Whether the config cannot be published.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Why a text is no config at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1; 0 where the whole is meant.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// Reads and checks a config.
///
/// # Errors
/// The text is larger than [`MAX_CONFIG`], is not JSON, or names a member twice.
pub fn check(text: &str) -> Result<Checked, Unreadable> {
    if text.len() > MAX_CONFIG {
        let message = format!("The config has {} bytes; the most is {MAX_CONFIG}.", text.len());
        return Err(Unreadable { line: 0, column: 0, message });
    }
    let tree = crate::json::parse(text).map_err(|error| Unreadable {
        line: error.line(),
        column: error.column(),
        message: error.to_string(),
    })?;
    let mut problems = Problems::default();
    let config = Config::read(&tree, &mut problems);
    Walk { config: &config, problems: &mut problems }.run();
    Ok(Checked { config, problems: problems.found })
}

struct Walk<'a> {
    config: &'a Config,
    problems: &'a mut Problems,
}

impl Walk<'_> {
    fn run(mut self) {
        let config = self.config;
        self.site();
        self.languages();
        self.at("version", |w| {
            if config.version.is_empty() || config.version.len() > 64 {
                w.problems.error(
                    "invalid-version",
                    "The version must have 1 to 64 characters.",
                    "A date does well: \"2026-11-01\".",
                );
            }
        });
        self.at("controller", |w| {
            let who = &config.controller;
            w.text("name", &who.name);
            w.text("address", &who.address);
            w.text("complaints", &who.complaints);
            w.text("privacyPolicy", &who.privacy_policy);
            w.problems.within("privacyPolicy", |problems| {
                who.privacy_policy.each(problems, link);
            });
            w.at("email", |w| {
                if !is_email(&who.email) {
                    w.problems.error(
                        "invalid-email",
                        format!("“{}” is not an e-mail address.", who.email),
                        "Write one like \"privacy@shop.example\".",
                    );
                }
            });
        });
        self.at("receipts", |w| w.at("endpoint", |w| w.endpoint()));
        self.cookie_domain();
        self.regimes();
        self.validity();
        self.at("firstLayer", |w| {
            w.text("title", &config.first_layer.title);
            w.rich("text", &config.first_layer.text);
            if let Some(text) = &config.first_layer.opt_out_text {
                w.rich("optOutText", text);
            }
        });
        self.purposes();
        self.services();
        self.preferences();
        self.theme();
    }

    fn at(&mut self, name: &str, walk: impl FnOnce(&mut Walk)) {
        let config = self.config;
        self.problems.within(name, |problems| walk(&mut Walk { config, problems }));
    }

    fn each<V>(&mut self, name: &str, items: &[V], mut walk: impl FnMut(&mut Walk, &V)) {
        let config = self.config;
        self.problems.each(name, items, |problems, item| walk(&mut Walk { config, problems }, item));
    }

    fn site(&mut self) {
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

    fn languages(&mut self) {
        let config = self.config;
        self.at("languages", |w| {
            if config.languages.is_empty() {
                w.problems.error("empty-list", "There is no language.", "Name at least one: [\"en\"].");
            }
        });
        self.each("languages", &config.languages, |w, tag| {
            if !is_language_tag(tag) {
                w.problems.error(
                    "invalid-language",
                    format!("“{tag}” is not a language tag (BCP 47)."),
                    "Write one like \"en\" or \"zh-CN\".",
                );
            } else if config.languages.iter().filter(|other| other.eq_ignore_ascii_case(tag)).count() > 1 {
                w.problems.error("duplicate-id", format!("“{tag}” is listed twice."), "Remove one of them.");
            } else if !has_labels(tag) {
                w.problems.warn(
                    "no-interface-texts",
                    format!("Placet has no interface texts in “{tag}” yet; buttons will be in English."),
                    format!("Languages with interface texts: {}.", labels::languages().join(", ")),
                );
            }
        });
    }

    fn endpoint(&mut self) {
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

    fn regimes(&mut self) {
        let config = self.config;
        self.at("regimes", |w| {
            if config.regimes.is_empty() {
                let known: Vec<_> = REGIMES.iter().map(|regime| regime.id.word()).collect();
                w.problems.error(
                    "empty-list",
                    "There is no regime, so nobody knows which rules apply.",
                    format!("List regions with one of: {}.", known.join(", ")),
                );
            }
        });
        let mut seen: Vec<String> = Vec::new();
        for (index, rule) in config.regimes.iter().enumerate() {
            self.at("regimes", |w| {
                w.at(&index.to_string(), |w| match &rule.regions {
                    Some(regions) => w.each("regions", regions, |w, region| {
                        if is_region(region) {
                            w.first_regime_of(region, &seen);
                        } else {
                            w.problems.error(
                                "invalid-region",
                                format!("“{region}” is not a region."),
                                "Write an ISO 3166 code in capitals: \"CN\", \"US-CA\", or \"EU\".",
                            );
                        }
                    }),
                    None => rule.regions().iter().for_each(|region| w.first_regime_of(region, &seen)),
                });
            });
            seen.extend(rule.regions());
        }
    }

    fn first_regime_of(&mut self, region: &String, seen: &[String]) {
        if seen.contains(region) {
            self.problems.error(
                "duplicate-id",
                format!("“{region}” already has a regime."),
                "A region has one regime: name the \"regions\" of each, and this one once.",
            );
        }
    }

    fn cookie_domain(&mut self) {
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

    fn validity(&mut self) {
        let config = self.config;
        self.at("validity", |w| {
            w.duration("granted", &config.validity.granted);
            w.duration("denied", &config.validity.denied);
            let Some(denied) = Duration::parse(&config.validity.denied) else { return };
            let strictest = config
                .regimes
                .iter()
                .map(|rule| rule.regime.rules())
                .filter(|rules| rules.model == crate::regime::Model::OptIn)
                .max_by_key(|rules| rules.refusal_days);
            if let Some(rules) = strictest.filter(|rules| denied.days() < rules.refusal_days) {
                w.at("denied", |w| {
                    w.problems.error(
                        "asks-too-often",
                        format!("Asking again after {} days is too soon under {}.", denied.days(), rules.id.word()),
                        format!("Write \"P{}D\" or longer ({}).", rules.refusal_days, rules.source),
                    );
                });
            }
        });
    }

    fn purposes(&mut self) {
        let config = self.config;
        self.at("purposes", |w| {
            if config.purposes.len() > MOST_PURPOSES {
                w.problems.error(
                    "too-many",
                    format!("There are {} purposes; a receipt has room for {MOST_PURPOSES}.", config.purposes.len()),
                    "Join purposes that a visitor would answer alike.",
                );
            }
            if config.purposes.is_empty() {
                w.problems.error("empty-list", "There is no purpose.", "Describe at least one purpose.");
            } else if config.asked().next().is_none() {
                w.problems.warn(
                    "nothing-asked",
                    "No purpose rests on consent, so no question will be shown.",
                    "If that is so, the page needs no banner at all.",
                );
            }
        });
        self.each("purposes", &config.purposes, |w, purpose| {
            w.id(&purpose.id, config.purposes.iter().map(|other| other.id.as_str()));
            w.purpose(purpose);
        });
    }

    fn purpose(&mut self, purpose: &Purpose) {
        self.text("title", &purpose.title);
        self.rich("description", &purpose.description);
        match &purpose.if_refused {
            Some(text) => self.text("ifRefused", text),
            None if purpose.basis == Basis::Consent => self.at("ifRefused", |w| {
                w.problems.error(
                    "missing-field",
                    "“ifRefused” is missing: a visitor must know what a refusal means (PIPL 16, 17).",
                    "Say what changes for the visitor, or that nothing does.",
                );
            }),
            None => {}
        }
        for (name, holds) in [("separate", purpose.separate), ("shared", purpose.shared == Some(true))] {
            if holds && purpose.basis != Basis::Consent {
                self.at(name, |w| {
                    w.problems.error(
                        "not-asked",
                        format!("Only a purpose that is asked can be {name}; the basis is {}.", purpose.basis.word()),
                        format!("Set \"basis\" to \"consent\" or remove \"{name}\"."),
                    );
                });
            }
        }
        let under = |id: RegimeId| self.config.regimes.iter().any(|rule| rule.regime == id);
        if purpose.basis == Basis::LegitimateInterests && under(RegimeId::CnPipl) {
            self.at("basis", |w| {
                w.problems.error(
                    "basis-unknown-to-regime",
                    "The PIPL knows no legitimate interests (PIPL 13).",
                    "Ask for consent, or name another basis.",
                );
            });
        }
        self.at("data", |w| {
            if purpose.data.is_empty() {
                w.problems.error("empty-list", "No kind of data is named (PIPL 17).", "List the kinds of data.");
            }
        });
        for (index, kind) in purpose.data.iter().enumerate() {
            self.at("data", |w| w.text(&index.to_string(), kind));
        }
        self.each("recipients", &purpose.recipients, |w, recipient| w.recipient(recipient));
        self.duration("retention", &purpose.retention);
    }

    fn recipient(&mut self, recipient: &Recipient) {
        self.text("name", &recipient.name);
        self.at("country", |w| {
            if !is_region(&recipient.country) {
                w.problems.error(
                    "invalid-region",
                    format!("“{}” is not a country.", recipient.country),
                    "Write an ISO 3166 code in capitals: \"CN\".",
                );
            }
        });
        self.at("contact", |w| {
            if !is_email(&recipient.contact) && !is_phone(&recipient.contact) {
                link(w.problems, &recipient.contact);
            }
        });
        let pipl = self.config.regimes.iter().any(|rule| rule.regime == RegimeId::CnPipl);
        match &recipient.cross_border {
            Some(abroad) => self.at("crossBorder", |w| {
                w.text("purpose", &abroad.purpose);
                w.text("method", &abroad.method);
                w.text("rights", &abroad.rights);
            }),
            None if pipl && is_region(&recipient.country) && recipient.country != "CN" => {
                self.at("crossBorder", |w| {
                    w.problems.error(
                        "missing-cross-border",
                        format!("The data goes to {}, and nothing is told about that (PIPL 39).", recipient.country),
                        "Add \"crossBorder\" with purpose, method and rights.",
                    );
                });
            }
            None => {}
        }
    }

    fn services(&mut self) {
        let config = self.config;
        let names: Vec<String> = config
            .services
            .iter()
            .map(|service| service.id.clone().or(service.vendor.clone()).unwrap_or_default())
            .collect();
        self.each("services", &config.services, |w, service| {
            w.service(service);
            let name = service.id.as_ref().or(service.vendor.as_ref());
            if let Some(name) = name.filter(|name| names.iter().filter(|other| other == name).count() > 1) {
                w.problems.error(
                    "duplicate-id",
                    format!("“{name}” is there twice."),
                    "Give each service an \"id\" of its own.",
                );
            }
        });
    }

    fn service(&mut self, service: &Service) {
        let known = match &service.vendor {
            None => None,
            Some(vendor) => {
                let manifest = vendor::manifest(vendor);
                if manifest.is_none() {
                    self.at("use", |w| {
                        let names = vendor::names();
                        let near = nearest(vendor, &names).map(|name| format!("Did you mean “{name}”? "));
                        w.problems.error(
                            "unknown-vendor",
                            format!("“{vendor}” is not in the catalogue."),
                            format!(
                                "{}In the catalogue: {}. For another service write \"id\", \"name\" and \"hosts\" yourself.",
                                near.unwrap_or_default(),
                                names.join(", ")
                            ),
                        );
                    });
                    return;
                }
                manifest
            }
        };
        for (name, absent) in [("id", service.id.is_none()), ("name", service.name.is_none())] {
            if known.is_none() && absent {
                self.at(name, |w| {
                    w.problems.error(
                        "missing-field",
                        format!("“{name}” is missing."),
                        format!("Add “{name}”, or take a vendor from the catalogue with “use”."),
                    );
                });
            }
        }
        if let Some(id) = &service.id {
            self.id(id, std::iter::empty());
        }
        if let Some(name) = &service.name {
            self.text("name", name);
        }
        let found = vendor::resolve(service, self.config).and_then(|resolved| resolved.purpose);
        match &service.purpose {
            Some(purpose) => self.at("purpose", |w| w.known_purpose(purpose)),
            None if found.is_some() || known.as_ref().is_some_and(|manifest| manifest.kind == vendor::Kind::Signal) => {
            }
            None => self.at("purpose", |w| {
                w.problems.error("missing-field", "“purpose” is missing.", "Say which purpose the service works for.");
            }),
        }
        self.calls(service, &known.unwrap_or_default());
        self.each("hosts", service.hosts.as_deref().unwrap_or_default(), |w, host| w.host(host));
        self.each("cookies", service.cookies.as_deref().unwrap_or_default(), |w, cookie| {
            w.at("name", |w| {
                let stem = cookie.name.strip_suffix('*').unwrap_or(&cookie.name);
                if stem.is_empty() || stem.contains('*') {
                    w.problems.error(
                        "invalid-pattern",
                        format!("“{}” is not a name: one * at the end stands for any ending.", cookie.name),
                        "Write the name, or its beginning and *.",
                    );
                }
            });
            if let Some(retention) = &cookie.retention {
                w.duration("retention", retention);
            }
        });
    }

    /// A host, with the beginning of a path where the host is shared with others.
    fn host(&mut self, host: &str) {
        let (name, path) = host.split_once('/').unwrap_or((host, ""));
        let site = self.config.site.split(':').next().unwrap_or_default();
        if !is_host(name) || !name.contains('.') || path.contains(['?', '#', ' ', '*']) {
            self.problems.error(
                "invalid-host",
                format!("“{host}” is not a host name."),
                "Write the host alone: \"cdn.vendor.example\", or \"maps.example/embed\" with the beginning of a path. Subdomains belong to it.",
            );
        } else if is_or_is_below(site, name) && path.is_empty() {
            self.problems.error(
                "own-host",
                format!("“{host}” is the shop's own host: every script of the shop would be held."),
                "Name a subdomain of its own, add the beginning of a path, or mark the tags with data-placet and leave \"hosts\" empty.",
            );
        }
    }

    /// What a vendor can be told: the mode and the options of a service.
    fn calls(&mut self, service: &Service, known: &vendor::Manifest) {
        if service.mode == Mode::Advanced && known.calls.default.is_empty() {
            self.at("mode", |w| {
                w.problems.error(
                    "no-advanced-mode",
                    "This service cannot be told that nothing is granted, so its tags must wait.",
                    "Write \"basic\" or remove \"mode\".",
                );
            });
        }
        let names: Vec<&str> = known.options.0.iter().map(|(name, _)| name.as_str()).collect();
        for (name, _) in service.options.0.iter().filter(|(name, _)| !names.contains(&name.as_str())) {
            self.at("options", |w| {
                w.at(name, |w| {
                    let hint = match names.is_empty() {
                        true => "This service has no options.".to_owned(),
                        false => format!("Options: {}.", names.join(", ")),
                    };
                    w.problems.error("unknown-option", format!("“{name}” is not an option of this service."), hint);
                });
            });
        }
    }

    fn known_purpose(&mut self, id: &str) {
        let known: Vec<_> = self.config.purposes.iter().map(|purpose| purpose.id.as_str()).collect();
        if !known.contains(&id) {
            self.problems.error(
                "unknown-purpose",
                format!("No purpose is called “{id}”."),
                format!("Purposes: {}.", known.join(", ")),
            );
        }
    }

    fn preferences(&mut self) {
        let config = self.config;
        self.each("preferences", &config.preferences, |w, preference| {
            w.id(&preference.id, config.preferences.iter().map(|other| other.id.as_str()));
            w.at("purpose", |w| w.known_purpose(&preference.purpose));
            w.text("title", &preference.title);
            w.at("options", |w| {
                if preference.options.is_empty() {
                    w.problems.error("empty-list", "There is nothing to pick.", "List the options.");
                }
            });
            w.each("options", &preference.options, |w, option| {
                w.id(&option.id, preference.options.iter().map(|other| other.id.as_str()));
                w.text("title", &option.title);
            });
        });
    }

    fn theme(&mut self) {
        let theme = &self.config.theme;
        self.at("theme", |w| {
            w.at("accent", |w| match theme.accent.as_deref().map(|text| (text, crate::colour::Colour::parse(text))) {
                None => {}
                Some((text, None)) => w.problems.error(
                    "invalid-colour",
                    format!("“{text}” is not a colour."),
                    "Write six hexadecimal digits: \"#0b6e4f\".",
                ),
                Some((text, Some(colour))) => {
                    let contrast = colour.contrast(crate::colour::Colour::WHITE);
                    if contrast < 4.5 {
                        w.problems.error(
                            "low-contrast",
                            format!("White text on “{text}” has a contrast of {contrast:.2}:1; 4.5:1 is needed (WCAG 2.2, 1.4.3)."),
                            "Choose a darker colour.",
                        );
                    }
                }
            });
            w.at("radius", |w| {
                let pixels = theme.radius.as_deref().map(|text| text.strip_suffix("px").and_then(|n| n.parse::<u8>().ok()));
                if pixels.is_some_and(|pixels| pixels.is_none_or(|n| n > 32)) {
                    w.problems.error("invalid-length", "This is not a corner radius.", "Write 0px to 32px, for example \"12px\".");
                }
            });
        });
    }

    /// An id: what may stand in an attribute, a receipt and a program alike.
    fn id<'b>(&mut self, id: &str, all: impl Iterator<Item = &'b str>) {
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

    fn duration(&mut self, name: &str, text: &str) {
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

    fn text(&mut self, name: &str, text: &Text) {
        let languages = &self.config.languages;
        self.at(name, |w| {
            if let Text::Each(texts) = text {
                for tag in languages.iter().filter(|tag| is_language_tag(tag) && !texts.contains_key(*tag)) {
                    w.problems.error(
                        "missing-translation",
                        format!("The wording in “{tag}” is missing."),
                        format!("Add it under “{tag}”, or take “{tag}” out of \"languages\"."),
                    );
                }
                for tag in texts.keys().filter(|tag| !languages.contains(tag)) {
                    w.at(tag, |w| {
                        w.problems.error(
                            "unknown-language",
                            format!("“{tag}” is not among the config's languages."),
                            format!("Languages: {}.", languages.join(", ")),
                        );
                    });
                }
            }
            text.each(w.problems, |problems, words| {
                if words.trim().is_empty() {
                    problems.error("empty-text", "This text is empty.", "Write it.");
                }
                if words.chars().any(|c| c.is_control() && c != '\n') {
                    problems.error("control-character", "This text holds a control character.", "Remove it.");
                }
            });
        });
    }

    fn rich(&mut self, name: &str, text: &Text) {
        self.text(name, text);
        self.problems.within(name, |problems| {
            text.each(problems, |problems, words| {
                for fault in compile(words).1 {
                    match fault {
                        RichFault::Unsupported(what) => problems.error(
                            "unsupported-markup",
                            format!("This text holds {what}."),
                            "Use paragraphs, lists with -, **bold**, *italics* and [links](https://...).",
                        ),
                        RichFault::UnsafeLink(address) => link(problems, &address),
                    }
                }
            });
        });
    }
}

fn link(problems: &mut Problems, address: &str) {
    if !is_safe_link(address) {
        problems.error(
            "invalid-link",
            format!("“{address}” cannot be a link."),
            "Write an https:, mailto: or tel: address, or a path of your site.",
        );
    }
}

fn has_labels(tag: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    labels::languages().iter().any(|known| {
        known.eq_ignore_ascii_case(tag)
            || (primary(known) == primary(tag) && !tag.to_ascii_lowercase().starts_with("zh-"))
    })
}

fn is_host(text: &str) -> bool {
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
fn is_or_is_below(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    parts
        .next()
        .is_some_and(|primary| (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase()))
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_region(text: &str) -> bool {
    let (country, part) = text.split_once('-').map_or((text, None), |(country, part)| (country, Some(part)));
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && part.is_none_or(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
}

fn is_email(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && !text.contains([':', '/', '<', '>', '"'])
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && is_host(&host.to_ascii_lowercase()) && host.contains('.'))
}

fn is_phone(text: &str) -> bool {
    text.starts_with('+')
        && text.len() > 4
        && text[1..].bytes().all(|byte| byte.is_ascii_digit() || b" -()".contains(&byte))
}
