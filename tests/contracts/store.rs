//! The contract of every store.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tower_bearer_issuer::store::Store;

/// A store under test, and how its time passes.
pub(crate) struct StoreSubject {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) pass: Box<dyn Fn(Duration)>,
    /// The prefix of all keys, for shared stores.
    pub(crate) prefix: String,
}

const TWO_SECONDS: Duration = Duration::from_secs(2);
const MINUTE: Duration = Duration::from_secs(60);

impl StoreSubject {
    /// Checks the contract of [`Store`].
    pub(crate) async fn assert_keeps_the_contract(&self) {
        self.assert_puts_and_removes().await;
        self.assert_swaps().await;
        self.assert_forgets_in_time().await;
        self.assert_bytes_mean_nothing().await;
        self.assert_one_of_many_wins().await;
    }

    async fn assert_puts_and_removes(&self) {
        let key = &self.key("put");
        self.assert_holds(key, None).await;
        assert!(!self.store.remove(key).await.unwrap());
        self.put(key, b"a", MINUTE).await;
        self.assert_holds(key, Some(b"a")).await;
        self.assert_holds(&self.key("pu"), None).await;
        self.put(key, b"bc", MINUTE).await;
        self.assert_holds(key, Some(b"bc")).await;
        assert!(self.store.remove(key).await.unwrap());
        assert!(!self.store.remove(key).await.unwrap());
        self.assert_holds(key, None).await;
    }

    async fn assert_swaps(&self) {
        let key = &self.key("swap");
        assert!(!self.swap(key, Some(b"a"), b"b").await);
        assert!(!self.swap(key, Some(b""), b"b").await);
        self.assert_holds(key, None).await;
        assert!(self.swap(key, None, b"a").await);
        assert!(!self.swap(key, None, b"b").await);
        assert!(!self.swap(key, Some(b"b"), b"c").await);
        assert!(!self.swap(key, Some(b""), b"c").await);
        assert!(!self.swap(key, Some(b"ab"), b"c").await);
        self.assert_holds(key, Some(b"a")).await;
        assert!(self.swap(key, Some(b"a"), b"b").await);
        assert!(self.swap(key, Some(b"b"), b"b").await);
        self.assert_holds(key, Some(b"b")).await;
        self.store.remove(key).await.unwrap();
        assert!(!self.swap(key, Some(b"b"), b"c").await);
    }

    async fn assert_forgets_in_time(&self) {
        let [put, swapped, renewed, gone] = ["1", "2", "3", "4"].map(|name| self.key(name));
        let second = Duration::from_secs(1);
        self.put(&put, b"a", TWO_SECONDS).await;
        assert!(
            self.store
                .swap(&swapped, None, b"a", TWO_SECONDS)
                .await
                .unwrap()
        );
        self.put(&renewed, b"a", TWO_SECONDS).await;
        let swap = self.store.swap(&renewed, Some(b"a"), b"b", MINUTE);
        assert!(swap.await.unwrap());
        (self.pass)(second);
        self.assert_holds(&put, Some(b"a")).await;
        self.assert_holds(&swapped, Some(b"a")).await;
        (self.pass)(second);
        self.assert_holds(&put, None).await;
        assert!(!self.store.remove(&put).await.unwrap());
        assert!(!self.swap(&swapped, Some(b"a"), b"b").await);
        assert!(self.swap(&swapped, None, b"c").await);
        self.assert_holds(&renewed, Some(b"b")).await;
        // Entries with an expiry have expired.
        self.put(&gone, b"a", MINUTE).await;
        self.put(&gone, b"b", Duration::ZERO).await;
        self.assert_holds(&gone, None).await;
        let swap = self.store.swap(&gone, None, b"a", Duration::ZERO);
        assert!(swap.await.unwrap());
        self.assert_holds(&gone, None).await;
    }

    async fn assert_bytes_mean_nothing(&self) {
        let every: Vec<u8> = (0..=255).collect();
        for value in [&every[..], b"", b"\0", b"\r\nDEL *\r\n", &[0xff; 4096]] {
            let key = &self.key("bytes");
            self.put(key, value, MINUTE).await;
            self.assert_holds(key, Some(value)).await;
            assert!(self.swap(key, Some(value), b"a").await);
        }
        let key = &self.key("!#$%&'()*+,-./:;<=>?@[]^_`{|}~");
        self.put(key, b"a", MINUTE).await;
        self.assert_holds(key, Some(b"a")).await;
    }

    async fn assert_one_of_many_wins(&self) {
        let key = &self.key("race");
        for (expected, value) in [(None, &b"a"[..]), (Some(&b"a"[..]), b"b")] {
            let swaps = join_all((0..50).map(|_| self.swap(key, expected, value))).await;
            assert_eq!(swaps.iter().filter(|won| **won).count(), 1);
        }
        let removals = join_all((0..50).map(|_| self.store.remove(key))).await;
        let removals: Vec<_> = removals.into_iter().map(Result::unwrap).collect();
        assert_eq!(removals.iter().filter(|won| **won).count(), 1);
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) {
        self.store.put(key, value, ttl).await.unwrap();
    }

    async fn swap(&self, key: &str, expected: Option<&[u8]>, value: &[u8]) -> bool {
        let swap = self.store.swap(key, expected, value, MINUTE);
        swap.await.unwrap()
    }

    async fn assert_holds(&self, key: &str, expected: Option<&[u8]>) {
        let value = self.store.get(key).await.unwrap();
        assert_eq!(value.as_deref(), expected, "{key}");
    }
}
