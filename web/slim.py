"""Python source without its prose: what a browser downloads and never reads.

Docstrings become empty strings and comments nothing, line by line, so that a traceback in the
browser still names the line of the repository.
"""

from __future__ import annotations

import ast
import io
import tokenize


def slim(source: str) -> str:
    lines = source.splitlines()
    for first, last in prose(ast.parse(source)):
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        lines[first : last + 1] = [f'{indent}""', *[""] * (last - first)]
    for row, column in comments("\n".join(lines)):
        lines[row] = lines[row][:column].rstrip()
    return "\n".join(lines) + "\n"


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
