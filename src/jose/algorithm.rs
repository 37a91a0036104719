//! The signature algorithms and their properties, in one table.

use std::fmt;
use std::str::FromStr;

use crate::error::ConfigError;

/// The kinds of key. A key has one family; a token cannot choose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyFamily {
    /// A secret shared between issuer and verifier.
    Hmac,
    /// An RSA key pair.
    Rsa,
    /// A key pair on a NIST curve.
    Ec,
    /// An Edwards-curve key pair.
    Ed,
}

/// The hash functions of the algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The length of the hash, in bits.
    pub(crate) const fn bits(self) -> usize {
        match self {
            Self::Sha256 => 256,
            Self::Sha384 => 384,
            Self::Sha512 => 512,
        }
    }
}

macro_rules! algorithms {
    ( $( $(#[$doc:meta])* $name:ident, $family:ident, $hash:ident; )+ ) => {
        /// A signature algorithm of JOSE
        /// ([RFC 7518 §3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1),
        /// [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037),
        /// [RFC 9864](https://www.rfc-editor.org/rfc/rfc9864)).
        ///
        /// Names are case-sensitive. `none` is not an algorithm.
        ///
        /// ```
        /// use tower_bearer::Algorithm;
        ///
        /// assert_eq!("ES256".parse::<Algorithm>()?, Algorithm::ES256);
        /// assert_eq!(Algorithm::PS384.to_string(), "PS384");
        /// assert!("none".parse::<Algorithm>().is_err());
        /// # Ok::<(), tower_bearer::ConfigError>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Algorithm {
            $( $(#[$doc])* $name, )+
        }

        impl Algorithm {
            /// All algorithms.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )+ ];

            /// The name, as in the `alg` of a header.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$name => stringify!($name), )+ }
            }

            /// The family of keys that the algorithm needs.
            pub const fn family(self) -> KeyFamily {
                match self { $( Self::$name => KeyFamily::$family, )+ }
            }

            pub(crate) const fn hash(self) -> Hash {
                match self { $( Self::$name => Hash::$hash, )+ }
            }

            /// The algorithm with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( stringify!($name) => Some(Self::$name), )+
                    _ => None,
                }
            }
        }
    };
}

algorithms! {
    /// HMAC with SHA-256.
    HS256, Hmac, Sha256;
    /// HMAC with SHA-384.
    HS384, Hmac, Sha384;
    /// HMAC with SHA-512.
    HS512, Hmac, Sha512;
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256, Rsa, Sha256;
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384, Rsa, Sha384;
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512, Rsa, Sha512;
    /// RSASSA-PSS with SHA-256 and a salt as long as the hash.
    PS256, Rsa, Sha256;
    /// RSASSA-PSS with SHA-384 and a salt as long as the hash.
    PS384, Rsa, Sha384;
    /// RSASSA-PSS with SHA-512 and a salt as long as the hash.
    PS512, Rsa, Sha512;
    /// ECDSA on P-256 with SHA-256.
    ES256, Ec, Sha256;
    /// ECDSA on P-384 with SHA-384.
    ES384, Ec, Sha384;
    /// ECDSA on P-521 with SHA-512.
    ES512, Ec, Sha512;
    /// `EdDSA` on Ed25519. Ed448 is not supported.
    EdDSA, Ed, Sha512;
    /// `EdDSA` on Ed25519, under its fully specified name.
    Ed25519, Ed, Sha512;
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name).ok_or(ConfigError::Algorithms(
            "there is no such algorithm: name one of HS256, HS384, HS512, RS256, RS384, RS512, \
             PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519"
                .into(),
        ))
    }
}

/// A set of algorithms.
///
/// ```
/// use tower_bearer::Algorithm;
/// use tower_bearer::jose::AlgorithmSet;
///
/// let set: AlgorithmSet = [Algorithm::RS256, Algorithm::PS256].into_iter().collect();
/// assert!(set.contains(Algorithm::PS256));
/// assert!(!set.contains(Algorithm::HS256));
/// assert_eq!(format!("{set:?}"), "{RS256, PS256}");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AlgorithmSet(u16);

impl AlgorithmSet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// Every algorithm of a family.
    pub fn of_family(family: KeyFamily) -> Self {
        Algorithm::ALL
            .iter()
            .copied()
            .filter(|algorithm| algorithm.family() == family)
            .collect()
    }

    /// Whether the algorithm is in the set.
    pub const fn contains(self, algorithm: Algorithm) -> bool {
        self.0 & Self::bit(algorithm) != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The algorithms in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The algorithms of the set, in the order of [`Algorithm::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL
            .iter()
            .copied()
            .filter(move |&algorithm| self.contains(algorithm))
    }

    const fn bit(algorithm: Algorithm) -> u16 {
        1 << algorithm as u16
    }
}

impl From<Algorithm> for AlgorithmSet {
    fn from(algorithm: Algorithm) -> Self {
        Self(Self::bit(algorithm))
    }
}

impl FromIterator<Algorithm> for AlgorithmSet {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(algorithms: I) -> Self {
        algorithms.into_iter().fold(Self::EMPTY, |set, algorithm| {
            Self(set.0 | Self::bit(algorithm))
        })
    }
}

impl fmt::Debug for AlgorithmSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
