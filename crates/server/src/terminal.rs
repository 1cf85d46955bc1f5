//! Texts that strangers wrote, for a terminal.
//!
//! **Invariant:** nothing that is printed can be obeyed by a terminal, or make a line read otherwise than it was written: control
//! characters and those that turn the direction of writing are told by their number.

/// A text with what a terminal would obey told by its number, as in `\u{1b}`; ends of lines too.
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let (shown, told) = match obeyed(character) {
                true => (None, Some(character.escape_unicode())),
                false => (Some(character), None),
            };
            shown.into_iter().chain(told.into_iter().flatten())
        })
        .collect()
}

/// Control characters (C0, DEL, C1), and marks of direction (Unicode Standard Annex 9, section 2).
fn obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_printed_is_obeyed() {
        for (text, printed) in [
            ("plain \"text\" \\ 签 é", "plain \"text\" \\ 签 é"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\nb\r\tc\0\u{7f}", "a\\u{a}b\\u{d}\\u{9}c\\u{0}\\u{7f}"),
            ("pay \u{202e}001\u{202c}", "pay \\u{202e}001\\u{202c}"),
            ("\u{2066}x\u{2069}\u{200f}\u{2028}", "\\u{2066}x\\u{2069}\\u{200f}\\u{2028}"),
        ] {
            assert_eq!(printable(text), printed);
        }
    }
}
