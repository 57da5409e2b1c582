"""Keeps Chromium from compiling Python's interpreter over and over.

V8 builds into a function what it has called so far, and throws the whole away once it calls
anything else (wasm deopts, since Chromium 137:
https://v8.dev/blog/wasm-speculative-optimizations). CPython calls what a type brings along by
small functions that V8 builds into the evaluation loop, guesses and all: in a burst of traces the
loop was thrown away five times, and each time compiled anew for a quarter of a second. What is
longer than 500 bytes V8 builds in nowhere (`--wasm-inlining-max-size`), so these are made longer,
by instructions that do nothing.

The module's format: https://webassembly.github.io/spec/core/binary/modules.html
"""

from __future__ import annotations

from collections.abc import Iterator

DISPATCHERS = (
    *("PyObject_GetAttr", "PyObject_GetItem", "PyObject_SetItem", "PyObject_DelItem"),
    *("PyObject_GetIter", "PyObject_IsTrue", "PyObject_Size", "PyObject_Str"),
    *("PyObject_Vectorcall", "PySequence_Contains"),
)
TOO_LONG = 500
"""Bytes, at most, of a function that V8 builds into another."""

IMPORTS, EXPORTS, CODE = 2, 7, 10
FUNCTION = 0
NOP, END = b"\x01", b"\x0b"


def settled(module: bytes) -> bytes:
    """The same module, whose dispatchers V8 leaves where they are."""
    out = bytearray(module[:8])
    reader = Reader(module, 8)
    imported, exported = 0, dict[str, int]()
    while not reader.at_end:
        kind, body = reader.byte(), reader.block()
        if kind == IMPORTS:
            imported = sum(kind == FUNCTION for kind in _imports(Reader(body)))
        elif kind == EXPORTS:
            exported = dict(_exports(Reader(body)))
        elif kind == CODE:
            if missing := set(DISPATCHERS) - exported.keys():
                raise ValueError(f"Pyodide does not export {missing}; see DISPATCHERS")
            body = _lengthened(Reader(body), {exported[name] - imported for name in DISPATCHERS})
        out += bytes([kind]) + _block(body)
    return bytes(out)


def _lengthened(code: Reader, chosen: set[int]) -> bytes:
    count = code.number()
    out = bytearray(_number(count))
    for index in range(count):
        function = code.block()
        if index in chosen:
            function = function.removesuffix(END) + NOP * TOO_LONG + END
        out += _block(function)
    return bytes(out)


def _imports(section: Reader) -> Iterator[int]:
    """The kind of each."""
    for _ in range(section.number()):
        section.skip(section.number())  # its module
        section.skip(section.number())  # its name
        kind = section.byte()
        yield kind
        if kind == FUNCTION:
            section.number()
        elif kind == 3:  # a global: its type, and whether it can change
            section.skip(2)
        elif kind == 4:  # a tag
            section.skip(1)
            section.number()
        else:  # a table of some type, or a memory
            section.skip(1 if kind == 1 else 0)
            has_most = section.byte() & 1
            section.number()
            if has_most:
                section.number()


def _exports(section: Reader) -> Iterator[tuple[str, int]]:
    """Name and number of each function."""
    for _ in range(section.number()):
        name, kind, index = section.block().decode(), section.byte(), section.number()
        if kind == FUNCTION:
            yield name, index


class Reader:
    """Reads a module's bytes from a place on."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    @property
    def at_end(self) -> bool:
        return self.at == len(self.data)

    def skip(self, count: int) -> None:
        self.at += count

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """LEB128, unsigned."""
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def block(self) -> bytes:
        """Bytes behind their length."""
        length = self.number()
        self.at += length
        return self.data[self.at - length : self.at]


def _block(data: bytes) -> bytes:
    return _number(len(data)) + data


def _number(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
