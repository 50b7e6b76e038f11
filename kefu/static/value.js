import { card, el, empty, reason, stamp } from "./card.js";

/** The value of a variable, taken from the notebook; where there is no notebook, a sentence says where to answer. */
export default card(({ text, words, get, send }) => {
  const shown = (found) => (empty(found) ? words.no_result : JSON.stringify(found).slice(0, 1000));
  const found = el("output", {}), line = el("p", { class: "kefu-value" }, el("code", {}, `${text.name} = `, found));
  const notice = el("p", { class: "kefu-notice", role: "alert" });
  const take = el("button", { type: "button", class: "kefu-take", onclick: () => send({ do: "take" }) }, words.take);
  return {
    node: el("div", {}, get("takes") ? null : el("p", { class: "kefu-note" }, words.in_lab), line, get("takes") ? take : null, notice),
    show(response, feedback) {
      if (found.textContent !== shown(response)) found.textContent = shown(response);
      if (notice.textContent !== get("notice")) notice.textContent = get("notice");
      stamp(line, feedback && (feedback.parts.value ? "right" : "wrong"), words);
    },
    explain({ verdict, key, rationale }) {
      return el("div", {}, el("p", { class: "kefu-title" }, words.worked), reason(verdict === "right" ? "right" : "key", `${text.name} = ${JSON.stringify(key.value)}`, rationale.value));
    },
  };
});
