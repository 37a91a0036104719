mod by_method;
mod layer;
mod requirement;

use http::Request;
use tower_bearer::VerifiedToken;

/// The claims of these tests.
#[derive(serde::Deserialize)]
struct Claims {
    #[serde(default)]
    level: u8,
}

/// The token's subject.
fn subject<B>(request: &Request<B>) -> String {
    let token = VerifiedToken::<Claims>::optional_from_extensions(request.extensions());
    let token = token.unwrap();
    let subject = token.as_ref().and_then(VerifiedToken::subject);
    subject.unwrap_or("nobody").to_owned()
}
