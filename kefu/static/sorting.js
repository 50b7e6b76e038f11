import { card, drag, el, fill, reason, rich, shuffled, stamp } from "./card.js";

/** Cards for bins: drag a card, or pick it and then its bin; what has no bin yet lies in the tray, the place "". */
export default card(({ text, words, tries, answer, say }) => {
  const ids = shuffled(Object.keys(text.options), tries);
  const plain = (found) => found.replaceAll("**", "");
  let chosen = {}, picked = null;
  const where = (id) => chosen[id] ?? "";

  function put(bin) {
    const id = picked, before = where(id);
    if (id === null) return;
    picked = null;
    if (bin === before) return tell(words.cancelled, id);
    chosen = Object.fromEntries([...Object.entries(chosen).filter(([other]) => other !== id), ...(bin ? [[id, bin]] : [])]);
    answer(chosen);
    say(fill(bin ? words.put : words.taken, { prompt: plain(text.bins[bin] ?? ""), text: plain(text.options[id]) }));
    (before ? cards[id] : places[""].inside.querySelector("button") ?? cards[id]).focus();
  }
  function tell(phrase, id) {
    draw();
    say(fill(phrase, { text: plain(text.options[id]) }));
    cards[id].focus();
  }
  /** A tap on a card picks it, or puts the picked one beside it. */
  function tap(id) {
    if (picked !== null && picked !== id && where(picked) !== where(id)) return put(where(id));
    picked = picked === id ? null : id;
    tell(picked === null ? words.cancelled : words.picked, id);
    if (picked === null) return;
    const names = open(), here = names.findIndex((name) => name.dataset.bin === where(id));
    names[(here + 1) % names.length].focus();
  }
  const open = () => [...node.querySelectorAll(".kefu-bin-name:enabled")];
  function keys(event) {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (picked === null || (!step && event.key !== "Escape")) return;
    event.preventDefault();
    if (!step) return tap(picked);
    const names = open();
    names[(names.indexOf(event.target) + step + names.length) % names.length].focus();
  }
  function drop(under, id) {
    const place = under?.closest("[data-place]");
    if (node.contains(place)) { picked = id; put(place.dataset.place); }
  }
  const cards = Object.fromEntries(ids.map((id) => [id, el("button", {
    type: "button", class: "kefu-card", "data-card": id, onclick: (event) => { event.stopPropagation(); tap(id); },
    onpointerdown: (event) => drag(event, (under) => drop(under, id)),
  }, el("span", { class: "kefu-grip", "aria-hidden": "true" }, "⠿"), el("span", { class: "kefu-text" }, ...rich(text.options[id])))]));
  const places = Object.fromEntries(Object.entries({ "": words.unsorted, ...text.bins }).map(([bin, title]) => {
    const name = el("button", { type: "button", class: "kefu-bin-name", "data-bin": bin }, ...rich(title));
    const inside = el("div", { class: "kefu-deck", "data-empty": bin ? words.slot : words.sorted });
    const box = el("div", {
      class: bin ? "kefu-bin" : "kefu-bin kefu-tray", "data-place": bin, role: "group", "aria-label": plain(title), onclick: () => put(bin),
    }, name, inside);
    return [bin, { box, name, inside }];
  }));
  const { "": tray, ...bins } = places;
  const long = Object.values(text.options).some((found) => found.length * (/[\u4e00-\u9fff]/.test(found) ? 2 : 1) > 24);
  const node = el("div", { class: "kefu-sorting", onkeydown: keys }, el("p", { class: "kefu-note" }, words.sort), tray.box,
    el("div", { class: long ? "kefu-bins kefu-long" : "kefu-bins" }, ...Object.values(bins).map(({ box }) => box)));

  function draw() {
    for (const id of ids) {
      const { inside } = places[where(id)];
      if (cards[id].parentNode !== inside) inside.append(cards[id]);
      cards[id].setAttribute("aria-pressed", String(picked === id));
    }
    for (const [bin, { box, name }] of Object.entries(places)) {
      name.disabled = picked === null || (!bin && !where(picked));
      box.classList.toggle("kefu-open", !name.disabled);
    }
  }
  return {
    node,
    show(response, feedback) {
      const fits = response && typeof response === "object" && !Array.isArray(response);
      chosen = fits ? Object.fromEntries(Object.entries(response).filter(([id, bin]) => id in cards && bin in text.bins)) : {};
      draw();
      for (const id of ids) stamp(cards[id], feedback && (feedback.parts[id] ? "right" : "wrong"), words);
    },
    explain({ key, parts, rationale }) {
      const row = (id) => reason(parts[id] ? "right" : "key", `${text.options[id]} → ${text.bins[key[id]]}`, rationale[id]);
      return el("div", {}, el("p", { class: "kefu-title" }, words.bins), ...ids.map(row));
    },
  };
});
