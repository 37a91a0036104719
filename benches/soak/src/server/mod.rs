//! A server with the layer, as a process of its own: `soak server KEYS REDIS`.
//!
//! HTTP and gRPC on one address, its status on another, which is not behind the layer. It ends when
//! its standard input does.

mod app;
mod refresh;
mod status;

use std::io::Read;
use std::thread;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tower_bearer::keys::{KeyProvider, RemoteKeys};
use tower_bearer::verify::{RevocationList, Staleness};
use tower_bearer_redis::{Redis, RedisFeed, RedisStore};

use crate::settings::{
    BACK_OFF, COOLDOWN, FETCH_TIMEOUT, LONGEST_LIFE, MARGIN, REFUSE_AFTER, STALE_WINDOW,
    TIME_TO_LIVE,
};

pub(crate) async fn run(keys: &str, redis: &str) {
    status::count_panics();
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });

    let redis = Redis::new(redis).unwrap();
    let keys = RemoteKeys::builder(keys)
        .time_to_live(TIME_TO_LIVE)
        .max_age_within(TIME_TO_LIVE..=TIME_TO_LIVE)
        .stale_window(STALE_WINDOW)
        .cooldown(COOLDOWN)
        .back_off(BACK_OFF)
        .timeout(FETCH_TIMEOUT)
        .build()
        .unwrap();
    let staleness = Staleness::refuse_after(REFUSE_AFTER);
    let list = RevocationList::shared(RedisFeed::new(redis.clone()), staleness)
        .longest_life(LONGEST_LIFE)
        .margin(MARGIN)
        .build()
        .unwrap();
    keys.ready().await.unwrap();
    list.ready().await.unwrap();

    let app = app::router(keys, &list).merge(refresh::router(RedisStore::new(redis)));
    let (address, serving) = serve(app).await;
    let (control, telling) = serve(status::router(list)).await;
    println!("{address} {control}");
    tokio::join!(serving, telling);
}

async fn serve(router: Router) -> (String, impl Future<Output = ()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    let serving = async move { axum::serve(listener, router).await.unwrap() };
    (address, serving)
}
