//! The interface texts: buttons, headings and sentences that are Placet's own, one file a language.
//!
//! **Invariant:** a notice carries the texts of its own language and no others, so that a browser
//! loads one language alone.

use crate::data;
#[cfg(feature = "native")]
use crate::language;

data! {
    /// The interface texts in one language. They are part of the notice snapshot: they were shown too.
    pub struct Labels {
        /// Button: grant everything that is not asked separately.
        accept: String,
        /// Button: refuse everything optional.
        reject: String,
        /// Button: open the preference center.
        choose: String,
        /// Sentence before the purposes that “accept all” leaves off.
        separately: String,
        /// Heading of the preference center, and the name of the way back to it.
        settings: String,
        /// Button: commit the draft.
        save: String,
        /// Button: leave without a choice.
        close: String,
        /// In place of a switch where nothing is asked.
        always: String,
        /// Opens what the law wants told about a purpose.
        details: String,
        /// Heading: kinds of data.
        data: String,
        /// Heading: who receives it.
        recipients: String,
        /// Where nobody else receives it.
        nobody: String,
        /// Heading: how long.
        retention: String,
        /// Heading: what a refusal means.
        if_refused as "ifRefused": String,
        /// Heading: legal basis.
        basis: String,
        /// Heading: the services that work for it.
        services: String,
        /// Before the names of what a service keeps in the browser.
        keeps: String,
        /// Column: name.
        name: String,
        /// Column: country.
        country: String,
        /// Column: contact.
        contact: String,
        /// Heading: data that leaves the country.
        cross_border as "crossBorder": String,
        /// Row: what the recipient abroad does with it.
        what_for as "whatFor": String,
        /// Row: how it gets there.
        method: String,
        /// Row: how to exercise rights there.
        rights: String,
        /// Beside a purpose that “accept all” leaves off.
        separate: String,
        /// Beside a switch that the browser's signal keeps off.
        gpc: String,
        /// Button under an opt-out regime (CCPA 1798.135(a)(1)).
        opt_out as "optOut": String,
        /// Button under an opt-out regime: the notice has been read.
        understood: String,
        /// Sentence under an opt-out regime.
        opt_out_notice as "optOutNotice": String,
        /// That the browser's signal was honoured (CCPA regulations 7025(c)(6)).
        gpc_honoured as "gpcHonoured": String,
        /// In place of a held frame; `{service}` and `{purpose}` are filled in.
        cover: String,
        /// Button: load a held frame this time only.
        once: String,
        /// Button: grant the purpose of a held frame; `{purpose}` is filled in.
        allow: String,
        /// Sentence before what has changed since the last choice.
        changes: String,
        /// Before an old wording.
        before: String,
        /// Before the new wording.
        after: String,
        /// Heading: who is responsible.
        controller: String,
        /// Link to the full policy.
        privacy_policy as "privacyPolicy": String,
        /// Heading: receipts of this device.
        receipts: String,
        /// What a receipt is for.
        receipts_intro as "receiptsIntro": String,
        /// Where there is none yet.
        no_receipts as "noReceipts": String,
        /// Button: save a receipt as a file.
        download: String,
        /// State of a receipt that was not sent yet.
        waiting: String,
        /// State of a receipt that the server has acknowledged.
        acknowledged: String,
        /// State of a receipt that the server refused.
        refused: String,
        /// Button: take every consent back.
        withdraw: String,
        /// Status: the choice holds.
        saved: String,
        /// Where the whole could not be loaded.
        failed: String,
        /// What a decision did: given.
        state_given as "stateGiven": String,
        /// What a decision did: refused.
        state_refused as "stateRefused": String,
        /// What a decision did: changed.
        state_changed as "stateChanged": String,
        /// What a decision did: withdrawn.
        state_withdrawn as "stateWithdrawn": String,
        /// What a decision did: renewed.
        state_renewed as "stateRenewed": String,
        /// Legal basis: consent.
        basis_consent as "basisConsent": String,
        /// Legal basis: contract.
        basis_contract as "basisContract": String,
        /// Legal basis: legal obligation.
        basis_legal_obligation as "basisLegalObligation": String,
        /// Legal basis: vital interests.
        basis_vital_interests as "basisVitalInterests": String,
        /// Legal basis: public interest.
        basis_public_interest as "basisPublicInterest": String,
        /// Legal basis: legitimate interests.
        basis_legitimate_interests as "basisLegitimateInterests": String,
        /// Heading: a purpose that is asked on its own.
        own_title as "ownTitle": String,
        /// Where several are asked one after the other; `{at}` and `{all}` are filled in.
        step: String,
        /// Button: consent to one purpose.
        agree: String,
        /// Button: refuse one purpose.
        refuse: String,
        /// Button: refuse all purposes that are still to be asked on their own.
        refuse_rest as "refuseRest": String,
        /// Question: the age band.
        age_title as "ageTitle": String,
        /// Why the age is asked; `{age}` is filled in.
        age_text as "ageText": String,
        /// Button: old enough; `{age}` is filled in.
        age_over as "ageOver": String,
        /// Button: not old enough; `{age}` is filled in.
        age_under as "ageUnder": String,
        /// Heading: a parent or guardian is asked.
        guardian_title as "guardianTitle": String,
        /// What the parent or guardian is asked.
        guardian_text as "guardianText": String,
        /// Button: the guardian agrees.
        guardian_agree as "guardianAgree": String,
        /// Button: take the last decision back.
        undo: String,
        /// Status: the last decision was taken back.
        undone: String,
        /// Heading: by what means.
        means: String,
        /// Heading: why sensitive data is necessary.
        necessity: String,
        /// Heading: what the use of sensitive data means.
        impact: String,
        /// Beside a purpose that uses sensitive data.
        sensitive: String,
        /// Beside a purpose whose consent holds for one act.
        once_note as "onceNote": String,
        /// Heading: rights of the visitor.
        your_rights as "yourRights": String,
        /// The usual rights; Markdown; `{email}` is filled in.
        rights_text as "rightsText": String,
        /// Heading: data protection officer.
        dpo: String,
        /// Heading: complaints.
        complaints: String,
        /// Link to the whole notice on its own page.
        whole_notice as "wholeNotice": String,
        /// Heading of the whole notice; `{version}` is filled in.
        notice_version as "noticeVersion": String,
        /// Link: save the notice as a file.
        save_notice as "saveNotice": String,
        /// Field: search among services.
        search: String,
        /// Status of a search; `{count}` is filled in.
        found: String,
        /// Button: show more of a long list; `{count}` is filled in.
        more: String,
        /// Field: language of the notice.
        language: String,
        /// Heading: history of this device's choices.
        my_choices as "myChoices": String,
        /// Where a choice was made under an earlier notice; `{version}` is filled in.
        under_notice as "underNotice": String,
        /// Button: check a receipt.
        verify: String,
        /// Result: a receipt is genuine.
        genuine: String,
        /// Result: a receipt is genuine but without signature.
        unsigned: String,
        /// Result: a receipt is not genuine.
        not_genuine as "notGenuine": String,
        /// Button: show the words that a choice was made under.
        words_shown as "wordsShown": String,
        /// Button: show what a choice changed.
        what_changed as "whatChanged": String,
        /// Where nothing stood before a choice.
        nothing_before as "nothingBefore": String,
        /// State of a purpose: granted.
        granted: String,
        /// State of a purpose: denied.
        denied: String,
        /// Heading: what the shop's server keeps.
        at_the_shop as "atTheShop": String,
        /// What the buttons below it do.
        at_the_shop_text as "atTheShopText": String,
        /// Button: get the server's records.
        export_mine as "exportMine": String,
        /// Button: have the server's records erased.
        erase_mine as "eraseMine": String,
        /// Button: confirm the erasure.
        erase_sure as "eraseSure": String,
        /// Status: erased.
        erased: String,
        /// Status: something could not be done.
        not_done as "notDone": String,
        /// Button: ask what is unclear.
        unclear: String,
        /// Field: what is unclear.
        unclear_text as "unclearText": String,
        /// Field: the purpose that it is about.
        about: String,
        /// Option: about no purpose in particular.
        about_all as "aboutAll": String,
        /// Button: send.
        send: String,
        /// Status: sent.
        thanks: String,
        /// Beside a control inside a form.
        any_time as "anyTime": String,
    }
}

/// Every language with its texts; each is read alone.
#[cfg(feature = "native")]
const FILES: &[(&str, &str)] = &[
    ("en", include_str!("../texts/en.json")),
    ("zh-CN", include_str!("../texts/zh-CN.json")),
    ("zh-TW", include_str!("../texts/zh-TW.json")),
    ("ja", include_str!("../texts/ja.json")),
    ("ko", include_str!("../texts/ko.json")),
    ("de", include_str!("../texts/de.json")),
    ("fr", include_str!("../texts/fr.json")),
    ("es", include_str!("../texts/es.json")),
    ("it", include_str!("../texts/it.json")),
    ("pt-BR", include_str!("../texts/pt-BR.json")),
    ("nl", include_str!("../texts/nl.json")),
    ("pl", include_str!("../texts/pl.json")),
    ("tr", include_str!("../texts/tr.json")),
    ("ar", include_str!("../texts/ar.json")),
    ("he", include_str!("../texts/he.json")),
    ("ru", include_str!("../texts/ru.json")),
    ("vi", include_str!("../texts/vi.json")),
    ("th", include_str!("../texts/th.json")),
    ("id", include_str!("../texts/id.json")),
];

/// The languages that have interface texts.
#[cfg(feature = "native")]
pub fn languages() -> Vec<&'static str> {
    FILES.iter().map(|(tag, _)| *tag).collect()
}

/// The interface texts of a language, in English where there are none.
#[cfg(feature = "native")]
pub fn labels(tag: &str) -> Labels {
    let text = file(tag).or(FILES.first()).map_or("{}", |(_, text)| text);
    crate::json::parse(text).ok().and_then(|tree| crate::json::from_tree(&tree)).unwrap_or_default()
}

/// Whether a language has interface texts, be it those of its next of kin.
#[cfg(feature = "native")]
pub fn known(tag: &str) -> bool {
    file(tag).is_some()
}

/// The file of the same tag, else that of the same writing.
#[cfg(feature = "native")]
fn file(tag: &str) -> Option<&'static (&'static str, &'static str)> {
    let writing = language::writing(tag);
    FILES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(tag))
        .or_else(|| FILES.iter().find(|(known, _)| language::writing(known) == writing))
}
