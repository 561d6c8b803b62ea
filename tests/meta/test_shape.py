"""Lists, tables and the shape of the tree agree."""

import importlib
import inspect
import json
import pkgutil
import re
import subprocess
from pathlib import Path

import rsiwg.checks
from rsiwg.checks import CHECKS

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split("\n")


def test_every_check_is_listed():
    """A check nobody runs is worse than none."""
    found = set()
    for module in pkgutil.iter_modules(rsiwg.checks.__path__, "rsiwg.checks."):
        for name, function in inspect.getmembers(
            importlib.import_module(module.name), inspect.isgeneratorfunction
        ):
            parameters = list(inspect.signature(function).parameters)
            if not name.startswith("_") and parameters == ["request", "rulebook"]:
                found.add(function)
    assert found == set(CHECKS)


def test_the_numbers_of_the_law_are_not_in_code():
    limits = re.compile(r"(?<![\d.\"'])(0\.4|0\.40|2\.0|0\.25|7\.5)(?![\d\"'])")
    offenders = []
    for name in ("checks", "domain"):
        for path in (ROOT / "rsiwg" / name).glob("*.py"):
            source = re.sub(r'""".*?"""', "", path.read_text("utf-8"), flags=re.DOTALL)
            code = [line.split("#")[0] for line in source.splitlines()]
            offenders += [
                f"{path.name}: {line.strip()}" for line in code if limits.search(line) and ' m"' not in line
            ]
    assert offenders == []


def test_nothing_committed_names_a_package_registry_or_loads_from_outside():
    hosts = re.compile(
        r"registry\.npmjs|pypi\.org|files\.pythonhosted|deb\.debian|cdn\.|unpkg|jsdelivr|googleapis", re.I
    )
    loads = re.compile(
        r"""(?:src|href)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import\s""", re.I
    )
    offenders = []
    for name in filter(None, TRACKED):
        path = ROOT / name
        if (
            path.suffix not in {".py", ".toml", ".lock", ".json", ".html", ".js", ".css", ".md", ".txt", ""}
            or not path.is_file()
        ):
            continue
        text = path.read_text("utf-8", errors="replace")
        if hosts.search(text) and not name.startswith("tests/") and name != "rsiwg/maps/page.py":
            offenders.append(name)
        if path.suffix in {".html", ".css", ".js"} and loads.search(text):
            offenders.append(name)
    assert offenders == []


def test_say_finer_and_coarser():
    bad = re.compile(r"\b(higher|better|greater|lower|worse)[ -]resolution", re.I)
    shown = [
        n
        for n in TRACKED
        if n.startswith(("rsiwg/", "templates/", "geodata/restrictions", "README", "docs/"))
        and n.endswith((".py", ".html", ".md", ".toml", ".js"))
    ]
    offenders = [
        n
        for n in shown
        if bad.search((ROOT / n).read_text("utf-8")) and n not in {"docs/glossary.md", "CONTRIBUTING.md"}
    ]
    assert offenders == []


def test_the_lock_files_name_exact_versions():
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = [
            line
            for line in (ROOT / name).read_text("utf-8").splitlines()
            if line and not line.lstrip().startswith("#")
        ]
        assert lines
        assert all(re.match(r"^[A-Za-z0-9._-]+==[^=]+$", line.split(";")[0].strip()) for line in lines)
    packages = json.loads((ROOT / "package.json").read_text("utf-8"))
    wanted = packages.get("dependencies", {}) | packages.get("devDependencies", {})
    assert all(re.match(r"^\d+\.\d+\.\d+$", version) for version in wanted.values())


def test_ci_runs_make_test():
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")
