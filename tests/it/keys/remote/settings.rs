use tower_bearer::ConfigError;

use super::*;

const NO_URL: &str =
    "the URL of the keys is none: give one like https://issuer.example.com/jwks.json";
const USER: &str = "the URL of the keys holds a user name or a password: \
     give a client that sends them in a header";
const HTTP: &str = "the URL of the keys is http, by which anybody on the way can replace them: \
     use https, or permit it with `allow_http`";

#[track_caller]
fn assert_url(url: &str, expected: Result<&str, &str>) {
    let shown = RemoteKeys::builder(url)
        .build()
        .map(|keys| format!("{keys:?}"))
        .map_err(|error| {
            assert!(matches!(error, ConfigError::Url(_)));
            error.to_string()
        });
    let expected = expected.map(|url| format!("RemoteKeys {{ url: {url}, .. }}"));
    assert_eq!(shown, expected.map_err(ToOwned::to_owned), "{url}");
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
        assert_url(url, Ok(url));
    }
    assert_url("https://a.example", Ok("https://a.example/"));
    // There may be a secret in the query.
    assert_url(
        "https://a.example/keys?code=hunter2",
        Ok("https://a.example/keys"),
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
        assert_url(url, Err(NO_URL));
    }
    for url in [
        "https://user:hunter2@a.example/",
        "https://user@a.example/",
        "http://localhost@a.example/",
    ] {
        assert_url(url, Err(USER));
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
        assert_url(url, Err(HTTP));
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
         timeout: 5s, max_body_len: 262144, max_keys: 100, max_misses: 128 }, .. }"
    );
}

#[track_caller]
fn assert_out_of_range(change: fn(RemoteKeysBuilder) -> RemoteKeysBuilder, text: &str) {
    let error = change(RemoteKeys::builder(URL)).build().unwrap_err();
    assert!(matches!(error, ConfigError::OutOfRange(_)));
    assert_eq!(error.to_string(), text);
}

#[test]
fn settings_have_bounds() {
    const ZERO: Duration = Duration::ZERO;
    const LONG: Duration = secs(30 * 24 * 60 * 60 + 1);

    let zero = "a time of the remote keys is 0: only the stale window may be";
    assert_out_of_range(|keys| keys.time_to_live(ZERO), zero);
    assert_out_of_range(|keys| keys.max_age_within(ZERO..=secs(1)), zero);
    assert_out_of_range(|keys| keys.cooldown(ZERO), zero);
    assert_out_of_range(|keys| keys.back_off(ZERO..=secs(1)), zero);
    assert_out_of_range(|keys| keys.timeout(ZERO), zero);
    let long = "a time of the remote keys is longer than 30 days: shorten it";
    assert_out_of_range(|keys| keys.time_to_live(Duration::MAX), long);
    assert_out_of_range(|keys| keys.max_age_within(secs(1)..=LONG), long);
    assert_out_of_range(|keys| keys.stale_window(LONG), long);
    assert_out_of_range(|keys| keys.cooldown(LONG), long);
    assert_out_of_range(|keys| keys.back_off(secs(1)..=LONG), long);
    assert_out_of_range(|keys| keys.timeout(LONG), long);
    let range = "a range of times of the remote keys ends before it begins: exchange its ends";
    assert_out_of_range(|keys| keys.max_age_within(secs(2)..=secs(1)), range);
    assert_out_of_range(|keys| keys.back_off(secs(2)..=secs(1)), range);
    let percent = "remote keys are refreshed at a percentage of their life: give one from 1 to 100";
    assert_out_of_range(|keys| keys.refresh_at(0), percent);
    assert_out_of_range(|keys| keys.refresh_at(101), percent);
    let size = "the greatest length or number of remote keys is 0: raise it";
    assert_out_of_range(|keys| keys.max_body_len(0), size);
    assert_out_of_range(|keys| keys.max_keys(0), size);
}

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
    fn assert_error<T: std::error::Error + Clone + Send + Sync + 'static>() {}
    fn assert_send<T: Send>(_: T) {}

    assert_traits::<RemoteKeys>();
    assert_traits::<tower_bearer::keys::KeyStatus>();
    assert_error::<tower_bearer::keys::FetchError>();
    let keys = Server::down().keys();
    assert_send(keys.ready());
    assert_send(RemoteKeys::builder(URL));
}
