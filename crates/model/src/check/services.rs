//! The tags and vendors that work for a purpose.

use super::Walk;
use super::texts::room;
use super::values::{is_host, is_or_is_below};
use crate::config::{Mode, Service};
use crate::config_words::Basis;
use crate::problem::nearest;
use crate::vendor;

impl Walk<'_> {
    pub(super) fn services(&mut self) {
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

    pub(super) fn service(&mut self, service: &Service) {
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
            self.text("name", name, room::NAME);
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
        self.recipient_of(service);
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

    /// PIPL 17, 23; GDPR 13(1)(e): whose script it is gets data, and the notice would say that nobody does. Who stands behind a
    /// name is not known here, so that any recipient is believed.
    fn recipient_of(&mut self, service: &Service) {
        let config = self.config;
        let site = config.site.split(':').next().unwrap_or_default();
        let Some(resolved) = vendor::resolve(service, config) else { return };
        let purpose = config.purposes.iter().find(|purpose| Some(&purpose.id) == resolved.purpose.as_ref());
        let is_alone = purpose.is_some_and(|purpose| purpose.basis == Basis::Consent && purpose.recipients.is_empty());
        if is_alone
            && resolved.hosts.iter().any(|host| !is_or_is_below(host.split('/').next().unwrap_or_default(), site))
        {
            self.problems.warn(
                "service-without-recipient",
                "It loads from another host, and its purpose says that nobody but you receives the data (PIPL 17, 23; GDPR 13(1)(e)).",
                "Name who runs it in \"recipients\" of the purpose.",
            );
        }
    }

    /// A host, with the beginning of a path where the host is shared with others.
    pub(super) fn host(&mut self, host: &str) {
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
    pub(super) fn calls(&mut self, service: &Service, known: &vendor::Manifest) {
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
}
