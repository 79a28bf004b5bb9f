// Outlines as small as a screen needs them. ECharts' own packed form (each ring a string of zigzag steps of 1/1024
// degree; a few files hold plain degrees) is unpacked, thinned and packed again.

function unpack(ring, [startX, startY] = []) {
  if (typeof ring !== "string") return ring.map(([lng, lat]) => [Math.round(lng * 1024), Math.round(lat * 1024)]);
  const points = [];
  let x = startX;
  let y = startY;
  for (let i = 0; i < ring.length; i += 2) {
    const dx = ring.charCodeAt(i) - 64;
    const dy = ring.charCodeAt(i + 1) - 64;
    x += (dx >> 1) ^ -(dx & 1);
    y += (dy >> 1) ^ -(dy & 1);
    points.push([x, y]);
  }
  return points;
}

function pack(points) {
  const zigzag = (n) => String.fromCharCode(((n << 1) ^ (n >> 31)) + 64);
  let [x, y] = points[0];
  const offset = [x, y];
  let ring = "";
  for (const [nextX, nextY] of points) {
    ring += zigzag(nextX - x) + zigzag(nextY - y);
    [x, y] = [nextX, nextY];
  }
  return { ring, offset };
}

// Ramer–Douglas–Peucker: keeps the points that lie further than `tolerance` from the line of their neighbours.
function thin(points, tolerance) {
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const open = [[0, points.length - 1]];
  while (open.length) {
    const [from, to] = open.pop();
    const [ax, ay] = points[from];
    const dx = points[to][0] - ax;
    const dy = points[to][1] - ay;
    const length = Math.hypot(dx, dy);
    let furthest = 0;
    let at = -1;
    for (let i = from + 1; i < to; i += 1) {
      const [px, py] = points[i];
      // The ends of a closed ring are one point: there the distance from it counts.
      const away = length ? Math.abs(dy * (px - ax) - dx * (py - ay)) / length : Math.hypot(px - ax, py - ay);
      if (away > furthest) [furthest, at] = [away, i];
    }
    if (furthest > tolerance) {
      keep[at] = 1;
      open.push([from, at], [at, to]);
    }
  }
  return points.filter((_, i) => keep[i]);
}

function box(rings) {
  const points = rings.flat();
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  return [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
}

// A province's outline with about as many points as its picture has pixels; specks of a few pixels are left out.
export function smaller(outline) {
  const polygons = outline.features.map(({ geometry }) => {
    const many = geometry.type === "MultiPolygon";
    const coordinates = many ? geometry.coordinates : [geometry.coordinates];
    const offsets = many ? geometry.encodeOffsets : [geometry.encodeOffsets];
    return coordinates.map((rings, i) => rings.map((ring, k) => unpack(ring, offsets?.[i]?.[k])));
  });
  const [width, height] = box(polygons.flat(2));
  const pixel = Math.max(width, height) / 450;
  outline.features.forEach((feature, index) => {
    const kept = polygons[index]
      .map((rings) => rings.map((ring) => thin(ring, pixel * 0.6)).filter((ring) => ring.length > 3))
      .filter((rings) => rings.length);
    const large = kept.filter((rings) => Math.max(...box(rings)) > pixel * 3);
    const chosen = large.length ? large : kept.length ? kept.slice(0, 1) : polygons[index].slice(0, 1);
    const packed = chosen.map((rings) => rings.map(pack));
    feature.geometry = {
      type: "MultiPolygon",
      coordinates: packed.map((rings) => rings.map(({ ring }) => ring)),
      encodeOffsets: packed.map((rings) => rings.map(({ offset }) => offset)),
    };
  });
  outline.UTF8Encoding = true;
  return outline;
}

