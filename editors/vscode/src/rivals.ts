/**
 * Other extensions that report findings in Dockerfiles. Somebody who has one sees some mistakes
 * twice, and is asked once what to do about it.
 */
import { commands, ConfigurationTarget, extensions, type Memento, window, workspace } from 'vscode';
import { SECTION } from './settings.ts';

/** Their ids in the marketplace, in lower case. */
export const RIVALS = [
    'ms-azuretools.vscode-docker',
    'ms-azuretools.vscode-containers',
    'docker.docker',
    'exiasr.hadolint',
    'henriiik.docker-linter',
    'wharflab.tally',
];

/** The rivals that are remembered as asked about. */
const ASKED = 'rivals.asked';

const KEEP = 'Keep Both';
const HIDE = "Hide Stagewright's Findings";
const SHOW = 'Show the Other';

/** The rivals among the extensions with `ids` that nobody was asked about. */
export function unasked(ids: readonly string[], asked: readonly string[]): string[] {
    const there = ids.map((id) => id.toLowerCase());
    return RIVALS.filter((rival) => there.includes(rival) && !asked.includes(rival));
}

export async function askAboutRivals(memory: Memento): Promise<void> {
    const asked = memory.get<string[]>(ASKED, []);
    const found = unasked(extensions.all.map((extension) => extension.id), asked);
    if (found.length === 0) {
        return;
    }
    // Before the answer: who closes the message has answered, too.
    await memory.update(ASKED, [...asked, ...found]);
    const names = new Intl.ListFormat('en').format(found.map(displayName));
    const question = `${names} can report findings in Dockerfiles, too, so some may be shown twice. Sizes, stages and splits are not concerned.`;
    switch (await window.showInformationMessage(question, KEEP, HIDE, SHOW)) {
        case HIDE:
            await workspace.getConfiguration(SECTION).update('diagnostics.enable', false, ConfigurationTarget.Global);
            break;
        case SHOW:
            await commands.executeCommand('workbench.extensions.search', found.map((id) => `@id:${id}`).join(' '));
            break;
    }
}

function displayName(id: string): string {
    const about: unknown = extensions.getExtension(id)?.packageJSON;
    const name = (about as { displayName?: unknown } | undefined)?.displayName;
    return typeof name === 'string' ? name : id;
}
