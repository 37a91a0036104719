use std::collections::HashSet;

use http::{HeaderValue, Request, Response};
use tower::{Layer, ServiceBuilder, service_fn};
use tower_bearer::RequireLayer;
use tower_bearer::extract::{Bearer, Cookie, Query, TokenSource};

use super::{World, answer, whoami};

/// Invalid tokens that share no four consecutive characters with our own answers.
fn junk(world: &World) -> Vec<Vec<u8>> {
    let good = world.good();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let mut junk: Vec<Vec<u8>> = [
        "JUNK",
        "x.y.z",
        "....",
        "a.b.c.d.e",
        r#""quoted""#,
        r#"x", realm="evil", y="z"#,
        r"back\slash\",
        "%0d%0aset-cookie:%20evil=1",
        r"\r\nset-cookie: evil=1",
        "<img src=x>",
        "${jndi:ldap://evil}",
        "' OR 1=1 --",
        "tab\tbed",
        "many   spaces",
        "==========",
        "comma, separated",
        "Ünïcödé",
        "\u{1f600}\u{1f600}",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    junk.extend([
        b"\x80\xff\xfe\xfd".to_vec(),
        vec![b'Q'; 16 * 1024],
        vec![b'Q'; 16 * 1024 + 1],
        vec![b'.'; 16 * 1024],
        format!("{signed}.").into_bytes(),
        format!("{signed}.{}", signature.to_ascii_uppercase()).into_bytes(),
        format!("{good}=").into_bytes(),
        format!("{good}.").into_bytes(),
        world.token().header("alg", "none").sign().into_bytes(),
        world
            .token()
            .header("kid", "'; DROP TABLE keys --")
            .sign()
            .into_bytes(),
        world.token().header("crit", ["evil"]).sign().into_bytes(),
        world.token().expires_in(-3600).sign().into_bytes(),
        world
            .token()
            .claim("iss", "https://evil")
            .sign()
            .into_bytes(),
        world.token().claim("aud", "\"\r\nevil").sign().into_bytes(),
        world.token().claim("nbf", "evil").sign().into_bytes(),
        world.token().claim("cnf", "evil").sign().into_bytes(),
        // A good one, without the scope.
        good.into_bytes(),
    ]);
    junk
}

fn request(place: usize, junk: &[u8], method: &str, content_type: &str) -> Option<Request<()>> {
    let builder = Request::builder()
        .method(method)
        .header("content-type", content_type);
    let field = |prefix: &[u8]| HeaderValue::from_bytes(&[prefix, junk].concat());
    let builder = match place {
        0 => builder.header("authorization", field(b"Bearer ").ok()?),
        1 => builder.header("cookie", field(b"t=").ok()?),
        _ => builder.uri([b"/?t=", junk].concat().as_slice()),
    };
    builder.body(()).ok()
}

#[track_caller]
fn assert_holds_nothing_of(junk: &[u8], response: &Response<String>) {
    let answer = format!("{:?} {}", response.headers(), response.body());
    assert!(!answer.contains("evil"), "{answer}");
    let len = junk.len().min(4);
    let parts: HashSet<_> = junk.windows(len).collect();
    for part in answer.as_bytes().windows(len) {
        let part_text = String::from_utf8_lossy(part);
        assert!(!parts.contains(part), "{part_text:?} in {answer}");
    }
}

#[test]
fn junk_is_not_echoed() {
    let world = World::new();
    let source = Bearer
        .or(Cookie::new("t").unwrap())
        .or(Query::new("t").unwrap());
    let layer = world.layer().source(source);
    let require = RequireLayer::scope("write");
    let plain = ServiceBuilder::new()
        .layer(layer.clone())
        .layer(require.clone());
    let plain = plain.service_fn(whoami);
    let problem = ServiceBuilder::new()
        .layer(layer.problem_json())
        .layer(require)
        .service_fn(whoami);

    let mut answers = 0;
    for junk in junk(&world) {
        for place in 0..3 {
            for method in ["GET", "HEAD", "POST", "OPTIONS"] {
                for content_type in ["text/plain", "application/grpc"] {
                    let make = || request(place, &junk, method, content_type);
                    let (Some(first), Some(second)) = (make(), make()) else {
                        continue;
                    };
                    for response in [
                        answer(plain.clone(), first),
                        answer(problem.clone(), second),
                    ] {
                        let is_grpc = response.headers().contains_key("grpc-status");
                        let expected: &[u16] = if is_grpc { &[200] } else { &[400, 401, 403] };
                        assert!(
                            expected.contains(&response.status().as_u16()),
                            "{response:?}"
                        );
                        assert_holds_nothing_of(&junk, &response);
                        answers += 1;
                    }
                }
            }
        }
    }
    assert!(answers > 1000, "{answers}");
}

/// Random bytes are refused with 400 or 401, without a panic.
#[test]
fn random_bytes() {
    let world = World::new();
    let service = world.layer().layer(service_fn(whoami));
    let good = world.good().into_bytes();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 40).unwrap()
    };
    for _ in 0..5_000 {
        let mut value = [b"Bearer ", &*good].concat();
        for _ in 0..=random() % 3 {
            let place = random() % value.len();
            value[place] = u8::try_from(random() % 256).unwrap();
        }
        value.truncate(value.len() - random() % 2 * (random() % value.len()));
        let Ok(value) = HeaderValue::from_bytes(&value) else {
            continue;
        };
        let was_changed = !value.as_bytes().ends_with(&good);
        let request = Request::get("/")
            .header("authorization", &value)
            .body(())
            .unwrap();
        let status = answer(service.clone(), request).status().as_u16();
        assert!(
            matches!(status, 400 | 401) || !was_changed && status == 200,
            "{status} for {value:?}"
        );
    }
}
