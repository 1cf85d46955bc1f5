//! The page that answers "who agreed to what, when, where, shown which words?" for one receipt.
//!
//! **Invariant:** the page runs nothing and loads nothing; what came from outside stands on it as text (CVE-2024-4869).

use super::html::{Html, element, told, void};
use super::labels::{Labels, labels};
use base64ct::{Base64, Encoding};
use placet_model::evidence::{Covered, Evidence};
use placet_model::receipt::ChoiceState;
use placet_model::receipt_file::{Report, utc};
use placet_model::rich::Block;
use sha2::{Digest, Sha256};

/// The page's style sheet.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}\
h2{margin:2rem 0 .5rem;font-size:1.2rem;border-bottom:1px solid}\
dl{display:grid;grid-template-columns:minmax(10rem,16rem) 1fr;gap:.25rem 1rem;margin:0}\
dt{font-weight:600}dd{margin:0}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:start;padding:.25rem .5rem;border-bottom:1px solid;vertical-align:top}\
pre{white-space:pre-wrap;font-size:.85rem}\
blockquote{margin:0;padding-inline-start:1rem;border-inline-start:3px solid}\
.bad{font-weight:700;text-decoration:underline}\
@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}\
@media print{a{display:none}}";

/// Where a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the admin listener: its links lead to other answers there, and the policy is a header.
    Listener,
    /// In a file: it has no links, and carries its policy.
    File,
}

/// What browsers may do with the page: draw it, and follow its links.
pub fn policy() -> String {
    [&drawing(), "; frame-ancestors 'none'"].concat()
}

/// The same for a page that says it by itself; who may frame it cannot be said there (CSP level 3, section 3.3).
fn drawing() -> String {
    let sheet = Base64::encode_string(&Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{sheet}'; base-uri 'none'; form-action 'none'")
}

/// The page of one receipt, with what verifying its file yielded, in a language that the reader prefers.
pub fn page(evidence: &Evidence, report: &Report, accept_language: &str, place: Place) -> String {
    let labels = labels(accept_language);
    let id = &evidence.claims.id;
    let title = format!("{} {id}", labels.title);
    let policy = (place == Place::File)
        .then(|| void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &drawing())]));
    let head = [void("meta", &[("charset", "utf-8")])].into_iter().chain(policy).chain([
        void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
        void("meta", &[("name", "referrer"), ("content", "no-referrer")]),
        told("title", &title),
        Html::style(STYLE),
    ]);
    let head = element("head", &[], head);
    let main = [
        told("h1", &title),
        section(labels.who, who(evidence, labels)),
        section(labels.when, when(evidence, labels)),
        section(labels.place, location(evidence, labels)),
        section(labels.how, how(evidence, labels)),
        section(labels.choice, choices(evidence, labels)),
        section(labels.words, words(evidence, labels, place)),
        section(labels.proof, proof(evidence, report, labels, place)),
    ];
    let body = element("body", &[], [element("main", &[], main)]);
    element("html", &[("lang", labels.lang)], [head, body]).document()
}

fn section(heading: &str, content: Vec<Html>) -> Html {
    element("section", &[], [told("h2", heading)].into_iter().chain(content))
}

/// Names and what they name.
fn list<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> Html {
    let row = |(name, value): (&str, String)| [told("dt", name), told("dd", &value)];
    element("dl", &[], rows.into_iter().flat_map(row))
}

fn who(evidence: &Evidence, labels: &Labels) -> Vec<Html> {
    let subject = &evidence.claims.sub;
    let or = |value: &Option<String>, otherwise: &str| value.clone().unwrap_or_else(|| otherwise.to_owned());
    vec![list([
        (labels.reference, or(&subject.reference, labels.unknown)),
        (labels.device, or(&subject.device, labels.unsigned)),
        (labels.by, evidence.claims.event.by.word().to_owned()),
    ])]
}

fn when(evidence: &Evidence, labels: &Labels) -> Vec<Html> {
    let held = &evidence.held;
    let received = i64::try_from(held.received_at / 1000).unwrap_or(i64::MAX);
    let times = list([
        (labels.received, utc(received)),
        (labels.acted, format!("{} (UTC{:+} min)", utc(evidence.claims.iat), evidence.claims.tz)),
        (labels.holds, utc(evidence.holds_until())),
    ]);
    let flags = [(held.skew, labels.skew), (held.late, labels.late), (held.fork, labels.fork)];
    let flags = flags.into_iter().filter(|(holds, _)| *holds).map(|(_, told_flag)| told("p", told_flag));
    [times].into_iter().chain(flags).collect()
}

fn location(evidence: &Evidence, labels: &Labels) -> Vec<Html> {
    let claims = &evidence.claims;
    let region = evidence.envelope.as_ref().and_then(|envelope| envelope.region.clone());
    vec![list([
        (labels.site, claims.site.clone()),
        (labels.page, claims.event.page.clone()),
        (labels.region, region.unwrap_or_else(|| labels.unknown.to_owned())),
        (labels.regime, claims.regime.clone()),
    ])]
}

fn how(evidence: &Evidence, labels: &Labels) -> Vec<Html> {
    let event = &evidence.claims.event;
    let agent = evidence.envelope.as_ref().and_then(|envelope| envelope.agent.clone());
    vec![list([
        (labels.state, event.state.word().to_owned()),
        (labels.method, event.method.clone()),
        (labels.surface, event.surface.word().to_owned()),
        (labels.agent, agent.unwrap_or_else(|| labels.unknown.to_owned())),
        (labels.gpc, if evidence.claims.signals.gpc { labels.yes } else { labels.no }.to_owned()),
    ])]
}

fn choices(evidence: &Evidence, labels: &Labels) -> Vec<Html> {
    let row = |covered: &Covered<'_>| {
        let decided = match covered.choice {
            ChoiceState::Granted => labels.granted,
            ChoiceState::Denied => labels.denied,
            ChoiceState::Always => labels.always,
        };
        let separate = if covered.separate { format!("{decided}, {}", labels.separate) } else { decided.to_owned() };
        let purpose = format!("{} ({})", covered.title(), covered.id);
        element("tr", &[], [told("td", &purpose), told("td", &separate)])
    };
    let heading = element("tr", &[], [told("th", labels.purpose), told("th", labels.decided)]);
    let table = element("table", &[], [heading].into_iter().chain(evidence.purposes().iter().map(row)));
    let answers = evidence.claims.preferences.0.iter().map(|(name, answer)| {
        let picked = match answer {
            placet_model::receipt::Answer::One(option) => option.clone(),
            placet_model::receipt::Answer::Many(options) => options.join(", "),
        };
        (name.as_str(), picked)
    });
    vec![table, list(answers)]
}

fn words(evidence: &Evidence, labels: &Labels, place: Place) -> Vec<Html> {
    let words = &evidence.words;
    let notice = &words.notice;
    let lang = [("lang", notice.lang.as_str())];
    let purposes = notice
        .purposes
        .iter()
        .flat_map(|purpose| [told("h3", &purpose.title)].into_iter().chain(paragraphs(&purpose.description)));
    let quoted = [told("h3", &notice.title)].into_iter().chain(paragraphs(&notice.text)).chain(purposes);
    let name = words.hash.trim_start_matches("sha256:");
    let link = link(place, &format!("/notice/{name}"), &[], labels.whole);
    let exact =
        element("details", &[], [told("summary", labels.exact), element("pre", &lang, [Html::text(&words.text)])]);
    let list = list([(labels.version, format!("{}, {}", notice.version, notice.lang)), ("SHA-256", name.to_owned())]);
    [list, element("blockquote", &lang, quoted)].into_iter().chain(link).chain([exact]).collect()
}

/// A link to another answer of the listener; none where there is no listener.
fn link(place: Place, to: &str, attributes: &[(&'static str, &str)], words: &str) -> Option<Html> {
    let attributes = [&[("href", to)], attributes].concat();
    (place == Place::Listener).then(|| element("p", &[], [element("a", &attributes, [Html::text(words)])]))
}

fn paragraphs(blocks: &[Block]) -> Vec<Html> {
    let said = |block: &Block| block.runs.iter().map(|run| run.text.as_str()).collect::<String>();
    let told_block =
        |block: &Block| if block.item { told("p", &format!("• {}", said(block))) } else { told("p", &said(block)) };
    blocks.iter().map(told_block).collect()
}

fn proof(evidence: &Evidence, report: &Report, labels: &Labels, place: Place) -> Vec<Html> {
    let row = |check: &placet_model::receipt_file::Check| {
        let (class, mark, found) = match &check.outcome {
            Ok(found) => ("good", labels.good, found),
            Err(found) => ("bad", labels.bad, found),
        };
        let mark = element("td", &[("class", class)], [Html::text(mark)]);
        element("tr", &[], [told("td", check.what), mark, told("td", found)])
    };
    let checks = element("table", &[], report.checks.iter().map(row));
    let limits = element("ul", &[], report.does_not_prove.iter().map(|sentence| told("li", sentence)));
    let entry = evidence.log.iter().map(|log| ("log", format!("{}, {}", log.origin, log.index)));
    let id = &evidence.claims.id;
    let name = format!("placet-receipt-{id}.json");
    let file = link(place, &format!("/v1/receipts/{id}?form=file"), &[("download", &name)], labels.file);
    let exact = element(
        "details",
        &[],
        [told("summary", labels.receipt), element("pre", &[], [Html::text(&evidence.held.receipt)])],
    );
    [list(entry), checks, told("h3", labels.limits), limits].into_iter().chain(file).chain([exact]).collect()
}
