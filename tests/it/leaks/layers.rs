//! The layers and their refusals.

use http::Response;
use tower::{Layer, Service, service_fn};
use tower_bearer::auth::Csrf;
use tower_bearer::grpc::BearerInterceptor;
use tower_bearer::reject::{DefaultRejection, ProblemJson, Realm, Rejection};
use tower_bearer::{AuthError, BearerAuthLayer, RequestHead, RequireLayer, authorize};

use super::search::Told;
use super::{SECRET, request, verifier};
use crate::auth::whoami;

pub(super) fn tell(told: &mut Told) {
    let csrf = Csrf::new(SECRET).unwrap();
    told.show(&csrf);
    let requirement = authorize::scope("read") | authorize::claims(|_: &serde_json::Value| true);
    told.show(&requirement);
    let require = RequireLayer::new(requirement);
    told.show(&require);
    let inner = require.layer(service_fn(whoami));
    told.show(&inner);
    told.show(&inner.clone().call(request()));

    let by_method = authorize::RequireByMethodLayer::builder();
    told.show(&by_method);
    let by_method = by_method.open_health().build().unwrap();
    told.show(&by_method);
    told.show(&by_method.layer(service_fn(whoami::<()>)));
    told.show(&BearerInterceptor::new(verifier()));

    let layer = BearerAuthLayer::new(verifier()).csrf(csrf);
    told.show(&layer);
    let mut service = layer.layer(inner);
    told.show(&service);
    // It has the token, verified, and the request.
    told.show(&service.call(request()));

    let realm = Realm::new("here").unwrap();
    told.show(&realm);
    told.show(&DefaultRejection::default());
    told.show(&ProblemJson::default());
    let (error, request) = (AuthError::InsufficientScope(None), request());
    let rejection = Rejection::new(&error, RequestHead::from(&request)).realm(&realm);
    told.show(&rejection);
    told.assert_silent(rejection.challenge().unwrap().to_str().unwrap());
    let response: Response<()> = rejection.response(());
    told.assert_silent(&format!("{response:?}"));
}
