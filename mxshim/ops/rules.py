"""Update rules of optimizers: one weight, its gradient and its states in, the new weight and states out.

All arrays come in one floating dtype (`updates.apply` sees to it), numbers as 0-d arrays of it; a number that is None is not
there. rescale_grad: factor of the gradient.  clip_gradient: bound of its elements; negative means none.
Where MXNet 2 moved something, the rule of MXNet 1 has the plain name and that of MXNet 2 follows with a 2.
"""
from __future__ import annotations

import jax.numpy as jnp


def _scaled(grad, rescale_grad, clip_gradient):
    """The gradient, scaled and clipped."""
    return _clipped(grad * rescale_grad, clip_gradient)


def _clipped(grad, bound):
    return grad if bound is None else jnp.where(bound >= 0, jnp.clip(grad, -bound, bound), grad)


def _sign(x):
    """-1, 0 or 1; 0 for nan, as MXNet's."""
    return (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype)


def _decayed(weight, grad, wd, rescale_grad, clip_gradient):
    """The gradient, scaled and clipped, then with weight decay."""
    return _scaled(grad, rescale_grad, clip_gradient) + wd * weight


def _decayed_first(weight, grad, wd, rescale_grad, clip_gradient):
    """The gradient, scaled and with weight decay, then clipped."""
    return _clipped(grad * rescale_grad + wd * weight, clip_gradient)


def _averages(grad, mean, var, beta1, beta2):
    """Running averages of the gradient and of its square."""
    return beta1 * mean + (1 - beta1) * grad, beta2 * var + (1 - beta2) * grad * grad


# -- gradient descent --------------------------------------------------------------------------------------------------

def sgd(weight, grad, lr, wd, rescale_grad, clip_gradient):
    """w -= lr * (g + wd * w)."""
    return (weight - lr * _decayed(weight, grad, wd, rescale_grad, clip_gradient),)


def sgd_mom(weight, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient):
    """m = momentum * m - lr * (g + wd * w);  w += m."""
    mom = momentum * mom - lr * _decayed(weight, grad, wd, rescale_grad, clip_gradient)
    return weight + mom, mom


def nag_mom(weight, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient):
    """Nesterov's accelerated gradient: m = momentum * m - lr * (g + wd * w);  w += momentum * m - lr * (g + wd * w)."""
    step = lr * _decayed(weight, grad, wd, rescale_grad, clip_gradient)
    mom = momentum * mom - step
    return weight + momentum * mom - step, mom


def nag_mom_in_place(weight, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient):
    """nag_mom as MXNet 1 does it where the weight is overwritten: it is new already when its decay enters m."""
    new, _ = nag_mom(weight, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient)
    return new, momentum * mom - lr * _decayed(new, grad, wd, rescale_grad, clip_gradient)


def signsgd(weight, grad, lr, wd, rescale_grad, clip_gradient):
    """w = (1 - lr * wd) * w - lr * sign(g)  (Bernstein et al. 2018)."""
    return ((1 - lr * wd) * weight - lr * _sign(grad),)


def signum(weight, grad, mom, lr, momentum, wd, rescale_grad, clip_gradient, wd_lh):
    """m = momentum * m - (1 - momentum) * (g + wd * w);  w = (1 - lr * wd_lh) * w + lr * sign(m)."""
    mom = momentum * mom - (1 - momentum) * _decayed(weight, grad, wd, rescale_grad, clip_gradient)
    return (1 - lr * wd_lh) * weight + lr * _sign(mom), mom


def dcasgd(weight, grad, mom, previous, lr, momentum, lamda, wd, rescale_grad, clip_gradient):
    """Delay compensation (Zheng et al. 2016): d = g + wd * w + lamda * g**2 * (w - previous);  m = momentum * m - lr * d;  w += m."""
    grad = _scaled(grad, rescale_grad, clip_gradient)
    step = grad + wd * weight + lamda * grad * grad * (weight - previous)
    mom = momentum * mom - lr * step
    return weight + mom, mom, weight


def dcasgd2(weight, grad, mom, previous, lr, momentum, lamda, wd, rescale_grad, clip_gradient):
    """As dcasgd, with weight decay in g from the start."""
    grad = _decayed(weight, grad, wd, rescale_grad, clip_gradient)
    mom = momentum * mom - lr * (grad + lamda * grad * grad * (weight - previous))
    return weight + mom, mom, weight


# -- adaptive rates ----------------------------------------------------------------------------------------------------

def adam(weight, grad, mean, var, lr, beta1, beta2, epsilon, wd, rescale_grad, clip_gradient):
    """Adam (Kingma and Ba 2014), the bias correction already in lr: w -= lr * m / (sqrt(v) + epsilon)."""
    mean, var = _averages(_decayed_first(weight, grad, wd, rescale_grad, clip_gradient), mean, var, beta1, beta2)
    return weight - lr * mean / (jnp.sqrt(var) + epsilon), mean, var


def adam2(weight, grad, mean, var, lr, beta1, beta2, epsilon, wd, rescale_grad, clip_gradient):
    """As adam, clipped before weight decay is added."""
    mean, var = _averages(_decayed(weight, grad, wd, rescale_grad, clip_gradient), mean, var, beta1, beta2)
    return weight - lr * mean / (jnp.sqrt(var) + epsilon), mean, var


def adamw(weight, grad, mean, var, rescale_grad, lr, eta, beta1, beta2, epsilon, wd, clip_gradient):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2017): w -= eta * (lr * m / (sqrt(v) + epsilon) + wd * w).

    Nothing changes where rescale_grad is 0, inf or nan: the step of a loss that overflowed.
    """
    new_mean, new_var = _averages(_scaled(grad, rescale_grad, clip_gradient), mean, var, beta1, beta2)
    new = weight - eta * (lr * new_mean / (jnp.sqrt(new_var) + epsilon) + wd * weight)
    return _unless_overflown(rescale_grad, (new, new_mean, new_var), (weight, mean, var))


def adabelief(weight, grad, mean, var, rescale_grad, lr, eta, beta1, beta2, epsilon, wd, clip_gradient):
    """AdaBelief (Zhuang et al. 2020): v averages (g - m)**2 + epsilon;  w -= eta * lr * m / (sqrt(v) + epsilon)."""
    grad = _decayed_first(weight, grad, wd, rescale_grad, clip_gradient)
    new_mean = beta1 * mean + (1 - beta1) * grad
    new_var = beta2 * var + (1 - beta2) * (grad - new_mean) ** 2 + epsilon
    new = weight - eta * lr * new_mean / (jnp.sqrt(new_var) + epsilon)
    return _unless_overflown(rescale_grad, (new, new_mean, new_var), (weight, mean, var))


def _unless_overflown(scale, new, old):
    usable = jnp.isfinite(scale) & (scale != 0)
    return tuple(jnp.where(usable, n, o) for n, o in zip(new, old, strict=True))


def adamax(weight, grad, mean, var, lr, beta1, beta2, wd, rescale_grad, clip_gradient):
    """Adam with the largest gradient seen (Kingma and Ba 2014), 1 - beta1**t already in lr: w -= lr * m / u."""
    grad = _decayed_first(weight, grad, wd, rescale_grad, clip_gradient)
    mean, var = beta1 * mean + (1 - beta1) * grad, jnp.maximum(beta2 * var, jnp.abs(grad))
    return weight - lr * mean / var, mean, var


def adamax2(weight, grad, mean, var, lr, beta1, beta2, epsilon, wd, rescale_grad, clip_gradient):
    """As adamax, clipped before weight decay is added, with u + epsilon."""
    grad = _decayed(weight, grad, wd, rescale_grad, clip_gradient)
    mean, var = beta1 * mean + (1 - beta1) * grad, jnp.maximum(beta2 * var, jnp.abs(grad))
    return weight - lr * mean / (var + epsilon), mean, var


def nadam(weight, grad, mean, var, lr, beta1, beta2, epsilon, momentum, next_momentum, product, next_product, correction, wd,
          rescale_grad, clip_gradient):
    """Adam with Nesterov momentum (Dozat 2016); the scheduled momenta, their products and 1 - beta2**t come as numbers."""
    return _nadam(weight, _decayed_first(weight, grad, wd, rescale_grad, clip_gradient), mean, var, lr, beta1, beta2, epsilon, momentum,
                  next_momentum, product, next_product, correction)


def nadam2(weight, grad, mean, var, lr, beta1, beta2, epsilon, momentum, next_momentum, product, next_product, correction, wd,
           rescale_grad, clip_gradient):
    """As nadam, clipped before weight decay is added."""
    return _nadam(weight, _decayed(weight, grad, wd, rescale_grad, clip_gradient), mean, var, lr, beta1, beta2, epsilon, momentum,
                  next_momentum, product, next_product, correction)


def _nadam(weight, grad, mean, var, lr, beta1, beta2, epsilon, momentum, next_momentum, product, next_product, correction):
    mean, var = _averages(grad, mean, var, beta1, beta2)
    step = (1 - momentum) * grad / (1 - product) + next_momentum * mean / (1 - next_product)
    return weight - lr * step / (jnp.sqrt(var / correction) + epsilon), mean, var


def adagrad(weight, grad, history, lr, epsilon, wd, rescale_grad, clip_gradient):
    """AdaGrad (Duchi et al. 2011): h += g**2;  w -= lr * (g / sqrt(h + epsilon) + wd * w)."""
    grad = _scaled(grad, rescale_grad, clip_gradient)
    history = history + grad * grad
    return weight - lr * (grad / jnp.sqrt(history + epsilon) + wd * weight), history


def adagrad2(weight, grad, history, lr, epsilon, wd, rescale_grad, clip_gradient):
    """With weight decay in g: h += g**2;  w -= lr * g / (sqrt(h) + epsilon)."""
    grad = _decayed(weight, grad, wd, rescale_grad, clip_gradient)
    history = history + grad * grad
    return weight - lr * grad / (jnp.sqrt(history) + epsilon), history


def group_adagrad(weight, grad, history, lr, epsilon, rescale_grad, clip_gradient):
    """AdaGrad with one rate for each row: h += mean over the row of g**2;  w -= lr * g / (sqrt(h) + epsilon)."""
    grad = _scaled(grad, rescale_grad, clip_gradient)
    history = history + jnp.mean(grad * grad, axis=1, keepdims=True)
    return weight - lr * grad / (jnp.sqrt(history) + epsilon), history


def adadelta(weight, grad, squares, steps, rho, epsilon, wd, rescale_grad, clip_gradient):
    """AdaDelta (Zeiler 2012): d = sqrt(steps + epsilon) / sqrt(squares + epsilon) * g;  w -= d + wd * w."""
    step, squares, steps = _adadelta(_scaled(grad, rescale_grad, clip_gradient), squares, steps, rho, epsilon)
    return weight - step - wd * weight, squares, steps


def adadelta2(weight, grad, squares, steps, lr, rho, epsilon, wd, rescale_grad, clip_gradient):
    """With weight decay in g and a rate: w -= lr * d."""
    step, squares, steps = _adadelta(_decayed(weight, grad, wd, rescale_grad, clip_gradient), squares, steps, rho, epsilon)
    return weight - lr * step, squares, steps


def _adadelta(grad, squares, steps, rho, epsilon):
    squares = rho * squares + (1 - rho) * grad * grad
    step = jnp.sqrt(steps + epsilon) / jnp.sqrt(squares + epsilon) * grad
    return step, squares, rho * steps + (1 - rho) * step * step


def rmsprop(weight, grad, n, lr, gamma1, epsilon, wd, rescale_grad, clip_gradient, clip_weights):
    """RMSProp (Tieleman and Hinton 2012): n averages g**2;  w -= lr * g / sqrt(n + epsilon)."""
    grad = _decayed_first(weight, grad, wd, rescale_grad, clip_gradient)
    n = gamma1 * n + (1 - gamma1) * grad * grad
    return _clipped(weight - lr * grad / jnp.sqrt(n + epsilon), clip_weights), n


def rmsprop2(weight, grad, n, lr, gamma1, epsilon, wd, rescale_grad, clip_gradient, clip_weights):
    """As rmsprop, clipped before weight decay is added, with sqrt(n) + epsilon."""
    grad = _decayed(weight, grad, wd, rescale_grad, clip_gradient)
    n = gamma1 * n + (1 - gamma1) * grad * grad
    return _clipped(weight - lr * grad / (jnp.sqrt(n) + epsilon), clip_weights), n


def rmspropalex(weight, grad, n, g, delta, lr, gamma1, gamma2, epsilon, wd, rescale_grad, clip_gradient, clip_weights):
    """Graves's RMSProp (2013): n averages the square, g the gradient; d = gamma2 * d - lr * grad / sqrt(n - g**2 + epsilon);  w += d."""
    grad = _decayed_first(weight, grad, wd, rescale_grad, clip_gradient)
    return _rmspropalex(weight, grad, n, g, delta, lr, gamma1, gamma2, epsilon, clip_weights)


def rmspropalex2(weight, grad, g, n, delta, lr, gamma1, gamma2, epsilon, wd, rescale_grad, clip_gradient, clip_weights):
    """As rmspropalex, clipped before weight decay is added; the average comes before that of the square."""
    grad = _decayed(weight, grad, wd, rescale_grad, clip_gradient)
    weight, n, g, delta = _rmspropalex(weight, grad, n, g, delta, lr, gamma1, gamma2, epsilon, clip_weights)
    return weight, g, n, delta


def _rmspropalex(weight, grad, n, g, delta, lr, gamma1, gamma2, epsilon, clip_weights):
    g, n = _averages(grad, g, n, gamma1, gamma1)
    delta = gamma2 * delta - lr * grad / jnp.sqrt(n - g * g + epsilon)
    return _clipped(weight + delta, clip_weights), n, g, delta


def ftrl(weight, grad, z, n, lr, lamda1, beta, wd, rescale_grad, clip_gradient):
    """Follow the regularized leader (McMahan et al. 2013).

    z += g - (sqrt(n + g**2) - sqrt(n)) / lr * w;  n += g**2;
    w = (sign(z) * lamda1 - z) / ((beta + sqrt(n)) / lr + wd) where |z| > lamda1, else 0.
    """
    grad = _scaled(grad, rescale_grad, clip_gradient)
    z = z + grad - (jnp.sqrt(n + grad * grad) - jnp.sqrt(n)) * weight / lr
    n = n + grad * grad
    return jnp.where(jnp.abs(z) <= lamda1, 0, (jnp.sign(z) * lamda1 - z) / ((beta + jnp.sqrt(n)) / lr + wd)), z, n


def ftml(weight, grad, d, v, z, lr, beta1, beta2, epsilon, t, wd, rescale_grad, clip_gradient):
    """Follow the moving leader (Zheng and Kwok 2017).

    v averages g**2;  d' = (1 - beta1**t) / lr * (sqrt(v / (1 - beta2**t)) + epsilon);
    z = beta1 * z + (1 - beta1) * g - (d' - beta1 * d) * w;  w = -z / d'.
    """
    return _ftml(weight, _decayed_first(weight, grad, wd, rescale_grad, clip_gradient), d, v, z, lr, beta1, beta2, epsilon, t)


def ftml2(weight, grad, d, v, z, lr, beta1, beta2, epsilon, t, wd, rescale_grad, clip_gradient):
    """As ftml, clipped before weight decay is added."""
    return _ftml(weight, _decayed(weight, grad, wd, rescale_grad, clip_gradient), d, v, z, lr, beta1, beta2, epsilon, t)


def _ftml(weight, grad, d, v, z, lr, beta1, beta2, epsilon, t):
    v = beta2 * v + (1 - beta2) * grad * grad
    new = (1 - beta1 ** t) / lr * (jnp.sqrt(v / (1 - beta2 ** t)) + epsilon)
    z = beta1 * z + (1 - beta1) * grad - (new - beta1 * d) * weight
    return -z / new, new, v, z


# -- rates by layer ----------------------------------------------------------------------------------------------------

def _norm(x):
    return jnp.sqrt(jnp.sum(x * x))


def _bounded(norm, lower, upper):
    """A norm held between two bounds; None, or a negative number, is no bound."""
    if lower is not None:
        norm = jnp.where(lower >= 0, jnp.maximum(norm, lower), norm)
    if upper is not None:
        norm = jnp.where(upper >= 0, jnp.minimum(norm, upper), norm)
    return norm


def _trust(weight_norm, step_norm):
    """The ratio of two norms, 1 where one of them is 0."""
    return jnp.where((weight_norm == 0) | (step_norm == 0), 1, weight_norm / jnp.where(step_norm == 0, 1, step_norm))


def lamb_direction(weight, grad, mean, var, beta1, beta2, epsilon, t, bias_correction, wd, rescale_grad, clip_gradient):
    """First half of LAMB (You et al. 2019): m / (sqrt(v) + epsilon) + wd * w, with bias correction or without; then m and v."""
    mean, var = _averages(_scaled(grad, rescale_grad, clip_gradient), mean, var, beta1, beta2)
    return _direction(weight, mean, var, beta1, beta2, epsilon, t, bias_correction) + wd * weight, mean, var


def _direction(weight, mean, var, beta1, beta2, epsilon, t, bias_correction):
    if bias_correction:
        mean, var = mean / (1 - beta1 ** t), var / (1 - beta2 ** t)
    return mean / (jnp.sqrt(var) + epsilon)


def lamb_step(weight, g, r1, r2, lr, lower_bound, upper_bound):
    """Second half of LAMB: w -= lr * r1 / r2 * g, r1 held between the bounds; r1 / r2 is 1 where one of them is 0."""
    return (weight - lr * _trust(_bounded(r1, lower_bound, upper_bound), r2) * g,)


def lamb(weight, grad, mean, var, lr, beta1, beta2, epsilon, t, bias_correction, wd, rescale_grad, clip_gradient, lower_bound,
         upper_bound):
    """LAMB: Adam's direction with weight decay, as long as lr times the weight."""
    step, mean, var = lamb_direction(weight, grad, mean, var, beta1, beta2, epsilon, t, bias_correction, wd, rescale_grad, clip_gradient)
    return *lamb_step(weight, step, _norm(weight), _norm(step), lr, lower_bound, upper_bound), mean, var


def lans(weight, grad, mean, var, lr, beta1, beta2, epsilon, t, wd, rescale_grad, clip_gradient, lower_bound, upper_bound):
    """LAMB with Nesterov momentum on gradients of length 1 (Zheng et al. 2020): two such steps, by m and by g."""
    grad = grad * rescale_grad
    grad = _clipped(grad / _norm(grad), clip_gradient)
    mean, var = _averages(grad, mean, var, beta1, beta2)
    size = _bounded(_norm(weight), lower_bound, upper_bound)
    scale = jnp.sqrt(var / (1 - beta2 ** t)) + epsilon
    along = mean / (1 - beta1 ** t) / scale + wd * weight
    new = grad / scale + wd * weight
    step = beta1 * _trust(size, _norm(along)) * along + (1 - beta1) * _trust(size, _norm(new)) * new
    return weight - lr * step, mean, var


def _lars_rate(weight, grad, lr, eta, epsilon, wd, rescale_grad, adapt):
    return jnp.where(adapt != 0, lr * lars_ratio(_norm(weight), _norm(grad * rescale_grad), eta, epsilon, wd), lr)


def lars_ratio(weight_norm, grad_norm, eta, epsilon, wd):
    """The factor of a layer's rate in LARS (You et al. 2017): eta * |w| / (|g| + wd * |w| + epsilon), 1 where |w| or |g| is 0."""
    return jnp.where((weight_norm > 0) & (grad_norm > 0), eta * weight_norm / (grad_norm + wd * weight_norm + epsilon), 1)


def lars(weight, grad, lr, eta, epsilon, adapt, wd, rescale_grad, clip_gradient):
    """sgd with a rate for each layer, see lars_ratio; with adapt = 0 the rate stays."""
    return sgd(weight, grad, _lars_rate(weight, grad, lr, eta, epsilon, wd, rescale_grad, adapt), wd, rescale_grad, clip_gradient)


def lars_mom(weight, grad, mom, lr, eta, epsilon, adapt, momentum, wd, rescale_grad, clip_gradient):
    """sgd_mom with a rate for each layer."""
    return sgd_mom(weight, grad, mom, _lars_rate(weight, grad, lr, eta, epsilon, wd, rescale_grad, adapt), momentum, wd, rescale_grad,
                   clip_gradient)


# -- for tests ---------------------------------------------------------------------------------------------------------

def test(weight, grad, copy, lr, wd, rescale_grad, clip_gradient):
    """w += g, and a copy of it (mx.optimizer.Test of MXNet 1)."""
    weight = weight + grad * rescale_grad
    return weight, weight


def test2(weight, grad, copy, lr, wd, rescale_grad, clip_gradient):
    """w -= lr * (g + wd * w)  (mx.optimizer.Test of MXNet 2)."""
    return weight - lr * (grad * rescale_grad + wd * weight), copy
