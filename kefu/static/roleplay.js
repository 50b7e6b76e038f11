import { card, el, fill, reason, rich, same, shuffled, svg } from "./card.js";

/** Where a reply leads and the mood then, as in items/roleplay.py: `to` is a place, or places by the least mood they need. */
function follow({ to, mood: step }, mood) {
  const then = Math.min(5, Math.max(0, mood + step));
  return { turn: typeof to === "string" ? to : to[Math.max(...Object.keys(to).filter((least) => least <= then))], mood: then };
}

/** The dialogue along a path: each turn with its mood and what was replied; the last one is still open, or an end. */
function played(text, path) {
  const turns = [{ turn: text.start, mood: text.mood }];
  for (const id of Array.isArray(path) ? path : []) {
    if (text.replies[id]?.at !== turns.at(-1).turn) break;
    turns.at(-1).reply = id;
    turns.push(follow(text.replies[id], turns.at(-1).mood));
  }
  return turns;
}

/** A portrait of nobody in particular: brows and mouth say the mood, 0 (calm) to 5 (furious). */
function face(mood) {
  const brow = mood * 0.8 - 0.4, line = (d) => svg("path", { d, fill: "none", class: "kefu-features" });
  const mouth = mood === 5 ? svg("ellipse", { cx: 24, cy: 31.5, rx: 4.5, ry: 3, class: "kefu-mouth" })
    : line(`M18.5 ${30 + mood / 3} Q24 ${35 - mood * 2.2} 29.5 ${30 + mood / 3}`);
  return svg("svg", { viewBox: "0 0 48 48", class: "kefu-face", "aria-hidden": "true", "data-mood": mood },
    svg("path", { class: "kefu-shoulders", d: "M5 48 C6 39 14 37 24 37 S42 39 43 48 Z" }),
    svg("circle", { class: "kefu-skin", cx: 24, cy: 24, r: 14 }),
    svg("path", { class: "kefu-hair", d: "M9.8 22 A14.3 14.3 0 0 1 38.2 22 C35 15.5 30 14 24 14 S13 15.5 9.8 22 Z" }),
    svg("circle", { class: "kefu-eye", cx: 18.5, cy: 25, r: 1.6 }), svg("circle", { class: "kefu-eye", cx: 29.5, cy: 25, r: 1.6 }),
    line(`M15.5 ${21.5 - brow / 2} L21 ${20.5 + brow / 2}`), line(`M32.5 ${21.5 - brow / 2} L27 ${20.5 + brow / 2}`), mouth);
}

/** A customer to answer; every reply moves the mood and the dialogue. */
export default card(({ text, words, practice, tries, answer, say }) => {
  let path = null, pausing = 0;
  const feel = (mood) => words[`mood_${mood}`], plain = (found) => found.replaceAll("**", "");
  const log = el("ol", { class: "kefu-chat", "aria-label": words.dialogue });
  const next = el("div", { class: "kefu-next-words", role: "group", tabindex: "-1" });
  const mood = el("span"), meter = el("span", { class: "kefu-meter", "aria-hidden": "true" }, el("i"));
  const repliesAt = (turn) => Object.keys(text.replies).filter((id) => text.replies[id].at === turn);

  const theirs = ({ turn, mood }) => el("li", { class: "kefu-theirs" }, face(mood),
    el("div", {}, el("small", {}, `${text.customer} · ${feel(mood)}`), el("p", { class: "kefu-bubble" }, ...rich(text.says[turn]))));
  const mine = (id) => el("li", { class: "kefu-mine" },
    el("div", {}, el("small", {}, words.you), el("p", { class: "kefu-bubble" }, ...rich(text.options[id]))));

  function choose(id) {
    if (pausing) return;
    const now = follow(text.replies[id], played(text, path).at(-1).mood);
    const speaks = now.turn in text.says;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const told = () => {
      pausing = 0;
      draw();
      say(speaks ? fill(words.heard, { who: text.customer, mood: feel(now.mood), text: plain(text.says[now.turn]) })
        : `${words.ended} ${plain(text.ends[now.turn])} ${fill(words.mood, { who: text.customer, mood: feel(now.mood) })}`);
      if (log.parentNode.contains(document.activeElement)) next.focus();
    };
    path = [...path, id];
    if (speaks && !still) pausing = setTimeout(told, 400);
    draw();
    next.focus(); // the button that was pressed is gone
    if (!pausing) told();
    answer(path);
  }
  function draw(over = false) {
    const turns = played(text, path), now = turns.at(-1), ended = now.turn in text.ends;
    const spoken = turns.flatMap((one) => [
      one.turn in text.says && !(pausing && one === now) ? theirs(one) : null, one.reply ? mine(one.reply) : null,
    ]).filter(Boolean);
    log.replaceChildren(...spoken, ...(pausing ? [el("li", { class: "kefu-waiting", "aria-hidden": "true" }, "● ● ●")] : []));
    const felt = pausing ? turns.at(-2).mood : now.mood;
    mood.replaceChildren(fill(words.mood, { who: text.customer, mood: feel(felt) }));
    meter.firstChild.style.left = `${felt * 20}%`;
    meter.dataset.mood = felt;
    next.setAttribute("aria-label", ended ? words.ended : words.your_words);
    const reply = (id) => el("button", { type: "button", class: "kefu-card", "data-reply": id, onclick: () => choose(id) }, ...rich(text.options[id]));
    if (ended) next.replaceChildren(el("p", { class: "kefu-end" }, el("b", {}, words.ended), " ", ...rich(text.ends[now.turn])));
    else if (pausing || over) next.replaceChildren();
    else next.replaceChildren(el("p", { class: "kefu-note" }, words.your_words), ...shuffled(repliesAt(now.turn), tries).map(reply));
  }
  return {
    check: words.replay,
    clear: practice && words.restart,
    whole: (response) => played(text, response).at(-1).turn in text.ends,
    node: el("div", { class: "kefu-roleplay" }, el("p", { class: "kefu-note" }, practice ? words.talk : words.talk_once),
      el("p", { class: "kefu-mood" }, mood, meter), log, next),
    show(response, feedback) {
      if (path && same(path, response ?? []) && !feedback) return; // drawn as it was chosen
      clearTimeout(pausing);
      pausing = 0;
      path = Array.isArray(response) ? response : [];
      draw(feedback != null);
    },
    explain({ key, response, rationale }) {
      const points = (id) => key.replies[id].points;
      const verdict = (id, most) => (points(id) >= most ? "right" : points(id) ? "partly" : "wrong");
      const step = ({ turn, mood, reply }) => {
        const best = repliesAt(turn).reduce((a, b) => (points(b) > points(a) ? b : a)), most = points(best);
        const got = fill(words.reply_points, { n: points(reply), most });
        return el("li", {},
          el("p", { class: "kefu-heard" }, el("small", {}, `${text.customer} · ${feel(mood)}`), el("br"), ...rich(text.says[turn])),
          reason(verdict(reply, most), fill(words.you_said, { text: text.options[reply] }), `${rationale[reply]} ${got}`),
          points(reply) < most ? reason("right", fill(words.better, { text: text.options[best] }), rationale[best]) : null);
      };
      const turns = played(text, response).filter(({ reply }) => reply);
      return el("div", {}, el("p", { class: "kefu-title" }, words.debrief), el("ol", { class: "kefu-debrief" }, ...turns.map(step)));
    },
  };
});
