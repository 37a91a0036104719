//! The routes for pages.

use hyper::header::SET_COOKIE;
use serde_json::json;

use super::{AuthServer, part};
use crate::client::Answer;

const REFRESH_LIFETIME: u64 = 14 * 24 * 60 * 60;

/// What a signed-in page has, and its browser for it.
pub(super) struct Page {
    access: String,
    pub(super) refresh: String,
    pub(super) csrf_token: String,
}

impl AuthServer {
    pub(super) async fn page(&self, username: &str, password: &str) -> Page {
        let body = json!({"username": username, "password": password});
        page(&self.post("/session/login", &body).await)
    }

    /// With cookies, and a CSRF token unless it is empty.
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        cookies: &[&str],
        csrf_token: &str,
    ) -> Answer {
        let mut request = self.request(method, path);
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if !csrf_token.is_empty() {
            request = request.header("x-csrf-token", csrf_token);
        }
        self.send(request, "").await
    }
}

#[track_caller]
pub(super) fn page(answer: &Answer) -> Page {
    assert_eq!(answer.status, 200, "{answer:?}");
    let [access, refresh] = set_cookies(answer);
    let pair = |cookie: &str| cookie.split(';').next().unwrap().to_owned();
    Page {
        access: pair(&access),
        refresh: pair(&refresh),
        csrf_token: answer.json()["csrf_token"].as_str().unwrap().to_owned(),
    }
}

#[track_caller]
fn set_cookies(answer: &Answer) -> [String; 2] {
    let values = answer.headers.get_all(SET_COOKIE).iter();
    let values: Vec<_> = values
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    values.try_into().unwrap_or_else(|_| panic!("{answer:?}"))
}

#[track_caller]
fn assert_cookies_cleared(answer: &Answer) {
    let attributes = "Secure; HttpOnly; SameSite=Lax";
    let cleared = [
        format!("__Host-access=; Max-Age=0; Path=/; {attributes}"),
        format!("__Secure-refresh=; Max-Age=0; Path=/session; {attributes}"),
    ];
    assert_eq!(set_cookies(answer), cleared);
}

#[track_caller]
fn assert_forbidden(answer: &Answer) {
    let description = "CSRF token missing or wrong";
    answer.assert(
        403,
        &json!({"error": "forbidden", "error_description": description}),
    );
    assert!(answer.headers.get(SET_COOKIE).is_none(), "{answer:?}");
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_login_sets_cookies_that_no_script_reads() {
    let server = AuthServer::start([""; 0]);
    let body = json!({"username": "alice", "password": "wonderland"});
    let answer = server.post("/session/login", &body).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let Page {
        access,
        refresh,
        csrf_token,
    } = page(&answer);
    let attributes = "Secure; HttpOnly; SameSite=Lax";
    let expected = [
        format!("{access}; Max-Age=900; Path=/; {attributes}"),
        format!("{refresh}; Max-Age={REFRESH_LIFETIME}; Path=/session; {attributes}"),
    ];
    assert_eq!(set_cookies(&answer), expected);
    answer.assert(200, &json!({"csrf_token": csrf_token, "expires_in": 900}));
    assert!(
        access.starts_with("__Host-access=eyJ") && refresh.starts_with("__Secure-refresh=tbr_")
    );

    let wrong = json!({"username": "alice", "password": "builder"});
    let answer = server.post("/session/login", &wrong).await;
    answer.assert(401, &json!({"error": "invalid_credentials"}));
    assert!(answer.headers.get(SET_COOKIE).is_none());
    // What another site could send without a preflight.
    let request = server
        .request("POST", "/session/login")
        .header("content-type", "text/plain");
    let answer = server.send(request, body.to_string()).await;
    answer.assert(415, &json!({"error": "invalid_request"}));
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_page_learns_who_is_signed_in() {
    let server = AuthServer::start([""; 0]);
    let alice = server.page("alice", "wonderland").await;
    let me = server
        .ask("GET", "/session/me", &[&alice.access, &alice.refresh], "")
        .await;
    assert_eq!(me.status, 200, "{me:?}");
    let me = me.json();
    let claims = part(&alice.access, 1);
    assert_eq!(me["user"], "alice");
    assert_eq!(me["roles"], json!(["admin"]));
    assert_eq!(me["expires_at"], claims["exp"]);
    assert_eq!(me["claims"], claims);
    assert!(
        (890..=900).contains(&me["expires_in"].as_i64().unwrap()),
        "{me}"
    );

    // The token differs each time, and each is good.
    let csrf_token = me["csrf_token"].as_str().unwrap();
    assert_ne!(csrf_token, alice.csrf_token);
    page(
        &server
            .ask("POST", "/session/refresh", &[&alice.refresh], csrf_token)
            .await,
    );

    let bob = server.page("bob", "builder").await;
    let me = server
        .ask("GET", "/session/me", &[&bob.access], "")
        .await
        .json();
    assert_eq!((&me["user"], &me["roles"]), (&json!("bob"), &json!([])));

    // If only the refresh token is left, the page gets what it needs to use it.
    let answer = server.ask("GET", "/session/me", &[&bob.refresh], "").await;
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(answer.json()["error"], "missing_token");
    let csrf_token = answer.json()["csrf_token"].as_str().unwrap().to_owned();
    page(
        &server
            .ask("POST", "/session/refresh", &[&bob.refresh], &csrf_token)
            .await,
    );

    for cookies in [
        &["other=1"][..],
        &["__Secure-refresh=junk"],
        &["__Secure-refresh="],
    ] {
        let answer = server.ask("GET", "/session/me", cookies, "").await;
        assert_eq!(answer.status, 401, "{answer:?}");
        assert!(answer.json()["csrf_token"].is_null(), "{answer:?}");
    }
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_page_refreshes_by_its_cookie_and_its_csrf_token() {
    let server = AuthServer::start([""; 0]);
    let first = server.page("alice", "wonderland").await;
    let other = server.page("alice", "wonderland").await;

    let nothing = server
        .ask("POST", "/session/refresh", &[], &first.csrf_token)
        .await;
    assert_eq!(nothing.status, 401, "{nothing:?}");
    assert_eq!(nothing.json()["error"], "missing_token");
    let twice = [&*first.refresh, &*other.refresh];
    let twice = server
        .ask("POST", "/session/refresh", &twice, &first.csrf_token)
        .await;
    assert_eq!(twice.status, 400, "{twice:?}");

    // A forged request uses nothing up.
    for csrf_token in ["", "x", &other.csrf_token] {
        let answer = server
            .ask("POST", "/session/refresh", &[&first.refresh], csrf_token)
            .await;
        assert_forbidden(&answer);
    }
    let second = server
        .ask(
            "POST",
            "/session/refresh",
            &[&first.refresh],
            &first.csrf_token,
        )
        .await;
    assert_eq!(second.json()["expires_in"], 900);
    let second = page(&second);
    assert_ne!(first.refresh, second.refresh);
    let answer = server
        .ask("GET", "/session/me", &[&second.access], "")
        .await;
    assert_eq!(answer.status, 200);

    // A used one ends the family, and the browser forgets the rest of it.
    let answer = server
        .ask(
            "POST",
            "/session/refresh",
            &[&first.refresh],
            &first.csrf_token,
        )
        .await;
    answer.assert(401, &json!({"error": "invalid_grant"}));
    assert_cookies_cleared(&answer);
    let answer = server
        .ask(
            "POST",
            "/session/refresh",
            &[&second.refresh],
            &second.csrf_token,
        )
        .await;
    answer.assert(401, &json!({"error": "invalid_grant"}));
    let answer = server
        .ask("GET", "/session/me", &[&second.access], "")
        .await;
    assert_eq!(answer.status, 401);
    let answer = server.ask("GET", "/session/me", &[&other.access], "").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_page_signs_out_even_when_its_access_token_has_expired() {
    let server = AuthServer::start([""; 0]);
    let alice = server.page("alice", "wonderland").await;
    let bob = server.page("bob", "builder").await;
    let nothing = server
        .ask("POST", "/session/logout", &[], &alice.csrf_token)
        .await;
    assert_eq!(nothing.status, 401);
    for csrf_token in ["", &bob.csrf_token] {
        let answer = server
            .ask("POST", "/session/logout", &[&alice.refresh], csrf_token)
            .await;
        assert_forbidden(&answer);
    }
    let answer = server.ask("GET", "/session/me", &[&alice.access], "").await;
    assert_eq!(answer.status, 200);

    // An expired cookie does not count.
    let answer = server
        .ask(
            "POST",
            "/session/logout",
            &[&alice.refresh],
            &alice.csrf_token,
        )
        .await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (204, ""));
    assert_cookies_cleared(&answer);
    let answer = server.ask("GET", "/session/me", &[&alice.access], "").await;
    assert_eq!(answer.status, 401);
    let answer = server
        .ask(
            "POST",
            "/session/refresh",
            &[&alice.refresh],
            &alice.csrf_token,
        )
        .await;
    answer.assert(401, &json!({"error": "invalid_grant"}));
    let answer = server.ask("GET", "/session/me", &[&bob.access], "").await;
    assert_eq!(answer.status, 200);
}

/// Otherwise made-up refresh tokens could fill the revocation list, and nobody could sign out any
/// more.
#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn what_never_was_a_session_is_not_revoked() {
    let server = AuthServer::start([""; 0]);
    for filling in ["A", "B", "C"] {
        let made_up = format!("__Secure-refresh=tbr_{}", filling.repeat(64));
        let answer = server.ask("GET", "/session/me", &[&made_up], "").await;
        let csrf_token = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        let answer = server
            .ask("POST", "/session/logout", &[&made_up], &csrf_token)
            .await;
        assert_eq!(answer.status, 204, "{answer:?}");
        assert_cookies_cleared(&answer);
    }
    let health = server.get("/healthz").await;
    assert_eq!(health.json()["revocations"]["entries"], 0, "{health:?}");
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_page_may_call_what_is_protected() {
    let server = AuthServer::start([""; 0]);
    let alice = server.page("alice", "wonderland").await;
    for path in ["/protected", "/profile", "/admin"] {
        let answer = server.ask("GET", path, &[&alice.access], "").await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    // A change needs more than a cookie.
    let answer = server
        .ask("POST", "/logout-all", &[&alice.access], "")
        .await;
    assert_forbidden(&answer);
    let answer = server.ask("GET", "/protected", &[&alice.access], "").await;
    assert_eq!(answer.status, 200);
    let answer = server
        .ask("POST", "/logout-all", &[&alice.access], &alice.csrf_token)
        .await;
    assert_eq!(answer.status, 204, "{answer:?}");
    let answer = server.ask("GET", "/protected", &[&alice.access], "").await;
    answer.assert_refused(401, "invalid_token", "invalid token");

    // Two tokens in one request are refused.
    let token = server.bob().await.access_token;
    let request = server.request("GET", "/protected");
    let request = request.header("authorization", format!("Bearer {token}"));
    let answer = server
        .send(request.header("cookie", &alice.access), "")
        .await;
    assert_eq!(answer.status, 400, "{answer:?}");
}
