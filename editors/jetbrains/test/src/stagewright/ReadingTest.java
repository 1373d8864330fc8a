package stagewright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static stagewright.Session.await;

import org.eclipse.lsp4j.CallHierarchyIncomingCallsParams;
import org.eclipse.lsp4j.CallHierarchyOutgoingCallsParams;
import org.eclipse.lsp4j.CallHierarchyPrepareParams;
import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.CompletionItem;
import org.eclipse.lsp4j.CompletionItemKind;
import org.eclipse.lsp4j.CompletionParams;
import org.eclipse.lsp4j.DeclarationParams;
import org.eclipse.lsp4j.DefinitionParams;
import org.eclipse.lsp4j.DocumentHighlightKind;
import org.eclipse.lsp4j.DocumentHighlightParams;
import org.eclipse.lsp4j.DocumentLinkParams;
import org.eclipse.lsp4j.DocumentSymbol;
import org.eclipse.lsp4j.DocumentSymbolParams;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.FoldingRangeRequestParams;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.InlayHintParams;
import org.eclipse.lsp4j.Location;
import org.eclipse.lsp4j.LocationLink;
import org.eclipse.lsp4j.MarkupKind;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.MessageType;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.ReferenceContext;
import org.eclipse.lsp4j.ReferenceParams;
import org.eclipse.lsp4j.SymbolKind;
import org.junit.jupiter.api.Test;

import java.util.List;

/** What is asked of a document and changes nothing. */
class ReadingTest {
    private static final String STAGES =
            """
            FROM golang:1.22 AS build
            WORKDIR /src
            COPY go.mod main.go ./
            RUN CGO_ENABLED=0 go build -o /app .

            FROM debian:bookworm-slim
            COPY --from=bu$0ild /app /app
            CMD ["/app"]
            """;

    // Shows: completion
    @Test
    void completion() throws Exception {
        try (var session = Session.start()) {
            var document =
                    session.open("FROM golang:1.22 AS build\nFROM scratch\nCOPY --from=b$0\n");
            var stage = complete(session, document, "build");
            assertEquals(CompletionItemKind.Module, stage.getKind());
            var edit = stage.getTextEdit().getLeft();
            assertEquals("build", edit.getNewText());
            assertEquals(new Range(new Position(2, 12), new Position(2, 13)), edit.getRange());

            var keyword =
                    complete(
                            session,
                            session.open("b.dockerfile", "FROM a\nhea$0\n"),
                            "HEALTHCHECK");
            assertNull(keyword.getDocumentation());
            var resolved = await(session.documents.resolveCompletionItem(keyword));
            var documentation = resolved.getDocumentation().getRight();
            assertEquals(MarkupKind.MARKDOWN, documentation.getKind());
            assertTrue(
                    documentation.getValue().contains("HEALTHCHECK [FLAG…] CMD COMMAND"),
                    documentation.getValue());
        }
    }

    private static CompletionItem complete(Session session, Document document, String label)
            throws Exception {
        var params = new CompletionParams(document.id, document.cursor);
        var found = await(session.documents.completion(params));
        var items = found.isLeft() ? found.getLeft() : found.getRight().getItems();
        return items.stream()
                .filter(item -> item.getLabel().equals(label))
                .findFirst()
                .orElseThrow();
    }

    // Shows: definition
    @Test
    void definition() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var link =
                    new LocationLink(
                            document.uri,
                            document.range("FROM golang:1.22 AS build"),
                            document.range("build"),
                            document.range("build", 2));
            var definition = new DefinitionParams(document.id, document.cursor);
            assertEquals(List.of(link), await(session.documents.definition(definition)).getRight());
            var declaration = new DeclarationParams(document.id, document.cursor);
            assertEquals(
                    List.of(link), await(session.documents.declaration(declaration)).getRight());
        }
    }

    // Shows: references
    @Test
    void references() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var params =
                    new ReferenceParams(document.id, document.cursor, new ReferenceContext(true));
            var expected =
                    List.of(
                            new Location(document.uri, document.range("build")),
                            new Location(document.uri, document.range("build", 2)));
            assertEquals(expected, await(session.documents.references(params)));
        }
    }

    // Shows: highlight
    @Test
    void highlight() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var params = new DocumentHighlightParams(document.id, document.cursor);
            var found = await(session.documents.documentHighlight(params));
            assertEquals(
                    List.of(document.range("build"), document.range("build", 2)),
                    found.stream().map(one -> one.getRange()).toList());
            assertEquals(
                    List.of(DocumentHighlightKind.Write, DocumentHighlightKind.Read),
                    found.stream().map(one -> one.getKind()).toList());
        }
    }

    // Shows: call hierarchy
    @Test
    void callHierarchy() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var prepare = new CallHierarchyPrepareParams(document.id, document.cursor);
            var build = await(session.documents.prepareCallHierarchy(prepare)).get(0);
            assertEquals("build", build.getName());
            assertEquals(document.range("build"), build.getSelectionRange());

            var users =
                    await(
                            session.documents.callHierarchyIncomingCalls(
                                    new CallHierarchyIncomingCallsParams(build)));
            assertEquals(
                    List.of("stage-1"),
                    users.stream().map(call -> call.getFrom().getName()).toList());
            assertEquals(List.of(document.range("build", 2)), users.get(0).getFromRanges());

            var used =
                    await(
                            session.documents.callHierarchyOutgoingCalls(
                                    new CallHierarchyOutgoingCallsParams(users.get(0).getFrom())));
            assertEquals(
                    List.of("build"), used.stream().map(call -> call.getTo().getName()).toList());
        }
    }

    // Shows: hover
    @Test
    void hover() throws Exception {
        try (var session = Session.start()) {
            var document = session.open("FROM gol$0ang:1.22\n");
            var hover =
                    await(session.documents.hover(new HoverParams(document.id, document.cursor)));
            var contents = hover.getContents().getRight();
            assertEquals(MarkupKind.MARKDOWN, contents.getKind());
            assertTrue(contents.getValue().contains("299 MB"), contents.getValue());
            assertEquals(document.range("golang:1.22"), hover.getRange());
        }
    }

    // Shows: encoding
    @Test
    void positionsCountUtf16() throws Exception {
        try (var session = Session.start()) {
            assertEquals("utf-16", session.initialized.getCapabilities().getPositionEncoding());
            var document =
                    session.open("FROM alpine AS 😀\nARG name=\"😀\"\nRUN echo \"😀é$na$0me\"\n");
            var link =
                    await(
                                    session.documents.definition(
                                            new DefinitionParams(document.id, document.cursor)))
                            .getRight()
                            .get(0);
            assertEquals(document.range("name"), link.getTargetSelectionRange());
            assertEquals(document.range("name", 1), link.getOriginSelectionRange());
        }
    }

    // Shows: folding
    @Test
    void folding() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var found =
                    await(
                            session.documents.foldingRange(
                                    new FoldingRangeRequestParams(document.id)));
            assertEquals(
                    List.of("0-3 region", "5-7 region"),
                    found.stream()
                            .map(
                                    fold ->
                                            fold.getStartLine()
                                                    + "-"
                                                    + fold.getEndLine()
                                                    + " "
                                                    + fold.getKind())
                            .toList());
        }
    }

    // Shows: symbols
    @Test
    void symbols() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var found =
                    await(session.documents.documentSymbol(new DocumentSymbolParams(document.id)))
                            .stream()
                            .map(symbol -> symbol.getRight())
                            .toList();
            assertEquals(
                    List.of("build", "stage-1"),
                    found.stream().map(DocumentSymbol::getName).toList());
            assertEquals(SymbolKind.Module, found.get(0).getKind());
            assertEquals(document.range("build"), found.get(0).getSelectionRange());
            assertEquals(
                    List.of("WORKDIR /src", "COPY go.mod main.go ./"),
                    found.get(0).getChildren().stream()
                            .map(DocumentSymbol::getName)
                            .limit(2)
                            .toList());
        }
    }

    // Shows: links
    @Test
    void links() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var found = await(session.documents.documentLink(new DocumentLinkParams(document.id)));
            assertEquals(
                    List.of(document.range("golang:1.22"), document.range("debian:bookworm-slim")),
                    found.stream().map(link -> link.getRange()).toList());
            assertTrue(found.get(0).getTarget().endsWith("/_/golang"), found.get(0).getTarget());
        }
    }

    // Shows: lens
    @Test
    void lens() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var found = await(session.documents.codeLens(new CodeLensParams(document.id)));
            var command = found.get(0).getCommand();
            assertEquals("docker build --target build .", command.getTitle());
            assertEquals(0, found.get(0).getRange().getStart().getLine());
            // A click: LSP4IJ has the server run its own commands.
            await(
                    session.server
                            .getWorkspaceService()
                            .executeCommand(
                                    new ExecuteCommandParams(
                                            command.getCommand(), command.getArguments())));
            assertEquals(
                    new MessageParams(MessageType.Info, "docker build --target build ."),
                    Session.next(session.client.shown));
        }
    }

    // Shows: inlay hints
    @Test
    void inlayHints() throws Exception {
        try (var session = Session.start()) {
            var document = session.open(STAGES);
            var all = new Range(new Position(0, 0), new Position(8, 0));
            var found = await(session.documents.inlayHint(new InlayHintParams(document.id, all)));
            assertEquals(
                    List.of(
                            document.range("golang:1.22").getEnd(),
                            document.range("debian:bookworm-slim").getEnd()),
                    found.stream().map(hint -> hint.getPosition()).toList());
            assertEquals("≈ 299 MB pull · 823 MB disk", found.get(0).getLabel().getLeft());
            var resolved = await(session.documents.resolveInlayHint(found.get(0)));
            var tooltip = resolved.getTooltip().getRight();
            assertEquals(MarkupKind.MARKDOWN, tooltip.getKind());
            assertTrue(tooltip.getValue().contains("measured"), tooltip.getValue());
        }
    }
}
