use futures::FutureExt;
use tower_bearer_issuer::store::MemoryStore;
use tower_bearer_issuer::{Grant, RefreshTokens};

use super::{assert_counts, assert_logs};

/// Once a family, however often its tokens come again. Nothing else about them is reported.
#[test]
fn refresh_tokens() {
    let tokens = <RefreshTokens>::builder(MemoryStore::new())
        .build()
        .unwrap();
    let begin = || {
        let begun = tokens.begin(Grant::new("alice"));
        begun.now_or_never().unwrap().unwrap()
    };
    let use_token = |token: &str| tokens.use_token(token).now_or_never().unwrap();
    let reuse = || {
        let token = begin();
        use_token(token.as_str()).unwrap();
        for _ in 0..3 {
            use_token(token.as_str()).unwrap_err();
        }
        use_token("junk").unwrap_err();
    };
    assert_logs(
        reuse,
        "INFO tower_bearer: refresh token used twice: its family is revoked\n",
    );
    assert_counts(reuse, &[("tower_bearer_refresh_tokens_reused_total", 1)]);
}
