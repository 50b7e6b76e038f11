// The classroom's page: gives every card on it a model that speaks with the server, and a paper its navigator.
import { el, empty, fill } from "./card.js";

const room = document.body.dataset, words = JSON.parse(room.words), lang = room.lang;
const cookie = (name) => document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.split("=")[1];

let busy = 0; // cards that wait for the server

/** A card's state with the manners of a widget's model: get, set, save_changes, send, on, off. */
class Model {
  constructor({ state, ...call }) {
    Object.assign(this, { state, call, heard: {}, changed: {}, waiting: [], busy: false });
  }
  get(name) { return name === "words" ? words : this.state[name]; }
  set(name, value) {
    this.changed[name] = value;
    this.take({ [name]: value });
  }
  on(event, act) { (this.heard[event] ??= new Set()).add(act); }
  off(event, act) { this.heard[event]?.delete(act); }
  take(state) {
    const moved = Object.keys(state).filter((name) => JSON.stringify(state[name]) !== JSON.stringify(this.state[name]));
    Object.assign(this.state, state);
    for (const event of [...moved.map((name) => `change:${name}`), ...(moved.length ? ["change"] : [])]) {
      for (const act of [...(this.heard[event] ?? [])]) act();
    }
  }
  save_changes() { this.post({ changes: this.changed }); this.changed = {}; }
  send(message) { this.post({ message }); }
  post(what) {
    if (what.message?.do === "refresh" && (this.busy || this.waiting.length)) return; // what is under way tells more
    if ("turn" in this.state) what.changes = { turn: this.state.turn, ...what.changes }; // whatever is asked, "saved" speaks of this turn
    this.waiting.push(what);
    if (!this.busy) this.work();
  }
  /** Send what waits, one after another; what does not arrive is sent again until it does. */
  async work() {
    this.busy = true;
    document.body.toggleAttribute("data-busy", (busy += 1) > 0);
    for (let pause = 1000; this.waiting.length; ) {
      const turn = this.state.turn;
      try {
        const body = JSON.stringify({ ...this.call, lang, ...this.waiting[0], changes: { turn, ...this.waiting[0].changes } });
        const answer = await fetch(`${room.base}/card`, {
          method: "POST", body, keepalive: body.length < 20000, // what is small arrives even if the page is left at once
          headers: { "Content-Type": "application/json", "X-XSRFToken": cookie("_xsrf") ?? "" },
          signal: AbortSignal.timeout(20000),
        });
        if (answer.status === 403) return location.reload(); // signed out meanwhile: sign in again
        if (!answer.ok) throw new Error(answer.status);
        const { response, turn: heard, ...rest } = await answer.json();
        this.waiting.shift();
        pause = 1000;
        // what the learner has changed since is newer than what the server knows
        this.take(this.state.turn === turn && !this.waiting.length ? { ...rest, ...("turn" in this.state ? { response } : {}) } : { saved: rest.saved ?? {} });
      } catch {
        await new Promise((done) => setTimeout(done, pause));
        pause = Math.min(2 * pause, 15000);
      }
    }
    this.busy = false;
    document.body.toggleAttribute("data-busy", (busy -= 1) > 0);
  }
}

/** Bring a card to life in place of its fixed view. */
async function wake(slot) {
  const { view, ...call } = JSON.parse(slot.querySelector("script").textContent);
  const model = new Model(call);
  const { default: card } = await import(`./${view}.js`);
  card.render({ model, el: slot });
  slot.dataset.ready = "";
  return { slot, model, verb: call.verb };
}

const two = (n) => String(n).padStart(2, "0");

/** A paper's numbers: which are answered, which are flagged, what time is left; each leads to its item. */
function navigate(nav, live) {
  const items = live.filter(({ verb }) => verb === "ask");
  const cover = live.find(({ verb }) => verb === "cover").model, end = live.find(({ verb }) => verb === "hand_in");
  const told = el("span", { class: "kefu-count", role: "status" }), clock = el("span", { class: "kefu-clock" });
  const links = items.map(({ slot }, n) => el("a", { href: `#${slot.id}`, onclick: () => { folded.open = false; } }, String(n + 1)));
  const folded = el("details", {}, el("summary", {}, el("span", {}, words.navigator), told, clock), el("div", { class: "kefu-numbers" }, ...links));
  nav.append(folded, el("a", { href: `#${end.slot.id}` }, words.hand_in));
  function count() {
    let done = 0;
    items.forEach(({ model }, n) => {
      const answered = !empty(model.get("response")), flagged = model.get("flagged");
      done += answered;
      links[n].dataset.state = answered ? "answered" : "open";
      if (flagged) links[n].dataset.flagged = links[n].dataset.state;
      else delete links[n].dataset.flagged;
      links[n].setAttribute("aria-label", fill(words.item_state, {
        n: n + 1, state: [answered ? words.answered : words.untouched, flagged ? words.flagged : ""].filter(Boolean).join(" · "),
      }));
    });
    const phrase = fill(words.answered_of, { done, n: items.length });
    if (told.textContent !== phrase) told.textContent = phrase;
  }
  function tick() {
    const { minutes, begun } = cover.get("page");
    const waits = Boolean(minutes) && !begun;
    for (const { slot } of [...items, end]) slot.hidden = waits;
    nav.hidden = waits;
    if (!minutes || !begun) return;
    const left = Math.max(0, Math.round((Date.parse(begun) + minutes * 60000 - Date.now()) / 1000));
    clock.textContent = left ? fill(words.time_left, { time: `${two(Math.floor(left / 60))}:${two(left % 60)}` }) : words.time_over;
    for (const { slot } of items) slot.inert = !left;
  }
  const recount = () => end.model.send({ do: "count" });
  for (const { model } of items) {
    for (const event of ["change:response", "change:flagged"]) model.on(event, count);
    for (const event of ["change:saved", "change:flagged"]) model.on(event, recount);
  }
  cover.on("change", tick);
  setInterval(tick, 1000);
  count();
  tick();
}

const slots = [...document.querySelectorAll(".kefu-slot-live")];
Promise.all(slots.map((slot) => wake(slot).catch(() => null))).then((found) => {
  const live = found.filter(Boolean); // a card that cannot wake keeps its fixed view and holds up no other
  const nav = document.querySelector(".kefu-navigator");
  if (nav && live.some(({ verb }) => verb === "cover")) navigate(nav, live);
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  document.body.dataset.ready = "";
});
