//! Where keys come from.

use std::convert::Infallible;
use std::fs;
use std::time::Duration;

use http::{Request, Response};
use tempfile::tempdir;
use tower::service_fn;
use tower_bearer::keys::{
    Combined, KeyFile, KeyProvider, KeySet, KeyState, Refresh, RemoteKeys, WantedKey,
};
use tower_bearer::{Algorithm, JwkSet, Verifier, VerifyingKey};

use super::search::Told;
use super::tokens::jwk_set;
use super::{ISSUER, PASSWORD, SECRET};

pub(super) async fn tell(told: &mut Told) {
    let secret = VerifyingKey::from_secret(SECRET).unwrap();
    told.show(&KeySet::from(secret.clone()));
    told.show(&KeySet::from(JwkSet::parse(jwk_set()).unwrap()));
    told.show(&Combined::default().and(secret));
    told.show(&WantedKey::new(Algorithm::ES256, Some(PASSWORD)));
    told.show(&Refresh::Unchanged);
    told.show(&Refresh::Unavailable(Duration::from_secs(1)));
    told.show(&Refresh::Pending(Box::pin(async { Ok(()) })));
    tell_file(told);
    tell_remote(told).await;
}

fn tell_file(told: &mut Told) {
    let dir = tempdir().unwrap();
    let path = dir.path().join("jwks.json");
    fs::write(&path, jwk_set()).unwrap();
    let keys = KeyFile::open(&path).unwrap();
    told.show(&keys);
    for content in [jwk_set().replace(":[", ":"), jwk_set().replace('"', "'")] {
        fs::write(&path, content).unwrap();
        told.error(&keys.reload().unwrap_err());
    }
}

/// Keys of a server that sends secrets, at a URL that has one.
async fn tell_remote(told: &mut Told) {
    let url = format!("{ISSUER}/jwks.json?code={PASSWORD}");
    let secret_only = jwk_set().replace(r#""EC""#, r#""none""#);
    for (answer, is_good) in [
        (jwk_set(), true),
        (secret_only, false),
        (jwk_set().replace('"', "'"), false),
    ] {
        let server = service_fn(move |_: Request<String>| {
            let answer = answer.clone();
            async { Ok::<_, Infallible>(Response::new(answer)) }
        });
        let builder = RemoteKeys::builder(&url).client(server);
        told.show(&builder);
        let keys = builder.build().unwrap();
        let verifier = Verifier::builder().issuer(ISSUER, keys.clone());
        let verifier = verifier.any_audience().build().unwrap();
        told.show(&keys);
        if is_good {
            keys.ready().await.unwrap();
        } else {
            told.error(&keys.ready().await.unwrap_err());
            told.error(&verifier.ready().await.unwrap_err());
        }
        told.show(&keys);
        told.serialize(&KeyProvider::status(&keys));
        told.serialize(&verifier.status()[0]);
    }
    told.serialize(&KeyState::Stale);
}
