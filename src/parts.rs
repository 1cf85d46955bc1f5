//! The few pieces that the center is made of.
//!
//! Each yields an erased view: Leptos makes code for every distinct type of view, so one type
//! used ten times costs a tenth of ten types. Accept and refuse come from the same function.

use leptos::prelude::*;

/// How much a button stands out.
#[derive(Clone, Copy)]
pub(crate) enum Look {
    /// Filled: the ways to decide.
    Button,
    /// Outlined: everything else.
    Quiet,
    /// Bare: leave the dialog.
    Close,
}

impl Look {
    /// The class of such a button.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Look::Button => "button",
            Look::Quiet => "quiet",
            Look::Close => "close",
        }
    }
}

/// A button with its action's name as part and as hook. `spoken` is its name where its label alone says too little.
#[cfg(feature = "csr")]
pub(crate) fn button(
    look: Look,
    action: &str,
    label: &str,
    spoken: Option<String>,
    act: impl Fn() + 'static,
) -> AnyView {
    let button = crate::tag::tag("button").set("type", "button").class(look.class());
    let button = button.set("part", &["button ", action].concat()).set("data-placet-action", action);
    let button = match spoken {
        Some(spoken) => button.set("aria-label", &spoken),
        None => button,
    };
    button.words(label).on("click", move |_| act()).view()
}

/// A part of the center under a heading that names it, with something beside the heading.
#[cfg(feature = "csr")]
pub(crate) fn section(part: &str, id: &str, heading: &str, beside: Option<AnyView>, content: Vec<AnyView>) -> AnyView {
    use crate::tag::tag;
    let name = ["placet-", id].concat();
    let mut line = vec![tag("h3").set("id", &name).words(heading).view()];
    line.extend(beside);
    let section = tag("section").class(&["purpose ", part].concat()).set("part", part).set("aria-labelledby", &name);
    section.child(element("div", Some("line"), line)).children(content).view()
}

/// Any element that has no attribute but a class.
#[cfg(feature = "csr")]
pub(crate) fn element(tag: &'static str, class: Option<&'static str>, content: Vec<AnyView>) -> AnyView {
    let element = crate::tag::tag(tag).children(content);
    match class {
        Some(class) => element.class(class).view(),
        None => element.view(),
    }
}

/// Any element that has no attribute but a class.
#[cfg(not(feature = "csr"))]
pub(crate) fn element(tag: &'static str, class: Option<&'static str>, content: Vec<AnyView>) -> AnyView {
    leptos::html::custom(tag).class(class).child(content).into_any()
}

/// An element around words.
pub(crate) fn text(tag: &'static str, words: &str) -> AnyView {
    element(tag, None, vec![self::words(words)])
}

/// Words.
pub(crate) fn words(text: &str) -> AnyView {
    text.to_owned().into_any()
}

/// A paragraph that is set softer.
pub(crate) fn note(content: Vec<AnyView>) -> AnyView {
    element("p", Some("note"), content)
}

/// A link, opened beside the shop; an address that may be no link is shown as words.
pub(crate) fn link(href: &str, text: &str) -> AnyView {
    // Checked at publish, and again here: whatever the snapshot holds, no link runs script (CVE-2023-3388).
    if !placet_model::url::is_safe_link(href) {
        return words(text);
    }
    // `#placet` stays on the page: it opens the preference center.
    let target = (!href.starts_with('#')).then_some("_blank");
    let rel = target.map(|_| "noopener noreferrer");
    #[cfg(feature = "csr")]
    {
        let link = crate::tag::tag("a").set("href", href).words(text);
        match target.zip(rel) {
            Some((target, rel)) => link.set("target", target).set("rel", rel).view(),
            None => link.view(),
        }
    }
    #[cfg(not(feature = "csr"))]
    view! { <a href=href.to_owned() target=target rel=rel>{text.to_owned()}</a> }.into_any()
}
