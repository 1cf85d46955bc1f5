//! What the law wants told about a purpose, one click away (PIPL 17, 23, 39; GDPR 13).

use crate::js::{country, duration};
use leptos::prelude::*;
use placet_model::config_words::Basis;
use placet_model::labels::Labels;
use placet_model::notice::{Notice, NoticePurpose, NoticeRecipient};
use placet_model::url::is_safe_link;
use std::sync::Arc;

/// Data, recipients, time, services, basis, and what a refusal means.
#[component]
pub(crate) fn Details(
    /// The whole notice, for its texts.
    notice: Arc<Notice>,
    /// The purpose.
    purpose: NoticePurpose,
) -> impl IntoView {
    let labels = notice.labels.clone();
    let lang = notice.lang.clone();
    let services = purpose
        .services
        .iter()
        .map(|service| {
            let kept: Vec<_> = service
                .cookies
                .iter()
                .map(|cookie| match &cookie.retention {
                    Some(retention) => format!("{} ({})", cookie.name, duration(&lang, retention)),
                    None => cookie.name.clone(),
                })
                .collect();
            let kept = (!kept.is_empty()).then(|| format!(" — {} {}", labels.keeps, kept.join(", ")));
            view! { <li>{service.name.clone()}{kept}</li> }
        })
        .collect_view();
    let recipients = if purpose.recipients.is_empty() {
        view! { <p>{labels.nobody.clone()}</p> }.into_any()
    } else {
        recipients(&labels, &lang, purpose.recipients)
    };
    view! {
        <details part="details">
            <summary>{labels.details.clone()}<span class="unseen">" — "{purpose.title}</span></summary>
            <dl>
                <dt>{labels.data}</dt><dd>{purpose.data.join("; ")}</dd>
                <dt>{labels.recipients}</dt><dd>{recipients}</dd>
                <dt>{labels.retention}</dt><dd>{duration(&lang, &purpose.retention)}</dd>
                {(!purpose.services.is_empty()).then(|| view! { <dt>{labels.services}</dt><dd><ul>{services}</ul></dd> })}
                {purpose.if_refused.map(|text| view! { <dt>{labels.if_refused}</dt><dd>{text}</dd> })}
                <dt>{labels.basis}</dt>
                <dd>{match purpose.basis {
                    Basis::Consent => labels.basis_consent,
                    Basis::Contract => labels.basis_contract,
                    Basis::LegalObligation => labels.basis_legal_obligation,
                    Basis::VitalInterests => labels.basis_vital_interests,
                    Basis::PublicInterest => labels.basis_public_interest,
                    Basis::LegitimateInterests => labels.basis_legitimate_interests,
                }}</dd>
            </dl>
        </details>
    }
}

fn recipients(labels: &Labels, lang: &str, recipients: Vec<NoticeRecipient>) -> AnyView {
    let rows = recipients
        .iter()
        .map(|recipient| {
            let contact = recipient.contact.clone();
            let contact = if is_safe_link(&contact) && contact.contains(':') {
                view! { <a href=contact.clone() rel="noopener noreferrer" target="_blank">{contact.clone()}</a> }.into_any()
            } else {
                contact.into_any()
            };
            view! { <tr><th scope="row">{recipient.name.clone()}</th><td>{country(lang, &recipient.country)}</td><td>{contact}</td></tr> }
        })
        .collect_view();
    let abroad = recipients
        .into_iter()
        .filter_map(|recipient| Some((recipient.name, recipient.country, recipient.cross_border?)))
        .map(|(name, code, abroad)| {
            view! {
                <p class="note"><strong>{labels.cross_border.clone()}": "{name}", "{country(lang, &code)}</strong><br/>
                {labels.what_for.clone()}": "{abroad.purpose}". "{labels.method.clone()}": "{abroad.method}". "{labels.rights.clone()}": "{abroad.rights}"."</p>
            }
        })
        .collect_view();
    view! {
        <table>
            <thead><tr><th scope="col">{labels.name.clone()}</th><th scope="col">{labels.country.clone()}</th><th scope="col">{labels.contact.clone()}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {abroad}
    }
    .into_any()
}
