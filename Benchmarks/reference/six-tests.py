"""Row 4's reference: six tests of ioos_qc and the roll-up over whole arrays.

Usage: six-tests.py SERIES SAMPLES. Prints one line: seconds, and how many flags of each kind (1 2 3 4 9).
The values are those of Benchmarks/Bench/QualityRow.swift, made by the same integers.
"""

import sys
import time
import warnings

import numpy as np
from ioos_qc import qartod

warnings.simplefilter("ignore")

START = 1_767_225_600
INTERVAL = 300


def values(series, count):
    state = np.uint64(series * 2_654_435_761 + 12_345)
    found = np.empty(count)
    level = 500
    mask = (1 << 64) - 1
    state = int(state)
    for index in range(count):
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) & mask
        draw = state >> 40
        if draw % 97 == 0:
            found[index] = np.nan
            continue
        level += (draw >> 8) % 21 - 10
        level = min(max(level, 0), 1000)
        if draw % 5 == 0:
            step = 0
        else:
            step = (draw >> 4) % 7 - 3
        spike = 4000 if draw % 499 == 0 else 0
        found[index] = (level + step + spike) / 10
    return found


def run(inp, tinp):
    zinp = np.full(inp.size, np.nan)
    tests = [
        qartod.gross_range_test(inp=inp, fail_span=[0, 200], suspect_span=[1, 95]),
        qartod.climatology_test(
            config=[{"tspan": [month, month], "vspan": [2, 90 + month / 4], "period": "month"} for month in range(1, 13)],
            inp=inp,
            tinp=tinp,
            zinp=zinp,
        ),
        qartod.spike_test(inp=inp, suspect_threshold=3, fail_threshold=20, method="differential"),
        qartod.rate_of_change_test(inp=inp, tinp=tinp, threshold=0.005, fail_threshold=0.02),
        qartod.flat_line_test(inp=inp, tinp=tinp, suspect_threshold=3600, fail_threshold=7200, tolerance=0.5),
        qartod.attenuated_signal_test(
            inp=inp, tinp=tinp, suspect_threshold=1.0, fail_threshold=0.5, test_period=43200, min_obs=24, check_type="std"
        ),
    ]
    # What is known here and not to the reference: a missing value is no good one (ioos/ioos_qc#66).
    tests[1][np.isnan(inp)] = 9
    return qartod.qartod_compare(tests)


def main():
    series, samples = int(sys.argv[1]), int(sys.argv[2])
    tinp = (START + INTERVAL * np.arange(samples)).astype("datetime64[s]").astype("datetime64[ns]")
    data = [values(number, samples) for number in range(series)]
    run(data[0][:1000], tinp[:1000])
    begin = time.perf_counter()
    flags = [run(inp, tinp) for inp in data]
    seconds = time.perf_counter() - begin
    counts = [sum(int((vector == flag).sum()) for vector in flags) for flag in (1, 2, 3, 4, 9)]
    print(seconds, *counts)


main()
