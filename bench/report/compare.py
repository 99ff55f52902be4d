# SPDX-License-Identifier: MIT
"""Ours against the others: ratios, their intervals, and what noise allows.

A ratio is the quotient of two medians, ours over theirs; above 1, ours is
faster. Its interval is a percentile bootstrap over both sets of samples. They
are resampled apart, not in pairs: random interleaving gives every row the same
weather, but no sample has a partner.
"""

import dataclasses
import math

import numpy
import scipy.stats

from results import AGAIN, OURS, Scenario

CONFIDENCE = 0.95
RESAMPLES = 2000
# The same seed for every cell: a report can be made twice.
SEED = 20
# Differences below this are not worth a word even on a silent machine.
LEAST_NOISE = 0.02


@dataclasses.dataclass(frozen=True)
class Ratio:
    value: float
    low: float
    high: float

    def inverse(self):
        return Ratio(1 / self.value, 1 / self.high, 1 / self.low)


@dataclasses.dataclass(frozen=True)
class Cell:
    scenario: Scenario
    impl: str
    ratio: Ratio
    noise: float
    limit: bool
    spins: bool

    @property
    def verdict(self):
        if self.ratio.low > 1 + self.noise:
            return "faster"
        if self.ratio.high < 1 / (1 + self.noise):
            return "slower"
        return "same"


def _quotient(ours, theirs, axis=-1):
    return numpy.median(ours, axis=axis) / numpy.median(theirs, axis=axis)


def _interval(data, statistic, value):
    """The bootstrap's interval; equal samples have none to resample."""
    found = scipy.stats.bootstrap(
        data, statistic, n_resamples=RESAMPLES, vectorized=True,
        confidence_level=CONFIDENCE, method="percentile",
        random_state=SEED).confidence_interval
    if math.isnan(found.low) or math.isnan(found.high):
        return value, value
    return float(found.low), float(found.high)


def ratio(ours, theirs):
    value = float(_quotient(ours, theirs))
    return Ratio(value, *_interval((ours, theirs), _quotient, value))


def median(samples):
    """A median and its interval, as a Ratio to one."""
    value = float(numpy.median(samples))
    return Ratio(value, *_interval((samples,), numpy.median, value))


def noise(results, scenario):
    """How far apart two rows of the same code may be, here."""
    ours = results.rates(scenario, OURS)
    again = results.rates(scenario, AGAIN)
    if not ours or not again:
        return math.inf
    twice = ratio(ours, again)
    return max(twice.high - 1, 1 / twice.low - 1, LEAST_NOISE)


def cells(results):
    """Every ratio of the run, in the order of the tables."""
    found = []
    for family in results.families:
        for scenario in results.scenarios(family):
            here = noise(results, scenario)
            ours = results.rates(scenario, OURS)
            for impl in results.impls(family):
                theirs = results.rates(scenario, impl)
                if theirs:
                    found.append(Cell(
                        scenario, impl, ratio(ours, theirs), here,
                        results.is_limit(family, impl),
                        results.spins(family, impl)))
    return found


def geometric_mean(ratios):
    """Of the ratios, and of their ends: wider than the mean's own interval."""
    return Ratio(*(float(scipy.stats.gmean([getattr(one, end)
                                            for one in ratios]))
                   for end in ("value", "low", "high")))
