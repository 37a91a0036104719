use std::collections::HashSet;
use std::sync::{Mutex, OnceLock, RwLock, Weak, mpsc};
use std::time::Duration;

use axum::Router;
use futures::FutureExt;
use tokio::net::TcpListener;
use tower_bearer::ConfigError;
use tower_bearer::keys::{KeyFile, Refresh, RemoteKeys};
use tower_bearer::test_util::KeyServer;
use tower_bearer::verify::Tenants;

use super::*;

const SECS_30: Duration = Duration::from_secs(30);

/// Tenants that come and go, and a record of whose keys were made.
#[derive(Clone)]
struct World {
    trusted: Arc<RwLock<HashSet<String>>>,
    made: Arc<Mutex<Vec<String>>>,
    clock: FixedClock,
}

impl World {
    fn with(names: &[&str]) -> Self {
        Self {
            trusted: Arc::new(RwLock::new(names.iter().map(|name| tenant(name)).collect())),
            made: Arc::default(),
            clock: clock(),
        }
    }

    /// Tenants whose keys never fail.
    fn tenants(&self) -> Tenants {
        self.tenants_with(|issuer| Ok(named(issuer).verifying_key()))
    }

    fn tenants_with<K: KeyProvider>(
        &self,
        keys: impl Fn(&str) -> Result<K, ConfigError> + Send + Sync + 'static,
    ) -> Tenants {
        let World { trusted, made, .. } = self.clone();
        Tenants::new(
            move |issuer| trusted.read().unwrap().contains(issuer),
            move |issuer| {
                made.lock().unwrap().push(issuer.to_owned());
                keys(issuer)
            },
        )
    }

    fn builder(&self, tenants: Tenants) -> VerifierBuilder {
        Verifier::builder()
            .tenants(tenants)
            .audience(AUDIENCE)
            .clock(self.clock.clone())
    }

    fn verifier(&self, tenants: Tenants) -> Verifier {
        self.builder(tenants).build().unwrap()
    }

    /// Whose keys were made since this was called last.
    fn made(&self) -> Vec<String> {
        std::mem::take(&mut *self.made.lock().unwrap())
    }

    fn token(&self, name: &str) -> String {
        let issuer = named(&tenant(name)).clock(self.clock.clone());
        issuer.token().audience(AUDIENCE).sign()
    }

    fn verify(&self, verifier: &Verifier, name: &str) -> Result<(), AuthError> {
        verifier.verify_now(self.token(name)).map(|_| ())
    }
}

fn tenant(name: &str) -> String {
    format!("https://login.example.com/{name}")
}

/// The issuer of this name, with a key that only it has.
fn named(issuer: &str) -> TestIssuer {
    let mut secret = [b'.'; 64];
    secret[..issuer.len()].copy_from_slice(issuer.as_bytes());
    let key = tower_bearer::SigningKey::from_secret(Algorithm::HS256, secret).unwrap();
    TestIssuer::new(issuer, Algorithm::HS256).key(key)
}

const UNTRUSTED: Result<(), AuthError> = Err(AuthError::InvalidToken(TokenError::UntrustedIssuer));

#[test]
fn a_predicate_decides_before_keys_are_made() {
    let world = World::with(&["acme"]);
    let verifier = world.verifier(world.tenants());
    assert_eq!(world.verify(&verifier, "evil"), UNTRUSTED);
    assert!(world.made().is_empty());
    assert_eq!(world.verify(&verifier, "acme"), Ok(()));
    assert_eq!(world.verify(&verifier, "acme"), Ok(()));
    assert_eq!(world.made(), [tenant("acme")]);

    // A token without an issuer, or of another type, is of no tenant.
    for claims in [serde_json::json!({}), serde_json::json!({"iss": ["a"]})] {
        let key = named(&tenant("acme"));
        let token = key.token().claims(claims).claim("exp", NOW + 60).sign();
        assert!(verifier.verify_now(token).is_err());
    }
}

#[test]
fn each_tenant_signs_with_its_own_keys() {
    let world = World::with(&["acme", "initech"]);
    let verifier = world.verifier(world.tenants());
    assert_eq!(world.verify(&verifier, "acme"), Ok(()));
    assert_eq!(world.verify(&verifier, "initech"), Ok(()));
    let forged = named(&tenant("acme")).clock(clock());
    let forged = forged
        .token()
        .audience(AUDIENCE)
        .claim("iss", tenant("initech"))
        .sign();
    assert_refuses(&verifier, forged, TokenError::BadSignature);
}

#[test]
fn who_is_no_longer_trusted_is_refused_at_once() {
    let world = World::with(&["acme"]);
    let verifier = world.verifier(world.tenants());
    let token = world.token("acme");
    assert_accepts(&verifier, &token);
    assert_accepts(&verifier, &token);
    world.trusted.write().unwrap().clear();
    assert_refuses(&verifier, &token, TokenError::UntrustedIssuer);
    world.trusted.write().unwrap().insert(tenant("acme"));
    assert_accepts(&verifier, &token);
}

#[test]
fn who_was_not_used_longest_leaves() {
    let names: Vec<_> = (0..=101).map(|number| number.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let world = World::with(&names);
    let verifier = world.verifier(world.tenants());
    for name in &names[..100] {
        assert_eq!(world.verify(&verifier, name), Ok(()));
    }
    // One that is used by a remembered token, and one that is merely named.
    assert_eq!(world.verify(&verifier, "0"), Ok(()));
    let foreign = named(&tenant("1"))
        .clock(clock())
        .token()
        .audience("else")
        .sign();
    assert_refuses(&verifier, foreign, TokenError::WrongAudience);
    assert_eq!(world.made().len(), 100);

    world.clock.advance(SECS_30);
    assert_eq!(world.verify(&verifier, "100"), Ok(()));
    assert_eq!(world.verify(&verifier, "0"), Ok(()));
    assert_eq!(world.verify(&verifier, "2"), Ok(()));
    assert_eq!(world.made(), [tenant("100")]);
    // In place of 3, which is the one that was not used longest now.
    assert_eq!(world.verify(&verifier, "1"), Ok(()));
    assert_eq!(world.verify(&verifier, "4"), Ok(()));
    assert_eq!(world.made(), [tenant("1")]);
}

#[test]
fn a_token_that_is_remembered_does_not_keep_its_tenant() {
    let world = World::with(&["acme", "initech"]);
    let verifier = world.verifier(world.tenants().max(1));
    let token = world.token("acme");
    let first = assert_accepts(&verifier, &token);
    world.clock.advance(SECS_30);
    assert_eq!(world.verify(&verifier, "initech"), Ok(()));
    world.clock.advance(SECS_30);
    // It is verified anew, by keys that are made anew.
    let again = assert_accepts(&verifier, &token);
    assert!(!std::ptr::eq(first.claims(), again.claims()));
    let made = ["acme", "initech", "acme"].map(tenant);
    assert_eq!(world.made(), made);
}

#[test]
fn tokens_that_only_name_tenants_do_not_drive_the_others_out() {
    let names: Vec<_> = (0..50).map(|number| number.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let world = World::with(&names);
    let verifier = world.verifier(world.tenants().max(10));
    for name in &names[..10] {
        assert_eq!(world.verify(&verifier, name), Ok(()));
    }
    world.made();
    let busy = Err(AuthError::KeysUnavailable(SECS_30));
    for _ in 0..100 {
        for name in &names[10..] {
            assert_eq!(world.verify(&verifier, name), busy);
        }
        for name in &names[..10] {
            assert_eq!(world.verify(&verifier, name), Ok(()));
        }
    }
    // To be turned away costs nothing that is worth a flood.
    assert!(world.made().is_empty());
    world.clock.advance(Duration::from_secs(29));
    assert_eq!(world.verify(&verifier, "10"), busy);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.verify(&verifier, "10"), Ok(()));
}

/// Keys that have something to do when they are no longer needed.
struct Farewell(KeySet, Box<dyn Fn() + Send + Sync>);

impl KeyProvider for Farewell {
    fn snapshot(&self) -> KeySet {
        self.0.clone()
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        self.1();
    }
}

#[test]
fn who_leaves_may_use_the_verifier() {
    let world = World::with(&["acme", "globex", "initech", "hooli"]);
    let verifier: Arc<OnceLock<Verifier>> = Arc::default();
    let (again, token) = (Arc::downgrade(&verifier), world.token("hooli"));
    let (tell, told) = mpsc::channel();
    let tenants = world.tenants_with(move |issuer| {
        let (again, token, tell) = (Weak::clone(&again), token.clone(), tell.clone());
        let farewell = move || {
            if let Some(verifier) = again.upgrade().as_ref().and_then(|it| it.get()) {
                tell.send(verifier.verify_now(&token).map(|_| ())).unwrap();
            }
        };
        let keys = KeySet::from(named(issuer).verifying_key());
        Ok(Farewell(keys, Box::new(farewell)))
    });
    let verifier = verifier.get_or_init(|| world.verifier(tenants.max(2)));
    assert_eq!(world.verify(verifier, "acme"), Ok(()));
    assert_eq!(world.verify(verifier, "globex"), Ok(()));
    world.clock.advance(SECS_30);
    // In a thread of its own, since it would hold the lock forever.
    let (other, token) = (verifier.clone(), world.token("initech"));
    std::thread::spawn(move || other.verify_now(token).map(|_| ()));
    // It is answered, if only that there is no room yet.
    let busy = Err(AuthError::KeysUnavailable(SECS_30));
    assert_eq!(told.recv_timeout(SECS_30), Ok(busy));
}

#[test]
fn tokens_that_only_name_tenants_take_a_tenth_of_the_places() {
    let names: Vec<_> = (0..200).map(|number| number.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let world = World::with(&names);
    let verifier = world.verifier(world.tenants());
    for name in &names[..100] {
        assert_eq!(world.verify(&verifier, name), Ok(()));
    }
    world.clock.advance(SECS_30);
    world.made();
    let name_them = || {
        for name in &names[100..] {
            let foreign = named(&tenant(name)).clock(world.clock.clone());
            assert!(verifier.verify_now(foreign.token().sign()).is_err());
        }
        world.made().len()
    };
    assert_eq!(name_them(), 10);
    assert_eq!(name_them(), 0);
    for name in &names[10..100] {
        assert_eq!(world.verify(&verifier, name), Ok(()));
    }
    assert!(world.made().is_empty());
    // They make room for each other, and for whoever has a good token.
    world.clock.advance(SECS_30);
    assert_eq!(world.verify(&verifier, "0"), Ok(()));
    assert_eq!(world.made(), [tenant("0")]);
    assert_eq!(name_them(), 10);
    for name in &names[11..100] {
        assert_eq!(world.verify(&verifier, name), Ok(()));
    }
}

#[tokio::test]
async fn tenants_that_are_inside_are_refused_unless_that_is_wanted() {
    let issuer = TestIssuer::new("http://127.0.0.1:9/acme", Algorithm::ES256);
    let token = issuer.token().audience(AUDIENCE).sign();
    let refused = |tenants: Tenants| {
        let verifier = Verifier::builder().tenants(tenants).audience(AUDIENCE);
        verifier.build().unwrap().verify_now(&token).unwrap_err()
    };
    let error = refused(Tenants::discover(|_| true));
    assert_eq!(error, TokenError::UntrustedIssuer.into());
    let keys = |issuer: &str| RemoteKeys::discover(issuer).build();
    let error = refused(Tenants::new(|_| true, keys));
    assert!(matches!(error, AuthError::KeysUnavailable(_)), "{error}");
}

#[test]
fn a_clock_that_is_set_back_holds_nobody() {
    let world = World::with(&["acme", "initech"]);
    let verifier = world.verifier(world.tenants().max(1));
    assert_eq!(world.verify(&verifier, "acme"), Ok(()));
    world.clock.set(NOW.unsigned_abs() - 3600);
    assert_eq!(world.verify(&verifier, "initech"), Ok(()));
}

#[test]
fn tenants_stand_beside_named_issuers() {
    let world = World::with(&["acme"]);
    let verifier = world
        .builder(world.tenants())
        .issuer(ISSUER, issuer().verifying_key())
        .build()
        .unwrap();
    assert_eq!(world.verify(&verifier, "acme"), Ok(()));
    assert_accepts(&verifier, issuer().token().audience(AUDIENCE).sign());
    // The named one is no tenant, whatever the predicate says.
    world.trusted.write().unwrap().insert(ISSUER.into());
    assert_accepts(&verifier, issuer().token().audience(AUDIENCE).sign());
    assert_eq!(world.made(), [tenant("acme")]);
}

#[test]
fn tenants_can_have_rules_of_their_own() {
    let world = World::with(&["acme"]);
    let rules = Validation::new().audience("tenants-api");
    let verifier = world.verifier(world.tenants().validation(rules));
    let issuer = named(&tenant("acme")).clock(clock());
    assert_accepts(&verifier, issuer.token().audience("tenants-api").sign());
    let refused = issuer.token().audience(AUDIENCE).sign();
    assert_refuses(&verifier, refused, TokenError::WrongAudience);
}

#[test]
fn keys_that_cannot_be_made_are_complained_of_once() {
    let world = World::with(&["acme"]);
    let verifier = world.verifier(world.tenants_with(|_| KeyFile::open("/none")));
    let log = crate::observe::logged(|| {
        for _ in 0..3 {
            assert_eq!(world.verify(&verifier, "acme"), UNTRUSTED);
        }
    });
    let warning = "WARN tower_bearer: a tenant's tokens are refused, since its keys \
                   cannot be set up: cannot read the key file /none: \
                   No such file or directory (os error 2)\n";
    assert_eq!(log, warning);
}

/// Keys that are not there before they are asked for.
struct Late(Mutex<KeySet>, KeySet);

impl KeyProvider for Late {
    fn snapshot(&self) -> KeySet {
        self.0.lock().unwrap().clone()
    }

    fn refresh(&self, _: &WantedKey<'_>) -> Refresh {
        *self.0.lock().unwrap() = self.1.clone();
        Refresh::Pending(Box::pin(async {
            tokio::task::yield_now().await;
            Ok(())
        }))
    }
}

#[tokio::test]
async fn a_token_that_waits_is_judged_by_the_keys_that_it_waited_for() {
    let world = World::with(&["acme", "initech"]);
    let tenants = world
        .tenants_with(|issuer| {
            let keys = KeySet::from(named(issuer).verifying_key());
            Ok(Late(Mutex::default(), keys))
        })
        .max(1);
    let verifier = world.verifier(tenants);
    let token = world.token("acme");
    let mut waiting = Box::pin(verifier.verify(&token));
    assert!((&mut waiting).now_or_never().is_none());
    world.clock.advance(SECS_30);
    // The other takes its place meanwhile.
    let other = world.token("initech");
    assert!(verifier.verify(&other).await.is_ok());
    assert!(waiting.await.is_ok());
    assert_eq!(world.made(), ["acme", "initech"].map(tenant));
}

#[tokio::test]
async fn who_is_no_longer_trusted_when_the_keys_come_is_refused() {
    let world = World::with(&["acme"]);
    let verifier = world.verifier(world.tenants_with(|issuer| {
        let keys = KeySet::from(named(issuer).verifying_key());
        Ok(Late(Mutex::default(), keys))
    }));
    let token = world.token("acme");
    let mut waiting = Box::pin(verifier.verify(&token));
    assert!((&mut waiting).now_or_never().is_none());
    world.trusted.write().unwrap().clear();
    assert_eq!(waiting.await.map(|_| ()), UNTRUSTED);
}

/// A provider with a realm for each tenant, over real connections.
#[tokio::test]
async fn tenants_are_discovered_and_do_not_notice_each_other() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let provider = format!("http://{}", listener.local_addr().unwrap());
    let realms = ["acme", "initech", "evil"].map(|name| {
        let issuer = TestIssuer::new(format!("{provider}/{name}"), Algorithm::ES256);
        (name, KeyServer::of(&issuer), issuer)
    });
    let router = realms
        .iter()
        .fold(Router::new(), |router, (name, server, _)| {
            router.route_service(&format!("/{name}/{{*document}}"), server.clone())
        });
    tokio::spawn(async { axum::serve(listener, router).await });

    let keys = |issuer: &str| RemoteKeys::discover(issuer).build();
    let tenants = Tenants::new(|issuer| !issuer.ends_with("evil"), keys);
    let verifier = Verifier::builder().tenants(tenants).audience(AUDIENCE);
    let verifier = verifier.build().unwrap();
    let [acme, initech, evil] = &realms;
    acme.1.fail();
    for _ in 0..2 {
        let token = |issuer: &TestIssuer| issuer.token().audience(AUDIENCE).sign();
        let down = verifier.verify(token(&acme.2)).await.unwrap_err();
        assert!(matches!(down, AuthError::KeysUnavailable(_)), "{down}");
        assert!(verifier.verify(token(&initech.2)).await.is_ok());
        let untrusted = verifier.verify(token(&evil.2)).await.unwrap_err();
        assert_eq!(untrusted, TokenError::UntrustedIssuer.into());
    }
}

#[test]
fn mistakes_are_told() {
    let world = World::with(&["acme"]);
    let error = |builder: VerifierBuilder| builder.build().unwrap_err().to_string();
    assert_eq!(
        error(world.builder(world.tenants().max(0))),
        "`Tenants::max` is 0: raise it"
    );
    assert_eq!(
        error(
            world
                .builder(world.tenants())
                .any_issuer(issuer().verifying_key())
        ),
        "both `tenants` and `any_issuer` are set: choose one"
    );
    let no_audience = Verifier::builder().tenants(world.tenants());
    assert!(matches!(no_audience.build(), Err(ConfigError::Audience(_))));
    let twice = Verifier::builder()
        .any_issuer(issuer().verifying_key())
        .any_issuer(issuer().verifying_key())
        .any_audience();
    assert_eq!(
        error(twice),
        "`any_issuer` is set twice: combine the keys with `keys::Combined`"
    );
    assert_eq!(
        format!("{:?}", world.tenants().max(7)),
        "Tenants { max: 7, validation: None, .. }"
    );
}
