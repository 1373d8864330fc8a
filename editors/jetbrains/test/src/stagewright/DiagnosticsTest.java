package stagewright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static stagewright.Session.await;

import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DiagnosticSeverity;
import org.eclipse.lsp4j.DocumentDiagnosticParams;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Findings: pulled, as LSP4IJ wants them, and pushed, as its older releases did. */
class DiagnosticsTest {
    private static final String FAULTY = "FROM alpine:3.20\nRUM date\n";

    private static List<Diagnostic> pull(Session session, Document document) throws Exception {
        var params = new DocumentDiagnosticParams(document.id);
        params.setIdentifier(
                session.initialized.getCapabilities().getDiagnosticProvider().getIdentifier());
        return await(session.documents.diagnostic(params)).getLeft().getItems();
    }

    // Shows: diagnostics
    @Test
    void pulled() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(FAULTY);
            var found = pull(session, document).get(0);
            assertEquals("unknown-instruction", found.getCode().getLeft());
            assertEquals("stagewright", found.getSource());
            assertEquals(DiagnosticSeverity.Error, found.getSeverity());
            assertEquals(document.range("RUM"), found.getRange());
            assertTrue(found.getMessage().getLeft().contains("RUM"), found.toString());

            document.type(document.range("RUM"), "RUN");
            assertEquals(List.of(), pull(session, document));
            assertTrue(session.client.published.isEmpty(), "what is pulled is not pushed, too");
        }
    }

    /** LSP4IJ sends no id of what it had before, but may: then only that nothing has changed. */
    @Test
    void unchanged() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(FAULTY);
            var params = new DocumentDiagnosticParams(document.id);
            var first = await(session.documents.diagnostic(params)).getLeft();
            params.setPreviousResultId(first.getResultId());
            var second = await(session.documents.diagnostic(params));
            assertEquals(first.getResultId(), second.getRight().getResultId());
        }
    }

    @Test
    void pushed() throws Exception {
        var capabilities = Session.capabilities();
        capabilities.getAsJsonObject("textDocument").remove("diagnostic");
        try (var session = Session.declaring(capabilities)) {
            assertNull(session.initialized.getCapabilities().getDiagnosticProvider());
            var document = session.open(FAULTY);
            var published = Session.next(session.client.published);
            assertEquals(document.uri, published.getUri());
            assertEquals(document.range("RUM"), published.getDiagnostics().get(0).getRange());
            document.type(document.range("RUM"), "RUN");
            while (!published.getDiagnostics().isEmpty()) {
                published = Session.next(session.client.published);
            }
        }
    }

    /**
     * The template's pattern `Dockerfile.*` fits these; the language id that it gives them does
     * not.
     */
    @Test
    void filesOfOtherKindsAreLeftAlone() throws Exception {
        try (var session = Session.start()) {
            for (var name : List.of("Dockerfile.go", "Dockerfile.dockerignore")) {
                assertEquals(List.of(), pull(session, session.open(name, "package main\n")), name);
            }
            var found = pull(session, session.open("Dockerfile.dev", "package main\n"));
            assertEquals("no-stage", found.get(0).getCode().getLeft());
        }
    }
}
