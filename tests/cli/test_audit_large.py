"""An audit of a recording of 200 MB, in a process whose memory is measured."""

import json
import subprocess
import sys

import pytest

resource = pytest.importorskip("resource", reason="memory is measured on POSIX systems")

SIZE_OCTETS = 200_000_000
MOST_KIB = 120 * 1024  # it takes about 40 MiB with Python and its packages; the file alone would take 200
# Measured in a separate process, so that processes of other tests do not matter.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "cookiegate", *sys.argv[1:]])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def entry(text):
    line = {"name": "Set-Cookie", "value": "sid=x; Path=/; Secure; HttpOnly; SameSite=Lax"}
    return json.dumps(
        {
            "request": {"url": "https://www.shop.example/", "headers": []},
            "response": {"headers": [line], "content": {"text": text}},
        }
    )


def test_recording_of_200_megabytes_is_read_in_bounded_memory(tmp_path, promise):
    promise("Audit", "HAR file of 200 MB", "memory", "bounded: below 120 MiB in all")
    (tmp_path / "cookies.toml").write_text('[[cookie]]\nname = "sid"\ncategory = "necessary"\npurpose = "x"\n')
    path = tmp_path / "large.har"
    page, body = entry("<p>"), entry('<é>"\\' * 200_000)  # one body of a megabyte for each page
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"creator": {"name": "x", "version": "1"}, "entries": [' + page)
        while file.tell() < SIZE_OCTETS:
            file.write(f",{body},{page}")
            count += 2
        file.write("]}}")
    try:
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, "audit", path.name, "--registry", "cookies.toml"],
            cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    finally:
        path.unlink()
    assert (done.returncode, done.stderr) == (0, "")
    output, _, peak = done.stdout.rstrip().rpartition("\n")
    assert output.startswith("The one cookie keeps the policy's promise.")
    assert f"{count + 1} requests" in output
    assert int(peak) // (1024 if sys.platform == "darwin" else 1) < MOST_KIB  # macOS counts octets
