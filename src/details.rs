//! What the law wants told about a purpose beyond what it is for (PIPL 17, 22, 23, 30, 39; GDPR 13).
//!
//! The preference center shows it one click away, the notice's own page at once; both are made
//! here, so that neither can tell less than the other.
//!
//! **Invariant:** what a purpose's description does not say and the snapshot holds, stands in these rows.

use crate::parts::{element, link, note, text, words};
use crate::words::{country, duration};
use leptos::prelude::*;
use placet_model::config_words::Basis;
use placet_model::labels::Labels;
use placet_model::notice::{Notice, NoticeCrossBorder, NoticePurpose, NoticeRecipient, NoticeService};

/// The rows behind a click.
#[cfg_attr(not(feature = "csr"), expect(dead_code, reason = "the notice's page hides nothing behind a click"))]
pub(crate) fn details(notice: &Notice, purpose: &NoticePurpose) -> AnyView {
    view! {
        <details part="details">
            <summary>{notice.labels.details.clone()}{element("span", Some("unseen"), vec![words(&[" — ", &purpose.title].concat())])}</summary>
            {rows(notice, purpose)}
        </details>
    }
    .into_any()
}

/// First what makes a visitor halt, then what is used, by what means, by whom and for how long, then the rest.
pub(crate) fn rows(notice: &Notice, purpose: &NoticePurpose) -> AnyView {
    let labels = &notice.labels;
    let lang = &notice.lang;
    let told = |told: &Option<String>| told.as_deref().map(|told| vec![words(told)]);
    let rows = [
        // PIPL 30.
        (&labels.necessity, told(&purpose.necessity)),
        (&labels.impact, told(&purpose.impact)),
        (&labels.data, Some(vec![words(&purpose.data.join("; "))])),
        (&labels.means, told(&purpose.means)),
        (&labels.recipients, Some(recipients(labels, lang, &purpose.recipients))),
        (&labels.retention, Some(vec![words(&duration(lang, &purpose.retention))])),
        (&labels.if_refused, told(&purpose.if_refused)),
        (&labels.services, (!purpose.services.is_empty()).then(|| services(labels, lang, &purpose.services))),
        (&labels.basis, Some(vec![words(basis(labels, purpose.basis))])),
    ];
    let rows = rows.into_iter().filter_map(|(term, definition)| {
        Some(element("div", None, vec![text("dt", term), element("dd", None, definition?)]))
    });
    let mut all = vec![element("dl", None, rows.collect())];
    if purpose.once {
        all.push(note(vec![words(&labels.once_note)]));
    }
    all.into_any()
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

/// Each service with what it keeps. The names stand for themselves in a text that runs from right to left.
fn services(labels: &Labels, lang: &str, services: &[NoticeService]) -> Vec<AnyView> {
    let mut lines = Vec::new();
    for service in services {
        let mut line = vec![text("bdi", &service.name)];
        for (at, cookie) in service.cookies.iter().enumerate() {
            line.push(words(&if at == 0 { [" — ", &labels.keeps, " "].concat() } else { ", ".to_owned() }));
            line.push(text("bdi", &cookie.name));
            if let Some(retention) = &cookie.retention {
                line.push(words(&[" (", &duration(lang, retention), ")"].concat()));
            }
        }
        lines.push(element("div", None, line));
    }
    lines
}

/// Who receives it as a table (Network Data Regulations 21), and below it what is told of those abroad (PIPL 39).
fn recipients(labels: &Labels, lang: &str, recipients: &[NoticeRecipient]) -> Vec<AnyView> {
    if recipients.is_empty() {
        return vec![words(&labels.nobody)];
    }
    let row = |recipient: &NoticeRecipient| {
        element(
            "tr",
            None,
            vec![
                heading("row", &recipient.name),
                text("td", &country(lang, &recipient.country)),
                element("td", None, vec![contact(&recipient.contact)]),
            ],
        )
    };
    let rows: Vec<AnyView> = recipients.iter().map(row).collect();
    let headings = [&labels.name, &labels.country, &labels.contact].map(|label| heading("col", label)).into();
    let head = element("thead", None, vec![element("tr", None, headings)]);
    let mut told = vec![element("table", None, vec![head, element("tbody", None, rows)])];
    for recipient in recipients {
        if let Some(abroad) = &recipient.cross_border {
            told.push(cross_border(labels, lang, recipient, abroad));
        }
    }
    told
}

fn heading(scope: &'static str, label: &str) -> AnyView {
    view! { <th scope=scope>{label.to_owned()}</th> }.into_any()
}

/// An address to write to or to read; what is neither, a telephone number for one, as it stands.
fn contact(contact: &str) -> AnyView {
    match (contact.contains(':'), contact.contains('@')) {
        (true, _) => link(contact, contact),
        (false, true) => link(&["mailto:", contact].concat(), contact),
        (false, false) => words(contact),
    }
}

fn cross_border(labels: &Labels, lang: &str, recipient: &NoticeRecipient, abroad: &NoticeCrossBorder) -> AnyView {
    let where_to = [&labels.cross_border, ": ", &recipient.name, ", ", &country(lang, &recipient.country)].concat();
    let mut lines = vec![text("strong", &where_to)];
    for (label, told) in
        [(&labels.what_for, &abroad.purpose), (&labels.method, &abroad.method), (&labels.rights, &abroad.rights)]
    {
        lines.push(element("div", None, vec![words(&[label, ": ", told].concat())]));
    }
    element("div", Some("note"), lines)
}
