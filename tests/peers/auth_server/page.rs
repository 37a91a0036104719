//! The page in Chromium.

use std::env;
use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::peers::run;
use crate::server::Server;

/// The script uses everything on the page, in both modes, on screens of all sizes.
#[test]
#[ignore = "needs Chromium and Node packages: scripts/test peers installs them"]
fn does_what_it_is_for() {
    let server = Server::auth([""; 0]);
    let brief = Server::auth(["--access-ttl", "5"]);
    let folder = screenshots();
    let input = json!({"url": server.url(""), "brief": brief.url(""), "folder": folder});
    assert_eq!(run("node", "auth_server_page.mjs", &input), "done");
}

/// The folder of the screenshots: `target/auth_server_page`.
fn screenshots() -> PathBuf {
    let program = env::current_exe().unwrap();
    let folder = program.ancestors().nth(3).unwrap().join("auth_server_page");
    fs::create_dir_all(&folder).unwrap();
    folder
}
