//! Who is responsible, how to reach them, and where to complain (PIPL 17; GDPR 13).

use leptos::prelude::*;
use placet_model::notice::Notice;
use placet_model::url::is_safe_link;
use std::sync::Arc;

/// Who is responsible for the data.
#[component]
pub(crate) fn Controller(
    /// The whole notice.
    notice: Arc<Notice>,
) -> impl IntoView {
    let who = notice.controller.clone();
    let policy = is_safe_link(&who.privacy_policy).then(|| {
        view! { <p><a href=who.privacy_policy.clone() target="_blank" rel="noopener">{notice.labels.privacy_policy.clone()}</a></p> }
    });
    view! {
        <section class="purpose" part="controller" aria-labelledby="placet-controller">
            <h3 id="placet-controller">{notice.labels.controller.clone()}</h3>
            <p>{who.name}<br/>{who.address}<br/>
                <a href=format!("mailto:{}", who.email)>{who.email.clone()}</a>
                {who.phone.map(|phone| format!(" · {phone}"))}</p>
            {policy}
            <p class="note">{who.complaints}</p>
        </section>
    }
}
