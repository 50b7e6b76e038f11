import { TYPING, card, el, fill, reason, renew, rich } from "./card.js";

/** A text in one's own words, recorded whenever typing pauses; the criteria stand beside it. */
export default card(({ text, words, uid, practice, answer, get }) => {
  const box = el("textarea", {
    class: "kefu-essay", rows: 6, maxlength: 20000, "aria-label": words.your_text, "aria-describedby": `${uid}-count ${uid}-rubric`,
    oninput: typed, oncompositionend: typed,
    onbeforeinput: (event) => event.stopImmediatePropagation(), // else JupyterLab takes Enter for itself
  });
  const count = el("p", { class: "kefu-note", id: `${uid}-count` });
  const worth = (id) => `${text.rubric[id]} · ${fill(words.points, { n: text.worth[id] })}`;
  const rubric = el("div", { class: "kefu-rubric", id: `${uid}-rubric` }, el("p", { class: "kefu-title" }, words.rubric),
    el("ul", {}, ...Object.keys(text.rubric).map((id) => el("li", {}, ...rich(worth(id))))),
    el("p", { class: "kefu-note" }, practice ? words.compare_later : words.by_hand));
  function typed(event) {
    measure();
    if (!event.isComposing) answer(box.value.trim() ? box.value : null, TYPING); // half a word of an input method is no answer
  }
  function measure() {
    box.style.height = "auto"; // smaller first, else it never shrinks
    if (box.scrollHeight) box.style.height = `${box.scrollHeight + 2}px`;
    const parts = get("lang") === "zh" ? box.value.replace(/\s/g, "") : box.value.split(/\s+/).filter(Boolean);
    count.replaceChildren(fill(words.length, { n: parts.length })); // characters, or words
  }
  return {
    check: words.compare,
    clear: false, // no button that loses a whole text
    node: el("div", {}, rubric, box, count),
    show(response, feedback) {
      rubric.hidden = feedback != null;
      renew(box, typeof response === "string" ? response : "");
      measure();
    },
    explain({ rationale }) {
      return el("div", {}, el("p", {}, words.compare_now), ...Object.keys(text.rubric).map((id) => reason("noted", worth(id), rationale[id])));
    },
  };
});
