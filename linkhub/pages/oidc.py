"""To the identity provider and back. What goes wrong there is said here: it is no error of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import structlog
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from linkhub.accounts.oidc.adapters import NOT_NOW, refusal
from linkhub.accounts.oidc.claims import Refused

View = Callable[[HttpRequest, str], HttpResponse]
AWAY = "The identity provider cannot be reached at the moment. Try again later."
log = structlog.get_logger(__name__)


def said_here(view: View) -> View:
    """The view, with a page where the provider is away or talks nonsense."""

    @wraps(view)
    def answer(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except RequestException as error:
            log.warning("oidc_away", error=str(error))
            return refusal(request, AWAY, status=502)
        except Refused as reason:
            return refusal(request, str(reason))
        # What is missing in the provider's documents, or is of another kind, ends up as one.
        except (OAuth2Error, KeyError, TypeError, ValueError) as error:
            log.warning("oidc_nonsense", error=repr(error))
            return refusal(request, NOT_NOW, status=502)

    return answer


start = require_safe(never_cache(said_here(views.login)))
back = require_safe(never_cache(said_here(views.callback)))
