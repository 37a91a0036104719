use super::*;

fn world() -> World {
    World::with(|it| it.grace(secs(10)))
}

#[test]
fn a_lost_answer_is_given_once_more() {
    let world = world();
    let first = world.begin();
    let second = world.use_token(&first);
    for _ in 0..3 {
        world.clock.advance(secs(3));
        let again = world.use_token(&first);
        assert_eq!(again.as_str(), second.as_str());
        assert_eq!(again.family_id(), second.family_id());
    }
    world.use_token(&second);
}

#[test]
fn only_for_a_while() {
    let world = world();
    let first = world.begin();
    let second = world.use_token(&first);
    world.clock.advance(secs(9));
    world.use_token(&first);
    // The time does not begin anew.
    world.clock.advance(secs(1));
    world.assert_reused(&first);
    world.assert_unknown(second.as_str());
}

#[test]
fn only_until_the_next_is_used() {
    let world = world();
    let first = world.begin();
    let second = world.use_token(&first);
    let third = world.use_token(&second);
    assert_eq!(world.use_token(&second).as_str(), third.as_str());
    world.assert_reused(&first);
    world.assert_unknown(third.as_str());
}

#[test]
fn a_theft_is_noticed_one_use_later() {
    let world = world();
    let first = world.begin();
    let thief = world.use_token(&first);
    let owner = world.use_token(&first);
    assert_eq!(thief.as_str(), owner.as_str());
    world.use_token(&thief);
    world.clock.advance(secs(10));
    world.assert_reused(&owner);
}

#[test]
fn it_makes_no_family_live_longer() {
    let world = World::with(|it| it.grace(secs(10)).idle_lifetime(secs(5)));
    let first = world.begin();
    let second = world.use_token(&first);
    assert_eq!(second.lifetime(), secs(5));
    world.clock.advance(secs(3));
    assert_eq!(world.use_token(&first).lifetime(), secs(2));
    world.clock.advance(secs(2));
    world.assert_unknown(first.as_str());
    world.assert_unknown(second.as_str());
}

#[test]
fn a_revoked_family_has_none() {
    let world = world();
    let first = world.begin();
    world.use_token(&first);
    let revoked = world.tokens.revoke(first.family_id());
    assert!(revoked.now_or_never().unwrap().unwrap());
    world.assert_unknown(first.as_str());
}
