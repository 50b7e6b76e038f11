// A JupyterLab extension by hand, without a bundler: a learner's lesson or paper opens already running, and runs
// again when its kernel comes back. Only notebooks that hold nothing but Kefu's verbs are run; learners' servers only.
// In a data lab the verbs' cells run, and every other piece of code gets a button for those who know no Shift-Enter.
(() => {
  const VERBS = /^(from kefu import [\w, ]+|(practice|ask|passage)\("[a-z0-9-]+"\)|cover\(\)|hand_in\(\)|)$/;
  const LABELS = { zh: ["▶ 运行", "从头运行到这里"], en: ["▶ Run", "Run everything down to here"] };
  let shared;

  const load = async (name) => (await Object.values(shared[name])[0].get())();

  const lab = (notebook) => Boolean(notebook.model?.getMetadata("kefu")?.lab);
  const verb = (cell) => VERBS.test(cell.model.sharedModel.source.trim());
  const code = (notebook) => notebook.widgets.filter((cell) => cell.model.type === "code");

  /** Buttons below every piece of code that a learner sees. */
  function buttons(panel, runCells) {
    const { content, sessionContext } = panel;
    const press = async (bar, cells) => {
      bar.setAttribute("aria-busy", "true");
      // one after another: a blank that is not filled in yet holds up nothing below it
      for (const cell of cells) await runCells(content, [cell], sessionContext).catch(() => {});
      bar.removeAttribute("aria-busy");
    };
    for (const cell of code(content)) {
      const place = cell.node.querySelector(".jp-Cell-inputWrapper");
      if (!place || place.querySelector(".kefu-run") || cell.node.querySelector(".jp-InputPlaceholder")) continue;
      const shown = () => code(content).filter((other) => !verb(other));
      const bar = document.createElement("div");
      bar.className = "kefu-run";
      cell.node.classList.toggle("kefu-blank", cell.model.getMetadata("editable") !== false);
      for (const cells of [() => [cell], () => shown().slice(0, shown().indexOf(cell) + 1)]) {
        const button = document.createElement("button");
        button.type = "button";
        button.addEventListener("click", () => press(bar, cells()));
        bar.append(button);
      }
      place.append(bar);
    }
  }
  /** The buttons' words, in the language of the cards. */
  function label(panel) {
    const lang = panel.node.querySelector(".kefu[lang]")?.lang.slice(0, 2);
    if (!(lang in LABELS) || panel.node.dataset.lang === lang) return;
    panel.node.dataset.lang = lang;
    for (const bar of panel.node.querySelectorAll(".kefu-run"))
      [...bar.children].forEach((button, n) => { button.textContent = LABELS[lang][n]; });
  }

  function ours(notebook) {
    if (lab(notebook)) return true;
    const code = [...notebook.model.cells].filter((cell) => cell.type === "code");
    return code.some((cell) => cell.sharedModel.source.startsWith("from kefu import")) &&
      code.every((cell) => VERBS.test(cell.sharedModel.source.trim()));
  }

  async function extension() {
    const { INotebookTracker, NotebookActions } = await load("@jupyterlab/notebook");
    // A kernel may die again while its notebook runs, so only the newest run may call the page ready.
    const turns = new WeakMap();
    async function run(panel) {
      const turn = (turns.get(panel) ?? 0) + 1;
      turns.set(panel, turn);
      await Promise.all([panel.context.ready, panel.sessionContext.ready]);
      if (panel.isDisposed || turns.get(panel) !== turn || !ours(panel.content)) return;
      const { content, sessionContext } = panel, mine = code(content).filter(verb);
      const done = lab(content) ? NotebookActions.runCells(content, mine, sessionContext) : NotebookActions.runAll(content, sessionContext);
      await done.catch(() => {});
      if (lab(content)) {
        delete panel.node.dataset.lang;
        buttons(panel, NotebookActions.runCells);
        label(panel);
      }
      if (turns.get(panel) !== turn) return;
      panel.content.activeCellIndex = 0;
      panel.content.node.querySelector(".jp-WindowedPanel-outer")?.scrollTo(0, 0);
      panel.node.dataset.kefu = "ready";
    }
    function watch(panel) {
      const session = panel.sessionContext;
      let lost = false, waited = 0, stood = false;
      run(panel);
      session.statusChanged.connect((_, status) => {
        if (["restarting", "autorestarting", "starting", "dead"].includes(status)) {
          [lost, waited] = [true, 0];
          delete panel.node.dataset.kefu;
        } else if (lost && status === "idle") {
          lost = false;
          run(panel);
        }
      });
      // Messages get lost when a connection breaks together with its kernel: what stays unfinished is run again, and
      // a page that stood before and does not come back is loaded anew. Every answer is on the disk.
      const look = setInterval(() => {
        if (panel.isDisposed) clearInterval(look);
        else if (lab(panel.content)) {
          label(panel);
          if (panel.context.model.dirty) panel.context.save(); // what is handed in is what is on the disk
        }
        if (panel.node.dataset.kefu) stood = true;
        if (panel.isDisposed || panel.node.dataset.kefu || !session.isReady || !ours(panel.content)) { waited = 0; return; }
        waited += 1;
        if (waited === 3 && session.session?.kernel?.status === "idle") run(panel);
        if (waited === 8 && stood && panel.isVisible) location.reload();
      }, 2000);
    }
    return {
      id: "kefu-classroom:run", autoStart: true, requires: [INotebookTracker],
      activate: (app, tracker) => {
        app.restored.then(() => {
          app.shell.collapseLeft();
          for (const side of ["left", "right"]) if (app.shell.isSideTabBarVisible(side)) app.shell.toggleSideTabBarVisibility(side);
        });
        tracker.widgetAdded.connect((_, panel) => watch(panel));
      },
    };
  }

  (window._JUPYTERLAB ??= {})["kefu-classroom"] = {
    init: (scope) => { shared = scope; },
    get: async () => { const plugin = await extension(); return () => ({ __esModule: true, default: plugin }); },
  };
})();
