"use strict";
(() => {
  const series = JSON.parse(document.getElementById("chart-data").textContent);
  const place = document.getElementById("chart");
  if (!place || !series.length) return;
  place.parentElement.hidden = false;
  const light = ["#0b57a4", "#b3261e", "#1a7f48", "#8a5a00", "#6a3fa0", "#00727f", "#a4337a", "#59626e"];
  const dark = ["#82b8f2", "#ff8a80", "#4fbf7f", "#e9b04a", "#c0a3f0", "#5cc7d4", "#f08ac8", "#a3acb8"];
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const data = [series[0].ms.map((_, percent) => percent), ...series.map((one) => one.ms)];
  let plot = null;
  const draw = () => {
    if (plot) plot.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    plot = new uPlot({
      width: place.clientWidth,
      height: Math.min(320, Math.max(220, place.clientWidth * .45)),
      scales: { x: { time: false } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} %`) },
        { ...axis, size: 72, values: (_, ticks) => ticks.map((tick) => `${tick} ms`) },
      ],
      series: [
        { label: "share of samples", value: (_, value) => (value == null ? "–" : `${value} %`) },
        ...series.map((one, index) => ({
          label: one.label,
          stroke: (darkness.matches ? dark : light)[index % light.length],
          dash: index % 2 ? [6, 4] : [],
          width: 2,
          points: { show: false },
          value: (_, value) => (value == null ? "–" : `${value} ms`),
        })),
      ],
    }, data, place);
  };
  draw();
  darkness.addEventListener("change", draw);
  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
})();
