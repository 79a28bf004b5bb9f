// Pictures, loaded only by pages that show one. A picture is an element
//   <div class="ax-chart" data-chart="ID of a <script type=application/json> with an ECharts option"></div>
// Options that need a function name it: see `named` below.

import { BarChart, LineChart, MapChart } from "echarts/charts";
import {
  GeoComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
} from "echarts/components";
import { getInstanceByDom, init, registerMap, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart,
  LineChart,
  MapChart,
  GeoComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  SVGRenderer,
]);

const theme = {
  color: ["#0b5f59", "#8aa4b5", "#dd6b10", "#c0251c", "#2768b0", "#dfae11"],
  // The family by name: text is measured before it is drawn, and "inherit" cannot be measured.
  textStyle: { fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--tblr-font-sans-serif"), color: "#1b2733" },
  categoryAxis: { axisLine: { lineStyle: { color: "#c5cfd6" } }, axisTick: { show: false }, axisLabel: { color: "#566472" } },
  valueAxis: { splitLine: { lineStyle: { color: "#eaeef1" } }, axisLabel: { color: "#566472" } },
  legend: { textStyle: { color: "#566472" } },
};
const numbers = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en" : "zh");
const named = {
  number: (value) => numbers.format(value),
  monthDay: (value) => String(value).slice(5),
};

function withFunctions(value) {
  if (Array.isArray(value)) return value.map(withFunctions);
  if (value && typeof value === "object") {
    for (const key of Object.keys(value)) {
      const inner = value[key];
      value[key] = /formatter/i.test(key) && named[inner] ? named[inner] : withFunctions(inner);
    }
  }
  return value;
}

// From none to the most, light to dark in one hue, so that they differ for every eye; the same as .ax-shade-….
const SHADES = ["#f3f6f6", "#cfe4e1", "#94c4be", "#4d9690", "#0b5f59"];
const LABEL = 11;
const FAMILY = theme.textStyle.fontFamily;

// How large a map that stands in its box may be, and whether every name stands inside its place and clear of the others.
function fit(chart, size, titles) {
  const geo = chart.getModel().getSeriesByIndex(0).coordinateSystem;
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${LABEL}px ${FAMILY}`;
  const boxes = geo.regions.map((region) => {
    const { x, y, width, height } = region.getBoundingRect();
    const [left, bottom] = geo.dataToPoint([x, y]);
    const [right, top] = geo.dataToPoint([x + width, y + height]);
    return { region, left, right, top: Math.min(top, bottom), bottom: Math.max(top, bottom) };
  });
  const wide = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
  const high = Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top));
  const more = 0.98 * Math.min(chart.getWidth() / wide, chart.getHeight() / high);
  const labels = boxes.filter(({ region }) => titles[region.name]).map(({ region, left, right }) => {
    const width = pen.measureText(titles[region.name].short).width;
    const [x, y] = geo.dataToPoint(region.getCenter()).map((place) => place * more);
    return { fits: width <= (right - left) * more * 0.82, box: [x - width / 2 - 2, y - 8, x + width / 2 + 2, y + 8] };
  });
  const apart = ([a, b, c, d], [e, f, g, h]) => c < e || g < a || d < f || h < b;
  const names = labels.every((one, i) => one.fits && labels.slice(i + 1).every((other) => apart(one.box, other.box)));
  return { size: size * more, names };
}

// A map takes {url, regions: [{name: adcode, title, short, turn, value, shade, lines, url}]} instead of an option of its
// own. Where the names do not all fit, it shows each place's turn, which stands before its row in the table as well.
async function mapOf(told) {
  const answer = await fetch(told.url);
  if (!answer.ok) throw new Error("no outline");
  registerMap(told.url, await answer.json());
  const titles = Object.fromEntries(told.regions.map((region) => [region.name, region]));
  const dark = SHADES.length - 1;
  const badge = { backgroundColor: "#fff", borderColor: "#7d9491", borderWidth: 1, borderRadius: 9, padding: [3, 5, 2, 5], fontWeight: 600 };
  const option = (size, names) => ({
    tooltip: {
      confine: true,
      formatter: ({ name }) => {
        const region = titles[name];
        return region ? `${region.title}<br>${region.lines.join("<br>")}` : name;
      },
    },
    series: [
      {
        type: "map",
        map: told.url,
        layoutCenter: ["50%", "50%"],
        layoutSize: size,
        selectedMode: false,
        label: {
          show: true,
          fontSize: LABEL,
          fontFamily: FAMILY,
          color: "#10201f",
          formatter: ({ name }) => (names ? titles[name]?.short : titles[name]?.turn?.toString()) ?? "",
        },
        labelLayout: { hideOverlap: true },
        itemStyle: { borderColor: "#9fb4b1", borderWidth: 1, areaColor: "#eef1f3" },
        emphasis: { label: { color: "#10201f", textBorderColor: "#f0c869" }, itemStyle: { areaColor: "#f0c869" } },
        data: told.regions.map((region) => ({
          ...region,
          itemStyle: { areaColor: SHADES[region.shade] },
          label: names
            ? { color: region.shade === dark ? "#fff" : "#10201f", textBorderColor: SHADES[region.shade], textBorderWidth: 2 }
            : badge,
        })),
      },
    ],
  });
  return (chart) => {
    const size = Math.min(chart.getWidth(), chart.getHeight());
    chart.setOption(option(size, true), { notMerge: true });
    const found = fit(chart, size, titles);
    for (const key of document.querySelectorAll("[data-map-key]")) key.hidden = found.names;
    chart.setOption({ animation: false, aria: { enabled: false }, ...option(found.size, found.names) }, { notMerge: true });
  };
}

async function draw(element) {
  const told = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  let show = (chart) => chart.setOption({ animation: false, aria: { enabled: false }, ...withFunctions(told) });
  try {
    if (told.regions) element.drawMap = show = await mapOf(told);
  } catch {
    element.hidden = true; // the table beside a map says the same
    return;
  }
  const chart = init(element, theme, { renderer: "svg" });
  show(chart);
  chart.on("click", ({ data }) => {
    if (data?.url) window.location.href = data.url;
  });
}

function drawAll(root) {
  for (const element of root.querySelectorAll("[data-chart]")) if (!getInstanceByDom(element)) draw(element);
}

let waiting;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    for (const element of document.querySelectorAll("[data-chart]")) {
      const chart = getInstanceByDom(element);
      chart?.resize();
      if (chart) element.drawMap?.(chart);
    }
  }, 100);
});
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => drawAll(document));
else drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.target));
