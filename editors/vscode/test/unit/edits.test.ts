import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applied } from '../../src/edits.ts';

test('edits are applied in the order of the text, whatever their own', () => {
    const edits = [
        { start: 4, end: 5, text: 'E' },
        { start: 0, end: 1, text: '' },
        { start: 2, end: 2, text: '12' },
        { start: 2, end: 2, text: '3' },
        { start: 6, end: 6, text: '!' },
    ];
    assert.equal(applied('abcdef', edits), 'b123cdEf!');
    assert.equal(applied('abc', []), 'abc');
});
