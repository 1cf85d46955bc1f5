//! The whole notice on a page of its own: to be read, printed and kept (PIPL 7, 17; GDPR 12).
//!
//! Rendered once, where the notice is published, or when somebody asks for a notice of old.
//!
//! **Invariant:** every text of the snapshot that a visitor could read stands on the page, none of
//! it behind a click; the page needs no script and has none.
//! **Invariant:** what the snapshot does not say is not said here either, but for headings and the
//! ways to withdraw and to save the notice.

use crate::details::rows;
use crate::parts::{element, link, note, text, words};
use crate::rich::{rich, rich_without_settings};
use crate::words::{direction, language};
use leptos::prelude::*;
use placet_model::config_words::Basis;
use placet_model::notice::{Notice, NoticePreference, NoticePurpose};
use placet_model::url::is_safe_link;

/// A whole notice as an HTML document, without its doctype.
#[component]
pub fn NoticePage(
    /// What to show.
    notice: Notice,
    /// The name of the notice's snapshot: `sha256:<b64url>`.
    hash: String,
    /// The same version in other languages: tag and name of the snapshot.
    others: Vec<(String, String)>,
    /// The whole style sheet of the page.
    style: String,
    /// What the browser may load and do, as in a `Content-Security-Policy`: a copy on any host keeps to it.
    policy: String,
    /// The address of a picture above the heading.
    logo: Option<String>,
) -> impl IntoView {
    let labels = &notice.labels;
    let lang = &notice.lang;
    let version = labels.notice_version.replace("{version}", &notice.version);
    let title = [&notice.title, " – ", &notice.controller.name, " – ", &version].concat();
    let logo = logo.filter(|logo| is_safe_link(logo)).map(|logo| view! { <img class="logo" src=logo alt=""/> });
    let also = (!others.is_empty()).then(|| {
        let links: Vec<_> = others.iter().map(|(tag, hash)| other_language(tag, hash)).collect();
        view! { <nav class="languages" aria-label=labels.language.clone()><ul>{links}</ul></nav> }
    });
    let mut parts = vec![controller(&notice)];
    let purposes: Vec<_> = notice.purposes.iter().map(|asked| purpose(&notice, asked)).collect();
    parts.push(section("purposes", &labels.what_for, purposes));
    if let Some(told) = &notice.opt_out_text {
        parts.push(section("opt-out", &labels.opt_out, rich_without_settings(told)));
    }
    if let Some(age) = notice.minors {
        let told = labels.age_text.replace("{age}", &age.to_string());
        parts.push(section("minors", &labels.guardian_title, vec![text("p", &told)]));
    }
    if !notice.controller.rights.is_empty() {
        parts.push(section("rights", &labels.your_rights, rich(&notice.controller.rights)));
    }
    // The name that links to the preference center have in the notice's texts: here they lead to how to reach it.
    parts.push(section("placet", &labels.settings, vec![text("p", &labels.any_time), shop(&notice.site)]));
    parts.push(section("complaints", &labels.complaints, vec![text("p", &notice.controller.complaints)]));
    let name = hash.trim_start_matches("sha256:").to_owned();
    view! {
        <html lang=lang.clone() dir=direction(lang)>
            <head>
                <meta charset="utf-8"/>
                <meta http-equiv="content-security-policy" content=policy/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="referrer" content="no-referrer"/>
                <title>{title}</title>
                <style>{style}</style>
            </head>
            <body>
                <header>
                    {logo}
                    <h1>{notice.title.clone()}</h1>
                    <p class="version">{[&version, " · ", &language(lang)].concat()}</p>
                    {also}
                </header>
                <main>
                    <div class="first">{rich_without_settings(&notice.text)}</div>
                    {parts}
                </main>
                <footer>
                    <p class="save"><a download="" href=[&name, ".json"].concat()>{labels.save_notice.clone()}</a></p>
                    <p class="hash"><code>{hash}</code></p>
                </footer>
            </body>
        </html>
    }
}

fn other_language(tag: &str, hash: &str) -> AnyView {
    let href = [hash.trim_start_matches("sha256:"), ".html"].concat();
    view! { <li><a href=href lang=tag.to_owned() hreflang=tag.to_owned() dir=direction(tag)>{language(tag)}</a></li> }
        .into_any()
}

fn section(id: &'static str, heading: &str, content: Vec<AnyView>) -> AnyView {
    view! { <section id=id><h2>{heading.to_owned()}</h2>{content}</section> }.into_any()
}

/// Who is responsible and how to reach them (PIPL 17(1); GDPR 13(1)(a) and (b)).
fn controller(notice: &Notice) -> AnyView {
    let who = &notice.controller;
    let labels = &notice.labels;
    let mut lines = vec![text("p", &who.name), text("p", &who.address)];
    lines.push(element("p", None, vec![link(&["mailto:", &who.email].concat(), &who.email)]));
    if let Some(phone) = &who.phone {
        let number: String = phone.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect();
        lines.push(element("p", None, vec![link(&["tel:", &number].concat(), phone)]));
    }
    if let Some(dpo) = &who.dpo {
        lines.push(element("p", None, vec![words(&[&labels.dpo, ": ", dpo].concat())]));
    }
    lines.push(element("p", Some("policy"), vec![link(&who.privacy_policy, &labels.privacy_policy)]));
    section("controller", &labels.controller, lines)
}

/// All of one purpose.
fn purpose(notice: &Notice, purpose: &NoticePurpose) -> AnyView {
    let labels = &notice.labels;
    let asked = purpose.basis == Basis::Consent;
    let mut content = rich(&purpose.description);
    for (holds, told) in [
        (!asked, words(&labels.always)),
        (purpose.sensitive, text("strong", &labels.sensitive)),
        (purpose.separate, words(&labels.separate)),
    ] {
        if holds {
            content.push(note(vec![told]));
        }
    }
    content.push(rows(notice, purpose));
    content.extend(notice.preferences.iter().filter(|picked| picked.purpose == purpose.id).map(preference));
    view! { <section class="purpose" id=["purpose-", &purpose.id].concat()><h3>{purpose.title.clone()}</h3>{content}</section> }
        .into_any()
}

/// What can be picked under a purpose.
fn preference(preference: &NoticePreference) -> AnyView {
    let options = preference.options.iter().map(|option| text("li", &option.title)).collect();
    element("div", Some("preference"), vec![text("h4", &preference.title), element("ul", None, options)])
}

/// The way to the shop, where the choice is made and taken back.
fn shop(site: &str) -> AnyView {
    // A port is for trials, and those are rarely encrypted.
    let home = if site.contains(':') { words(site) } else { link(&["https://", site, "/"].concat(), site) };
    element("p", None, vec![home])
}

/// The document without what only a program that takes the page over would need: marks between texts, and empty classes.
pub(crate) fn bare(html: &str) -> String {
    let mut bare = String::with_capacity(html.len());
    // Words have every `<` and `>` escaped; values of attributes have not, so they must not be touched.
    let (mut in_tag, mut quoted) = (false, false);
    let mut rest = html;
    while let Some(sign) = rest.chars().next() {
        let mark = match (in_tag, quoted) {
            (false, _) => "<!>",
            (true, false) => " class=\"\"",
            (true, true) => "\0",
        };
        if let Some(after) = rest.strip_prefix(mark) {
            rest = after;
            continue;
        }
        match sign {
            '<' if !in_tag => in_tag = true,
            '>' if !quoted => in_tag = false,
            '"' if in_tag => quoted = !quoted,
            _ => {}
        }
        bare.push(sign);
        rest = rest.get(sign.len_utf8()..).unwrap_or_default();
    }
    bare
}

#[cfg(test)]
mod tests {
    #[test]
    fn marks_go_and_values_stay() {
        for (html, bare) in [
            ("<p class=\"\">a<!>b</p><!>", "<p>ab</p>"),
            ("<p class=\"\" id=\"x\">“ class=\"\"” &lt;!&gt;</p>", "<p id=\"x\">“ class=\"\"” &lt;!&gt;</p>"),
            // Without its mark, this would lead to another host.
            ("<a href=\"/<!>/evil.example\">x</a>", "<a href=\"/<!>/evil.example\">x</a>"),
            ("<a href=\"> class=\" class=\"\">é<!></a>", "<a href=\"> class=\">é</a>"),
            ("<style>a>b::after{content:\"(\"}</style><!>", "<style>a>b::after{content:\"(\"}</style>"),
        ] {
            assert_eq!(super::bare(html), bare);
        }
    }
}
