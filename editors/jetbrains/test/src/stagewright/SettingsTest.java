package stagewright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static stagewright.Session.await;

import com.google.gson.JsonObject;

import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.DiagnosticSeverity;
import org.eclipse.lsp4j.DocumentDiagnosticParams;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.MessageType;
import org.junit.jupiter.api.Test;

import java.util.List;

/** What stands in the Configuration tab, and what happens when it is edited. */
class SettingsTest {
    /** The template's own text is asked for, and there is nothing wrong with it. */
    @Test
    void theTemplatesSettingsAreTaken() throws Exception {
        isTaken(Template.expand(Session.tab()));
    }

    /** Who enters the server by hand may leave the box of "Expand JSON" empty. */
    @Test
    void dottedKeysAreTakenToo() throws Exception {
        isTaken(Session.tab());
    }

    /** Asserts that the server asks for these settings and has nothing to say about them. */
    static void isTaken(JsonObject settings) throws Exception {
        try (var session = Session.configured(settings)) {
            assertEquals("stagewright", Session.next(session.client.asked));
            assertEquals(
                    "workspace/didChangeConfiguration", Session.next(session.client.registered));
            var document = session.open("FROM alpine:3.20\n");
            // An answer that comes after the settings were read, and with it all complaints.
            await(session.documents.codeLens(new CodeLensParams(document.id)));
            assertEquals(List.of(), List.copyOf(session.client.logged));
        }
    }

    // Shows: settings
    @Test
    void anEditIsInForceAtOnce() throws Exception {
        try (var session = Session.start()) {
            var document = session.open("FROM alpine:3.20\nRUM date\n");
            var lens = new CodeLensParams(document.id);
            assertEquals(1, await(session.documents.codeLens(lens)).size());
            assertEquals(DiagnosticSeverity.Error, severity(session, document));

            var severities = new JsonObject();
            severities.addProperty("unknown-instruction", "hint");
            var tab = Session.tab();
            tab.addProperty("stagewright.codeLens.enable", false);
            tab.add("stagewright.diagnostics.severity", severities);
            session.configure(Template.expand(tab));
            // What is shown is asked for again whenever the server says so.
            while (await(session.documents.codeLens(lens)) != null) {
                Session.next(session.client.refreshed);
            }
            assertEquals(DiagnosticSeverity.Hint, severity(session, document));
        }
    }

    private static DiagnosticSeverity severity(Session session, Document document)
            throws Exception {
        var params = new DocumentDiagnosticParams(document.id);
        var report = await(session.documents.diagnostic(params));
        return report.getLeft().getItems().get(0).getSeverity();
    }

    // Shows: settings
    @Test
    void aMistakeIsNamed() throws Exception {
        var tab = Session.tab();
        tab.addProperty("stagewright.codeLense.enable", false);
        tab.addProperty("stagewright.size.unit", "pounds");
        try (var session = Session.configured(Template.expand(tab))) {
            var told =
                    List.of(
                            Session.next(session.client.logged),
                            Session.next(session.client.logged));
            assertTrue(
                    told.stream().allMatch(one -> one.getType() == MessageType.Warning),
                    told.toString());
            var text = String.join("\n", told.stream().map(MessageParams::getMessage).toList());
            assertTrue(text.contains("`codeLense.enable`"), text);
            assertTrue(text.contains("`size.unit` must be \"MB\" or \"MiB\""), text);
        }
    }
}
