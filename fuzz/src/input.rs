//! Inputs of several parts.

/// The parts of an input, separated by a byte that occurs in none, so that seeds are readable and a
/// fuzzer can move whole parts.
pub(crate) struct Parts<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Parts<'a> {
    /// Of texts without zero bytes.
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self::separated(input, 0)
    }

    pub(crate) fn separated(input: &'a [u8], separator: u8) -> Self {
        let rest = Some(input);
        Self { rest, separator }
    }

    /// The next part, or empty after the last.
    pub(crate) fn part(&mut self) -> &'a [u8] {
        self.next().unwrap_or_default()
    }

    /// The next part, if it is text.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        str::from_utf8(self.part()).ok()
    }

    /// The rest, separators included.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest.unwrap_or_default()
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        let end = rest.iter().position(|&byte| byte == self.separator);
        let Some(end) = end else {
            return Some(rest);
        };
        self.rest = rest.get(end + 1..);
        rest.get(..end)
    }
}
