import { card, el, fill, reason, rich, shuffled, stamp } from "./card.js";

/** Steps to drag, to move by arrow buttons, or to lift and move by keyboard. */
export default card(({ text, words, uid, tries, answer, say }) => {
  const ids = Object.keys(text.options);
  const dealt = shuffled(ids, tries);
  let order = [...dealt], lifted = null, before = null, given = false;
  const name = (id) => text.options[id].replaceAll("**", "");
  const list = el("ol", { class: "kefu-steps", "aria-describedby": `${uid}-lift` });
  const keep = el("button", { type: "button", class: "kefu-keep", onclick: () => commit() }, words.keeporder);

  function commit() {
    given = true;
    answer([...order]);
  }
  function move(id, to) {
    const place = Math.max(0, Math.min(ids.length - 1, to));
    order = order.filter((other) => other !== id);
    order.splice(place, 0, id);
    draw();
    return place;
  }
  function settle(id) {
    lifted = null;
    commit();
    say(fill(words.dropped, { text: name(id), n: order.indexOf(id) + 1 }));
  }
  function keys(event, id) {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (event.key === " " || event.key === "Enter") {
      if (lifted === id) settle(id);
      else { lifted = id; before = [...order]; say(fill(words.lifted, { text: name(id) })); draw(); }
    } else if (event.key === "Escape" && lifted) {
      order = before; lifted = null; say(fill(words.cancelled, { text: name(id) })); draw();
    } else if (step && lifted === id) {
      say(fill(words.place_of, { n: move(id, order.indexOf(id) + step) + 1, total: ids.length }));
    } else if (step) {
      rows[order[order.indexOf(id) + step]]?.step.focus();
      event.preventDefault();
      return;
    } else return;
    event.preventDefault();
    focus(id);
  }
  const focus = (id) => rows[id].step.focus();
  function drag(event, id) {
    const grip = event.currentTarget;
    if (grip.closest("fieldset").disabled) return;
    event.preventDefault();
    before = [...order]; lifted = id; draw();
    const over = ({ clientY }) => {
      const to = [...list.children].findIndex((row) => clientY < row.getBoundingClientRect().bottom);
      if (order.indexOf(id) !== (to < 0 ? ids.length - 1 : to)) move(id, to < 0 ? ids.length - 1 : to);
    };
    const end = ({ type }) => {
      removeEventListener("pointermove", over);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      if (type === "pointerup") settle(id);
      else { order = before; lifted = null; draw(); }
    };
    addEventListener("pointermove", over);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }
  function nudge(id, by) {
    move(id, order.indexOf(id) + by);
    settle(id);
    focus(id);
  }
  const rows = Object.fromEntries(ids.map((id) => {
    const letter = el("span", { class: "kefu-letter" }), arrow = (by, label, face) => el("button", {
      type: "button", class: "kefu-arrow", "aria-label": fill(label, { text: name(id) }), onclick: () => nudge(id, by),
    }, face);
    const up = arrow(-1, words.up, "↑"), down = arrow(1, words.down, "↓");
    const step = el("button", { type: "button", class: "kefu-card", onkeydown: (event) => keys(event, id) },
      letter, el("span", { class: "kefu-text" }, ...rich(text.options[id])));
    const grip = el("span", { class: "kefu-grip", "aria-hidden": "true", onpointerdown: (event) => drag(event, id) }, "⠿");
    return [id, { line: el("li", { "data-step": id }, grip, step, up, down), step, letter, up, down }];
  }));
  function draw() {
    order.forEach((id, n) => {
      const { line, step, letter, up, down } = rows[id];
      if (list.children[n] !== line) list.insertBefore(line, list.children[n] ?? null);
      line.classList.toggle("kefu-lifted", lifted === id);
      step.setAttribute("aria-pressed", String(lifted === id));
      letter.textContent = n + 1;
      up.disabled = n === 0;
      down.disabled = n === ids.length - 1;
    });
    keep.hidden = given;
  }
  return {
    node: el("div", {}, el("p", { class: "kefu-note", id: `${uid}-lift` }, words.lift), list, keep),
    show(response, feedback) {
      const fits = Array.isArray(response) && [...response].sort().join() === [...ids].sort().join();
      given = fits;
      if (lifted) return;
      order = fits ? [...response] : [...dealt];
      draw();
      for (const id of ids) stamp(rows[id].step, feedback && (feedback.parts[id] ? "right" : "wrong"), words);
    },
    explain({ key, response, rationale }) {
      const row = (id, n) => reason(response[n] === id ? "right" : "key", `${n + 1}. ${text.options[id]}`, rationale[id]);
      return el("div", {}, el("p", { class: "kefu-title" }, words.order), ...key.map(row));
    },
  };
});
