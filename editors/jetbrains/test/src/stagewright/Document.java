package stagewright;

import org.eclipse.lsp4j.DidChangeTextDocumentParams;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.TextDocumentContentChangeEvent;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.eclipse.lsp4j.TextEdit;
import org.eclipse.lsp4j.VersionedTextDocumentIdentifier;
import org.eclipse.lsp4j.WorkspaceEdit;
import org.eclipse.lsp4j.services.TextDocumentService;

import java.util.Comparator;
import java.util.List;

/** An open document: its text is what the server was told. */
final class Document {
    final String uri;
    final TextDocumentIdentifier id;
    final Position cursor;
    private final TextDocumentService server;
    private String text;
    private int version;

    Document(TextDocumentService server, String uri, Fixture fixture) {
        this.server = server;
        this.uri = uri;
        this.id = new TextDocumentIdentifier(uri);
        this.cursor = fixture.cursor();
        this.text = fixture.text();
    }

    String text() {
        return text;
    }

    /** The range of the first {@code part} of the text. */
    Range range(String part) {
        return range(part, 0);
    }

    /** The range of the {@code number}th {@code part}, counted from 0. */
    Range range(String part, int number) {
        var start = text.indexOf(part);
        for (var i = 0; i < number; i++) {
            start = text.indexOf(part, start + 1);
        }
        if (start < 0) {
            throw new IllegalArgumentException("no " + part + " in " + text);
        }
        return new Range(
                Fixture.position(text, start), Fixture.position(text, start + part.length()));
    }

    /** Puts {@code typed} in place of a range, letter by letter, as LSP4IJ sends it. */
    void type(Range range, String typed) {
        change(new TextEdit(range, ""));
        for (var i = 0; i < typed.length(); i++) {
            var here = Fixture.offset(text, range.getStart()) + i;
            var at = Fixture.position(text, here);
            change(new TextEdit(new Range(at, at), typed.substring(i, i + 1)));
        }
    }

    private void change(TextEdit edit) {
        var change = new TextDocumentContentChangeEvent(edit.getRange(), edit.getNewText());
        var id = new VersionedTextDocumentIdentifier(uri, ++version);
        text = edited(List.of(edit));
        server.didChange(new DidChangeTextDocumentParams(id, List.of(change)));
    }

    /** The text with an edit made that is of this document and no other, and of what it is now. */
    String edited(WorkspaceEdit edit) {
        var changes = edit.getDocumentChanges();
        if (changes.size() != 1 || !changes.get(0).isLeft()) {
            throw new AssertionError("not an edit of one document: " + edit);
        }
        var change = changes.get(0).getLeft();
        var expected = new VersionedTextDocumentIdentifier(uri, version);
        if (!change.getTextDocument().equals(expected)) {
            throw new AssertionError("not an edit of " + expected + ": " + edit);
        }
        return edited(change.getEdits().stream().map(one -> one.getLeft()).toList());
    }

    private String edited(List<TextEdit> edits) {
        var result = new StringBuilder(text);
        var lastFirst =
                Comparator.<TextEdit>comparingInt(
                                edit -> Fixture.offset(text, edit.getRange().getStart()))
                        .reversed();
        for (var edit : edits.stream().sorted(lastFirst).toList()) {
            var range = edit.getRange();
            result.replace(
                    Fixture.offset(text, range.getStart()),
                    Fixture.offset(text, range.getEnd()),
                    edit.getNewText());
        }
        return result.toString();
    }
}
