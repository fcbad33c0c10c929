"""A cache that is down never fails a page or a sign-in: reads miss, writes are dropped."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _forgiving(method: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    @wraps(method)
    def call(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            logger.warning("The cache does not answer: %s", error)
            return answer(args, kwargs) if callable(answer) else answer

    return call


def _default(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return kwargs.get("default", args[1] if len(args) > 1 else None)


class ForgivingRedisCache(RedisCache):
    add = _forgiving(RedisCache.add, True)
    get = _forgiving(RedisCache.get, _default)
    set = _forgiving(RedisCache.set, None)
    touch = _forgiving(RedisCache.touch, False)
    delete = _forgiving(RedisCache.delete, False)
    get_many = _forgiving(RedisCache.get_many, lambda args, kwargs: {})
    has_key = _forgiving(RedisCache.has_key, False)
    incr = _forgiving(RedisCache.incr, 1)
    set_many = _forgiving(RedisCache.set_many, lambda args, kwargs: [])
    delete_many = _forgiving(RedisCache.delete_many, None)
    clear = _forgiving(RedisCache.clear, False)
