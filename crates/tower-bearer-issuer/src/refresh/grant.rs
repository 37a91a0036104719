//! What was granted when somebody signed in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What somebody was granted who has signed in, and what the application keeps with it.
///
/// It is kept as it is until the family ends. `Debug` shows nothing of it.
///
/// ```
/// use tower_bearer_issuer::Grant;
///
/// let grant = Grant::new("alice").scope("read write").audience("my-api").with_data(7);
/// assert_eq!(grant.subject(), "alice");
/// assert_eq!(*grant.data(), 7);
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant<D = ()> {
    #[serde(rename = "sub")]
    subject: String,
    #[serde(rename = "scope")]
    scopes: String,
    #[serde(rename = "aud")]
    audiences: Vec<String>,
    data: D,
}

impl Grant {
    /// A grant to this subject, of nothing but to be who they are.
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            scopes: String::new(),
            audiences: Vec::new(),
            data: (),
        }
    }
}

impl<D> Grant<D> {
    /// Grants these scopes, with one space between each two.
    #[must_use]
    pub fn scope(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// Grants tokens for this audience, and for others with other calls.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Keeps something of the application's own, in place of what was kept before.
    #[must_use]
    pub fn with_data<T>(self, data: T) -> Grant<T> {
        Grant {
            subject: self.subject,
            scopes: self.scopes,
            audiences: self.audiences,
            data,
        }
    }

    /// Who signed in.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The scopes, with one space between each two; empty where there are none.
    pub fn scopes(&self) -> &str {
        &self.scopes
    }

    /// Whom tokens are for; none where it was left to the issuer.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(String::as_str)
    }

    /// What the application keeps.
    pub fn data(&self) -> &D {
        &self.data
    }
}

impl<D> fmt::Debug for Grant<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").finish_non_exhaustive()
    }
}
