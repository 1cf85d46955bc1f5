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

/// What browsers may do with the page: draw it, and follow its links.
pub fn policy() -> String {
    let sheet = Base64::encode_string(&Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{sheet}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page of one receipt, with what verifying its file yielded, in a language that the reader prefers.
pub fn page(evidence: &Evidence, report: &Report, accept_language: &str) -> String {
    let labels = labels(accept_language);
    let id = &evidence.claims.id;
    let title = format!("{} {id}", labels.title);
    let head = element(
        "head",
        &[],
        [
            void("meta", &[("charset", "utf-8")]),
            void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
            void("meta", &[("name", "referrer"), ("content", "no-referrer")]),
            told("title", &title),
            Html::style(STYLE),
        ],
    );
    let main = [
        told("h1", &title),
        section(labels.who, who(evidence, labels)),
        section(labels.when, when(evidence, labels)),
        section(labels.place, place(evidence, labels)),
        section(labels.how, how(evidence, labels)),
        section(labels.choice, choices(evidence, labels)),
        section(labels.words, words(evidence, labels)),
        section(labels.proof, proof(evidence, report, labels)),
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

fn place(evidence: &Evidence, labels: &Labels) -> Vec<Html> {
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

fn words(evidence: &Evidence, labels: &Labels) -> Vec<Html> {
    let words = &evidence.words;
    let notice = &words.notice;
    let lang = [("lang", notice.lang.as_str())];
    let purposes = notice
        .purposes
        .iter()
        .flat_map(|purpose| [told("h3", &purpose.title)].into_iter().chain(paragraphs(&purpose.description)));
    let quoted = [told("h3", &notice.title)].into_iter().chain(paragraphs(&notice.text)).chain(purposes);
    let name = words.hash.trim_start_matches("sha256:");
    let link = element("a", &[("href", &format!("/notice/{name}"))], [Html::text(labels.whole)]);
    let exact =
        element("details", &[], [told("summary", labels.exact), element("pre", &lang, [Html::text(&words.text)])]);
    vec![
        list([(labels.version, format!("{}, {}", notice.version, notice.lang)), ("SHA-256", name.to_owned())]),
        element("blockquote", &lang, quoted),
        element("p", &[], [link]),
        exact,
    ]
}

fn paragraphs(blocks: &[Block]) -> Vec<Html> {
    let said = |block: &Block| block.runs.iter().map(|run| run.text.as_str()).collect::<String>();
    let told_block =
        |block: &Block| if block.item { told("p", &format!("• {}", said(block))) } else { told("p", &said(block)) };
    blocks.iter().map(told_block).collect()
}

fn proof(evidence: &Evidence, report: &Report, labels: &Labels) -> Vec<Html> {
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
    let place = evidence.log.iter().map(|log| ("log", format!("{}, {}", log.origin, log.index)));
    let file = element("a", &[("href", &format!("/v1/receipts/{}?form=file", evidence.claims.id))], [Html::text(labels.file)]);
    let exact = element(
        "details",
        &[],
        [told("summary", labels.receipt), element("pre", &[], [Html::text(&evidence.held.receipt)])],
    );
    vec![list(place), checks, told("h3", labels.limits), limits, element("p", &[], [file]), exact]
}
