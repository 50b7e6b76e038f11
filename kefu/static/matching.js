import { card, drag, el, fill, reason, rich, shuffled } from "./card.js";

/** Cards for prompts: pick a card and then its place, drag it there, or do the same by keyboard. */
export default card(({ text, words, uid, tries, answer, say }) => {
  const prompts = Object.keys(text.prompts), options = shuffled(Object.keys(text.options), tries);
  let chosen = {}, picked = null;
  const plain = (found) => found.replaceAll("**", "");
  const node = el("div", { class: "kefu-matching" });

  function put(prompt) {
    const option = picked ?? null;
    if (option === null) return chosen[prompt] === undefined ? undefined : take(prompt);
    const next = Object.fromEntries(Object.entries(chosen).filter(([p, o]) => p !== prompt && o !== option));
    chosen = { ...next, [prompt]: option };
    picked = null;
    answer(chosen);
    say(fill(words.put, { prompt: plain(text.prompts[prompt]), text: plain(text.options[option]) }));
    (node.querySelector(".kefu-deck .kefu-card") ?? slot(prompt)).focus();
  }
  function take(prompt) {
    const option = chosen[prompt];
    chosen = Object.fromEntries(Object.entries(chosen).filter(([p]) => p !== prompt));
    answer(chosen);
    say(fill(words.taken, { text: plain(text.options[option]) }));
    node.querySelector(`[data-option="${option}"]`)?.focus();
  }
  function pick(option) {
    picked = picked === option ? null : option;
    draw();
    if (picked === null) return node.querySelector(`[data-option="${option}"]`).focus();
    say(fill(words.picked, { text: plain(text.options[option]) }));
    slot(prompts.find((p) => chosen[p] === undefined) ?? prompts[0]).focus();
  }
  const slot = (prompt) => node.querySelector(`[data-prompt="${prompt}"]`);
  function keys(event, prompt) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) slot(prompts[prompts.indexOf(prompt) + step])?.focus();
    else if (event.key === "Escape" && picked !== null) pick(picked);
    else return;
    event.preventDefault();
  }
  function drop(under, option) {
    const row = under?.closest("[data-row]");
    if (node.contains(row)) { picked = option; put(row.dataset.row); }
  }
  function draw() {
    const free = options.filter((option) => !Object.values(chosen).includes(option));
    node.replaceChildren(el("p", { class: "kefu-note" }, words.pick),
      el("ul", { class: "kefu-pairs" }, ...prompts.map((prompt) => {
        const option = chosen[prompt];
        const label = `${plain(text.prompts[prompt])}: ${option ? plain(text.options[option]) : words.slot}`;
        return el("li", { "data-row": prompt }, el("span", { class: "kefu-prompt" }, ...rich(text.prompts[prompt])),
          el("button", {
            type: "button", class: `kefu-slot ${option ? "kefu-filled" : ""} ${picked !== null ? "kefu-open" : ""}`, "data-prompt": prompt,
            "aria-label": label, onclick: () => put(prompt), onkeydown: (event) => keys(event, prompt),
          }, ...(option ? rich(text.options[option]) : [words.slot])));
      })),
      el("div", { class: "kefu-deck", role: "group", "aria-label": words.cards }, ...free.map((option) => el("button", {
        type: "button", class: "kefu-card", "data-option": option, "aria-pressed": String(picked === option),
        onclick: () => pick(option), onpointerdown: (event) => drag(event, (under) => drop(under, option)),
        onkeydown: (event) => { if (event.key === "Escape" && picked !== null) pick(picked); },
      }, ...rich(text.options[option])))));
  }
  return {
    node,
    show(response, feedback) {
      const fits = response && typeof response === "object" && !Array.isArray(response);
      chosen = fits ? Object.fromEntries(Object.entries(response).filter(([p, o]) => p in text.prompts && o in text.options)) : {};
      draw();
      if (!feedback) return;
      for (const prompt of prompts) slot(prompt).classList.add(feedback.parts[prompt] ? "kefu-right" : "kefu-wrong");
    },
    explain({ key, parts, rationale }) {
      const row = (prompt) => reason(parts[prompt] ? "right" : "key", `${text.prompts[prompt]} → ${text.options[key[prompt]]}`, rationale[prompt]);
      const spare = options.filter((option) => !Object.values(key).includes(option));
      return el("div", {}, el("p", { class: "kefu-title" }, words.pairs), ...prompts.map(row),
        spare.length ? el("details", {}, el("summary", {}, words.others), ...spare.map((option) => reason("wrong", text.options[option], rationale[option]))) : null);
    },
  };
});
