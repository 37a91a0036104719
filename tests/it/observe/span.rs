use std::convert::Infallible;

use futures::FutureExt;
use http::{Request, Response};
use tower::{Layer, Service, service_fn};

use super::assert_logs;
use crate::auth::{LateKeys, World, bearer};

/// The span is that of the judgement: neither the inner service runs in it, nor a rejection of
/// the application, whether or not keys were waited for.
#[test]
fn the_span_ends_where_others_begin() {
    let world = World::new();
    let keys = LateKeys::default();
    let layer = world.layer_with(keys.clone());
    let layer = layer.reject_with(|rejection: tower_bearer::reject::Rejection<'_>| {
        tracing::info!("refused");
        rejection.response(())
    });
    let mut service = layer.layer(service_fn(|_: Request<()>| {
        tracing::info!("called");
        async {
            tracing::info!("polled");
            Ok::<_, Infallible>(Response::new(()))
        }
    }));

    let expired = world.token().expires_in(-3600).sign();
    let unsigned = format!("{}AAAA", world.good());
    let mut run = |token: &str| {
        let future = service.call(bearer(token));
        keys.come(world.issuer.verifying_key());
        drop(future.now_or_never().unwrap());
    };
    let passed = "DEBUG bearer_auth: tower_bearer: token accepted\n\
        INFO it::observe::span: called\n\
        INFO it::observe::span: polled\n";
    let refused = |text, reason| {
        format!(
            "DEBUG bearer_auth: tower_bearer: request refused: {text} reason=\"{reason}\"\n\
             INFO it::observe::span: refused\n"
        )
    };
    let bad_signature = refused("the signature of the token is wrong", "bad_signature");
    // The first waits for keys, the second has them at hand.
    assert_logs(|| run(&world.good()), passed);
    assert_logs(|| run(&world.good()), passed);
    assert_logs(
        || run(&expired),
        &refused("the token has expired", "expired"),
    );
    assert_logs(|| run(&unsigned), &bad_signature);
    keys.come(tower_bearer::keys::KeySet::default());
    assert_logs(|| run(&unsigned), &bad_signature);
}
