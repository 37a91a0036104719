//! What the tables, the plots and the goals ask of the results.

use crate::Error;
use crate::contestants::Contestant;
use crate::results::{
    self, BARE_SIGNATURE, EXPIRED, FIRST_SIGHT, FOREIGN, JUNK, REPEATED, Results, Spread,
};

pub(super) struct Measured {
    pub(super) layers: Results,
    pub(super) load: Results,
    pub(super) scale: Results,
}

impl Measured {
    pub(super) fn load() -> Result<Self, Error> {
        Ok(Self {
            layers: results::load("layers")?,
            load: results::load("load")?,
            scale: results::load("scale")?,
        })
    }

    /// What a request takes beside the inner service. A refused one does not reach it, so its
    /// time is all the layer's.
    pub(super) fn time(&self, algorithm: &str, contestant: Contestant, case: &str) -> Option<f64> {
        let inner = match case {
            EXPIRED | FOREIGN | JUNK => 0.0,
            _ => self.inner(algorithm)?,
        };
        Some(self.spread(algorithm, contestant, case)?.median - inner)
    }

    /// The same, as it was measured: with the inner service.
    fn spread(&self, algorithm: &str, contestant: Contestant, case: &str) -> Option<Spread> {
        // Without a cache, a repeated token is like one that was never seen.
        let case = match (contestant, case) {
            (Contestant::NoLayer | Contestant::TowerBearer, _) => case,
            (_, REPEATED) => FIRST_SIGHT,
            _ => case,
        };
        let figure = self.layers.figure(algorithm, contestant.name(), case)?;
        Some(figure.value)
    }

    fn inner(&self, algorithm: &str) -> Option<f64> {
        Some(
            self.spread(algorithm, Contestant::NoLayer, REPEATED)?
                .median,
        )
    }

    pub(super) fn bare_signature(&self, algorithm: &str) -> Option<f64> {
        let figure = self.layers.figure(algorithm, BARE_SIGNATURE, FIRST_SIGHT)?;
        Some(figure.value.median)
    }

    pub(super) fn ours(&self, algorithm: &str, case: &str) -> Option<f64> {
        self.time(algorithm, Contestant::TowerBearer, case)
    }

    /// The least that any peer takes.
    pub(super) fn fastest_peer(&self, algorithm: &str, case: &str) -> Option<f64> {
        let times = Contestant::PEERS
            .into_iter()
            .filter_map(|peer| self.time(algorithm, peer, case));
        times.min_by(f64::total_cmp)
    }

    /// Requests per second over HTTP.
    pub(super) fn rate(&self, algorithm: &str, contestant: Contestant) -> Option<f64> {
        Some(self.rates(algorithm, contestant)?.median)
    }

    pub(super) fn rates(&self, algorithm: &str, contestant: Contestant) -> Option<Spread> {
        let figure = self.load.figure(algorithm, contestant.name(), REPEATED)?;
        Some(figure.value)
    }

    pub(super) fn best_peer_rate(&self, algorithm: &str) -> Option<f64> {
        let rates = Contestant::PEERS
            .into_iter()
            .filter_map(|peer| self.rate(algorithm, peer));
        rates.max_by(f64::total_cmp)
    }

    pub(super) fn scale(&self, name: &str) -> Option<f64> {
        let mut figures = self.scale.figures.iter();
        let figure = figures.find(|figure| figure.contestant == name)?;
        Some(figure.value.median)
    }
}
