/** Draws a graph as SVG, in the colours of the editor's theme. */
import { type Box, layout, LINE, PADDING } from './layout.ts';
import type { Arrow, Graph, Stage } from './stages.ts';

/** What a name or a detail says must not become markup. */
export function escaped(text: string): string {
    const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
    return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

export function draw(graph: Graph): string {
    const { width, height, boxes } = layout(graph);
    const arrows = graph.arrows.map((arrow) => drawArrow(arrow, graph, boxes));
    const stages = graph.stages.map((stage, index) => drawStage(stage, boxes[index]));
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Stage graph">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
${[...arrows, ...stages].join('\n')}
</svg>`;
}

function drawStage({ name, line }: Stage, box: Box | undefined): string {
    if (box === undefined) {
        return '';
    }
    const texts = box.lines.map((text, index) => {
        const y = box.y + PADDING + LINE * (index + 0.75);
        return `<text x="${box.x + box.width / 2}" y="${y}"${index === 0 ? ' class="name"' : ''}>${escaped(text)}</text>`;
    });
    return `<g class="stage" tabindex="0" role="link" data-line="${line}" aria-label="${escaped(name)}"><rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="4"/>${texts.join('')}</g>`;
}

/** From the lower edge of one box to the upper edge of the other. */
function drawArrow(arrow: Arrow, { stages, arrows }: Graph, boxes: readonly Box[]): string {
    const [start, end] = [boxes[arrow.from], boxes[arrow.to]];
    if (start === undefined || end === undefined) {
        return '';
    }
    // Arrows at one edge share it evenly, so that their heads do not lie on each other.
    const leaving = arrows.filter(({ from }) => from === arrow.from);
    const arriving = arrows.filter(({ to }) => to === arrow.to);
    const x1 = start.x + (start.width * (leaving.indexOf(arrow) + 1)) / (leaving.length + 1);
    const x2 = end.x + (end.width * (arriving.indexOf(arrow) + 1)) / (arriving.length + 1);
    const [y1, y2] = [start.y + start.height, end.y];
    const middle = (y1 + y2) / 2;
    const sense = arrow.kind === 'base' ? 'is built on' : 'copies from';
    const title = escaped(`${stages[arrow.to]?.name} ${sense} ${stages[arrow.from]?.name}`);
    return `<path class="${arrow.kind}" d="M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}" marker-end="url(#head)"><title>${title}</title></path>`;
}
