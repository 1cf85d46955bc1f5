//! The notice's page as its reader has it.

use html5gum::Token;

/// What a reader of the page sees, blanks made one, and every value of every attribute.
pub fn read(html: &str) -> (String, Vec<(String, String, String)>) {
    let (mut words, mut attributes, mut skipped) = (String::new(), Vec::new(), false);
    for token in html5gum::Tokenizer::new(html) {
        let Ok(token) = token;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        match token {
            Token::StartTag(tag) => {
                let name = text(&tag.name);
                // What is between these is no words of the page.
                skipped = ["style", "title"].contains(&&*name);
                if !["a", "strong", "em", "bdi", "code"].contains(&&*name) {
                    words.push('\n');
                }
                attributes.extend(tag.attributes.iter().map(|(key, value)| (name.clone(), text(key), text(value))));
            }
            Token::EndTag(_) => skipped = false,
            Token::String(string) if !skipped => words.push_str(&text(&string)),
            _ => {}
        }
    }
    (words, attributes)
}
