// Zooming and moving all panes together.

export class Linking {
  constructor(panes) {
    this.panes = panes;
    this.isOn = true;
    this.isMirrored = false;
    this.isFollowing = false;
    for (const pane of panes) {
      for (const name of ["zoom", "pan"]) {
        pane.viewer.addHandler(name, (event) => {
          if (!this.isFollowing) {
            this.follow(pane, event.immediately);
          }
        });
      }
    }
  }

  /** Let the others show what this one shows. */
  follow(leader, immediately = false) {
    if (!this.isOn || !leader.isOpen) {
      return;
    }
    const { center, zoom } = leader.place;
    this.isFollowing = true;
    for (const pane of this.panes) {
      if (pane !== leader && pane.isOpen) {
        const x = this.isMirrored && pane.eye !== leader.eye ? 1 - center.x : center.x;
        pane.moveTo({ center: new OpenSeadragon.Point(x, center.y), zoom }, immediately);
      }
    }
    this.isFollowing = false;
  }
}
