"""That the tests see it when the gate raises: what they look for in a server's log."""

HEAD = "ERROR\nTraceback (most recent call last):\n"
GATE = '  File "/site-packages/cookiegate/asgi.py", line 73, in __call__\n    {}\n'
APP = '  File "/site/app.py", line 5, in app\n    raise RuntimeError("mine")\n'
END = "RuntimeError: mine\nINFO next\n"
CALLS_APP = GATE.format("await self.app(scope, receive, partial(self._send, visit, scope, send))")


def test_error_that_the_gate_raised_is_found(running):
    said = HEAD + CALLS_APP + GATE.format("fields = [*message['headers']]") + END
    assert len(running.gate_faults("INFO start\n" + said + said)) == 2


def test_error_of_a_module_below_the_adapters_is_found(running):
    frame = '  File "/site-packages/cookiegate/wire/headers.py", line 9, in octets\n    return bytes(text)\n'
    assert len(running.gate_faults(HEAD + APP + CALLS_APP + frame + END)) == 1


def test_error_that_led_through_the_gate_is_not_its_own(running):
    assert running.gate_faults(HEAD + CALLS_APP + APP + END) == []
    assert running.gate_faults(HEAD + APP + GATE.format("return send({**message, 'headers': leaving})") + END) == []


def test_failure_that_the_gate_logged_is_found(running):
    said = "the consent source raised; requests count as without consent\nINFO the observer raised; decisions are not\n"
    assert len(running.gate_faults(said)) == 2
