/** The workbench in a browser: what a user types, and what a user sees. */
import assert from 'node:assert/strict';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** The longest that anything may take to be seen, in milliseconds. */
export const PATIENCE = Number(process.env['PATIENCE'] ?? 40_000);

export async function browser(): Promise<Browser> {
    return chromium.launch({
        executablePath: CHROMIUM,
        args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
        ],
    });
}

export class Workbench {
    readonly page: Page;

    private constructor(page: Page) {
        this.page = page;
    }

    static async open(browser: Browser, address: string): Promise<Workbench> {
        // Pixels enough for a picture on a page, and the size of a small window.
        const page = await browser.newPage({ viewport: { width: 1200, height: 700 } });
        page.setDefaultTimeout(PATIENCE);
        await page.goto(address);
        const opened = new Workbench(page);
        await opened.isThere();
        return opened;
    }

    async reload(): Promise<void> {
        await this.page.reload();
        await this.isThere();
    }

    private async isThere(): Promise<void> {
        await this.page.locator('.monaco-workbench').waitFor();
        await this.page.locator('.explorer-folders-view').waitFor();
    }

    async close(): Promise<void> {
        await this.page.close();
    }

    press(keys: string): Promise<void> {
        return this.page.keyboard.press(keys);
    }

    type(text: string): Promise<void> {
        return this.page.keyboard.type(text);
    }

    /** Gives a command by its full title. */
    async command(title: string): Promise<void> {
        await this.press('F1');
        await this.page.locator('.quick-input-widget input').first().waitFor();
        await this.type(title);
        // What a row says goes on with its keys and whether it was used lately.
        await this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title},"], .quick-input-list .monaco-list-row[aria-label="${title}"]`).first().click();
    }

    /** Opens a file of the workspace and waits until the cursor is in it. */
    async openFile(name: string): Promise<void> {
        await this.press('Control+p');
        await this.page.locator('.quick-input-widget input').first().waitFor();
        await this.type(name);
        let row = this.page.locator('.quick-input-list .monaco-list-row.focused');
        for (const part of name.split('/')) {
            row = row.filter({ hasText: part });
        }
        await row.waitFor();
        await this.press('Enter');
        await this.tab(name.split('/').at(-1) ?? '').waitFor();
        await this.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    }

    /** The tab in front. */
    tab(title: string): Locator {
        return this.page.locator('.tab.active', { hasText: title }).first();
    }

    /** Puts the cursor before the `$0` in a piece of `text`, which is what the file in front says. */
    async goTo(text: string, marked: string): Promise<void> {
        const position = positionOf(text, marked);
        await this.press('Control+g');
        await this.page.locator('.quick-input-widget input').first().waitFor();
        await this.type(position);
        await this.press('Enter');
        await this.seesCursorAt(position);
    }

    /** Waits until the cursor is at LINE:COLUMN. */
    async seesCursorAt(position: string): Promise<void> {
        const [line, column] = position.split(':');
        await this.sees('#status\\.editor\\.selection', `Ln ${line}, Col ${column}`);
    }

    /** Waits until an element that `selector` finds shows `text`. */
    async sees(selector: string, text: string): Promise<Locator> {
        const found = this.page.locator(selector, { hasText: text }).first();
        await found.waitFor();
        return found;
    }

    /** Waits until no element that `selector` finds shows `text`. */
    async seesNo(selector: string, text: string): Promise<void> {
        await this.page.locator(selector, { hasText: text }).first().waitFor({ state: 'detached' });
    }

    /** Hides the side bar, so that two editors beside each other have room. */
    async withoutSideBar(): Promise<void> {
        await this.press('Control+b');
        await this.page.locator('.sidebar').waitFor({ state: 'hidden' });
    }

    /** Waits for a message of an extension, until it has fully come in. */
    async message(text: string): Promise<Locator> {
        const message = await this.sees('.notifications-toasts .notification-toast', text);
        await until('the message has come in', () => message.evaluate((toast) => toast.getAnimations({ subtree: true }).length === 0));
        return message;
    }

    /** Gives one of the answers that a message offers. */
    async answer(text: string, answer: string): Promise<void> {
        const message = await this.message(text);
        await message.getByRole('button', { name: answer, exact: true }).click();
    }

    /** Chooses from the menu of code actions. */
    async act(title: string): Promise<void> {
        await (await this.sees('.action-widget .monaco-list-row', title)).click();
    }

    /** Chooses from the list of a command. */
    async pick(title: string): Promise<void> {
        await (await this.sees('.quick-input-list .monaco-list-row', title)).click();
    }

    /** Makes these all settings of the workspace, by typing them as a user would. */
    async set(settings: Record<string, unknown>): Promise<void> {
        await this.command('Preferences: Open Workspace Settings (JSON)');
        await this.tab('settings.json').waitFor();
        await this.page.locator('.editor-instance .monaco-editor.focused').waitFor();
        await this.press('Control+a');
        // Pasted text, unlike typed, is not completed by the editor.
        await this.page.keyboard.insertText(JSON.stringify(settings, null, 4));
        await this.press('Control+s');
        await this.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
        await this.command('View: Close Editor');
    }

    /** Says that what was typed need not be saved, if that is asked. */
    async discardIfAsked(): Promise<void> {
        const empty = this.page.locator('.editor-group-container.empty');
        const discard = this.page.getByRole('button', { name: "Don't Save" });
        await until('all editors are closed, or a question is asked', async () => {
            if (await discard.isVisible()) {
                await discard.click();
            }
            return empty.isVisible();
        });
    }

    async picture(file: string): Promise<void> {
        await this.page.screenshot({ path: file });
    }
}

/** Where the `$0` of a piece of a text is, as LINE:COLUMN. */
export function positionOf(text: string, marked: string): string {
    const offset = text.indexOf(marked.replace('$0', '')) + marked.indexOf('$0');
    assert.ok(text.includes(marked.replace('$0', '')), `“${marked}” is in\n${text}`);
    const before = text.slice(0, offset).split('\n');
    return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

/** Waits until `condition` holds: for what is not on the screen. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!(await condition())) {
        assert.ok(Date.now() < end, `not within ${PATIENCE} ms: ${what}`);
        await new Promise((resume) => setTimeout(resume, 50));
    }
}
