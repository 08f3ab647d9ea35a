"""The audit: what a site was seen to set, held against what its registry promises.

Sightings come from a HAR file, from a running site, or from an inventory; findings leave as a table, JSON, SARIF,
JUnit XML or one HTML file. The judgement is the gate's own policy. Values of cookies are read and never kept.
"""
