import json

from cookiegate.audit.browser.evidence import Setter
from cookiegate.audit.browser.network_log import NetworkLog
from cookiegate.audit.browser.recorder import Recorder, scripts_of

STACK = """Error
    at HTMLDocument.set [as cookie] (<anonymous>:2:205)
    at write (https://cdn.test/tag.js?id=secret:1:24)
    at https://shop.test/app.js:10:3
    at new Thing (blob:https://shop.test/1-2-3:1:1)
    at https://shop.test/app.js:12:3"""


def recorder(**more):
    found = Recorder(lambda host: host == "shop.test", **more)
    found.page = "https://shop.test/?secret"
    return found


def report(line="a=x; Path=/", calls=STACK, origin="https://shop.test"):
    return json.dumps({"line": line, "calls": calls, "origin": origin})


def test_the_scripts_of_a_stack_are_told_from_the_inside_without_queries():
    assert scripts_of(STACK) == ("https://cdn.test/tag.js", "https://shop.test/app.js", "https://shop.test/1-2-3")
    assert scripts_of("Error\n    at <anonymous>") == ()


def test_a_script_that_writes_is_taken_down_with_its_chain():
    found = recorder()
    found.script(report())
    found.script(report())
    found.script(report("b=x", "no address", "http://shop.test"))
    first, second = found.lines
    assert (first.line, first.setter, first.where, first.count) == (
        "a=x; Path=/",
        Setter.SCRIPT,
        "https://cdn.test/tag.js",
        2,
    )
    assert first.chain == ("https://shop.test/app.js", "https://shop.test/1-2-3")
    assert (first.host, first.is_https, first.page) == ("shop.test", True, "https://shop.test/")
    assert (second.where, second.is_https) == ("https://shop.test/", False)


def test_values_are_hidden_even_if_a_page_reports_them_itself():
    found = recorder(hide=lambda text: text.replace("login", "(hidden)"))
    found.script(report("login=secret; Path=/"))
    found.response("https://shop.test/login?secret", ["b=secret; Secure"])
    assert [line.line for line in found.lines] == ["hidden=xxxxxx; Path=/", "b=xxxxxx; Secure"]
    assert found.lines[1].where == "https://shop.test/(hidden)"


def test_reports_that_watch_js_does_not_write_are_ignored():
    found = recorder()
    for odd in (None, 1, "", "[]", "{}", '{"line": 1}', "[" * 60_000, "x" * 70_000):
        found.script(odd)
    assert found.lines == ()


def test_addresses_that_can_t_be_read_have_no_host():
    found = recorder()
    found.request("http://[", "image")
    found.request("data:,x", "image")
    found.response("http://[", ["a=b"])
    assert found.requests == ()
    assert found.lines[0].host == ""


def test_requests_to_others_and_sent_names_are_counted():
    found = recorder()
    for kind in ("script", "image", "image"):
        found.request("https://cdn.test/x", kind)
    found.request("https://shop.test/", "document")
    found.sent_with("https://cdn.test/x", ["a", "b"])
    found.sent_with("https://cdn.test/x", ["a"])
    assert [(each.host, each.kinds, each.count) for each in found.requests] == [("cdn.test", ("image", "script"), 3)]
    assert [(each.name, each.host, each.count) for each in found.sent] == [("a", "cdn.test", 2), ("b", "cdn.test", 1)]
    found.forget()
    assert (found.lines, found.sent, found.requests, found.missed) == ((), (), (), ())


def test_memory_is_bounded_and_what_is_left_out_is_told(monkeypatch):
    for name in ("_MAX_LINES", "_MAX_SENT", "_MAX_HOSTS"):
        monkeypatch.setattr(f"cookiegate.audit.browser.recorder.{name}", 1)
    found = recorder()
    found.response("https://shop.test/", ["a=1", "b=1"])
    found.sent_with("https://shop.test/", ["a", "b"])
    for host in ("a", "b", "a"):
        found.request(f"https://{host}.test/", "image")
    assert (len(found.lines), len(found.sent), len(found.requests)) == (1, 1, 1)
    assert found.missed[0].what.startswith("2 events beyond the limits")


class Session:
    def __init__(self):
        self.handlers = {}
        self.sent = []

    def on(self, event, handler):
        self.handlers[event.removeprefix("Network.")] = handler

    def send(self, method):
        self.sent.append(method)


def log():
    found, session = recorder(), Session()
    network = NetworkLog(found)
    network.listen(session)
    assert session.sent == ["Network.enable"]
    return found, session.handlers, network


def sent(name, *, blocked=()):
    return {"cookie": {"name": name, "value": "secret"}, "blockedReasons": list(blocked)}


def test_the_hops_of_a_redirect_are_told_apart_whatever_comes_first():
    found, tell, network = log()
    tell["requestWillBeSentExtraInfo"]({"requestId": "1", "associatedCookies": [sent("a"), sent("z", blocked=["x"])]})
    tell["responseReceivedExtraInfo"]({"requestId": "1", "headers": {"Set-Cookie": "a=1; Path=/\nb=2", "X": "y"}})
    network.drain()
    assert found.lines == ()
    tell["requestWillBeSent"]({"requestId": "1", "request": {"url": "https://shop.test/one"}})
    tell["requestWillBeSent"]({"requestId": "1", "request": {"url": "https://cdn.test/two"}})
    tell["requestWillBeSentExtraInfo"]({"requestId": "1", "associatedCookies": [sent("c")]})
    tell["responseReceivedExtraInfo"]({"requestId": "1", "headers": {"set-cookie": "c=3"}})
    network.drain()
    network.drain()
    assert [(line.line, line.where) for line in found.lines] == [
        ("a=x; Path=/", "https://shop.test/one"), ("b=x", "https://shop.test/one"), ("c=x", "https://cdn.test/two"),
    ]  # fmt: skip
    assert [(each.name, each.host) for each in found.sent] == [("a", "shop.test"), ("c", "cdn.test")]


def test_the_number_of_open_requests_is_bounded(monkeypatch):
    monkeypatch.setattr("cookiegate.audit.browser.network_log._MAX_REQUESTS", 1)
    found, tell, network = log()
    for number in "12":
        tell["requestWillBeSent"]({"requestId": number, "request": {"url": "https://shop.test/"}})
        tell["responseReceivedExtraInfo"]({"requestId": number, "headers": {"set-cookie": f"c{number}=3"}})
    network.drain()
    assert [line.line for line in found.lines] == ["c1=x"]
