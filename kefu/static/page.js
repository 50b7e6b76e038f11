// A paper's first and last cards: the cover (title, rules, language) and the hand-in.
import { el, fill, sheet } from "./card.js";

export default {
  render({ model, el: root }) {
    const list = (places) => places.join(model.get("lang") === "zh" ? "、" : ", ");

    function cover(page, words) {
      const pick = (lang, name) => el("button", {
        type: "button", lang, "aria-pressed": String(lang === model.get("lang")), onclick: () => model.send({ do: "language", lang }),
      }, name);
      return [el("h2", {}, page.title),
        el("p", {}, fill(words.cover_items, page)), el("p", {}, words.cover_saved), el("p", {}, words.cover_end),
        el("div", { class: "kefu-languages", role: "group", "aria-label": words.language }, pick("zh", "中文"), pick("en", "English"))];
    }
    function end(page, words) {
      const open = page.unanswered.length
        ? fill(words.unanswered, { n: page.unanswered.length, places: list(page.unanswered) }) : fill(words.all_answered, page);
      const act = el("button", { type: "button", class: "kefu-primary", onclick: () => model.send({ do: "hand_in" }) }, words.hand_in_now);
      const handed = page.receipt ? [
        el("p", { class: "kefu-receipt", tabindex: "-1" }, fill(words.receipt, page)), el("p", {}, fill(words.receipt_keep, page)),
        el("p", {}, page.stale ? words.gone_on : words.hand_in_again)] : [];
      return [el("h2", {}, words.hand_in), el("p", { class: "kefu-open-items" }, open),
        page.flagged.length ? el("p", {}, fill(words.flagged_items, { places: list(page.flagged) })) : null,
        page.error ? el("p", { class: "kefu-wrong" }, fill(words.refused, { reason: page.error })) : null,
        el("div", { role: "status" }, ...handed), el("footer", {}, act)];
    }
    function build() {
      const page = model.get("page"), words = model.get("words"), lang = model.get("lang");
      const body = page.unanswered ? end(page, words) : cover(page, words);
      const focused = [...root.querySelectorAll("button")].indexOf(document.activeElement);
      root.replaceChildren(sheet(lang, { class: "kefu kefu-page" }, ...body.filter(Boolean)));
      if (focused >= 0) root.querySelectorAll("button")[focused]?.focus();
    }
    const watched = ["change:page", "change:words"];
    for (const event of watched) model.on(event, build);
    build();
    return () => { for (const event of watched) model.off(event, build); };
  },
};
