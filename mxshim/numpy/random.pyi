# Written by `python -m mxshim.stubs`.
"""mx.np.random."""
from mxshim.numpy import ndarray

def beta(a, b, size=None, dtype=None, ctx=None, device=None) -> ndarray:
    """Beta numbers, x / (x + y) with x, y from gamma(a), gamma(b); calculated in float64."""
def chisquare(df, size=None, dtype=None, ctx=None, device=None) -> ndarray:
    """Chi-square numbers of df degrees of freedom: 2 gamma(df / 2)."""
def choice(a, size=None, replace=True, p=None, ctx=None, out=None, device=None) -> ndarray:
    """Random elements of `a` (or of 0..a-1, int64), each with probability p if given; with replace=False each at most once."""
def exponential(scale=1.0, size=None, ctx=None, out=None, device=None) -> ndarray:
    """Exponential numbers of mean scale, -scale log(u); differentiable in scale."""
def f(dfnum, dfden, size=None, ctx=None, device=None) -> ndarray:
    """F numbers, the ratio of two chi-square numbers over their degrees of freedom."""
def gamma(shape, scale=1.0, size=None, dtype=None, ctx=None, out=None, device=None) -> ndarray:
    """Gamma numbers of that shape and scale (Marsaglia and Tsang 2000); differentiable in both."""
def gumbel(loc=0.0, scale=1.0, size=None, ctx=None, out=None, device=None) -> ndarray:
    """Gumbel numbers, loc - scale log(-log(u)); differentiable in both."""
def laplace(loc=0.0, scale=1.0, size=None, dtype=None, ctx=None, out=None, device=None) -> ndarray:
    """Laplace numbers."""
def logistic(loc=0.0, scale=1.0, size=None, ctx=None, out=None, device=None) -> ndarray:
    """Logistic numbers, loc + scale log(u / (1 - u)); differentiable in both."""
def lognormal(mean=0.0, sigma=1.0, size=None, dtype=None, ctx=None, out=None, device=None) -> ndarray:
    """exp of normal numbers of mean `mean` and standard deviation sigma; differentiable in both."""
def multinomial(n, pvals, size=None, **kwargs) -> ndarray:
    """How often each of len(pvals) results comes in n experiments: int64, size + (len(pvals),)."""
def multivariate_normal(mean, cov, size=None, check_valid=None, tol=None) -> ndarray:
    """Normal vectors of mean (..., n) and covariance (..., n, n): size + (..., n); differentiable in both."""
def normal(loc=0.0, scale=1.0, size=None, dtype=None, ctx=None, out=None, device=None) -> ndarray:
    """Normal numbers of mean loc and standard deviation scale; differentiable in both."""
def pareto(a, size=None, ctx=None, out=None, device=None) -> ndarray:
    """Pareto II (Lomax) numbers, u ** (-1 / a) - 1; differentiable in a."""
def permutation(x, ctx=None, device=None) -> ndarray:
    """The rows of x, or 0..x-1 (int64), in random order, as a new array."""
def power(a, size=None, ctx=None, out=None, device=None) -> ndarray:
    """Numbers of density a x ** (a - 1) in [0, 1], (1 - u) ** (1 / a)."""
def rand(*size, **kwargs) -> ndarray:
    """uniform(0, 1) of the shape given by the arguments; takes dtype=, ctx=, device=, out= too."""
def randint(low, high=None, size=None, dtype=None, ctx=None, out=None, device=None) -> ndarray:
    """Integers in low..high-1, or 0..low-1 without high; int64 unless dtype is int32."""
def randn(*size, **kwargs) -> ndarray:
    """normal(0, 1) of the shape given by the arguments; takes dtype=, ctx=, device=, out= too."""
def rayleigh(scale=1.0, size=None, ctx=None, out=None, device=None) -> ndarray:
    """Rayleigh numbers, scale sqrt(-2 log(u)); differentiable in scale."""
def seed(seed_state, ctx='all', device=None) -> None:
    """Restart all streams of this thread; only the low 32 bits count."""
def shuffle(x) -> None:
    """Put the rows of x into random order, in place; returns None."""
def standard_normal(size=None, dtype=None, ctx=None, device=None) -> ndarray:
    """normal(0, 1)."""
def uniform(low=0.0, high=1.0, size=None, dtype=None, ctx=None, out=None, device=None) -> ndarray:
    """Uniform numbers from low to high."""
def weibull(a, size=None, ctx=None, out=None, device=None) -> ndarray:
    """Weibull numbers, (-log(u)) ** (1 / a); differentiable in a."""
