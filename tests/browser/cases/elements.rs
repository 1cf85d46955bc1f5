//! What a shop puts into its pages: a box for one purpose, the way to the settings, the center itself, and actions on
//! elements of its own.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::looks::{own_window, window};
use crate::{
    axe,
    config::{config, set},
    runner::Browser,
    shop::{Layer, Shop, page, tags},
    stand::Stand,
    wait::until_true,
};

/// Names that every script below may use.
const ELEMENTS: &str = r#"
const consent = (purpose = 'marketing') => document.querySelector(`placet-consent[purpose="${purpose}"]`);
const box = (purpose) => consent(purpose)?.shadowRoot?.querySelector('input');
const sent = () => Object.fromEntries(new FormData(document.querySelector('form')));
"#;

/// A form that is sent without leaving the page, and counts how often.
const FORM: &str = r#"<form id="join"><label>E-mail <input name="mail" value="a@example.com"></label>
<placet-consent purpose="marketing" name="news"></placet-consent>
<button id="send">Join</button><button id="reset" type="reset">Start anew</button></form>
<script>window.sendings = 0; document.querySelector('#join').addEventListener('submit', (event) => { event.preventDefault(); sendings++; });</script>"#;

struct Pages {
    shop: Shop,
    _stand: Stand,
}

impl Pages {
    async fn open(browser: &Browser, config: &Value, head: &str, body: &str) -> Result<Pages> {
        let pages = [("/", head, body), ("/next", head, body), ("/bare", head, "")];
        let (shop, stand) = Shop::among(browser, config, &pages).await?;
        shop.open("/").await?;
        Ok(Pages { shop, _stand: stand })
    }

    async fn js(&self, script: &str) -> Result<Value> {
        self.shop.js(&format!("{ELEMENTS}{script}"), &[]).await
    }

    async fn becomes(&self, what: &str, script: &str, expected: Value) -> Result<()> {
        until_true(what, async || {
            let found = self.js(script).await?;
            ensure!(found == expected, "{script} is {found}, not {expected}");
            Ok(true)
        })
        .await
    }

    /// Ticks or unticks the box of a purpose, as a click does.
    async fn tick(&self, purpose: &str) -> Result<()> {
        self.becomes("the box is there", &format!("return !!box('{purpose}')"), json!(true)).await?;
        let script = format!("{ELEMENTS}return box('{purpose}')");
        let found = self.shop.driver().execute(script, vec![]).await?.element()?;
        found.click().await?;
        Ok(())
    }
}

/// GDPR 4(11) and 7(4): off at first, and the form is sent whatever is ticked. What is ticked counts when it is sent, is a
/// receipt of its own, and is taken back by unticking it.
pub(super) async fn box_in_a_form(browser: Browser) -> Result<()> {
    let head = tags(&["analytics", "marketing"]);
    let pages = Pages::open(&browser, &config(&["analytics", "marketing"])?, &head, FORM).await?;
    let shop = &pages.shop;
    pages.becomes("the box is off", "return box()?.checked", json!(false)).await?;
    ensure!(pages.js("return consent().matches(':invalid') || box().required").await? == false, "the box is required");
    let mail = |news: &str| json!({ "mail": "a@example.com", "news": news });
    ensure!(pages.js("return sent()").await? == mail("denied"), "{}", pages.js("return sent()").await?);
    shop.click_page("#send").await?;
    pages.becomes("the form is sent", "return sendings", json!(1)).await?;
    shop.settled().await?;
    ensure!(shop.record().await?.is_null(), "a box that nobody touched is an answer: {}", shop.record().await?);

    pages.tick("marketing").await?;
    ensure!(pages.js("return sent()").await? == mail("granted"), "{}", pages.js("return sent()").await?);
    ensure!(shop.granted().await?.is_empty(), "what is ticked counts before it is sent");
    shop.click_page("#reset").await?;
    ensure!(pages.js("return [box().checked, sent().news]").await? == json!([false, "denied"]));
    pages.tick("marketing").await?;
    shop.click_page("#send").await?;
    pages.becomes("the form is sent again", "return sendings", json!(2)).await?;
    ensure!(shop.granted().await? == ["marketing"], "{:?}", shop.granted().await?);
    ensure!(shop.noted().await? == ["marketing"], "these ran: {:?}", shop.noted().await?);
    let claims = shop.claimed(1).await?;
    ensure!(claims[0]["event"]["method"] == "inline" && claims[0]["event"]["type"] == "regular", "{}", claims[0]);
    ensure!(claims[0]["choices"]["marketing"] == "granted" && claims[0]["choices"]["analytics"] == "denied");
    ensure!(shop.record().await?["choices"]["analytics"].is_null(), "{}", shop.record().await?);
    shop.sees(Layer::First).await?;

    // It stands as it was answered, on the next page too; unticked it is taken back.
    shop.open("/next").await?;
    pages
        .becomes("the box is on", "return [box()?.checked ?? null, sent().news ?? null]", json!([true, "granted"]))
        .await?;
    pages.tick("marketing").await?;
    ensure!(shop.granted().await? == ["marketing"], "it is taken back before the form is sent");
    shop.click_page("#send").await?;
    until_true("it is taken back", async || Ok(shop.granted().await?.is_empty())).await?;
    let claims = shop.claimed(2).await?;
    ensure!(claims[1]["event"]["state"] == "withdrawn" && claims[1]["event"]["method"] == "inline", "{}", claims[1]);
    // What is decided elsewhere shows in the box, and in what the form would send.
    shop.js("placet.acceptAll()", &[]).await?;
    pages.becomes("the box follows", "return [box().checked, sent().news]", json!([true, "granted"])).await?;
    pages
        .js("document.querySelector('#join').append(document.createElement('fieldset'));
        document.querySelector('fieldset').disabled = true; document.querySelector('fieldset').append(consent())")
        .await?;
    pages
        .becomes(
            "a disabled box cannot be ticked and is not sent",
            "return [box().disabled, 'news' in sent()]",
            json!([true, false]),
        )
        .await
}

/// Outside a form it counts at once.
pub(super) async fn box_outside_a_form(browser: Browser) -> Result<()> {
    let body = r#"<placet-consent purpose="marketing"></placet-consent>"#;
    let pages = Pages::open(&browser, &config(&["analytics", "marketing"])?, "", body).await?;
    let shop = &pages.shop;
    let text = async || pages.js("return consent().shadowRoot.querySelector('.inline').innerText").await;
    pages.tick("marketing").await?;
    until_true("it counts", async || Ok(shop.granted().await? == ["marketing"])).await?;
    let said = text().await?;
    for words in ["News and offers from us", "Sending you offers", "take it back at any time"] {
        ensure!(said.as_str().is_some_and(|said| said.contains(words)), "the box says {said}, without {words:?}");
    }
    ensure!(pages.js("return document.activeElement === consent()").await? == true, "the focus has moved");
    pages.tick("marketing").await?;
    until_true("it is taken back", async || Ok(shop.granted().await?.is_empty())).await?;
    let claims = shop.claimed(2).await?;
    ensure!(claims[0]["event"]["method"] == "inline" && claims[1]["event"]["state"] == "withdrawn", "{claims:?}");
    // Details lead to the center.
    let details = "return consent().shadowRoot.querySelector('a')";
    shop.driver().execute(format!("{ELEMENTS}{details}"), vec![]).await?.element()?.click().await?;
    shop.sees(Layer::Center).await
}

/// PIPL 23: ticked alone it is a separate consent, and is then not asked again; who goes on in the page is not interrupted
/// by what is left to ask.
pub(super) async fn box_for_a_separate_purpose(browser: Browser) -> Result<()> {
    let mut config = config(&["analytics", "ads", "partners"])?;
    set(&mut config, "partners", json!({ "separate": true }))?;
    let pages =
        Pages::open(&browser, &config, &tags(&["ads"]), r#"<placet-consent purpose="ads"></placet-consent>"#).await?;
    let shop = &pages.shop;
    shop.sees(Layer::First).await?;
    shop.answer("accept").await?;
    shop.sees(Layer::Separate).await?;
    ensure!(shop.text(Layer::Separate).await?.contains("Ads on other platforms"));
    // PIPL 23, 39: who gets it, where, and how to reach them, told where it is asked.
    let told = pages.js("return consent('ads').shadowRoot.querySelector('details[open]')?.innerText ?? ''").await?;
    for words in ["Google Ads", "United States", "privacy@shop.example", "advertising identifier"] {
        ensure!(told.as_str().is_some_and(|told| told.contains(words)), "the box tells {told}, without {words:?}");
    }
    pages.tick("ads").await?;
    until_true("the other one is asked", async || Ok(shop.text(Layer::Separate).await?.contains("Purpose partners")))
        .await?;
    shop.settled().await?;
    ensure!(
        pages.js("return document.activeElement === consent('ads')").await? == true,
        "the question takes the focus"
    );
    ensure!(shop.noted().await? == ["ads"], "these ran: {:?}", shop.noted().await?);
    let claims = shop.claimed(2).await?;
    ensure!(claims[1]["event"]["method"] == "inline" && claims[1]["event"]["type"] == "separate", "{}", claims[1]);
    ensure!(claims[1]["choices"]["ads"] == "granted" && claims[1]["choices"]["partners"] == "denied", "{}", claims[1]);
    Ok(())
}

/// CCPA 7025: under Global Privacy Control what is shared stays off, and the box says why.
pub(super) async fn box_under_the_signal(browser: Browser) -> Result<()> {
    let gpc = "<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });</script>";
    let body = r#"<form><placet-consent purpose="ads" name="ads"></placet-consent>
        <placet-consent purpose="marketing" name="news"></placet-consent></form>"#;
    let pages = Pages::open(&browser, &config(&["marketing", "ads"])?, gpc, body).await?;
    let said = "return ['ads', 'marketing'].map((id) => [box(id)?.disabled, box(id)?.checked,
        consent(id).shadowRoot?.querySelector('.inline')?.innerText.includes('Global Privacy Control')])";
    pages.becomes("one is kept off", said, json!([[true, false, true], [false, false, false]])).await?;
    pages.shop.js("placet.acceptAll()", &[]).await?;
    pages.becomes("it stays off", said, json!([[true, false, true], [false, true, false]])).await?;
    ensure!(pages.js("return sent()").await? == json!({ "ads": "denied", "news": "granted" }));
    Ok(())
}

/// Where the age is asked, a ticked box grants nothing before it is known (PIPL 31), nor does it say so in the form.
pub(super) async fn box_of_a_minor(browser: Browser) -> Result<()> {
    let pages = Pages::open(&browser, &super::minors::asking_age()?, &tags(&["marketing"]), FORM).await?;
    let shop = &pages.shop;
    pages.tick("marketing").await?;
    shop.sees(Layer::Age).await?;
    ensure!(
        pages.js("return [box().checked, sent().news]").await? == json!([false, "denied"]),
        "it counts before the age is known"
    );
    ensure!(shop.granted().await?.is_empty());
    shop.click(Layer::Age, "reject").await?;
    shop.click(Layer::Guardian, "reject").await?;
    shop.misses(Layer::Guardian).await?;
    let claims = shop.claimed(1).await?;
    ensure!(claims[0]["choices"]["marketing"] == "denied" && claims[0]["event"]["state"] == "refused", "{}", claims[0]);
    ensure!(
        shop.record().await?["choices"]["analytics"].is_null(),
        "more was refused than was asked: {}",
        shop.record().await?
    );
    pages.tick("marketing").await?;
    shop.click(Layer::Age, "accept").await?;
    pages.becomes("it counts", "return [box().checked, sent().news]", json!([true, "granted"])).await?;
    ensure!(shop.noted().await? == ["marketing"]);
    let claims = shop.claimed(2).await?;
    ensure!(claims[1]["event"]["by"] == "subject" && claims[1]["event"]["method"] == "inline", "{}", claims[1]);
    Ok(())
}

/// GB/T 42574-2023: consent for one act. It holds on this page and is gone on the next, and nothing else asks for it.
pub(super) async fn box_for_one_act(browser: Browser) -> Result<()> {
    let mut config = config(&["analytics", "photo"])?;
    set(&mut config, "photo", json!({ "once": true }))?;
    let body = r#"<placet-consent purpose="photo"></placet-consent>"#;
    let pages = Pages::open(&browser, &config, &tags(&["analytics", "photo"]), body).await?;
    let shop = &pages.shop;
    shop.sees(Layer::First).await?;
    ensure!(!shop.text(Layer::First).await?.contains("Purpose photo"), "the first layer asks for it");
    pages.tick("photo").await?;
    until_true("its tag runs", async || Ok(shop.noted().await? == ["photo"])).await?;
    ensure!(shop.granted().await? == ["photo"] && pages.js("return box('photo').checked").await? == true);
    let claims = shop.claimed(1).await?;
    ensure!(claims[0]["event"]["method"] == "inline" && claims[0]["choices"]["photo"] == "granted", "{}", claims[0]);
    shop.sees(Layer::First).await?;

    shop.open("/next").await?;
    pages.becomes("the box is off", "return box('photo')?.checked", json!(false)).await?;
    shop.settled().await?;
    ensure!(shop.noted().await?.is_empty() && shop.granted().await?.is_empty(), "it holds on the next page");
    ensure!(shop.record().await?.is_null(), "it is kept: {}", shop.record().await?);
    shop.answer("accept").await?;
    shop.settled().await?;
    ensure!(shop.granted().await? == ["analytics"], "accept-all granted {:?}", shop.granted().await?);
    ensure!(!shop.shows(Layer::Separate).await?, "it is asked on its own");
    pages.tick("photo").await?;
    until_true("its tag runs", async || Ok(shop.noted().await? == ["analytics", "photo"])).await?;
    shop.claimed(3).await?;
    shop.open("/").await?;
    shop.settled().await?;
    ensure!(!shop.shows(Layer::First).await? && shop.granted().await? == ["analytics"], "{}", shop.record().await?);
    Ok(())
}

/// A purpose that nobody is asked about draws nothing and says so once.
pub(super) async fn unknown_purpose(browser: Browser) -> Result<()> {
    let body = r#"<form><placet-consent purpose="nonsense" name="a"></placet-consent>
        <placet-consent purpose="nonsense" name="b"></placet-consent>
        <placet-consent purpose="necessary" name="c"></placet-consent>
        <placet-consent purpose="marketing" name="d"></placet-consent></form>"#;
    let pages = Pages::open(&browser, &config(&["marketing"])?, "", body).await?;
    pages.becomes("the known one is drawn", "return sent()", json!({ "d": "denied" })).await?;
    let drawn =
        "return [...document.querySelectorAll('placet-consent')].map((one) => one.getBoundingClientRect().height > 0)";
    ensure!(pages.js(drawn).await? == json!([false, false, false, true]), "{}", pages.js(drawn).await?);
    // The purpose of an element may come later, or another.
    pages
        .js("const [a, , , d] = document.querySelectorAll('placet-consent');
        a.setAttribute('purpose', 'marketing'); d.setAttribute('purpose', 'nonsense')")
        .await?;
    ensure!(pages.js("return sent()").await? == json!({ "a": "denied" }), "{}", pages.js("return sent()").await?);
    ensure!(pages.js(drawn).await? == json!([true, false, false, false]), "{}", pages.js(drawn).await?);
    let complaints = pages.shop.complaints().await;
    if browser.engine() != crate::engine::Engine::Webkit {
        let of = |name: &str| complaints.iter().filter(|line| line.contains(name)).count();
        ensure!((of("nonsense"), of("necessary")) == (1, 1), "the console says {complaints:?}");
    }
    Ok(())
}

/// The way to the settings, with words of its own or the shop's, in the page and in the corner (WCAG 2.2, 3.2.6).
pub(super) async fn settings_anywhere(browser: Browser) -> Result<()> {
    let body = r#"<p><placet-settings id="own"></placet-settings></p>
        <p><placet-settings id="shop"><b>Your <i>data</i></b></placet-settings></p><placet-settings id="corner" floating></placet-settings>"#;
    let pages = Pages::open(&browser, &config(&["marketing"])?, "", body).await?;
    let shop = &pages.shop;
    shop.sees(Layer::First).await?;
    shop.answer("reject").await?;
    shop.settled().await?;
    let words = "return document.querySelector('#own').shadowRoot?.querySelector('button').innerText ?? ''";
    pages.becomes("it has words", words, json!("Privacy settings")).await?;
    let inner = "document.querySelector(arguments[0]).shadowRoot.querySelector('button')";
    for (selector, target) in [("#own", inner), ("#shop", "document.querySelector('#shop i')"), ("#corner", inner)] {
        // A pointer does not ask whose box it is on.
        let script = format!(
            "const {{ left, top, width, height }} = {target}.getBoundingClientRect();
            return [Math.round(left + width / 2), Math.round(top + height / 2)]"
        );
        let (x, y): (i64, i64) = serde_json::from_value(shop.js(&script, &[json!(selector)]).await?)?;
        shop.driver().action_chain().move_to(x, y).click().perform().await?;
        shop.sees(Layer::Center).await.with_context(|| selector)?;
        shop.key(thirtyfour::Key::Escape).await?;
        shop.misses(Layer::Center).await?;
    }
    Ok(())
}

/// The handle in the corner is never over a button of the first layer, nor hidden behind it while it has the focus (WCAG 2.2,
/// 2.4.11): it waits until nothing is asked, at every width and in every form. The line that a choice is saved stands above it.
pub(super) async fn handle_in_the_corner(browser: Browser) -> Result<()> {
    let script = "const handle = document.querySelector('placet-settings').shadowRoot?.querySelector('button');
        if (!handle) return null;
        const at = (element, root) => {
            const { left, top, width, height } = element.getBoundingClientRect();
            return root.elementFromPoint(left + width / 2, top + height / 2)?.closest('button') === element;
        };
        const buttons = [...layer('first')?.querySelectorAll('button') ?? []].map((button) => at(button, host.shadowRoot));
        handle.focus();
        const hasFocus = document.activeElement?.localName === 'placet-settings';
        return { buttons, handle: seen(handle), reached: at(handle, handle.getRootNode()), hasFocus }";
    for (layout, position) in [("bar", "bottom"), ("bar", "top"), ("box", "bottom"), ("centered", "bottom")] {
        for size in [(375, 667), (1280, 800)] {
            let mut config = config(&["marketing"])?;
            config["theme"]["layout"] = json!(layout);
            config["firstLayer"]["position"] = json!(position);
            let body = "<placet-settings floating></placet-settings>";
            let pages = Pages::open(&browser, &config, "", body).await?;
            let shop = &pages.shop;
            window(shop, size, "light").await?;
            shop.sees(Layer::First).await?;
            let found = crate::wait::until("the handle is there", async || {
                let found = shop.js(script, &[]).await?;
                Ok((!found.is_null()).then_some(found))
            })
            .await?;
            ensure!(found["buttons"] == json!([true, true, true]), "{layout}, {position}, {}: {found}", size.0);
            ensure!(
                found["handle"] == false && found["hasFocus"] == false,
                "{layout}, {position}, {}: {found}",
                size.0
            );
            shop.answer("reject").await?;
            shop.sees(Layer::Saved).await?;
            let found = shop.js(script, &[]).await?;
            ensure!(found["handle"] == true && found["reached"] == true && found["hasFocus"] == true, "{found}");
            own_window(shop).await?;
        }
    }
    Ok(())
}

/// The center inside a page of the shop: saving works, and it comes and goes with its element without a trace.
pub(super) async fn center_in_the_page(browser: Browser) -> Result<()> {
    let body = "<div id=place><placet-preferences></placet-preferences></div>";
    let pages = Pages::open(&browser, &config(&["analytics", "marketing"])?, "", body).await?;
    let shop = &pages.shop;
    let centers = "return [...document.querySelectorAll('placet-preferences')].map((one) =>
        [one.shadowRoot?.querySelectorAll('[data-placet-layer=inline]').length ?? 0, one.shadowRoot?.querySelectorAll('[data-placet-switch]').length ?? 0])";
    pages.becomes("the center is there", centers, json!([[1, 2]])).await?;
    // In and out, faster than it is drawn, moved, and a second one beside it.
    pages
        .js("const place = document.querySelector('#place'), one = place.firstChild;
        for (let turn = 0; turn < 5; turn++) { one.remove(); place.append(one); }
        document.querySelector('main').prepend(one);
        const gone = document.createElement('placet-preferences');
        place.append(gone); gone.remove();
        place.append(document.createElement('placet-preferences'))")
        .await?;
    pages.becomes("each has one center", centers, json!([[1, 2], [1, 2]])).await?;
    shop.settled().await?;
    ensure!(pages.js(centers).await? == json!([[1, 2], [1, 2]]), "{}", pages.js(centers).await?);

    let act = "const [one, other] = [...document.querySelectorAll('placet-preferences')].map((element) => element.shadowRoot);
        one.querySelector('[data-placet-switch=marketing]').click();
        one.querySelector('[data-placet-action=save]').click()";
    pages.js(act).await?;
    until_true("it is saved", async || Ok(shop.granted().await? == ["marketing"])).await?;
    let switches = "return [...document.querySelectorAll('placet-preferences')].map((one) => one.shadowRoot.querySelector('[data-placet-switch=marketing]').checked)";
    pages.becomes("the other follows", switches, json!([true, true])).await?;
    let claims = shop.claimed(1).await?;
    ensure!(claims[0]["event"]["method"] == "preferences.save", "{}", claims[0]);
    let gone = "const both = [...document.querySelectorAll('placet-preferences')];
        both.forEach((one) => one.remove());
        return both.map((one) => one.shadowRoot.querySelectorAll('*').length)";
    ensure!(pages.js(gone).await? == json!([0, 0]), "something is left behind");
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}

/// `data-placet-action` on any element of the page, also on what is inside of it.
pub(super) async fn actions_of_the_page(browser: Browser) -> Result<()> {
    let body = ["open", "accept", "reject", "withdraw", "opt-out"]
        .map(|name| {
            format!(r#"<p><button type="button" data-placet-action="{name}" id="{name}"><b>{name}</b></button></p>"#)
        })
        .concat();
    let mut config = config(&["analytics", "marketing"])?;
    set(&mut config, "marketing", json!({ "shared": true }))?;
    let pages = Pages::open(&browser, &config, "", &body).await?;
    let shop = &pages.shop;
    shop.sees(Layer::First).await?;
    for (count, (name, granted, method)) in [
        ("accept", &["analytics", "marketing"][..], "page.accept_all"),
        ("opt-out", &["analytics"], "page.opt_out"),
        ("withdraw", &[], "page.withdraw"),
        ("accept", &["analytics", "marketing"], "page.accept_all"),
        ("reject", &[], "page.reject_all"),
    ]
    .into_iter()
    .enumerate()
    {
        shop.click_page(&format!("#{name} b")).await?;
        until_true(&format!("{name} counts"), async || Ok(shop.granted().await? == granted)).await?;
        let claims = shop.claimed(count + 1).await?;
        ensure!(claims[count]["event"]["method"] == method, "{name}: {}", claims[count]);
    }
    shop.click_page("#open b").await?;
    shop.sees(Layer::Center).await
}

/// Two tags, the part loaded twice, elements that come later: each is there once. A page without any fetches no part.
pub(super) async fn twice_later_and_never(browser: Browser) -> Result<()> {
    let shop = Shop::with(&browser, &config(&["marketing"])?, &[]).await?;
    let tag = format!("<script src=\"{}/embed/placet.js\"></script>", shop.server.origin);
    let again = format!("{tag}<script src=\"{}/embed/placet.js?again\"></script>", shop.server.origin);
    let body = "<placet-settings></placet-settings>";
    let pages = [("/", page("en", &again, body)), ("/bare", page("en", &tag, ""))];
    let stand = Stand::open(pages.map(|(path, page)| (path.to_owned(), page)).into()).await?;
    let pages = Pages { shop: shop.with_pages_of(&stand), _stand: stand };
    let shop = &pages.shop;
    let asked = "return performance.getEntriesByType('resource').filter(({ name }) => name.includes('/elements-')).map(({ name }) => name)";
    shop.open("/bare").await?;
    shop.sees(Layer::First).await?;
    shop.settled().await?;
    ensure!(
        shop.js(asked, &[]).await? == json!([]),
        "a page without elements asked for {}",
        shop.js(asked, &[]).await?
    );
    pages
        .js("const element = document.createElement('placet-consent');
        element.setAttribute('purpose', 'marketing');
        document.querySelector('main').append(element)")
        .await?;
    pages.becomes("what comes later works", "return box()?.checked", json!(false)).await?;
    pages.tick("marketing").await?;
    until_true("it counts", async || Ok(shop.granted().await? == ["marketing"])).await?;

    shop.open("/").await?;
    let buttons = "return document.querySelector('placet-settings').shadowRoot?.querySelectorAll('button').length ?? 0";
    pages.becomes("it is there", buttons, json!(1)).await?;
    let twice = format!(
        "const done = arguments[arguments.length - 1];
        const [address] = (() => {{ {asked} }})();
        import(address + '?again').then((part) => {{
            const bridge = new Proxy({{}}, {{ get: () => {{ throw new Error('used'); }} }});
            try {{ part.default(bridge); done('fine'); }} catch (error) {{ done(String(error)); }}
        }}, (error) => done(String(error)))"
    );
    let found = shop.driver().execute_async(twice, vec![]).await?.json().clone();
    ensure!(found == "fine", "loaded twice it says {found}");
    ensure!(pages.js(buttons).await? == 1);
    shop.js("document.querySelector('placet-settings').shadowRoot.querySelector('button').click()", &[]).await?;
    shop.sees(Layer::Center).await?;
    ensure!(shop.dialogs().await? == 1);
    Ok(())
}

/// The box, the ways to the settings and the center in a page, in light and dark, in two languages (WCAG 2.2 AA).
pub(super) async fn axe_elements(browser: Browser) -> Result<()> {
    let body = r#"<form><placet-consent purpose="ads" name="ads"></placet-consent>
        <placet-consent purpose="marketing" name="news"></placet-consent></form>
        <placet-settings></placet-settings><placet-settings floating></placet-settings>"#;
    for scheme in ["light", "dark"] {
        for lang in ["en", "zh-CN"] {
            let mut config = config(&["analytics", "marketing", "ads"])?;
            config["theme"]["scheme"] = json!(scheme);
            let shop = Shop::with(&browser, &config, &[]).await?;
            let tag = format!("<script src=\"{}/embed/placet.js\"></script>", shop.server.origin);
            let dark = if scheme == "dark" { "<style>body { background: #111; color: #eee }</style>" } else { "" };
            let pages = [("/", body), ("/account", "<placet-preferences></placet-preferences>")]
                .map(|(path, body)| (path.to_owned(), page(lang, &format!("{tag}{dark}"), body)));
            let stand = Stand::open(pages.into()).await?;
            let pages = Pages { shop: shop.with_pages_of(&stand), _stand: stand };
            let shop = &pages.shop;
            shop.open("/").await?;
            shop.answer("reject").await?;
            pages.becomes("the boxes are there", "return !!box() && !!box('ads')", json!(true)).await?;
            axe::check_with(shop, &format!("boxes, {scheme}, {lang}"), "placet-consent").await?;
            shop.open("/account").await?;
            let there = "return !!document.querySelector('placet-preferences').shadowRoot?.querySelector('[data-placet-action=save]')";
            pages.becomes("the center is there", there, json!(true)).await?;
            axe::check_with(shop, &format!("the center in a page, {scheme}, {lang}"), "placet-preferences").await?;
        }
    }
    Ok(())
}
