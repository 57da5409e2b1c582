"""Python source without its prose and the types in its functions: what a browser downloads and
never reads.

Docstrings become empty strings, comments and types nothing, line by line, so that a traceback in
the browser still names the line of the repository.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator


def slim(source: str) -> str:
    lines = source.splitlines()
    for first, last in prose(ast.parse(source)):
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        lines[first : last + 1] = [f'{indent}""', *[""] * (last - first)]
    for row, column in comments("\n".join(lines)):
        lines[row] = lines[row][:column].rstrip()
    texts = [line.encode() for line in lines]
    for row, start, end in sorted(types(texts), reverse=True):
        texts[row] = texts[row][:start] + texts[row][end:]
    return b"\n".join([*texts, b""]).decode()


def prose(tree: ast.AST) -> list[tuple[int, int]]:
    """First and last line, from 0, of every string that stands as a statement of its own."""
    return [
        (node.lineno - 1, (node.end_lineno or node.lineno) - 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]


def comments(source: str) -> list[tuple[int, int]]:
    """Line and column, from 0, of every comment."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [(t.start[0] - 1, t.start[1]) for t in tokens if t.type == tokenize.COMMENT]


def types(lines: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """Line, first byte and the byte behind, from 0, of types, with the signs that lead to them; but
    for those that take several lines. A class may go by the types in its body."""
    tree = ast.parse(b"\n".join(lines))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    inside = {node for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation and node.lineno == node.end_lineno:
            yield node.lineno - 1, node.col_offset + len(node.arg.encode()), _end(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            row, before = node.returns.lineno - 1, node.returns.col_offset
            if node.returns.lineno == node.returns.end_lineno:
                yield row, lines[row].rindex(b"->", 0, before), _end(node.returns)
        elif isinstance(node, ast.AnnAssign) and node.value and node in inside:
            row = node.lineno - 1
            if node.annotation.end_lineno == node.lineno:
                yield row, _end(node.target), _end(node.annotation)


def _end(node: ast.arg | ast.expr) -> int:
    assert node.end_col_offset is not None
    return node.end_col_offset
