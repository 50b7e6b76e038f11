import { TYPING, card, el, field, reason, renew, stamp } from "./card.js";

/** A number with its unit; the item's numbers are this learner's own, so the answer names their variant. */
export default card(({ text, words, uid, answer }) => {
  const input = field({
    class: "kefu-field kefu-number", inputmode: "decimal", maxlength: 40, "aria-label": words.number, "aria-describedby": `${uid}-unit`,
  }, () => answer(input.value.trim() ? { variant: text.variant, value: input.value } : null, TYPING));
  const line = el("p", { class: "kefu-sum" }, input, el("span", { id: `${uid}-unit` }, text.unit));
  return {
    node: el("div", {}, el("p", { class: "kefu-note" }, words.write_number), line),
    show(response, feedback) {
      renew(input, typeof response?.value === "string" ? response.value : "");
      stamp(line, feedback && (feedback.parts.value ? "right" : "wrong"), words);
    },
    explain({ verdict, response, rationale }) {
      return el("div", {}, el("p", { class: "kefu-title" }, words.worked), reason(verdict, `${response.value.replace(text.unit, "").trim()} ${text.unit}`, rationale.value));
    },
  };
});
