//! Passing over the JSON values that nothing is wanted of.

use serde::de::IgnoredAny;

use super::reader::Reader;

/// Before any level. Whatever is deeper than 127 of them leaves no place for it: so deep may a
/// value be that `serde_json` is to read.
const OUTSIDE: u128 = 1;

impl Reader<'_> {
    /// Passes over any value, however deep it is. `serde_json` does it, which takes memory for each
    /// level: more than what a client sends is worth.
    pub(crate) fn skip_deep(&mut self) -> Option<()> {
        self.delegate().map(|IgnoredAny| ())
    }

    /// Passes over a value that is no deeper than a token's may be, and returns whether it is
    /// `null`. Escapes in nested strings need not make sense together, as `serde_json` has it there.
    ///
    /// In one pass and in no memory: of each level that the reading is in, one bit tells whether it
    /// is an object.
    pub(crate) fn skip(&mut self) -> Option<bool> {
        let first = self.peek()?;
        if first == b'"' {
            return self.string()?.check().map(|()| false);
        }
        let mut levels = OUTSIDE;
        loop {
            match self.peek()? {
                open @ (b'[' | b'{') => {
                    if levels.leading_zeros() == 0 {
                        return None;
                    }
                    levels = levels << 1 | u128::from(open == b'{');
                    self.advance(1);
                    self.skip_space();
                    if self.close(levels).is_none() {
                        self.skip_name(levels)?;
                        continue;
                    }
                    levels >>= 1;
                }
                b'"' => self.element().map(drop)?,
                b'n' => self.literal("null")?,
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                _ => self.skip_number()?,
            }
            loop {
                if levels == OUTSIDE {
                    return Some(first == b'n');
                }
                self.skip_space();
                if self.eat(b',').is_some() {
                    self.skip_space();
                    self.skip_name(levels)?;
                    break;
                }
                self.close(levels)?;
                levels >>= 1;
            }
        }
    }

    /// The end of the innermost level.
    fn close(&mut self, levels: u128) -> Option<()> {
        self.eat(if is_object(levels) { b'}' } else { b']' })
    }

    /// What stands before a value in an object, and does not in an array.
    fn skip_name(&mut self, levels: u128) -> Option<()> {
        if is_object(levels) {
            self.string()?;
            self.skip_space();
            self.eat(b':')?;
            self.skip_space();
        }
        Some(())
    }

    fn skip_number(&mut self) -> Option<()> {
        self.eat(b'-');
        if self.eat(b'0').is_none() {
            self.skip_digits()?;
        }
        if self.eat(b'.').is_some() {
            self.skip_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.advance(1);
            if let Some(b'+' | b'-') = self.peek() {
                self.advance(1);
            }
            self.skip_digits()?;
        }
        Some(())
    }

    fn skip_digits(&mut self) -> Option<()> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit());
        let len = digits.count();
        self.advance(len);
        (len > 0).then_some(())
    }
}

fn is_object(levels: u128) -> bool {
    levels & 1 == 1
}
