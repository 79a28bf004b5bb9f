// What the claim's forms gain from JavaScript: sums, smaller pictures, a voice note. Each form works without it.

// Choosing a province lists its counties at once.
const province = document.querySelector("[data-counties]");
if (province) {
  const list = province.form.querySelector('[name="go"][value="counties"]');
  list.hidden = Boolean(document.getElementById("region"));
  province.addEventListener("change", () => {
    list.hidden = false;
    if (province.value) list.click();
  });
}

// "Another site" opens the fields that ask which.
document.querySelectorAll("[data-opens]").forEach((choice) => {
  const more = document.getElementById(choice.dataset.opens);
  choice.form.addEventListener("change", () => {
    if (choice.checked) more.open = true;
  });
});

// The sum of what is typed, as one types.
const total = document.querySelector("[data-total]");
if (total) {
  const form = total.closest("form");
  const shown = total.querySelector("[data-total-sum]");
  const yuan = (text) => {
    const found = text.replace(/[,，\s元]/g, "").match(/^(\d+(?:\.\d+)?)(万)?$/);
    return found ? Number(found[1]) * (found[2] ? 10000 : 1) : 0;
  };
  const add = () => {
    let sum = 0;
    form.querySelectorAll("[data-sum]").forEach((field) => {
      const month = field.closest(".c-month");
      const ticked = !month || month.querySelector("input[type=checkbox]").checked;
      if (ticked) sum += yuan(field.value);
    });
    const whole = form.querySelector("#total");
    if (whole && !whole.value) sum += yuan(form.querySelector("#days").value) * yuan(form.querySelector("#rate").value);
    total.hidden = sum <= 0;
    shown.textContent = sum.toLocaleString("zh-CN", { maximumFractionDigits: 2 });
  };
  form.addEventListener("input", add);
  form.addEventListener("change", add);
  add();
}

// A picture of many megabytes is made smaller before it is sent, where the telephone can.
const LARGE = 1500000;
const LONGEST = 2600;
function smaller(file) {
  return new Promise((done) => {
    const picture = new Image();
    const address = URL.createObjectURL(file);
    const keep = (made) => {
      URL.revokeObjectURL(address);
      done(made || file);
    };
    picture.onerror = () => keep();
    picture.onload = () => {
      const scale = Math.min(1, LONGEST / Math.max(picture.naturalWidth, picture.naturalHeight));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.naturalWidth * scale);
      canvas.height = Math.round(picture.naturalHeight * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((made) => {
        const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
        keep(made && made.size < file.size ? new File([made], name, { type: "image/jpeg" }) : null);
      }, "image/jpeg", 0.86);
    };
    picture.src = address;
  });
}
function put(field, files) {
  const box = new DataTransfer();
  files.forEach((file) => box.items.add(file));
  field.files = box.files;
}
document.querySelectorAll("form[data-shrink]").forEach((form) => {
  const state = form.querySelector("[data-shrink-state]");
  let working = 0;
  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field.type !== "file" || field.name === "voice" || !window.DataTransfer) return;
    const files = Array.from(field.files);
    if (!files.some((file) => file.size > LARGE && file.type.startsWith("image/"))) return;
    working += 1;
    state.textContent = "…";
    Promise.all(files.map((file) => (file.size > LARGE && file.type.startsWith("image/") ? smaller(file) : file)))
      .then((made) => put(field, made))
      .catch(() => {})
      .then(() => {
        working -= 1;
        const size = Array.from(field.files).reduce((sum, file) => sum + file.size, 0);
        state.textContent = `${(size / 1048576).toFixed(1)} MB`;
        form.dispatchEvent(new Event("smaller"));
      });
  });
  form.addEventListener("submit", (event) => {
    if (!working) return;
    // Wait for the smaller picture, then send with the same button.
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    form.addEventListener("smaller", () => (button ? button.click() : form.submit()), { once: true });
  }, true);
});

// A voice note, where the telephone lets a page use its microphone.
document.querySelectorAll("[data-voice]").forEach((part) => {
  const button = part.querySelector("[data-record]");
  const state = part.querySelector("[data-record-state]");
  const field = part.querySelector("input[type=file]");
  const sound = part.querySelector("[data-record-play]");
  if (!window.MediaRecorder || !navigator.mediaDevices || !window.DataTransfer) return;
  button.hidden = false;
  const start = button.textContent;
  let recorder = null;
  let ticking = 0;
  button.addEventListener("click", () => {
    if (recorder) return recorder.stop();
    navigator.mediaDevices.getUserMedia({ audio: true }).then((stream) => {
      const parts = [];
      const type = ["audio/webm", "audio/mp4", "audio/ogg"].find((one) => MediaRecorder.isTypeSupported(one));
      recorder = new MediaRecorder(stream, Object.assign({ audioBitsPerSecond: 32000 }, type ? { mimeType: type } : {}));
      recorder.ondataavailable = (event) => parts.push(event.data);
      recorder.onstop = () => {
        clearInterval(ticking);
        stream.getTracks().forEach((track) => track.stop());
        const made = new Blob(parts, { type: recorder.mimeType });
        recorder = null;
        const ending = made.type.includes("mp4") ? "m4a" : made.type.includes("ogg") ? "ogg" : "webm";
        put(field, [new File([made], `voice.${ending}`, { type: made.type })]);
        sound.src = URL.createObjectURL(made);
        sound.hidden = false;
        button.textContent = start;
        state.textContent = button.dataset.done;
      };
      recorder.start();
      const begun = Date.now();
      button.textContent = button.dataset.stop;
      ticking = setInterval(() => {
        const seconds = Math.round((Date.now() - begun) / 1000);
        state.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        if (seconds >= 300 && recorder) recorder.stop();
      }, 500);
    }).catch(() => {
      state.textContent = button.dataset.denied;
    });
    return undefined;
  });
});
