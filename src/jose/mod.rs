//! JSON Object Signing and Encryption: pure data and cryptography, without HTTP, tasks or I/O.

mod algorithm;
mod backend;
pub(crate) mod base64url;
mod claim_path;
mod claims;
mod der;
mod header;
mod json_string;
mod jwk;
mod jwk_members;
mod jwk_set;
mod key_material;
mod names;
mod numeric_date;
mod object;
mod packed;
mod pem;
mod private_names;
mod reader;
mod secret;
mod signing_key;
mod skip;
mod texts;
mod token;
mod unverified;
mod verifying_key;

pub use algorithm::{Algorithm, AlgorithmSet, KeyFamily};
pub(crate) use backend::{random, random_bytes, sha256};
pub use claim_path::ClaimPath;
pub use claims::RegisteredClaims;
pub use header::Header;
pub(crate) use header::same_type;
pub use jwk::Jwk;
pub use jwk_set::{JwkSet, SkippedKey};
#[cfg(feature = "jsonwebtoken")]
pub(crate) use key_material::{Curve, PublicMaterial};
pub use numeric_date::NumericDate;
#[cfg(feature = "remote")]
pub(crate) use object::{read_object, set_once};
pub(crate) use private_names::holds_private_name;
pub use signing_key::SigningKey;
pub(crate) use texts::OneOrMany;
pub use token::Token;
pub(crate) use unverified::{Claims, Times, UnverifiedClaims};
pub use verifying_key::VerifyingKey;
