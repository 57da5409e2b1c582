// The hook of the page that the inspector is in; see web/devtools/.

const HOOK = "../devtools/hook.js"; // as the built files lie: the page's clients load the same

export class PageSource {
  #hook = import(HOOK).then(({ hook }) => hook);
  #cursor;

  async read(cursor) {
    const read = (await this.#hook).read(cursor);
    this.#cursor = read.cursor; // by it the hook knows who asks
    return read;
  }

  async ask(client, what, args) { return (await this.#hook).ask(client, what, args, this.#cursor); }

  async cancel(ticket) { (await this.#hook).cancel(ticket); }
}
