package stagewright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static stagewright.Session.await;

import org.eclipse.lsp4j.CodeActionKind;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.TextDocumentSyncKind;
import org.junit.jupiter.api.Test;

import java.util.concurrent.CancellationException;

/**
 * A session from its start to its end; that it ends with 0 is asserted by {@link Session#close}.
 */
class LifeTest {
    @Test
    void theServerSaysWhatItCan() throws Exception {
        try (var session = Session.start()) {
            var capabilities = session.initialized.getCapabilities();
            var sync = capabilities.getTextDocumentSync().getRight();
            assertEquals(TextDocumentSyncKind.Incremental, sync.getChange());
            assertEquals(true, sync.getOpenClose());
            assertTrue(capabilities.getRenameProvider().getRight().getPrepareProvider());
            assertTrue(capabilities.getCodeActionProvider().getRight().getResolveProvider());
            assertTrue(
                    capabilities
                            .getCodeActionProvider()
                            .getRight()
                            .getCodeActionKinds()
                            .contains(CodeActionKind.QuickFix));
            assertEquals("stagewright", session.initialized.getServerInfo().getName());
        }
    }

    /** LSP4IJ takes back what it asked when the user types on. */
    @Test
    void aRequestCanBeTakenBack() throws Exception {
        try (var session = Session.start()) {
            var document = session.open("FROM al$0pine:3.20\n");
            var params = new HoverParams(document.id, document.cursor);
            var taken = session.documents.hover(params);
            taken.cancel(true);
            assertThrows(CancellationException.class, () -> await(taken));
            assertTrue(await(session.documents.hover(params)) != null, "it is still there");
        }
    }
}
