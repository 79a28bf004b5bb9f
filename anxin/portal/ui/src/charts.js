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

// From hardly any to the most; the same colours as .ax-scale.
const SHADES = [[238, 244, 243], [169, 205, 200], [77, 150, 144], [11, 95, 89]];
function shade(share) {
  const place = Math.min(Math.max(share, 0), 1) * (SHADES.length - 1);
  const below = Math.min(Math.floor(place), SHADES.length - 2);
  const mixed = SHADES[below].map((from, i) => Math.round(from + (SHADES[below + 1][i] - from) * (place - below)));
  return `rgb(${mixed.join(",")})`;
}

// A map takes {url, most, regions: [{name: adcode, title, short, value, lines, url}]} instead of an option of its own.
async function mapOption(told) {
  const answer = await fetch(told.url);
  if (!answer.ok) throw new Error("no outline");
  const outline = await answer.json();
  registerMap(told.url, outline);
  const titles = Object.fromEntries(told.regions.map((region) => [region.name, region]));
  const data = told.regions.map((region) => ({
    ...region,
    itemStyle: { areaColor: shade(region.value / Math.max(1, told.most)) },
    label:
      region.value > 0.6 * told.most ? { color: "#fff", textBorderColor: "rgba(8,73,68,.8)", textBorderWidth: 2 } : undefined,
  }));
  return {
    tooltip: {
      formatter: ({ name }) => {
        const region = titles[name];
        return region ? `${region.title}<br>${region.lines.join("<br>")}` : name;
      },
    },
    series: [
      {
        type: "map",
        map: told.url,
        layoutCenter: ["52%", "50%"],
        layoutSize: "98%",
        selectedMode: false,
        label: {
          show: true,
          fontSize: 11,
          color: "#1b2733",
          textBorderColor: "rgba(255,255,255,.85)",
          textBorderWidth: 2,
          formatter: ({ name }) => titles[name]?.short ?? "",
        },
        labelLayout: { hideOverlap: true },
        itemStyle: { borderColor: "#fff", borderWidth: 1.2, areaColor: "#eef1f3" },
        emphasis: { label: { color: "#1b2733", fontWeight: 600 }, itemStyle: { areaColor: "#f0c869" } },
        data,
      },
    ],
  };
}

async function draw(element) {
  const told = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  let option;
  try {
    option = told.regions ? await mapOption(told) : withFunctions(told);
  } catch {
    element.hidden = true; // the table beside a map says the same
    return;
  }
  const chart = init(element, theme, { renderer: "svg" });
  chart.setOption({ animation: false, aria: { enabled: false }, ...option });
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
    for (const element of document.querySelectorAll("[data-chart]")) getInstanceByDom(element)?.resize();
  }, 100);
});
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => drawAll(document));
else drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.target));
