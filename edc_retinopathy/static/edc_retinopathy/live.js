/* Says what is new, and that the server cannot be reached; htmx asks for the part that changes. */
"use strict";
(function () {
  const live = document.getElementById("retinopathy-live");
  const connection = document.getElementById("retinopathy-connection");
  const news = document.getElementById("retinopathy-news");
  if (!live || !window.htmx) {
    return;
  }
  let said = sayings();
  let reached = new Date();

  function board() {
    return document.getElementById("retinopathy-board");
  }

  function sayings() {
    const elements = document.querySelectorAll("#retinopathy-live [data-news]");
    return new Map(Array.from(elements, (element) => [element.id, element.dataset.news]));
  }

  function show(what) {
    for (const line of connection.children) {
      line.hidden = line.dataset.when !== what;
    }
    live.classList.toggle("retinopathy-stale", Boolean(what));
  }

  function lost() {
    connection.querySelector("time").textContent = reached.toLocaleTimeString();
    show("lost");
  }

  function isOurs(event) {
    return event.detail.elt === live;
  }

  live.addEventListener("htmx:configRequest", function (event) {
    if (document.hidden) {
      event.preventDefault();
      return;
    }
    event.detail.headers["If-None-Match"] = '"' + board().dataset.version + '"';
  });

  live.addEventListener("htmx:beforeSwap", function (event) {
    // Anything else, such as a login that it was sent to, is not shown inside of the page.
    if (isOurs(event) && !event.detail.xhr.responseText.includes('id="retinopathy-board"')) {
      event.detail.shouldSwap = false;
    }
  });

  live.addEventListener("htmx:afterSwap", function () {
    const now = sayings();
    const fresh = Array.from(now).filter(([id, text]) => said.get(id) !== text);
    said = now;
    if (fresh.length) {
      news.textContent = fresh.map(([, text]) => text).join(". ");
    }
  });

  live.addEventListener("htmx:afterRequest", function (event) {
    const status = event.detail.xhr.status;
    const isPart = event.detail.xhr.responseText.includes('id="retinopathy-board"');
    if (status === 304 || (status === 200 && isPart)) {
      reached = new Date();
      show(null);
    } else if (status === 200 || status === 401 || status === 403 || status === 404) {
      connection.querySelector("a").href = window.location.href;
      show("out");
    } else {
      lost();
    }
  });

  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) {
      window.htmx.trigger(live, "refresh");
    }
  });
})();
