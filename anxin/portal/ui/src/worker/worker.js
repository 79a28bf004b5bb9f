// What the worker's pages gain from JavaScript. Everything works without it.

const page = document.documentElement;

// Read the page aloud, where the telephone can speak.
const reader = document.querySelector("[data-read]");
const voice = window.speechSynthesis;
if (reader && voice && window.SpeechSynthesisUtterance) {
  const title = reader.querySelector("span");
  const [start, stop] = [title.textContent, reader.dataset.read];
  const quiet = () => {
    voice.cancel();
    title.textContent = start;
    reader.setAttribute("aria-pressed", "false");
  };
  const spoken = () => {
    const skip = "script,style,[data-silent],.w-hide,[hidden],input,select,textarea,svg";
    const copy = document.querySelector("main").cloneNode(true);
    copy.querySelectorAll(skip).forEach((part) => part.remove());
    copy.querySelectorAll("h1,h2,h3,p,li,dt,dd,td,th,legend,label,button,a").forEach((part) => part.append("。"));
    return copy.textContent.replace(/\s+/g, " ").replace(/(。\s*)+/g, "。");
  };
  reader.hidden = false;
  reader.addEventListener("click", () => {
    if (reader.getAttribute("aria-pressed") === "true") return quiet();
    reader.setAttribute("aria-pressed", "true");
    title.textContent = stop;
    // Long texts are cut off by some telephones: sentence by sentence.
    const parts = spoken().match(/[^。！？.!?]+[。！？.!?]*/g) || [];
    parts.forEach((part, place) => {
      const said = new SpeechSynthesisUtterance(part);
      said.lang = page.lang === "en" ? "en" : "zh-CN";
      said.rate = 0.9;
      if (place === parts.length - 1) said.onend = quiet;
      voice.speak(said);
    });
    return undefined;
  });
  window.addEventListener("pagehide", () => voice.cancel());
}

// An impatient thumb sends a form once; coming back to the page frees the button.
const busy = new Set();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (busy.has(form)) return event.preventDefault();
  busy.add(form);
  form.setAttribute("aria-busy", "true");
  return undefined;
});
window.addEventListener("pageshow", () => {
  busy.forEach((form) => form.removeAttribute("aria-busy"));
  busy.clear();
});

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

const keeper = document.body.dataset.keeper;
if (keeper && "serviceWorker" in navigator) {
  window.addEventListener("load", () => {
    navigator.serviceWorker.register(keeper, { scope: "/" }).catch(() => {});
  });
}
