"""What a browser downloads of our Python is the same program, line by line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pyqueue

pytestmark = pytest.mark.cpython_only

SOURCE = '''\
"""What nobody reads."""

class Empty(Exception):
    """Has nothing else."""

def greet(name: str, *more: int) -> str:  # nor this
    """Nor
    this."""
    text = f"""{ name }  =
        { [*more, -1] [0]:>3}"""
    if name == "a  =  b":
        return """
            as it is   +
        """ + text
    return text
'''


def test_texts_lines_and_meaning_stay_and_prose_types_and_blanks_go():
    from slim import slim

    slimmed = slim(SOURCE)
    before, after = {}, {}
    exec(SOURCE, before)
    exec(slimmed, after)
    for name in ("a  =  b", "c"):
        assert before["greet"](name, 2) == after["greet"](name, 2)
    lines = slimmed.splitlines()
    assert lines[2:6] == ["class Empty(Exception):", ' ""', "", "def greet(name,*more):"]
    assert lines[10] == ' if name=="a  =  b":'
    assert "reads" not in slimmed


def test_a_traceback_names_the_line_of_the_repository():
    from slim import slim

    for module in Path(pyqueue.__file__).parent.rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        assert places(slim(source)) == places(source), module


def places(source):
    """The line of each call, and of what is defined."""
    kinds = (ast.Call, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Raise)
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
