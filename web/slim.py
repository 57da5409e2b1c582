"""Python source without its prose, the types in its functions and the blanks that nobody needs:
what a browser downloads and never reads.

All of it becomes nothing, line by line, so that a traceback in the browser still names the line of
the repository.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from itertools import pairwise


def slim(source: str) -> str:
    lines = source.splitlines()
    for first, last, is_all in prose(ast.parse(source)):
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        lines[first : last + 1] = [f'{indent}""' if is_all else "", *[""] * (last - first)]
    for row, column in comments("\n".join(lines)):
        lines[row] = lines[row][:column].rstrip()
    texts = [line.encode() for line in lines]
    for row, start, end in sorted(types(texts), reverse=True):
        texts[row] = texts[row][:start] + texts[row][end:]
    return tight(b"\n".join([*texts, b""]).decode())


def prose(tree: ast.AST) -> Iterator[tuple[int, int, bool]]:
    """First and last line, from 0, of every string that stands as a statement of its own, and
    whether nothing else stands there: a body is never empty."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            some = [one for one in body if _is_text(one)] if isinstance(body, list) else []
            for one in some:
                yield one.lineno - 1, (one.end_lineno or one.lineno) - 1, some == body


def _is_text(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def comments(source: str) -> list[tuple[int, int]]:
    """Line and column, from 0, of every comment."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [(t.start[0] - 1, t.start[1]) for t in tokens if t.type == tokenize.COMMENT]


def tight(source: str) -> str:
    """Without blanks around operators, and one for each level of indentation."""
    lines = source.split("\n")
    texts: set[int] = set()  # lines, from 0, that begin inside one
    cuts = []
    depth = 0  # in f-strings, of whose parts Python 3.12 makes tokens
    for one, other in pairwise(tokenize.generate_tokens(io.StringIO(source).readline)):
        (row, end), (next_row, start) = one.end, other.start
        kind = tokenize.tok_name[one.type]
        depth += (kind == "FSTRING_START") - (kind == "FSTRING_END")
        texts.update(range(one.start[0], row))
        texts.update(range(row, next_row) if depth else ())
        is_beside = tokenize.OP in (one.type, other.type) and kind != "INDENT" and not depth
        if row == next_row and end < start and is_beside:
            cuts.append((row - 1, end, start))
    for row, end, start in reversed(cuts):
        lines[row] = lines[row][:end] + lines[row][start:]
    for row in {*range(len(lines))} - texts:
        bare = lines[row].lstrip(" ")
        lines[row] = " " * ((len(lines[row]) - len(bare)) // 4) + bare
    result = "\n".join(lines)
    assert ast.dump(ast.parse(result)) == ast.dump(ast.parse(source))
    return result


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
