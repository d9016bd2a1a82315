"""A buyer with a browser that runs no scripts, over http.client: posts the shop's form, keeps
cookies, presses buttons, follows what leads elsewhere."""
import html.parser
import http.client
import re
import time
import urllib.parse

from tests.integration.node import SLOWER

REQUEST_PATH = "/mfs/WebShopPayment.xhtml"
FORM = "application/x-www-form-urlencoded"


class Cookie:
    """As a Set-Cookie line has it. attributes: lower-case names; flags have the value ""."""

    def __init__(self, line):
        pair, *rest = line.split(";")
        self.name, self.value = (part.strip() for part in pair.split("=", 1))
        self.attributes = {}
        for attribute in rest:
            name, _, value = attribute.strip().partition("=")
            self.attributes[name.lower()] = value
        self.ended = self.attributes.get("max-age") == "0"

    def goes_to(self, path):
        mine = self.attributes.get("path", "/")
        return path == mine or path.startswith(mine if mine.endswith("/") else mine + "/")


class Reader(html.parser.HTMLParser):
    """What a page has: elements by tag, its text, which buttons and fields belong to its form."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self.headings = [], [], []
        self.open = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        self.words.append("" if tag in ("bdi", "span", "code", "b") else " ")
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.words.append(data)
            if "h1" in self.open:
                self.headings.append(data)

    def all(self, tag, **attributes):
        return [found for name, found in self.elements if name == tag and
                all(found.get(key) == value for key, value in attributes.items())]


class Page:
    """One answer of the node. headers: pairs, as they came."""

    def __init__(self, path, status, headers, body):
        self.path, self.status, self.headers, self.body = path, status, headers, body
        self.html = body.decode()
        self.reader = Reader(self.html)
        self.text = re.sub(r"\s+", " ", "".join(self.reader.words)).strip()
        self.title = "".join(self.reader.headings).strip()

    def header(self, name):
        """None, when there is none; it must not be there twice."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2, f"{name} comes twice: {found}"
        return found[0] if found else None

    @property
    def cookies(self):
        return [Cookie(value) for key, value in self.headers if key.lower() == "set-cookie"]

    @property
    def location(self):
        return self.header("Location")

    @property
    def language(self):
        return self.reader.all("html")[0]["lang"]

    @property
    def alerts(self):
        return self.reader.all("p", role="alert")

    @property
    def hidden(self):
        """The hidden fields of its form."""
        return {field["name"]: field["value"] for field in self.reader.all("input", type="hidden")}

    def inputs(self):
        return [field["name"] for field in self.reader.all("input") if field["type"] != "hidden"]

    @property
    def action(self):
        return self.reader.all("form")[0]["action"]

    @property
    def links(self):
        return [link["href"] for link in self.reader.all("a")]

    @property
    def asks_for_password(self):
        return self.status != 303 and "password" in self.inputs()

    def button(self, action=None, **attributes):
        """The one button that sends the form there."""
        found = [button for button in self.reader.all("button", **attributes)
                 if action is None or button.get("formaction", self.action) == action]
        assert len(found) == 1, f"{len(found)} buttons on {self}"
        return found[0]

    @property
    def confirms(self):
        """Whether there is a button that pays."""
        return bool(self.status != 303 and self.reader.all("button", name="pay"))

    @property
    def waits(self):
        return any(main.get("data-page") == "waiting" for main in self.reader.all("main"))

    def __repr__(self):
        return f"<{self.status} {self.location or ''} {self.text[:600]!r}>"


class Buyer:
    """address: of the node. Cookies are kept as a browser keeps them; headers: go with each
    request."""

    def __init__(self, address, login=None, password=None, language="en", **headers):
        self.address, self.login, self.password = address, login, password
        self.headers = {"Accept-Language": language, **headers}
        self.jar = {}  # (name, path) -> Cookie
        self.connection = http.client.HTTPConnection(*address, timeout=20 * SLOWER)
        self.page = None  # the last one

    def close(self):
        self.connection.close()

    # ---- Requests

    def ask(self, method, path, fields=None, **headers):
        """One request; the page that answered it. fields: of a form, or the body as bytes."""
        body = urllib.parse.urlencode(fields) if isinstance(fields, (dict, list)) else fields
        sent = dict(self.headers)
        if body is not None:
            sent["Content-Type"] = FORM
        bare = path.partition("?")[0]
        cookies = [f"{cookie.name}={cookie.value}" for cookie in self.jar.values()
                   if cookie.goes_to(bare)]
        if cookies:
            sent["Cookie"] = "; ".join(cookies)
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        try:
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
        except (ConnectionError, http.client.RemoteDisconnected):  # it was idle for long
            self.connection.close()
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
        self.page = Page(path, response.status, response.getheaders(), response.read())
        for cookie in self.page.cookies:
            key = (cookie.name, cookie.attributes.get("path"))
            if cookie.ended:
                self.jar.pop(key, None)
            else:
                self.jar[key] = cookie
        return self.page

    def follow(self, page=None):
        """Where the answer leads to at the node; a page of the shop's is left as a 303."""
        page = page or self.page
        for _ in range(5):
            if page.status != 303 or not page.location.startswith("/"):
                return page
            page = self.ask("GET", page.location)
        raise AssertionError(f"it leads in a circle: {page.location}")

    # ---- Steps

    def show(self, order, **fields):
        """The shop's form sends the buyer."""
        return self.ask("POST", REQUEST_PATH, {"webshopRequest": order, **fields})

    def press(self, button=None, page=None, **fields):
        """Sends the page's form by that button; fields: more of it, or others."""
        page = page or self.page
        button = button or {}
        values = {**page.hidden, **fields}
        if "name" in button:
            values[button["name"]] = button["value"]
        return self.ask("POST", button.get("formaction", page.action), values)

    def log_in(self, login=None, password=None, page=None):
        return self.press(page=page, login=login or self.login,
                          password=self.password if password is None else password)

    def confirm(self, page=None):
        """Presses the button that pays."""
        page = page or self.page
        return self.press(page.button(name="pay"), page)

    def cancel(self, page=None):
        page = page or self.page
        return self.press(page.button("/mfs/checkout/cancel"), page)

    def to_confirm(self, order):
        """Shown and logged in: the confirm page."""
        page = self.show(order)
        assert page.status == 200 and page.asks_for_password, page
        page = self.log_in()
        assert page.status == 200 and page.confirms, page
        return page

    def pay(self, order):
        """The whole way, until the node watches the payment or the shop has the buyer back."""
        self.to_confirm(order)
        return self.follow(self.confirm())

    def watch(self, seconds=15):
        """Looks again until it need not wait any more."""
        end = time.monotonic() + seconds * SLOWER
        page = self.follow()
        while page.status != 303 and page.waits:
            assert time.monotonic() < end, f"it waits for ever: {page}"
            time.sleep(0.01)
            page = self.follow(self.ask("GET", page.path))
        return page
