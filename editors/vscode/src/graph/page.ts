/** The page around a drawing. Nothing is loaded from anywhere, and only our own script runs. */
import { draw } from './draw.ts';
import type { Graph } from './stages.ts';

const STYLE = `
body { margin: 0; color: var(--vscode-editor-foreground); background: var(--vscode-editor-background); }
svg { display: block; margin: 0 auto; font: 12px var(--vscode-editor-font-family, monospace); }
rect { fill: var(--vscode-editorWidget-background); stroke: var(--vscode-editorWidget-border, currentColor); }
text { fill: var(--vscode-descriptionForeground); text-anchor: middle; }
.name { fill: var(--vscode-editor-foreground); font-weight: bold; }
.stage { cursor: pointer; outline: none; }
.stage:hover rect, .stage:focus rect { stroke: var(--vscode-focusBorder); stroke-width: 2; }
path { fill: none; stroke: var(--vscode-editor-foreground); stroke-width: 1.5; }
path.copy { stroke-dasharray: 5 4; }
marker path { fill: var(--vscode-editor-foreground); stroke: none; }
p { margin: 16px 24px; font-family: var(--vscode-font-family); color: var(--vscode-descriptionForeground); text-align: center; }
`;

const SCRIPT = `
const editor = acquireVsCodeApi();
function go(event) {
    const stage = event.target.closest('.stage');
    if (stage && (event.type === 'click' || event.key === 'Enter')) {
        editor.postMessage({ line: Number(stage.dataset.line) });
    }
}
document.addEventListener('click', go);
document.addEventListener('keydown', go);
`;

export function page(graph: Graph, nonce: string): string {
    const body =
        graph.stages.length === 0
            ? '<p>This file has no stage yet: it begins with FROM.</p>'
            : `${draw(graph)}<p>A line: is built on. A dashed line: copies from. Click a stage to go there.</p>`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>Stage graph</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
${body}
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}
