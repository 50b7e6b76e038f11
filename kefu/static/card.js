// The card around every item: header, stem, the kind's own view, feedback, saved state.
// Each kind is a module that starts with an import of this one; a notebook's widget joins the files, so no bundler is needed.
import { LONGEST, drawing, el, empty, fill, rich, same, sheet, sign } from "./parts.js";
export * from "./parts.js";

const FIRST = "fieldset :is(input, textarea, button.kefu-card, button.kefu-take)"; // where an answer begins

/** Local time: hours and minutes today, the date before them on other days. */
function clock(iso) {
  const at = new Date(iso), two = (n) => String(n).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const today = new Date().toDateString() === at.toDateString();
  return today ? time : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

/**
 * A widget from a kind's view. `view({text, words, uid, practice, tries, answer, say, send, get})` returns
 * `{node, show(response, feedback), explain(feedback)}`; `answer(response, pause)` records, after a pause in ms for one who
 * is typing, `say(words)` announces, `tries` counts the marked tries before this one, `send(message)` asks Python,
 * `get(name)` reads the model. A view may also return `whole(response)`, whether it can be marked yet, and its own words
 * for the buttons: `check`, and `clear` (false: what was answered stands). With `drawn`, it draws the item's figure itself.
 */
export function card(view, { drawn = false } = {}) {
  function render({ model, el: root }) {
    const uid = Math.random().toString(36).slice(2);
    const get = (name) => model.get(name);
    let shown, late, waiting, typing, draft, since = 0;

    function save() {
      clearTimeout(typing);
      [typing, since] = [null, 0];
      model.set("response", draft);
      model.set("turn", get("turn") + 1);
      model.save_changes();
    }
    const settle = () => { if (typing) save(); };

    function answer(response, pause = 0) {
      draft = empty(response) ? null : response; // the model's own until it is saved: an old echo must not undo it
      clearTimeout(typing);
      since ||= Date.now();
      if (pause && Date.now() - since < LONGEST) typing = setTimeout(save, pause);
      else {
        save();
        shown.show(get("response"), null);
      }
      state();
    }

    function state() {
      const words = get("words"), saved = get("saved"), response = typing ? draft : get("response");
      const done = !typing && same(saved.response, response) && saved.turn === get("turn");
      clearTimeout(waiting);
      if (!done && !saved.error && !late) waiting = setTimeout(() => { late = true; state(); }, 5000);
      if (done) late = false;
      const kind = saved.error ? "refused" : done ? (saved.time ? "saved" : "untouched") : late ? "unsaved" : "saving";
      const phrase = fill(words[kind], { time: saved.time && clock(saved.time), reason: saved.error });
      const line = root.querySelector(".kefu-state");
      if (line.textContent !== phrase) line.replaceChildren(phrase);
      line.dataset.state = kind;
      root.querySelector(".kefu-clear").hidden = shown.clear === false || empty(response) || get("feedback") != null;
      const check = root.querySelector(".kefu-check");
      if (check) check.disabled = get("feedback") == null && (empty(response) || shown.whole?.(response) === false);
    }

    function result(feedback, words) {
      if (!feedback) return [];
      const earned = feedback.verdict === "noted" ? "" : fill(words.earned, { earned: +feedback.earned.toFixed(2), points: feedback.points });
      const head = el("p", { class: `kefu-verdict kefu-${feedback.verdict}`, tabindex: "-1" },
        sign(feedback.verdict), el("b", {}, words[feedback.verdict]), el("span", {}, earned));
      const lesson = get("lesson") && el("p", {}, el("a", { href: get("lesson") }, words.back_to_lesson));
      if (feedback.verdict === "invalid") return [head, el("p", {}, words.invalid_hint)];
      return [head, shown.explain(feedback), lesson].filter(Boolean);
    }

    function build() {
      const words = get("words"), text = get("text"), feedback = get("feedback"), practice = get("mode") === "practice";
      const say = (message) => root.querySelector(".kefu-live").replaceChildren(message);
      const tries = practice ? get("tries") - (feedback ? 1 : 0) : 0;
      shown = view({ text, words, uid, practice, tries, answer, say, get, send: (message) => model.send(message) });
      const kind = [get("kind_name"), text.points ? fill(words.points, { n: text.points }) : ""].filter(Boolean).join(" · ");
      const flag = el("button", {
        type: "button", class: "kefu-flag", "aria-pressed": String(get("flagged")),
        onclick: () => { model.set("flagged", !get("flagged")); model.save_changes(); },
      }, el("span", { "aria-hidden": "true" }, get("flagged") ? "⚑ " : "⚐ "), get("flagged") ? words.flagged : words.flag);
      const act = el("button", {
        type: "button", class: "kefu-primary kefu-check",
        onclick: () => { settle(); model.send(feedback ? { do: "again" } : { do: "check", response: get("response") }); },
      }, !feedback ? shown.check ?? words.check : feedback.verdict === "noted" ? words.revise : words.again);
      const clear = el("button", {
        type: "button", class: "kefu-clear",
        onclick: () => { answer(null); root.querySelector(FIRST)?.focus(); },
      }, shown.clear || words.clear);
      const hint = text.hint && el("details", { class: "kefu-hint" }, el("summary", {}, words.hint), el("p", {}, ...rich(text.hint)));
      root.replaceChildren(sheet(get("lang"), { "data-item": text.id },
        el("header", {}, el("span", {}, kind), el("span", { class: "kefu-place" }, get("place")), practice ? null : flag),
        el("fieldset", { "aria-describedby": `${uid}-state`, disabled: feedback != null, onchange: settle },
          el("legend", {}, ...rich(text.stem)), text.figure && !drawn ? drawing(text.figure, text.stem) : null, shown.node),
        hint,
        el("div", { class: "kefu-result" }, ...result(feedback, words)),
        el("footer", {}, el("span", { class: "kefu-state", id: `${uid}-state`, role: "status" }), clear, practice ? act : null),
        el("div", { class: "kefu-live", "aria-live": "assertive" })));
      shown.show(get("response"), feedback);
      state();
    }

    const rebuilt = () => {
      build();
      root.querySelector(get("feedback") ? ".kefu-verdict" : FIRST)?.focus();
    };
    const retold = () => (root.querySelector(":focus") ? rebuilt() : build());
    const other = () => { shown.show(get("response"), get("feedback")); state(); };
    const flagged = () => { build(); root.querySelector(".kefu-flag")?.focus(); };
    const back = () => (document.hidden ? settle() : model.send({ do: "refresh" }));
    const watched = {
      "change:text": retold, "change:feedback": rebuilt, "change:flagged": flagged, "change:response": other, "change:notice": other, "change:saved": state,
    };
    for (const [event, act] of Object.entries(watched)) model.on(event, act);
    document.addEventListener("visibilitychange", back);
    build();
    return () => {
      settle();
      clearTimeout(waiting);
      document.removeEventListener("visibilitychange", back);
      for (const [event, act] of Object.entries(watched)) model.off(event, act);
    };
  }
  return { render };
}
