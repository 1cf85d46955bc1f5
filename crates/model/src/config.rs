//! The config, `placet.json`: what a site owner writes.
//!
//! The doc comments here become the descriptions of `public/placet.schema.json`, which an
//! editor shows on hover: they are written for the site owner.

pub use crate::config_words::*;
use crate::data;
use crate::text::Text;
use crate::tree::Map;

data! {
    /// The config of Placet: purposes, services, texts and looks of one site.
    pub struct Config {
        /// Where an editor finds the JSON Schema of this file, for completion and hover texts. Not used otherwise.
        schema as "$schema": Option<String>,
        /// The host name of the shop, without scheme and path, for example `shop.example`. Its subdomains belong to it. Receipts name it, and the server takes receipts from its pages only.
        site: String,
        /// The version of your notice: raise it whenever you change a text. A date does well, for example `2026-11-01`. Receipts name it.
        version: String,
        /// The languages of the notice as BCP 47 tags, for example `["zh-CN", "en"]`. The first one is used where the page and the browser ask for none of them.
        languages: Vec<String>,
        /// Who is responsible for the data (PIPL 17, GDPR 13).
        controller: Controller,
        /// Where signed receipts go.
        receipts: Receipts,
        /// The domain whose subdomains share one answer, for example `shop.example` for `www.shop.example` and `m.shop.example`: the answer is then kept in a cookie on that domain too. Left out, each host asks for itself.
        cookie_domain as "cookieDomain": Option<String>,
        /// Which rule set applies where. In a place that is not listed, the strictest listed one applies.
        regimes: Vec<RegimeRule>,
        /// How long an answer holds before the visitor is asked again.
        validity: Validity,
        /// The first layer: the short question that a visitor sees at once.
        first_layer as "firstLayer": FirstLayer,
        /// What data is used for. A visitor consents to purposes, one by one.
        purposes: Vec<Purpose>,
        /// The tags and vendors that work for a purpose.
        services: Vec<Service> = default,
        /// What a visitor may pick beyond yes and no: channels, topics, frequency.
        preferences: Vec<Preference> = default,
        /// How young visitors are treated; left out, nobody's age is asked.
        minors: Option<Minors>,
        /// Whether the preference center asks "Is something unclear?" and posts the answer to `feedback` beside the receipts' endpoint. Off unless you turn it on.
        feedback: bool = default,
        /// The looks.
        theme: Theme = default,
    }

    /// Who is responsible for the data.
    pub struct Controller {
        /// The legal name of the company.
        name: Text,
        /// The postal address.
        address: Text,
        /// The e-mail address for questions on privacy.
        email: String,
        /// The telephone number for questions on privacy.
        phone: Option<String>,
        /// The address of the full privacy policy (`https:`, or a path on your site).
        privacy_policy as "privacyPolicy": Text,
        /// How a visitor can complain to an authority.
        complaints: Text,
        /// The data protection officer and how to reach them (GDPR 13(1)(b), PIPL 52), where there is one.
        dpo: Option<Text>,
        /// Which rights a visitor has and how to use them (PIPL 44 to 50, GDPR 13(2)(b)). Markdown as in the first layer. Left out, a text of Placet's own names the usual rights and the e-mail address above.
        rights: Option<Text>,
    }

    /// How young visitors are treated (PIPL 31, GDPR 8). With it, a visitor who wants to allow something is asked for an age band first; below the age, a parent or guardian must agree. Nothing is granted while the band is unknown.
    pub struct Minors {
        /// The age from which a visitor decides alone: 14 under the PIPL, 13 to 16 under the GDPR.
        age: u32,
    }

    /// Where signed receipts go.
    pub struct Receipts {
        /// The address that receipts are posted to: a path on the server that serves the tag, for example `/v1/receipts`, or a full `https:` address of any backend that speaks the protocol.
        endpoint: String,
        /// Whether a page without `crypto.subtle` (plain `http:`) may send receipts that are not signed. They are stored and shown as unsigned. Off unless you turn it on.
        unsigned: bool = default,
        /// For how long `placet serve` keeps a receipt after its consent has ended, as an ISO 8601 duration (`P5Y`). Left out: as long as the rule set asks for, two years in the USA and three elsewhere. It can be longer, never shorter.
        keep: Option<String>,
    }

    /// Which rule set applies in which regions.
    pub struct RegimeRule {
        /// Regions as ISO 3166 codes: countries (`CN`), subdivisions (`US-CA`), or `EU` for its member states. Left out: where the law of the rule set holds.
        regions: Option<Vec<String>>,
        /// The rule set.
        regime: crate::regime::RegimeId,
    }

    /// How long an answer holds, as ISO 8601 durations (`P180D`, `P6M`, `P1Y`).
    pub struct Validity {
        /// How long a yes holds.
        granted: String,
        /// How long a no holds. Asking again sooner than the law allows is an error.
        denied: String,
    }

    /// The short question that a visitor sees at once.
    pub struct FirstLayer {
        /// Where it stands: `bottom` or `top` of the window.
        position: Position = default,
        /// Its heading.
        title: Text,
        /// Its text. Markdown for paragraphs, lists, **bold**, *italics* and links; a link to `#placet` opens the preference center.
        text: Text,
        /// Its text where a regime lets optional purposes run until the visitor objects (`us-ccpa`, `us-states`): there, "nothing starts unless you agree" would be false. Left out, a sentence of Placet's own says that optional uses are on until they are turned off.
        opt_out_text as "optOutText": Option<Text>,
    }

    /// What data is used for: the unit of consent.
    pub struct Purpose {
        /// A short name for machines: small letters, digits, `-` and `_`. Tags name it in `data-placet`.
        id: String,
        /// The legal basis. Only `consent` is asked for; a purpose on any other basis runs always and is told, not asked.
        basis: Basis,
        /// Whether this purpose needs separate consent (PIPL 23, 29, 39): "accept all" leaves it off, and only its own switch turns it on.
        separate: bool = default,
        /// Whether others get the data for ends of their own (sale or sharing, CCPA 1798.140): what Global Privacy Control keeps off, and what "Do not sell or share" turns off. Left out, it is as `separate`.
        shared: Option<bool>,
        /// Whether the data is sensitive (PIPL 28: health, faith, finances, whereabouts, anything of a child under 14, ...). It then needs separate consent, and `necessity` and `impact` (PIPL 29, 30).
        sensitive: bool = default,
        /// Whether a yes holds for one act only and is not kept: such a purpose is never asked in the first layer, but by `<placet-consent>` where the act takes place.
        once: bool = default,
        /// What the visitor reads beside the switch.
        title: Text,
        /// What the data is used for. Markdown as in the first layer.
        description: Text,
        /// By what means the data is used (PIPL 17): by hand or automatically, in the browser or on servers.
        means: Option<Text>,
        /// Why the purpose cannot do without sensitive data. Needed where `sensitive` is set (PIPL 30).
        necessity: Option<Text>,
        /// What the use of sensitive data means for the visitor. Needed where `sensitive` is set (PIPL 30).
        impact: Option<Text>,
        /// What happens if the visitor refuses. Needed where the basis is consent.
        if_refused as "ifRefused": Option<Text>,
        /// The kinds of data that are used.
        data: Vec<Text>,
        /// Who else receives the data (PIPL 23, GDPR 13).
        recipients: Vec<Recipient> = default,
        /// How long the data is kept, as an ISO 8601 duration (`P14M`).
        retention: String,
    }

    /// Somebody else who receives the data.
    pub struct Recipient {
        /// The recipient's name.
        name: Text,
        /// The recipient's country as an ISO 3166 code (`US`).
        country: String,
        /// How to reach the recipient: an `https:` address, an e-mail address or a telephone number.
        contact: String,
        /// Needed where the data leaves the country (PIPL 39).
        cross_border as "crossBorder": Option<CrossBorder>,
    }

    /// What is told when data leaves the country (PIPL 39).
    pub struct CrossBorder {
        /// What the recipient uses the data for.
        purpose: Text,
        /// How the data gets there.
        method: Text,
        /// How the visitor can exercise their rights against the recipient.
        rights: Text,
    }

    /// A tag or vendor under a purpose: one from the catalogue (`use`), or your own (`id`).
    pub struct Service {
        /// The name of a vendor in Placet's catalogue, for example `google-analytics-4`. Fields beside it override what the catalogue says.
        vendor as "use": Option<String>,
        /// Your own short name for the service. Needed without `use`.
        id: Option<String>,
        /// The purpose that the service works for. Needed without `use`, and for vendors that work for one purpose.
        purpose: Option<String>,
        /// What visitors read. Needed without `use`.
        name: Option<Text>,
        /// Host names that the service loads from. Their subdomains belong to them. Scripts and frames from them that are not marked with `data-placet` are held as far as a browser lets a page do that; to be sure, mark the tag.
        hosts: Option<Vec<String>>,
        /// What the service keeps in the browser.
        cookies: Option<Vec<Cookie>>,
        /// Whether its tags wait for consent (`basic`), or load at once and are told that nothing is granted (`advanced`). `advanced` is possible only for vendors that can be told.
        mode: Mode = default,
        /// Settings of the vendor's calls, by name; `docs/reference/vendors.md` lists them. They override the catalogue's.
        options: Map<serde_json::Value> = default,
        /// Whether the page is loaded anew when consent for its purpose is withdrawn: for a tag that cannot be told to stop.
        reload: bool = default,
    }

    /// Something that a service keeps in the browser.
    pub struct Cookie {
        /// Its name; `*` at the end stands for any ending (`_ga*`).
        name: String,
        /// Where it is kept.
        storage: Storage = default,
        /// How long it is kept, as an ISO 8601 duration (`P1Y`).
        retention: Option<String>,
    }

    /// Something that a visitor may pick beyond yes and no.
    pub struct Preference {
        /// A short name for machines.
        id: String,
        /// The purpose that it belongs to: it is shown under that purpose and cleared with it.
        purpose: String,
        /// Whether one option or many may be picked.
        kind: PreferenceKind,
        /// The question that the visitor reads.
        title: Text,
        /// What can be picked. Nothing is picked to start with.
        options: Vec<PreferenceOption>,
    }

    /// One thing that can be picked.
    pub struct PreferenceOption {
        /// A short name for machines.
        id: String,
        /// What the visitor reads.
        title: Text,
    }

    /// The looks. Accept and refuse always look alike.
    pub struct Theme {
        /// The form of the first layer: a `bar` over the whole width, a `box` in a corner, or `centered` in the window. None of them keeps the page from being used.
        layout: Layout = default,
        /// The address of a logo above the heading: a path on your site that begins with `/`, or `https:`. Drawn 32 px high; it says nothing that the words do not.
        logo: Option<String>,
        /// The font: a list of font families as in CSS, or `inherit` for the page's own. The system's unless you set it.
        font: Option<String>,
        /// The corner radius, in `px` (`12px`).
        radius: Option<String>,
        /// Light, dark, or as the visitor's system has it.
        scheme: Scheme = default,
        /// The colour of buttons and switches, as `#rrggbb`.
        accent: Option<String>,
        /// The colour of the words on buttons. They must be readable on the accent (WCAG 2.2, 1.4.3: 4.5:1). White unless you set it.
        on_accent as "onAccent": Option<String>,
        /// The colour behind the words. White unless you set it.
        ground: Option<String>,
        /// The colour of the words. They must be readable on the ground (4.5:1).
        ink: Option<String>,
        /// The colours on a dark page. Left out, the accent is that of a light page, lighter where it would not stand out; ground and ink are Placet's own.
        dark: Option<Colours>,
    }

    /// Colours for a dark page, each as `#rrggbb`.
    pub struct Colours {
        /// The colour of buttons and switches.
        accent: Option<String>,
        /// The colour of the words on buttons.
        on_accent as "onAccent": Option<String>,
        /// The colour behind the words.
        ground: Option<String>,
        /// The colour of the words.
        ink: Option<String>,
    }
}

impl RegimeRule {
    /// The regions where the rule set applies: those of the config, else where its law holds.
    pub fn regions(&self) -> Vec<String> {
        let law = || self.regime.rules().regions.iter().map(|region| (*region).to_owned()).collect();
        self.regions.clone().unwrap_or_else(law)
    }
}

impl Purpose {
    /// Whether this purpose is asked on its own: where the config says so, and always for sensitive data (PIPL 29).
    pub fn is_separate(&self) -> bool {
        self.separate || self.sensitive
    }

    /// Whether others get the data for ends of their own.
    pub fn is_shared(&self) -> bool {
        self.shared.unwrap_or(self.separate)
    }
}

impl Config {
    /// The purposes that a visitor is asked about.
    pub fn asked(&self) -> impl Iterator<Item = &Purpose> {
        self.purposes.iter().filter(|purpose| purpose.basis == Basis::Consent)
    }

    /// Whether one of the regimes lets optional purposes run until the visitor objects.
    pub fn knows_opt_out(&self) -> bool {
        self.regimes.iter().any(|rule| rule.regime.rules().model == crate::regime::Model::OptOut)
    }

    /// The services of one purpose, as the catalogue completes them.
    pub fn services_of<'a>(&'a self, purpose: &'a str) -> impl Iterator<Item = crate::vendor::Resolved> + 'a {
        self.resolved().filter(move |service| service.purpose.as_deref() == Some(purpose))
    }

    /// The services, as the catalogue completes them.
    pub fn resolved(&self) -> impl Iterator<Item = crate::vendor::Resolved> + '_ {
        self.services.iter().filter_map(|service| crate::vendor::resolve(service, self))
    }
}

/// The JSON Schema of the config (draft 2020-12), for editors: `public/placet.schema.json`.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Config);
    schema.insert("$id".into(), "placet.schema.json".into());
    schema.insert("title".into(), "Placet config".into());
    schema.to_value()
}
