use std::fmt::Debug;

use tower_bearer::reject::{DefaultRejection, ProblemJson, Realm, Rejection};

fn assert_value<T: Clone + Debug + Send + Sync + Unpin>() {}

#[test]
fn traits() {
    assert_value::<Realm>();
    assert_value::<DefaultRejection>();
    assert_value::<ProblemJson>();
    assert_value::<Rejection<'_>>();
}
