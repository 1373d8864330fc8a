import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, escaped } from '../../src/graph/draw.ts';
import { layout } from '../../src/graph/layout.ts';
import { page } from '../../src/graph/page.ts';
import type { Arrow, Graph } from '../../src/graph/stages.ts';

function graph(names: string[], arrows: Arrow[] = []): Graph {
    return { stages: names.map((name, line) => ({ name, detail: `base-of-${name} · 5 MB disk`, line })), arrows };
}

const THREE = graph(
    ['build', 'certs', 'last'],
    [
        { from: 0, to: 2, kind: 'base' },
        { from: 1, to: 2, kind: 'copy' },
    ],
);

test('a stage stands below all that it uses, and beside what it has nothing to do with', () => {
    const { boxes, width, height } = layout(THREE);
    const [build, certs, last] = boxes;
    assert.ok(build && certs && last);
    assert.equal(build.y, certs.y);
    assert.ok(build.x + build.width < certs.x);
    assert.ok(last.y > build.y + build.height);
    assert.ok(certs.x + certs.width < width && last.y + last.height < height);
    assert.deepEqual(build.lines, ['build', 'base-of-build', '5 MB disk']);
});

test('a circle, which only a broken file has, comes to an end', () => {
    const circle = graph(['a', 'b'], [{ from: 0, to: 1, kind: 'base' }, { from: 1, to: 0, kind: 'base' }, { from: 0, to: 0, kind: 'copy' }]);
    assert.equal(layout(circle).boxes.length, 2);
});

test('each arrow says what it means', () => {
    const drawn = draw(THREE);
    assert.match(drawn, /<path class="base"[^>]*><title>last is built on build<\/title>/);
    assert.match(drawn, /<path class="copy"[^>]*><title>last copies from certs<\/title>/);
});

test('nothing that a file says becomes markup', () => {
    assert.equal(escaped(`<a b="c">&'`), '&lt;a b=&quot;c&quot;&gt;&amp;&#39;');
    const evil = '<img src=x onerror=alert(1)>';
    assert.ok(!page(graph([evil]), 'abc').includes('<img'));
});

test('the page runs no script but its own and loads nothing', () => {
    const policy = /content="([^"]*)"/.exec(page(THREE, 'abc'))?.[1];
    assert.equal(policy, "default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'");
});

test('a file without a stage has words instead of a drawing', () => {
    assert.match(page(graph([]), 'abc'), /no stage yet/);
});
