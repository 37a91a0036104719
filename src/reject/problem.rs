//! The body of RFC 9457.

use http::StatusCode;

use super::public::Public;

/// No text has a character that JSON would escape: see [`Public::new`].
pub(super) fn problem(status: StatusCode, public: Public) -> String {
    let title = status.canonical_reason().unwrap_or_default();
    let detail = public.description;
    let error = public
        .error
        .map(|error| format!(r#","error":"{error}""#))
        .unwrap_or_default();
    let status = status.as_u16();
    format!(r#"{{"title":"{title}","status":{status},"detail":"{detail}"{error}}}"#)
}
