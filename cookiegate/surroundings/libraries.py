"""Libraries whose visitors come back from another site by a POST, to which browsers add no cookie that is Lax.

Source: RFC 6265bis §5.6.7.1 (unsafe methods), and each library's documents as named below.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from cookiegate.surroundings.objects import objects_of

__all__ = ["RETURNING", "Returning", "form_post_clients", "returning_libraries"]


@dataclass(frozen=True, slots=True)
class Returning:
    """A library whose visitors come back by a POST from another site."""

    module: str
    """As it is imported."""
    package: str
    """As it is installed."""
    what: str
    """What comes back."""
    cookie: str | None = None
    """The cookie that it keeps for this itself; `None`: the app's session."""


RETURNING = (
    Returning("onelogin.saml2", "python3-saml", "SAML answers (HTTP-POST binding)"),
    Returning("djangosaml2", "djangosaml2", "SAML answers (HTTP-POST binding)", "saml_session"),
    Returning("saml2", "pysaml2", "SAML answers (HTTP-POST binding)"),
    Returning("pylti1p3", "PyLTI1p3", "LTI launches (form_post)", "lti1p3-state"),
    Returning("iyzipay", "iyzipay", "3-D Secure returns"),
    Returning("razorpay", "razorpay", "payment returns (callback_url)"),
    Returning("paytmchecksum", "paytmchecksum", "payment returns (CALLBACK_URL)"),
    Returning("Adyen", "Adyen", "3-D Secure returns (termUrl)"),
    Returning("CyberSource", "cybersource-rest-client-python", "3-D Secure step-up returns"),
    Returning("sslcommerz_lib", "sslcommerz-lib", "payment returns (success_url)"),
    Returning("payments", "django-payments", "payment returns of several gateways"),
    Returning("braintree", "braintree", "3-D Secure returns of banks"),
)


def returning_libraries() -> list[Returning]:
    """Return those that the process has loaded, and Authlib where one of its clients asks for `form_post`."""
    found = [each for each in RETURNING if each.module in sys.modules]
    if any(each.module == "djangosaml2" for each in found):  # it brings pysaml2 along, and keeps a session of its own
        found = [each for each in found if each.module != "saml2"]
    names = sorted(set(form_post_clients()))
    if names:
        found.append(Returning("authlib", "Authlib", f"OpenID Connect answers by form_post ({', '.join(names)})"))
    return found


def form_post_clients() -> Iterator[str]:
    """Yield the names of Authlib's clients that ask for `response_mode=form_post`."""
    for _, _, attributes in objects_of(("authlib",)):
        registry = attributes.get("_registry")
        for name, registered in registry.items() if isinstance(registry, dict) else ():
            if "form_post" in _response_modes(registered):
                yield str(name)
        asked = attributes.get("authorize_params")
        if isinstance(asked, dict) and asked.get("response_mode") == "form_post":
            yield str(attributes.get("name"))


def _response_modes(registered: object) -> list[object]:
    """Return what a registration `(overwrite, arguments)` says of the response mode."""
    arguments = registered[-1] if isinstance(registered, tuple) and registered else {}
    if not isinstance(arguments, dict):
        return []
    places = (arguments, arguments.get("authorize_params"), arguments.get("client_kwargs"))
    return [place.get("response_mode") for place in places if isinstance(place, dict)]
