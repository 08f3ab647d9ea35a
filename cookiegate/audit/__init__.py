"""The audit compares what a site sets with what its registry promises.

Observations come from a HAR file (`har.py`), a running site (`site.py`) or an inventory (`inventory.py`);
`assessment.py` assesses each one, `collector.py` adds them up, and `report.py`, `sarif.py`, `junit.py` and
`as_json.py` write the result.
Law: the gate's own policy decides, and the values of cookies are never kept.
"""
