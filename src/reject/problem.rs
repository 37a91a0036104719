//! The body of RFC 9457.

use super::rejection::Rejection;

/// None of the texts has a character that JSON would escape, so they are put together as they are.
pub(super) fn problem(rejection: &Rejection<'_>) -> String {
    let status = rejection.status();
    let title = status.canonical_reason().unwrap_or_default();
    let public = rejection.public();
    let detail = public.description;
    let error = public
        .error
        .map(|error| format!(r#","error":"{error}""#))
        .unwrap_or_default();
    format!(
        r#"{{"title":"{title}","status":{},"detail":"{detail}"{error}}}"#,
        status.as_u16()
    )
}
