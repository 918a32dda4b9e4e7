// One eye: a picture that can be zoomed into, with its frames and what is known of it.

const LEVELS = ["thumbnail", "screen", "full"];
// A reader looks for what is a tenth of a vein wide: beyond the pixels, but not into squares.
const MOST_SCREEN_PIXELS = 6;

// A server that is busy making pictures answers 503.
const MOST_TRIES = 12;
const MILLISECONDS_BETWEEN = 1500;

/** The image at an address, once it is here; rejected if it cannot be loaded after some tries. */
async function loaded(url, tries = MOST_TRIES) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch (error) {
    if (tries <= 1) {
      throw error;
    }
    await new Promise((done) => window.setTimeout(done, MILLISECONDS_BETWEEN));
    return loaded(url, tries - 1);
  }
  return image;
}

/** The address of another frame; the last part of the path is its number. */
function ofFrame(url, frame) {
  return url.replace(/\/\d+\/$/, `/${frame}/`);
}

/**
 * The levels of a picture, with the sizes that they have on the screen.
 *
 * The proportions are those of the rendering at hand: the file's own rows and columns may be turned.
 */
async function pyramid(picture, frame) {
  const urls = Object.fromEntries(LEVELS.map((name) => [name, ofFrame(picture.urls[name], frame)]));
  const screen = await loaded(urls.screen);
  const { naturalWidth: width, naturalHeight: height } = screen;
  const onScreen = Math.max(width, height);
  const scaled = (longSide, url) => ({
    url,
    width: Math.max(1, Math.round((width * longSide) / onScreen)),
    height: Math.max(1, Math.round((height * longSide) / onScreen)),
  });
  const levels = [scaled(onScreen, urls.screen)];
  // Without its size in the file's facts it is asked for, to be known.
  const longSide = picture.longSide || (await sideOf(urls.full));
  if (longSide > onScreen) {
    levels.push(scaled(longSide, urls.full));
  }
  if (onScreen > 320) {
    levels.unshift(scaled(320, urls.thumbnail));
  }
  return { type: "legacy-image-pyramid", levels };
}

async function sideOf(url) {
  const image = await loaded(url);
  return Math.max(image.naturalWidth, image.naturalHeight);
}

/**
 * Keep the library from writing a style sheet into the page: a strict policy refuses it, and on
 * touch screens it would hide where the focus is. It looks for the element by name alone.
 */
function forgoStyleSheet() {
  const stand = document.createElementNS("urn:edc-retinopathy", "style");
  stand.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(stand);
}

forgoStyleSheet();

export class Pane {
  /**
   * @param {HTMLElement} element the section of the page
   * @param {object} data its part of the page's data
   * @param {object} pictures all pictures by their key
   * @param {function} say writes into the live region
   */
  constructor(element, data, { pictures, say, isStill }) {
    this.element = element;
    this.key = data.key;
    this.label = data.label;
    this.eye = data.eye;
    this.choices = data.pictures;
    this.pictures = pictures;
    this.say = say;
    this.frame = 1;
    this.picture = null;
    this.view = element.querySelector(".exam-view");
    this.frames = element.querySelector(".exam-frames");
    this.stage = document.createElement("div");
    this.stage.className = "exam-canvas";
    this.view.append(this.stage);
    this.viewer = this.#viewer(isStill);
    for (const [name, step] of [["previousFrame", -1], ["nextFrame", 1]]) {
      this.frames.querySelector(`[data-does=${name}]`).addEventListener("click", () => this.step(step));
    }
  }

  #viewer(isStill) {
    const viewer = OpenSeadragon({
      element: this.stage,
      drawer: "canvas",
      showNavigationControl: false,
      // The page's own keys do what these would, and more.
      keyboardNavEnabled: false,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { pinchRotate: false },
      gestureSettingsPen: { clickToZoom: false },
      animationTime: isStill ? 0 : 0.3,
      springStiffness: 10,
      immediateRender: true,
      visibilityRatio: 0.5,
      minZoomImageRatio: 0.5,
      maxZoomPixelRatio: MOST_SCREEN_PIXELS,
      zoomPerScroll: 1.25,
      placeholderFillStyle: "#000",
      tileRetryMax: MOST_TRIES,
      tileRetryDelay: MILLISECONDS_BETWEEN,
    });
    viewer.canvas.setAttribute("role", "img");
    viewer.canvas.dataset.pane = this.key;
    viewer.addHandler("canvas-key", (event) => {
      event.preventDefaultAction = true;
    });
    return viewer;
  }

  get isOpen() {
    return this.viewer.world.getItemCount() > 0;
  }

  get title() {
    return this.picture ? this.picture.label : "";
  }

  /** Show a picture; what was zoomed to stays, if it is another one of this exam or frame. */
  async show(id, frame = 1) {
    const picture = this.pictures[id];
    if (!picture) {
      return false;
    }
    const asked = (this.asked = `${id} ${frame}`);
    let tiles;
    try {
      tiles = await pyramid(picture, frame);
    } catch {
      this.say("failed", { label: picture.label });
      return false;
    }
    if (this.asked !== asked) {
      return false;
    }
    const place = this.isOpen ? this.place : null;
    await new Promise((done) => {
      this.viewer.addOnceHandler("open", done);
      this.viewer.addOnceHandler("open-failed", done);
      this.viewer.open(tiles);
    });
    this.picture = picture;
    this.frame = frame;
    if (place) {
      this.moveTo(place, true);
    }
    this.#describe();
    return true;
  }

  #describe() {
    this.view.classList.add("is-live");
    this.element.querySelector(".exam-none")?.remove();
    const isOfThisEye = this.picture.eye === this.eye;
    const shown = this.element.querySelector(".exam-shown");
    shown.textContent = isOfThisEye ? this.say.text("number", this.picture) : this.title;
    shown.classList.toggle("exam-severe", !isOfThisEye);
    const about = document.getElementById(`about-${this.picture.id}`);
    this.element.querySelector(".exam-about").replaceChildren(about.content.cloneNode(true));
    this.frames.hidden = this.picture.frames < 2;
    this.frames.querySelector("output").textContent = `${this.frame} / ${this.picture.frames}`;
    for (const link of document.querySelectorAll(`[data-in="${this.key}"]`)) {
      if (link.dataset.shows === this.picture.id) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    }
    this.viewer.canvas.setAttribute("aria-label", this.say.text("hint", { label: `${this.label}. ${this.title}` }));
  }

  /** The frame so many further on. */
  async step(by) {
    const frame = this.frame + by;
    if (!this.picture || frame < 1 || frame > this.picture.frames) {
      return;
    }
    if (await this.show(this.picture.id, frame)) {
      this.say("frame", { frame, frames: this.picture.frames });
    }
  }

  /** The picture of the exam so many further on; those of this eye first. */
  another(by) {
    const of = (isOfEye) => this.choices.filter((id) => (this.pictures[id].eye === this.eye) === isOfEye);
    const order = [...of(true), ...of(false)];
    const place = order.indexOf(this.picture?.id) + by;
    return order[place] ?? null;
  }

  /** What is shown of the picture: its middle, in widths of the picture, and how large it is. */
  get place() {
    const viewport = this.viewer.viewport;
    return { center: viewport.getCenter(false), zoom: viewport.getZoom(false) };
  }

  moveTo({ center, zoom }, immediately) {
    const viewport = this.viewer.viewport;
    viewport.zoomTo(zoom, null, immediately);
    viewport.panTo(center, immediately);
  }

  zoomBy(factor) {
    this.viewer.viewport.zoomBy(factor).applyConstraints();
  }

  panBy(x, y) {
    const { width, height } = this.viewer.viewport.getBounds(false);
    this.viewer.viewport.panBy(new OpenSeadragon.Point(x * width, y * height)).applyConstraints();
  }

  fit() {
    this.viewer.viewport.goHome();
  }

  /** One pixel of the picture on one of the screen. */
  actualSize() {
    const viewport = this.viewer.viewport;
    viewport.zoomTo(viewport.imageToViewportZoom(1 / window.devicePixelRatio)).applyConstraints();
  }

  /** How many pixels of the screen one of the picture takes. */
  get magnification() {
    const viewport = this.viewer.viewport;
    return this.isOpen ? viewport.viewportToImageZoom(viewport.getZoom(false)) * window.devicePixelRatio : 0;
  }

  focus() {
    this.viewer.canvas.focus();
  }
}
