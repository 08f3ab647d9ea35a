"""What is said of each code: how bad it is, a headline, why it matters, and what to do about it."""

from collections.abc import Mapping

from cookiegate.audit.severity import Severity

__all__ = ["TEXTS"]

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
TEXTS: Mapping[str, tuple[Severity, str, str, str]] = {
    "before-consent": (
        _ERROR,
        "Set before consent",
        "These cookies need the visitor's consent; they were set before there was a choice.",
        "Wrap the site with cookiegate, or set them only after the visitor has agreed.",
    ),
    "against-choice": (
        _ERROR,
        "Set against the visitor's choice",
        "The visitor had chosen, and had not granted the category of these cookies.",
        "Wrap the site with cookiegate, or ask for consent before they are set.",
    ),
    "unregistered": (
        _ERROR,
        "Not in the policy",
        "No rule of the registry names these cookies, so visitors were not informed of them.",
        "Find out what sets them. Then stop it, or declare them under [[cookie]] and in the published policy.",
    ),
    "kept-longer": (
        _ERROR,
        "Kept longer than declared",
        "The site asks the browser to keep these cookies for longer than their rule declares.",
        "Shorten Max-Age or Expires where they are set, or correct the lifetime in the registry and the policy.",
    ),
    "carried-without-consent": (
        _WARNING,
        "In the browser without consent",
        "The browser sent these cookies although they were not granted: a script set them, or an earlier visit did.",
        "Record again with an empty profile. If they are there again, look for the script that sets them.",
    ),
    "kept-too-long": (
        _WARNING,
        "Kept very long",
        "Browsers cut what is longer than 400 days, and regulators ask that what needs consent ends after 13 months.",
        "Give them a shorter Max-Age, and declare it.",
    ),
    "no-secure": (
        _WARNING,
        "Without Secure",
        "On an unencrypted request the browser would send these cookies in clear text.",
        "Set Secure.",
    ),
    "weak-same-site": (
        _WARNING,
        "SameSite missing or weak",
        "Browsers guess SameSite differently, and send a cookie with None along with requests of other sites.",
        "Write SameSite=Lax or Strict; None only with Secure, and only where other sites need it.",
    ),
    "no-http-only": (
        _WARNING,
        "Without HttpOnly",
        "The registry says that no script needs these cookies; without HttpOnly any script in the page can take them.",
        "Set HttpOnly.",
    ),
    "wide-domain": (
        _WARNING,
        "Sent to every subdomain",
        "The registry keeps these cookies to one host; their Domain attribute hands them to all subdomains.",
        "Leave Domain out.",
    ),
    "refused-line": (
        _WARNING,
        "Refused by browsers",
        "Browsers refuse these lines, or software disagrees about their names: what is set is not what is meant.",
        "Correct the line where it is written; `cookiegate explain` says what is wrong with it.",
    ),
    "read-differently": (
        _WARNING,
        "Read differently by browsers",
        "An attribute is there twice, is unknown, or has a value that is not valid; browsers don't agree about it.",
        "Write each attribute once, with a valid value.",
    ),
    "undeclared": (
        _WARNING,
        "Set, and not in your file",
        (
            "These cookies are set and cookiegate knows them, but your file does not declare them: a policy made of "
            "it leaves them out."
        ),
        (
            "Name them in [gate] uses, or declare them under [[cookie]]; where the gate records an inventory, "
            "`cookiegate inventory -f toml` prints the rules."
        ),
    ),
    "not-offered": (
        _WARNING,
        "Held back, and never offered",
        "The gate held these cookies back, and no visitor can allow them: your file lists none of their category.",
        "Name them in [gate] uses, or declare them under [[cookie]], so that their category is offered.",
    ),
    "nothing-seen": (
        _ERROR,
        "Could not be seen",
        "The audit saw no page of the site as these visitors: it proves nothing about what they get.",
        "Make the page answer, or give the audit what it needs to see it; then audit again.",
    ),
    "not-seen": (
        _WARNING,
        "Not seen",
        "The audit could not look at these: what is set there is not in this report.",
        "Make them answer, or give the audit what it needs to see them; then audit again.",
    ),
    "no-policy": (
        _WARNING,
        "No policy was given",
        "Without the site's own registry the audit can't check whether a promise is kept.",
        "Give the site's cookies.toml with --registry; `cookiegate registry import` makes one of a published policy.",
    ),
    "never-seen": (
        _NOTE,
        "Declared and never seen",
        "The registry declares these cookies, and none of them was seen.",
        "Look at more pages, log in, or use the functions that need them. What is no longer set leaves the policy too.",
    ),
    "other-party": (
        _NOTE,
        "Other parties' cookies",
        "These hosts are not the site's own; its middleware can't change what they set.",
        "Load their content only after consent, or take it out. If a host is yours, name it with --host.",
    ),
    "script-before-consent": (
        _ERROR,
        "Set by a script before consent",
        "A script of the page wrote these cookies before the visitor had agreed; no middleware sees that.",
        "Load the script that is named only after consent, or add cookiegate's guard for scripts to the page.",
    ),
    "kept-after-withdrawal": (
        _ERROR,
        "Still there after withdrawal",
        "The visitor took the consent back, and the browser still has these cookies: they are sent or read as before.",
        "Delete them when consent is withdrawn; cookiegate does that for the cookies that its registry names.",
    ),
    "gpc-ignored": (
        _ERROR,
        "Global Privacy Control is ignored",
        "The browser sent Sec-GPC: 1, the visitor's refusal by law in several states, and these cookies were set.",
        "Take Sec-GPC: 1 and navigator.globalPrivacyControl for a refusal; cookiegate does so on its own.",
    ),
    "stored-before-consent": (
        _ERROR,
        "Stored without consent",
        "Scripts stored these entries in the browser, and the visitor had not granted their category.",
        "Write them only after the visitor has agreed, and remove them when the consent is withdrawn.",
    ),
    "stored-unregistered": (
        _WARNING,
        "Stored, and not in the policy",
        "No rule of the registry names these entries of the browser's storage, so visitors were not informed of them.",
        "Find out what stores them. Then stop it, or declare them under [[cookie]] with storage, and in the policy.",
    ),
    "reject-harder": (
        _WARNING,
        "Refusing takes more than accepting",
        "Regulators ask that it is as easy to refuse as to accept.",
        "Put a button that refuses everything beside the one that accepts, in the first layer of the banner.",
    ),
    "reject-less-prominent": (
        _WARNING,
        "The button to refuse is less prominent",
        "It was measured smaller, or harder to see, than the button to accept.",
        "Give both buttons the same size, the same contrast and the same kind of ground.",
    ),
    "no-way-back": (
        _WARNING,
        "No way to change one's mind",
        "Once the visitor had chosen, nothing on the page was found that opens the choice again.",
        "Put a link or a button like 'Cookie settings' on each page, or name yours with --withdraw-selector.",
    ),
    "policy-extra-row": (
        _WARNING,
        "In the published policy alone",
        "The policy page lists these cookies, and the registry does not.",
        "Take the row out of the page, or declare the cookie under [[cookie]].",
    ),
    "policy-missing-row": (
        _WARNING,
        "Missing in the published policy",
        "The registry declares these cookies, and the policy page has no row for them.",
        "Publish what `cookiegate registry render` writes.",
    ),
    "policy-other-lifetime": (
        _WARNING,
        "Another lifetime in the published policy",
        "The policy page and the registry promise different lifetimes.",
        "Publish what `cookiegate registry render` writes, or correct the registry.",
    ),
}
