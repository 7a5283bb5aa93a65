// The little that pages do by themselves: one press of a stepper without a round trip, and the word that the server is
// away. Everything else is plain forms, and htmx where it is there.
(function () {
  "use strict";

  // A press on + or - changes the number here and now; without this script the same button sends the form.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-step]");
    if (!button) return;
    event.preventDefault();
    var input = button.parentElement.querySelector("input");
    var typed = parseInt(input.value.replace(/[,\s]/g, ""), 10) || 0;
    input.value = Math.max(0, typed + parseInt(button.dataset.step, 10));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  var since = null;

  function away() {
    var banner = document.getElementById("offline");
    if (!banner || since) return;
    since = new Date();
    banner.querySelector("b").textContent = since.toTimeString().slice(0, 5);
    banner.hidden = false;
  }

  function back() {
    var banner = document.getElementById("offline");
    since = null;
    if (banner) banner.hidden = true;
  }

  document.addEventListener("htmx:sendError", away);
  document.addEventListener("htmx:timeout", away);
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status >= 500) away();
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.successful) back();
  });
})();
