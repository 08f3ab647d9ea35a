"""What the gate costs, in ratios: `python -m benchmarks`, about two minutes; `--quick`, rougher. See README.md here.

Law: every figure is a ratio of things that ran in turns, in one order and then in the reverse one, and the median of
the rounds; a rival's answer is compared with the gate's before either is timed. Nothing here fails a build: a timing
is a report, not a test.
"""
