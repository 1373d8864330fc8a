package stagewright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static stagewright.Session.await;

import org.eclipse.lsp4j.CodeAction;
import org.eclipse.lsp4j.CodeActionContext;
import org.eclipse.lsp4j.CodeActionKind;
import org.eclipse.lsp4j.CodeActionParams;
import org.eclipse.lsp4j.CodeActionTriggerKind;
import org.eclipse.lsp4j.CreateFile;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DocumentDiagnosticParams;
import org.eclipse.lsp4j.PrepareRenameParams;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.RenameParams;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** What changes a document, made as LSP4IJ makes it: edit by edit in the text. */
class EditingTest {
    private static final String SINGLE =
            """
            FROM golang:1.22
            WORKDIR /src
            COPY go.mod main.go ./
            RUN CGO_ENABLED=0 go build -o /app .
            EXPOSE 80$0
            CMD ["/app"]
            """;

    /** What LSP4IJ asks for behind the light bulb. */
    private static List<CodeAction> intentions(Session session, Document document)
            throws Exception {
        var context = new CodeActionContext(List.of());
        var here = new Range(document.cursor, document.cursor);
        return actions(session, document, here, context);
    }

    /** And for what is underlined. */
    private static List<CodeAction> quickFixes(
            Session session, Document document, Diagnostic diagnostic) throws Exception {
        var context = new CodeActionContext(List.of(diagnostic), List.of(CodeActionKind.QuickFix));
        return actions(session, document, diagnostic.getRange(), context);
    }

    private static List<CodeAction> actions(
            Session session, Document document, Range range, CodeActionContext context)
            throws Exception {
        context.setTriggerKind(CodeActionTriggerKind.Automatic);
        var params = new CodeActionParams(document.id, range, context);
        return await(session.documents.codeAction(params)).stream()
                .map(action -> action.getRight())
                .toList();
    }

    private static CodeAction ofKind(String kind, List<CodeAction> actions) {
        return actions.stream()
                .filter(action -> kind.equals(action.getKind()))
                .findFirst()
                .orElseThrow();
    }

    // Shows: fix
    @Test
    void quickFix() throws Exception {
        try (var session = Session.start()) {
            var document = session.open("FROM alpine:3.20\nRUM date\nCOPPY a b\n");
            var report =
                    await(session.documents.diagnostic(new DocumentDiagnosticParams(document.id)));
            var first = report.getLeft().getItems().get(0);
            var fixes = quickFixes(session, document, first);
            assertEquals(
                    List.of("Change to `RUN`"), fixes.stream().map(CodeAction::getTitle).toList());
            assertEquals(List.of(first), fixes.get(0).getDiagnostics());
            assertEquals(
                    "FROM alpine:3.20\nRUN date\nCOPPY a b\n",
                    document.edited(fixes.get(0).getEdit()));
        }
    }

    // Shows: fix
    @Test
    void allFixesAtOnce() throws Exception {
        try (var session = Session.start()) {
            var document = session.open("FROM alpine:3.20\nRUM $0date\nCOPPY a b\n");
            var all = ofKind("source.fixAll", intentions(session, document));
            assertEquals("Apply all safe fixes in this file", all.getTitle());
            assertEquals("FROM alpine:3.20\nRUN date\nCOPY a b\n", document.edited(all.getEdit()));
        }
    }

    // Shows: split
    @Test
    void split() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(SINGLE);
            var offered = ofKind("refactor.rewrite.split.smallest", intentions(session, document));
            assertEquals(
                    "Split into builder and runtime stages on gcr.io/distroless/static-debian12"
                            + " (≈ 837 MB → ≈ 16 MB)",
                    offered.getTitle());
            assertNull(offered.getEdit());
            var chosen = await(session.documents.resolveCodeAction(offered));
            var expected =
                    """
                    FROM golang:1.22 AS builder
                    WORKDIR /src
                    COPY go.mod main.go ./
                    RUN CGO_ENABLED=0 go build -o /app .

                    FROM gcr.io/distroless/static-debian12
                    WORKDIR /src
                    COPY --from=builder /app /app
                    EXPOSE 80
                    CMD ["/app"]
                    """;
            assertEquals(expected, document.edited(chosen.getEdit()));

            // One that was offered for another text is refused in words.
            document.type(document.range("golang:1.22"), "alpine");
            var refusal =
                    assertThrows(
                            ExecutionException.class,
                            () -> await(session.documents.resolveCodeAction(offered)));
            var error = ((ResponseErrorException) refusal.getCause()).getResponseError();
            assertEquals(
                    "the file has changed, and this can no longer be done to it",
                    error.getMessage());
        }
    }

    private static final String REFUSED =
            "FROM golang:1.22$0\nWORKDIR /src\nCOPY . .\nRUN go build ./...\nCMD [\"./app\"]\n";

    /** LSP4IJ would list what is disabled as if it could be taken, so it must not be sent. */
    @Test
    void whatCannotBeDoneIsNotListed() throws Exception {
        try (var session = Session.start()) {
            var found = intentions(session, session.open(REFUSED));
            assertTrue(
                    found.stream().allMatch(action -> action.getDisabled() == null),
                    found.toString());
            var kinds = found.stream().map(CodeAction::getKind).toList();
            assertEquals(List.of("refactor.rewrite", "source"), kinds);
        }
    }

    /** A client that shows the reason, should LSP4IJ become one. */
    @Test
    void theReasonIsToldToClientsThatShowIt() throws Exception {
        var capabilities = Session.capabilities();
        capabilities
                .getAsJsonObject("textDocument")
                .getAsJsonObject("codeAction")
                .addProperty("disabledSupport", true);
        try (var session = Session.declaring(capabilities)) {
            var found = intentions(session, session.open(REFUSED));
            assertEquals(
                    "`go build ./...` compiles but keeps no program.",
                    ofKind("refactor.rewrite.split.conservative", found).getDisabled().getReason());
        }
    }

    // Shows: rename
    @Test
    void rename() throws Exception {
        try (var session = Session.start()) {
            var document =
                    session.open("FROM alpine AS base\nFROM ba$0se\nCOPY --from=base /a /b\n");
            var prepared =
                    await(
                            session.documents.prepareRename(
                                    new PrepareRenameParams(document.id, document.cursor)));
            assertEquals("base", prepared.getSecond().getPlaceholder());
            assertEquals(document.range("base", 1), prepared.getSecond().getRange());
            var edit =
                    await(
                            session.documents.rename(
                                    new RenameParams(document.id, document.cursor, "build")));
            assertEquals(
                    "FROM alpine AS build\nFROM build\nCOPY --from=build /a /b\n",
                    document.edited(edit));

            var refusal =
                    assertThrows(
                            ExecutionException.class,
                            () ->
                                    await(
                                            session.documents.rename(
                                                    new RenameParams(
                                                            document.id,
                                                            document.cursor,
                                                            "no name"))));
            assertTrue(refusal.getMessage().contains("no name"), refusal.getMessage());
        }
    }

    /** An edit that makes a file has another shape than all others. */
    @Test
    void mergingMakesAFile() throws Exception {
        try (var session = Session.start()) {
            Files.writeString(
                    session.folder.resolve("Dockerfile.build"),
                    "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\n");
            Files.writeString(
                    session.folder.resolve("Dockerfile.prod"),
                    "FROM alpine:3.20\nCOPY app /app\nCMD [\"/app\"]\n");
            Files.writeString(
                    session.folder.resolve("build.sh"),
                    "docker build -t b -f Dockerfile.build .\n"
                            + "id=$(docker create b)\n"
                            + "docker cp $id:/src/app app\n"
                            + "docker build -f Dockerfile.prod .\n");
            var document =
                    session.open(
                            "Dockerfile.build",
                            Files.readString(session.folder.resolve("Dockerfile.build")));
            var merge = ofKind("refactor.rewrite.merge", intentions(session, document));
            var changes = merge.getEdit().getDocumentChanges();
            var made = (CreateFile) changes.get(0).getRight();
            assertTrue(made.getUri().startsWith(Session.uri(session.folder)), made.getUri());
            var text = changes.get(1).getLeft().getEdits().get(0).getLeft().getNewText();
            assertTrue(text.contains("COPY --from="), text);
        }
    }
}
