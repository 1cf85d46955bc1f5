//! The page of the gallery; see `placet_widget::gallery`.

fn main() {
    if let Err(fault) = placet_widget::gallery::show() {
        leptos::logging::error!("the gallery could not be shown: {fault:?}");
    }
}
