/** Reads the graph of a file from the server: its outline, and the call hierarchy of each stage. */
import type { Uri } from 'vscode';
import {
    type CallHierarchyItem,
    CallHierarchyOutgoingCallsRequest,
    CallHierarchyPrepareRequest,
    type DocumentSymbol,
    DocumentSymbolRequest,
    type LanguageClient,
    SymbolKind,
} from 'vscode-languageclient/node';
import type { Arrow, Graph } from './stages.ts';

export async function readGraph(client: LanguageClient, uri: Uri): Promise<Graph> {
    const textDocument = { uri: client.code2ProtocolConverter.asUri(uri) };
    const symbols = (await client.sendRequest(DocumentSymbolRequest.type, { textDocument })) ?? [];
    const outline = symbols.filter((symbol): symbol is DocumentSymbol => 'selectionRange' in symbol);
    const prepared = outline
        .filter((symbol) => symbol.kind === SymbolKind.Module)
        .map((symbol) =>
            client.sendRequest(CallHierarchyPrepareRequest.type, {
                textDocument,
                position: symbol.selectionRange.start,
            }),
        );
    const items = (await Promise.all(prepared)).flatMap((found) => found ?? []);
    const places = new Map(items.map((item, index) => [placeOf(item), index]));
    const arrows = await Promise.all(items.map((item, index) => arrowsTo(client, item, index, places)));
    return {
        stages: items.map((item) => ({
            name: item.name,
            detail: item.detail ?? '',
            line: item.selectionRange.start.line,
        })),
        arrows: arrows.flat(),
    };
}

/** What tells two stages of a file apart: names may be there twice. */
function placeOf({ selectionRange: { start } }: CallHierarchyItem): string {
    return `${start.line}:${start.character}`;
}

async function arrowsTo(
    client: LanguageClient,
    item: CallHierarchyItem,
    to: number,
    places: ReadonlyMap<string, number>,
): Promise<Arrow[]> {
    const calls = (await client.sendRequest(CallHierarchyOutgoingCallsRequest.type, { item })) ?? [];
    return calls.flatMap((call) => {
        const from = places.get(placeOf(call.to));
        // The name of a stage stands at the end of its FROM, so all up to there is what it is built on.
        const isBase = call.fromRanges.some((range) => range.start.line <= item.selectionRange.end.line);
        return from === undefined ? [] : [{ from, to, kind: isBase ? ('base' as const) : ('copy' as const) }];
    });
}
