// Measures a button: its size, that of its text, and its colours and those around it as red, green and blue from 0 to 255.
(element) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = "#000";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, below) => {
    const alpha = top[3] / 255;
    return [0, 1, 2].map((at) => top[at] * alpha + below[at] * (1 - alpha));
  };
  const groundOf = (start) => {
    const layers = [];
    for (let at = start; at; at = at.parentElement ?? at.getRootNode().host) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      layers.push(rgba(style.backgroundColor));
      if (layers.at(-1)[3] === 255) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const { width, height } = element.getBoundingClientRect();
  const ground = groundOf(element);
  const around = element.parentElement ? groundOf(element.parentElement) : null;
  const text = ground && over(rgba(getComputedStyle(element).color), ground);
  const name = element.getAttribute("aria-label") || element.innerText || element.value || element.title || "";
  const font = parseFloat(getComputedStyle(element).fontSize) || null;
  return { name: `${name}`.trim().slice(0, 200), width, height, font, text, ground, around };
}
