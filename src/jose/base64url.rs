//! Strict base64url: no padding, no white space, no unused bits set
//! ([RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2)).
//!
//! So a signature has only one spelling.

use base64_simd::{AsOut, URL_SAFE_NO_PAD};

/// Appends the decoded `text` to `buffer`.
pub(crate) fn decode_into(text: &[u8], buffer: &mut Vec<u8>) -> Option<()> {
    URL_SAFE_NO_PAD.decode_append(text, buffer).ok()
}

/// Decodes `text` into the start of `buffer`. `None` also if it is too small.
pub(crate) fn decode_slice<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    if URL_SAFE_NO_PAD.decoded_length(text).ok()? > buffer.len() {
        return None;
    }
    URL_SAFE_NO_PAD
        .decode(text, buffer.as_out())
        .ok()
        .map(|decoded| &*decoded)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as REFERENCE;

    use super::*;

    /// The alphabet of tokens, and similar characters.
    const ALPHABET: &[u8; 72] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n\0\xff";

    /// The decoder handles blocks and remainders differently, so texts of all lengths are damaged at
    /// all places and compared with a plain decoder.
    #[test]
    fn accepts_what_a_plain_decoder_accepts() {
        let mut random: usize = 0x9e37_79b9;
        let mut next = |limit: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random.checked_rem(limit).unwrap()
        };
        let mut verdicts = [0, 0];
        for round in 0..100_000 {
            let mut text: Vec<u8> = (0..round % 150).map(|_| ALPHABET[next(64)]).collect();
            if let Some(at) = (next(2) == 0).then(|| next(text.len().max(1)))
                && let Some(byte) = text.get_mut(at)
            {
                *byte = ALPHABET[next(ALPHABET.len())];
            }
            let expected = REFERENCE.decode(&text).ok();
            let mut decoded = Vec::new();
            let result = decode_into(&text, &mut decoded).map(|()| decoded);
            assert_eq!(result, expected, "{text:?}");
            let mut buffer = [0; 120];
            let slice = decode_slice(&text, &mut buffer).map(<[u8]>::to_vec);
            assert_eq!(slice, expected, "{text:?}");
            verdicts[usize::from(expected.is_some())] += 1;
        }
        assert!(verdicts.iter().all(|&count| count > 10_000), "{verdicts:?}");
    }
}
