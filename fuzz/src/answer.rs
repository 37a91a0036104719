//! What a client may be told: fixed words, whatever it sent.

use std::convert::Infallible;

use http::{Request, Response, StatusCode};

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Served,
    NoToken,
    Malformed,
    Refused,
    LacksScope,
    Forged,
    Unavailable,
}

/// The scope that `LacksScope` is about.
pub(crate) const SCOPE: &str = "admin";

const INVALID_REQUEST: Option<&str> = Some("invalid_request");
const INVALID_TOKEN: Option<&str> = Some("invalid_token");

/// Status, error code, description and gRPC status of each answer except success.
const REFUSALS: [(Answer, u16, Option<&str>, &str, &str); 9] = [
    (
        Answer::NoToken,
        401,
        None,
        "a bearer token is required",
        "16",
    ),
    (
        Answer::Malformed,
        400,
        INVALID_REQUEST,
        "the field that carries the token is repeated",
        "16",
    ),
    (
        Answer::Malformed,
        400,
        INVALID_REQUEST,
        "more than one token was sent",
        "16",
    ),
    (
        Answer::Malformed,
        400,
        INVALID_REQUEST,
        "the credentials are not of the form `Bearer TOKEN`",
        "16",
    ),
    (Answer::Refused, 401, INVALID_TOKEN, "token expired", "16"),
    (Answer::Refused, 401, INVALID_TOKEN, "invalid token", "16"),
    (
        Answer::LacksScope,
        403,
        Some("insufficient_scope"),
        "insufficient scope",
        "7",
    ),
    (
        Answer::Forged,
        403,
        None,
        "CSRF token missing or wrong",
        "7",
    ),
    (
        Answer::Unavailable,
        503,
        None,
        "tokens cannot be verified at the moment",
        "14",
    ),
];

const SERVED: &str = "served";

/// The application behind the layer.
pub(crate) async fn serve<B>(_: Request<B>) -> Result<Response<String>, Infallible> {
    Ok(Response::new(SERVED.to_owned()))
}

impl Answer {
    /// Reads an answer. Every byte must be expected, so none is an echo.
    pub(crate) fn of(response: &Response<String>) -> Self {
        if response.status() == StatusCode::OK && response.body() == SERVED {
            assert!(response.headers().is_empty(), "{response:?}");
            return Self::Served;
        }
        REFUSALS
            .into_iter()
            .find(|refusal| is_like(response, refusal))
            .unwrap_or_else(|| panic!("no answer of ours: {response:?}"))
            .0
    }
}

fn is_like(
    response: &Response<String>,
    &(answer, status, code, description, grpc_status): &(Answer, u16, Option<&str>, &str, &str),
) -> bool {
    let field = |name| {
        let value = response.headers().get(name);
        value.map(|value| value.to_str().expect("visible ASCII"))
    };
    let is_length = |fields| response.headers().len() == fields;

    if let Some(found) = field("grpc-status") {
        let content_type = field("content-type").unwrap_or_default();
        return response.status() == StatusCode::OK
            && content_type == "application/grpc"
            && found == grpc_status
            && field("grpc-message") == Some(description)
            && response.body().is_empty()
            && is_length(3);
    }

    let challenge = match (answer, code) {
        (Answer::NoToken, _) => Some("Bearer".to_owned()),
        (_, Some(code)) => {
            let scope = match answer {
                Answer::LacksScope => format!(", scope=\"{SCOPE}\""),
                _ => String::new(),
            };
            Some(format!(
                "Bearer error=\"{code}\", error_description=\"{description}\"{scope}"
            ))
        }
        _ => None,
    };
    let retry_after = field("retry-after").map(|seconds| seconds.parse::<u64>().expect("a number"));
    let is_problem = field("content-type") == Some("application/problem+json");
    let body = if is_problem {
        problem(status, code, description)
    } else {
        String::new()
    };
    let fields = [challenge.is_some(), retry_after.is_some(), is_problem];

    response.status().as_u16() == status
        && field("www-authenticate") == challenge.as_deref()
        && retry_after.is_some() == (answer == Answer::Unavailable)
        && retry_after != Some(0)
        && *response.body() == body
        && is_length(fields.into_iter().filter(|&there| there).count())
}

fn problem(status: u16, code: Option<&str>, description: &str) -> String {
    let title = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        _ => "Service Unavailable",
    };
    let error = code
        .map(|code| format!(",\"error\":\"{code}\""))
        .unwrap_or_default();
    format!("{{\"title\":\"{title}\",\"status\":{status},\"detail\":\"{description}\"{error}}}")
}
