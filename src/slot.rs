//! A value that views follow.
//!
//! A signal of Leptos costs some kilobytes for each type that it holds; here one signal, a flag that
//! flips, stands beside a value of any type.

use leptos::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// A value that views follow; its copies share it.
pub(crate) struct Slot<T> {
    value: Arc<Mutex<T>>,
    changed: RwSignal<bool>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Slot { value: self.value.clone(), changed: self.changed }
    }
}

impl<T> Slot<T> {
    /// A slot with this in it. It belongs to the view that is being made.
    pub(crate) fn new(value: T) -> Self {
        Slot { value: Arc::new(Mutex::new(value)), changed: RwSignal::new(false) }
    }

    /// Looks at the value without following it.
    pub(crate) fn peek<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        // No thread can have panicked while it held the value: there is one, and it would have ended.
        look(&self.value.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the value; the view that looks is made again when it changes.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        self.changed.track();
        self.peek(look)
    }

    /// Puts another value in. Where the views are gone by now, nothing happens.
    pub(crate) fn set(&self, value: T) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = value;
        flip(self.changed);
    }
}

/// Tells who follows a flag, whatever it says.
pub(crate) fn flip(flag: RwSignal<bool>) {
    let _ = flag.try_update_untracked(|flag| *flag = !*flag).map(|()| flag.notify());
}
