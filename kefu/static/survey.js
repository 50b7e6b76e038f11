import { card, el, fill, scale, svg, table } from "./card.js";

const SHORT = /[\u2e80-\uffff]{1,6}|\S{14,}|\S.{0,12}(?!\S)/g; // a name in lines that fit beside the chart

/** Statements about oneself, by group; once all are rated, a profile. */
export default card((context) => {
  const { text, words, practice, answer, say } = context;
  const groups = Object.keys(text.groups), ids = Object.keys(text.options);
  const whole = (response) => ids.every((id) => response?.[id]);
  const told = (response) => {
    answer(response);
    if (whole(response) && !practice) say(sentence(means(response)));
  };
  const { rows, show } = scale({ ...context, answer: told }, [1, 2, 3, 4, 5].map((n) => words[`agree_${n}`]));
  const chart = el("div");

  function means(response) {
    return groups.map((group) => {
      const steps = ids.filter((id) => text.belongs[id] === group && response[id]).map((id) => response[id]);
      return steps.length ? steps.reduce((sum, n) => sum + n) / steps.length : 0;
    });
  }
  function sentence(found) {
    const names = (mean) => groups.filter((_, n) => found[n] === mean).map((group) => text.groups[group]).join(words.and);
    const high = Math.max(...found), low = Math.min(...found);
    return high === low ? fill(words.profile_flat, { n: high.toFixed(1) })
      : fill(words.profile_says, { high: names(high), most: high.toFixed(1), low: names(low), least: low.toFixed(1) });
  }
  function radar(found) {
    const at = (n, r) => [Math.sin((2 * Math.PI * n) / groups.length) * r, -Math.cos((2 * Math.PI * n) / groups.length) * r];
    const ring = (radii, kind) => svg("polygon", { class: kind, points: radii.map((r, n) => at(n, r * 16).join()).join(" ") });
    const axes = groups.map((_, n) => { const [x2, y2] = at(n, 80); return svg("line", { x1: 0, y1: 0, x2, y2 }); });
    const dots = found.map((mean, n) => { const [cx, cy] = at(n, mean * 16); return svg("circle", { cx, cy, r: 4 }); });
    const labels = groups.map((group, n) => {
      const [x, y] = at(n, 93), side = Math.abs(x) < 5 ? "middle" : x < 0 ? "end" : "start";
      const lines = [...text.groups[group].match(SHORT), found[n].toFixed(1)];
      const first = y < -60 ? y - 18 * (lines.length - 1) : y > 60 ? y + 12 : y - 9 * (lines.length - 2);
      return svg("text", { "text-anchor": side }, ...lines.map((line, k) => svg("tspan", { x, y: first + 18 * k }, line)));
    });
    return svg("svg", { viewBox: "-200 -140 400 280", role: "img", "aria-label": sentence(found), class: "kefu-radar" },
      ...[1, 2, 3, 4, 5].map((n) => ring(groups.map(() => n), "kefu-ring")), ...axes, ring(found, "kefu-area"), ...dots, ...labels);
  }
  function profile(response) {
    const found = means(response);
    return [el("p", {}, sentence(found)), radar(found), el("p", { class: "kefu-note" }, words.profile_scale),
      table(words.numbers, [[words.group, words.mean], ...groups.map((group, n) => [text.groups[group], found[n].toFixed(1)])])];
  }
  return {
    check: words.profile,
    whole,
    node: el("div", {}, el("p", { class: "kefu-note" }, words.agree_all),
      ...groups.flatMap((group) => [el("p", { class: "kefu-title" }, text.groups[group]), ...ids.filter((id) => text.belongs[id] === group).map((id) => rows[id])]), chart),
    show(response) {
      show(response);
      chart.replaceChildren(...(whole(response) && !practice ? profile(response) : []));
    },
    explain: ({ response }) => el("div", {}, ...profile(response)),
  };
});
