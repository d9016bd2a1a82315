"""A buyer's browser whose every request is the test's: pages read as a browser reads them, forms
and cookies that a test may alter. No code of the node's."""
import base64
import urllib.parse

import lxml.html

from tests.integration import shop_message
from tests.integration.http_client import Http
from tests.integration.shop import invoices

SHOW = "/mfs/WebShopPayment.xhtml"
FORM = "application/x-www-form-urlencoded"


def request_xml(merchant, wallet, total="100.00", invoice=None, items=None, success="", failure="",
                response="", auto="true", **fields):
    """A WebShopRequest without its signature. The links are always there, as of the field's module;
    auto None: left out."""
    return shop_message.request(merchant, invoice or next(invoices), total, wallet,
                                items=items or [shop_message.item(cost=total)], success=success,
                                failure=failure, response=response, auto=auto, **fields)


def shop_form(signed, **more):
    """What the shop's page posts: base64 in lines."""
    return {"webshopRequest": base64.encodebytes(signed).decode(), **more}


class Page:
    """A response; when it is a page, its forms."""

    def __init__(self, path, response):
        self.path, self.status, self.headers = path, response.status, response.headers
        self.body = response.body.decode()
        self.root = lxml.html.fromstring(response.body) if response.body else None

    def __repr__(self):
        return f"<{self.status} {self.path} {self.text()[:600]!r}>"

    def text(self):
        if self.root is None:
            return ""
        for away in self.root.xpath("//style|//script"):
            away.getparent().remove(away)
        return " ".join(self.root.text_content().split())

    @property
    def location(self):
        return self.headers.get("location")

    def form(self, action):
        """The fields of the form that goes there, also when a button of another form sends it."""
        for form in [] if self.root is None else self.root.forms:
            buttons = form.xpath(".//button[@formaction]/@formaction")
            if form.get("action") == action or action in buttons:
                return {field.get("name"): field.get("value") or "" for field in
                        form.xpath(".//input[@name]")}
        return None

    def has(self, action):
        return self.form(action) is not None


LOGIN, CONFIRM, CANCEL = (f"/mfs/checkout/{word}" for word in ("login", "confirm", "cancel"))


class Browser:
    """One buyer's browser: it keeps cookies as RFC 6265 says, and follows nothing by itself."""

    def __init__(self, address, language="en", headers=()):
        self.address, self.language, self.extra = address, language, list(headers)
        self.cookies = {}  # (name, path): value

    def request(self, method, target, body=None):
        path = target.partition("?")[0]
        headers = [f"Accept-Language: {self.language}", *self.extra]
        sent = [f"{name}={value}" for (name, under), value in self.cookies.items()
                if path.startswith(under)]
        if sent:
            headers.append("Cookie: " + "; ".join(sent))
        if body is not None:
            data = urllib.parse.urlencode(body).encode()
            headers += [f"Content-Type: {FORM}", f"Content-Length: {len(data)}"]
        http = Cookies(self.address)
        try:
            head = "\r\n".join([f"{method} {target} HTTP/1.1", "Host: node", *headers])
            http.send(head.encode() + b"\r\n\r\n" + (b"" if body is None else data))
            response = http.receive(method)
        finally:
            http.close()
        for line in http.set_cookies:
            self.keep(line)
        return Page(target, response)

    def keep(self, line):
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        options = dict(part.partition("=")[::2] for part in attributes)
        assert "HttpOnly" in options and options["SameSite"] == "Lax", line
        key = (name, options["Path"])
        self.cookies.pop(key, None)
        if options["Max-Age"] != "0":
            self.cookies[key] = value

    def post(self, target, fields):
        return self.request("POST", target, fields)

    def get(self, target):
        return self.request("GET", target)

    # ---- Steps

    def show(self, signed, **more):
        return self.post(SHOW, shop_form(signed, **more))

    def login(self, page, login, password):
        return self.post(LOGIN, {**page.form(LOGIN), "login": login, "password": password})

    def confirm(self, page):
        return self.post(CONFIRM, {**page.form(CONFIRM), "pay": "1"})

    def cancel(self, page):
        return self.post(CANCEL, page.form(CANCEL))

    def follow(self, page):
        assert page.status == 303, page
        return self.get(page.location)


class Cookies(Http):
    """Set-Cookie may come more than once."""

    def __init__(self, address):
        super().__init__(address, key=None)
        self.set_cookies = []

    def _line(self):
        line = super()._line()
        name, _, value = line.partition(":")
        if name.lower() == "set-cookie":
            self.set_cookies.append(value.strip())
            return self._line()
        return line
