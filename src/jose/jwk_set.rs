//! JSON Web Key Sets.

use serde::Deserialize;

use crate::error::ConfigError;
use crate::jose::VerifyingKey;
use crate::jose::object::{Object, read_object, set_once};

/// The keys of a JWK Set ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
///
/// An unusable key is skipped and listed; it does not affect the others. Of identical keys, one is
/// kept.
///
/// ```
/// use tower_bearer::JwkSet;
///
/// let set = JwkSet::parse(
///     r#"{"keys": [
///         {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///         {"kty":"OKP","crv":"X25519","kid":"b","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}
///     ]}"#,
/// )?;
/// assert_eq!(set.keys()[0].key_id(), Some("a"));
/// assert_eq!(set.skipped()[0].key_id(), Some("b"));
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct JwkSet {
    keys: Vec<VerifyingKey>,
    skipped: Vec<SkippedKey>,
}

/// A key of a set that cannot be used.
#[derive(Clone, Debug)]
pub struct SkippedKey {
    index: usize,
    key_id: Option<String>,
    reason: ConfigError,
}

impl SkippedKey {
    /// The index of the key in the set, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The `kid` of the key, if it is readable.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Why the key cannot be used.
    pub fn reason(&self) -> &ConfigError {
        &self.reason
    }
}

impl JwkSet {
    /// Parses the JSON text of a set. Members other than `keys` are skipped.
    ///
    /// # Errors
    ///
    /// [`ConfigError::JwkSet`] if the text is not a JSON object in UTF-8, or if its `keys` is
    /// missing, repeated, empty or not an array; [`ConfigError::UnusableKeys`] if no key can be
    /// used.
    ///
    /// ```
    /// use tower_bearer::JwkSet;
    ///
    /// let error = JwkSet::parse("<html>").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the document is not a JWK Set: it must be a JSON object with one array named `keys`"
    /// );
    /// ```
    pub fn parse(json: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::judge(
            texts(json.as_ref())?
                .into_iter()
                .map(|json| (key_id(json), VerifyingKey::from_jwk(json))),
        )
    }

    /// Parses a published set: symmetric keys are skipped, and a set with too many keys is refused.
    #[cfg(feature = "remote")]
    pub(crate) fn parse_published(json: &[u8], max_keys: usize) -> Result<Self, ConfigError> {
        use crate::error::KeyError;
        use crate::jose::KeyFamily;

        let texts = texts(json)?;
        if texts.len() > max_keys {
            return Err(ConfigError::JwkSet(
                "the JWK Set has more keys than are permitted: publish fewer, or raise `max_keys`",
            ));
        }
        Self::judge(texts.into_iter().map(|json| {
            let key = match VerifyingKey::from_jwk(json) {
                Ok(key) if key.family() == KeyFamily::Hmac => Err(KeyError::PublishedSecret.into()),
                key => key,
            };
            (key_id(json), key)
        }))
    }

    /// Splits keys into usable and unusable ones.
    pub(crate) fn judge(
        judged: impl Iterator<Item = (Option<String>, Result<VerifyingKey, ConfigError>)>,
    ) -> Result<Self, ConfigError> {
        let mut keys: Vec<VerifyingKey> = Vec::new();
        let mut skipped = Vec::new();
        for (index, (key_id, key)) in judged.enumerate() {
            match key {
                Ok(key) if keys.contains(&key) => {}
                Ok(key) => keys.push(key),
                Err(reason) => skipped.push(SkippedKey {
                    index,
                    key_id,
                    reason,
                }),
            }
        }
        match skipped.first() {
            _ if !keys.is_empty() => Ok(Self { keys, skipped }),
            Some(first) => Err(ConfigError::UnusableKeys(Box::new(first.reason.clone()))),
            None => Err(NO_KEY),
        }
    }

    /// The usable keys, at least one.
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// The unusable keys, and why.
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }

    pub(crate) fn into_parts(self) -> (Vec<VerifyingKey>, Vec<SkippedKey>) {
        (self.keys, self.skipped)
    }
}

const NO_SET: ConfigError = ConfigError::JwkSet(
    "the document is not a JWK Set: it must be a JSON object with one array named `keys`",
);
const NO_KEY: ConfigError =
    ConfigError::JwkSet("the JWK Set is empty: add the keys that verify signatures");

/// The keys of a document as text, so that a faulty one does not affect the others.
fn texts(json: &[u8]) -> Result<Vec<&str>, ConfigError> {
    let text = str::from_utf8(json).map_err(|_| NO_SET)?;
    let mut keys = None;
    read_object(text, |name, value| match &*name {
        "keys" => set_once(&mut keys, value.elements()?),
        _ => value.skip_deep(),
    })
    .and(keys)
    .ok_or(NO_SET)
}

/// The `kid` of a key, which may be unusable.
fn key_id(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        kid: Option<String>,
    }
    serde_json::from_str::<Object<Named>>(json)
        .ok()
        .and_then(|named| named.0.kid)
}
