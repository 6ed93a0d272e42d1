//! How many words and signs a document has, counted before anything tries to understand it.

/// How large a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Tokens, as the specification divides it; of an unreadable document about as many.
    pub tokens: usize,
    /// Brackets of any kind inside each other.
    pub nesting: usize,
    /// Letters of the longest name.
    pub longest_name: usize,
}

/// Measures a document.
///
/// The parser is much dearer than this, and goes as deep as its input, so what is too much never reaches it.
pub fn measure(document: &str) -> Extent {
    let mut rest = document.as_bytes();
    let (mut extent, mut open) = (Extent::default(), 0_usize);
    while let Some(length) = next(rest) {
        extent.tokens += usize::from(is_token(rest[0]));
        if is_letter(rest[0]) && !rest[0].is_ascii_digit() {
            extent.longest_name = extent.longest_name.max(length);
        }
        match rest[0] {
            b'{' | b'[' | b'(' => open += 1,
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        extent.nesting = extent.nesting.max(open);
        rest = &rest[length..];
    }
    extent
}

/// The length of what stands first, token or not.
fn next(text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    Some(match first {
        b'#' => run(text, |byte| byte != b'\n' && byte != b'\r'),
        b'"' if text.starts_with(b"\"\"\"") => block_string(text),
        b'"' => string(text),
        b'.' if text.starts_with(b"...") => 3,
        _ if first.is_ascii_digit() || first == b'-' => {
            run(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'))
        }
        _ if is_letter(first) => run(text, is_letter),
        _ => 1,
    })
}

/// What the grammar ignores is no token: white space, commas, comments, a byte order mark.
fn is_token(first: u8) -> bool {
    !matches!(first, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'#' | 0xEF | 0xBB | 0xBF)
}

/// A letter of a name.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| !belongs(*byte)).unwrap_or(text.len())
}

fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn block_string(text: &[u8]) -> usize {
    let mut at = 3;
    while at < text.len() {
        if text[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if text[at..].starts_with(b"\"\"\"") {
            return at + 3;
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(document: &str, expected: usize) {
        assert_eq!(measure(document).tokens, expected, "{document}");
    }

    #[test]
    fn words_and_signs_are_counted() {
        check("", 0);
        check(" \n\t,,", 0);
        check("{ a }", 3);
        check("\u{feff}{ a }", 3);
        check("query A($n: Int! = -1) { b: a(n: $n) @skip(if: true) }", 29);
        check("{ ...F ... on Q { a } }", 10);
        check("[1, 2.5, -1e+9]", 5);
    }

    #[test]
    fn brackets_are_followed_down() {
        for (document, expected) in
            [("", 0), ("{ a }", 1), ("{ a(b: [{ c: 1 }]) { d } }", 4), ("} { a \"{{{\" #{", 1)]
        {
            assert_eq!(measure(document).nesting, expected, "{document}");
        }
    }

    #[test]
    fn names_are_measured() {
        for (document, expected) in [("", 0), ("{ a }", 1), ("{ abc(b: \"long text\") }", 3)] {
            assert_eq!(measure(document).longest_name, expected, "{document}");
        }
    }

    #[test]
    fn comments_are_nothing_and_texts_are_one() {
        check("{ a # } } }\n}", 3);
        check("# nothing", 0);
        check(r#"{ a(b: "c d \" e # f") }"#, 8);
        check("{ a(b: \"\"\"c \\\"\"\" \" d\"\"\") }", 8);
        check(r#"{ a(b: "no end }"#, 6);
        check("\"\"\"no end", 1);
        check("\"\\", 1);
    }
}
