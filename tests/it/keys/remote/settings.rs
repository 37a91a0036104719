use tower_bearer::ConfigError;

use super::*;

#[track_caller]
fn assert_good(url: &str, shown: &str) {
    let keys = RemoteKeys::builder(url).build().unwrap();
    assert_eq!(
        format!("{keys:?}"),
        format!("RemoteKeys {{ url: {shown}, .. }}")
    );
}

#[track_caller]
fn assert_bad(url: &str, text: &str) {
    let error = RemoteKeys::builder(url).build().unwrap_err();
    assert!(matches!(error, ConfigError::Url(_)));
    assert_eq!(error.to_string(), format!("the JWKS URL {text}"), "{url}");
}

#[test]
fn urls() {
    for url in [
        "https://issuer.example.com/jwks.json",
        "https://issuer.example.com:8443/",
        "https://issuer.example.com:/",
        "http://localhost/jwks",
        "http://LOCALHOST:3000/jwks",
        "http://127.0.0.1:3000/jwks",
        "http://127.9.9.9/jwks",
        "http://[::1]:3000/jwks",
    ] {
        assert_good(url, url);
    }
    assert_good("https://a.example", "https://a.example/");
    // There may be a secret in the query.
    assert_good(
        "https://a.example/keys?code=hunter2",
        "https://a.example/keys",
    );
    for url in [
        "",
        "jwks.json",
        "/jwks.json",
        "issuer.example.com",
        "https://",
        "https:///jwks.json",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "ftp://a.example/jwks.json",
        "data:application/json,{}",
        "https://a.example/with space",
        "https://a.example:65536/",
        "https://a.example:4x/",
        "https://[::1]:99999/",
        "https://[::1]x/",
    ] {
        let text = "is not an https URL: give one like https://issuer.example.com";
        assert_bad(url, &format!("{url:?} {text}"));
    }
    // Whatever may be a secret is not shown.
    for (url, shown) in [
        ("keys?code=hunter2", "\"keys\""),
        ("//user:hunter2@a b", "\"…\""),
    ] {
        let text = "is not an https URL: give one like https://issuer.example.com";
        assert_bad(url, &format!("{shown} {text}"));
    }
    for url in [
        "https://user:hunter2@a.example/",
        "https://user@a.example/",
        "http://localhost@a.example/",
    ] {
        assert_bad(
            url,
            "has a user name or a password: remove it, \
             and send it in a header by a client of your own",
        );
    }
    for url in [
        "http://a.example/jwks",
        "http://localhost.a.example/jwks",
        "http://127.0.0.1.a.example/jwks",
        "http://10.0.0.1/jwks",
        "http://[::2]/jwks",
        "http://0.0.0.0/jwks",
        "http://[127.0.0.1]/jwks",
    ] {
        let text = "is not https, so anybody on the way could replace the keys: \
                    use https, or permit http with `allow_http`";
        assert_bad(url, &format!("{url:?} {text}"));
        assert!(RemoteKeys::builder(url).allow_http().build().is_ok());
    }
}

#[test]
fn the_builder_shows_no_url() {
    let builder = RemoteKeys::builder("https://user:hunter2@a.example/");
    let shown = format!("{builder:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains("a.example"), "{shown}");
}

#[test]
fn the_defaults() {
    assert_eq!(
        format!("{:?}", RemoteKeys::builder(URL)),
        "RemoteKeysBuilder { settings: Settings { time_to_live: 600s, max_age: 60s..=86400s, \
         refresh_percent: 80, stale_window: 3600s, cooldown: 30s, back_off: 1s..=60s, \
         timeout: 5s, max_body_len: 262144, max_keys: 100, max_unknown_keys: 128 }, .. }"
    );
}

#[track_caller]
fn assert_out_of_range(change: impl FnOnce(RemoteKeysBuilder) -> RemoteKeysBuilder, text: &str) {
    let error = change(RemoteKeys::builder(URL)).build().unwrap_err();
    assert!(matches!(error, ConfigError::OutOfRange(_)));
    assert_eq!(error.to_string(), text);
}

#[test]
fn settings_have_bounds() {
    const ZERO: Duration = Duration::ZERO;
    const LONG: Duration = secs(30 * 24 * 60 * 60 + 1);

    for (name, set) in [
        (
            "time_to_live",
            (|keys, time| keys.time_to_live(time)) as SetTime,
        ),
        ("max_age_within", |keys, time| {
            keys.max_age_within(time..=time)
        }),
        ("cooldown", |keys, time| keys.cooldown(time)),
        ("back_off", |keys, time| keys.back_off(time..=time)),
        ("timeout", |keys, time| keys.timeout(time)),
    ] {
        assert_out_of_range(|keys| set(keys, ZERO), &format!("`{name}` is 0: raise it"));
        let long = format!("`{name}` is 2592001s: set at most 30 days");
        assert_out_of_range(|keys| set(keys, LONG), &long);
    }
    assert_out_of_range(
        |keys| keys.stale_window(LONG),
        "`stale_window` is 2592001s: set at most 30 days",
    );
    assert_out_of_range(
        |keys| keys.max_age_within(secs(2)..=secs(1)),
        "`max_age_within` is 2s..=1s, which is empty: swap its ends",
    );
    assert_out_of_range(
        |keys| keys.back_off(secs(2)..=secs(1)),
        "`back_off` is 2s..=1s, which is empty: swap its ends",
    );
    for percent in [0, 101] {
        let text = format!("`refresh_at` is {percent} %: set it from 1 to 100");
        assert_out_of_range(|keys| keys.refresh_at(percent), &text);
    }
    assert_out_of_range(|keys| keys.max_body_len(0), "`max_body_len` is 0: raise it");
    assert_out_of_range(|keys| keys.max_keys(0), "`max_keys` is 0: raise it");
}

type SetTime = fn(RemoteKeysBuilder, Duration) -> RemoteKeysBuilder;

#[tokio::test(start_paused = true)]
async fn settings_are_obeyed() {
    let server = Server::with(&["a"]);
    let keys = server
        .builder()
        .time_to_live(secs(100))
        .refresh_at(50)
        .stale_window(Duration::ZERO)
        .cooldown(secs(5))
        .back_off(secs(10)..=secs(10))
        .build()
        .unwrap();
    keys.ready().await.unwrap();
    let verifier = verifier(&keys);
    let next = keys.status().next_refresh.unwrap();
    assert!((secs(45)..=secs(50)).contains(&next), "{next:?}");

    pass(secs(4)).await;
    assert_eq!(verify(&verifier, "b").await, Err(UNKNOWN));
    assert_eq!(server.asked(), 1);
    pass(secs(1)).await;
    assert_eq!(verify(&verifier, "b").await, Err(UNKNOWN));
    assert_eq!(server.asked(), 2);

    server.fail();
    pass(secs(50)).await;
    assert_eq!(server.asked(), 3);
    assert_unavailable(verify(&verifier, "b").await, secs(10));
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    pass(secs(50)).await;
    assert_unavailable(verify(&verifier, "a").await, secs(10));
}

#[tokio::test(start_paused = true)]
async fn errors_do_not_hold_the_query_of_the_url() {
    let client = tower::service_fn(|request: Request<String>| async move {
        let cause = io::Error::other(format!("no route to {}", request.uri()));
        Err::<Response<String>, _>(cause)
    });
    let keys = RemoteKeys::builder("https://a.example/keys?code=hunter2")
        .client(client)
        .build()
        .unwrap();
    assert_eq!(
        keys.ready().await.unwrap_err().to_string(),
        "the HTTP client failed: no route to https://a.example/keys?…"
    );
}

#[test]
fn traits() {
    fn assert_traits<T: std::fmt::Debug + Send + Sync + 'static>() {}
    fn assert_send<T: Send>(_: T) {}

    assert_traits::<RemoteKeys>();
    assert_traits::<tower_bearer::keys::KeyStatus>();
    let keys = Server::down().keys();
    assert_send(keys.ready());
    assert_send(RemoteKeys::builder(URL));
}
