//! How a refused request is answered: in one of three ways.

use http::Response;

use super::Rejection;

/// How a refused request is answered. Closures do, and the two types of this module.
///
/// Not to be implemented elsewhere: a closure does the same.
pub trait Respond<B> {
    /// Whether this is [`DefaultRejection`], as which a refusal from behind the layer is answered
    /// already.
    const IS_DEFAULT: bool = false;

    /// Makes the response.
    fn respond(&self, rejection: Rejection<'_>) -> Response<B>;
}

impl<F, B> Respond<B> for F
where
    F: Fn(Rejection<'_>) -> Response<B>,
{
    fn respond(&self, rejection: Rejection<'_>) -> Response<B> {
        self(rejection)
    }
}

/// An empty body: the default. See [`Rejection::default_response`].
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DefaultRejection;

impl<B: Default> Respond<B> for DefaultRejection {
    const IS_DEFAULT: bool = true;

    fn respond(&self, rejection: Rejection<'_>) -> Response<B> {
        rejection.default_response()
    }
}

/// A problem in JSON. See [`Rejection::problem_json`].
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ProblemJson;

impl<B: From<String>> Respond<B> for ProblemJson {
    fn respond(&self, rejection: Rejection<'_>) -> Response<B> {
        rejection.problem_json()
    }
}
