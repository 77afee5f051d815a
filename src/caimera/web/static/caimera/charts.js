// Draws what tables say. A chart repeats rows that are there for everyone, so it is hidden from screen readers.
"use strict";

(() => {
  const SHOWN = 20;
  const ROW = 26;
  const LINE = 240;
  const drawn = new Map();
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function rowsOf(name) {
    const rows = document.querySelectorAll(`[data-chart-row="${CSS.escape(name)}"]`);
    return [...rows].filter((row) => row.dataset.chartValue)
      .map((row) => ({ label: row.dataset.chartLabel, value: Number(row.dataset.chartValue), text: row.dataset.chartText }));
  }

  // Bands of numbers keep their order; everything else comes by size. Time runs as it does in the table.
  function ordered(name, rows, most) {
    const inOrder = name.startsWith("by-") ? rows : [...rows].sort((one, other) => other.value - one.value);
    return inOrder.slice(0, most).reverse();
  }

  function colour(name, print) {
    const light = { text: "#1b2a36", bar: "#0b6478", line: "#c3ced6" };
    if (print) return light[name];
    const property = { text: "--ds-color-neutral-text-default", bar: "--ds-color-base-default", line: "--ds-color-neutral-border-subtle" };
    return getComputedStyle(document.body).getPropertyValue(property[name]).trim() || light[name];
  }

  function option(rows, width, print) {
    const text = colour("text", print);
    const room = Math.max(80, Math.min(220, width * 0.38));
    return {
      animation: false,
      grid: { left: room + 8, right: Math.min(150, width * 0.28), top: 4, bottom: 4 },
      xAxis: { type: "value", show: false },
      yAxis: {
        type: "category", data: rows.map((row) => row.label), axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("line", print) } },
        axisLabel: { color: text, width: room, overflow: "truncate", fontSize: 12, interval: 0 },
      },
      series: [{
        type: "bar", data: rows.map((row) => row.value), barMaxWidth: 16, silent: true,
        itemStyle: { color: colour("bar", print), borderRadius: [0, 3, 3, 0] },
        label: { show: true, position: "right", color: text, fontSize: 12, formatter: ({ dataIndex }) => rows[dataIndex].text },
      }],
    };
  }

  function lineOption(rows, print) {
    const axis = { axisLabel: { color: colour("text", print), fontSize: 12 }, axisLine: { lineStyle: { color: colour("line", print) } } };
    return {
      animation: false,
      grid: { left: 56, right: 24, top: 12, bottom: 28 },
      xAxis: { type: "category", data: rows.map((row) => row.label), boundaryGap: false, axisTick: { show: false }, ...axis },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("line", print) } }, ...axis },
      series: [{
        type: "line", data: rows.map((row) => row.value), step: "end", silent: true, symbolSize: 6,
        lineStyle: { color: colour("bar", print), width: 2 }, itemStyle: { color: colour("bar", print) },
      }],
    };
  }

  function draw(figure, print = false) {
    const line = figure.dataset.chartKind === "line";
    const rows = line ? rowsOf(figure.dataset.chart) : ordered(figure.dataset.chart, rowsOf(figure.dataset.chart), Number(figure.dataset.chartMost) || SHOWN);
    figure.hidden = rows.length < 2;
    if (figure.hidden) return;
    const room = figure.querySelector(".chart-drawing");
    room.style.height = line ? `${LINE}px` : `${rows.length * ROW + 8}px`;
    const chart = window.echarts.getInstanceByDom(room) || window.echarts.init(room);
    chart.resize();
    chart.setOption(line ? lineOption(rows, print) : option(rows, room.clientWidth, print), true);
    drawn.set(figure, chart);
  }

  function drawAll(print = false) {
    for (const [figure, chart] of drawn) {
      if (figure.isConnected) continue;
      chart.dispose();
      drawn.delete(figure);
    }
    for (const figure of document.querySelectorAll("[data-chart]")) draw(figure, print);
  }

  let due = 0;
  function soon() {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => drawAll());
  }

  dark.addEventListener("change", soon);
  window.addEventListener("resize", soon);
  window.addEventListener("beforeprint", () => drawAll(true));
  window.addEventListener("afterprint", soon);
  document.body.addEventListener("htmx:oobAfterSwap", soon);
  drawAll();
})();
