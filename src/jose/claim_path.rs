//! The path to a claim.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer as JsonDeserializer;

/// The path to a claim: the names of nested members.
///
/// In a string, dots separate the names: `realm_access.roles` is the member `roles` of the member
/// `realm_access`. A string with `://` is one name, because private claims are often URIs
/// ([RFC 7519 §4.2](https://www.rfc-editor.org/rfc/rfc7519#section-4.2)). Use a list for other names
/// with dots.
///
/// ```
/// use tower_bearer::jose::ClaimPath;
///
/// let keycloak = ClaimPath::from("realm_access.roles");
/// let cognito = ClaimPath::from("cognito:groups");
/// let auth0 = ClaimPath::from("https://example.com/roles");
/// let client = ClaimPath::new(["resource_access", "my.client", "roles"]);
/// assert_eq!(client.names().count(), 3);
/// assert_eq!(auth0.names().count(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Box<[Box<str>]>);

impl ClaimPath {
    /// The path of these names.
    pub fn new<N: Into<Box<str>>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// The names, outermost first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// Whether the path or a name in it is empty.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| name.is_empty())
    }

    /// The string or the strings of an array at this path. Any other value counts as none.
    pub(crate) fn strings(&self, payload: &str) -> Vec<Box<str>> {
        let mut deserializer = JsonDeserializer::from_str(payload);
        Place(&self.0)
            .deserialize(&mut deserializer)
            .unwrap_or_default()
    }
}

impl From<&str> for ClaimPath {
    fn from(path: &str) -> Self {
        if path.contains("://") {
            Self::new([path])
        } else {
            Self::new(path.split('.'))
        }
    }
}

impl From<String> for ClaimPath {
    fn from(path: String) -> Self {
        Self::from(path.as_str())
    }
}

/// The rest of a path. The configured names bound the recursion, not the token.
struct Place<'p>(&'p [Box<str>]);

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Vec<Box<str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() {
            Texts::deserialize(deserializer).map(Texts::into_vec)
        } else {
            deserializer.deserialize_map(self)
        }
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Vec<Box<str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object on the way to a claim")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            match self.0.split_first() {
                Some((first, _)) if **first == *name && found.is_some() => {
                    return Err(M::Error::custom("a member is repeated"));
                }
                Some((first, rest)) if **first == *name => {
                    found = Some(map.next_value_seed(Place(rest))?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found.unwrap_or_default())
    }
}

/// The value at the end of a path.
///
/// Not a `serde_json::Value`: see `private_names.rs`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(Box<str>),
    Many(Vec<Element>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Element {
    Text(Box<str>),
    Other(IgnoredAny),
}

impl Texts {
    fn into_vec(self) -> Vec<Box<str>> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(elements) => elements
                .into_iter()
                .filter_map(Element::into_text)
                .collect(),
            Self::Other(IgnoredAny) => Vec::new(),
        }
    }
}

impl Element {
    fn into_text(self) -> Option<Box<str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(IgnoredAny) => None,
        }
    }
}
