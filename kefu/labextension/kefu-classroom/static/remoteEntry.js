// A JupyterLab extension by hand, without a bundler: a learner's lesson or paper opens already running, and runs
// again when its kernel comes back. Only notebooks that hold nothing but Kefu's verbs are run; learners' servers only.
(() => {
  const VERBS = /^(from kefu import [\w, ]+|(practice|ask)\("[a-z0-9-]+"\)|cover\(\)|hand_in\(\)|)$/;
  let shared;

  const load = async (name) => (await Object.values(shared[name])[0].get())();

  function ours(notebook) {
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
      await NotebookActions.runAll(panel.content, panel.sessionContext).catch(() => {});
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
