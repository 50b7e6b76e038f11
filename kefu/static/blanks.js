import { TYPING, card, el, field, fill, reason, renew, rich, stamp } from "./card.js";

/** A text with gaps to write in; Enter goes on to the next gap. */
export default card(({ text, words, get, answer }) => {
  // text, gap, the stops that must not begin a line, text, …
  const parts = text.text.split(/\{([a-z0-9-]+)\}([\p{Pe}\p{Pf},.;:!?，。；：！？、…]*)/u), gaps = parts.filter((_, n) => n % 3 === 1);
  const answers = () => Object.fromEntries(gaps.map((gap) => [gap, inputs[gap].value]).filter(([, written]) => written.trim()));
  function onward(event, gap) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    inputs[gaps[gaps.indexOf(gap) + 1]]?.focus();
  }
  const inputs = Object.fromEntries(gaps.map((gap, n) => [gap, field({
    "data-gap": gap, "aria-label": fill(words.gap, { n: n + 1 }), maxlength: 500, enterkeyhint: "next", onkeydown: (event) => onward(event, gap),
  }, () => answer(answers(), TYPING))]));
  const tails = Object.fromEntries(gaps.map((gap, n) => [gap, el("span", { class: "kefu-tail" }, parts[3 * n + 2])]));
  const holes = Object.fromEntries(gaps.map((gap, n) => [gap, el("span", { class: "kefu-gap" },
    el("span", { class: "kefu-letter", "aria-hidden": "true" }, n + 1), inputs[gap], tails[gap])]));
  /** The accepted answers in the learner's language; all of them where the language has none of its own. */
  const fitting = (accepted) => {
    const own = accepted.filter((one) => /[\u4e00-\u9fff]/.test(one) === (get("lang") === "zh"));
    return own.length ? own : accepted;
  };
  return {
    node: el("div", {}, el("p", { class: "kefu-note" }, words.write),
      el("p", { class: "kefu-cloze" }, ...parts.flatMap((part, n) => [rich(part), [holes[part]], []][n % 3]))),
    show(response, feedback) {
      for (const gap of gaps) {
        const verdict = feedback && (feedback.parts[gap] ? "right" : "wrong");
        renew(inputs[gap], typeof response?.[gap] === "string" ? response[gap] : "");
        stamp(holes[gap], verdict, words);
        if (verdict === "wrong") holes[gap].lastChild.append(el("b", {}, fitting(feedback.key[gap])[0]));
        (verdict ? holes[gap].lastChild : holes[gap]).append(tails[gap]);
      }
    },
    explain({ key, parts: right, rationale }) {
      const row = (gap, n) => reason(right[gap] ? "right" : "key", `${n + 1}. ${fitting(key[gap]).join(" / ")}`, rationale[gap]);
      return el("div", {}, el("p", { class: "kefu-title" }, words.accepted), ...gaps.map(row));
    },
  };
});
