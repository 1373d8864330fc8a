/** Splits a file into builder and runtime stages, after a look at the difference. */
import { type TextDocument, window } from 'vscode';
import {
    type CodeAction,
    CodeActionRequest,
    CodeActionResolveRequest,
    type LanguageClient,
} from 'vscode-languageclient/node';
import type { Previews } from '../preview.ts';
import { servedInFront, type Server } from '../server.ts';

const KIND = 'refactor.rewrite.split';

export async function split(server: Server, previews: Previews): Promise<void> {
    const document = servedInFront();
    if (document === undefined) {
        void window.showWarningMessage('Open the Dockerfile that is to be split.');
        return;
    }
    const client = await server.needed();
    if (client === undefined) {
        return;
    }
    const actions = await splitsOf(client, document);
    const offers = actions.filter((action) => action.disabled === undefined);
    if (offers.length === 0) {
        void window.showInformationMessage(refusal(actions));
        return;
    }
    const chosen = await choose(offers);
    if (chosen === undefined) {
        return;
    }
    const resolved = await client.sendRequest(CodeActionResolveRequest.type, chosen);
    const edit = await client.protocol2CodeConverter.asWorkspaceEdit(resolved.edit);
    if (edit !== undefined && (await previews.offer(document, edit, chosen.title))) {
        await window.showTextDocument(document);
    }
}

async function splitsOf(client: LanguageClient, document: TextDocument): Promise<CodeAction[]> {
    const start = { line: 0, character: 0 };
    const answer = await client.sendRequest(CodeActionRequest.type, {
        textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(document),
        range: { start, end: start },
        context: { diagnostics: [], only: [KIND] },
    });
    // With kinds asked for, commands do not come; the type has them nevertheless.
    return (answer ?? []).filter((action): action is CodeAction => 'kind' in action);
}

function refusal(actions: readonly CodeAction[]): string {
    const reasons = new Set(actions.flatMap((action) => action.disabled?.reason ?? []));
    return reasons.size === 0
        ? 'There is nothing to split in this file.'
        : `This file is not split. ${[...reasons].join(' ')}`;
}

/** The offer to take: the only one, or the one that the user picks, with the preferred one first. */
async function choose(offers: readonly CodeAction[]): Promise<CodeAction | undefined> {
    if (offers.length === 1) {
        return offers[0];
    }
    const items = [...offers]
        .sort((a, b) => Number(b.isPreferred ?? false) - Number(a.isPreferred ?? false))
        .map((offer) => ({ label: offer.title, offer }));
    const picked = await window.showQuickPick(items, { placeHolder: 'The image that the program will run on' });
    return picked?.offer;
}
