"""Tests of random generators: functions that make n numbers. chi_square_check and verify_generator need SciPy, which JAX brings."""
from __future__ import annotations

import numpy as onp

from ..ndarray import NDArray


def _draw(generator, n):
    found = generator(n)
    return onp.asarray(found.asnumpy() if isinstance(found, NDArray) else found)


def mean_check(generator, mu, sigma, nsamples=1000000) -> bool:
    """Whether the mean lies within 3 sigma / sqrt(n) of mu."""
    return bool(abs(_draw(generator, nsamples).mean() - mu) < 3 * sigma / onp.sqrt(nsamples))


def var_check(generator, sigma, nsamples=1000000) -> bool:
    """Whether the variance lies within 3 sqrt(2 / (n - 1)) sigma**2 of sigma**2."""
    found = _draw(generator, nsamples).var(ddof=1)
    return bool(abs(found - sigma**2) < 3 * onp.sqrt(2 * sigma**4 / (nsamples - 1)))


def gen_buckets_probs_with_ppf(ppf, nbuckets):
    """nbuckets ranges of equal probability and these probabilities, from an inverse distribution function."""
    edges = [ppf(k / nbuckets) for k in range(nbuckets + 1)]
    return list(zip(edges, edges[1:])), [1.0 / nbuckets] * nbuckets


def chi_square_check(generator, buckets, probs, nsamples=1000000):
    """Pearson's chi-square test of a generator.

    Args:
        buckets: ranges (low, high) of a continuous variable, or the values of a discrete one.  probs: their probabilities.
    Returns: (p, observed frequencies, expected frequencies).
    """
    from scipy.stats import chi2
    samples = _draw(generator, nsamples).reshape(-1)
    if isinstance(buckets[0], list | tuple):
        observed = onp.array([((low <= samples) & (samples < high)).sum() for low, high in buckets])
    else:
        observed = onp.array([(samples == value).sum() for value in buckets])
    expected = (nsamples * onp.asarray(probs)).astype("int32")
    statistic = ((observed - expected) ** 2 / expected).sum()
    return float(chi2.sf(statistic, len(buckets) - 1)), observed, expected


def verify_generator(generator, buckets, probs, nsamples=1000000, nrepeat=5, success_rate=0.2, alpha=0.05):
    """nrepeat chi-square tests, of which at least the share success_rate must give a p above alpha.

    Returns: the p of each.
    Raises: AssertionError if too few do.
    """
    found = [chi_square_check(generator, buckets, probs, nsamples) for _ in range(nrepeat)]
    ps = [p for p, _, _ in found]
    if sum(p > alpha for p in ps) < nrepeat * success_rate:
        raise AssertionError(f"Generator test fails, Chi-square p={ps}, observed={[o.tolist() for _, o, _ in found]}, "
                             f"expected={found[0][2].tolist()}.\nbuckets={buckets}, probs={probs}")
    return ps
