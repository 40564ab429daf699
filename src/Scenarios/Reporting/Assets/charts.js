"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("chart-data").textContent);
  const light = ["#0b57a4", "#b3261e", "#1a7f48", "#8a5a00", "#6a3fa0", "#00727f", "#a4337a", "#59626e"];
  const dark = ["#82b8f2", "#ff8a80", "#4fbf7f", "#e9b04a", "#c0a3f0", "#5cc7d4", "#f08ac8", "#a3acb8"];
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });
  const with_ = (unit) => (value) => (value == null ? "–" : `${Math.abs(value) < 10000 ? +value.toPrecision(4) : compact.format(value)}${unit}`);

  // On the axis of a percentile curve a share p stands at 1/(1 - p), so that each nine takes the same room.
  const percent = (place) => `${+(100 - 100 / place).toFixed(6)} %`;

  // Things that happened at a time: a line each where they are few enough to be told apart, and a notch at the top where they would hide the curves.
  const apart = 10;
  const notch = 8;
  const markers = (marks, colour) => (plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.globalAlpha = .5;
    const height = marks.length * apart * devicePixelRatio <= bbox.width ? bbox.height : notch * devicePixelRatio;
    ctx.beginPath();
    for (const mark of marks) {
      const x = plot.valToPos(mark, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + height);
    }
    ctx.stroke();
    ctx.restore();
  };

  const shown = charts
    .map((chart) => ({ chart, place: document.getElementById(chart.id), plot: null }))
    .filter(({ chart, place }) => place && chart.series.some((series) => series.values.some((value) => value != null)));

  // Paper is as wide as this, and white: what the screen has is not asked for then.
  const paper = { width: 640, "--muted": "#444", "--line": "#c4c9d0", "--inconclusive": "#8a5a00" };
  let printing = false;
  const draw = (one) => {
    const { chart, place } = one;
    if (one.plot) one.plot.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => (printing ? paper[name] : style.getPropertyValue(name).trim());
    const room = printing ? Math.min(paper.width, place.clientWidth) : place.clientWidth;
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    const palette = darkness.matches && !printing ? dark : light;
    const x = chart.isPercentile ? percent : with_(chart.xUnit);
    const y = with_(chart.yUnit);
    one.plot = new uPlot({
      width: room,
      height: Math.min(320, Math.max(220, room * .45)),
      scales: {
        x: { time: false, ...(chart.isPercentile || chart.hasLogarithmicPlaces ? { distr: 3 } : {}) },
        y: chart.isLogarithmic ? { distr: 3 } : { range: (_, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.05 : 1] },
      },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => (tick == null ? "" : x(tick))) },
        { ...axis, size: 72, values: (_, ticks) => ticks.map((tick) => (tick == null ? "" : y(tick))) },
      ],
      series: [
        { label: chart.xLabel, value: (_, value) => (value == null ? "–" : x(value)) },
        ...chart.series.map((series, index) => ({
          label: series.label,
          stroke: palette[(series.colour ?? index) % palette.length],
          dash: { dashed: [6, 4], dotted: [2, 4] }[series.line] ?? [],
          width: 2,
          ...(series.line === "bars" ? { paths: uPlot.paths.stepped({ align: 1 }), fill: palette[(series.colour ?? index) % palette.length] + "33" } : {}),
          points: { show: false },
          value: (_, value) => y(value),
        })),
      ],
      hooks: chart.marks ? { draw: [markers(chart.marks, colour("--inconclusive"))] } : {},
    }, [chart.x, ...chart.series.map((series) => series.values)], place);
  };
  const drawAll = () => shown.forEach(draw);

  // All of them, before any is measured: those in columns share the room.
  for (const { place } of shown) place.parentElement.hidden = false;
  drawAll();
  darkness.addEventListener("change", drawAll);
  const drawFor = (paperOrNot) => { printing = paperOrNot; drawAll(); };
  addEventListener("beforeprint", () => drawFor(true));
  addEventListener("afterprint", () => drawFor(false));
  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 150); });
})();
