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
    async function run(panel) {
      await Promise.all([panel.context.ready, panel.sessionContext.ready]);
      if (panel.isDisposed || !ours(panel.content)) return;
      await NotebookActions.runAll(panel.content, panel.sessionContext);
      panel.content.activeCellIndex = 0;
      panel.content.node.querySelector(".jp-WindowedPanel-outer")?.scrollTo(0, 0);
      panel.node.dataset.kefu = "ready";
    }
    return {
      id: "kefu-classroom:run", autoStart: true, requires: [INotebookTracker],
      activate: (app, tracker) => {
        app.restored.then(() => {
          app.shell.collapseLeft();
          for (const side of ["left", "right"]) if (app.shell.isSideTabBarVisible(side)) app.shell.toggleSideTabBarVisibility(side);
        });
        tracker.widgetAdded.connect((_, panel) => {
          let lost = false;
          run(panel);
          panel.sessionContext.statusChanged.connect((__, status) => {
            if (["restarting", "autorestarting"].includes(status)) { lost = true; delete panel.node.dataset.kefu; }
            else if (lost && status === "idle") { lost = false; run(panel); }
          });
        });
      },
    };
  }

  (window._JUPYTERLAB ??= {})["kefu-classroom"] = {
    init: (scope) => { shared = scope; },
    get: async () => { const plugin = await extension(); return () => ({ __esModule: true, default: plugin }); },
  };
})();
