// Pictures under the outlines; of two, the second shows right of a divider that a slider moves.
"use strict";
window.rsiwgPictures = (() => {
  const PANE = 402; // over the background, under every outline

  const add = (map, pictures) => {
    const panes = pictures.map((picture, number) => {
      const pane = map.createPane(`picture-${number}`);
      pane.style.zIndex = PANE + number;
      pane.classList.add("picture");
      L.imageOverlay(picture.address, picture.bounds, { pane: `picture-${number}`, alt: picture.title }).addTo(map);
      return pane;
    });
    const box = document.getElementById("pictures");
    const shown = box.querySelector("#pictures-shown"), slider = box.querySelector("#pictures-divider");
    const cut = () => {
      if (panes.length < 2) return;
      const size = map.getSize(), corner = map.containerPointToLayerPoint([0, 0]);
      const x = corner.x + size.x * Number(slider.value) / 100;
      panes[1].style.clip = `rect(${corner.y}px, ${corner.x + size.x}px, ${corner.y + size.y}px, ${x}px)`;
      const line = map.getContainer().querySelector(".divider");
      if (line) line.style.left = `${slider.value}%`;
    };
    if (panes.length > 1) {
      const line = document.createElement("div");
      line.className = "divider";
      line.setAttribute("aria-hidden", "true");
      map.getContainer().append(line);
      slider.addEventListener("input", cut);
      map.on("move zoomend resize", cut);
      cut();
    }
    shown.addEventListener("change", () => {
      for (const pane of panes) pane.hidden = !shown.checked;
      const line = map.getContainer().querySelector(".divider");
      if (line) line.hidden = !shown.checked;
    });
  };
  return { add };
})();
