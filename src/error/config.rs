//! What is wrong with a set-up.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// What is wrong with a set-up: found when a key is loaded or a verifier built, never at a request.
///
/// Its text says what to change.
///
/// ```
/// use tower_bearer::VerifyingKey;
///
/// let error = VerifyingKey::from_secret("hunter2").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the secret has 56 bits: use at least 256 random bits (32 bytes)"
/// );
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// A key cannot be used.
    Key(KeyError),
    /// A document is no JWK Set, or holds no key.
    JwkSet(&'static str),
    /// A JWK Set holds keys, but none that can be used. Says why the first cannot.
    UnusableKeys(Box<ConfigError>),
    /// A key file cannot be read.
    KeyFile(PathBuf, Arc<io::Error>),
    /// The content of a key file cannot be used.
    KeyFileContent(PathBuf, Box<ConfigError>),
    /// The URL of keys or of an issuer is none, or one that keys must not come from. Does not hold
    /// the URL.
    Url(&'static str),
    /// There are no certificates by which a server can be known.
    RootCertificates(&'static str),
    /// The verifier trusts nobody: no issuer was given.
    NoIssuer,
    /// The same issuer was given twice, or is empty, or stands beside "any issuer".
    Issuer(&'static str),
    /// What is wrong with the issuer of this name in the [configuration](crate::config).
    #[cfg(feature = "config")]
    InIssuer(Box<str>, Box<ConfigError>),
    /// Neither an audience nor "any audience" was given, or both, or an empty one.
    Audience(&'static str),
    /// The list of algorithms is empty, or none of it fits the keys.
    Algorithms(&'static str),
    /// No key signs, or one has no name or that of another.
    SigningKeys(&'static str),
    /// The metadata of an issuer is not what it must be.
    Metadata(&'static str),
    /// The type of token that is demanded contradicts the RFC 9068 profile.
    TokenType(&'static str),
    /// A name that tokens are searched for is empty.
    EmptyName(&'static str),
    /// A setting is out of its range.
    OutOfRange(&'static str),
    /// A text that goes into a header, or is looked for in one, has a character that may not
    /// stand there.
    HeaderText(&'static str),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(reason) => reason.fmt(f),
            Self::JwkSet(what)
            | Self::Url(what)
            | Self::RootCertificates(what)
            | Self::Issuer(what)
            | Self::Audience(what)
            | Self::Algorithms(what)
            | Self::SigningKeys(what)
            | Self::Metadata(what)
            | Self::TokenType(what)
            | Self::EmptyName(what)
            | Self::OutOfRange(what)
            | Self::HeaderText(what) => f.write_str(what),
            Self::UnusableKeys(first) => {
                write!(
                    f,
                    "no key of the JWK Set can be used, the first since {first}"
                )
            }
            Self::KeyFile(path, error) => {
                write!(f, "cannot read the key file {}: {error}", path.display())
            }
            Self::KeyFileContent(path, error) => {
                write!(f, "cannot use the key file {}: {error}", path.display())
            }
            #[cfg(feature = "config")]
            Self::InIssuer(name, error) => write!(f, "issuers.{name}: {error}"),
            Self::NoIssuer => f.write_str(
                "no issuer is trusted: name one with `issuer`, or accept any with `any_issuer`",
            ),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::KeyFile(_, error) => Some(&**error),
            Self::KeyFileContent(_, error) | Self::UnusableKeys(error) => Some(&**error),
            #[cfg(feature = "config")]
            Self::InIssuer(_, error) => Some(&**error),
            _ => None,
        }
    }
}

impl From<KeyError> for ConfigError {
    fn from(reason: KeyError) -> Self {
        Self::Key(reason)
    }
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The HMAC secret has fewer bits than the hash
    /// ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    SecretTooShort {
        /// How many bits it has.
        bits: usize,
        /// How many it needs.
        needed: usize,
    },
    /// The HMAC secret is the text or the bytes of a public key, a private key or a certificate.
    SecretIsKey,
    /// The text is not one PEM block.
    Pem(&'static str),
    /// A private key was given where a public key belongs.
    PrivateKey,
    /// A public key was given where a private key belongs.
    PublicKey,
    /// The bytes are not what they were said to be, or break the rules of their format.
    Malformed(&'static str),
    /// The modulus of the RSA key has fewer than 2048 bits
    /// ([RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
    RsaTooSmall(usize),
    /// The modulus of the RSA key has more than 8192 bits, so that checking a signature would
    /// cost too much.
    RsaTooLarge(usize),
    /// The type or the curve of the key is not supported.
    UnsupportedType,
    /// The key is not for verifying signatures, by its `use` or `key_ops`.
    NotForVerification,
    /// The key's algorithm, or one demanded of it, does not fit its type, or is not supported.
    Algorithm,
    /// A symmetric key stands where everybody can read it: whoever does can sign.
    PublishedSecret,
    /// A secret was to be converted into a form that others read.
    SecretNotExported,
    /// The cryptographic back end failed to sign: it ran out of memory or of random numbers.
    SigningFailed,
    /// The cryptographic back end failed to make a key or random numbers, for the same reasons.
    GenerationFailed,
    /// The crate was built without a cryptographic back end.
    NoBackend,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretTooShort { bits, needed } => write!(
                f,
                "the secret has {bits} bits: use at least {needed} random bits ({} bytes)",
                needed / 8
            ),
            Self::SecretIsKey => f.write_str(
                "the secret is a public key, a private key or a certificate: \
                 load it as a key, or use random bytes as the secret",
            ),
            Self::Pem(what) | Self::Malformed(what) => f.write_str(what),
            Self::PrivateKey => f.write_str(
                "this is a private key: give the public key that belongs to it, \
                 and keep the private key where tokens are issued",
            ),
            Self::PublicKey => {
                f.write_str("this is a public key: give the private key that belongs to it")
            }
            Self::RsaTooSmall(bits) => {
                write!(
                    f,
                    "the RSA key has {bits} bits: use one of at least 2048 bits"
                )
            }
            Self::RsaTooLarge(bits) => {
                write!(
                    f,
                    "the RSA key has {bits} bits: use one of at most 8192 bits"
                )
            }
            Self::UnsupportedType => f.write_str(
                "the key is of a type or a curve that is not supported: \
                 use RSA, P-256, P-384, P-521, Ed25519 or an HMAC secret",
            ),
            Self::NotForVerification => f.write_str(
                "the key is not for verifying signatures, by its `use` or `key_ops`: use another",
            ),
            Self::Algorithm => f.write_str(
                "the algorithm does not fit the key, or is not supported: \
                 name one of the key's own family",
            ),
            Self::PublishedSecret => f.write_str(
                "the key is symmetric, but published, so that everybody can sign with it: \
                 publish public keys only",
            ),
            Self::SecretNotExported => {
                f.write_str("a secret is not exported: make the other key from the secret itself")
            }
            Self::SigningFailed => f.write_str("the cryptographic back end failed to sign"),
            Self::GenerationFailed => {
                f.write_str("the cryptographic back end failed to make a key, or random numbers")
            }
            Self::NoBackend => f.write_str(
                "built without cryptography: switch the feature `aws-lc-rs` or `rust-crypto` on",
            ),
        }
    }
}

impl Error for KeyError {}
