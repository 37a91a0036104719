use futures::FutureExt;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, Request};
use tower_bearer::RequestHead;
use tower_bearer::extract::{Cookie, TokenSource};
use tower_bearer_issuer::store::MemoryStore;
use tower_bearer_issuer::{Grant, RefreshTokens, SessionCookies, TokenPair};

use super::*;

fn cookies() -> SessionCookies {
    SessionCookies::new("/session").unwrap()
}

fn pair_with(claims: &Value) -> TokenPair {
    let access_token = issuer().access_token("alice").claims(claims).issue();
    let refresh_tokens = <RefreshTokens>::builder(MemoryStore::new())
        .idle_lifetime(secs(3600))
        .build()
        .unwrap();
    let refresh_token = refresh_tokens.begin(Grant::new("alice"));
    let refresh_token = refresh_token.now_or_never().unwrap().unwrap();
    TokenPair::new(access_token.unwrap(), refresh_token)
}

fn pair() -> TokenPair {
    pair_with(&serde_json::json!({}))
}

#[test]
fn attributes() {
    let pair = pair();
    let [access, refresh] = cookies().set(&pair).unwrap();
    assert_eq!(
        access,
        format!(
            "__Host-access={}; Max-Age=900; Path=/; Secure; HttpOnly; SameSite=Lax",
            pair.access_token().as_str(),
        )
    );
    assert_eq!(
        refresh,
        format!(
            "__Secure-refresh={}; Max-Age=3600; Path=/session; Secure; HttpOnly; SameSite=Lax",
            pair.refresh_token().as_str(),
        )
    );
}

/// A browser finds the cookie to forget by its name, its host and its path.
#[test]
fn forgotten() {
    let [access, refresh] = cookies().clear();
    assert_eq!(
        access,
        "__Host-access=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"
    );
    assert_eq!(
        refresh,
        "__Secure-refresh=; Max-Age=0; Path=/session; Secure; HttpOnly; SameSite=Lax"
    );
}

#[test]
fn other_names_and_paths() {
    let cookies = SessionCookies::new("/a-b/c_d.~!$&'()*+,=:@/")
        .unwrap()
        .names("__Host-shop", "__Secure-shop-refresh")
        .unwrap();
    let [access, refresh] = cookies.set(&pair()).unwrap();
    assert!(access.to_str().unwrap().starts_with("__Host-shop=ey"));
    let refresh = refresh.to_str().unwrap();
    assert!(
        refresh.starts_with("__Secure-shop-refresh=tbr_"),
        "{refresh}"
    );
    assert!(
        refresh.contains("; Path=/a-b/c_d.~!$&'()*+,=:@/; "),
        "{refresh}"
    );
    let [access, refresh] = cookies.clear();
    assert!(access.to_str().unwrap().starts_with("__Host-shop=; "));
    assert!(
        refresh
            .to_str()
            .unwrap()
            .starts_with("__Secure-shop-refresh=; ")
    );
}

#[test]
fn logs_show_no_value() {
    let [access, refresh] = cookies().set(&pair()).unwrap();
    assert!(access.is_sensitive() && refresh.is_sensitive());
    assert_eq!(format!("{access:?}{refresh:?}"), "SensitiveSensitive");
    let text = format!("{:?}", cookies());
    assert!(!text.contains("ey") && !text.contains("tbr_"), "{text}");
}

/// What was set is found again, by the sources for it and by no other.
#[test]
fn there_and_back() {
    #[track_caller]
    fn assert_finds(source: &Cookie, request: &Request<()>, expected: Option<&str>) {
        let found = source.extract(RequestHead::from(request)).unwrap();
        assert_eq!(found.as_deref(), expected.map(str::as_bytes));
    }

    let (cookies, pair) = (cookies(), pair());
    let mut response = HeaderMap::new();
    for value in cookies.set(&pair).unwrap() {
        response.append(SET_COOKIE, value);
    }
    // As a browser: what stands before the attributes, of both, in one field.
    let sent: Vec<_> = response
        .get_all(SET_COOKIE)
        .iter()
        .map(|value| value.to_str().unwrap().split(';').next().unwrap())
        .collect();
    let request = Request::get("/session/me").header(COOKIE, sent.join("; "));
    let request = request.body(()).unwrap();
    let access = pair.access_token().as_str();
    let refresh = pair.refresh_token().as_str();
    assert_finds(&cookies.access_source(), &request, Some(access));
    assert_finds(&cookies.refresh_source(), &request, Some(refresh));

    let forgotten = cookies.clear();
    let forgotten = forgotten.map(|value| {
        value
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    });
    let request = Request::get("/").header(COOKIE, forgotten.join("; "));
    let request = request.body(()).unwrap();
    assert_finds(&cookies.access_source(), &request, None);
    assert_finds(&cookies.refresh_source(), &request, None);
}

/// Browsers would ignore it, and the user wonder.
#[test]
fn a_token_that_is_too_long() {
    let with = |len| pair_with(&serde_json::json!({ "x": "x".repeat(len) }));
    let room = 4096 - "__Host-access".len();
    let len_of = |pair: &TokenPair| pair.access_token().as_str().len();
    // Three bytes of claims are four letters of the token.
    let about = (room - len_of(&with(0))) * 3 / 4;
    let mut pairs = (about - 4..).map(with);
    let longest = pairs.by_ref().take_while(|pair| len_of(pair) < room).last();
    assert!(cookies().set(&longest.unwrap()).is_ok());

    let too_long = pairs.find(|pair| len_of(pair) > room).unwrap();
    assert!(len_of(&too_long) - room <= 4, "{}", len_of(&too_long));
    assert_error(
        cookies().set(&too_long),
        "the access token does not fit into a cookie: browsers accept 4096 bytes, name included; \
         put fewer claims into it",
    );
}

#[test]
fn paths_that_bind_to_nothing_or_are_none() {
    for path in [
        "",
        "/",
        "session",
        " /session",
        "/se ssion",
        "/session;",
        "/session; Domain=x",
        "/session\r\nset-cookie: a=b",
        "/session\t",
        "/sessión",
        "/se%73sion",
        "/session?x",
        "/session#x",
        "/se\"ssion",
        "/se\\ssion",
        "/se\0ssion",
    ] {
        assert_error(
            SessionCookies::new(path),
            &format!(
                "the cookie path {path:?} is `/`, is relative, or needs an escape: \
                 name the path of the routes that renew and end sessions, such as `/session`"
            ),
        );
    }
}

#[test]
fn names_without_their_prefix_or_with_odd_characters() {
    for (access, refresh) in [
        ("access", "__Secure-refresh"),
        ("__Host-access", "refresh"),
        ("__Secure-access", "__Secure-refresh"),
        ("__host-access", "__Secure-refresh"),
        ("__Host-access", "__Host-refresh"),
        ("", ""),
    ] {
        assert_error(
            cookies().names(access, refresh),
            &format!(
                "the cookies {access:?} and {refresh:?} lack the prefixes `__Host-` and \
                 `__Secure-`, without which browsers accept them from other hosts"
            ),
        );
    }
    for (access, refresh, bad) in [
        ("__Host-a=b", "__Secure-a", "__Host-a=b"),
        ("__Host-a", "__Secure-a;", "__Secure-a;"),
    ] {
        assert_error(
            cookies().names(access, refresh),
            &format!(
                "the cookie name {bad:?} is empty or has an illegal character: \
                 use letters, digits, `-`, `.` and `_`"
            ),
        );
    }
    let long = format!("__Host-{}", "a".repeat(5000));
    assert_error(
        cookies().names(&long, "__Secure-a"),
        "the name of a cookie has 5007 bytes: browsers accept 4096, value included",
    );
}
