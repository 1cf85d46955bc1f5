//! One shape of view for all that the center draws.
//!
//! Leptos makes code for every distinct type of view, some hundred bytes for each element whose
//! attributes differ from the others'. A [`Tag`] keeps its attributes and listeners as data, so that
//! all of them together are one type.
//!
//! **Invariant:** what is drawn goes through nodes; no text is ever read as HTML.
//! **Invariant:** a listener lives as long as the view that it belongs to, and not longer.

use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event};

/// What a tag does on an event.
type Listener = Rc<dyn Fn(Event)>;

/// What keeps a property of a tag at the value of a signal.
type Follower = Rc<dyn Fn(&Element)>;

/// An element that is being put together.
pub(crate) struct Tag {
    name: &'static str,
    settings: Settings,
    content: Vec<AnyView>,
}

#[derive(Default)]
struct Settings {
    attributes: Vec<(&'static str, String)>,
    listeners: Vec<(&'static str, Listener)>,
    followers: Vec<Follower>,
}

/// Begins an element.
pub(crate) fn tag(name: &'static str) -> Tag {
    Tag { name, settings: Settings::default(), content: Vec::new() }
}

impl Tag {
    /// Sets an attribute.
    pub(crate) fn set(mut self, name: &'static str, value: &str) -> Self {
        self.settings.attributes.push((name, value.to_owned()));
        self
    }

    /// Sets the classes.
    pub(crate) fn class(self, names: &str) -> Self {
        self.set("class", names)
    }

    /// Does something on an event.
    pub(crate) fn on(mut self, event: &'static str, act: impl Fn(Event) + 'static) -> Self {
        self.settings.listeners.push((event, Rc::new(act)));
        self
    }

    /// Does something to the element, now and whenever a signal that it reads has changed.
    pub(crate) fn follow(mut self, act: impl Fn(&Element) + 'static) -> Self {
        self.settings.followers.push(Rc::new(act));
        self
    }

    /// Puts a view into it.
    pub(crate) fn child(mut self, view: AnyView) -> Self {
        self.content.push(view);
        self
    }

    /// Puts views into it.
    pub(crate) fn children(mut self, views: Vec<AnyView>) -> Self {
        self.content.extend(views);
        self
    }

    /// Puts words into it.
    pub(crate) fn words(self, words: &str) -> Self {
        self.child(words.to_owned().into_any())
    }

    /// The finished element.
    pub(crate) fn view(self) -> AnyView {
        leptos::html::custom(self.name).child(self.content).directive(set_up, Rc::new(self.settings)).into_any()
    }
}

/// A view that is made again whenever a signal that it reads has changed.
pub(crate) fn live(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let view: Box<dyn Fn() -> AnyView + Send> = Box::new(view);
    (move || view()).into_any()
}

fn set_up(element: Element, settings: Rc<Settings>) {
    for (name, value) in &settings.attributes {
        // The names are ours, and all of them may be set.
        let _ = element.set_attribute(name, value);
    }
    for act in &settings.followers {
        let (act, element) = (act.clone(), element.clone());
        StoredValue::new_local(RenderEffect::new(move |_| act(&element)));
    }
    let listen = |(event, act): &(&'static str, Listener)| {
        let act = act.clone();
        let listener = Closure::<dyn Fn(Event)>::new(move |event| act(event));
        let _ = element.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        listener
    };
    let listeners: Vec<_> = settings.listeners.iter().map(listen).collect();
    if !listeners.is_empty() {
        StoredValue::new_local(listeners);
    }
}
