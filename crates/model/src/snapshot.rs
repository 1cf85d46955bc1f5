//! Makes the notice snapshots of a config, their hashes, and the digests of its purposes.

use crate::config::{Config, Purpose, Recipient};
use crate::labels::labels;
use crate::notice::*;
use crate::rich::{Block, compile};
use crate::text::Text;
use crate::tree::Write;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The notice in one of the config's languages.
pub fn notice(config: &Config, lang: &str) -> Notice {
    let say = |text: &Text| text.wording(lang).to_owned();
    let rich = |text: &Text| compile(text.wording(lang)).0;
    Notice {
        v: NOTICE_VERSION,
        site: config.site.clone(),
        version: config.version.clone(),
        lang: lang.to_owned(),
        controller: NoticeController {
            name: say(&config.controller.name),
            address: say(&config.controller.address),
            email: config.controller.email.clone(),
            phone: config.controller.phone.clone(),
            privacy_policy: say(&config.controller.privacy_policy),
            complaints: say(&config.controller.complaints),
            dpo: config.controller.dpo.as_ref().map(say),
            rights: config.controller.rights.as_ref().map_or_else(|| default_rights(config, lang), rich),
        },
        position: config.first_layer.position,
        title: say(&config.first_layer.title),
        text: rich(&config.first_layer.text),
        opt_out_text: config.first_layer.opt_out_text.as_ref().map(rich),
        purposes: config
            .purposes
            .iter()
            .map(|purpose| NoticePurpose {
                id: purpose.id.clone(),
                basis: purpose.basis,
                separate: purpose.is_separate(),
                sensitive: purpose.sensitive,
                once: purpose.once,
                title: say(&purpose.title),
                description: rich(&purpose.description),
                means: purpose.means.as_ref().map(say),
                necessity: purpose.necessity.as_ref().map(say),
                impact: purpose.impact.as_ref().map(say),
                if_refused: purpose.if_refused.as_ref().map(say),
                data: purpose.data.iter().map(say).collect(),
                recipients: purpose.recipients.iter().map(|recipient| shown_recipient(recipient, lang)).collect(),
                services: config
                    .services_of(&purpose.id)
                    .map(|service| NoticeService {
                        name: say(&service.name),
                        cookies: service
                            .cookies
                            .into_iter()
                            .map(|cookie| NoticeCookie {
                                name: cookie.name,
                                storage: cookie.storage,
                                retention: cookie.retention,
                            })
                            .collect(),
                    })
                    .collect(),
                retention: purpose.retention.clone(),
            })
            .collect(),
        preferences: config
            .preferences
            .iter()
            .map(|preference| NoticePreference {
                id: preference.id.clone(),
                purpose: preference.purpose.clone(),
                kind: preference.kind,
                title: say(&preference.title),
                options: preference
                    .options
                    .iter()
                    .map(|option| NoticeOption { id: option.id.clone(), title: say(&option.title) })
                    .collect(),
            })
            .collect(),
        minors: config.minors.as_ref().map(|minors| minors.age),
        feedback: config.feedback,
        labels: labels(lang),
    }
}

/// The usual rights, and the address of the controller to write to.
fn default_rights(config: &Config, lang: &str) -> Vec<Block> {
    compile(&labels(lang).rights_text.replace("{email}", &config.controller.email)).0
}

fn shown_recipient(recipient: &Recipient, lang: &str) -> NoticeRecipient {
    let say = |text: &Text| text.wording(lang).to_owned();
    NoticeRecipient {
        name: say(&recipient.name),
        country: recipient.country.clone(),
        contact: recipient.contact.clone(),
        cross_border: recipient.cross_border.as_ref().map(|abroad| NoticeCrossBorder {
            purpose: say(&abroad.purpose),
            method: say(&abroad.method),
            rights: say(&abroad.rights),
        }),
    }
}

/// The name of a snapshot or any other text: `sha256:<base64url>` over its exact UTF-8 bytes.
pub fn hash(text: &str) -> String {
    format!("sha256:{}", Base64UrlUnpadded::encode_string(&Sha256::digest(text)))
}

/// What a consent to this purpose covers, in eight characters: when they change, the visitor
/// is asked again for this purpose (PIPL 14: purpose, way or kind of data changed).
///
/// It is the same in all languages, so that reading the shop in another one asks nothing again. It covers what the config
/// says and whom it names; what the catalogue adds about a vendor may be mended without asking anybody again.
pub fn digest(config: &Config, purpose: &Purpose) -> String {
    let mut covered = vec![written(purpose.write())];
    for service in &config.services {
        let resolved = crate::vendor::resolve(service, config);
        if let Some(resolved) = resolved.filter(|resolved| resolved.purpose.as_ref() == Some(&purpose.id)) {
            covered.push(resolved.name.write());
            covered.push(written(service.write()));
        }
    }
    let mut short = Base64UrlUnpadded::encode_string(&Sha256::digest(Value::Array(covered).to_string()));
    short.truncate(8);
    short
}

/// A tree without the members that say nothing, so that a member that is new to configs changes no digest until it is used.
fn written(tree: Value) -> Value {
    let says_nothing = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    match tree {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, written(value)))
            .filter(|(_, value)| !says_nothing(value))
            .collect(),
        Value::Array(items) => items.into_iter().map(written).collect(),
        other => other,
    }
}
