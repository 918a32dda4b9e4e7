/* Says who the chosen subject is. Without JavaScript the server says it when the form is shown again. */
"use strict";
(function ($) {
  $(function () {
    const shown = document.getElementById("retinopathy-subject");
    if (!shown) {
      return;
    }
    let latest = 0;
    // Select2 tells jQuery alone of a choice.
    $("#id_registered_subject").on("change", async function () {
      const asked = ++latest;
      shown.textContent = "";
      if (!this.value) {
        return;
      }
      const url = shown.dataset.url + "?registered_subject=" + encodeURIComponent(this.value);
      const response = await fetch(url, { credentials: "same-origin" });
      const text = response.ok ? (await response.json()).subject : "";
      if (asked === latest) {
        shown.textContent = text;
      }
    });
  });
})(django.jQuery);
