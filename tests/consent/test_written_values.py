"""Values that are not among the conformance vectors: every reader against its format, quirk by quirk.

Legacy forms, encodings on top of encodings, missing and broken fields, collisions with other software, duplicates.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from cookiegate.model import Reason, RequestHead

VALUES = json.loads(Path(__file__).with_name("written-values.json").read_text(encoding="utf-8"))["values"]
READERS = sorted({value["reader"] for value in VALUES})


@pytest.mark.parametrize("reader", READERS)
def test_written_values_read_as_the_format_says(readers: dict[str, Any], reader: str, promise: Any) -> None:
    values = [value for value in VALUES if value["reader"] == reader]
    promise("Consent readers", reader, "written values", f"{len(values)} read as they should be")
    wrong = []
    for value in values:
        head = RequestHead(cookie=f"first=1; {value['header']}; last=9".encode())
        consent = readers[reader](**value.get("arguments", {}))(head)
        refusals = () if consent is None else dict(consent.refusals).values()
        granted = None if consent is None or Reason.CONSENT_UNREADABLE in refusals else sorted(consent.granted)
        if granted != value["granted"] or (consent and value.get("explicit", consent.explicit) != consent.explicit):
            wrong.append((value, consent))
    assert wrong == []


def test_written_values_hold_every_reader_and_are_in_no_vector(readers: dict[str, Any], shared_json: Any) -> None:
    without = readers.keys() - {"Gpp", "Tcf"} - set(READERS)  # the two whose strings the official encoders write
    assert not without, f"add a value of {', '.join(sorted(without))} to tests/consent/written-values.json"
    assert not set(READERS) - readers.keys()
    vectors = [vector["cookie_value"] for vector in shared_json("consent-vectors.json")]
    known = {value for value in vectors if len(value) > 9}
    assert [value["header"] for value in VALUES if value["header"].partition("=")[2] in known] == []
