//! Exact counts of texts that share most of their parts, without counting each part again.
//!
//! Both tokenizers first split a text by a pattern and encode the pieces one by one, so counts add up at every place
//! where the pattern always splits. Two such places are enough for us: after a line feed, where the next character is a
//! visible ASCII one (white space may go on to another line feed) but no slash (which a run of punctuation takes along);
//! and after `{"` before an ASCII letter, where the run of punctuation cannot go on and cannot have ended before. Chunks
//! between them are counted once and remembered by hash.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::Tokenizer;

/// Remembers the counts of chunks; lives for one answer.
#[derive(Debug)]
pub(crate) struct Ledger {
    tokenizer: Tokenizer,
    known: HashMap<u64, u32>,
}

impl Ledger {
    pub(crate) fn new(tokenizer: Tokenizer) -> Self {
        Self { tokenizer, known: HashMap::new() }
    }

    /// Tokens of `text`.
    pub(crate) fn count(&mut self, text: &str) -> usize {
        let raw = Chunks { rest: text }.map(|chunk| self.raw(chunk)).sum();
        self.tokenizer.scaled(raw)
    }

    fn raw(&mut self, chunk: &str) -> usize {
        let tokenizer = self.tokenizer;
        *self.known.entry(xxh3_64(chunk.as_bytes())).or_insert_with(|| tokenizer.raw(chunk) as u32) as usize
    }
}

struct Chunks<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let bytes = self.rest.as_bytes();
        let mut from = 0;
        while let Some(found) = bytes.get(from..).and_then(|rest| memchr::memchr2(b'\n', b'{', rest)) {
            let at = from + found;
            let cut = match (bytes.get(at), bytes.get(at + 1), bytes.get(at + 2)) {
                (Some(b'\n'), Some(next), _) if next.is_ascii_graphic() && *next != b'/' => at + 1,
                (Some(b'{'), Some(b'"'), Some(letter)) if letter.is_ascii_alphabetic() => at + 2,
                _ => {
                    from = at + 1;
                    continue;
                }
            };
            // Both cuts lie behind an ASCII character, hence on a boundary.
            let (chunk, rest) = self.rest.split_at(cut);
            self.rest = rest;
            return Some(chunk);
        }
        Some(std::mem::take(&mut self.rest))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::TokenCounter as _;

    #[test]
    fn white_space_between_line_feeds_is_not_cut() {
        let text = "\n  \n/";
        assert_eq!(Ledger::new(Tokenizer::O200kBase).count(text), Tokenizer::O200kBase.count(text));
    }

    proptest! {
        #[test]
        fn counts_of_chunks_add_up_to_the_count_of_the_whole(
            text in r#"([a-z]{1,5}|[A-Z]'s|[0-9]{1,7}|\{"[a-z]|[{}"':,./\\|#_-]{1,4}|[ \n\r\t]{1,4}|\PC|\n/|\n  )*"#,
        ) {
            for tokenizer in [Tokenizer::O200kBase, Tokenizer::Cl100kBase, Tokenizer::Approx] {
                prop_assert_eq!(Ledger::new(tokenizer).count(&text), tokenizer.count(&text));
            }
        }
    }
}
