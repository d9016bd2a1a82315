"""Debian's chromium without a window, driven by selenium: pages as people get them."""
import base64
import pathlib
import re

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = ROOT / "build" / "axe" / "axe.min.js"  # axe.sh puts it there
PHONE, DESKTOP = 360, 1280
SCRIPTS = re.compile("<script.*?</script>", re.DOTALL)
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--hide-scrollbars", "--disable-background-networking", "--no-first-run")


class Browser(webdriver.Chrome):
    """A browser with a profile of its own. Close with quit(), or use it in a `with`."""

    def __init__(self, javascript=True, language="ru"):
        options = Options()
        for flag in FLAGS:
            options.add_argument(flag)
        options.add_argument(f"--lang={language}")
        preferences = {"intl.accept_languages": language, "credentials_enable_service": False}
        if not javascript:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        super().__init__(options=options, service=Service("/usr/bin/chromedriver"))
        self.set_page_load_timeout(30)

    def shape(self, width, dark=False, height=800):
        """The window's size in CSS pixels, and the colours that its owner prefers."""
        self.width = width
        self.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def write(self, html):
        """Puts html in place of the page that is open, in a quarter of the time that opening it
        takes; axe-core stays loaded. Its scripts are left out: their timers would outlive it."""
        self.execute_script("document.open(); document.write(arguments[0]); document.close()",
                            SCRIPTS.sub("", html))

    def keep(self, name):
        """The whole page as build/screenshots/NAME.png."""
        size = self.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        picture = self.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": self.width, "height": size["height"], "scale": 1}})
        path = SCREENSHOTS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def width_needed(self):
        """Of the page, in CSS pixels: more than the window has means to scroll sideways."""
        return int(self.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]["width"])

    def findings(self):
        """What axe-core finds on the page: a line each."""
        if not self.execute_script("return 'axe' in window"):
            self.execute_script(AXE.read_text())
        result = self.execute_async_script(
            "axe.run(document).then(arguments[arguments.length - 1])")
        return [f"{found['impact']} {found['id']}: {node['html'][:200]}"
                for found in result["violations"] for node in found["nodes"]]

    def complaints(self):
        """What the browser has said on its console since the last call."""
        return [entry["message"] for entry in self.get_log("browser")]
