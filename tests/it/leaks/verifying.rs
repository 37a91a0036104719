//! Verifiers, accepted tokens, and revocations.

use std::time::Duration;

use tower_bearer::Validation;
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::TestFeed;
use tower_bearer::verify::Feed;
use tower_bearer::verify::{
    Cache, Revocation, RevocationList, RevocationState, Staleness, Tenants, TrustedIssuer,
};

use super::search::Told;
use super::{AUDIENCE, ISSUER, SESSION, SUBJECT, builder, clock, issuer, token};

pub(super) async fn tell(told: &mut Told) {
    let (feed, staleness) = (
        TestFeed::new(),
        Staleness::refuse_after(Duration::from_secs(9)),
    );
    let list = RevocationList::shared(feed.clone(), staleness).clock(clock());
    told.show(&staleness);
    told.show(&list);
    let list = list.build().unwrap();
    list.ready().await.unwrap();

    let keys = issuer().verifying_key();
    let validation = Validation::new().audience(AUDIENCE).require_claim("sub");
    told.show(&validation);
    told.show(&Cache::default());
    told.show(&TrustedIssuer::new(ISSUER, keys.clone()).validation(validation));
    let tenants = || {
        let keys = KeySet::from(keys.clone());
        Tenants::new(|_| true, move |_| Ok(keys.clone()))
    };
    told.show(&tenants());
    let builder = || builder().tenants(tenants()).revocations(list.clone());
    told.show(&builder());
    let verifier = builder().build().unwrap();
    told.show(&verifier);

    let accepted = verifier.verify_now(token()).unwrap();
    told.show(&accepted);
    told.show(accepted.header());
    told.show(accepted.registered());
    // It is cached now.
    told.show(&verifier);

    let by_token = Revocation::token(&accepted).unwrap();
    let by_session = Revocation::session(ISSUER, SESSION);
    for revocation in [by_token, by_session, Revocation::subject(ISSUER, SUBJECT)] {
        told.show(&revocation);
        list.revoke(revocation).await.unwrap();
    }
    told.show(&list);
    told.error(&verifier.verify_now(token()).unwrap_err());
    let batch = feed.load().await.unwrap();
    assert_eq!(batch.entries.len(), 3);
    told.show(&batch);
    told.show(&batch.position);

    feed.fail();
    told.show(&feed);
    let revocation = Revocation::session(ISSUER, "another session");
    told.error(&list.revoke(revocation).await.unwrap_err());
    told.serialize(&list.status());
    told.serialize(&RevocationState::Stale);
}
