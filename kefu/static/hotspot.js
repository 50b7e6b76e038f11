import { card, choices, drawing, el, stamp } from "./card.js";

/** Places to choose in a figure, each under a frame of its own; the list below it holds the same places. */
export default card((context) => {
  const { text, words } = context, ids = Object.keys(text.options);
  const list = choices({ ...context, tries: 0 }, "checkbox"); // the places of a figure keep their letters
  const inputs = Object.fromEntries([...list.node.querySelectorAll("input")].map((input) => [input.value, input]));
  const frames = Object.fromEntries(ids.map((id, n) => [id, el("button", {
    type: "button", role: "checkbox", class: "kefu-region", "data-region": id, "aria-label": text.options[id].replaceAll("**", ""),
    onclick: () => inputs[id].click(),
  }, el("span", { class: "kefu-letter", "aria-hidden": "true" }, String.fromCharCode(65 + n)))]));
  const figure = drawing(text.figure, text.stem);
  figure.append(...Object.values(frames));

  /** Lay every frame over its region, in percent of the figure; the smaller lies over the larger. */
  function lay() {
    const whole = figure.getBoundingClientRect();
    if (!whole.width) return; // not shown yet
    for (const id of ids) {
      const { x, y, width, height } = figure.querySelector(`svg [data-region="${id}"]`).getBoundingClientRect();
      Object.assign(frames[id].style, {
        left: `${(100 * (x + width / 2 - whole.x)) / whole.width}%`, top: `${(100 * (y + height / 2 - whole.y)) / whole.height}%`,
        width: `${(100 * width) / whole.width}%`, height: `${(100 * height) / whole.height}%`,
        zIndex: Math.round(1000 * (1 - (width * height) / (whole.width * whole.height))),
      });
    }
  }
  new ResizeObserver(lay).observe(figure);
  return {
    node: el("div", {}, el("p", { class: "kefu-note" }, words.point), figure, list.node),
    show(response, feedback) {
      list.show(response ?? [], feedback);
      for (const id of ids) {
        const key = feedback?.key.includes(id), mine = inputs[id].checked;
        frames[id].setAttribute("aria-checked", String(mine));
        frames[id].dataset.verdict = feedback && (key || mine) ? (key ? "right" : "wrong") : "";
        stamp(frames[id], frames[id].dataset.verdict, words);
      }
    },
    explain: list.explain,
  };
}, { drawn: true });
