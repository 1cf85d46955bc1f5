//! What kind of program sent something, told from its User-Agent (RFC 9110, section 10.1.5) and then forgotten.
//!
//! **Invariant:** a class is coarse enough to tell nobody apart: what is kept is one of seven words, never the text.

use crate::words;

words! {
    /// What kind of program it was.
    pub enum AgentClass {
        /// None of the others, or nothing was said.
        Other = "other",
        /// A browser on a telephone.
        MobileBrowser = "mobile-browser",
        /// A browser on a computer.
        DesktopBrowser = "desktop-browser",
        /// A browser on a tablet.
        TabletBrowser = "tablet-browser",
        /// A mini program inside another app.
        MiniProgram = "mini-program",
        /// An app, or a page that an app shows.
        App = "app",
        /// A program that works without a person before it.
        Bot = "bot",
    }
}

/// What programs without a person call themselves. `bot` is looked for on its own.
const BOTS: [&str; 16] = [
    "crawler",
    "spider",
    "slurp",
    "headless",
    "lighthouse",
    "phantomjs",
    "curl/",
    "wget/",
    "python-",
    "aiohttp",
    "httpx/",
    "go-http-client",
    "libwww",
    "java/",
    "axios/",
    "node-fetch",
];
/// What mini programs say of themselves, in the apps that have them.
const MINI_PROGRAMS: [&str; 4] = ["miniprogram", "minigame", "swan/", "microapp"];
/// What apps add when they show a page, and what those that show none call themselves.
const APPS: [&str; 18] = [
    "; wv)",
    "fban/",
    "fbav/",
    "instagram",
    "micromessenger",
    "alipayclient",
    "dingtalk",
    "weibo",
    "aweme",
    "bytedancewebview",
    "taobao",
    "jdapp",
    " line/",
    "gsa/",
    "electron/",
    "okhttp",
    "cfnetwork",
    "dart/",
];

/// The class of a User-Agent.
pub fn class_of(user_agent: &str) -> AgentClass {
    let agent = user_agent.to_ascii_lowercase();
    let has = |word: &str| agent.contains(word);
    let any = |words: &[&str]| words.iter().any(|word| agent.contains(word));
    let apple = has("iphone") || has("ipod") || has("ipad");
    match () {
        // A maker of telephones is called Cubot.
        () if any(&BOTS) || agent.replace("cubot", "").contains("bot") => AgentClass::Bot,
        () if any(&MINI_PROGRAMS) => AgentClass::MiniProgram,
        // On Apple's telephones and tablets only a browser says Safari.
        () if any(&APPS) || (apple && has("applewebkit") && !has("safari/")) => AgentClass::App,
        () if !has("mozilla/") && !has("opera/") => AgentClass::Other,
        () if has("ipad") || has("tablet") || (has("android") && !has("mobile") && !has("tv")) => {
            AgentClass::TabletBrowser
        }
        () if apple || has("mobile") || has("windows phone") || has("opera mini") => AgentClass::MobileBrowser,
        () if any(&["windows nt", "macintosh", "x11", "cros"]) => AgentClass::DesktopBrowser,
        () => AgentClass::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_told_by_their_kind() {
        use AgentClass::*;
        for (agent, class) in [
            ("", Other),
            ("shop-backend/2.1", Other),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                DesktopBrowser,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                DesktopBrowser,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", DesktopBrowser),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                DesktopBrowser,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                MobileBrowser,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                MobileBrowser,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
                MobileBrowser,
            ),
            ("Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", MobileBrowser),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                TabletBrowser,
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                TabletBrowser,
            ),
            ("Mozilla/5.0 (Android 14; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0", TabletBrowser),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN miniProgram/wx0123456789abcdef",
                MiniProgram,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; V2309A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 MiniProgramEnv/android",
                MiniProgram,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/97.0 Mobile Safari/537.36 swan/2.60.0 swan-baiduboxapp/13.5",
                MiniProgram,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN",
                App,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36",
                App,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
                App,
            ),
            ("ShopApp/4.2 CFNetwork/1490.0.4 Darwin/23.2.0", App),
            ("okhttp/4.12.0", App),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Bot),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
                Bot,
            ),
            ("curl/8.10.1", Bot),
            ("python-requests/2.32.3", Bot),
            ("Mozilla/5.0 (<script>alert(1)</script>)", Other),
        ] {
            assert_eq!(class_of(agent), class, "{agent}");
        }
    }
}
