//! What the law wants told about a purpose, one click away (PIPL 17, 23, 39; GDPR 13).

use crate::js::{country, duration};
use crate::parts::{element, link, text, words};
use leptos::prelude::*;
use placet_model::config_words::Basis;
use placet_model::labels::Labels;
use placet_model::notice::{Notice, NoticePurpose, NoticeRecipient, NoticeService};

/// Data, recipients, time, services, what a refusal means, and the basis.
pub(crate) fn rows(notice: &Notice, purpose: &NoticePurpose) -> AnyView {
    let labels = &notice.labels;
    let lang = &notice.lang;
    let mut rows = vec![
        row(&labels.data, vec![words(&purpose.data.join("; "))]),
        row(&labels.recipients, recipients(labels, lang, &purpose.recipients)),
        row(&labels.retention, vec![words(&duration(lang, &purpose.retention))]),
    ];
    if !purpose.services.is_empty() {
        rows.push(row(&labels.services, services(labels, lang, &purpose.services)));
    }
    if let Some(text) = &purpose.if_refused {
        rows.push(row(&labels.if_refused, vec![words(text)]));
    }
    rows.push(row(&labels.basis, vec![words(basis(labels, purpose.basis))]));
    element("dl", None, rows)
}

fn row(term: &str, definition: Vec<AnyView>) -> AnyView {
    element("div", None, vec![text("dt", term), element("dd", None, definition)])
}

fn basis(labels: &Labels, basis: Basis) -> &str {
    match basis {
        Basis::Consent => &labels.basis_consent,
        Basis::Contract => &labels.basis_contract,
        Basis::LegalObligation => &labels.basis_legal_obligation,
        Basis::VitalInterests => &labels.basis_vital_interests,
        Basis::PublicInterest => &labels.basis_public_interest,
        Basis::LegitimateInterests => &labels.basis_legitimate_interests,
    }
}

fn services(labels: &Labels, lang: &str, services: &[NoticeService]) -> Vec<AnyView> {
    let mut lines = Vec::new();
    for service in services {
        let mut line = service.name.clone();
        for (at, cookie) in service.cookies.iter().enumerate() {
            line.push_str(&if at == 0 { [" — ", &labels.keeps, " "].concat() } else { ", ".to_owned() });
            line.push_str(&cookie.name);
            if let Some(retention) = &cookie.retention {
                line.push_str(&[" (", &duration(lang, retention), ")"].concat());
            }
        }
        lines.push(text("div", &line));
    }
    lines
}

fn recipients(labels: &Labels, lang: &str, recipients: &[NoticeRecipient]) -> Vec<AnyView> {
    if recipients.is_empty() {
        return vec![words(&labels.nobody)];
    }
    let row = |recipient: &NoticeRecipient| {
        let contact = &recipient.contact;
        let contact = if contact.contains(':') { link(contact, contact) } else { words(contact) };
        let country = text("td", &country(lang, &recipient.country));
        element("tr", None, vec![text("th", &recipient.name), country, element("td", None, vec![contact])])
    };
    let rows: Vec<AnyView> = recipients.iter().map(row).collect();
    let headings = [&labels.name, &labels.country, &labels.contact].map(|label| text("th", label)).into();
    let head = element("thead", None, vec![element("tr", None, headings)]);
    let mut told = vec![element("table", None, vec![head, element("tbody", None, rows)])];
    for recipient in recipients {
        if let Some(abroad) = &recipient.cross_border {
            let where_to =
                [&labels.cross_border, ": ", &recipient.name, ", ", &country(lang, &recipient.country)].concat();
            let mut lines = vec![text("strong", &where_to)];
            for (label, told_text) in [
                (&labels.what_for, &abroad.purpose),
                (&labels.method, &abroad.method),
                (&labels.rights, &abroad.rights),
            ] {
                lines.push(element("div", None, vec![words(&[label, ": ", told_text].concat())]));
            }
            told.push(element("div", Some("note"), lines));
        }
    }
    told
}
