"""Makes a release in dist/: wheel and sdist, the licences of the dependencies, a bill of materials, check sums.

    python tools/release.py date     write today's date into the newest section of the changelog
    python tools/release.py check    say what a release would be refused for
    python tools/release.py build    check, build twice, compare, and write dist/

Two builds of one commit are the same bytes: every time stamp is `SOURCE_DATE_EPOCH`, or the time of the commit.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot/", "adapters/")
SHIPPED = (*PACKAGES, "config/", "pyproject.toml", "README.md", "LICENSE")
BUILD = """
import os, sys
from setuptools import build_meta
os.umask(0o022)
target = sys.argv[1]
build_meta.build_wheel(target)
build_meta.build_sdist(target)
"""
HEADING = re.compile(r"^## (?P<version>\d+\.\d+\.\d+)(?: - (?P<date>\d{4}-\d\d-\d\d))?$", re.M)
COPYLEFT = re.compile(r"\b(AGPL|GPL|SSPL)", re.I)


class Refused(Exception):
    """Why there is no release."""


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def tracked(root: Path, *starts: str) -> list[str]:
    """The files under version control that begin with one of `starts`."""
    return [name for name in git(root, "ls-files", "-z").split("\0") if name.startswith(starts)]


def version_of(root: Path) -> str:
    found = re.search(r'^__version__ = "(.+)"$', (root / "bot" / "__init__.py").read_text("utf-8"), re.M)
    assert found, "bot/__init__.py names the version"
    return found[1]


def problems(root: Path) -> list[str]:
    """What a release of this checkout is refused for; empty: nothing."""
    found: list[str] = []
    if changed := git(root, "status", "--porcelain").splitlines():
        found.append(f"{len(changed)} files differ from the last commit, for example {changed[0][3:]}. Commit them.")
    text, version = (root / "CHANGELOG.md").read_text("utf-8"), version_of(root)
    newest = HEADING.search(text)
    if not newest or newest["version"] != version:
        named = newest["version"] if newest else "no version"
        found.append(f"bot/__init__.py says {version}, the newest section of CHANGELOG.md {named}. Make them equal.")
    elif not newest["date"]:
        found.append(f"CHANGELOG.md: section {version} has no date. Run `python tools/release.py date`, and commit.")
    if newest and re.search(r"^- ", text[: newest.start()], re.M):
        found.append("CHANGELOG.md: “Unreleased” isn't empty. Move its lines into the section of this release.")
    for tag in git(root, "tag", "--points-at", "HEAD", "v*").split():
        if tag != f"v{version}":
            found.append(f"This commit has the tag {tag}, but bot/__init__.py says {version}. Make them equal.")
    return found


def date_changelog(root: Path, day: str) -> None:
    """Write `day` into the newest section's heading, which must have none."""
    file = root / "CHANGELOG.md"
    text = file.read_text("utf-8")
    newest = HEADING.search(text)
    if not newest or newest["date"]:
        raise Refused("CHANGELOG.md has no newest section without a date.")
    file.write_text(f"{text[: newest.end()]} - {day}{text[newest.end() :]}", "utf-8")


def build(root: Path, target: Path, epoch: int) -> list[Path]:
    """Build the wheel and the sdist from the tracked files alone, in `target`; returns both."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in tracked(root, *SHIPPED):
            copy = Path(folder, name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy)
            copy.chmod(0o644)
            os.utime(copy, (epoch, epoch))
        environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-c", BUILD, str(target)]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(f"The build failed:\n{done.stderr[-2000:]}")
    (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
    _repack(sdist, epoch)
    return [wheel, sdist]


def _repack(sdist: Path, epoch: int) -> None:
    """The same files in order, with one time, one owner and one mode: setuptools keeps what the builder's disk had."""
    with tarfile.open(sdist) as old:
        files = [(entry, old.extractfile(entry)) for entry in sorted(old, key=lambda one: one.name) if entry.isfile()]
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as new:
            for entry, content in files:
                clean = tarfile.TarInfo(entry.name)
                clean.size, clean.mtime, clean.mode = entry.size, epoch, 0o644
                new.addfile(clean, content)
    sdist.write_bytes(gzip.compress(raw.getvalue(), mtime=epoch))


def contents(archive: Path) -> set[str]:
    """The files of a wheel or of an sdist, without an sdist's top folder."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return set(wheel.namelist())
    with tarfile.open(archive) as sdist:
        return {entry.name.split("/", 1)[1] for entry in sdist if entry.isfile()}


def differences(wheel: Path, sdist: Path, root: Path) -> list[str]:
    """What the archives lack, or hold without reason: a wheel is the packages and the sample settings."""
    code = set(tracked(root, *PACKAGES))
    samples = {f"data/data/share/paperboy/{Path(name).name}" for name in tracked(root, "config/")}
    in_wheel = {re.sub(r"^paperboy_bot-[^/]+\.(data/)", r"\1", name) for name in contents(wheel)}
    in_wheel = {name for name in in_wheel if ".dist-info/" not in name}
    in_sdist = {name for name in contents(sdist) if "egg-info" not in name} - {"PKG-INFO", "setup.cfg"}
    found = [f"wheel lacks {name}" for name in sorted((code | samples) - in_wheel)]
    found += [f"wheel should not have {name}" for name in sorted(in_wheel - code - samples)]
    found += [f"sdist lacks {name}" for name in sorted(set(tracked(root, *SHIPPED)) - in_sdist)]
    return found + [f"sdist should not have {name}" for name in sorted(in_sdist - set(tracked(root, *SHIPPED)))]


def describe(root: Path, wheel: Path, target: Path, epoch: int) -> list[Path]:
    """Install the wheel and what it needs by hash; write the bill of materials (CycloneDX) and the licences."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "-r", str(root / "requirements-build.txt")], check=True)
        hashed = ["--require-hashes", "--no-build-isolation", "--use-pep517", "-r", str(root / "requirements.txt")]
        subprocess.run([*pip, *hashed], check=True)
        subprocess.run([*pip, str(wheel)], check=True)
        subprocess.run([str(Path(folder, "bin", "paperboy")), "--version"], check=True)
        subprocess.run([python, "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools", "pip"], check=True)
        bill = target / f"paperboy-{version_of(root)}.cdx.json"
        command = [str(Path(sys.executable).with_name("cyclonedx-py")), "environment", python]
        command += [
            "--pyproject",
            str(root / "pyproject.toml"),
            "--output-reproducible",
            "--of",
            "JSON",
            "-o",
            str(bill),
        ]
        subprocess.run(command, check=True, env=os.environ | {"SOURCE_DATE_EPOCH": str(epoch)})
        (site,) = Path(folder, "lib").glob("python*/site-packages")
        named = {one.name: one.metadata.get("License") for one in metadata.distributions(path=[str(site)])}
    text = re.sub(r'"file://[^"]*/(paperboy_bot-[^"/]+)"', r'"\1"', bill.read_text("utf-8"))  # not the builder's disk
    listed = json.loads(text)
    for one in listed["components"]:  # a licence that is named in words only is left out by the tool
        if not one.get("licenses") and named.get(one["name"]):
            one["licenses"] = [{"license": {"name": named[one["name"]], "acknowledgement": "declared"}}]
    bill.write_text(json.dumps(listed, indent=2) + "\n", "utf-8")
    licences = target / "LICENSES.md"
    licences.write_text(licence_table(listed["components"]), "utf-8")
    return [bill, licences]


def licence_table(components: Iterable[dict[str, object]]) -> str:
    """The licences as a table. Raises `Refused` for one that is unknown or that would bind Paperboy's own code."""
    rows, refused = [], []
    for one in sorted(components, key=lambda each: str(each["name"]).lower()):
        named = ", ".join(dict.fromkeys(_licence_names(one)))
        rows.append(f"| {one['name']} | {one['version']} | {named} |")
        if not named or all(COPYLEFT.search(name) for name in named.split(", ")):
            refused.append(f"{one['name']} ({named or 'no licence named'})")
    if refused:
        raise Refused("Licences to look at: " + ", ".join(refused))
    return (
        "# Licences of what Paperboy needs\n\n| package | version | licence |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def _licence_names(component: dict[str, object]) -> Iterable[str]:
    """By identifier, expression or name; the text of a licence without a name shows only its first line."""
    for entry in component.get("licenses", ()):  # type: ignore[attr-defined]
        licence = entry.get("license", {})
        name = entry.get("expression") or licence.get("id") or licence.get("name", "")
        yield name.removeprefix("License :: OSI Approved :: ").splitlines()[0] if name else ""


def release(root: Path, target: Path) -> None:
    """Everything, in an empty `target`."""
    if found := problems(root):
        raise Refused("\n".join(found))
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or git(root, "log", "-1", "--format=%ct"))
    shutil.rmtree(target, ignore_errors=True)
    made = build(root, target, epoch)
    with tempfile.TemporaryDirectory() as again:
        for first, second in zip(made, build(root, Path(again), epoch), strict=True):
            if first.read_bytes() != second.read_bytes():
                raise Refused(f"Two builds of {first.name} differ.")
    if found := differences(*made, root):
        raise Refused("\n".join(found))
    made += describe(root, made[0], target, epoch)
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in made]
    (target / "SHA256SUMS").write_text("".join(sums), "utf-8")
    for file in made:
        print(f"{file.stat().st_size / 1e6:6.2f} MB  {file.name}")
    print(f"Next: git tag v{version_of(root)}, push it, and upload the files in {target.name}/.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["date", "check", "build"])
    what = parser.parse_args().what
    try:
        if what == "date":
            date_changelog(ROOT, datetime.now(UTC).date().isoformat())  # noqa: TID251 - the day of the release
        elif what == "check":
            if found := problems(ROOT):
                raise Refused("\n".join(found))
        else:
            release(ROOT, ROOT / "dist")
    except Refused as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
