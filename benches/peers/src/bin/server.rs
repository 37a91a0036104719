//! One Axum route behind one contestant, on one thread: `server CONTESTANT ALGORITHM`. Prints its
//! URL and a token, and serves until its standard input ends.

use std::io::{self, Read};

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tower::layer::layer_fn;
use tower_bearer::Algorithm;
use tower_bearer::verify::Cache;
use tower_bearer_peers::Error;
use tower_bearer_peers::contestants::{self, Contestant};
use tower_bearer_peers::fixture::Fixture;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let contestant = arguments.next().as_deref().and_then(Contestant::from_name);
    let algorithm = arguments.next().as_deref().and_then(Algorithm::from_name);
    let (Some(contestant), Some(algorithm)) = (contestant, algorithm) else {
        return Err("usage: server CONTESTANT ALGORITHM".into());
    };
    // However its parent ends, the server ends too.
    std::thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(serve(contestant, &Fixture::new(algorithm)?))
}

async fn serve(contestant: Contestant, fixture: &Fixture) -> Result<(), Error> {
    let app = app(contestant, fixture).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    println!("{}", fixture.good);
    Ok(axum::serve(listener, app).await?)
}

async fn app(contestant: Contestant, fixture: &Fixture) -> Result<Router, Error> {
    let app = Router::new().route("/", get(async || "ok"));
    Ok(match contestant {
        Contestant::NoLayer => app,
        Contestant::TowerBearer => {
            app.layer(contestants::tower_bearer::layer(fixture, Cache::default())?)
        }
        Contestant::TowerJwt => app.layer(contestants::tower_jwt::layer(fixture)?),
        Contestant::JwtAuthorizer => {
            let layer = contestants::jwt_authorizer::layer(fixture).await?;
            app.layer(layer_fn(move |inner| layer.around(inner)))
        }
        Contestant::TowerOauth2ResourceServer => {
            app.layer(contestants::tower_oauth2_resource_server::layer(fixture).await?)
        }
        Contestant::OauthResourceServer => {
            app.layer(contestants::oauth_resource_server::layer(fixture)?)
        }
    })
}
