"""What guards every answer: headers, form tokens, limits, and where a redirect may lead. Roles are accounts.py's."""

from urllib.parse import urlsplit

from flask import Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from secure import (
    CacheControl,
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    XContentTypeOptions,
    XFrameOptions,
)

from quietshelf.web.context import AppContext

MOST_BYTES = 128 * 1024 * 1024
"""The largest file a person may bring."""

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")

_headers = Secure(
    csp=ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'")
    .connect_src("'self'")
    .form_action("'self'")
    .base_uri("'none'")
    .frame_ancestors("'none'"),
    xfo=XFrameOptions().deny(),
    xcto=XContentTypeOptions().nosniff(),
    referrer=ReferrerPolicy().same_origin(),
    coop=CrossOriginOpenerPolicy().same_origin(),
    corp=CrossOriginResourcePolicy().same_origin(),
    permissions=PermissionsPolicy().camera().microphone().geolocation(),
)
_private = Secure(cache=CacheControl().no_store())


def init_security(app: Flask, context: AppContext) -> None:
    """Cookies, form tokens, limits and headers for every view of `app`."""
    app.config.update(
        SECRET_KEY=context.secret_key,
        SESSION_COOKIE_NAME="quietshelf",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=context.secure_cookies,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_PARTS=20_000,
        WTF_CSRF_TIME_LIMIT=None,  # a tablet's page stays open for days; the token lives as long as its session
        WTF_CSRF_SSL_STRICT=False,
    )
    CSRFProtect(app)
    limiter.init_app(app)
    app.after_request(_guard)


def _guard(response: Response) -> Response:
    _headers.set_headers(response)
    if "Cache-Control" not in response.headers:
        _private.set_headers(response)
    return response


def own_path(target: str | None) -> str | None:
    """`target` if it is a path of this site, else None: nobody is sent elsewhere by a link to us.

    >>> own_path("/orders/4?x=1"), own_path("//evil.example"), own_path("https://evil.example/"), own_path(None)
    ('/orders/4?x=1', None, None, None)
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or any(c < " " for c in target) else target
