use tokio::task::JoinSet;

use super::*;

const USES: usize = 200;

/// What comes of so many uses at once.
async fn outcomes(tokens: &RefreshTokens, token: &str) -> Vec<Result<UsedToken, RefreshError>> {
    let barrier = Arc::new(tokio::sync::Barrier::new(USES));
    let mut uses = JoinSet::new();
    for _ in 0..USES {
        let (tokens, token, barrier) = (tokens.clone(), token.to_owned(), Arc::clone(&barrier));
        uses.spawn(async move {
            barrier.wait().await;
            tokens.use_token(&token).await
        });
    }
    uses.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_uses_one_wins_and_the_family_ends() {
    for _ in 0..20 {
        let world = World::new();
        let token = world.tokens.begin(Grant::new("alice")).await.unwrap();
        let outcomes = outcomes(&world.tokens, token.as_str()).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        let [Ok(won)] = &won[..] else {
            panic!("{} won", won.len());
        };
        assert!(
            lost.iter()
                .filter_map(|lost| lost.as_ref().err())
                .all(RefreshError::is_invalid_grant)
        );
        let next = world.tokens.use_token(won.token().as_str()).await;
        assert_error(next, UNKNOWN);
        assert!(world.store.is_empty());
    }
}

/// Within the grace, all who come at once are one client: they get the same token.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_the_grace_all_get_the_same_token() {
    let world = World::with(|it| it.grace(secs(10)));
    let token = world.tokens.begin(Grant::new("alice")).await.unwrap();
    let outcomes = outcomes(&world.tokens, token.as_str()).await;
    let tokens: Vec<_> = outcomes
        .iter()
        .map(|used| used.as_ref().unwrap().token())
        .collect();
    assert!(
        tokens
            .iter()
            .all(|token| token.as_str() == tokens[0].as_str())
    );
    assert!(world.tokens.use_token(tokens[0].as_str()).await.is_ok());
}
