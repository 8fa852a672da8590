// Browsers start no worker for a page that is read from a disk. This stands in for it there, so that search works: a
// hidden frame that runs the worker's script and passes messages on.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(script) {
      super();
      this.waiting = [];
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.srcdoc = "<!doctype html>";
      frame.addEventListener("load", () => this.run(frame.contentWindow, script), { once: true });
      document.body.append(frame);
    }
    run(inner, script) {
      const load = (url) =>
        new Promise((loaded, failed) => {
          const tag = inner.document.createElement("script");
          Object.assign(tag, { src: url, onload: loaded, onerror: failed });
          inner.document.head.append(tag);
        });
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inner.importScripts = (...urls) => urls.reduce((before, url) => before.then(() => load(url)), Promise.resolve());
      load(script).then(() => {
        this.postMessage = (data) => inner.dispatchEvent(new inner.MessageEvent("message", { data }));
        this.waiting.forEach((data) => this.postMessage(data));
      });
    }
    postMessage(data) {
      this.waiting.push(data);
    }
  };
}
