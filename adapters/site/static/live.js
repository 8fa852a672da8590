// Votes as they change, and voting without leaving the page. Everything works without this file.
"use strict";
(() => {
  const MOST = 200; // papers that the server watches for one page

  const nodes = () => [...document.querySelectorAll("[data-votes]")];

  const show = (id, count) => {
    for (const node of nodes()) {
      if (node.dataset.votes === id) node.textContent = String(count);
    }
  };

  // A hidden page listens to nothing: browsers keep six connections to a site, all tabs together.
  let stream = null;

  const listen = () => {
    const ids = [...new Set(nodes().map((node) => node.dataset.votes))].slice(0, MOST);
    if (stream || document.hidden || !ids.length) return;
    stream = new EventSource(`/live?ids=${ids.map(encodeURIComponent).join(",")}`);
    stream.onmessage = (event) => {
      for (const [id, count] of Object.entries(JSON.parse(event.data))) show(id, count);
    };
  };

  const rest = () => {
    stream?.close();
    stream = null;
  };

  const cast = async (form) => {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok) throw new Error(`the vote was answered with ${answer.status}`);
    return answer.json();
  };

  const mark = (paper, { votes, mine, said }) => {
    show(paper, votes);
    for (const form of document.querySelectorAll("form[data-vote]")) {
      if (form.elements.paper.value !== paper) continue;
      form.elements.vote.value = mine > 0 ? "off" : "on";
      form.querySelector("button").setAttribute("aria-pressed", String(mine > 0));
    }
    const line = document.querySelector("[data-said]"); // read aloud; the button shows it
    if (line) line.textContent = said;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-vote]")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    try {
      mark(form.elements.paper.value, await cast(form));
    } catch {
      form.submit(); // the page that comes says what is wrong
    }
    delete form.dataset.busy;
  });

  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", listen);
})();
