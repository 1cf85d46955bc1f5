//! The fixed words of a config that a notice and the widget share with it.

use crate::words;

words! {
    /// The legal basis of a purpose (PIPL 13, GDPR 6). Only consent is asked for.
    pub enum Basis {
        /// The visitor agrees (PIPL 13(1), GDPR 6(1)(a)).
        Consent = "consent",
        /// Needed for the contract with the visitor (PIPL 13(2), GDPR 6(1)(b)).
        Contract = "contract",
        /// Needed for a legal duty (PIPL 13(3), GDPR 6(1)(c)).
        LegalObligation = "legal-obligation",
        /// Needed to protect life, health or property in an emergency (PIPL 13(4), GDPR 6(1)(d)).
        VitalInterests = "vital-interests",
        /// In the public interest (PIPL 13(5), GDPR 6(1)(e)).
        PublicInterest = "public-interest",
        /// Legitimate interests (GDPR 6(1)(f)). The PIPL does not know this basis.
        LegitimateInterests = "legitimate-interests",
    }

    /// Where the first layer stands.
    pub enum Position {
        /// At the bottom of the window.
        Bottom = "bottom",
        /// At the top of the window.
        Top = "top",
    }

    /// The form of the first layer.
    pub enum Layout {
        /// Over the whole width of the window.
        Bar = "bar",
        /// In a corner of the window.
        Box = "box",
        /// In the middle of the window.
        Centered = "centered",
    }

    /// Where a service keeps something in the browser.
    pub enum Storage {
        /// A cookie.
        Cookie = "cookie",
        /// `localStorage`
        Local = "local",
        /// `sessionStorage`
        Session = "session",
    }

    /// Whether a service's tags wait for consent.
    pub enum Mode {
        /// They are held until the purpose is granted.
        Basic = "basic",
        /// They load at once, told that nothing is granted.
        Advanced = "advanced",
    }

    /// How many options of a preference may be picked.
    pub enum PreferenceKind {
        /// Any number.
        Many = "many",
        /// One at most.
        One = "one",
    }

    /// Light or dark.
    pub enum Scheme {
        /// As the visitor's system has it.
        Auto = "auto",
        /// Always light.
        Light = "light",
        /// Always dark.
        Dark = "dark",
    }
}
