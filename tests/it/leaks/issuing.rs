//! Tokens that are issued, and a verifier as data.

use serde_json::json;
use tower_bearer::SigningKey;
use tower_bearer::VerifierConfig;
use tower_bearer::verify::RevocationList;
use tower_bearer_issuer::TokenIssuer;
use tower_bearer_issuer::store::MemoryStore;
use tower_bearer_issuer::{
    Grant, IssueError, RefreshError, RefreshTokens, SessionCookies, Sessions, SetupError, TokenPair,
};

use super::search::Told;
use super::{AUDIENCE, ISSUER, PASSWORD, ROLE, SCOPE, SESSION, SUBJECT, clock, issuer};

pub(super) async fn tell(told: &mut Told) {
    let builder = TokenIssuer::builder().issuer(ISSUER).audience(AUDIENCE);
    let builder = builder
        .clock(clock())
        .key(SigningKey::clone(issuer().signing_key()));
    told.show(&builder);
    let token_issuer = builder.build().unwrap();
    told.show(&token_issuer);
    told.show(&token_issuer.well_known().unwrap());
    let token = token_issuer.access_token(SUBJECT).scope(SCOPE);
    let token = token.session(SESSION).roles([ROLE]);
    told.show(&token);
    let access = token.issue().unwrap();
    told.keep(access.as_str());
    told.show(&access);
    let profile = json!({ "exp": PASSWORD });
    let token = token_issuer.access_token(SUBJECT).claims(profile);
    told.error::<IssueError>(&token.issue().unwrap_err());
    let cookies = SessionCookies::new("/").unwrap_err();
    told.error::<SetupError>(&cookies);

    let builder = RefreshTokens::<String>::builder(MemoryStore::new());
    told.show(&builder);
    let tokens = builder.build().unwrap();
    told.show(&tokens);
    let grant = Grant::new(SUBJECT)
        .scope(SCOPE)
        .with_data(PASSWORD.to_owned());
    told.show(&grant);
    let first = tokens.begin(grant).await.unwrap();
    told.keep(first.as_str());
    told.show(&first);
    let used = tokens.use_token(first.as_str()).await.unwrap();
    told.keep(used.token().as_str());
    told.show(&used);
    told.show(used.grant());
    let error = tokens.use_token(first.as_str()).await.unwrap_err();
    told.error(&error);
    let RefreshError::Reused(reuse) = error else {
        panic!("{error}");
    };
    told.show(&reuse);

    let list = RevocationList::local().build().unwrap();
    let sessions = Sessions::new(token_issuer.clone(), tokens, list);
    told.show(&sessions);
    let grant = Grant::new(SUBJECT).with_data(PASSWORD.to_owned());
    let signed_in = sessions.sign_in(grant, |token| token).await.unwrap();
    told.keep(signed_in.refresh_token().as_str());
    let renewal = sessions.renew(signed_in.refresh_token().as_str()).await;
    let renewal = renewal.unwrap();
    told.show(&renewal);
    told.error(&renewal.refuse().await);

    let pair = TokenPair::new(access, used.into_token());
    told.show(&pair);
    let cookies = SessionCookies::new("/session").unwrap();
    told.show(&cookies);
    let set = cookies.set(&pair).unwrap();
    told.assert_silent(&format!("{set:?}"));
    tell_config(told);
}

fn tell_config(told: &mut Told) {
    let config = json!({
        "issuers": { "main": {
            "issuer": ISSUER,
            "jwks_url": format!("{ISSUER}/jwks.json?code={PASSWORD}"),
            "secret": PASSWORD,
        } },
        "rules": { "audiences": [AUDIENCE] },
    });
    let config: VerifierConfig = serde_json::from_value(config).unwrap();
    told.show(&config);
    // The secret is too short.
    told.error(&config.into_builder::<()>().unwrap_err());
}
