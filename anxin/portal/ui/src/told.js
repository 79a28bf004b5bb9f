// What a page says about an act stands at its top, and the part it speaks of may lie far below: bring the two together.
// Without scripts both are where they were.

function far(part) {
  return part.getBoundingClientRect().top + window.scrollY > window.innerHeight;
}

// A form that was not taken comes back under its own address.
function refused() {
  const forms = [...document.querySelectorAll("main form[action][method=post]")];
  return forms.find((form) => form.getAttribute("action") === window.location.pathname && form.offsetParent);
}

window.addEventListener("load", () => {
  const told = document.querySelector(".ax-messages");
  if (!told) return;
  const form = refused();
  const part = form ?? document.getElementById(window.location.hash.slice(1));
  if (!part || !far(part)) return;
  if (form) form.prepend(told);
  else part.before(told);
  told.scrollIntoView({ block: "center", behavior: "instant" });
});
