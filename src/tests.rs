//! What only a browser can tell about the widget: trees of JavaScript values, `Intl`, and the
//! center under the fingers.

use crate::center::{Act, Choice, Clerk, Desk, Said, Standing, Surroundings, Words, center};
use crate::js::{self, Js};
use leptos::mount::mount_to;
use leptos::prelude::*;
use placet_model::notice::{Notice, NoticeService};
use placet_model::receipt::{Answer, ChoiceState};
use placet_model::tree::{Map, Tree};
use std::sync::{Arc, Mutex};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::*;
use web_sys::{Event, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

const NOTICE: &str = include_str!("../tests/fixtures/notice.en.json");

#[wasm_bindgen_test]
fn a_notice_survives_reading_and_writing_byte_by_byte() {
    let notice: Notice = js::parse(NOTICE).expect("a notice");
    assert_eq!(js::text(&notice), NOTICE);
}

#[wasm_bindgen_test]
fn what_is_no_notice_is_refused() {
    for text in ["", "[]", "{}", "{\"v\":\"1\"}", "not json"] {
        assert!(js::parse::<Notice>(text).is_none(), "{text}");
    }
}

#[wasm_bindgen_test]
fn members_are_own_ones() {
    let tree = Js(js_sys::JSON::parse(r#"{"__proto__":{"polluted":true},"a":null,"b":1}"#).expect("JSON"));
    let names: Vec<String> = tree.members().expect("an object").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["__proto__", "b"]);
    assert!(tree.member("polluted").is_none());
}

#[wasm_bindgen_test]
fn durations_and_countries_in_words() {
    for (lang, iso, words) in
        [("en", "P14M", "14 months"), ("en", "P1D", "1 day"), ("zh-CN", "P30D", "30天"), ("en", "odd", "odd")]
    {
        assert_eq!(js::duration(lang, iso), words);
    }
    assert_eq!((js::country("en", "US"), js::country("zh-CN", "CN")), ("United States".into(), "中国".into()));
}

#[wasm_bindgen_test]
fn languages_and_numbers_in_words() {
    for (lang, tag, words) in [("de", "de", "Deutsch"), ("en", "de", "German"), ("en", "not a tag", "not a tag")] {
        assert_eq!(js::language(lang, tag), words);
    }
    assert_eq!((js::number("en", 1234), js::number("de", 1234)), ("1,234".into(), "1.234".into()));
    assert_eq!(js::fill("Show more ({count})", "{count}", "7"), "Show more (7)");
    for (tag, mirrored) in [("ar", true), ("he-IL", true), ("en", false), ("arn", false)] {
        assert_eq!(js::is_right_to_left(tag), mirrored, "{tag}");
    }
}

/// The center on the page, with everything that it asked for.
struct Stage {
    parent: HtmlElement,
    asked: Arc<Mutex<Vec<Act>>>,
    desk: Desk,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    fn new(standing: Standing, choices: &str) -> Self {
        Self::of(js::parse(NOTICE).expect("a notice"), standing, choices)
    }

    fn of(notice: Notice, standing: Standing, choices: &str) -> Self {
        let parent: HtmlElement = document().create_element("div").expect("an element").unchecked_into();
        document().body().expect("a body").append_child(&parent).expect("appended");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let choices: Vec<Choice> = js::parse(choices).expect("choices");
        let kept = Arc::new(Mutex::new(None));
        let keep = kept.clone();
        let mounted = mount_to(parent.clone(), move || {
            let act: Clerk = Arc::new(move |act| log.lock().expect("unlocked").push(act));
            let around = Surroundings {
                languages: vec!["en".into(), "zh-CN".into()],
                page: "https://shop.example/notice/a.html".into(),
                inline: false,
                signs: true,
            };
            let desk = Desk::new(Arc::new(notice), around, standing, act);
            desk.list(choices);
            *keep.lock().expect("unlocked") = Some(desk.clone());
            center(&desk)
        });
        let desk = kept.lock().expect("unlocked").take().expect("a desk");
        Stage { parent, asked, desk, _mounted: Box::new(mounted) }
    }

    fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let find = js_sys::Reflect::get(&self.parent, &"querySelectorAll".into()).expect("a method");
        let found =
            find.unchecked_into::<js_sys::Function>().call1(&self.parent, &selector.into()).expect("a selector");
        js_sys::Array::from(&found).iter().map(JsCast::unchecked_into).collect()
    }

    fn find(&self, selector: &str) -> HtmlElement {
        self.parent.query_selector(selector).expect("a selector").expect(selector).unchecked_into()
    }

    fn text(&self, selector: &str) -> String {
        self.find(selector).text_content().unwrap_or_default()
    }

    fn checked(&self, purpose: &str) -> bool {
        self.find(&format!("[data-placet-switch={purpose}]")).unchecked_into::<HtmlInputElement>().checked()
    }

    fn click(&self, selector: &str) {
        self.find(selector).click();
    }

    /// Writes into a field, as keys do.
    async fn write(&self, selector: &str, text: &str, event: &str) {
        let field: HtmlInputElement = self.find(selector).unchecked_into();
        field.set_value(text);
        field.dispatch_event(&Event::new(event).expect("an event")).expect("dispatched");
        frame().await;
    }

    /// Opens a fold.
    async fn unfold(&self, selector: &str) {
        self.click(&format!("{selector} > summary"));
        frame().await;
        frame().await;
    }

    fn asked(&self) -> Vec<Act> {
        std::mem::take(&mut *self.asked.lock().expect("unlocked"))
    }
}

/// Waits until the browser has drawn.
async fn frame() {
    let next = js_sys::Promise::new(&mut |done, _| {
        window().request_animation_frame(&done).expect("a frame");
    });
    JsFuture::from(next).await.expect("a frame");
}

fn standing() -> Standing {
    Standing {
        purposes: Map(vec![
            ("necessary".into(), ChoiceState::Always),
            ("analytics".into(), ChoiceState::Granted),
            ("marketing".into(), ChoiceState::Granted),
            ("ads".into(), ChoiceState::Denied),
        ]),
        preferences: Map(vec![("channels".into(), Answer::Many(vec!["sms".into()]))]),
        gpc: vec!["ads".into()],
        opt_out: false,
    }
}

/// Two choices in the form of the part that keeps the receipts, the newest first.
const CHOICES: &str = r#"[
    {"id":"b","at":1795291125240,"state":"changed","type":"regular","by":"subject","method":"preferences.save",
     "lang":"zh-CN","version":"2","hash":"sha256:b","regime":"cn-pipl","choices":{"necessary":"always","analytics":"denied","marketing":"granted"},
     "preferences":{"channels":["email","sms"],"frequency":"monthly"},"signed":false,"status":"waiting","reason":null},
    {"id":"a","at":1795291025240,"state":"given","type":"regular","by":"subject","method":"banner.accept_all",
     "lang":"en","version":"1","hash":"sha256:a","regime":"cn-pipl","choices":{"necessary":"always","analytics":"granted","marketing":"granted"},
     "preferences":{"channels":["email"],"frequency":"monthly"},"signed":true,"status":"acknowledged","reason":null}]"#;

/// PIPL 14; GDPR 4(11), recital 32; LGPD 8; Quebec Law 25, 9.1; Consumer Rights Law 29: silence is no consent, nor is a box that was ticked for me.
#[wasm_bindgen_test]
async fn every_control_starts_off_and_nothing_is_asked_of_a_necessary_purpose() {
    let stage = Stage::new(Standing::default(), "[]");
    for purpose in ["analytics", "recommendations", "marketing", "ads"] {
        assert!(!stage.checked(purpose), "{purpose}");
    }
    assert!(stage.all("[data-placet-switch=necessary]").is_empty());
    assert!(stage.all("[data-placet-preference]:checked").is_empty());
    assert!(stage.all("[data-placet-action=withdraw]").is_empty());
}

#[wasm_bindgen_test]
async fn switches_edit_a_draft_that_only_save_hands_over() {
    let stage = Stage::new(standing(), "[]");
    assert!(stage.checked("analytics") && stage.checked("marketing") && !stage.checked("ads"));
    stage.click("[data-placet-switch=analytics]");
    stage.click("[data-placet-switch=recommendations]");
    stage.click("[data-placet-preference=channels][value=email]");
    stage.click("[data-placet-preference=frequency][value=weekly]");
    stage.click("[data-placet-preference=frequency][value=monthly]");
    assert!(stage.asked().is_empty(), "a switch decides nothing");
    stage.click("[data-placet-action=save]");
    let asked = stage.asked();
    let [Act::Save(purposes, preferences)] = asked.as_slice() else { panic!("one save") };
    let on: Vec<_> = purposes.0.iter().filter(|(_, on)| *on).map(|(id, _)| id.as_str()).collect();
    assert_eq!(on, ["recommendations", "marketing"]);
    assert_eq!(preferences.get("channels"), Some(&Answer::Many(vec!["email".into(), "sms".into()])));
    assert_eq!(preferences.get("frequency"), Some(&Answer::One("monthly".into())));
    assert_eq!(preferences.get("topics"), None);
}

#[wasm_bindgen_test]
async fn the_signal_keeps_its_purpose_off() {
    let stage = Stage::new(standing(), "[]");
    let switch: HtmlInputElement = stage.find("[data-placet-switch=ads]").unchecked_into();
    assert!(switch.disabled() && !switch.checked());
}

#[wasm_bindgen_test]
async fn accept_and_refuse_are_alike_and_each_button_asks_for_its_own() {
    let stage = Stage::new(standing(), "[]");
    let look = |action: &str| stage.find(&format!("[data-placet-action={action}]")).class_name();
    assert_eq!(look("accept"), look("reject"));
    stage.click("[data-placet-action=accept]");
    stage.click("[data-placet-action=reject]");
    assert!(matches!(stage.asked().as_slice(), [Act::Accept, Act::Reject]));
    stage.click("[data-placet-action=close]");
    assert!(matches!(stage.asked().as_slice(), [Act::Close]), "closing is no choice");
}

#[wasm_bindgen_test]
async fn what_holds_for_one_act_has_no_switch_and_is_told() {
    let mut notice: Notice = js::parse(NOTICE).expect("a notice");
    notice.purposes[1].once = true;
    notice.purposes[2].sensitive = true;
    let labels = notice.labels.clone();
    let stage = Stage::of(notice, Standing::default(), "[]");
    assert!(stage.all("[data-placet-switch=analytics]").is_empty());
    assert!(stage.text("#purpose-analytics-about").contains(&labels.once_note));
    assert!(stage.text("#purpose-recommendations-about").contains(&labels.sensitive));
    stage.click("[data-placet-action=save]");
    let asked = stage.asked();
    let [Act::Save(purposes, _)] = asked.as_slice() else { panic!("one save") };
    assert_eq!(purposes.get("analytics"), None, "it is asked where the act is");
}

/// Before a click there is nothing of what is behind it: opening costs the same whatever is told there.
#[wasm_bindgen_test]
async fn details_are_made_when_they_are_opened() {
    let stage = Stage::new(standing(), CHOICES);
    assert!(stage.all(".details dl, .words .quote, .changed table, .form").is_empty());
    stage.unfold(".details").await;
    assert_eq!(stage.all(".details dl").len(), 1);
}

fn many(services: usize) -> Notice {
    let mut notice: Notice = js::parse(NOTICE).expect("a notice");
    let made = |number: usize| NoticeService { name: format!("Tag {number:04} Ünit"), cookies: Vec::new() };
    notice.purposes[1].services = (0..services).map(made).collect();
    notice
}

#[wasm_bindgen_test]
async fn many_services_can_be_searched() {
    assert!(Stage::new(standing(), "[]").all("[type=search]").is_empty(), "few services need no search");
    let stage = Stage::of(many(1000), standing(), "[]");
    let began = js_sys::Date::now();
    for (asked, count, rows) in
        [("tAG 0077", "1", 1), ("tag 00", "100", 50), (" ÜNIT ", "1,000", 50), ("nothing of the kind", "0", 0)]
    {
        stage.write("[type=search]", asked, "input").await;
        assert_eq!(stage.text(".search [role=status]"), format!("Services found: {count}"), "{asked}");
        assert_eq!(stage.all(".found > li").len(), rows, "{asked}");
    }
    assert!(js_sys::Date::now() - began < 2000.0, "four searches took {} ms", js_sys::Date::now() - began);
    stage.write("[type=search]", "tag 0077", "input").await;
    assert!(stage.text(".found > li").contains("Tag 0077 ÜnitMeasuring use"), "{}", stage.text(".found > li"));
    stage.write("[type=search]", "", "input").await;
    assert!(stage.all(".found > li").is_empty() && stage.text(".search [role=status]").is_empty());
}

#[wasm_bindgen_test]
async fn long_lists_are_shown_a_piece_at_a_time() {
    let stage = Stage::of(many(150), standing(), "[]");
    stage.unfold("[aria-labelledby=placet-purpose-analytics] .details").await;
    let rows = || stage.all(".services > li:not(.more)").len();
    assert_eq!((rows(), stage.text(".services .more")), (20, "Show more (130)".into()));
    stage.click(".services .more button");
    frame().await;
    assert_eq!((rows(), stage.text(".services .more")), (120, "Show more (30)".into()));
    let focused = document().active_element().expect("a focused element").text_content();
    assert_eq!(focused.as_deref(), Some("Tag 0020 Ünit"), "the focus goes on to the first new row");
    stage.click(".services .more button");
    frame().await;
    assert_eq!((rows(), stage.all(".services .more").len()), (150, 0));
}

#[wasm_bindgen_test]
async fn choices_are_listed_with_what_became_of_them() {
    let stage = Stage::new(standing(), CHOICES);
    let state = |id: &str| {
        let progress = stage.find(&format!("[data-placet-receipt={id}] [data-placet-state]"));
        progress.get_attribute("data-placet-state").unwrap_or_default()
    };
    assert_eq!((state("a"), state("b")), ("acknowledged".into(), "waiting".into()));
    assert!(stage.text("[data-placet-receipt=b]").contains("Notice 2 · Chinese (China)"));
    // What has become of them since changes in place: somebody may be reading the row.
    let row = stage.find("[data-placet-receipt=b]");
    stage.desk.list(js::parse(&CHOICES.replace("waiting", "refused").replacen("null", "\"why\"", 1)).expect("choices"));
    frame().await;
    assert_eq!(state("b"), "refused");
    assert!(stage.text("[data-placet-receipt=b]").contains("Not accepted by the server: why"));
    assert!(stage.find("[data-placet-receipt=b]").is_same_node(Some(&row)), "the row was made again");
    stage.desk.list(Vec::new());
    frame().await;
    assert!(stage.text("[part=receipts]").contains("No choice has been made"));
}

#[wasm_bindgen_test]
async fn a_choice_is_downloaded_checked_and_told() {
    let stage = Stage::new(standing(), CHOICES);
    stage.click("[data-placet-receipt=a] [data-placet-action=download]");
    stage.click("[data-placet-receipt=a] [data-placet-action=check]");
    let asked = stage.asked();
    let [Act::Download(first, _), Act::Check(second, reply)] = asked.as_slice() else { panic!("a file and a check") };
    assert_eq!((first.as_str(), second.as_str()), ("a", "a"));
    for (said, words) in [
        (Said::Genuine, "Genuine: the signature and the words shown fit."),
        (Said::NotGenuine, "Not genuine: it was changed."),
        (Said::Unsigned, "Not signed: this browser offered no key on this page."),
        (Said::NotDone, "That did not work. Please try again later."),
    ] {
        reply.set(said);
        frame().await;
        assert_eq!(stage.text("[data-placet-receipt=a] [role=status]"), words);
        assert_eq!(stage.text("[data-placet-receipt=b] [role=status]"), "", "the answer stands beside its question");
    }
    stage.unfold("[data-placet-receipt=b] .words").await;
    let asked = stage.asked();
    let [Act::Words(hash, reply)] = asked.as_slice() else { panic!("the words") };
    assert_eq!(hash, "sha256:b");
    let notice: Notice = js::parse(include_str!("../tests/fixtures/notice.zh-CN.json")).expect("a notice");
    reply.set(Words::Here(Arc::new(notice.clone())));
    frame().await;
    assert_eq!(stage.find(".quote").get_attribute("lang").as_deref(), Some("zh-CN"));
    assert!(stage.text(".quote").contains(&notice.title) && stage.text(".quote").contains(&notice.purposes[4].title));
}

#[wasm_bindgen_test]
async fn old_and_new_stand_side_by_side() {
    let stage = Stage::new(standing(), CHOICES);
    stage.unfold("[data-placet-receipt=b] .changed").await;
    let rows: Vec<String> =
        stage.all("[data-placet-receipt=b] tr").iter().map(|row| row.text_content().unwrap_or_default()).collect();
    assert_eq!(rows[0], "NameBeforeNow");
    assert!(rows[2].ends_with("AllowedRefused"), "{rows:?}");
    assert!(rows[4].ends_with("E-mailE-mail · Text message"), "what was picked stands under its purpose: {rows:?}");
    assert!(
        rows[5].ends_with("Monthly at mostMonthly at most") && rows.len() == 6,
        "what was never picked is not told: {rows:?}"
    );
    assert_eq!(stage.all("[data-placet-receipt=b] .new").len(), 2, "what has not changed is not set off");
    stage.unfold("[data-placet-receipt=a] .changed").await;
    assert!(stage.text("[data-placet-receipt=a]").contains("First choice on this device"));
}

/// Erasing takes two steps; a copy takes one (PIPL 45, 47; GDPR 15, 17).
#[wasm_bindgen_test]
async fn what_the_shop_keeps_is_copied_and_erased() {
    assert!(Stage::new(standing(), "[]").all("[part=at-shop]").is_empty(), "nothing was decided, nothing is kept");
    let stage = Stage::new(standing(), CHOICES);
    stage.click("[data-placet-action=export]");
    assert!(matches!(stage.asked().as_slice(), [Act::Export(_)]));
    assert!(stage.all("[data-placet-action=erase]").is_empty(), "one click erases nothing");
    stage.unfold(".erase").await;
    stage.click("[data-placet-action=erase]");
    let asked = stage.asked();
    let [Act::Erase(reply, proof)] = asked.as_slice() else { panic!("an erasure") };
    assert!(stage.all("[data-placet-action=keep-erasure]").is_empty(), "there is no receipt of it yet");
    proof.set("{\"erased\":1}".into());
    reply.set(Said::Erased);
    frame().await;
    assert!(stage.text("[part=at-shop] [role=status]").starts_with("Erased at the shop"));
    stage.click("[data-placet-action=keep-erasure]");
    assert!(matches!(stage.asked().as_slice(), [Act::Keep(proof)] if proof == "{\"erased\":1}"));
}

#[wasm_bindgen_test]
async fn the_language_is_offered_by_its_own_name() {
    let stage = Stage::new(standing(), "[]");
    let names: Vec<_> = stage.all(".language option").iter().filter_map(|option| option.text_content()).collect();
    assert_eq!(names, ["English", "中文（中国）"]);
    stage.write(".language select", "zh-CN", "change").await;
    assert!(matches!(stage.asked().as_slice(), [Act::Speak(lang)] if lang == "zh-CN"));
}

#[wasm_bindgen_test]
async fn what_is_unclear_is_told_without_a_name() {
    let mut notice: Notice = js::parse(NOTICE).expect("a notice");
    notice.feedback = false;
    assert!(Stage::of(notice.clone(), standing(), "[]").all(".feedback").is_empty());
    notice.feedback = true;
    let stage = Stage::of(notice, standing(), "[]");
    stage.unfold(".feedback").await;
    stage.click("[data-placet-action=send]");
    assert!(stage.asked().is_empty(), "nothing is sent where nothing was written");
    stage.write("textarea", " What is a segment? ", "input").await;
    stage.write(".form select", "marketing", "change").await;
    stage.click("[data-placet-action=send]");
    let asked = stage.asked();
    let [Act::Tell(Some(purpose), text, reply)] = asked.as_slice() else { panic!("a question") };
    assert_eq!((purpose.as_str(), text.as_str()), ("marketing", "What is a segment?"));
    reply.set(Said::Thanks);
    frame().await;
    assert!(stage.text(".form [role=status]").starts_with("Thank you"));
}
