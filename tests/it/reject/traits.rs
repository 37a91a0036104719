use std::fmt::{Debug, Display};

use tower_bearer::reject::{Challenge, DefaultRejection, ProblemJson, Realm, Rejection};

fn assert_value<T: Clone + Debug + Send + Sync + Unpin>() {}
fn assert_display<T: Display>() {}

#[test]
fn traits() {
    assert_value::<Challenge>();
    assert_value::<Realm>();
    assert_value::<DefaultRejection>();
    assert_value::<ProblemJson>();
    assert_value::<Rejection<'_>>();
    assert_display::<Challenge>();
}
