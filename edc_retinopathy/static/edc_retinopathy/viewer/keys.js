// Keys of one letter. They can be turned off: speech input and some aids type letters by themselves.

const STORED = "edc_retinopathy_viewer_keys";
const KEYS = {
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  _: "zoomOut",
  0: "fit",
  1: "actualSize",
  l: "link",
  m: "mirror",
  g: "redFree",
  i: "invert",
  r: "reset",
  e: "nextPane",
  "[": "previousPicture",
  "]": "nextPicture",
  ",": "previousFrame",
  ".": "nextFrame",
  p: "previousExam",
  n: "nextExam",
  f: "fullScreen",
  "?": "help",
};
// Capital letters turn back.
const STEPS = { b: ["brightness", 1], B: ["brightness", -1], c: ["contrast", 1], C: ["contrast", -1] };
const ARROWS = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };

function isTyping(target) {
  return target.matches("input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]");
}

/** Call ``actions`` for keys; ``toggle`` is the box that turns them off. */
export function listen(actions, { toggle, help }) {
  toggle.checked = localStorage.getItem(STORED) !== "off";
  toggle.addEventListener("change", () => localStorage.setItem(STORED, toggle.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    if (event.key in ARROWS && event.target.closest(".exam-canvas")) {
      actions.pan(...ARROWS[event.key]);
    } else if (!toggle.checked || (help.open && event.key !== "?")) {
      return;
    } else if (event.key in STEPS) {
      actions.adjust(...STEPS[event.key]);
    } else if (event.key.toLowerCase() in KEYS) {
      actions[KEYS[event.key.toLowerCase()]]();
    } else {
      return;
    }
    event.preventDefault();
  });
}
