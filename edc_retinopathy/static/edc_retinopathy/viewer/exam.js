// The viewer of an exam. Without it the page shows the same pictures, as they are.

import { Adjusting } from "./adjusting.js";
import { listen } from "./keys.js";
import { Linking } from "./linking.js";
import { Pane } from "./pane.js";

const exam = document.getElementById("exam");
const data = JSON.parse(document.getElementById("exam-data").textContent);
const status = document.getElementById("exam-status");
const stage = document.getElementById("exam-stage");
const help = document.getElementById("exam-help");
const button = (name) => exam.querySelector(`.exam-tools [data-does=${name}]`);

/** Write a text of the page's into the live region. */
function say(name, values = {}) {
  status.textContent = say.text(name, values);
}
say.text = (name, values = {}) =>
  data.texts[name].replace(/%\((\w+)\)[ds]/g, (_found, key) => values[key]).replaceAll("%%", "%");

const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
const panes = data.panes.map(
  (pane) => new Pane(document.getElementById(`pane-${pane.key}`), pane, { pictures: data.pictures, say, isStill }),
);
let active = panes.find((_pane, number) => data.panes[number].picture) ?? panes[0];
const adjusting = new Adjusting(panes, exam);
const linking = new Linking(panes);

function sayZoom() {
  say("zoom", { value: `${Math.round(active.magnification * 100)} %` });
}

function activate(pane) {
  active = pane;
  for (const other of panes) {
    other.element.classList.toggle("is-active", other === pane);
  }
}

function press(name, isOn) {
  button(name).setAttribute("aria-pressed", String(isOn));
}

/** Show another picture in a pane, and let the address name it. */
async function choose(pane, id) {
  if (!(await pane.show(id))) {
    return;
  }
  say("picture", { pane: pane.label, label: pane.title });
  const address = new URL(location.href);
  address.searchParams.set(pane.key, id);
  history.replaceState(null, "", address);
}

function another(by) {
  const id = active.another(by);
  if (id) {
    choose(active, id);
  } else {
    say("noPicture");
  }
}

function go(id) {
  const link = document.getElementById(id);
  if (link) {
    location.assign(link.href);
  } else {
    say("end");
  }
}

/** Move the active picture, and with it those that are linked. */
function moved(act) {
  if (active.isOpen) {
    act(active);
    sayZoom();
  }
}

const actions = {
  zoomIn: () => moved((pane) => pane.zoomBy(1.4)),
  zoomOut: () => moved((pane) => pane.zoomBy(1 / 1.4)),
  fit: () => moved((pane) => pane.fit()),
  actualSize: () => moved((pane) => pane.actualSize()),
  pan: (x, y) => active.panBy(x, y),
  link() {
    linking.isOn = !linking.isOn;
    press("link", linking.isOn);
    linking.follow(active);
    say(linking.isOn ? "linked" : "unlinked");
  },
  mirror() {
    linking.isMirrored = !linking.isMirrored;
    press("mirror", linking.isMirrored);
    linking.follow(active);
    say(linking.isMirrored ? "mirrored" : "notMirrored");
  },
  redFree: () => say(adjusting.toggle("redFree") ? "redFree" : "asIs"),
  invert: () => say(adjusting.toggle("invert") ? "inverted" : "asIs"),
  adjust: (name, by) => say(name, { value: adjusting.step(name, by) }),
  reset() {
    adjusting.reset();
    for (const pane of panes) {
      pane.fit();
    }
    say("asIs");
  },
  nextPane() {
    activate(panes[(panes.indexOf(active) + 1) % panes.length]);
    active.focus();
    say("active", { pane: active.label });
  },
  previousPicture: () => another(-1),
  nextPicture: () => another(1),
  previousFrame: () => active.step(-1),
  nextFrame: () => active.step(1),
  previousExam: () => go("exam-previous"),
  nextExam: () => go("exam-next"),
  fullScreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      stage.requestFullscreen();
    }
  },
  help() {
    if (help.open) {
      help.close();
    } else {
      help.showModal();
    }
  },
};

function start() {
  for (const tool of exam.querySelectorAll(".exam-tools [data-does]")) {
    tool.addEventListener("click", actions[tool.dataset.does]);
  }
  for (const link of exam.querySelectorAll("[data-shows]")) {
    link.addEventListener("click", (event) => {
      // With a key held, a browser opens it elsewhere.
      if (!(event.ctrlKey || event.metaKey || event.shiftKey)) {
        event.preventDefault();
        choose(panes.find((pane) => pane.key === link.dataset.in), link.dataset.shows);
      }
    });
  }
  for (const pane of panes) {
    pane.element.addEventListener("focusin", () => activate(pane));
    pane.element.addEventListener("pointerdown", () => activate(pane));
    pane.viewer.addHandler("canvas-scroll", () => {
      activate(pane);
      sayZoom();
    });
  }
  document.addEventListener("fullscreenchange", () => press("fullScreen", document.fullscreenElement !== null));
  listen(actions, { toggle: document.getElementById("exam-keys-on"), help });
  exam.querySelector(".exam-tools").hidden = false;
  activate(active);
}

// For whoever looks at the page with a browser's tools, or tests it.
exam.panes = panes;
start();
await Promise.all(panes.map((pane, number) => data.panes[number].picture && pane.show(data.panes[number].picture)));
exam.dataset.isReady = "true";
