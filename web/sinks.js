// Where an export goes: {write(text) → bytes, close() → more for the answer, abort(reason), name?}.

const PART = 2 ** 20; // characters that are held before the browser takes them, on disk if there are many
const LINK_LASTS = 60_000; // ms

/**
 * `to` is a FileSystemFileHandle (what showSaveFilePicker() gave), a WritableStream, "blob", or "download": then the user
 * picks a file, where there is a picker and they have just clicked; else the browser downloads it.
 */
export async function sinkFor(to, file) {
  if (typeof to?.createWritable === "function") return streamed(await to.createWritable(), to.name);
  if (typeof to?.getWriter === "function") return streamed(to);
  if (to === "blob") return held(file, (blob) => ({ blob }));
  if (to !== "download") {
    throw new TypeError(`export: \`to\` must be a FileSystemFileHandle, a WritableStream, "download" or "blob", not ${typeof to}`);
  }
  if (globalThis.showSaveFilePicker && navigator.userActivation?.isActive) {
    const accept = { [file.type]: [`.${file.extension.split(".").at(-1)}`] };
    const handle = await showSaveFilePicker({ suggestedName: file.name, types: [{ accept }] });
    return streamed(await handle.createWritable(), handle.name);
  }
  if (!globalThis.document) throw new TypeError('export: only a page can download; here use `to: "blob"`');
  return held(file, (blob) => download(blob, file.name));
}

function streamed(stream, name) {
  const writer = stream.getWriter();
  const utf8 = new TextEncoder();
  return {
    name,
    async write(text) {
      const bytes = utf8.encode(text);
      await writer.ready;
      await writer.write(bytes);
      return bytes.length;
    },
    async close() {
      await writer.close();
    },
    async abort(reason) {
      await writer.abort(reason).catch(() => {}); // it may be what failed
    },
  };
}

/** Gathers a Blob out of smaller ones, so that only the last megabyte is in the page's own memory. */
function held({ type }, use) {
  const parts = [];
  let texts = [];
  let length = 0;
  const pack = () => {
    parts.push(new Blob(texts));
    texts = [];
    length = 0;
  };
  const utf8 = new TextEncoder();
  return {
    async write(text) {
      texts.push(text);
      length += text.length;
      if (length >= PART) pack();
      return utf8.encode(text).length;
    },
    async close() {
      pack();
      return use(new Blob(parts, { type }));
    },
    async abort() {
      parts.length = texts.length = 0;
    },
  };
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), LINK_LASTS);
}
