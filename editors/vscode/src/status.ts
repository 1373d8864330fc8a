/** The item in the language status (`{}` in the status bar) of Dockerfiles. */
import { type Disposable, languages, LanguageStatusSeverity } from 'vscode';

/** What the server is doing. */
export type State =
    | { readonly kind: 'starting' }
    | { readonly kind: 'running'; readonly version: string; readonly file: string }
    | { readonly kind: 'stopped'; readonly why: string };

export class Status implements Disposable {
    private readonly item = languages.createLanguageStatusItem('stagewright.server', { language: 'dockerfile' });

    constructor() {
        this.item.name = 'Stagewright';
        this.show({ kind: 'starting' });
    }

    show(state: State): void {
        this.item.busy = state.kind === 'starting';
        this.item.severity = state.kind === 'stopped' ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
        switch (state.kind) {
            case 'starting':
                this.item.text = 'Stagewright';
                this.item.detail = 'starting';
                break;
            case 'running':
                this.item.text = `Stagewright ${state.version}`;
                this.item.detail = state.file;
                break;
            case 'stopped':
                this.item.text = 'Stagewright does not run';
                this.item.detail = state.why;
                break;
        }
        this.item.command =
            state.kind === 'stopped'
                ? { title: 'Restart', command: 'stagewright.restart' }
                : { title: 'Show Log', command: 'stagewright.showLog' };
    }

    dispose(): void {
        this.item.dispose();
    }
}
