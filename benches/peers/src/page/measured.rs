//! Queries on the results, for the tables, the plots and the goals.

use crate::Error;
use crate::contestants::Contestant;
use crate::results::{
    self, BARE_SIGNATURE, EXPIRED, FIRST_SIGHT, FOREIGN, Figure, JUNK, REPEATED, Results, Spread,
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

    /// The time of a request minus the inner service. A refused one does not reach it, so its time
    /// is all the layer's.
    pub(super) fn time(&self, algorithm: &str, contestant: Contestant, case: &str) -> Option<f64> {
        let rounds = self.rounds(algorithm, contestant, case)?;
        match case {
            EXPIRED | FOREIGN | JUNK => Some(median(rounds.iter().copied())),
            _ => Some(paired(rounds, self.inner(algorithm)?, |all, inner| {
                all - inner
            })),
        }
    }

    /// The time of our first sight of a token minus the inner service and the signature.
    pub(super) fn beside_signature(&self, algorithm: &str) -> Option<f64> {
        let rounds = self.rounds(algorithm, Contestant::TowerBearer, FIRST_SIGHT)?;
        let without = rounds.iter().zip(self.inner(algorithm)?);
        let without = without.map(|(all, inner)| all - inner).collect::<Vec<_>>();
        let signature = self.layers.figure(algorithm, BARE_SIGNATURE, FIRST_SIGHT)?;
        Some(paired(&without, &signature.rounds, |rest, signature| {
            rest - signature
        }))
    }

    /// As measured: with the inner service.
    fn rounds(&self, algorithm: &str, contestant: Contestant, case: &str) -> Option<&[f64]> {
        // Without a cache, a repeated token is like a new one.
        let case = match (contestant, case) {
            (Contestant::NoLayer | Contestant::TowerBearer, _) => case,
            (_, REPEATED) => FIRST_SIGHT,
            _ => case,
        };
        let figure = self.layers.figure(algorithm, contestant.name(), case)?;
        Some(&figure.rounds)
    }

    fn inner(&self, algorithm: &str) -> Option<&[f64]> {
        self.rounds(algorithm, Contestant::NoLayer, REPEATED)
    }

    pub(super) fn bare_signature(&self, algorithm: &str) -> Option<f64> {
        let figure = self.layers.figure(algorithm, BARE_SIGNATURE, FIRST_SIGHT)?;
        Some(figure.spread().median)
    }

    pub(super) fn ours(&self, algorithm: &str, case: &str) -> Option<f64> {
        self.time(algorithm, Contestant::TowerBearer, case)
    }

    /// The minimum over the peers.
    pub(super) fn fastest_peer(&self, algorithm: &str, case: &str) -> Option<f64> {
        let times = Contestant::PEERS
            .into_iter()
            .filter_map(|peer| self.time(algorithm, peer, case));
        times.min_by(f64::total_cmp)
    }

    /// Requests per second over HTTP.
    pub(super) fn rates(&self, algorithm: &str, contestant: Contestant) -> Option<&Figure> {
        self.load.figure(algorithm, contestant.name(), REPEATED)
    }

    pub(super) fn rate(&self, algorithm: &str, contestant: Contestant) -> Option<f64> {
        Some(self.rates(algorithm, contestant)?.spread().median)
    }

    /// The ratio of two rates.
    pub(super) fn share(&self, algorithm: &str, one: Contestant, of: Contestant) -> Option<f64> {
        let (one, of) = (self.rates(algorithm, one)?, self.rates(algorithm, of)?);
        Some(paired(&one.rounds, &of.rounds, |one, of| one / of))
    }

    pub(super) fn scale(&self, name: &str) -> Option<&Figure> {
        let mut figures = self.scale.figures.iter();
        figures.find(|figure| figure.contestant == name)
    }
}

/// The median over the rounds of a combination of both. A slowdown of the machine affects both, and
/// would count as a difference if each had its own median.
pub(super) fn paired(one: &[f64], other: &[f64], both: impl Fn(f64, f64) -> f64) -> f64 {
    median(one.iter().zip(other).map(|(one, other)| both(*one, *other)))
}

fn median(rounds: impl IntoIterator<Item = f64>) -> f64 {
    Spread::of(rounds).median
}
