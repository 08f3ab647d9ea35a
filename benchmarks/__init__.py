"""What the gate costs, in ratios: `python -m benchmarks` (about a minute), `--quick` (seconds, rougher).

How to read it. Every figure is a ratio of things that ran in turns in this one process, in one order and then in the
reverse one, on this thread's CPU clock where there is one that is fine enough, with the garbage collector off (rows
that say so: on). The figure is the median of the rounds, beside it the quartiles. No absolute time is shown: the
same machine differs by tens of percent from minute to minute, ratios of interleaved runs by a few. The first rows
measure a thing against itself and show what this machine's noise is.

`>= 40x faster`: the rival takes at least 40 times as long. `<= 1.45x`: ours takes at most 1.45 times as long. The
targets are the project's own. Nothing here fails a build: a timing is a report, not a test.

Equal work: a rival's answer is compared with the gate's before either is timed. Lines for which it differs are left
out for both, and the row says which and why.
"""
