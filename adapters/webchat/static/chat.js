// Shows new messages, sends forms without a reload, completes commands. The page also works without this script.
"use strict";
const body = document.body, channel = body.dataset.channel, csrf = body.dataset.csrf;
const $ = (selector, root = document) => root.querySelector(selector);
const panes = { stream: $("#stream"), thread: $("#thread") };
let thread = body.dataset.thread;

// ---- times in the reader's time zone
const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat([], { dateStyle: "full", timeStyle: "short" });
function localise(root) {
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    time.textContent = clock.format(at);
    time.title = full.format(at);
  }
}

// ---- a draft survives a reload
const FIELDS = ".text, .fill-in input:not([type=hidden]), .fill-in select";
function draftKey(field) { return `draft ${channel} ${thread} ${field.id}`; }
function storeDraft(field, words) {
  try { if (words === null) sessionStorage.removeItem(draftKey(field)); else sessionStorage.setItem(draftKey(field), words); }
  catch { /* storage is blocked */ }
}
function restoreDrafts(root) {
  for (const field of root.querySelectorAll(FIELDS)) {
    try { field.value = sessionStorage.getItem(draftKey(field)) ?? field.value; } catch { /* storage is blocked */ }
  }
}
document.addEventListener("input", (event) => { if (event.target.matches(FIELDS)) storeDraft(event.target, event.target.value); });

// ---- new and changed messages
function element(piece) {
  const holder = document.createElement("template");
  holder.innerHTML = piece.html;  // rendered and escaped by our server
  holder.content.firstElementChild.dataset.seq = piece.seq;
  localise(holder.content);
  restoreDrafts(holder.content);
  return holder.content.firstElementChild;
}
function atEnd(pane) { return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 120; }
let opening;
function showPiece(piece) {
  // Opened before the first papers were posted: show their thread as soon as it exists.
  if ("waiting" in body.dataset && piece.thread) { clearTimeout(opening); opening = setTimeout(() => location.reload(), 400); }
  const pane = panes[piece.pane];
  const known = $(`[data-id="${CSS.escape(piece.id)}"]`, pane);
  if (known && Number(known.dataset.seq) > Number(piece.seq)) return known;  // the event stream was faster than the answer
  if (known) return replaceMessage(known, element(piece));
  if (piece.pane === "thread" ? !thread || piece.thread !== thread : piece.thread) return null;
  const shown = [...pane.querySelectorAll(".message")], next = shown.find((other) => other.dataset.id > piece.id);
  if (next && next === shown[0]) return null;  // older than what this page shows
  const follow = atEnd(pane), fresh = element(piece);
  fresh.classList.add("fresh");
  if (next) next.before(fresh);
  else if (piece.pane === "stream") {
    if (!$(`.day[data-day="${piece.day}"]`, pane)) pane.insertBefore(dayLine(piece.day), $(".empty", pane));
    $(".empty", pane).hidden = true;
    pane.insertBefore(fresh, $(".empty", pane));
  } else pane.append(fresh);
  if (follow) fresh.scrollIntoView({ block: "nearest" });
  return fresh;
}
function replaceMessage(old, now) {  // keeps the focus and an open menu
  const focused = document.activeElement, picker = $(".picker[open]", old);
  const buttons = "form.content button, form.reactions button", place = [...old.querySelectorAll(buttons)].indexOf(focused);
  const same = place >= 0 ? `button[value="${CSS.escape(focused.value)}"]` : null;
  old.replaceWith(now);
  if (picker) $(".picker", now).open = true;
  if (same) ($(same, now) || now.querySelectorAll(buttons)[place])?.focus();  // a pressed vote has another value
  return now;
}
function dayLine(day) {
  const line = document.createElement("h2"), words = document.createElement("span");
  line.className = "day"; line.dataset.day = day;
  words.textContent = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, { dateStyle: "full", timeZone: "UTC" }).format(new Date(day));
  line.append(words);
  return line;
}
let source, position = body.dataset.position;
function listen() {
  source = new EventSource(`/events?channel=${encodeURIComponent(channel)}&since=${encodeURIComponent(position)}`);
  source.addEventListener("pieces", (event) => { position = event.lastEventId; JSON.parse(event.data).forEach(showPiece); });
  source.addEventListener("unread", (event) => { position = event.lastEventId; markUnread(JSON.parse(event.data)); });
  source.addEventListener("reload", () => location.reload());  // the server no longer knows what changed since
  source.onopen = () => { $(".banner").hidden = true; };
  source.onerror = () => {
    $(".banner").hidden = false;
    const refused = source;  // too many open pages, for example: only then the browser doesn't try again itself
    if (refused.readyState === EventSource.CLOSED) setTimeout(() => { if (source === refused && !document.hidden) listen(); }, 10_000);
  };
}
function markUnread(name) {
  const link = $(`.side a[data-name="${CSS.escape(name)}"]`);
  if (link) link.classList.add("unread");
}
// A browser allows six connections to a server: a hidden tab closes its own.
document.addEventListener("visibilitychange", () => { if (document.hidden) source.close(); else listen(); });

// ---- sending
let fading;
function showToast(words) {
  const box = $(".toast");
  box.textContent = words; box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { box.hidden = true; }, 4500);
}
function focusAnswer(shown, form) {  // scroll to the answer, and focus what can be filled in next
  const filling = form.classList.contains("fill-in");
  if (filling || shown.classList.contains("fresh")) shown.scrollIntoView({ block: "nearest" });
  const next = $(`div.content :is(${FIELDS})`, shown) || (filling && $("form.content button, summary", shown));
  if (next) next.focus();
}
function moveBelow(form, shown) {  // an answer to a button stands under the message of the button, not below ten others
  const asked = form.closest(".message");
  if (asked && form.matches(".content") && shown.matches(".private.fresh") && asked.parentElement === shown.parentElement) asked.after(shown);
}
async function send(form, action, data) {
  try {
    const answer = await fetch(action, {
      method: "POST", body: new URLSearchParams(data), headers: { Accept: "application/json", "X-CSRF": csrf },
    });
    if (!answer.ok) { showToast(await answer.text()); return false; }
    const { toast: words, pieces } = await answer.json();
    pieces.map(showPiece).filter(Boolean).forEach((shown) => { moveBelow(form, shown); focusAnswer(shown, form); });
    if (words) showToast(words);
    return true;
  } catch { showToast(document.body.dataset.lost); return false; }
}
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".composer, .content, .reactions, .fill-in")) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);  // before the text field is emptied
  const field = $(".text", form), typed = field && field.value;
  if (field) { if (!typed.trim()) return; field.value = ""; closeChoices(); }
  const from = event.submitter, picker = from && from.closest(".picker");
  if (picker) picker.open = false;
  // By attribute: `form.action` is the button with that name.
  const action = (from && from.getAttribute("formaction")) || form.getAttribute("action");
  for (const sent of form.querySelectorAll(FIELDS)) storeDraft(sent, null);
  if (!(await send(form, action, data)) && field) field.value = typed;
});

// ---- completion
const text = $("#text"), choices = $("#choices"), NAME = "/papers";
let chosen = -1, requests = 0;
function closeChoices() { requests += 1; choices.hidden = true; chosen = -1; text.setAttribute("aria-expanded", "false"); text.removeAttribute("aria-activedescendant"); }
async function offerChoices() {
  const typed = text.value, request = ++requests;
  if (!typed.startsWith("/")) return closeChoices();
  let found = NAME.startsWith(typed) && typed !== NAME ? [["", ""]] : [];
  if (typed.startsWith(NAME + " ")) {
    const answer = await fetch(`/complete?text=${encodeURIComponent(typed.slice(NAME.length + 1))}`).catch(() => null);
    found = answer && answer.ok ? await answer.json() : [];
  }
  if (request !== requests || document.activeElement !== text) return;  // the text has changed since
  const picked = chosen >= 0 ? choices.children[chosen].dataset.text : null;
  choices.replaceChildren(...found.map(([words, about], n) => {
    const item = document.createElement("li"), what = document.createElement("small");
    item.id = `choice-${n}`; item.role = "option"; item.textContent = item.dataset.text = `${NAME} ${words}`.trim();
    if (about) { what.textContent = about; item.append(" ", what); }
    item.addEventListener("mousedown", (event) => { event.preventDefault(); takeChoice(item); });
    return item;
  }));
  chosen = -1;
  text.removeAttribute("aria-activedescendant");
  const still = [...choices.children].findIndex((item) => item.dataset.text === picked);
  if (still >= 0) moveChoice(still + 1);
  choices.hidden = !found.length;
  text.setAttribute("aria-expanded", String(!choices.hidden));
}
function takeChoice(item) { text.value = item.dataset.text + " "; closeChoices(); text.focus(); offerChoices(); }
function moveChoice(step) {
  const items = [...choices.children];
  chosen = chosen < 0 && step < 0 ? items.length - 1 : (chosen + step + items.length) % items.length;
  items.forEach((item, n) => item.setAttribute("aria-selected", String(n === chosen)));
  text.setAttribute("aria-activedescendant", items[chosen].id);
}
text.addEventListener("input", offerChoices);
text.addEventListener("blur", closeChoices);
text.addEventListener("keydown", (event) => {
  if (choices.hidden) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); moveChoice(event.key === "ArrowDown" ? 1 : -1); }
  else if (event.key === "Tab" || (event.key === "Enter" && chosen >= 0)) { event.preventDefault(); takeChoice(choices.children[Math.max(chosen, 0)]); }
  else if (event.key === "Escape") { event.stopPropagation(); closeChoices(); }
});

// ---- commands in answers: a click writes them into the message box
document.addEventListener("click", (event) => {
  const command = event.target.closest(".content code");
  if (!command || !command.textContent.startsWith(NAME) || command.closest("a, button")) return;
  text.value = command.textContent.replace(/(?<= )[[A-Z].*$/, "");  // up to what the reader has to fill in
  text.focus();
  offerChoices();
});

// ---- the rest
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const picker = $(".picker[open]");
  if (picker) { picker.open = false; $("summary", picker).focus(); }
  else if (body.classList.contains("menu-open")) body.classList.remove("menu-open");
  else if (thread) location.href = `/c/${channel}`;
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".picker[open]")) if (!open.contains(event.target)) open.open = false;
});
const menu = $(".menu"), theme = $(".theme");
menu.hidden = theme.hidden = false;
menu.addEventListener("click", () => body.classList.toggle("menu-open"));
$("main").addEventListener("click", (event) => { if (!menu.contains(event.target)) body.classList.remove("menu-open"); });
let stored = null;
try { stored = localStorage.getItem("theme"); } catch { /* storage is blocked */ }
if (stored) document.documentElement.dataset.theme = stored;
theme.addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).colorScheme.trim() === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("theme", document.documentElement.dataset.theme); } catch { /* storage is blocked */ }
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches(".picker") && event.target.open) $(".faces", event.target).scrollIntoView({ block: "nearest" });
}, true);

localise(document);
restoreDrafts(document);
panes.stream.style.scrollBehavior = "auto";
// The newest message from its beginning: it may be taller than the page.
const newest = [...panes.stream.querySelectorAll(".message")].at(-1);
panes.stream.scrollTop = newest ? Math.min(panes.stream.scrollHeight, newest.offsetTop - panes.stream.offsetTop - 48) : 0;
const firstReply = panes.thread.querySelectorAll(".message")[1];
panes.thread.scrollTop = firstReply && body.classList.contains("opened") ? firstReply.offsetTop - panes.thread.offsetTop : 0;
if (!$(".toast").hidden) showToast($(".toast").textContent);
if (!document.hidden) listen();
