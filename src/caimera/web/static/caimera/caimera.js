// Moves focus, announces, remembers. Every page works without it.
"use strict";

// The server says with data-focus where a person goes on after a change of the page.
function attend(root) {
  const wanted = root.querySelector("[data-focus]");
  if (wanted) wanted.focus();
}

// What a person opened stays open, and where they were they stay, when the page around them is replaced.
const before = new Map();

function remember(root) {
  const opened = new Map([...root.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
  const place = root.contains(document.activeElement) ? selector(document.activeElement) : "";
  before.set(root.id, { opened, place });
}

// What finds an element again after its page was made anew; of a disclosure it is the details that has the name.
function selector(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const named = element.matches("details[id] > summary") && element.parentElement.id;
  return named ? `#${CSS.escape(named)} > summary` : "";
}

function restore(root) {
  const { opened, place } = before.get(root.id) || { opened: new Map(), place: "" };
  for (const one of root.querySelectorAll("details[id]")) {
    if (opened.has(one.id) && !one.querySelector("[aria-invalid]")) one.open = opened.get(one.id);
  }
  const focused = place && document.querySelector(place);
  if (focused) focused.focus({ preventScroll: true });
}

document.body.addEventListener("htmx:beforeSwap", (event) => remember(event.detail.target));
document.body.addEventListener("htmx:afterSettle", (event) => {
  const root = document.getElementById(event.detail.elt.id) || event.detail.elt;
  unhide(root);
  restore(root);
  attend(root);
});

// Answers that arrive replace parts of the page that are not the target of any request.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => remember(event.detail.target));
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const root = document.getElementById(event.detail.target.id);
  if (root) restore(root);
});

// A menu made of details closes with Escape and gives the focus back.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.person-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Long lists of values can be narrowed by typing; what is ticked stays in sight.
function narrow(input) {
  const wanted = input.value.trim().toLowerCase();
  for (const field of document.getElementById(input.dataset.filters).children) {
    field.hidden = !field.textContent.toLowerCase().includes(wanted) && !field.querySelector(":checked");
  }
}

document.addEventListener("input", (event) => { if (event.target.dataset.filters) narrow(event.target); });
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).open = true;
});

// What needs this script is hidden until it runs.
function unhide(root) {
  for (const one of root.querySelectorAll(".filter, [data-print]")) one.hidden = false;
}

// The server shows times in the zone the reader's browser names here.
document.cookie = `timezone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;

unhide(document);
attend(document);
