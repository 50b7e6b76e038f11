import { card, el, fill, reason, rich } from "./card.js";

/** A text in one's own words, recorded whenever typing pauses; the criteria stand beside it. */
export default card(({ text, words, uid, practice, answer, typing }) => {
  let waiting, since = 0, recorded = null;
  const box = el("textarea", {
    class: "kefu-essay", rows: 6, maxlength: 20000, "aria-label": words.your_text, "aria-describedby": `${uid}-count ${uid}-rubric`,
    oninput: typed, oncompositionend: typed, onblur: record,
    onbeforeinput: (event) => event.stopImmediatePropagation(), // else JupyterLab takes Enter for itself
  });
  const count = el("p", { class: "kefu-note", id: `${uid}-count` });
  const worth = (id) => `${text.rubric[id]} · ${fill(words.points, { n: text.worth[id] })}`;
  const rubric = el("div", { class: "kefu-rubric", id: `${uid}-rubric` }, el("h4", {}, words.rubric),
    el("ul", {}, ...Object.keys(text.rubric).map((id) => el("li", {}, ...rich(worth(id))))),
    el("p", { class: "kefu-note" }, practice ? words.compare_later : words.by_hand));
  const written = () => (box.value.trim() ? box.value : null);

  function typed(event) {
    measure();
    if (event.isComposing) return; // half a word of an input method is no answer
    clearTimeout(waiting);
    since ||= Date.now();
    typing();
    // the first and the last character at once, so that the buttons know; a long run now and then
    if ((written() === null) !== (recorded === null) || Date.now() - since > 4000) record();
    else waiting = setTimeout(record, 800);
  }
  function record() {
    clearTimeout(waiting);
    if (since) answer(written());
    since = 0;
  }
  function measure() {
    box.style.height = "auto"; // smaller first, else it never shrinks
    if (box.scrollHeight) box.style.height = `${box.scrollHeight + 2}px`;
    count.replaceChildren(fill(words.length, { chars: box.value.replace(/\s/g, "").length, words: box.value.split(/\s+/).filter(Boolean).length }));
  }
  return {
    check: words.compare,
    clear: false, // no button that loses a whole text
    node: el("div", {}, rubric, box, count),
    show(response, feedback) {
      recorded = response ?? null;
      rubric.hidden = feedback != null;
      if (box !== document.activeElement || (!since && recorded !== written())) box.value = typeof response === "string" ? response : "";
      measure();
    },
    explain({ rationale }) {
      return el("div", {}, el("p", {}, words.compare_now), ...Object.keys(text.rubric).map((id) => reason("noted", worth(id), rationale[id])));
    },
  };
});
