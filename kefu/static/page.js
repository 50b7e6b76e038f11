// A paper's first and last cards: the cover (title, rules, language, start) and the hand-in; and a text of a lab.
import { el, fill, sheet } from "./card.js";

export default {
  render({ model, el: root }) {
    const list = (places) => places.join(model.get("lang") === "zh" ? "、" : ", ");
    const button = (label, act, kind) => el("button", { type: "button", class: kind, onclick: act }, label);
    let asked = false;

    function cover(page, words) {
      const pick = (lang, name) => el("button", {
        type: "button", lang, "aria-pressed": String(lang === model.get("lang")), onclick: () => model.send({ do: "language", lang }),
      }, name);
      const limit = page.minutes ? [el("p", {}, fill(words.cover_limit, page))] : [];
      const start = page.minutes && !page.begun ? [el("footer", {}, button(words.begin, () => model.send({ do: "begin" }), "kefu-primary kefu-begin"))] : [];
      return [el("h2", {}, page.title),
        el("p", {}, fill(words.cover_items, page)), ...limit, el("p", {}, words.cover_saved), el("p", {}, words.cover_end),
        el("div", { class: "kefu-languages", role: "group", "aria-label": words.language }, pick("zh", "中文"), pick("en", "English")), ...start];
    }
    function end(page, words) {
      const open = page.unanswered.length
        ? fill(words.unanswered, { n: page.unanswered.length, places: list(page.unanswered) }) : fill(words.all_answered, page);
      const done = page.receipt && !page.stale;
      const ask = (yes) => { asked = yes; build(); root.querySelector(yes ? ".kefu-yes" : "footer button")?.focus(); };
      const sure = el("div", { class: "kefu-sure", role: "group", "aria-labelledby": "kefu-sure" },
        el("p", { id: "kefu-sure" }, page.unanswered.length ? fill(words.sure_open, { n: page.unanswered.length }) : words.sure),
        button(words.yes_hand_in, () => { asked = false; model.send({ do: "hand_in" }); }, "kefu-primary kefu-yes"),
        button(words.not_yet, () => ask(false), ""));
      const handed = page.receipt ? [
        el("p", { class: "kefu-receipt", tabindex: "-1" }, fill(words.receipt, page)),
        el("p", {}, page.submitted ?? ""), page.submitted === words.submitted ? "" : el("p", {}, fill(words.receipt_keep, page)),
        el("p", {}, page.stale ? words.gone_on : words.hand_in_again)] : [];
      return [el("h2", {}, words.hand_in), el("p", { class: "kefu-open-items" }, open),
        page.flagged.length ? el("p", {}, fill(words.flagged_items, { places: list(page.flagged) })) : null,
        page.error ? el("p", { class: "kefu-wrong" }, fill(words.refused, { reason: page.error })) : null,
        el("div", { role: "status" }, ...handed),
        asked ? sure : el("footer", {}, done ? button(words.once_more, () => ask(true), "") : button(words.hand_in_now, () => ask(true), "kefu-primary"))];
    }
    function build() {
      const page = model.get("page"), words = model.get("words"), lang = model.get("lang");
      const body = page.passage ? [Object.assign(el("div"), { innerHTML: page.passage })] : page.unanswered ? end(page, words) : cover(page, words);
      const focused = [...root.querySelectorAll("button")].indexOf(document.activeElement);
      root.replaceChildren(sheet(lang, { class: `kefu kefu-page${page.passage ? " kefu-passage" : ""}` }, ...body.filter(Boolean)));
      if (focused >= 0) (root.querySelectorAll("button")[focused] ?? root.querySelector(".kefu-receipt"))?.focus();
    }
    const watched = ["change:page", "change:words"];
    for (const event of watched) model.on(event, build);
    build();
    return () => { for (const event of watched) model.off(event, build); };
  },
};
