"""README.md's programs are taken from the page, built as it says, and run: every writer with every reader."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agents.harness import Segments

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RELEASE = ROOT / "build/release"
TARGET = ROOT / "target"
BUILD = "run scripts/build_all.sh first"
PRINTED = "30 rows, turnover 60400"

# Compiling libarrow's headers takes a while on a busy machine.
pytestmark = pytest.mark.timeout(600)

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"(?://|/\*|#) ([\w.]+)")
POM = "{http://maven.apache.org/POM/4.0.0}"


def files() -> dict[str, str]:
    """The blocks that begin with a comment that names their file."""
    found = {}
    for _, text in BLOCK.findall(README):
        if match := FILE_NAME.match(text):
            assert match[1] not in found, f"two blocks are {match[1]}"
            found[match[1]] = text
    return found


FILES = files()


def attempt(*command: object) -> subprocess.CompletedProcess[str]:
    """Runs a build step, with the Python that runs this test as python3."""
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    words = [str(word) for word in command]
    return subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def run(*command: object) -> None:
    """The same, and it must succeed; its output is the failure's message."""
    done = attempt(*command)
    assert done.returncode == 0, f"{' '.join(done.args)}\n{done.stdout}"


def java_home(version: int) -> Path | None:
    """A Java of that version: the one the scripts have set, else one of the system's."""
    named = os.environ.get("JAVA_HOME" if version == 17 else "QADS_JDK25_HOME")
    for home in [*([Path(named)] if named else []), *sorted(Path("/usr/lib/jvm").glob("*"))]:
        release = home / "release"
        if (home / "bin/java").exists() and release.is_file() and f'JAVA_VERSION="{version}' in release.read_text():
            return home
    return None


def save(folder: Path, *suffixes: str) -> list[Path]:
    """Writes the README's files that end so."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in FILES if name.endswith(suffixes)]
    for path in paths:
        path.write_text(FILES[path.name], encoding="utf-8")
    return paths


@dataclass(frozen=True)
class Programs:
    """Where the built programs are."""

    native: Path
    classes: Path
    python: Path
    rust: Path

    def command(self, language: str, role: str, version: int = 17) -> list[str]:
        """How to start one: `role` is writer or reader."""
        if language == "python":
            return [sys.executable, str(self.python / f"trades_{role}.py")]
        if language == "rust":
            return [str(self.rust / f"trades_{role}")]
        if language != "java":
            return [str(self.native / f"trades_{role}{'_c' if language == 'c' else ''}")]
        home = java_home(version)
        if home is None:
            pytest.skip(f"no Java {version} found")
        # No flag: the README says that none is needed.
        return [str(home / "bin/java"), "-cp", f"{self.classes}:{class_path()}", f"Trades{role.capitalize()}"]


def class_path() -> str:
    """The jar, and what Maven resolved."""
    jars = [jar for jar in TARGET.glob("qadataswap-*.jar") if not jar.stem.endswith(("-sources", "-javadoc"))]
    assert len(jars) == 1, f"one jar is expected in target, there are {len(jars)}: {BUILD}"
    return f"{jars[0]}:{(TARGET / 'test-classpath.txt').read_text().strip()}"


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the release build is installed."""
    assert (RELEASE / "CMakeCache.txt").is_file(), f"build/release isn't there: {BUILD}"
    folder = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", RELEASE, "--prefix", folder)
    return folder


def configure(folder: Path, prefix: Path, *options: str) -> list[object]:
    """The command that configures the README's project in folder/source against what was installed."""
    save(folder / "source", ".c", ".cpp", ".cmake", "CMakeLists.txt")
    ninja = ["-G", "Ninja"] if shutil.which("ninja") else []
    where = ["-S", folder / "source", "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}"]
    return ["cmake", *where, *ninja, *options]


def build_native(folder: Path, prefix: Path) -> Path:
    """Builds the README's project, with the libarrow of the wheel as the README says."""
    warnings = [f"-DCMAKE_{language}_FLAGS=-Wall -Wextra -Wpedantic -Werror" for language in ("C", "CXX")]
    run(*configure(folder, prefix, f"-DCMAKE_PROJECT_INCLUDE={folder / 'source/pyarrow.cmake'}", *warnings))
    run("cmake", "--build", folder / "build")
    return folder / "build"


def build_java(folder: Path) -> Path:
    """Compiles the README's classes against the jar."""
    home = java_home(17)
    assert home, "no JDK 17 found; set JAVA_HOME"
    sources = save(folder / "java", ".java")
    run(home / "bin/javac", "--release", "17", "-cp", class_path(), "-d", folder / "classes", *sources)
    return folder / "classes"


def build_python(folder: Path) -> Path:
    """Python's need no build."""
    save(folder / "python", ".py")
    return folder / "python"


def build_rust(folder: Path) -> Path:
    """Builds the README's package with this checkout's crate, and with what was built of its dependencies."""
    package = folder / "rust"
    save(package, "Cargo.toml")
    save(package / "src/bin", ".rs")
    manifest = package / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("/path/to/QADataSwap", str(ROOT)), encoding="utf-8")
    shutil.copy(ROOT / "rust/Cargo.lock", package)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "build/cargo"))
    run("cargo", "build", "--quiet", "--release", "--manifest-path", manifest, "--target-dir", target)
    return target / "release"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory, prefix: Path) -> Programs:
    """All of them, built once."""
    folder = tmp_path_factory.mktemp("readme")
    return Programs(build_native(folder, prefix), build_java(folder), build_python(folder), build_rust(folder))


def start(segments: Segments, command: list[str]) -> subprocess.Popen[str]:
    env = {**os.environ, "QADS_DIR": str(segments.directory)}
    for ambient in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH"):
        env.pop(ambient, None)
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def meet(segments: Segments, *commands: list[str]) -> list[str]:
    """Starts all of them at once; what each printed, when all of them have ended well."""
    processes = [start(segments, command) for command in commands]
    try:
        said = [process.communicate(timeout=300) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    for process, (_, errors) in zip(processes, said, strict=True):
        assert process.returncode == 0, errors
    return [output.strip() for output, _ in said]


LANGUAGES = ("java", "python", "rust", "cpp", "c")


@pytest.mark.parametrize("reader", LANGUAGES)
@pytest.mark.parametrize("writer", LANGUAGES)
def test_every_writer_works_with_every_reader(segments: Segments, programs: Programs, writer: str, reader: str) -> None:
    printed = meet(segments, programs.command(reader, "reader"), programs.command(writer, "writer"))
    assert printed == [PRINTED, ""]


def test_a_reader_may_come_after_the_writer_has_gone(segments: Segments, programs: Programs) -> None:
    assert meet(segments, programs.command("c", "writer")) == [""]
    assert meet(segments, programs.command("c", "reader")) == [PRINTED]


def test_the_java_programs_run_on_java_25_without_flags(segments: Segments, programs: Programs) -> None:
    commands = [programs.command("java", role, 25) for role in ("reader", "writer")]
    assert meet(segments, *commands) == [PRINTED, ""]


WITHOUT_ARROW = "-DCMAKE_DISABLE_FIND_PACKAGE_Arrow=ON"


def test_without_libarrow_the_c_programs_are_built(tmp_path: Path, prefix: Path) -> None:
    run(*configure(tmp_path, prefix, WITHOUT_ARROW))
    run("cmake", "--build", tmp_path / "build")
    built = {path.name for path in (tmp_path / "build").glob("trades_*")}
    assert built == {"trades_writer_c", "trades_reader_c"}


def test_without_libarrow_who_asks_for_it_is_told(tmp_path: Path, prefix: Path) -> None:
    command = configure(tmp_path, prefix, WITHOUT_ARROW)
    project = tmp_path / "source/CMakeLists.txt"
    project.write_text(project.read_text().replace("0.1 REQUIRED)", "0.1 REQUIRED COMPONENTS arrow)"))
    done = attempt(*command)
    assert done.returncode != 0
    assert "The component arrow needs libarrow" in done.stdout


def test_the_page_says_what_the_programs_print() -> None:
    assert f"`{PRINTED}`" in README
    names = {f"trades_{role}.{suffix}" for role in ("writer", "reader") for suffix in ("c", "cpp", "py", "rs")}
    builds = {"CMakeLists.txt", "pyarrow.cmake", "Cargo.toml"}
    assert set(FILES) == names | builds | {"TradesWriter.java", "TradesReader.java"}


def test_the_maven_dependencies_are_those_of_the_pom() -> None:
    (block,) = (text for language, text in BLOCK.findall(README) if language == "xml")
    project = ElementTree.parse(ROOT / "pom.xml").getroot()
    properties = {node.tag.removeprefix(POM): node.text for node in project.iterfind(f"{POM}properties/*")}
    known = {
        project.findtext(f"{POM}artifactId"): project.findtext(f"{POM}version"),
        properties["qads.arrow.memory"]: properties["qads.arrow.memory.version"],
    }
    dependencies = ElementTree.fromstring(block).iterfind("dependencies/dependency")
    wanted = {node.findtext("artifactId"): node.findtext("version") for node in dependencies}
    assert wanted == known


def test_there_is_one_place_for_the_figures() -> None:
    begin, end = "<!-- figures:begin -->", "<!-- figures:end -->"
    assert README.count(begin) == README.count(end) == 1
    assert README.index(begin) < README.index(end)
