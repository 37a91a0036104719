use std::collections::HashMap;
use std::thread;

use futures::FutureExt;
use tower_bearer::test_util::FixedClock;
use tower_bearer_issuer::store::MemoryStore;

use super::*;
use crate::contracts::store::StoreSubject;
use crate::random::Random;

fn stopped() -> (MemoryStore, FixedClock) {
    let clock = FixedClock::new();
    (MemoryStore::new().clock(clock.clone()), clock)
}

fn get(store: &MemoryStore, key: &str) -> Option<Vec<u8>> {
    store.get(key).now_or_never().unwrap().unwrap()
}

fn put(store: &MemoryStore, key: &str, value: &[u8], secs: u64) -> Result<(), StoreError> {
    let ttl = Duration::from_secs(secs);
    store.put(key, value, ttl).now_or_never().unwrap()
}

fn swap(
    store: &MemoryStore,
    key: &str,
    expected: Option<&[u8]>,
    value: &[u8],
    secs: u64,
) -> Result<bool, StoreError> {
    let ttl = Duration::from_secs(secs);
    let swap = store.swap(key, expected, value, ttl);
    swap.now_or_never().unwrap()
}

#[tokio::test]
async fn keeps_the_contract() {
    let (store, clock) = stopped();
    let subject = StoreSubject {
        store: Arc::new(store),
        pass: Box::new(move |time| clock.advance(time)),
        prefix: String::new(),
    };
    subject.assert_keeps_the_contract().await;
}

#[test]
fn where_it_is_full_new_keys_are_refused_and_the_others_can_change() {
    let (store, clock) = stopped();
    let store = store.max_entries(2);
    put(&store, "a", b"1", 10).unwrap();
    put(&store, "b", b"1", 20).unwrap();
    assert!(matches!(put(&store, "c", b"1", 10), Err(StoreError::Full)));
    assert!(matches!(
        swap(&store, "c", None, b"1", 10),
        Err(StoreError::Full)
    ));
    put(&store, "a", b"longer", 10).unwrap();
    assert!(swap(&store, "b", Some(b"1"), b"longer", 20).unwrap());
    assert!(!swap(&store, "c", Some(b"1"), b"2", 20).unwrap());
    assert_eq!(get(&store, "c"), None);
    clock.advance(Duration::from_secs(10));
    put(&store, "c", b"1", 10).unwrap();
    assert!(matches!(put(&store, "d", b"1", 10), Err(StoreError::Full)));
    store.remove("b").now_or_never().unwrap().unwrap();
    put(&store, "d", b"1", 10).unwrap();
    assert_eq!(store.len(), 2);
}

#[test]
fn values_are_bounded() {
    let (store, _) = stopped();
    put(&store, "a", &[0; 4096], 10).unwrap();
    for result in [
        put(&store, "a", &[0; 4097], 10),
        swap(&store, "a", Some(&[0; 4096]), &[0; 4097], 10).map(|_| ()),
    ] {
        assert!(matches!(result, Err(StoreError::TooLarge)));
    }
    assert_eq!(get(&store, "a").unwrap().len(), 4096);
}

#[test]
fn an_end_beyond_all_time_is_none() {
    let (store, clock) = stopped();
    put(&store, "a", b"1", u64::MAX).unwrap();
    clock.set(1 << 38);
    assert_eq!(get(&store, "a").as_deref(), Some(&b"1"[..]));
}

/// What has expired is gone, without anybody looking for it.
#[test]
fn many_entries_leave_nothing_behind() {
    let (store, clock) = stopped();
    let store = store.max_entries(100);
    for number in 0..200_000_u32 {
        put(&store, &number.to_string(), b"1", 50).unwrap();
        assert!(store.len() <= 50);
        clock.advance(Duration::from_secs(1));
    }
    clock.advance(Duration::from_secs(50));
    assert!(store.is_empty());
}

/// Held against a map without bounds.
#[test]
fn does_what_a_plain_map_does() {
    let (store, clock) = stopped();
    let mut model: HashMap<&str, (u8, u64)> = HashMap::new();
    let mut random = Random(0x9e37_79b9);
    let mut now = 0_u64;
    let mut swapped = [0; 2];
    for _ in 0..100_000 {
        let key = *random.choose(&["a", "b", "c"]);
        let value = u8::try_from(random.below(3)).unwrap();
        let ttl = random.below(4) as u64;
        model.retain(|_, (_, end)| *end > now);
        match random.below(5) {
            0 => {
                put(&store, key, &[value], ttl).unwrap();
                model.insert(key, (value, now.saturating_add(ttl)));
            }
            1 => {
                let expected = (!random.one_in(3)).then(|| u8::try_from(random.below(3)).unwrap());
                let fits = model.get(key).map(|(value, _)| *value) == expected;
                let text = expected.map(|byte| [byte]);
                let expected = text.as_ref().map(<[u8; 1]>::as_slice);
                let won = swap(&store, key, expected, &[value], ttl).unwrap();
                assert_eq!(won, fits);
                if fits {
                    model.insert(key, (value, now.saturating_add(ttl)));
                }
                swapped[usize::from(fits)] += 1;
            }
            2 => {
                let removed = store.remove(key).now_or_never().unwrap().unwrap();
                assert_eq!(removed, model.remove(key).is_some());
            }
            3 => {
                clock.advance(Duration::from_secs(1));
                now = now.saturating_add(1);
            }
            _ => {
                let expected = model.get(key).map(|(value, _)| vec![*value]);
                assert_eq!(get(&store, key), expected);
            }
        }
        let alive = model.values().filter(|(_, end)| *end > now).count();
        assert_eq!(store.len(), alive);
    }
    assert!(swapped.iter().all(|&count| count > 1000), "{swapped:?}");
}

#[test]
fn of_many_threads_one_wins() {
    let (store, _) = stopped();
    let won = thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| swap(&store, "a", None, b"1", 10).unwrap()))
            .collect();
        let won = threads.into_iter().map(|thread| thread.join().unwrap());
        won.filter(|won| *won).count()
    });
    assert_eq!(won, 1);
}

#[test]
fn debug_shows_no_entry() {
    let (store, _) = stopped();
    put(&store, "key", b"value", 10).unwrap();
    assert_eq!(
        format!("{store:?}"),
        "MemoryStore { max_entries: 100000, .. }"
    );
}
