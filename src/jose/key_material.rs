//! The common form of all keys, and the rules for them.

use crate::error::KeyError;
use crate::jose::{Algorithm, AlgorithmSet, KeyFamily};

/// The largest RSA modulus, in bits. The cost of a verification grows with its square.
pub(crate) const MAX_RSA_BITS: usize = 8192;

/// The smallest RSA modulus, in bits
/// ([RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
const MIN_RSA_BITS: usize = 2048;

/// The largest RSA exponent, in bits, that AWS-LC and most libraries accept.
const MAX_RSA_EXPONENT_BITS: usize = 33;

/// The y coordinates (little-endian) of the Ed25519 points of small order. Under such a key, one
/// signature fits many messages.
const SMALL_ORDER: [[u8; 32]; 5] = [
    little_endian(0x00, 0x00, 0x00),
    little_endian(0x01, 0x00, 0x00),
    little_endian(0xec, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// A verification key.
pub(crate) enum KeyMaterial<'a> {
    Secret(&'a [u8]),
    Public(&'a PublicMaterial),
}

/// A public key in normal form: equal keys are equal bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PublicMaterial {
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa { n: Box<[u8]>, e: Box<[u8]> },
    /// The uncompressed point of SEC 1. The back end checks that it is on the curve.
    Ec { curve: Curve, point: Box<[u8]> },
    /// The canonical encoding of a point that is not of small order.
    Ed25519([u8; 32]),
}

impl PublicMaterial {
    /// An RSA key. An exponent of 3 is accepted: attacks on it need a lax padding check, and both
    /// back ends check all of the padding.
    pub(crate) fn rsa(n: &[u8], e: &[u8]) -> Result<Self, KeyError> {
        let (n, e) = (strip_zeros(n), strip_zeros(e));
        let bits = bit_length(n);
        if !is_odd(n) {
            return Err(KeyError::Malformed("the modulus of the RSA key is even"));
        }
        if bits < MIN_RSA_BITS {
            return Err(KeyError::RsaTooSmall(bits));
        }
        if bits > MAX_RSA_BITS {
            return Err(KeyError::RsaTooLarge(bits));
        }
        if !is_odd(e) || e == [1] || bit_length(e) > MAX_RSA_EXPONENT_BITS {
            return Err(KeyError::Malformed(
                "the exponent of the RSA key is not an odd number from 3 to 2^33",
            ));
        }
        Ok(Self::Rsa {
            n: n.into(),
            e: e.into(),
        })
    }

    /// A point on a NIST curve, by its coordinates.
    pub(crate) fn ec(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, KeyError> {
        if x.len() != curve.width() || y.len() != curve.width() {
            return Err(KeyError::Malformed(
                "a coordinate of the EC key is not as long as its curve demands",
            ));
        }
        Ok(Self::Ec {
            curve,
            point: [&[4], x, y].concat().into(),
        })
    }

    /// A point on a NIST curve, as SEC 1 encodes it.
    pub(crate) fn ec_point(curve: Curve, point: &[u8]) -> Result<Self, KeyError> {
        match point {
            [4, ..] => {
                let (x, y) = curve.coordinates(point);
                Self::ec(curve, x, y)
            }
            [2 | 3, ..] => Err(KeyError::Malformed(
                "the point of the EC key is compressed: export it uncompressed",
            )),
            _ => Err(KeyError::Malformed("the EC key holds no point of a curve")),
        }
    }

    /// An Ed25519 key. Encodings that libraries treat differently are refused, so both back ends
    /// always agree.
    pub(crate) fn ed25519(bytes: &[u8]) -> Result<Self, KeyError> {
        let key: [u8; 32] = bytes
            .try_into()
            .map_err(|_| KeyError::Malformed("the Ed25519 key does not have 32 bytes"))?;
        let mut y = key;
        if let Some(last) = y.last_mut() {
            *last &= 0x7f;
        }
        if SMALL_ORDER.contains(&y) {
            return Err(KeyError::Malformed("the Ed25519 key is of small order"));
        }
        if y.iter().rev().cmp(PRIME_25519.iter().rev()).is_ge() {
            return Err(KeyError::Malformed(
                "the Ed25519 key is not canonically encoded",
            ));
        }
        Ok(Self::Ed25519(key))
    }

    pub(crate) fn family(&self) -> KeyFamily {
        match self {
            Self::Rsa { .. } => KeyFamily::Rsa,
            Self::Ec { .. } => KeyFamily::Ec,
            Self::Ed25519(_) => KeyFamily::Ed,
        }
    }

    /// All algorithms that fit the key.
    pub(crate) fn algorithms(&self) -> AlgorithmSet {
        match self {
            Self::Ec { curve, .. } => curve.algorithm().into(),
            Self::Rsa { .. } | Self::Ed25519(_) => AlgorithmSet::of_family(self.family()),
        }
    }
}

/// The NIST curves of JOSE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(crate) const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// The name of the curve, as in the `crv` of a JWK.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// The length of a coordinate, in bytes.
    pub(crate) const fn width(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The length of an uncompressed point, in bytes.
    #[cfg(feature = "jsonwebtoken")]
    pub(crate) const fn point_len(self) -> usize {
        match self {
            Self::P256 => 65,
            Self::P384 => 97,
            Self::P521 => 133,
        }
    }

    /// Splits an uncompressed point. If it is too short, so are the coordinates.
    pub(crate) fn coordinates(self, point: &[u8]) -> (&[u8], &[u8]) {
        point
            .get(1..)
            .and_then(|coordinates| coordinates.split_at_checked(self.width()))
            .unwrap_or_default()
    }

    /// The one algorithm of the curve.
    pub(crate) const fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::ES256,
            Self::P384 => Algorithm::ES384,
            Self::P521 => Algorithm::ES512,
        }
    }
}

/// The prime of the field of Ed25519, 2^255 - 19.
const PRIME_25519: [u8; 32] = little_endian(0xed, 0xff, 0x7f);

const fn little_endian(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let m = middle;
    [
        first, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m,
        m, m, last,
    ]
}

fn strip_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

/// The length in bits of a number without leading zeros.
fn bit_length(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |byte| byte.leading_zeros());
    number
        .len()
        .saturating_mul(8)
        .saturating_sub(unused as usize)
}
