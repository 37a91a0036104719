use std::fmt::{Debug, Display};
use std::sync::Arc;

use http::Response;
use tower_bearer::reject::{
    Challenge, DefaultRejection, ProblemJson, Realm, Rejection, RejectionResponse,
};

fn assert_value<T: Clone + Debug + Send + Sync + Unpin>() {}
fn assert_display<T: Display>() {}
fn assert_answer<T: RejectionResponse<B> + ?Sized, B>() {}

#[test]
fn traits() {
    assert_value::<Challenge>();
    assert_value::<Realm>();
    assert_value::<DefaultRejection>();
    assert_value::<ProblemJson>();
    assert_value::<Rejection<'_>>();
    assert_display::<Challenge>();
    assert_answer::<DefaultRejection, axum::body::Body>();
    assert_answer::<ProblemJson, axum::body::Body>();
    assert_answer::<DefaultRejection, tonic::body::Body>();
    assert_answer::<DefaultRejection, http_body_util::Full<bytes::Bytes>>();
    assert_answer::<ProblemJson, http_body_util::Full<bytes::Bytes>>();
    assert_answer::<fn(Rejection<'_>) -> Response<u8>, u8>();
    assert_answer::<dyn RejectionResponse<u8>, u8>();
    assert_answer::<Arc<dyn RejectionResponse<u8> + Send + Sync>, u8>();
}
