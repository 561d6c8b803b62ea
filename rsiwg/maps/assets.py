"""Where the vendored files lie, and how a page takes them in: by link, or whole."""

import base64
import json
import mimetypes
import re
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

import attrs
from markupsafe import Markup

from rsiwg import resources
from rsiwg.errors import AssetMissing

_URL = re.compile(r"url\(\s*(?P<q>['\"]?)(?P<to>[^'\")]+)(?P=q)\s*\)")
_NOTHING = Markup("")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@attrs.frozen
class Assets:
    """The front-end files of a page, from the manifest that tools/build_frontend.py writes.

    A name that the manifest does not hold is refused: nothing is ever taken from elsewhere.
    """

    mode: Literal["linked", "inline"]
    base_url: str
    """In linked mode, where `folder` is served; ends in a slash."""

    folder: Path

    @classmethod
    def linked(cls, base_url: str = "/static/vendor/", folder: Path = resources.VENDOR) -> "Assets":
        """Take files in by address, below `base_url`."""
        return cls("linked", base_url.rstrip("/") + "/", folder)

    @classmethod
    def inline(cls, folder: Path = resources.VENDOR) -> "Assets":
        """Take files in whole: one page that opens from a disk."""
        return cls("inline", "", folder)

    def url(self, name: str) -> str:
        """The address of a resource, with a part that changes when the file does."""
        entry = self._entry(name)
        return f"{self.base_url}{entry['file']}?v={entry['sha256'][:10]}"

    def script(self, name: str, nonce: str | None) -> Markup:
        """The tag that loads a script."""
        if self.mode == "linked":
            return Markup('<script{} src="{}"></script>').format(nonce_attribute(nonce), self.url(name))
        return inline_script(self._text(name), nonce)

    def style(self, name: str, nonce: str | None) -> Markup:
        """The tag that loads a style sheet; inline, its images and fonts become data."""
        if self.mode == "linked":
            tag = Markup('<link rel="stylesheet"{} href="{}">')
            return tag.format(nonce_attribute(nonce), self.url(name))
        home = PurePosixPath(self._entry(name)["file"]).parent
        text = _URL.sub(lambda found: self._data_url(home, found), _COMMENT.sub("", self._text(name)))
        return inline_style(text, nonce)

    def _entry(self, name: str) -> dict[str, str]:
        try:
            return _manifest(self.folder)[name]
        except KeyError:
            raise AssetMissing(
                f"{name!r} is not in {self.folder / 'manifest.json'}: add it to tools/build_frontend.py "
                "and run `make frontend`"
            ) from None

    def _text(self, name: str) -> str:
        return self._bytes(name).decode("utf-8")

    def _bytes(self, name: str) -> bytes:
        path = self.folder / self._entry(name)["file"]
        try:
            return path.read_bytes()
        except OSError as wrong:
            raise AssetMissing(f"{path} cannot be read ({wrong.strerror}); run `make frontend`") from wrong

    def _data_url(self, home: PurePosixPath, found: re.Match[str]) -> str:
        to = found["to"]
        if to.startswith(("data:", "#", "%23")):
            return found[0]
        kind = mimetypes.types_map.get(PurePosixPath(to).suffix, "application/octet-stream")
        if to.endswith(".woff2"):
            kind = "font/woff2"
        content = base64.b64encode(self._bytes(str(home / to))).decode("ascii")
        return f"url(data:{kind};base64,{content})"


def nonce_attribute(nonce: str | None) -> Markup:
    """` nonce="…"`, or nothing."""
    return _NOTHING if nonce is None else Markup(' nonce="{}"').format(nonce)


def inline_script(text: str, nonce: str | None) -> Markup:
    """A script in the page.  Only for files of ours or vendored ones, never for anyone's text."""
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("this script cannot stand inside a page")
    return _element("script", text, nonce)


def inline_style(text: str, nonce: str | None) -> Markup:
    """A style sheet in the page; the same warning."""
    if "</style" in text.lower():
        raise ValueError("this style sheet cannot stand inside a page")
    return _element("style", text, nonce)


def inline_data(name: str, value: object, nonce: str | None) -> Markup:
    """Data in the page, as JSON that no text in it can break out of."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return _element("script", text, nonce, Markup(' type="application/json" id="{}"').format(name))


def _element(tag: str, text: str, nonce: str | None, attributes: Markup = _NOTHING) -> Markup:
    start = Markup("<{}{}{}>").format(tag, attributes, nonce_attribute(nonce))
    return start + Markup(text) + Markup("</{}>").format(tag)  # noqa: S704  each caller has made it safe


@cache
def _manifest(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / "manifest.json"
    try:
        entries: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))["resources"]
    except (OSError, ValueError, KeyError) as wrong:
        raise AssetMissing(
            f"{path} is missing or broken: the front-end files have not been built; run `make frontend`"
        ) from wrong
    return entries
