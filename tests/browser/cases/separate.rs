//! Separate consent: what accept-all leaves off is asked afterwards, each purpose on its own (PIPL 23, 29, 39).

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::{
    languages::spoken,
    looks::{own_window, window},
};
use crate::{
    axe,
    config::{config, set},
    runner::Browser,
    shop::{Layer, Shop, page, tags},
    stand::Stand,
    wait::until_true,
};

/// What is asked on its own, in this order.
const APART: [&str; 2] = ["ads", "health"];

/// One purpose for accept-all, and two that it leaves off: data that leaves the country (PIPL 23, 39), and sensitive
/// data (PIPL 29, 30).
pub(super) fn apart() -> Result<Value> {
    let mut config = config(&["analytics", "ads", "health"])?;
    let sensitive = json!({
        "sensitive": true,
        "necessity": { "en": "Without your sizes nothing can be fitted.", "zh-CN": "没有尺寸数据就无法推荐合适的尺码。" },
        "impact": { "en": "We can tell from them how you are built.", "zh-CN": "我们可以据此了解您的体型。" },
    });
    set(&mut config, "health", sensitive)?;
    Ok(config)
}

async fn opened(browser: &Browser, config: &Value) -> Result<(Shop, Stand)> {
    let head = tags(&["analytics", "ads", "health"]);
    let field = r#"<label>Name <input id="field" autofocus></label>"#;
    let (shop, stand) = Shop::among(browser, config, &[("/", &head, ""), ("/next", &head, field)]).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    Ok((shop, stand))
}

/// Waits until this purpose is asked on its own, at this step.
async fn asks(shop: &Shop, title: &str, step: &str) -> Result<()> {
    until_true(&format!("{title:?} is asked as {step:?}"), async || {
        let text = shop.text(Layer::Separate).await?;
        ensure!(text.contains(title) && text.contains(step), "the question says {text:?}");
        Ok(true)
    })
    .await
}

async fn asks_nothing(shop: &Shop) -> Result<()> {
    shop.settled().await?;
    ensure!(!shop.shows(Layer::First).await?, "everything is asked again");
    ensure!(!shop.shows(Layer::Separate).await?, "it is asked again: {:?}", shop.text(Layer::Separate).await?);
    Ok(())
}

/// Whether the focus is on the heading of a question.
async fn is_on_the_heading(shop: &Shop) -> Result<bool> {
    Ok(shop.js("return !!host.shadowRoot.activeElement?.matches('.question h2')", &[]).await? == true)
}

/// What is held in the record, purpose to answer.
async fn answers(shop: &Shop) -> Result<Value> {
    let record = shop.record().await?;
    let kept = record["choices"].as_object().cloned().unwrap_or_default();
    Ok(kept.into_iter().map(|(id, kept)| (id, kept["choice"].clone())).collect())
}

/// Where everything is asked on its own, accepting all decides nothing yet: the questions follow, each with its receipt.
pub(super) async fn nothing_but_separate(browser: Browser) -> Result<()> {
    let mut config = config(&APART)?;
    set(&mut config, "health", json!({ "separate": true }))?;
    let head = tags(&APART);
    let (shop, _stand) = Shop::among(&browser, &config, &[("/", &head, ""), ("/next", &head, "")]).await?;
    shop.open("/").await?;
    shop.answer("accept").await?;
    asks(&shop, "Ads on other platforms", "1 of 2").await?;
    until_true("who has just answered goes on here", async || is_on_the_heading(&shop).await).await?;
    ensure!(shop.record().await?.is_null() && shop.outbox().await?.is_empty(), "a question is no decision");
    shop.click(Layer::Separate, "accept").await?;
    asks(&shop, "Purpose health", "2 of 2").await?;
    shop.open("/next").await?;
    asks(&shop, "Purpose health", "One more question").await?;
    shop.click(Layer::Separate, "reject").await?;
    shop.misses(Layer::Separate).await?;
    ensure!(answers(&shop).await? == json!({ "ads": "granted", "health": "denied" }), "{}", answers(&shop).await?);
    let claims = shop.claimed(2).await?;
    let told: Vec<_> = claims.iter().map(|claims| (&claims["event"]["state"], &claims["event"]["method"])).collect();
    ensure!(
        told == [(&json!("given"), &json!("separate.accept")), (&json!("changed"), &json!("separate.reject"))],
        "{told:?}"
    );
    Ok(())
}

/// PIPL 23, 29, 39: accept-all grants the others and none of these. Each is then asked alone, with all that must be
/// told, and an answer is a receipt of its own that changes this purpose and no other.
pub(super) async fn asked_one_by_one(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser, &apart()?).await?;
    shop.answer("accept").await?;
    asks(&shop, "Ads on other platforms", "1 of 2").await?;
    ensure!(shop.granted().await? == ["analytics"], "accept-all granted {:?}", shop.granted().await?);
    ensure!(answers(&shop).await? == json!({ "analytics": "granted" }), "{}", answers(&shop).await?);
    ensure!(shop.noted().await? == ["analytics"], "these ran: {:?}", shop.noted().await?);
    until_true("who has just answered goes on here", async || is_on_the_heading(&shop).await).await?;
    let text = shop.text(Layer::Separate).await?;
    for told in ["Google Ads", "United States", "Tencent Ads", "privacy@shop.example", "advertising identifier"] {
        ensure!(text.contains(told), "the question says {text:?}, without {told:?}");
    }

    shop.click(Layer::Separate, "accept").await?;
    asks(&shop, "Purpose health", "2 of 2").await?;
    ensure!(shop.noted().await? == ["analytics", "ads"], "these ran: {:?}", shop.noted().await?);
    let text = shop.text(Layer::Separate).await?;
    for told in ["Sensitive personal data", "nothing can be fitted", "how you are built"] {
        ensure!(text.contains(told), "the question says {text:?}, without {told:?}");
    }
    ensure!(!text.contains("Refuse all that remain"), "the last one is refused as all that remain");
    shop.click(Layer::Separate, "reject").await?;
    shop.misses(Layer::Separate).await?;
    ensure!(answers(&shop).await? == json!({ "analytics": "granted", "ads": "granted", "health": "denied" }));

    let claims = shop.claimed(3).await?;
    let told = |at: usize| (&claims[at]["event"]["type"], &claims[at]["event"]["method"], &claims[at]["choices"]);
    let always = "always";
    for (at, kind, method, ads) in [
        (0, "regular", "banner.accept_all", "denied"),
        (1, "separate", "separate.accept", "granted"),
        (2, "separate", "separate.reject", "granted"),
    ] {
        let expected = json!({ "necessary": always, "analytics": "granted", "ads": ads, "health": "denied" });
        ensure!(told(at) == (&json!(kind), &json!(method), &expected), "receipt {at} says {}", claims[at]);
    }
    let words = "return [...document.querySelectorAll('placet-ui')].length";
    ensure!(shop.js(words, &[]).await? == 1);
    for path in ["/", "/next", "/", "/next", "/"] {
        shop.open(path).await?;
        asks_nothing(&shop).await.with_context(|| path)?;
        ensure!(shop.noted().await? == ["analytics", "ads"], "on {path} these ran: {:?}", shop.noted().await?);
    }
    ensure!(shop.server.stored().await?.len() == 3, "a visit without a choice made a receipt");
    Ok(())
}

/// One click refuses all that remain, in one receipt; what was agreed to before stays.
pub(super) async fn all_that_remain_refused(browser: Browser) -> Result<()> {
    let mut config = config(&["analytics", "ads", "partners", "research"])?;
    for id in ["partners", "research"] {
        set(&mut config, id, json!({ "separate": true }))?;
    }
    for (agrees, granted) in [(false, &["analytics"][..]), (true, &["ads", "analytics"])] {
        let (shop, _stand) = opened(&browser, &config).await?;
        shop.answer("accept").await?;
        asks(&shop, "Ads on other platforms", "1 of 3").await?;
        if agrees {
            shop.click(Layer::Separate, "accept").await?;
            asks(&shop, "Purpose partners", "2 of 3").await?;
        }
        shop.click(Layer::Separate, "reject-rest").await?;
        shop.misses(Layer::Separate).await?;
        ensure!(shop.granted().await? == granted, "{:?} are granted", shop.granted().await?);
        let count = 2 + usize::from(agrees);
        let claims = shop.claimed(count).await?;
        let last = &claims[count - 1];
        ensure!(last["event"]["method"] == "separate.reject_rest", "{last}");
        for id in ["partners", "research"] {
            ensure!(last["choices"][id] == "denied" && shop.recorded(id).await? == "denied", "{last}");
        }
        shop.open("/").await?;
        asks_nothing(&shop).await?;
        ensure!(shop.noted().await? == if agrees { vec!["analytics", "ads"] } else { vec!["analytics"] });
    }
    Ok(())
}

/// Who leaves before the last answer is asked for the rest on the next page, and goes on writing there undisturbed.
pub(super) async fn left_between_two_questions(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser, &apart()?).await?;
    shop.answer("accept").await?;
    asks(&shop, "Ads on other platforms", "1 of 2").await?;
    shop.open("/next").await?;
    asks(&shop, "Ads on other platforms", "1 of 2").await?;
    shop.settled().await?;
    ensure!(shop.js("return document.activeElement.id", &[]).await? == "field", "the question takes the focus");
    shop.click(Layer::Separate, "accept").await?;
    asks(&shop, "Purpose health", "2 of 2").await?;

    shop.open("/next").await?;
    asks(&shop, "Purpose health", "One more question").await?;
    shop.settled().await?;
    ensure!(shop.js("return document.activeElement.id", &[]).await? == "field", "the question takes the focus");
    let text = shop.text(Layer::Separate).await?;
    ensure!(!text.contains(" of ") || !text.contains("of 2"), "one question is counted: {text:?}");
    ensure!(shop.noted().await? == ["analytics", "ads"], "these ran: {:?}", shop.noted().await?);
    shop.click(Layer::Separate, "accept").await?;
    shop.misses(Layer::Separate).await?;
    shop.open("/").await?;
    asks_nothing(&shop).await?;
    ensure!(shop.noted().await? == ["analytics", "ads", "health"], "these ran: {:?}", shop.noted().await?);
    Ok(())
}

/// Refusing all refuses these too: nothing more is asked, now or later.
pub(super) async fn refusing_all_answers_them(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser, &apart()?).await?;
    shop.answer("reject").await?;
    asks_nothing(&shop).await?;
    for id in APART {
        ensure!(shop.recorded(id).await? == "denied", "{}", shop.record().await?);
    }
    let claims = shop.claimed(1).await?;
    ensure!(claims[0]["event"]["type"] == "regular" && claims[0]["choices"]["health"] == "denied", "{}", claims[0]);
    for path in ["/next", "/"] {
        shop.open(path).await?;
        asks_nothing(&shop).await?;
        ensure!(shop.noted().await?.is_empty(), "these ran: {:?}", shop.noted().await?);
    }
    Ok(())
}

/// By keyboard alone (WCAG 2.1.1), and the focus is where the question is (WCAG 2.4.3).
pub(super) async fn separate_by_keyboard(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser, &apart()?).await?;
    shop.tab_to("[data-placet-action=accept]").await?;
    shop.key(Key::Enter).await?;
    for (title, step, action) in
        [("Ads on other platforms", "1 of 2", "accept"), ("Purpose health", "2 of 2", "reject")]
    {
        asks(&shop, title, step).await?;
        until_true("the focus is on the question", async || is_on_the_heading(&shop).await).await?;
        shop.tab_to(&format!("[data-placet-action={action}]")).await?;
        shop.key(Key::Space).await?;
    }
    shop.misses(Layer::Separate).await?;
    ensure!(shop.granted().await? == ["ads", "analytics"]);
    Ok(())
}

/// Where optional uses run until the visitor objects there is nothing to ask on its own (CCPA 1798.120).
pub(super) async fn never_under_an_opt_out_regime(browser: Browser) -> Result<()> {
    let mut config = apart()?;
    config["regimes"] = json!([{ "regime": "cn-pipl" }, { "regime": "us-ccpa" }]);
    let head = tags(&["analytics", "ads", "health"]);
    let california = "<script>window.placet = { region: 'US-CA' };</script>";
    let shop = Shop::with(&browser, &config, &[]).await?;
    let page = shop.page(&format!("<script>window.ran = [];</script>{california}"), &head, "");
    let stand = Stand::open([("/".to_owned(), page)].into()).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    let text = shop.text(Layer::First).await?;
    ensure!(!text.contains("Asked separately"), "it promises a question that never comes: {text:?}");
    ensure!(shop.noted().await? == ["analytics", "ads", "health"], "{:?}", shop.noted().await?);
    shop.answer("accept").await?;
    let claims = shop.claimed(1).await?;
    ensure!(claims[0]["choices"]["ads"] == "granted" && claims[0]["choices"]["health"] == "granted", "{}", claims[0]);
    asks_nothing(&shop).await?;
    shop.open("/").await?;
    asks_nothing(&shop).await
}

const APART_BOXES: &str = "const box = (name) => layer(name).getBoundingClientRect();
    const [line, question] = [box('saved'), box('separate')];
    const meet = line.left < question.right && question.left < line.right && line.top < question.bottom && question.top < line.bottom;
    const inside = line.left >= 0 && line.top >= 0 && line.right <= innerWidth && line.bottom <= innerHeight;
    return { meet, inside, line: [line.top, line.bottom], question: [question.top, question.bottom] }";

/// The line that says the choice is saved covers no question, wherever that stands.
pub(super) async fn question_and_line_apart(browser: Browser) -> Result<()> {
    for (layout, position) in [("bar", "bottom"), ("bar", "top"), ("box", "bottom"), ("centered", "bottom")] {
        let mut config = apart()?;
        config["theme"]["layout"] = json!(layout);
        config["firstLayer"]["position"] = json!(position);
        let (shop, _stand) = opened(&browser, &config).await?;
        shop.answer("accept").await?;
        shop.sees(Layer::Separate).await?;
        shop.sees(Layer::Saved).await?;
        let found = shop.js(APART_BOXES, &[]).await?;
        ensure!(found["meet"] == false && found["inside"] == true, "{layout} at the {position}: {found}");
    }
    Ok(())
}

/// In every form of the first layer, on a telephone and on a desk, however much there is to read: both answers are in
/// sight from the first word to the last, of one size and one look, and what is read scrolls behind neither.
pub(super) async fn answers_in_sight(browser: Browser) -> Result<()> {
    let script = "const question = layer('separate');
        const looks = ['font', 'color', 'backgroundColor', 'border', 'borderRadius', 'padding', 'opacity', 'boxShadow', 'textDecoration'];
        const drawn = (name) => {
            const button = action('separate', name), style = getComputedStyle(button), { width, height, top } = button.getBoundingClientRect();
            return [button.tagName, Math.round(width), Math.round(height), Math.round(top), ...looks.map((look) => style[look])];
        };
        const inSight = () => [...question.querySelectorAll('button')].map((button) => {
            const { left, top, width, height } = button.getBoundingClientRect();
            return left >= 0 && left + width <= innerWidth && height >= 44 &&
                [top + 2, top + height - 2].every((at) => host.shadowRoot.elementFromPoint(left + width / 2, at) === button);
        });
        const scrolls = question.scrollHeight > question.clientHeight + 40;
        const met = [];
        for (const part of [0, 0.5, 1]) {
            question.scrollTop = part * question.scrollHeight;
            met.push(...inSight());
        }
        const last = [...question.querySelectorAll('.words *')].filter((one) => one.getClientRects().length).pop().getBoundingClientRect();
        const actions = question.querySelector('.actions').getBoundingClientRect();
        const hidden = last.bottom > actions.top + 1 && last.right > actions.left && last.left < actions.right;
        question.scrollTop = 0;
        return { scrolls, met, hidden, accept: drawn('accept'), reject: drawn('reject'),
            wide: question.scrollWidth > question.clientWidth, share: question.getBoundingClientRect().height / innerHeight }";
    for layout in ["bar", "box", "centered"] {
        for size in [(375, 667), (1280, 800), (320, 568)] {
            let mut config = apart()?;
            config["theme"]["layout"] = json!(layout);
            let long = "A long story about what happens to the data. ".repeat(12);
            set(&mut config, "ads", json!({ "ifRefused": { "en": long, "zh-CN": long } }))?;
            let (shop, _stand) = opened(&browser, &config).await?;
            window(&shop, size, "light").await?;
            shop.answer("accept").await?;
            shop.sees(Layer::Separate).await?;
            shop.settled().await?;
            let found = shop.js(script, &[]).await?;
            own_window(&shop).await?;
            let at = format!("{layout} at {}: {found}", size.0);
            ensure!(found["scrolls"] == true, "nothing scrolls, {at}");
            ensure!(found["wide"] == false, "something has to be scrolled sideways, {at}");
            ensure!(found["met"].as_array().is_some_and(|met| met.len() == 9), "{at}");
            ensure!(found["met"].as_array().is_some_and(|met| met.iter().all(|one| one == true)), "out of sight, {at}");
            ensure!(found["hidden"] == false, "the last words cannot be read, {at}");
            ensure!(found["accept"] == found["reject"], "the answers look unalike, {at}");
            ensure!(found["share"].as_f64().is_some_and(|share| share <= 0.61), "it covers too much, {at}");
        }
    }
    Ok(())
}

/// The question and the line, in light and dark, in three languages (WCAG 2.2 AA, as far as axe-core sees).
pub(super) async fn axe_separate(browser: Browser) -> Result<()> {
    for scheme in ["light", "dark"] {
        for (lang, step) in [("en", "1 of 2"), ("zh-CN", "2"), ("ar", "2")] {
            let mut config = spoken(&apart()?, lang);
            config["theme"]["scheme"] = json!(scheme);
            let shop = Shop::with(&browser, &config, &[]).await?;
            let tag = format!("<script src=\"{}/embed/placet.js\"></script>", shop.server.origin);
            let stand = Stand::open([("/".to_owned(), page(lang, &tag, ""))].into()).await?;
            let shop = shop.with_pages_of(&stand);
            shop.open("/").await?;
            shop.answer("accept").await?;
            asks(&shop, "", step).await?;
            shop.sees(Layer::Saved).await?;
            shop.settled().await?;
            let spoken = shop.js("return [host.lang, host.dir]", &[]).await?;
            ensure!(spoken == json!([lang, if lang == "ar" { "rtl" } else { "ltr" }]), "it is asked in {spoken}");
            axe::check(&shop, &format!("a separate question, {scheme}, {lang}")).await?;
        }
    }
    Ok(())
}
