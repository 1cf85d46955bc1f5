//! HTML as a tree that is written once.
//!
//! **Invariant:** every text and every value goes through `escape`; there is no way to put markup in as text.

/// A piece of a page, escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// A text.
    pub fn text(text: &str) -> Self {
        let mut html = Html::default();
        escape(text, &mut html.0);
        html
    }

    /// A style sheet of our own. It holds nothing that came from outside.
    pub fn style(sheet: &'static str) -> Self {
        Html(["<style>", sheet, "</style>"].concat())
    }

    /// The finished document.
    pub fn document(self) -> String {
        ["<!doctype html>\n", &self.0, "\n"].concat()
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(pieces: I) -> Self {
        Html(pieces.into_iter().map(|piece| piece.0).collect())
    }
}

/// An element with its content.
pub fn element(
    name: &'static str,
    attributes: &[(&'static str, &str)],
    content: impl IntoIterator<Item = Html>,
) -> Html {
    let mut html = open(name, attributes);
    html.extend(content.into_iter().map(|piece| piece.0));
    html.extend(["</", name, ">"].map(str::to_owned));
    Html(html)
}

/// An element that has no content (HTML, section 13.1.2: void elements).
pub fn void(name: &'static str, attributes: &[(&'static str, &str)]) -> Html {
    Html(open(name, attributes))
}

/// An element with a text in it.
pub fn told(name: &'static str, text: &str) -> Html {
    element(name, &[], [Html::text(text)])
}

fn open(name: &'static str, attributes: &[(&'static str, &str)]) -> String {
    let mut html = ["<", name].concat();
    for (attribute, value) in attributes {
        html.extend([" ", attribute, "=\""]);
        escape(value, &mut html);
        html.push('"');
    }
    html.push('>');
    html
}

/// Writes a text so that it is nothing but text, in content and in a quoted value alike. Controls become a sign that shows.
fn escape(text: &str, into: &mut String) {
    for sign in text.chars() {
        match sign {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            // Marks that turn the order of what follows could make a page say something else (CVE-2021-42574).
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => into.push('\u{fffd}'),
            '\n' | '\t' => into.push(sign),
            sign if sign.is_control() => into.push('\u{fffd}'),
            sign => into.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        for (text, escaped) in [
            ("plain 中文", "plain 中文"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onload='x' &amp;", "&quot; onload=&#39;x&#39; &amp;amp;"),
            ("a\u{202e}b\u{0}c\u{1b}[2J", "a\u{fffd}b\u{fffd}c\u{fffd}[2J"),
        ] {
            assert_eq!(told("p", text).0, format!("<p>{escaped}</p>"));
            assert_eq!(void("meta", &[("content", text)]).0, format!("<meta content=\"{escaped}\">"));
        }
    }
}
