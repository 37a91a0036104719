use std::fs::{self, File};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tempfile::TempDir;
use tower_bearer::ConfigError;
use tower_bearer::keys::KeyFile;

use super::*;
use crate::jose::pem;

/// A JWK Set with a key of this id.
fn jwks(key_id: &str) -> String {
    format!(
        r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"{key_id}",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}]}}"#
    )
}

/// A file in a directory of its own, which lives as long as this.
struct Fixture {
    _dir: TempDir,
    path: PathBuf,
}

impl Fixture {
    fn new(content: impl AsRef<[u8]>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        fs::write(&path, content).unwrap();
        Self { _dir: dir, path }
    }

    fn open(&self) -> KeyFile {
        KeyFile::open(&self.path).unwrap()
    }

    fn write(&self, content: impl AsRef<[u8]>) {
        fs::write(&self.path, content).unwrap();
    }

    /// The text of an error about this file.
    fn text(&self, before: &str, after: &str) -> String {
        format!("{before} {}: {after}", self.path.display())
    }
}

#[track_caller]
fn assert_content_error(error: &ConfigError, file: &Fixture, text: &str) {
    assert!(matches!(error, ConfigError::KeyFileContent(path, _) if *path == file.path));
    assert_eq!(
        error.to_string(),
        file.text("cannot use the key file", text)
    );
}

const NO_KEY: &str = "the JWK Set is empty: add the keys that verify signatures";
const WEAK_KEY: &str = "no key of the JWK Set is usable; the first: \
     the secret has 8 bits: use at least 256 random bits (32 bytes)";
const NO_SET: &str =
    "the document is not a JWK Set: it must be a JSON object with one array named `keys`";
const NO_PEM: &str = "the text is not PEM: it must hold a block that begins with \
     `-----BEGIN PUBLIC KEY-----` or the like";

#[test]
fn jwk_sets_and_pem() {
    assert_provides(&Fixture::new(jwks("a")).open(), &[Some("a")]);
    assert_provides(
        &Fixture::new(format!("\n {}", jwks("a"))).open(),
        &[Some("a")],
    );
    assert_provides(&Fixture::new(pem!("p256.spki")).open(), &[None]);
    assert_provides(&Fixture::new(pem!("rsa2048.certificate")).open(), &[None]);
    let file = Fixture::new(jwks("a"));
    let text = format!("{:?}", file.open());
    assert_eq!(text, format!("KeyFile {{ path: {:?}, .. }}", file.path));
}

#[test]
fn a_bad_file_is_an_error_at_first() {
    for (content, text) in [
        ("", NO_PEM),
        ("{", NO_SET),
        ("{}", NO_SET),
        ("[]", NO_PEM),
        ("secret", NO_PEM),
        (r#"{"keys":[]}"#, NO_KEY),
        (r#"{"keys":[{"kty":"oct","k":"AA"}]}"#, WEAK_KEY),
    ] {
        let file = Fixture::new(content);
        assert_content_error(&KeyFile::open(&file.path).unwrap_err(), &file, text);
    }
    let file = Fixture::new(pem!("p256.pkcs8"));
    assert_content_error(
        &KeyFile::open(&file.path).unwrap_err(),
        &file,
        crate::jose::PRIVATE,
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_at_first() {
    let file = Fixture::new(jwks("a"));
    fs::remove_file(&file.path).unwrap();
    let error = KeyFile::open(&file.path).unwrap_err();
    assert!(matches!(&error, ConfigError::KeyFile(path, _) if *path == file.path));
    assert!(
        error
            .to_string()
            .starts_with(&file.text("cannot read the key file", ""))
    );
    assert!(std::error::Error::source(&error).is_some());

    file.write(vec![b' '; 1024 * 1024 + 1]);
    let error = KeyFile::open(&file.path).unwrap_err();
    let text = file.text("cannot read the key file", "larger than 1 MiB");
    assert_eq!(error.to_string(), text);
}

#[test]
fn exactly_a_mebibyte_is_read() {
    let mut content = jwks("a").into_bytes();
    content.resize(1024 * 1024, b' ');
    assert_provides(&Fixture::new(content).open(), &[Some("a")]);
}

#[test]
fn new_content_is_picked_up() {
    let file = Fixture::new(jwks("a"));
    let keys = file.open();
    assert!(!keys.reload().unwrap());
    file.write(jwks("b"));
    assert_provides(&keys, &[Some("a")]);
    assert!(keys.reload().unwrap());
    assert_provides(&keys, &[Some("b")]);
    assert!(!keys.reload().unwrap());
    file.write(pem!("p256.spki"));
    assert!(keys.reload().unwrap());
    assert_provides(&keys, &[None]);
}

#[test]
fn the_content_counts_and_not_the_time() {
    let file = Fixture::new(jwks("a"));
    let keys = file.open();
    let set_time = |time| {
        File::options()
            .write(true)
            .open(&file.path)
            .unwrap()
            .set_modified(time)
    };
    let time = fs::metadata(&file.path).unwrap().modified().unwrap();
    // Of the same length and the same time, as within one tick of a coarse clock.
    file.write(jwks("b"));
    set_time(time).unwrap();
    assert!(keys.reload().unwrap());
    assert_provides(&keys, &[Some("b")]);
    // Of another time, but the same.
    set_time(SystemTime::UNIX_EPOCH).unwrap();
    assert!(!keys.reload().unwrap());
}

#[test]
fn a_file_that_is_replaced_is_followed() {
    let file = Fixture::new(jwks("a"));
    let keys = file.open();
    let other = file.path.with_extension("new");
    fs::write(&other, jwks("b")).unwrap();
    fs::rename(&other, &file.path).unwrap();
    assert!(keys.reload().unwrap());
    assert_provides(&keys, &[Some("b")]);
}

#[test]
fn the_last_good_keys_stay() {
    let file = Fixture::new(jwks("a"));
    let keys = file.open();
    let half = jwks("b").split_at(40).0.to_owned();
    for (content, text) in [
        (half.as_bytes(), NO_SET),
        (b"", NO_PEM),
        (br#"{"keys":[]}"#, NO_KEY),
        (pem!("p256.pkcs8"), crate::jose::PRIVATE),
        (b"\0\0\0", NO_PEM),
    ] {
        file.write(content);
        assert_content_error(&keys.reload().unwrap_err(), &file, text);
        assert_provides(&keys, &[Some("a")]);
        // One content is complained of once.
        assert!(!keys.reload().unwrap());
    }

    file.write(vec![b'{'; 1024 * 1024 + 1]);
    let error = keys.reload().unwrap_err().to_string();
    assert_eq!(
        error,
        file.text("cannot read the key file", "larger than 1 MiB")
    );
    assert_provides(&keys, &[Some("a")]);

    fs::remove_file(&file.path).unwrap();
    assert!(matches!(
        keys.reload().unwrap_err(),
        ConfigError::KeyFile(..)
    ));
    assert!(!keys.reload().unwrap());
    assert_provides(&keys, &[Some("a")]);

    file.write(jwks("c"));
    assert!(keys.reload().unwrap());
    assert_provides(&keys, &[Some("c")]);
    // What was good before is read again after something bad.
    file.write("{");
    assert!(keys.reload().is_err());
    file.write(jwks("c"));
    assert!(keys.reload().unwrap());
}

/// Waits until something holds; it is what the threads that watch do that is waited for.
#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "still not: {what}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Held by the tests that watch, of which no two may at the same time.
static WATCHING: Mutex<()> = Mutex::new(());

/// How many threads watch key files. No test outside of this file watches any.
#[cfg(target_os = "linux")]
fn watching() -> usize {
    fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok())
        // The kernel cuts names after 15 bytes.
        .filter(|name| name.trim_end() == "tower-bearer-ke")
        .count()
}

#[test]
fn a_file_is_watched_until_its_keys_are_dropped() {
    let _alone = WATCHING.lock().unwrap_or_else(PoisonError::into_inner);
    let file = Fixture::new(jwks("a"));
    let keys = file.open().watch_every(Duration::from_millis(1));
    file.write(jwks("b"));
    wait_until("the keys are replaced", || {
        keys.snapshot().keys()[0].key_id() == Some("b")
    });
    file.write("{");
    file.write(jwks("c"));
    wait_until("the keys are replaced after a bad file", || {
        keys.snapshot().keys()[0].key_id() == Some("c")
    });

    #[cfg(target_os = "linux")]
    {
        wait_until("one thread watches", || watching() == 1);
        let keys = keys.watch_every(Duration::from_secs(3600));
        wait_until("the thread is replaced", || watching() == 1);
        let (shared, other) = (std::sync::Arc::new(keys), file.open().watch());
        let user = std::sync::Arc::clone(&shared);
        wait_until("two threads watch", || watching() == 2);
        drop((shared, other));
        wait_until("one thread watches again", || watching() == 1);
        assert_provides(&user, &[Some("c")]);
        drop(user);
        // Long before the hour is over.
        wait_until("no thread watches", || watching() == 0);
    }
}

/// The recorder of the process: a thread of ours knows no other. It panics where files are watched.
struct PanickingRecorder;

static PANICS: AtomicUsize = AtomicUsize::new(0);

impl Recorder for PanickingRecorder {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        if std::thread::current().name() == Some("tower-bearer-key-file") {
            PANICS.fetch_add(1, Ordering::Relaxed);
            // Without the noise of a panic.
            resume_unwind(Box::new("of the application"));
        }
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn a_file_is_watched_on_after_a_recorder_has_panicked() {
    let _alone = WATCHING.lock().unwrap_or_else(PoisonError::into_inner);
    metrics::set_global_recorder(PanickingRecorder).unwrap();
    let file = Fixture::new(jwks("a"));
    let keys = file.open().watch_every(Duration::from_millis(1));
    for key_id in ["b", "c"] {
        let panics = PANICS.load(Ordering::Relaxed);
        file.write(jwks(key_id));
        wait_until("the keys are replaced", || {
            keys.snapshot().keys()[0].key_id() == Some(key_id)
        });
        wait_until("the recorder panics", || {
            PANICS.load(Ordering::Relaxed) > panics
        });
    }
}
