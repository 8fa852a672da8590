// Shows votes as they change, and votes without leaving the page. Everything works without this file.
"use strict";
(() => {
  const MAX_IDS = 200; // papers that the server watches for one page

  const countNodes = () => [...document.querySelectorAll("[data-votes]")];

  const showCount = (id, count) => {
    for (const node of countNodes()) {
      if (node.dataset.votes !== id) continue;
      node.textContent = String(count);
      const here = node.closest(".votes-here"); // nothing is shown where no one voted
      if (!here) continue;
      here.hidden = count === 0;
      here.querySelector("[data-word]").textContent = count === 1 ? "vote" : "votes";
    }
  };

  // A hidden page has no stream: browsers keep six connections to a site, in all tabs together.
  let stream = null;

  const openStream = () => {
    const ids = [...new Set(countNodes().map((node) => node.dataset.votes))].slice(0, MAX_IDS);
    if (stream || document.hidden || !ids.length) return;
    stream = new EventSource(`/live?ids=${ids.map(encodeURIComponent).join(",")}`);
    stream.onmessage = (event) => {
      for (const [id, count] of Object.entries(JSON.parse(event.data))) showCount(id, count);
    };
  };

  const closeStream = () => {
    stream?.close();
    stream = null;
  };

  const sendVote = async (form) => {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok) throw new Error(`vote failed: ${answer.status}`);
    return answer.json();
  };

  const showVote = (paper, { votes, own_vote, text }) => {
    showCount(paper, votes);
    for (const form of document.querySelectorAll("form[data-vote]")) {
      if (form.elements.paper.value !== paper) continue;
      form.elements.vote.value = own_vote > 0 ? "off" : "on";
      form.querySelector("button").setAttribute("aria-pressed", String(own_vote > 0));
      form.querySelector("[data-word]").textContent = own_vote > 0 ? "Voted" : "Vote";
    }
    const status = document.querySelector("[data-status]"); // for screen readers; others see the button
    if (status) status.textContent = text;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-vote]")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    try {
      showVote(form.elements.paper.value, await sendVote(form));
    } catch {
      form.submit(); // the page that follows says what is wrong
    }
    delete form.dataset.busy;
  });

  const field = document.querySelector("input[list=suggestions]");
  let waiting = 0;
  field?.addEventListener("input", () => {
    clearTimeout(waiting);
    const typed = field.value;
    waiting = setTimeout(async () => {
      const answer = await fetch(`/search/suggestions?q=${encodeURIComponent(typed)}`).catch(() => null);
      if (answer?.ok && field.value === typed) field.list.innerHTML = await answer.text(); // escaped there
    }, 150);
  });

  document.addEventListener("visibilitychange", () => (document.hidden ? closeStream() : openStream()));
  window.addEventListener("pagehide", closeStream);
  window.addEventListener("pageshow", openStream);
})();
