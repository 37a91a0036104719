//! What is wrong with a set-up.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

/// What is wrong with a set-up. Found when a key is loaded or a verifier built, never at a request.
///
/// Its text shows what was found and says what to change. It never holds a secret.
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
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A key is unusable.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A document is not a JWK Set, or holds no key.
    #[error("{0}")]
    JwkSet(&'static str),
    /// No key of a JWK Set is usable. Holds the reason of the first.
    #[error("no key of the JWK Set is usable; the first: {0}")]
    UnusableKeys(#[source] Box<ConfigError>),
    /// A key file is unreadable.
    #[error("cannot read the key file {}: {_1}", _0.display())]
    KeyFile(PathBuf, #[source] Arc<io::Error>),
    /// The content of a key file is unusable.
    #[error("cannot use the key file {}: {_1}", _0.display())]
    KeyFileContent(PathBuf, #[source] Box<ConfigError>),
    /// Something is not a URL, or keys must not come from there. Its text shows the scheme, host and
    /// path of a URL, and only if it holds no password.
    #[error("{0}")]
    Url(Cow<'static, str>),
    /// There are no root certificates to trust.
    #[error("{0}")]
    RootCertificates(&'static str),
    /// The verifier trusts no issuer.
    #[error("no issuer is trusted: name one with `issuer`, or accept any with `any_issuer`")]
    NoIssuer,
    /// An issuer is named twice, has an empty name, or contradicts "any issuer".
    #[error("{0}")]
    Issuer(Cow<'static, str>),
    /// An issuer of the [configuration](crate::VerifierConfig), by its name there.
    #[cfg(feature = "config")]
    #[error("issuers.{0}: {1}")]
    InIssuer(Box<str>, #[source] Box<ConfigError>),
    /// Neither an audience nor "any audience" is set, or both, or an audience is empty.
    #[error("{0}")]
    Audience(&'static str),
    /// The list of algorithms is empty, or names one that no key permits.
    #[error("{0}")]
    Algorithms(Cow<'static, str>),
    /// The expected token type contradicts the RFC 9068 profile.
    #[error("{0}")]
    TokenType(&'static str),
    /// The name of a claim or type is empty.
    #[error("{0}")]
    EmptyName(&'static str),
    /// The path of a gRPC method has another form, or two rows in a table.
    #[error("the gRPC method {0:?} {1}")]
    GrpcMethod(Box<str>, &'static str),
    /// A setting is out of range.
    #[error("{0}")]
    OutOfRange(Cow<'static, str>),
    /// A text for a header field has an illegal character.
    #[error("{0}")]
    HeaderText(Cow<'static, str>),
}

impl ConfigError {
    /// A name that a request carries is not made of the characters that it can have.
    pub(crate) fn header_text(what: &str, text: &str) -> Self {
        let error = format!(
            "the {what} {text:?} is empty or has an illegal character: \
             use letters, digits, `-`, `.` and `_`"
        );
        Self::HeaderText(error.into())
    }
}

/// Why a key is unusable.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The HMAC secret has fewer bits than the hash
    /// ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    #[error("the secret has {bits} bits: use at least {needed} random bits ({} bytes)", needed / 8)]
    SecretTooShort {
        /// How many bits it has.
        bits: usize,
        /// How many it needs.
        needed: usize,
    },
    /// The HMAC secret is the text or the bytes of a public key, a private key or a certificate.
    #[error(
        "the secret is a public key, a private key or a certificate: \
         load it as a key, or use random bytes as the secret"
    )]
    SecretIsKey,
    /// The text is not exactly one PEM block.
    #[error("{0}")]
    Pem(&'static str),
    /// A private key was given where a public key belongs.
    #[error(
        "this is a private key: give the public key that belongs to it, \
         and keep the private key where tokens are issued"
    )]
    PrivateKey,
    /// A public key was given where a private key belongs.
    #[error("this is a public key: give the private key that belongs to it")]
    PublicKey,
    /// The bytes are not of the format they were given as.
    #[error("{0}")]
    Malformed(&'static str),
    /// The modulus of the RSA key has fewer than 2048 bits
    /// ([RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
    #[error("the RSA key has {0} bits: use one of at least 2048 bits")]
    RsaTooSmall(usize),
    /// The modulus of the RSA key has more than 8192 bits, which makes verification
    /// too slow.
    #[error("the RSA key has {0} bits: use one of at most 8192 bits")]
    RsaTooLarge(usize),
    /// The type or the curve of the key is not supported.
    #[error(
        "the key is of a type or a curve that is not supported: \
         use RSA, P-256, P-384, P-521, Ed25519 or an HMAC secret"
    )]
    UnsupportedType,
    /// Its `use` or `key_ops` does not allow verifying signatures.
    #[error("the key is not for verifying signatures, by its `use` or `key_ops`: use another")]
    NotForVerification,
    /// The algorithm does not fit the key, or is not supported.
    #[error(
        "the algorithm does not fit the key, or is not supported: \
         name one of the key's own family"
    )]
    Algorithm,
    /// A symmetric key is in a published document, so anybody can sign with it.
    #[error(
        "the key is symmetric, but published, so that everybody can sign with it: \
         publish public keys only"
    )]
    PublishedSecret,
    /// A secret cannot be converted into a public form.
    #[error("a secret is not exported: make the other key from the secret itself")]
    SecretNotExported,
    /// The cryptographic back end failed to sign: out of memory or random numbers.
    #[error("the cryptographic back end failed to sign")]
    SigningFailed,
    /// The cryptographic back end failed to make a key or random numbers.
    #[error("the cryptographic back end failed to make a key, or random numbers")]
    GenerationFailed,
    /// The crate is built without a cryptographic back end.
    #[error("built without cryptography: switch the feature `aws-lc-rs` or `rust-crypto` on")]
    NoBackend,
}
