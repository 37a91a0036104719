//! Base64url as JOSE has it: no padding, no white space, no unused bits set
//! ([RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2)).
//!
//! Strictness keeps one signature to one spelling of a token.

use base64_simd::{AsOut, URL_SAFE_NO_PAD};

/// Decodes `text` behind what `buffer` holds already.
pub(crate) fn decode_into(text: &[u8], buffer: &mut Vec<u8>) -> Option<()> {
    URL_SAFE_NO_PAD.decode_append(text, buffer).ok()
}

/// Decodes `text` into the beginning of `buffer`; `None` also where it is too small.
pub(crate) fn decode_slice<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    if URL_SAFE_NO_PAD.decoded_length(text).ok()? > buffer.len() {
        return None;
    }
    URL_SAFE_NO_PAD
        .decode(text, buffer.as_out())
        .ok()
        .map(|decoded| &*decoded)
}
