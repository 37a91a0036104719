//! A glob import of this crate hides no other crate: if one of our public modules had the name of a
//! crate below, its path would be ambiguous, and this would not compile.

#[expect(unused_imports, reason = "the names are what is tested")]
use tower_bearer::*;

use axum::Router;
use config::Config;
use jsonwebtoken::Algorithm as Other;
use tonic::Status;

#[test]
fn a_glob_import_hides_no_crate() {
    let _ = (
        Router::<()>::new,
        Config::builder,
        Other::HS256,
        Status::code,
    );
}
