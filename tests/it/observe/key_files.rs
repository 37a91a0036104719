use tower_bearer::keys::KeyFile;

use super::{assert_counts, assert_logs, logged};

#[test]
fn key_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    let shown = path.display();
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let write = |keys: &str| std::fs::write(&path, format!(r#"{{"keys":[{keys}]}}"#)).unwrap();
    write(key);
    let mut opened = None;
    assert_logs(|| opened = Some(KeyFile::open(&path).unwrap()), "");
    let file = opened.unwrap();

    let reload = || drop(file.reload());
    assert_logs(reload, "");
    write(&format!(r#"{key},{{"kty":"oct","k":"AAAA"}}"#));
    let skipped = logged(reload);
    let (first, second) = skipped.split_once('\n').unwrap();
    assert!(
        first.starts_with("WARN tower_bearer: key skipped: "),
        "{first}"
    );
    assert!(
        first.ends_with(&format!(" file={shown} index=1")),
        "{first}"
    );
    assert_eq!(second, "INFO tower_bearer: keys replaced keys=1\n");

    std::fs::write(&path, "{\"keys\":[").unwrap();
    let broken = logged(reload);
    let text = format!(
        "WARN tower_bearer: keys not replaced, still using the last good ones: cannot use the key file {shown}: "
    );
    assert!(broken.starts_with(&text), "{broken}");
    // Each content is reported once.
    assert_logs(reload, "");

    let name = |outcome| format!("tower_bearer_key_refreshes_total outcome={outcome}");
    write(key);
    assert_counts(reload, &[(&name("ok"), 1)]);
    assert_counts(reload, &[]);
    std::fs::remove_file(&path).unwrap();
    assert_counts(reload, &[(&name("error"), 1)]);
    assert_counts(reload, &[]);
}
