"""What type checkers are told of the extension module is what it has."""

from __future__ import annotations

import ast
from pathlib import Path

import qadataswap
from qadataswap import _core

STUB = ast.parse(Path(qadataswap.__file__).with_name("_core.pyi").read_text(encoding="utf-8"))
SPECIAL = ("__len__", "__arrow_c_array__", "__arrow_c_schema__", "__arrow_c_stream__")
"""The special methods that are no object's by nature. (Python 3.12 shows __buffer__, earlier ones don't.)"""


def _public(names: set[str]) -> set[str]:
    names = names - {"_pybind11_conduit_v1_"}  # of pybind11 itself
    return {name for name in names if not name.startswith("__") or name in SPECIAL}


def _stubbed(body: list[ast.stmt]) -> set[str]:
    found = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return found | {
        node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def test_the_stub_has_every_name_of_the_module_and_no_other() -> None:
    assert _stubbed(STUB.body) == _public(set(vars(_core)))


def test_the_stub_has_every_member_of_the_classes_and_no_other() -> None:
    classes = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
    assert len(classes) == 7
    for name, node in classes.items():
        assert _public(_stubbed(node.body)) == _public(set(vars(getattr(_core, name)))), name


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(qadataswap.__file__).with_name("py.typed").exists()
