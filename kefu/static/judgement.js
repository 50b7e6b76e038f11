import { card, el, fill, reason, scale, sign, table } from "./card.js";

/** Actions to rate; after marking, the panel's counts stand as bars over the steps. */
export default card((context) => {
  const { text, words } = context;
  const ids = Object.keys(text.options), steps = [1, 2, 3, 4, 5].map((n) => words[`fit_${n}`]);
  const letter = (id) => String.fromCharCode(65 + ids.indexOf(id));
  const { rows, show } = scale(context, steps);
  for (const id of ids) rows[id].firstChild.prepend(el("span", { class: "kefu-letter" }, letter(id)));
  const verdict = ({ key, parts, response }, id) =>
    (parts[id] ? "right" : !response?.[id] ? "blank" : key[id][response[id] - 1] ? "partly" : "wrong");
  const commonest = (counts) => steps.filter((_, n) => counts[n] === Math.max(...counts)).join(words.or);

  function panel(id, counts) {
    const total = counts.reduce((sum, n) => sum + n);
    rows[id].querySelectorAll(".kefu-rate").forEach((cell, n) => {
      const bar = el("span", { class: "kefu-panel" }, fill(words.people, { n: counts[n] }), el("i"));
      bar.lastChild.style.height = `${(3 * counts[n]) / total}rem`;
      cell.prepend(bar);
    });
  }
  return {
    node: el("div", {}, el("p", { class: "kefu-note" }, words.rate), ...Object.values(rows)),
    show(response, feedback) {
      show(response);
      if (!feedback || rows[ids[0]].querySelector(".kefu-panel")) return;
      for (const id of ids) {
        panel(id, feedback.key[id]);
        rows[id].firstChild.append(sign(verdict(feedback, id)));
      }
    },
    explain(feedback) {
      const { key, response, rationale } = feedback;
      const row = (id) => {
        const said = { mine: steps[response?.[id] - 1] ?? words.blank, most: commonest(key[id]) };
        return reason(verdict(feedback, id), `${letter(id)}. ${text.options[id]}`, `${fill(words.panel_said, said)}\n${rationale[id]}`);
      };
      return el("div", {}, el("p", { class: "kefu-title" }, words.panel), ...ids.map(row), table(words.panel_table,
        [[words.step, ...ids.map(letter)], ...steps.map((step, n) => [step, ...ids.map((id) => key[id][n])])]));
    },
  };
});
