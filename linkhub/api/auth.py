"""Who calls: a bearer token with the ability that the operation needs.

The ability is looked at before anything else, and by the token alone: so 403 says nothing about
what is stored, and whoever may ask at all cannot tell a hidden project from an absent one.
"""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from linkhub.accounts.models import ApiToken
from linkhub.accounts.rates import token_wait
from linkhub.accounts.tokens import check_token
from linkhub.api.problems import forbidden, too_many_requests
from linkhub.runs.backlog import seconds_to_wait

TOO_MUCH_WAITS = "Too much waits to be resolved already. Try again after `Retry-After` seconds."
OF_INSTANCE = "This needs a token that is not limited to one project, nor to a member's rights."


class ApiRequest(HttpRequest):
    """A request whose token has been checked."""

    auth: ApiToken


class Token(HttpBearer):
    """Lets in a token with one of these abilities."""

    def __init__(self, *abilities: str, unscoped: bool = False) -> None:
        super().__init__()
        self.abilities = abilities
        self.unscoped = unscoped

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:  # noqa: ARG002
        checked = check_token(token)
        if checked is None:
            return None
        if wait := token_wait(checked):
            raise too_many_requests(wait)
        if not any(checked.can(ability) for ability in self.abilities):
            raise forbidden(f"This needs a token that can {' or '.join(self.abilities)}.")
        if self.unscoped and not checked.is_of_instance:
            raise forbidden(OF_INSTANCE)
        if "ingest" in self.abilities and (wait := seconds_to_wait()):
            raise too_many_requests(wait, TOO_MUCH_WAITS)
        return checked


INGEST = Token("ingest")
READ = Token("read")
READ_DEFINITIONS = Token("read", "manage")
MANAGE = Token("manage")
MANAGE_INSTANCE = Token("manage", unscoped=True)
