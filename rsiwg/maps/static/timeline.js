// The slider over the accesses of a map: place 0 shows all of them, place n the nth alone.  The table below it does the same.
"use strict";
window.rsiwgTimeline = (() => {
  const slider = document.getElementById("moment"), now = document.getElementById("now"), play = document.getElementById("play");
  const buttons = [...document.querySelectorAll("button[data-moment]")];
  const PAUSE_MS = 1500;
  let showMoment = () => {}, timer;

  const go = (place, fromSlider = false) => {
    const last = buttons.length, at = (place + last + 1) % (last + 1), button = buttons[at - 1];
    if (!fromSlider) slider.value = at;
    now.textContent = button ? `${at} of ${last}: ${button.dataset.label}` : `All ${last} accesses`;
    slider.setAttribute("aria-valuetext", now.textContent);
    buttons.forEach((each) => {
      const current = each === button;
      each.closest("tr").classList.toggle("lit", current);
      if (current) each.setAttribute("aria-current", "true"); else each.removeAttribute("aria-current");
    });
    if (button) {
      // Only the table scrolls, never the page.
      const box = button.closest(".scroll"), row = button.closest("tr");
      if (row.offsetTop < box.scrollTop + 30 || row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = row.offsetTop - 40;
    }
    showMoment(at ? at - 1 : null);
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  };
  const step = (by) => go(Number(slider.value) + by);

  const start = (show) => {
    showMoment = show;
    slider.addEventListener("input", () => { stop(); go(Number(slider.value), true); });
    document.getElementById("earlier").addEventListener("click", () => { stop(); step(-1); });
    document.getElementById("later").addEventListener("click", () => { stop(); step(1); });
    play.addEventListener("click", () => {
      if (timer) { stop(); return; }
      timer = setInterval(() => step(1), PAUSE_MS);
      play.textContent = "Stop";
      play.setAttribute("aria-pressed", "true");
      step(1);
    });
    buttons.forEach((button) => button.addEventListener("click", () => { stop(); go(Number(button.dataset.moment)); }));
    go(0);
  };
  return { start, go, step: (by) => { stop(); step(by); } };
})();
