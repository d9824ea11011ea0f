/** A chart as a picture of its own: with the theme's colours in it, as SVG or PNG. */

const kept = [
  'fill',
  'stroke',
  'stroke-width',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
] as const;

/** The text of an SVG file that looks as the chart does now. */
export function svgText(chart: SVGSVGElement): string {
  const copy = chart.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) return '';
  const from = [chart, ...chart.querySelectorAll('*')];
  const to = [copy, ...copy.querySelectorAll('*')];
  for (const [index, element] of from.entries()) {
    const target = to.at(index);
    if (!target) continue;
    const look = getComputedStyle(element);
    for (const name of kept) target.setAttribute(name, look.getPropertyValue(name));
    for (const name of ['class', 'id', 'role', 'tabindex']) target.removeAttribute(name);
    for (const { name } of [...target.attributes]) if (name.startsWith('aria-')) target.removeAttribute(name);
  }
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

/** Twice as large as on the screen, so that it is sharp in a document. */
const scale = 2;

export async function pngOf(chart: SVGSVGElement): Promise<Blob> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(chart))}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = chart.clientWidth * scale;
  canvas.height = chart.clientHeight * scale;
  const context = canvas.getContext('2d');
  context?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('The picture could not be made.'));
    }, 'image/png');
  });
}
