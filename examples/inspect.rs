//! Decodes a token, and shows check by check why it is accepted or refused.
//!
//! ```text
//! $ cargo run --example inspect -- --key public.pem --audience my-api "$TOKEN"
//! header: {"alg":"ES256","kid":"es256","typ":"JWT"}
//! claims: {"aud":"my-api","exp":1767229200,"iat":1767225600,"iss":"https://issuer.example.com"}
//!
//! ok       three parts, short enough
//! ok       header
//! ok       registered claims
//! ok       issuer
//! ok       algorithm and type
//! REFUSED  time, audience, required claims: the token has expired
//! -        key
//! -        signature
//! -        claims type and rules
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use std::cmp::Ordering;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use serde_json::{Map, Value};
use tower_bearer::dangerous::{decode_unverified_claims, decode_unverified_header};
use tower_bearer::keys::{Combined, KeyFile};
use tower_bearer::{AuthError, TokenError, Verifier};

/// Decodes a token, and shows why it is accepted or refused
#[derive(Parser)]
struct Options {
    /// JWK Set, public key or certificate; repeatable
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Required issuer; default: any
    #[arg(long)]
    issuer: Option<String>,
    /// Required audience; default: any
    #[arg(long)]
    audience: Option<String>,
    token: String,
}

/// The checks, in order.
const CHECKS: [&str; 9] = [
    "three parts, short enough",
    "header",
    "registered claims",
    "issuer",
    "algorithm and type",
    "time, audience, required claims",
    "key",
    "signature",
    "claims type and rules",
];

/// The check that refuses a token for this reason.
fn check_of(reason: TokenError) -> usize {
    use TokenError as E;
    match reason {
        E::TooLong | E::Malformed => 0,
        E::InvalidHeader | E::CriticalHeader | E::UnsupportedAlgorithm => 1,
        E::InvalidClaims => 2,
        E::UntrustedIssuer => 3,
        E::WrongType => 4,
        E::UnknownKey | E::AmbiguousKey | E::AlgorithmNotAllowed => 6,
        E::BadSignature => 7,
        E::UndecodableClaims | E::RefusedByRule => 8,
        _ => 5,
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = Options::parse();
    match decode_unverified_header(&options.token) {
        Ok(header) => println!("header: {}", header.json()),
        Err(error) => println!("header: {error}"),
    }
    match decode_unverified_claims::<Map<String, Value>>(&options.token) {
        Ok(claims) => println!("claims: {}\n", Value::Object(claims)),
        Err(error) => println!("claims: {error}\n"),
    }

    let mut keys = Combined::default();
    for path in options.key {
        keys = keys.and(KeyFile::open(path)?);
    }
    let builder = Verifier::builder();
    let builder = match options.issuer {
        Some(issuer) => builder.issuer(issuer, keys),
        None => builder.any_issuer(keys),
    };
    let builder = match options.audience {
        Some(audience) => builder.audience(audience),
        None => builder.any_audience(),
    };
    let refusal = match builder.build()?.verify_now(&options.token) {
        Err(AuthError::InvalidToken(reason)) => Some(reason),
        Err(error) => return Err(error.into()),
        Ok(_) => None,
    };
    for (number, check) in CHECKS.iter().enumerate() {
        match refusal.map(|reason| (reason, number.cmp(&check_of(reason)))) {
            None | Some((_, Ordering::Less)) => println!("ok       {check}"),
            Some((reason, Ordering::Equal)) => println!("REFUSED  {check}: {reason}"),
            Some((_, Ordering::Greater)) => println!("-        {check}"),
        }
    }
    Ok(match refusal {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    })
}
