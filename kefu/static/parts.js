// What views are made of: elements, text, signs, fields, dragging, choices and scales.

/** Make an element; children are nodes or plain text, never HTML. */
export function el(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  node.setAttribute("data-lm-suppress-shortcuts", ""); // else JupyterLab takes the arrows and the letters for itself
  for (const [name, value] of Object.entries(attrs)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

/** Make an SVG element. */
export function svg(tag, attrs = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attrs)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** The outer element of a card. */
export function sheet(lang, attrs, ...children) {
  return el("section", { class: "kefu", lang: lang === "zh" ? "zh-CN" : lang, ...attrs }, ...children);
}

/** Item text as nodes: **bold**, `code`, and line breaks are its only markup. */
export function rich(text) {
  const coded = (line) => line.split(/`([^`]+)`/).map((part, i) => (i % 2 ? el("code", {}, part) : part));
  return text.split("**").map((part, i) => {
    const lines = part.split("\n").flatMap((line, n) => (n ? [el("br"), ...coded(line)] : coded(line)));
    return i % 2 ? el("strong", {}, ...lines) : el("span", {}, ...lines);
  });
}

/** Fill a phrase's {names}. */
export function fill(phrase, values) {
  return phrase.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
export const empty = (r) => r == null || (typeof r === "object" && Object.keys(r).length === 0);
const SIGNS = { right: "✓", partly: "◐", wrong: "✗", blank: "–", invalid: "!", noted: "✎", key: "→" };
export const sign = (verdict) => el("span", { class: `kefu-sign kefu-${verdict}`, "aria-hidden": "true" }, SIGNS[verdict]);

/** Put a verdict's sign on a node, its word for those who do not see it; nothing without a verdict. */
export function stamp(node, verdict, words) {
  node.querySelector(".kefu-stamp")?.remove();
  if (verdict) node.append(el("span", { class: "kefu-stamp" }, sign(verdict), el("span", { class: "kefu-said" }, words[verdict])));
}

/** A rationale with its sign and what it speaks of. */
export function reason(verdict, label, text) {
  return el("p", { class: "kefu-reason" }, sign(verdict), el("span", {}, el("b", {}, ...rich(label)), el("br"), ...rich(text)));
}

/** Numbers as a table, folded behind its name; the first row and every row's first cell are headings. */
export function table(name, [head, ...rows]) {
  const line = ([first, ...cells]) => el("tr", {}, el("th", { scope: "row" }, first), ...cells.map((cell) => el("td", {}, String(cell))));
  return el("details", { class: "kefu-table" }, el("summary", {}, name), el("table", {},
    el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, cell)))), el("tbody", {}, ...rows.map(line))));
}

/** The same things in another order for every try, the same at every look (Mulberry32 and Fisher-Yates). */
export function shuffled(things, tries) {
  if (!tries) return things;
  const mixed = [...things];
  let seed = tries * 0x9e3779b9;
  for (let n = mixed.length - 1; n > 0; n--) {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    const other = ((bits ^ (bits >>> 14)) >>> 0) % (n + 1);
    [mixed[n], mixed[other]] = [mixed[other], mixed[n]];
  }
  return mixed;
}

/** A line to write in; `written` hears of every change, but not of letters that an input method still puts together. */
export function field(attrs, written) {
  return el("input", {
    type: "text", class: "kefu-field", autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...attrs,
    oninput: (event) => { if (!event.isComposing) written(); }, oncompositionend: written,
  });
}
export const TYPING = 700, LONGEST = 4000; // ms after the last letter, and after the first, until an answer is saved
/** Show what is recorded, unless the learner is writing there. */
export const renew = (input, value) => { if (!input.matches(":focus")) input.value = value; };

/** Let a card follow the pointer, a finger by the card's grip; `drop` is told what lies under the pointer at the end. */
export function drag(event, drop) {
  const moving = event.currentTarget, x = event.clientX, y = event.clientY;
  const swipe = event.pointerType === "touch" && !event.target.closest(".kefu-grip");
  if (event.button || swipe || moving.closest("fieldset").disabled) return;
  let moved = false;
  const over = (at) => {
    moved ||= Math.hypot(at.clientX - x, at.clientY - y) > 8;
    if (moved) moving.style.transform = `translate(${at.clientX - x}px, ${at.clientY - y}px)`;
    moving.classList.toggle("kefu-dragged", moved);
  };
  const click = (late) => { if (moved) late.stopImmediatePropagation(); }; // the click at the end of a drag picks nothing
  const end = (at) => {
    for (const [name, heard] of watched) removeEventListener(name, heard);
    moving.style.transform = "";
    moving.classList.remove("kefu-dragged");
    setTimeout(() => moving.removeEventListener("click", click, true));
    if (moved && at.type === "pointerup") drop(moving.getRootNode().elementFromPoint(at.clientX, at.clientY));
  };
  const watched = [["pointermove", over], ["pointerup", end], ["pointercancel", end]];
  for (const [name, heard] of watched) addEventListener(name, heard);
  moving.addEventListener("click", click, true);
}

/** An item's drawing, made of SVG elements only: the bank lets no scripts, styles or links into one. */
export function drawing(svg, label) {
  const found = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  found.setAttribute("role", "img");
  found.setAttribute("aria-label", label);
  return el("div", { class: "kefu-figure" }, document.importNode(found, true));
}

/** The body of the choice kinds: labelled radios or checkboxes, the whole row the target. */
export function choices({ text, words, uid, tries, answer }, type) {
  const ids = shuffled(Object.keys(text.options), tries);
  const chosen = () => ids.filter((id) => rows[id].querySelector("input").checked);
  const rows = Object.fromEntries(ids.map((id, n) => [id, el("label", { class: "kefu-option" },
    el("input", { type, name: uid, value: id, onchange: () => answer(type === "radio" ? chosen()[0] : chosen()) }),
    el("span", { class: "kefu-letter", "aria-hidden": "true" }, String.fromCharCode(65 + n)),
    el("span", { class: "kefu-text" }, ...rich(text.options[id])))]));
  const list = (response) => (Array.isArray(response) ? response : [response]);
  return {
    node: el("div", { class: "kefu-options" },
      el("p", { class: "kefu-note" }, type === "radio" ? words.onlyone : words.several), ...Object.values(rows)),
    show(response, feedback) {
      for (const id of ids) {
        rows[id].querySelector("input").checked = list(response).includes(id);
        rows[id].querySelector(".kefu-sign")?.remove();
        const key = feedback && list(feedback.key).includes(id), mine = list(response).includes(id);
        if (feedback && (key || mine)) rows[id].append(sign(key ? "right" : "wrong"));
      }
    },
    explain({ key, response, rationale }) {
      const row = (id) => reason(list(key).includes(id) ? "right" : "wrong", text.options[id], rationale[id]);
      const mine = list(response), best = list(key).filter((id) => !mine.includes(id));
      const others = ids.filter((id) => !mine.includes(id) && !best.includes(id));
      const part = (title, found) => (found.length ? [el("p", { class: "kefu-title" }, title), ...found.map(row)] : []);
      return el("div", {}, ...part(words.yours, mine), ...part(words.best, best),
        others.length ? el("details", {}, el("summary", {}, words.others), ...others.map(row)) : null);
    },
  };
}

/** Rows to rate, each on the same labelled steps: a group of radios a row. */
export function scale({ text, uid, answer }, steps) {
  const ids = Object.keys(text.options);
  const rows = Object.fromEntries(ids.map((id) => [id,
    el("div", { class: "kefu-scale", role: "radiogroup", "aria-labelledby": `${uid}-${id}`, "data-row": id },
      el("p", { id: `${uid}-${id}` }, ...rich(text.options[id])),
      el("div", { class: "kefu-five" }, ...steps.map((step, n) => el("label", { class: "kefu-rate" },
        el("input", { type: "radio", name: `${uid}-${id}`, value: n + 1, onchange: () => answer(chosen()) }), el("span", {}, step)))))]));
  const marked = ids.map((id) => [id, () => rows[id].querySelector("input:checked")]);
  const chosen = () => Object.fromEntries(marked.flatMap(([id, found]) => (found() ? [[id, Number(found().value)]] : [])));
  return {
    rows,
    show(response) {
      for (const id of ids) rows[id].querySelectorAll("input").forEach((input, n) => { input.checked = response?.[id] === n + 1; });
    },
  };
}
