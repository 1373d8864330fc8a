package stagewright;

import org.eclipse.lsp4j.Position;

/** A text and the place in it that {@code $0} marks; the end of the text without a mark. */
record Fixture(String text, Position cursor) {
    private static final String MARK = "$0";

    static Fixture of(String marked) {
        var at = marked.indexOf(MARK);
        var text = marked.replace(MARK, "");
        return new Fixture(text, position(text, at < 0 ? text.length() : at));
    }

    /** The position of an offset. Java counts as the protocol does: in UTF-16 units. */
    static Position position(String text, int offset) {
        var before = text.substring(0, offset);
        var line = (int) before.chars().filter(c -> c == '\n').count();
        return new Position(line, offset - (before.lastIndexOf('\n') + 1));
    }

    static int offset(String text, Position position) {
        var start = 0;
        for (var line = 0; line < position.getLine(); line++) {
            start = text.indexOf('\n', start) + 1;
        }
        return start + position.getCharacter();
    }
}
