//! Text that comes in pieces: whole characters out of bytes, and an end where a stop text comes.
//!
//! Pure; used by the pen.

use crate::session::Speech;

/// Collects the bytes of tokens and gives out text that is certain: no half character, and nothing
/// that may turn out to be the beginning of a stop text.
pub struct TextStream {
    stop: Vec<String>,
    bytes: Vec<u8>,
    text: String,
}

/// What a piece led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// So much more text; may be empty.
    More(Speech),
    /// The last text before a stop text.
    Stopped(Speech),
}

impl TextStream {
    /// A stream that ends at any of `stop`; empty texts are ignored.
    #[must_use]
    pub fn new(stop: Vec<String>) -> Self {
        Self {
            stop: stop.into_iter().filter(|s| !s.is_empty()).collect(),
            bytes: Vec::new(),
            text: String::new(),
        }
    }

    /// Takes a token's bytes.
    pub fn push(&mut self, piece: &[u8]) -> Piece {
        self.bytes.extend_from_slice(piece);
        self.text.push_str(&whole_characters(&mut self.bytes));
        if let Some(at) = self.first_stop() {
            self.text.truncate(at);
            return Piece::Stopped(std::mem::take(&mut self.text).into());
        }
        let kept = self.doubtful();
        let rest = self.text.split_off(self.text.len() - kept);
        Piece::More(std::mem::replace(&mut self.text, rest).into())
    }

    /// What was held back, when no more comes. A half character is shown as U+FFFD.
    #[must_use]
    pub fn finish(mut self) -> Speech {
        self.text.push_str(&String::from_utf8_lossy(&self.bytes));
        self.text.into()
    }

    fn first_stop(&self) -> Option<usize> {
        self.stop.iter().filter_map(|s| self.text.find(s)).min()
    }

    /// Length of the longest end of the text that a stop text begins with.
    fn doubtful(&self) -> usize {
        self.stop
            .iter()
            .flat_map(|stop| stop.char_indices().map(|(at, _)| &stop[..at]))
            .filter(|begin| self.text.ends_with(begin))
            .map(str::len)
            .max()
            .unwrap_or(0)
    }
}

/// Takes the whole characters from the front of `bytes`; bytes that can be none become U+FFFD.
fn whole_characters(bytes: &mut Vec<u8>) -> String {
    let mut text = String::new();
    let mut used = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        used += chunk.valid().len();
        let bad = chunk.invalid();
        // At the end, bytes that more bytes may complete are kept.
        let open = used + bad.len() == bytes.len()
            && std::str::from_utf8(bad).is_err_and(|e| e.error_len().is_none());
        if !bad.is_empty() && !open {
            text.push(char::REPLACEMENT_CHARACTER);
            used += bad.len();
        }
    }
    bytes.drain(..used);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pieces: &[&[u8]], stop: &[&str]) -> String {
        let mut stream = TextStream::new(stop.iter().map(ToString::to_string).collect());
        let mut shown = String::new();
        for piece in pieces {
            match stream.push(piece) {
                Piece::More(text) => shown.push_str(&text),
                Piece::Stopped(text) => return format!("{shown}{}|", text.as_str()),
            }
        }
        shown + stream.finish().as_str()
    }

    #[test]
    fn pieces_become_text_and_stop_where_they_must() {
        type Case<'a> = (&'a [&'a [u8]], &'a [&'a str], &'a str);
        let cases: &[Case<'_>] = &[
            (&[b"She ", b"slept."], &[], "She slept."),
            (&[b"caf\xc3", b"\xa9"], &[], "caf\u{e9}"),
            (&[b"a\xff", b"b\xc3"], &[], "a\u{fffd}b\u{fffd}"),
            (&[b"note\n", b"\n", b"more"], &["\n\n"], "note|"),
            (&[b"a<|e", b"nd|>b"], &["<|end|>"], "a|"),
            (&[b"a<|e", b"cho"], &["<|end|>"], "a<|echo"),
            (&[b"one two three"], &["three", "two"], "one |"),
            (&[b"x"], &[""], "x"),
        ];
        for (pieces, stop, want) in cases {
            assert_eq!(run(pieces, stop), *want);
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_or_added(text in ".*", cut in 1usize..5, stop in "[a-c]{0,3}") {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(cut).collect();
            let want = match text.find(stop.as_str()) {
                Some(at) if !stop.is_empty() => format!("{}|", &text[..at]),
                _ => text.clone(),
            };
            proptest::prop_assert_eq!(run(&pieces, &[&stop]), want);
        }
    }
}
