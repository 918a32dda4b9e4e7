/* Asks again for a picture that the server was too busy to make, and answered 503 for. */
"use strict";
(function () {
  const MOST_TRIES = 12;
  const SECONDS = 1.5;

  function askAgain(image) {
    const tries = Number(image.dataset.tries || 0) + 1;
    if (!image.src.includes("/renderings/") || tries > MOST_TRIES) {
      return;
    }
    image.dataset.tries = tries;
    window.setTimeout(function () {
      image.src = image.src.split("?")[0] + "?again=" + tries;
    }, SECONDS * 1000);
  }

  // It does not bubble.
  document.addEventListener(
    "error",
    function (event) {
      if (event.target instanceof HTMLImageElement) {
        askAgain(event.target);
      }
    },
    true,
  );
  for (const image of document.images) {
    // It failed before this was listening.
    if (image.complete && !image.naturalWidth) {
      askAgain(image);
    }
  }
})();
