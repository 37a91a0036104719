//! The three ways to answer a refused request.

use http::Response;

use super::Rejection;

/// Makes the response to a refused request. Implemented by closures, [`DefaultRejection`] and
/// [`ProblemJson`]; sealed, since a closure can do the same.
pub trait Respond<B> {
    /// Whether this answers as services behind the layer already do.
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

/// Answers with an empty body: the default. See [`Rejection::default_response`].
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DefaultRejection;

impl<B: Default> Respond<B> for DefaultRejection {
    const IS_DEFAULT: bool = true;

    fn respond(&self, rejection: Rejection<'_>) -> Response<B> {
        rejection.default_response()
    }
}

/// Answers with problem JSON. See [`Rejection::problem_json`].
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ProblemJson;

impl<B: From<String>> Respond<B> for ProblemJson {
    fn respond(&self, rejection: Rejection<'_>) -> Response<B> {
        rejection.problem_json()
    }
}
