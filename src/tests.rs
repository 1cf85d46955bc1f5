//! What only a browser can tell about the widget: trees of JavaScript values, `Intl`, the key in
//! IndexedDB, and the center under the fingers.

use crate::center::{Act, Receipt, Standing, Status, center};
use crate::js::{self, Js};
use leptos::mount::mount_to;
use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::receipt::{Answer, ChoiceState, State};
use placet_model::tree::{Map, Tree};
use std::sync::{Arc, Mutex};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::*;
use web_sys::{HtmlElement, HtmlInputElement};

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

/// The center on the page, with everything that it asked for.
struct Stage {
    parent: HtmlElement,
    asked: Arc<Mutex<Vec<Act>>>,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    fn new(standing: Standing, receipts: Vec<Receipt>) -> Self {
        let document = web_sys::window().and_then(|window| window.document()).expect("a document");
        let parent: HtmlElement = document.create_element("div").expect("an element").unchecked_into();
        document.body().expect("a body").append_child(&parent).expect("appended");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notice: Arc<Notice> = Arc::new(js::parse(NOTICE).expect("a notice"));
        let log = asked.clone();
        let mounted = mount_to(parent.clone(), move || {
            let (receipts, _) = signal(receipts);
            let act = Callback::new(move |act| log.lock().expect("unlocked").push(act));
            center(notice, &standing, receipts, NodeRef::new(), act)
        });
        Stage { parent, asked, _mounted: Box::new(mounted) }
    }

    fn find(&self, selector: &str) -> HtmlElement {
        self.parent.query_selector(selector).expect("a selector").expect(selector).unchecked_into()
    }

    fn checked(&self, purpose: &str) -> bool {
        self.find(&format!("[data-placet-switch={purpose}]")).unchecked_into::<HtmlInputElement>().checked()
    }

    fn click(&self, selector: &str) {
        self.find(selector).click();
    }

    fn asked(&self) -> Vec<Act> {
        std::mem::take(&mut *self.asked.lock().expect("unlocked"))
    }
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

#[wasm_bindgen_test]
async fn every_control_starts_off_and_nothing_is_asked_of_a_necessary_purpose() {
    let stage = Stage::new(Standing::default(), Vec::new());
    for purpose in ["analytics", "recommendations", "marketing", "ads"] {
        assert!(!stage.checked(purpose), "{purpose}");
    }
    assert!(stage.parent.query_selector("[data-placet-switch=necessary]").expect("a selector").is_none());
    assert!(stage.parent.query_selector("[data-placet-preference]:checked").expect("a selector").is_none());
    assert!(stage.parent.query_selector("[data-placet-action=withdraw]").expect("a selector").is_none());
}

#[wasm_bindgen_test]
async fn switches_edit_a_draft_that_only_save_hands_over() {
    let stage = Stage::new(standing(), Vec::new());
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
    let stage = Stage::new(standing(), Vec::new());
    let switch: HtmlInputElement = stage.find("[data-placet-switch=ads]").unchecked_into();
    assert!(switch.disabled() && !switch.checked());
}

#[wasm_bindgen_test]
async fn accept_and_refuse_are_alike_and_each_button_asks_for_its_own() {
    let stage = Stage::new(standing(), Vec::new());
    let look = |action: &str| stage.find(&format!("[data-placet-action={action}]")).class_name();
    assert_eq!(look("accept"), look("reject"));
    stage.click("[data-placet-action=accept]");
    stage.click("[data-placet-action=reject]");
    assert!(matches!(stage.asked().as_slice(), [Act::Accept, Act::Reject]));
    stage.click("[data-placet-action=close]");
    assert!(!stage.asked().iter().any(|act| !matches!(act, Act::Closed)), "closing is no choice");
}

#[wasm_bindgen_test]
async fn receipts_are_listed_with_their_state_and_can_be_downloaded_once_signed() {
    let receipt = |id: &str, status, signed| Receipt {
        id: id.into(),
        at: 1_795_291_125_240,
        state: State::Given,
        signed,
        status,
    };
    let all = vec![receipt("a", Status::Acknowledged, true), receipt("b", Status::Waiting, false)];
    let stage = Stage::new(standing(), all);
    for (id, state) in [("a", "acknowledged"), ("b", "waiting")] {
        assert_eq!(
            stage.find(&format!("[data-placet-receipt={id}]")).get_attribute("data-placet-state").as_deref(),
            Some(state)
        );
    }
    stage.click("[data-placet-receipt=b] button");
    assert!(stage.asked().is_empty(), "what is not signed cannot be downloaded");
    stage.click("[data-placet-receipt=a] button");
    assert!(matches!(stage.asked().as_slice(), [Act::Download(id)] if id == "a"));
}
