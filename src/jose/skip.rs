//! Skips JSON values that are not needed.

use serde::de::IgnoredAny;

use super::reader::Reader;

/// The marker below all levels. It leaves room for 127 of them, the limit of `serde_json`.
const OUTSIDE: u128 = 1;

impl Reader<'_> {
    /// Skips any value with `serde_json`, which needs memory per level: not for input from clients.
    pub(crate) fn skip_deep(&mut self) -> Option<()> {
        self.delegate().map(|IgnoredAny| ())
    }

    /// Skips a value of at most 127 levels, and returns whether it is `null`. As in `serde_json`, a
    /// nested string may hold half of a surrogate pair.
    ///
    /// It makes one pass and allocates nothing: one bit per open level marks an object.
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

    /// Reads the end of the innermost level.
    fn close(&mut self, levels: u128) -> Option<()> {
        self.eat(if is_object(levels) { b'}' } else { b']' })
    }

    /// Skips the name before a value, if the innermost level is an object.
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
