// What changes the look of the pictures, never the pictures: filters that the browser draws with.

const AS_IS = { brightness: 100, contrast: 100, redFree: false, invert: false };
const STEP = 10;

export class Adjusting {
  constructor(panes, exam) {
    this.panes = panes;
    this.sliders = Object.fromEntries(
      [...exam.querySelectorAll("[data-sets]")].map((input) => [input.dataset.sets, input]),
    );
    this.toggles = Object.fromEntries(
      ["redFree", "invert"].map((name) => [name, exam.querySelector(`[data-does=${name}]`)]),
    );
    this.look = { ...AS_IS };
    for (const [name, input] of Object.entries(this.sliders)) {
      input.addEventListener("input", () => this.set(name, Number(input.value)));
    }
  }

  set(name, value) {
    this.look[name] = value;
    this.#apply();
  }

  toggle(name) {
    this.set(name, !this.look[name]);
    return this.look[name];
  }

  /** A step up or down, within what the slider allows; gives the new value. */
  step(name, by) {
    const { min, max } = this.sliders[name];
    this.set(name, Math.min(max, Math.max(min, this.look[name] + by * STEP)));
    return this.look[name];
  }

  reset() {
    this.look = { ...AS_IS };
    this.#apply();
  }

  get isAsIs() {
    return Object.entries(AS_IS).every(([name, value]) => this.look[name] === value);
  }

  #apply() {
    const { brightness, contrast, redFree, invert } = this.look;
    const filter = [
      redFree && "url(#exam-red-free)",
      brightness !== 100 && `brightness(${brightness}%)`,
      contrast !== 100 && `contrast(${contrast}%)`,
      invert && "invert(1)",
    ];
    for (const pane of this.panes) {
      pane.stage.style.filter = filter.filter(Boolean).join(" ");
    }
    for (const [name, input] of Object.entries(this.sliders)) {
      input.value = this.look[name];
    }
    for (const [name, button] of Object.entries(this.toggles)) {
      button.setAttribute("aria-pressed", String(this.look[name]));
    }
  }
}
