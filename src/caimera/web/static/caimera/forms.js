// Forms that are written over days: kept as one writes, words counted, questions shown when they apply. All of it works without.
"use strict";

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const said = document.getElementById("saved");
  let waiting = 0;

  // What is given now to a question, whatever it is made of.
  const given = (name) => new FormData(form).getAll(name);

  function applies(part) {
    const [name, values] = part.dataset.shownIf.split("=");
    const asked = form.querySelector(`[name="${name}"]`);
    const hidden = asked && asked.closest("[data-shown-if]")?.hidden;
    return !hidden && values.split(" ").some((value) => given(name).includes(value));
  }

  function show() {
    for (const part of form.querySelectorAll("[data-shown-if]")) {
      part.hidden = !applies(part);
      for (const sentence of part.querySelectorAll("[data-condition]")) sentence.hidden = true;
    }
  }

  function count() {
    for (const line of form.querySelectorAll("[data-words-of]")) {
      const words = document.getElementById(line.dataset.wordsOf).value.trim().split(/\s+/).filter(Boolean).length;
      line.querySelector("span").textContent = words;
      line.toggleAttribute("data-over", words > Number(line.dataset.most));
    }
  }

  async function save() {
    const sent = new FormData(form);
    for (const name of [...sent.keys()]) if (name.startsWith("file-")) sent.delete(name);
    const body = new URLSearchParams(sent);
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { "X-Autosave": "1" }, body });
      const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      said.textContent = answer.ok ? `${form.dataset.saved} ${time}` : form.dataset.unsaved;
    } catch {
      said.textContent = form.dataset.unsaved;
    }
  }

  // A file that is too large is told before it is sent.
  function weigh(input) {
    const large = [...input.files].some((file) => file.size > Number(form.dataset.largest));
    input.setCustomValidity(large ? form.dataset.tooLarge : "");
    if (large) { input.reportValidity(); input.value = ""; }
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") { weigh(event.target); return; }
    count();
    show();
    window.clearTimeout(waiting);
    waiting = window.setTimeout(save, 3000);
  });
  form.addEventListener("submit", () => window.clearTimeout(waiting));
  count();
  show();
}
