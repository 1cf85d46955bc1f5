//! The receipt file: what a shopper downloads, and what anyone can verify without asking the
//! shop, offline.
//!
//! **Invariant:** the report says what was checked, and what a check does not prove. A signature
//! proves that a receipt was not changed after it was made; it does not prove who clicked.

use crate::json;
use crate::log::checkpoint::{CheckpointFault, Keys};
use crate::log::place::{Place, Standing, check_place};
use crate::receipt::{
    Acknowledgement, Answer, By, ChoiceState, Claims, EventType, NoticeRef, ReceiptFile, State, Surface,
};
use crate::shown::Difference;
use crate::verify::{Expect, Refusal, hash, verify};
use serde_json::Value;

/// The most bytes that a receipt file may have. Notices have a few dozen KB.
pub const MAX_FILE: usize = 1024 * 1024;

/// What verifying a receipt file yields.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What was checked, in order. The file is genuine where every check passed.
    pub checks: Vec<Check>,
    /// The names of members that no receipt file has, quoted. Nothing signs them, so they prove nothing.
    pub others: Vec<String>,
    /// What could not be checked, and what that takes, each with the name that its check would have.
    pub unchecked: Vec<(&'static str, String)>,
    /// What the receipt says; `None` where it could not be verified.
    pub content: Option<Content>,
    /// What a genuine file proves, in sentences.
    pub proves: Vec<String>,
    /// What it does not prove, in sentences.
    pub does_not_prove: Vec<String>,
}

/// One check and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub what: &'static str,
    /// What was found wrong; `Ok` tells what was found right.
    pub outcome: Result<String, String>,
}

impl Check {
    /// The check against the log as it is today: the only one that is about the log rather than the file.
    pub(crate) const TODAY: &str = "today";

    /// Whether it is about the log as it is today. Where it fails alone, the file is in itself as it should be: it may be that the log
    /// was changed, or that another one was asked, or that it is signed by a key that is not known.
    pub fn is_of_today(&self) -> bool {
        self.what == Check::TODAY
    }
}

/// What a verified receipt says.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The claims.
    pub claims: Claims,
    /// Each purpose with its title in the notice's language and what was chosen.
    pub choices: Vec<Chosen>,
    /// Whether the receipt is signed.
    pub signed: bool,
    /// The endpoint's acknowledgement, where the file holds one.
    pub acknowledgement: Option<Acknowledgement>,
    /// Its place in the endpoint's log, where the file holds a proof of one that fits.
    pub place: Option<Place>,
}

/// One purpose and what was chosen for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The purpose's id.
    pub purpose: String,
    /// Its title as the person read it.
    pub title: Option<String>,
    /// What was chosen.
    pub choice: ChoiceState,
    /// Whether it needs separate consent, which accepting everything does not give.
    pub separate: bool,
}

impl Report {
    /// Whether every check passed.
    pub fn is_genuine(&self) -> bool {
        self.content.is_some() && self.checks.iter().all(|check| check.outcome.is_ok())
    }

    /// The first check that failed.
    pub fn failure(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome.is_err())
    }
}

/// Verifies the text of a receipt file. `keys` are those that the reader knows logs by, from elsewhere than the file.
pub fn verify_file(text: &str, keys: &Keys) -> Report {
    let mut report = Report {
        checks: Vec::new(),
        others: Vec::new(),
        unchecked: Vec::new(),
        content: None,
        proves: Vec::new(),
        does_not_prove: Vec::new(),
    };
    let (file, others) = match read_file(text) {
        Ok(read) => read,
        Err(fault) => {
            report.tell("file", Err(fault));
            return report;
        }
    };
    report.tell("file", Ok("A receipt file of version 1.".into()));
    report.others = others;

    let signed = file.jwk.is_some();
    let expect = Expect { unsigned: !signed, ..Expect::default() };
    let verified = match verify(&file.receipt, file.jwk.as_ref(), &expect) {
        Ok(verified) if verified.key == file.jwk => verified,
        Ok(_) => {
            report.tell("signature", Err("The key beside the receipt is not the key that signed it.".into()));
            return report;
        }
        Err(refusal) => {
            let what = if refusal == Refusal::SignatureInvalid { "signature" } else { "receipt" };
            report.tell(what, Err(refusal.detail()));
            return report;
        }
    };
    let claims = verified.claims;
    match &claims.sub.device {
        Some(device) => report.tell("signature", Ok(format!("Signed with ES256 by the device key {device}."))),
        None => report.tell("signature", Ok("None: the receipt says that it is not signed.".into())),
    }
    report.tell("receipt", Ok(format!("Its claims keep the rules; its id is {}.", claims.id)));

    let snapshot = json::parse(&file.notice).ok();
    report.tell("notice", check_notice(&file.notice, snapshot.as_ref(), &claims.notice));
    let acknowledgement = file.acknowledgement;
    report.tell("acknowledgement", check_acknowledgement(acknowledgement.as_ref(), &claims.id));
    let place = report.check_log(&file.receipt, &claims.site, acknowledgement.as_ref(), keys);

    let logged = match (&acknowledgement, &place) {
        (None, _) => Logged::Unanswered,
        (Some(_), None) => Logged::No,
        (Some(_), Some(_)) if report.unchecked.is_empty() => Logged::Signed,
        (Some(_), Some(_)) => Logged::Claimed,
    };
    report.proves = proves(signed, logged);
    report.does_not_prove = does_not_prove(signed, logged, claims.shown.is_some());
    report.content =
        Some(Content { choices: chosen(&claims, snapshot.as_ref()), claims, signed, acknowledgement, place });
    report
}

/// What is known of a receipt's place in a log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Logged {
    /// The file holds no acknowledgement.
    Unanswered,
    /// The acknowledgement names no place.
    No,
    /// The place fits the checkpoint; nobody checked who signed that.
    Claimed,
    /// A known key signed the checkpoint.
    Signed,
}

impl Report {
    /// Adds what the log as it is today says of the receipt.
    pub fn tell_today(&mut self, outcome: Result<String, String>) {
        if outcome.is_ok() {
            self.does_not_prove.retain(|limit| limit != TODAY);
            self.proves.push("The log has only grown since: it still stands by the receipt in this place.".into());
        }
        self.tell(Check::TODAY, outcome);
    }

    fn tell(&mut self, what: &'static str, outcome: Result<String, String>) {
        self.checks.push(Check { what, outcome });
    }

    /// Checks the place that the acknowledgement names, and who signed the checkpoint; gives the place where it fits.
    fn check_log(
        &mut self,
        jws: &str,
        site: &str,
        acknowledgement: Option<&Acknowledgement>,
        keys: &Keys,
    ) -> Option<Place> {
        let answer = acknowledgement?;
        let proof = answer.log.as_ref()?;
        let place = match check_place(jws, site, answer, proof) {
            Ok(place) => place,
            Err(fault) => {
                self.tell("log", Err(fault.to_string()));
                return None;
            }
        };
        let Standing { index, claimed, .. } = &place.standing;
        let told = format!(
            "Entry {index} of the log {}, which had {}: the proof leads from this receipt to its checkpoint.",
            claimed.origin, claimed.size
        );
        self.tell("log", Ok(told));
        match keys.open(&proof.checkpoint) {
            Ok(signed) => self.tell("checkpoint", Ok(format!("Signed by the log's key {}.", signed.key))),
            Err(CheckpointFault::KeyUnknown) if !keys.are_of(site) => {
                let told = "Not checked who signed it: that takes the log's verifier key, from the site and not from this file.";
                self.unchecked.push(("checkpoint", told.into()));
            }
            Err(fault) => self.tell("checkpoint", Err(fault.to_string())),
        }
        Some(place)
    }
}

/// The file, and the names of the members in it that we do not know.
fn read_file(text: &str) -> Result<(ReceiptFile, Vec<String>), String> {
    if text.len() > MAX_FILE {
        return Err(format!("It has {} bytes; a receipt file has at most {MAX_FILE}.", text.len()));
    }
    let value = json::parse(text).map_err(|error| format!("It is not proper JSON: {error}."))?;
    let file: ReceiptFile = json::from_tree(&value)
        .ok_or("It is not a receipt file: it needs `placet`, `receipt`, `jwk`, `notice` and `acknowledgement`.")?;
    match file.placet {
        1 => Ok((file, other_members(&value))),
        version => Err(format!("It is a receipt file of version {version}; this program reads version 1.")),
    }
}

/// The most names of unknown members that are told.
const MOST_NAMES: usize = 8;

/// Members that no receipt file has, quoted and cut short: their names are as little to be trusted as what they hold.
fn other_members(file: &Value) -> Vec<String> {
    let acknowledgement = file.get("acknowledgement");
    let log = acknowledgement.and_then(|acknowledgement| acknowledgement.get("log"));
    let known: [(&str, Option<&Value>, &[&str]); 4] = [
        ("", Some(file), &["placet", "receipt", "jwk", "notice", "acknowledgement"]),
        ("jwk.", file.get("jwk"), &["kty", "crv", "x", "y"]),
        ("acknowledgement.", acknowledgement, &["id", "receivedAt", "log"]),
        ("acknowledgement.log.", log, &["origin", "index", "size", "salt", "envelope", "proof", "checkpoint"]),
    ];
    let mut names: Vec<String> = known
        .into_iter()
        .flat_map(|(place, value, known)| {
            let members = value.and_then(Value::as_object).into_iter().flatten();
            members.filter(|(name, _)| !known.contains(&name.as_str())).map(move |(name, _)| {
                let short: String = name.chars().take(40).collect();
                format!("{:?}", format!("{place}{short}"))
            })
        })
        .collect();
    if names.len() > MOST_NAMES {
        let more = names.len() - MOST_NAMES;
        names.truncate(MOST_NAMES);
        names.push(format!("{more} more"));
    }
    names
}

fn check_acknowledgement(acknowledgement: Option<&Acknowledgement>, id: &str) -> Result<String, String> {
    let Some(answer) = acknowledgement else {
        return Ok("None in the file: it was downloaded before an endpoint had answered.".into());
    };
    let at = utc(i64::try_from(answer.received_at / 1000).unwrap_or(i64::MAX));
    match &answer.log {
        _ if answer.id != id => Err("The acknowledgement is for another receipt.".into()),
        None => Ok(format!("The endpoint says that it came at {at}; that is not signed.")),
        Some(_) => Ok(format!("The endpoint says that it came at {at}; its log stands for that.")),
    }
}

fn check_notice(text: &str, snapshot: Option<&Value>, named: &NoticeRef) -> Result<String, String> {
    if hash(text.as_bytes()) != named.hash {
        return Err("The notice in the file is not the one that the receipt names: its hash differs.".into());
    }
    let member = |name| snapshot.and_then(|snapshot| snapshot.get(name)).and_then(Value::as_str);
    if member("version") != Some(&named.version) || member("lang") != Some(&named.lang) {
        return Err("The receipt names another version or language than the notice has.".into());
    }
    Ok(format!("The exact words, version {} in {}, by their hash {}.", named.version, named.lang, named.hash))
}

fn chosen(claims: &Claims, snapshot: Option<&Value>) -> Vec<Chosen> {
    let purposes = snapshot.and_then(|snapshot| snapshot.get("purposes")).and_then(Value::as_array);
    let title = |id: &str| {
        let purpose = purposes?.iter().find(|purpose| purpose.get("id").and_then(Value::as_str) == Some(id))?;
        purpose.get("title")?.as_str().map(str::to_owned)
    };
    let line = |(purpose, choice): &(String, ChoiceState)| Chosen {
        purpose: purpose.clone(),
        title: title(purpose),
        choice: *choice,
        separate: claims.separate.contains(purpose),
    };
    claims.choices.0.iter().map(line).collect()
}

fn proves(signed: bool, logged: Logged) -> Vec<String> {
    let mut proved = Vec::new();
    if signed {
        proved.push("The receipt was made with the key of this device and not changed by one byte since.".to_owned());
    }
    proved.push("The notice in the file is, byte for byte, the one that the receipt names.".into());
    if logged == Logged::Signed {
        proved.push(
            "The site's log had taken the receipt in when the checkpoint was signed, with what the server noted of it."
                .into(),
        );
    }
    proved
}

/// What a checkpoint of some day cannot say.
pub(crate) const TODAY: &str = "That the log still stands by it: the log as it is today tells.";

fn does_not_prove(signed: bool, logged: Logged, shown: bool) -> Vec<String> {
    let mut limits = vec![
        "That a person clicked, or which person: it proves what a device signed.".to_owned(),
        "That the device's clock was right.".to_owned(),
    ];
    if !signed {
        limits.insert(0, "That the receipt was not changed: it carries no signature.".into());
    }
    if shown {
        limits.push("That the screen looked as measured: the page measured it itself.".into());
    }
    let log = match logged {
        Logged::Unanswered => return limits,
        Logged::No => "That the endpoint still holds the receipt: its acknowledgement is not signed.",
        Logged::Claimed => "That the site's log holds the receipt: nobody checked who signed the checkpoint.",
        Logged::Signed => TODAY,
    };
    limits.push(log.into());
    limits
}

impl Content {
    /// What was decided, in one sentence.
    pub fn act(&self) -> String {
        let claims = &self.claims;
        let who = match claims.event.by {
            By::Subject => "The person",
            By::Guardian => "A guardian",
            By::Staff => "Staff",
            By::Agent => "An agent",
        };
        let did = match claims.event.state {
            State::Refused => "refused",
            State::Given => "gave consent",
            State::Changed => "changed the choices",
            State::Withdrawn => "withdrew consent",
            State::Renewed => "renewed the choices",
        };
        let surface = match claims.event.surface {
            Surface::Web => "on the web",
            Surface::App => "in the app",
            Surface::MiniProgram => "in the mini program",
            Surface::Social => "on a social network",
            Surface::Store => "in a store",
            Surface::CallCenter => "through the call center",
        };
        format!("{who} {did} {surface}, on {} at {}", claims.site, claims.event.page)
    }

    /// Who acted.
    pub fn by(&self) -> &'static str {
        match self.claims.event.by {
            By::Subject => "the person concerned",
            By::Guardian => "a parent or guardian of the person",
            By::Staff => "staff, at the person's word",
            By::Agent => "a software agent of the person",
        }
    }

    /// Whether consent was asked for separately.
    pub fn consent(&self) -> &'static str {
        match self.claims.event.kind {
            EventType::Regular => "regular: one question for what was asked together",
            EventType::Separate => "separate: a purpose was asked about on its own",
        }
    }

    /// What was seen, each line with its name; nothing where the receipt does not say.
    pub fn evidence(&self) -> Vec<(&'static str, String)> {
        let Some(shown) = &self.claims.shown else { return Vec::new() };
        let contrast = |hundredths: u32| format!("{}.{:02} to 1", hundredths / 100, hundredths % 100);
        let button = |measured: &[u32]| match *measured {
            [width, height, hundredths] => {
                format!("{width} by {height} pixels, contrast of its words {}", contrast(hundredths))
            }
            _ => "not measured".to_owned(),
        };
        let told = |difference: &Difference| match difference.what {
            "contrast" => format!("contrast {} against {}", contrast(difference.accept), contrast(difference.reject)),
            what => format!("{what} {} against {} pixels", difference.accept, difference.reject),
        };
        let differences: Vec<String> = shown.differences().iter().map(told).collect();
        let alike = match differences.is_empty() {
            true => "yes: their sizes differ by 10 % at most, their contrasts by 1.2 times at most".to_owned(),
            false => format!("NO, accept against refuse: {}", differences.join(", ")),
        };
        vec![
            ("words", format!("{}, by their hash", shown.words)),
            ("accept", button(&shown.accept)),
            ("refuse", button(&shown.reject)),
            ("alike", alike),
        ]
    }

    /// What the server noted when it received the receipt, each line with its name; nothing without a place in the log.
    pub fn noted(&self) -> Vec<(&'static str, String)> {
        let Some(Place { envelope, .. }) = &self.place else { return Vec::new() };
        let mut lines = vec![("received", utc(i64::try_from(envelope.received_at / 1000).unwrap_or(i64::MAX)))];
        lines.extend(envelope.region.iter().map(|region| ("region", region.clone())));
        lines.extend(envelope.agent.iter().map(|agent| ("agent", agent.clone())));
        let flags = [
            (envelope.skew, "the device's clock was more than ten minutes ahead"),
            (envelope.late, "the decision was more than thirty days old when it came"),
        ];
        lines.extend(flags.iter().filter(|(is, _)| *is).map(|(_, told)| ("flag", (*told).to_owned())));
        lines
    }

    /// When it was decided, by the device's clock.
    pub fn when(&self) -> String {
        let offset = self.claims.tz;
        let local = utc(self.claims.iat.saturating_add(i64::from(offset) * 60));
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset.unsigned_abs() / 60, offset.unsigned_abs() % 60);
        format!("{} UTC{sign}{hours:02}:{minutes:02}", local.trim_end_matches(" UTC"))
    }

    /// The answers to the preferences, each with the options picked.
    pub fn preferences(&self) -> Vec<(String, String)> {
        let picked = |answer: &Answer| match answer {
            Answer::One(option) => option.clone(),
            Answer::Many(options) => options.join(", "),
        };
        self.claims.preferences.0.iter().map(|(name, answer)| (name.clone(), picked(answer))).collect()
    }
}

/// A time in seconds since 1970 as `2026-03-01 00:00:00 UTC`, by the proleptic Gregorian calendar.
pub fn utc(seconds: i64) -> String {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    let (mut day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let mut year = 1970 + 400 * day.div_euclid(DAYS_IN_400_YEARS);
    day = day.rem_euclid(DAYS_IN_400_YEARS);
    let leap = |year: i64| i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    while day >= 365 + leap(year) {
        day -= 365 + leap(year);
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{:02} {hour:02}:{minute:02}:{second:02} UTC", day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_the_calendar() {
        for (seconds, told) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_772_323_200, "2026-03-01 00:00:00 UTC"),
            (4_107_542_399, "2100-02-28 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), told);
        }
    }
}
